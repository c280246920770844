//! Structs with their fields in Go's order.
//!
//! A type hands its fields over in the order of their names. So it is asked for them several times: first only which there
//! are, then for those that come next, as long as there are any. What is not to be written yet costs next to nothing.
//!
//! Models: the order of fields in staging/src/k8s.io/api, v1.36.
//! Simplified: nothing.

use serde::ser::{Impossible, Serialize, SerializeMap, SerializeStruct, Serializer};

use super::always::{Empty, Fields, fields_of};
use super::glance::{Glance, glance, survey};
use super::go_fields::Struct;
use super::metadata_text::metadata_text;
use super::not_in_objects;
use super::text::{Verbatim, json};
use super::writer::{Below, Place, REFERENCES, Role, Writer};

/// Which fields a struct has.
pub(super) struct Present {
    pub name: &'static str,
    pub shape: &'static Struct,
    /// The places of the fields, in the order in which the type hands them over.
    pub places: [u8; 64],
    pub count: usize,
    pub cursor: usize,
    /// Whether each field is one that Go's struct has.
    pub known: bool,
}

impl Present {
    /// Another field.
    pub fn add(&mut self, field: &str) {
        match self.shape.place(field, &mut self.cursor) {
            Some(place) if self.count < self.places.len() => {
                self.places[self.count] = place as u8;
                self.count += 1;
            }
            _ => self.known = false,
        }
    }
}

/// Writes a value that is a struct with this shape, or holds such structs.
pub(super) fn write<T: Serialize + ?Sized, S: Serializer>(value: &T, shape: &'static Struct, place: Place<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    let mut present = Present { name: "", shape, places: [0; 64], count: 0, cursor: 0, known: true };
    if survey(value, &mut present) != Glance::Struct || !present.known {
        return value.serialize(Writer::new(serializer, place));
    }
    let (always, refers) = (fields_of(present.name), REFERENCES.contains(&present.name));
    let mut order = InOrder { out: serializer.serialize_map(None)?, place: place.inside(present.name), handed: 0, left: 0, always, refers, present };
    order.find_what_is_to_be_written();
    order.write_what_is_not_there()?;
    while order.left != 0 {
        let before = order.left;
        value.serialize(Pass { order: &mut order, field: 0 })?;
        if order.left == before {
            return not_in_objects();
        }
    }
    order.out.end()
}

/// A struct that is being written.
struct InOrder<'a, C> {
    out: C,
    place: Place<'a>,
    present: Present,
    /// The places of the fields that the type hands over and those of the fields that are still to be written: a bit for each.
    handed: u64,
    left: u64,
    always: Fields,
    /// Whether an empty `name` is left out: it is the name of something else, which may be unknown yet.
    refers: bool,
}

