//! What all kinds of objects have in common: identity, metadata, and the rules (`Strategy`) that the API server
//! applies when an object of the kind is written or printed.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/registry/rest (strategies), pkg/printers, v1.36.
//! Simplified: one served version for each kind.

use std::fmt::Debug;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ObjectMeta;
use crate::managed_fields::{Difference, Type};
pub use crate::kinds::{Kind, Object};
use crate::field::FieldError;

/// The names under which a kind is served and found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceInfo {
    /// `""` for the core group.
    pub group: &'static str,
    pub version: &'static str,
    pub kind: &'static str,
    pub plural: &'static str,
    pub singular: &'static str,
    pub short_names: &'static [&'static str],
    pub categories: &'static [&'static str],
    pub namespaced: bool,
    /// Whether `/status` is a subresource, so that a plain write keeps the stored status.
    pub has_status: bool,
}

impl ResourceInfo {
    /// `v1` or `apps/v1`.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }

    /// `pods` or `deployments.apps`, as error texts name a resource.
    pub fn group_resource(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }

    /// `Pod` or `Deployment.apps`, as validation errors name a kind.
    pub fn group_kind(&self) -> String {
        if self.group.is_empty() { self.kind.to_owned() } else { format!("{}.{}", self.kind, self.group) }
    }
}

/// One typed kind.
pub trait Resource: Strategy + Clone + Debug + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    const KIND: Kind;
    fn meta(&self) -> &ObjectMeta;
    fn meta_mut(&mut self) -> &mut ObjectMeta;
    fn into_object(self: Arc<Self>) -> Object;
    fn from_object(object: &Object) -> Option<&Arc<Self>>;

    /// The JSON of two states of an object, of which parts that are equal may be missing in both.
    fn differing_values(&self, new: &Self) -> (serde_json::Value, serde_json::Value) {
        (crate::wire::value(self), crate::wire::value(new))
    }

    /// A number for what differs between two states of an object of this type, see [`Difference`].
    fn difference(&self, new: &Self, of: Type) -> Option<u128> {
        Difference::new(of).whole(self, new).digest()
    }

    /// This object with the chosen parts (`metadata`, `spec`, `status`) of another, or `None` for a kind that is whole.
    fn with_parts_of(&self, _other: &Self, _is_chosen: &dyn Fn(&str) -> bool) -> Option<Self> {
        None
    }

    fn name(&self) -> &str {
        self.meta().name.as_deref().unwrap_or_default()
    }
    /// The namespace, `""` for cluster-scoped objects.
    fn namespace(&self) -> &str {
        self.meta().namespace.as_deref().unwrap_or_default()
    }
    fn uid(&self) -> &str {
        self.meta().uid.as_deref().unwrap_or_default()
    }
}

/// A column of the table that `kubectl get` prints. Priority 0 is always shown, 1 only with `-o wide`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: &'static str,
    /// `string`, `integer`, `date` or `boolean`.
    pub kind: &'static str,
    /// `name` for the name column, else empty.
    pub format: &'static str,
    pub priority: i32,
    pub description: &'static str,
}

/// One cell of such a table.
pub type Cell = serde_json::Value;

/// What the server does with objects of most kinds.
pub(crate) const ALL_VERBS: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/// A part of an object with a path of its own, beside the status, through which it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Whether a request for a certificate is granted.
    Approval,
    /// The containers that join a running pod.
    EphemeralContainers,
    /// What the containers of a running pod may use.
    Resize,
}

/// The rules of a kind. Every method has the answer of a kind without rules of its own.
pub trait Strategy {
    const INFO: ResourceInfo;
    /// What the server does with objects of the kind. Questions such as reviews can only be created.
    const VERBS: &'static [&'static str] = ALL_VERBS;

    /// Fills in what the writer left out. Called on every object that comes in, before admission.
    fn set_defaults(&mut self) {}
    /// The same for an object that takes the place of another, from which it may have parts that are complete.
    fn set_defaults_after(&mut self, _old: &Self) {
        self.set_defaults();
    }
    /// Clears what a creator may not set (status) and sets what the server sets (generation).
    fn prepare_for_create(&mut self) {}
    /// The same for an update of the main resource: keeps the old status, raises the generation when the spec changed.
    fn prepare_for_update(&mut self, _old: &Self) {}
    /// Fields in which the reference counts a list that was sent empty as a change, unlike one that is missing.
    fn counts_sent_empty() -> &'static [&'static str] {
        &[]
    }
    /// The same for an update of `/status`: everything but the status stays as it was.
    fn prepare_for_status_update(&mut self, _old: &Self) {}
    /// The same for an update of another part: everything but the part stays as it was.
    fn prepare_for_part_update(&mut self, _part: Part, _old: &Self) {}
    fn validate(&self) -> Vec<FieldError> {
        Vec::new()
    }
    /// What is looked at in a new object only if nothing else is wrong with it: metadata of kinds that have no rules for them.
    fn validate_last(&self) -> Vec<FieldError> {
        Vec::new()
    }
    fn validate_update(&self, _old: &Self) -> Vec<FieldError> {
        Vec::new()
    }
    fn validate_status_update(&self, _old: &Self) -> Vec<FieldError> {
        Vec::new()
    }
    fn validate_part_update(&self, _part: Part, _old: &Self) -> Vec<FieldError> {
        Vec::new()
    }
    /// Whether the server answers a create with warnings for this object.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }
    /// Whether an update is checked like a create besides. Of most kinds the rules of an update contain the others.
    fn is_validated_whole_on_update() -> bool {
        false
    }
    /// Warnings about what the server is about to change in a new object.
    fn warnings_before_create(&self) -> Vec<String> {
        Vec::new()
    }
    /// Whether an update is answered with the same warnings as a create.
    fn warns_on_update() -> bool {
        true
    }
    /// Those warnings.
    fn warnings_on_update(&self, _old: &Self) -> Vec<String> {
        self.warnings()
    }
    /// Fields that a field selector may name, beyond `metadata.name` and `metadata.namespace`.
    fn selectable_fields(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
    /// What every answer about this kind warns of, if there is something better.
    fn deprecation() -> Option<&'static str> {
        None
    }
    /// Whether a delete that says nothing of the dependents leaves them alone. The oldest kinds do, for old clients.
    fn orphans_dependents() -> bool {
        false
    }
    fn columns() -> Vec<Column> {
        crate::kinds::DEFAULT_COLUMNS.to_vec()
    }
    /// The cells of this object at `now`, one for each column (priority 1 too).
    fn row(&self, now: jiff::Timestamp) -> Vec<Cell>;
}

