//! What the registry of kinds expands to: the enums `Kind` and `Object` with their dispatch to the typed kinds.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/runtime/scheme.go, v1.36.
//! Simplified: each built-in kind has one version.

use serde::{Deserialize, Deserializer};

use crate::Column;

/// The columns of a kind without any of its own.
pub(crate) const DEFAULT_COLUMNS: &[Column] = &[
    Column { name: "Name", kind: "string", format: "name", priority: 0, description: crate::tables::columns::NAME },
    Column { name: "Created At", kind: "date", format: "", priority: 0, description: crate::tables::columns::AGE },
];

/// The row that goes with [`DEFAULT_COLUMNS`].
pub(crate) fn default_row(meta: &crate::ObjectMeta) -> Vec<crate::Cell> {
    vec![meta.name.clone().into(), serde_json::json!(meta.creation_timestamp)]
}

/// `null` reads as a missing value.
pub(crate) fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

macro_rules! kinds {
    ($($name:ident),+ $(,)?) => {
        /// Every kind that the cluster knows. `ALL` names the built-in ones; custom kinds come and go with their definitions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($name,)+
            /// A kind that a CustomResourceDefinition made.
            Custom($crate::custom::CustomKind),
        }

        /// An object of any kind. Objects are immutable and shared; a change makes a new one.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Object {
            $($name(std::sync::Arc<$name>),)+
            Custom(std::sync::Arc<$crate::custom::CustomObject>),
        }

        impl Kind {
            /// The built-in kinds.
            pub const ALL: &'static [Kind] = &[$(Kind::$name),+];

            pub fn info(self) -> $crate::ResourceInfo {
                match self {
                    $(Kind::$name => <$name as $crate::Strategy>::INFO,)+
                    Kind::Custom(kind) => *kind.info(),
                }
            }

            /// The fields that a field selector may name, beyond `metadata.name` and `metadata.namespace`.
            pub fn selectable_field_names(self) -> Vec<&'static str> {
                let fields = match self {
                    $(Kind::$name => $crate::Strategy::selectable_fields(&<$name>::default()),)+
                    Kind::Custom(_) => Vec::new(),
                };
                fields.into_iter().map(|(name, _)| name).collect()
            }

            /// An object of this kind with nothing in it; a custom kind has none without its definition.
            pub fn empty(self) -> Option<Object> {
                match self {
                    $(Kind::$name => Some(Object::$name(std::sync::Arc::new(<$name>::default()))),)+
                    Kind::Custom(_) => None,
                }
            }

            /// What the server does with the kind, in the words of discovery. A kind without any is part of another's
            /// subresource.
            pub fn verbs(self) -> &'static [&'static str] {
                match self {
                    $(Kind::$name => <$name as $crate::Strategy>::VERBS,)+
                    Kind::Custom(_) => $crate::object::ALL_VERBS,
                }
            }

            /// What every answer about this kind warns of, if there is something better.
            pub fn deprecation(self) -> Option<&'static str> {
                match self {
                    $(Kind::$name => <$name as $crate::Strategy>::deprecation(),)+
                    Kind::Custom(_) => None,
                }
            }

            /// Whether a delete that says nothing of the dependents leaves them alone.
            pub fn orphans_dependents(self) -> bool {
                match self {
                    $(Kind::$name => <$name as $crate::Strategy>::orphans_dependents(),)+
                    Kind::Custom(_) => false,
                }
            }

            /// The columns of this kind's table; those of a custom kind are in its definition.
            pub fn columns(self) -> Vec<$crate::Column> {
                match self {
                    $(Kind::$name => <$name as $crate::Strategy>::columns(),)+
                    Kind::Custom(_) => Vec::new(),
                }
            }

            /// Reads an object of this kind. The error is serde's; `decode` gives the server's.
            pub fn parse(self, value: serde_json::Value) -> Result<Object, serde_json::Error> {
                self.read(value)
            }

            pub(crate) fn read<'de, D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Object, D::Error> {
                Ok(match self {
                    $(Kind::$name => Object::$name(std::sync::Arc::new(<$name as serde::Deserialize>::deserialize(deserializer)?)),)+
                    Kind::Custom(_) => return Err(serde::de::Error::custom("a custom resource is read by its definition")),
                })
            }
        }

        impl Object {
            pub fn kind(&self) -> Kind {
                match self {
                    $(Object::$name(_) => Kind::$name,)+
                    Object::Custom(object) => object.kind(),
                }
            }
            pub fn meta(&self) -> &$crate::ObjectMeta {
                match self {
                    $(Object::$name(object) => $crate::Resource::meta(&**object),)+
                    Object::Custom(object) => &object.metadata,
                }
            }
            /// The metadata for changing; copies the object first if it is shared.
            pub fn meta_mut(&mut self) -> &mut $crate::ObjectMeta {
                match self {
                    $(Object::$name(object) => $crate::Resource::meta_mut(std::sync::Arc::make_mut(object)),)+
                    Object::Custom(object) => &mut std::sync::Arc::make_mut(object).metadata,
                }
            }
            /// The object as the API server writes it, with the fields that it writes even when they are empty.
            pub fn to_value(&self) -> serde_json::Value {
                $crate::Written { object: self, managed: None, typed: true, verbatim: false }.to_value()
            }
            /// The JSON of this object and of a later state of it, without parts that are equal.
            ///
            /// # Panics
            /// When `new` is of another kind.
            pub fn differing_values(&self, new: &Object) -> (serde_json::Value, serde_json::Value) {
                match (self, new) {
                    $((Object::$name(old), Object::$name(new)) => $crate::Resource::differing_values(&**old, new),)+
                    (Object::Custom(old), Object::Custom(new)) => (old.to_value(), new.to_value()),
                    _ => panic!("an update of another kind"),
                }
            }
            /// A number for what differs from a later state; none of custom kinds.
            ///
            /// # Panics
            /// When `new` is of another kind.
            pub(crate) fn difference(&self, new: &Object, of: $crate::managed_fields::Type) -> Option<u128> {
                match (self, new) {
                    $((Object::$name(old), Object::$name(new)) => $crate::Resource::difference(&**old, new, of),)+
                    (Object::Custom(_), Object::Custom(_)) => None,
                    _ => panic!("an update of another kind"),
                }
            }
            /// This object with the chosen parts of another of its kind, or `None` for a kind that is whole.
            pub(crate) fn with_parts_of(&self, other: &Object, is_chosen: &dyn Fn(&str) -> bool) -> Option<Object> {
                match (self, other) {
                    $((Object::$name(object), Object::$name(other)) => {
                        $crate::Resource::with_parts_of(&**object, other, is_chosen).map(|mixed| Object::$name(std::sync::Arc::new(mixed)))
                    })+
                    _ => None,
                }
            }
            pub fn row(&self, now: jiff::Timestamp) -> Vec<$crate::Cell> {
                match self {
                    $(Object::$name(object) => $crate::Strategy::row(&**object, now),)+
                    Object::Custom(object) => object.row(now),
                }
            }
            pub fn selectable_fields(&self) -> Vec<(std::borrow::Cow<'static, str>, String)> {
                let fields = match self {
                    $(Object::$name(object) => $crate::Strategy::selectable_fields(&**object),)+
                    Object::Custom(object) => return object.selectable_fields().into_iter().map(|(name, value)| (name.into(), value)).collect(),
                };
                fields.into_iter().map(|(name, value)| (name.into(), value)).collect()
            }
            pub fn warnings(&self) -> Vec<String> {
                match self {
                    $(Object::$name(object) => $crate::Strategy::warnings(&**object),)+
                    Object::Custom(object) => object.warnings(),
                }
            }
            pub fn warnings_before_create(&self) -> Vec<String> {
                match self {
                    $(Object::$name(object) => $crate::Strategy::warnings_before_create(&**object),)+
                    Object::Custom(_) => Vec::new(),
                }
            }
            /// Warnings about an update; about one that leaves the generation as it was there are none.
            pub fn warnings_on_update(&self, old: &Object) -> Vec<String> {
                let generation = self.meta().generation;
                if generation.is_some() && generation == old.meta().generation {
                    return Vec::new();
                }
                match (self, old) {
                    $((Object::$name(new), Object::$name(old)) if <$name as $crate::Strategy>::warns_on_update() => {
                        $crate::Strategy::warnings_on_update(&**new, &**old)
                    })+
                    (Object::Custom(_), _) => self.warnings(),
                    _ => Vec::new(),
                }
            }
            pub fn set_defaults(&mut self) {
                match self {
                    $(Object::$name(object) => $crate::Strategy::set_defaults(std::sync::Arc::make_mut(object)),)+
                    Object::Custom(object) => std::sync::Arc::make_mut(object).set_defaults(),
                }
            }
            /// # Panics
            /// When `old` is of another kind.
            pub fn set_defaults_after(&mut self, old: &Object) {
                match (self, old) {
                    $((Object::$name(object), Object::$name(old)) => $crate::Strategy::set_defaults_after(std::sync::Arc::make_mut(object), old),)+
                    (Object::Custom(object), Object::Custom(_)) => std::sync::Arc::make_mut(object).set_defaults(),
                    _ => panic!("an update of another kind"),
                }
            }
            pub fn prepare_for_create(&mut self) {
                $crate::object_meta::prepare_for_create(self.meta_mut());
                match self {
                    $(Object::$name(object) => $crate::Strategy::prepare_for_create(std::sync::Arc::make_mut(object)),)+
                    Object::Custom(object) => std::sync::Arc::make_mut(object).prepare_for_create(),
                }
            }
            pub fn validate(&self) -> Vec<$crate::field::FieldError> {
                match self {
                    $(Object::$name(object) => $crate::Strategy::validate(&**object),)+
                    Object::Custom(object) => object.validate(),
                }
            }
            pub fn validate_last(&self) -> Vec<$crate::field::FieldError> {
                match self {
                    $(Object::$name(object) => $crate::Strategy::validate_last(&**object),)+
                    Object::Custom(_) => Vec::new(),
                }
            }
            /// # Panics
            /// When `old` is of another kind: the caller looked it up by this object's kind.
            pub fn prepare_for_update(&mut self, old: &Object) {
                $crate::object_meta::prepare_for_update(self.meta_mut(), old.meta());
                match (self, old) {
                    $((Object::$name(object), Object::$name(old)) => $crate::Strategy::prepare_for_update(std::sync::Arc::make_mut(object), old),)+
                    (Object::Custom(object), Object::Custom(old)) => std::sync::Arc::make_mut(object).prepare_for_update(old),
                    _ => panic!("an update of another kind"),
                }
            }
            /// A new generation, if something that was sent empty counts as a change in this kind: nothing that is stored is.
            pub fn count_sent_empty(&mut self, old: &Object, sent: &$crate::sent_empty::SentEmpty) {
                let fields = match self {
                    $(Object::$name(_) => <$name as $crate::Strategy>::counts_sent_empty(),)+
                    Object::Custom(_) => &[],
                };
                if fields.iter().any(|field| sent.holds_within(field, || self.to_value())) {
                    $crate::object_meta::next_generation(self.meta_mut(), old.meta(), true);
                }
            }
            /// # Panics
            /// When `old` is of another kind.
            pub fn prepare_for_status_update(&mut self, old: &Object) {
                $crate::object_meta::prepare_for_update(self.meta_mut(), old.meta());
                match (self, old) {
                    $((Object::$name(object), Object::$name(old)) => $crate::Strategy::prepare_for_status_update(std::sync::Arc::make_mut(object), old),)+
                    (Object::Custom(object), Object::Custom(old)) => std::sync::Arc::make_mut(object).prepare_for_status_update(old),
                    _ => panic!("an update of another kind"),
                }
            }
            /// What is checked of an update of every kind before the rules of its own, which repeat some of it.
            fn validate_metadata(&self, old: &Object) -> Vec<$crate::field::FieldError> {
                let namespaced = self.kind().info().namespaced;
                let mut errors = $crate::validation::metadata::validate_any(self.meta(), namespaced, $crate::name_rules::path_segment);
                errors.extend($crate::validation::metadata::validate_update_any(self.meta(), old.meta()));
                errors
            }
            /// All that is checked of an update.
            ///
            /// # Panics
            /// When `old` is of another kind.
            pub fn validate_replacement(&self, old: &Object, status_only: bool) -> Vec<$crate::field::FieldError> {
                let mut errors = self.validate_metadata(old);
                if status_only {
                    errors.extend(self.validate_status_update(old));
                    return errors;
                }
                let whole = match self {
                    $(Object::$name(_) => <$name as $crate::Strategy>::is_validated_whole_on_update(),)+
                    Object::Custom(_) => false,
                };
                if whole {
                    errors.extend(self.validate());
                }
                errors.extend(self.validate_update(old));
                errors
            }
            /// # Panics
            /// When `old` is of another kind.
            pub fn prepare_for_part_update(&mut self, part: $crate::Part, old: &Object) {
                $crate::object_meta::prepare_for_update(self.meta_mut(), old.meta());
                match (self, old) {
                    $((Object::$name(object), Object::$name(old)) => $crate::Strategy::prepare_for_part_update(std::sync::Arc::make_mut(object), part, old),)+
                    (Object::Custom(_), Object::Custom(_)) => {}
                    _ => panic!("an update of another kind"),
                }
            }
            /// # Panics
            /// When `old` is of another kind.
            pub fn validate_part_update(&self, part: $crate::Part, old: &Object) -> Vec<$crate::field::FieldError> {
                match (self, old) {
                    $((Object::$name(object), Object::$name(old)) => $crate::Strategy::validate_part_update(&**object, part, old),)+
                    (Object::Custom(_), Object::Custom(_)) => Vec::new(),
                    _ => panic!("an update of another kind"),
                }
            }
            /// # Panics
            /// When `old` is of another kind.
            pub fn validate_update(&self, old: &Object) -> Vec<$crate::field::FieldError> {
                match (self, old) {
                    $((Object::$name(object), Object::$name(old)) => $crate::Strategy::validate_update(&**object, old),)+
                    (Object::Custom(object), Object::Custom(old)) => object.validate_update(old),
                    _ => panic!("an update of another kind"),
                }
            }
            /// # Panics
            /// When `old` is of another kind.
            pub fn validate_status_update(&self, old: &Object) -> Vec<$crate::field::FieldError> {
                match (self, old) {
                    $((Object::$name(object), Object::$name(old)) => $crate::Strategy::validate_status_update(&**object, old),)+
                    (Object::Custom(object), Object::Custom(old)) => object.validate_status_update(old),
                    _ => panic!("an update of another kind"),
                }
            }
        }

        impl serde::Serialize for Object {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Object::$name(object) => object.serialize(serializer),)+
                    Object::Custom(object) => object.serialize(serializer),
                }
            }
        }
    };
}
pub(super) use kinds;