impl<C: SerializeMap> InOrder<'_, C> {
    fn find_what_is_to_be_written(&mut self) {
        let shape = self.present.shape;
        let bit = |field: &str, cursor: &mut usize| shape.place(field, cursor).map_or(0, |place| 1_u64 << place);
        self.handed = self.present.places[..self.present.count].iter().fold(0, |handed, place| handed | 1 << place);
        self.left = self.always.iter().scan(0, |cursor, (name, _)| Some(bit(name, cursor))).fold(self.handed, |left, bit| left | bit);
        let (own, is_written) = match self.place.role {
            Role::Object { names, .. } => (bit("kind", &mut 0) | bit("apiVersion", &mut 0), names.is_some()),
            Role::Metadata { managed } => (bit("managedFields", &mut 0), managed.is_some()),
            Role::Part { .. } => return,
        };
        self.handed &= !own;
        self.left = if is_written { self.left | own } else { self.left & !own };
    }

    fn always_written(&self, field: &str) -> Option<&'static Empty> {
        self.always.iter().find(|(name, _)| *name == field).map(|(_, empty)| empty)
    }

    /// The place of the field that comes next.
    fn next(&self) -> Option<usize> {
        (self.left != 0).then(|| self.left.trailing_zeros() as usize)
    }

    /// Writes what the type itself does not hand over, up to the next field that it does.
    fn write_what_is_not_there(&mut self) -> Result<(), C::Error> {
        while let Some(next) = self.next().filter(|next| self.handed & (1 << next) == 0) {
            let name = self.present.shape.fields()[next].name;
            match self.place.role {
                Role::Object { names: Some((kind, _)), .. } if name == "kind" => self.out.serialize_entry(name, kind)?,
                Role::Object { names: Some((_, api_version)), .. } if name == "apiVersion" => self.out.serialize_entry(name, api_version)?,
                Role::Metadata { managed: Some(managed) } if name == "managedFields" => self.out.serialize_entry(name, &managed.in_go_order())?,
                _ => self.out.serialize_entry(name, self.always_written(name).unwrap_or(&Empty::Null))?,
            }
            self.left &= self.left - 1;
        }
        Ok(())
    }

    /// The text of a field that need not be asked for, where text may be put as it is.
    fn known_text(&self, field: &str) -> Option<Vec<u8>> {
        match self.place {
            Place { role: Role::Object { meta, managed, .. }, verbatim: true, .. } if field == "metadata" => Some(metadata_text(meta, managed)),
            Place { role: Role::Object { spec: Some(spec), .. }, verbatim: true, .. } if field == "spec" => Some(spec.text()),
            _ => None,
        }
    }

    fn write<T: Serialize + ?Sized>(&mut self, place: usize, value: &T) -> Result<(), C::Error> {
        let field = &self.present.shape.fields()[place];
        self.left &= !(1 << place);
        if let Some(text) = self.known_text(field.name) {
            debug_assert_eq!(String::from_utf8_lossy(&text), String::from_utf8_lossy(&json(&Below { value, place: Place { verbatim: false, ..self.place.below(field.name).shaped(field.inside()) } })));
            self.out.serialize_entry(field.name, &Verbatim(&text))?;
        } else if self.always_written(field.name) == Some(&Empty::List) && glance(value) == Glance::EmptyList {
            self.out.serialize_entry(field.name, &Empty::List)?;
        } else if !(self.refers && field.name == "name" && glance(value) == Glance::EmptyText) {
            let place = self.place.below(field.name).shaped(field.inside());
            self.out.serialize_entry(field.name, &Below { value, place })?;
        }
        self.write_what_is_not_there()
    }
}

/// One walk through the fields of a struct, which writes those whose turn it is.
struct Pass<'p, 'a, C> {
    order: &'p mut InOrder<'a, C>,
    field: usize,
}

impl<C: SerializeMap> SerializeStruct for Pass<'_, '_, C> {
    type Ok = ();
    type Error = C::Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, _: &'static str, value: &T) -> Result<(), C::Error> {
        let place = usize::from(self.order.present.places[self.field]);
        self.field += 1;
        if self.order.next() == Some(place) { self.order.write(place, value) } else { Ok(()) }
    }

    fn end(self) -> Result<(), C::Error> {
        Ok(())
    }
}

macro_rules! no_struct {
    ($($method:ident ($($type:ty),*) -> $answer:ty),+ $(,)?) => {$(
        fn $method(self, $(_: $type),*) -> Result<$answer, C::Error> {
            not_in_objects()
        }
    )+};
}

type Never<C> = Impossible<(), <C as SerializeMap>::Error>;

impl<'p, 'a, C: SerializeMap> Serializer for Pass<'p, 'a, C> {
    type Ok = ();
    type Error = C::Error;
    type SerializeSeq = Never<C>;
    type SerializeTuple = Never<C>;
    type SerializeTupleStruct = Never<C>;
    type SerializeTupleVariant = Never<C>;
    type SerializeMap = Never<C>;
    type SerializeStruct = Pass<'p, 'a, C>;
    type SerializeStructVariant = Never<C>;

    no_struct! {
        serialize_bool(bool) -> (), serialize_i8(i8) -> (), serialize_i16(i16) -> (), serialize_i32(i32) -> (), serialize_i64(i64) -> (),
        serialize_u8(u8) -> (), serialize_u16(u16) -> (), serialize_u32(u32) -> (), serialize_u64(u64) -> (), serialize_f32(f32) -> (),
        serialize_f64(f64) -> (), serialize_char(char) -> (), serialize_str(&str) -> (), serialize_bytes(&[u8]) -> (), serialize_none() -> (),
        serialize_unit() -> (), serialize_unit_struct(&'static str) -> (), serialize_unit_variant(&'static str, u32, &'static str) -> (),
        serialize_tuple(usize) -> Never<C>, serialize_tuple_struct(&'static str, usize) -> Never<C>, serialize_seq(Option<usize>) -> Never<C>,
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never<C>, serialize_map(Option<usize>) -> Never<C>,
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Never<C>,
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, C::Error> {
        Ok(self)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), C::Error> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, _: &T) -> Result<(), C::Error> {
        not_in_objects()
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(self, _: &'static str, _: u32, _: &'static str, _: &T) -> Result<(), C::Error> {
        not_in_objects()
    }
}
