//! The types of expressions.
//!
//! Models: github.com/google/cel-go/common/types/types.go, checker/{format.go,types.go}, v0.26 as v1.36 has it.
//! Simplified: nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

#[expect(clippy::enum_variant_names, reason = "CEL's own names: a type is a value of the type `type`")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Type {
    Dyn,
    /// `google.protobuf.Any`: a value of which nothing is known, and over which no macro goes.
    Any,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    Text,
    Bytes,
    Timestamp,
    Duration,
    List(Arc<Type>),
    Map(Arc<Type>, Arc<Type>),
    Optional(Arc<Type>),
    /// A type as a value: `type(1)`.
    Type(Arc<Type>),
    Object(Arc<ObjectType>),
    /// A type of a library: `kubernetes.Quantity`.
    Opaque(&'static str),
    /// A type that is still to be found.
    Variable(usize),
    /// What an expression with an error is; it fits everywhere.
    Error,
}

/// A type with known fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ObjectType {
    pub name: String,
    pub fields: BTreeMap<String, Type>,
}

impl Type {
    pub fn list(of: Type) -> Type {
        Type::List(Arc::new(of))
    }

    pub fn map(key: Type, value: Type) -> Type {
        Type::Map(Arc::new(key), Arc::new(value))
    }

    pub fn optional(of: Type) -> Type {
        Type::Optional(Arc::new(of))
    }

    pub fn object(name: &str, fields: impl IntoIterator<Item = (String, Type)>) -> Type {
        Type::Object(Arc::new(ObjectType { name: name.to_owned(), fields: fields.into_iter().collect() }))
    }

    pub fn is_dyn(&self) -> bool {
        matches!(self, Type::Dyn | Type::Any | Type::Error)
    }

    /// Whether a value of the type may also be null.
    fn takes_null(&self) -> bool {
        matches!(self, Type::Object(_) | Type::Opaque(_) | Type::Optional(_) | Type::Timestamp | Type::Duration)
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Type::Dyn => f.write_str("dyn"),
            Type::Any => f.write_str("any"),
            Type::Null => f.write_str("null"),
            Type::Bool => f.write_str("bool"),
            Type::Int => f.write_str("int"),
            Type::Uint => f.write_str("uint"),
            Type::Double => f.write_str("double"),
            Type::Text => f.write_str("string"),
            Type::Bytes => f.write_str("bytes"),
            Type::Timestamp => f.write_str("timestamp"),
            Type::Duration => f.write_str("duration"),
            Type::List(of) => write!(f, "list({of})"),
            Type::Map(key, value) => write!(f, "map({key}, {value})"),
            Type::Optional(of) => write!(f, "optional_type({of})"),
            Type::Type(of) => write!(f, "type({of})"),
            Type::Object(object) => f.write_str(&object.name),
            Type::Opaque(name) => f.write_str(name),
            // One that nothing has decided shows as the first letter of the signature that it comes from.
            Type::Variable(_) => f.write_str("dyn"),
            Type::Error => f.write_str("!error!"),
        }
    }
}

/// What has been found out about the variables so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Found {
    known: BTreeMap<usize, Type>,
    next: usize,
}

impl Found {
    pub fn fresh(&mut self) -> Type {
        self.next += 1;
        Type::Variable(self.next)
    }

    /// Some new variables, the first of which has this number.
    pub fn reserve(&mut self, count: usize) -> usize {
        let first = self.next + 1;
        self.next += count;
        first
    }

    /// The type with all that is known put in.
    pub fn resolve(&self, of: &Type) -> Type {
        match of {
            Type::Variable(number) => self.known.get(number).map_or_else(|| of.clone(), |known| self.resolve(known)),
            Type::List(inner) => Type::list(self.resolve(inner)),
            Type::Map(key, value) => Type::map(self.resolve(key), self.resolve(value)),
            Type::Optional(inner) => Type::optional(self.resolve(inner)),
            Type::Type(inner) => Type::Type(Arc::new(self.resolve(inner))),
            other => other.clone(),
        }
    }

    /// The type for good: what nothing decided is anything.
    pub fn finish(&self, of: &Type) -> Type {
        match self.resolve(of) {
            Type::Variable(_) => Type::Dyn,
            Type::List(inner) => Type::list(self.finish(&inner)),
            Type::Map(key, value) => Type::map(self.finish(&key), self.finish(&value)),
            Type::Optional(inner) => Type::optional(self.finish(&inner)),
            other => other,
        }
    }

    fn contains(&self, of: &Type, number: usize) -> bool {
        match self.resolve(of) {
            Type::Variable(other) => other == number,
            Type::List(inner) | Type::Optional(inner) | Type::Type(inner) => self.contains(&inner, number),
            Type::Map(key, value) => self.contains(&key, number) || self.contains(&value, number),
            _ => false,
        }
    }

    /// Whether a value of type `from` can stand where `to` is wanted; notes what follows for variables.
    pub fn assign(&mut self, to: &Type, from: &Type) -> bool {
        let before = self.known.clone();
        let fits = self.unify(to, from);
        if !fits {
            self.known = before;
        }
        fits
    }

    fn unify(&mut self, to: &Type, from: &Type) -> bool {
        let (to, from) = (self.resolve(to), self.resolve(from));
        match (&to, &from) {
            (Type::Variable(left), Type::Variable(right)) if left == right => true,
            (Type::Variable(number), other) | (other, Type::Variable(number)) => {
                if self.contains(other, *number) {
                    return false;
                }
                self.known.insert(*number, other.clone());
                true
            }
            (left, right) if left.is_dyn() || right.is_dyn() => true,
            (Type::Null, other) | (other, Type::Null) => other.takes_null() || *other == Type::Null,
            (Type::List(left), Type::List(right)) | (Type::Optional(left), Type::Optional(right)) => self.unify(left, right),
            (Type::Type(_), Type::Type(_)) => true,
            (Type::Map(key, value), Type::Map(other_key, other_value)) => self.unify(key, other_key) && self.unify(value, other_value),
            (Type::Object(left), Type::Object(right)) => left.name == right.name,
            (left, right) => left == right,
        }
    }

    /// The type of a list's elements, of which some may be of another type than those before.
    pub fn join(&mut self, previous: Type, next: &Type) -> Option<Type> {
        if self.assign(&previous, next) {
            let (left, right) = (self.resolve(&previous), self.resolve(next));
            return Some(if right.is_dyn() || left == Type::Null { right } else { left });
        }
        None
    }
}
