//! The types of what a schema describes, whoever wrote the schema: a CustomResourceDefinition or the API's own documents.
//!
//! What a schema says nothing of has no type, and neither has a list or a map of it; as a field it is not there.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/cel/{common/schemas.go,types.go,escaping.go}, v1.36.
//! Simplified: nothing.

use super::types::Type;

const RESERVED: &[&str] = &[
    "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
    "namespace", "return", "var", "void", "while",
];

/// A schema, as far as types follow from it.
pub(crate) trait Described: Sized {
    /// `object`, `array`, `string`, …; empty if the schema says nothing of it.
    fn type_name(&self) -> &str;
    fn format(&self) -> &str;
    fn is_int_or_string(&self) -> bool;
    /// Whether the values are whole objects, with a kind and metadata.
    fn is_embedded(&self) -> bool;
    /// What a list holds.
    fn items(&self) -> Option<Self>;
    /// What a map holds.
    fn values(&self) -> Option<Self>;
    fn properties(&self) -> Vec<(&str, Self)>;
}

/// Whether a field of this name is found under two names: `namespace` and `__namespace__`.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// The name under which an expression finds a field: `my-key` is `my__dash__key`.
pub(crate) fn escape(name: &str) -> Option<String> {
    let good = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(good) {
        return None;
    }
    if is_reserved(name) {
        return Some(format!("__{name}__"));
    }
    Some(name.replace("__", "__underscores__").replace('.', "__dot__").replace('-', "__dash__").replace('/', "__slash__"))
}

/// The type of a schema's values; `None` if nothing is known of them. `root` is true for whole objects. Types of objects are called
/// by this name and the way to them: `Deployment7.spec.template`, `Deployment7.spec.template.spec.containers.@idx`.
pub(crate) fn type_of(schema: &impl Described, root: bool, name: &str) -> Option<Type> {
    if schema.is_int_or_string() {
        return Some(Type::Dyn);
    }
    Some(match schema.type_name() {
        "array" => {
            let items = schema.items()?;
            Type::list(type_of(&items, items.is_embedded(), &format!("{name}.@idx"))?)
        }
        "object" => match schema.values() {
            Some(values) => Type::map(Type::Text, type_of(&values, values.is_embedded(), &format!("{name}.@elem"))?),
            None => Type::object(name, fields(schema, root, name)),
        },
        "string" => match schema.format() {
            "byte" => Type::Bytes,
            "duration" => Type::Duration,
            "date" | "date-time" => Type::Timestamp,
            _ => Type::Text,
        },
        "boolean" => Type::Bool,
        "number" => Type::Double,
        "integer" => Type::Int,
        _ => return None,
    })
}

fn fields(schema: &impl Described, root: bool, name: &str) -> Vec<(String, Type)> {
    let properties = schema.properties();
    let mut fields: Vec<(String, Type)> = Vec::with_capacity(properties.len());
    for (field, inner) in &properties {
        let Some(escaped) = escape(field) else { continue };
        if let Some(found) = type_of(inner, inner.is_embedded(), &format!("{name}.{escaped}")) {
            fields.extend(is_reserved(field).then(|| ((*field).to_owned(), found.clone())));
            fields.push((escaped, found));
        }
    }
    if root && !describes_objects(&properties) {
        let meta = ["name", "generateName"].map(|field| (field.to_owned(), Type::Text));
        fields.push(("apiVersion".to_owned(), Type::Text));
        fields.push(("kind".to_owned(), Type::Text));
        fields.push(("metadata".to_owned(), Type::object(&format!("{name}.metadata"), meta)));
    }
    fields
}

/// Whether properties describe what every object has; else it is known without them.
fn describes_objects<S: Described>(properties: &[(&str, S)]) -> bool {
    let has = |properties: &[(&str, S)], wanted: &str, type_name: &str| properties.iter().any(|(name, inner)| *name == wanted && inner.type_name() == type_name);
    let metadata = properties.iter().find(|(name, inner)| *name == "metadata" && inner.type_name() == "object");
    has(properties, "kind", "string")
        && has(properties, "apiVersion", "string")
        && metadata.is_some_and(|(_, metadata)| {
            let properties = metadata.properties();
            has(&properties, "name", "string") && has(&properties, "generateName", "string")
        })
}