#[macro_export]
#[doc(hidden)]
macro_rules! spec_and_status_kind {
    ($(#[$doc:meta])* $name:ident, $api_version:literal, $($field:ident: $ty:ty),+) => {
        $(#[$doc])*
        ///
        /// The parts are shared: a clone of the object copies its metadata and two pointers, and an update of the
        /// status keeps the very spec. A missing part reads as empty, as the zero values of the reference do.
        #[derive(Clone, Debug, Default, PartialEq, serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub struct $name {
            #[serde(default, deserialize_with = "crate::kinds::null_is_default")]
            pub metadata: $crate::ObjectMeta,
            $(#[serde(default, deserialize_with = "crate::kinds::null_is_default")]
            pub $field: std::sync::Arc<$ty>,)+
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct as _;
                let parts = [$(stringify!($field)),+].len();
                let mut out = serializer.serialize_struct(stringify!($name), 3 + parts)?;
                out.serialize_field("apiVersion", $api_version)?;
                out.serialize_field("kind", stringify!($name))?;
                out.serialize_field("metadata", &self.metadata)?;
                $(out.serialize_field(stringify!($field), &self.$field)?;)+
                out.end()
            }
        }

        $crate::resource_impl!($name, metadata, {
            fn differing_values(&self, new: &Self) -> (serde_json::Value, serde_json::Value) {
                let (mut before, mut after) = (serde_json::Map::new(), serde_json::Map::new());
                if $crate::object_meta::ownable_differs(&self.metadata, &new.metadata) {
                    before.insert("metadata".to_owned(), $crate::wire::value(&self.metadata));
                    after.insert("metadata".to_owned(), $crate::wire::value(&new.metadata));
                }
                $(if !std::sync::Arc::ptr_eq(&self.$field, &new.$field) && self.$field != new.$field {
                    before.insert(stringify!($field).to_owned(), $crate::wire::value(&self.$field));
                    after.insert(stringify!($field).to_owned(), $crate::wire::value(&new.$field));
                })+
                (before.into(), after.into())
            }

            fn difference(&self, new: &Self, of: $crate::managed_fields::Type) -> Option<u128> {
                let mut difference = $crate::managed_fields::Difference::new(of);
                if $crate::object_meta::ownable_differs(&self.metadata, &new.metadata) {
                    difference.part("metadata", &self.metadata, &new.metadata);
                }
                $(if !std::sync::Arc::ptr_eq(&self.$field, &new.$field) && self.$field != new.$field {
                    difference.part(stringify!($field), &self.$field, &new.$field);
                })+
                difference.digest()
            }

            fn with_parts_of(&self, other: &Self, is_chosen: &dyn Fn(&str) -> bool) -> Option<Self> {
                let mut mixed = self.clone();
                if is_chosen("metadata") {
                    mixed.metadata.clone_from(&other.metadata);
                }
                $(if is_chosen(stringify!($field)) {
                    mixed.$field.clone_from(&other.$field);
                })+
                Some(mixed)
            }
        });
    };
}

#[macro_export]
#[doc(hidden)]
macro_rules! resource_impl {
    ($name:ident, $meta:ident $(, { $($more:item)* })?) => {
        impl $crate::Resource for $name {
            const KIND: $crate::Kind = $crate::Kind::$name;
            fn meta(&self) -> &$crate::ObjectMeta {
                &self.$meta
            }
            fn meta_mut(&mut self) -> &mut $crate::ObjectMeta {
                &mut self.$meta
            }
            fn into_object(self: std::sync::Arc<Self>) -> $crate::Object {
                $crate::Object::$name(self)
            }
            fn from_object(object: &$crate::Object) -> Option<&std::sync::Arc<Self>> {
                match object {
                    $crate::Object::$name(object) => Some(object),
                    _ => None,
                }
            }
            $($($more)*)?
        }
    };
}
