//! The fields of Go's structs in their order, which is the order in the JSON that a real server writes.
//!
//! `go_fields.txt` has a line for each struct: its package and name, then its fields by their names in JSON. A field that
//! holds structs, be it in a list or a map, says which after `=`; without a package they are of the same one.
//!
//! Models: the JSON tags in staging/src/k8s.io/{api,apimachinery,apiextensions-apiserver,kube-aggregator,metrics}, v1.36.
//! Simplified: kinds of older versions have the order of today's.

use std::sync::LazyLock;

/// A struct of Go's. It has at most 64 fields.
#[derive(Debug)]
pub(crate) struct Struct {
    /// The package and the name: `core/v1.Pod`.
    name: &'static str,
    fields: Vec<Field>,
    /// The places of the fields in the order of their names.
    by_name: Vec<u8>,
}

#[derive(Debug)]
pub(crate) struct Field {
    pub name: &'static str,
    /// Where in the table the structs are that it holds.
    inside: Option<usize>,
}

/// The fields of a list of objects.
pub(crate) const LIST: [&str; 4] = ["kind", "apiVersion", "metadata", "items"];

static STRUCTS: LazyLock<Vec<Struct>> = LazyLock::new(|| {
    let lines: Vec<(&str, &str)> = include_str!("go_fields.txt").lines().filter_map(|line| line.split_once(':')).collect();
    let place = |name: &str| lines.binary_search_by_key(&name, |(name, _)| name).ok();
    lines.iter().map(|(name, fields)| Struct::read(name, fields, place)).collect()
});

impl Struct {
    fn read(name: &'static str, fields: &'static str, place: impl Fn(&str) -> Option<usize>) -> Struct {
        let package = name.split_once('.').map_or("", |(package, _)| package);
        let fields: Vec<Field> = fields
            .split_ascii_whitespace()
            .map(|field| match field.split_once('=') {
                Some((name, inside)) if inside.contains('.') => Field { name, inside: place(inside) },
                Some((name, inside)) => Field { name, inside: place(&format!("{package}.{inside}")) },
                None => Field { name: field, inside: None },
            })
            .collect();
        let mut by_name: Vec<u8> = (0..fields.len() as u8).collect();
        by_name.sort_by_key(|at| fields[usize::from(*at)].name);
        Struct { name, fields, by_name }
    }

    /// A struct by its package and name.
    pub fn named(name: &str) -> Option<&'static Struct> {
        STRUCTS.binary_search_by_key(&name, |known| known.name).ok().map(|at| &STRUCTS[at])
    }

    /// The struct of a kind.
    pub fn of(api_version: &str, kind: &str) -> Option<&'static Struct> {
        let (group, version) = api_version.split_once('/').unwrap_or(("core", api_version));
        let package = group.split('.').next().unwrap_or_default();
        let is_of_kind = |known: &&Struct| known.name.split_once('.').is_some_and(|(_, name)| name == kind);
        Struct::named(&format!("{package}/{version}.{kind}")).or_else(|| Struct::named(&format!("meta/v1.{kind}"))).or_else(|| {
            let is_kubernetes = !group.contains('.') || group.ends_with(".k8s.io");
            STRUCTS.iter().find(is_of_kind).filter(|_| is_kubernetes)
        })
    }

    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// The place of a field. Who asks for fields mostly in the order of their names gives the same `cursor` each time, 0 at
    /// first; then they are found at once.
    pub fn place(&self, field: &str, cursor: &mut usize) -> Option<usize> {
        let count = self.by_name.len();
        let found = (*cursor..count).chain(0..*cursor).find(|at| self.fields[usize::from(self.by_name[*at])].name == field)?;
        *cursor = found + 1;
        Some(usize::from(self.by_name[found]))
    }
}

impl Field {
    /// The structs that it holds.
    pub fn inside(&self) -> Option<&'static Struct> {
        self.inside.map(|at| &STRUCTS[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_whole() {
        assert!(STRUCTS.is_sorted_by_key(|known| known.name));
        assert!(STRUCTS.iter().all(|known| known.fields.len() <= 64));
        let named = include_str!("go_fields.txt").matches('=').count();
        assert_eq!(STRUCTS.iter().flat_map(|known| &known.fields).filter(|field| field.inside.is_some()).count(), named);
    }

    #[test]
    fn structs_are_found_by_kind() {
        let name = |api_version, kind| Struct::of(api_version, kind).map(|found| found.name);
        assert_eq!(name("v1", "Pod"), Some("core/v1.Pod"));
        assert_eq!(name("rbac.authorization.k8s.io/v1", "Role"), Some("rbac/v1.Role"));
        assert_eq!(name("v1", "Status"), Some("meta/v1.Status"));
        assert_eq!(name("extensions/v1beta1", "Deployment"), Some("apps/v1.Deployment"));
        assert_eq!(name("example.com/v1", "Pod"), None);
    }

    #[test]
    fn places_are_found_in_the_order_of_names() {
        let meta = Struct::named("meta/v1.ObjectMeta").unwrap();
        let mut cursor = 0;
        let places = ["annotations", "creationTimestamp", "name", "nothing", "annotations"].map(|field| meta.place(field, &mut cursor));
        assert_eq!(places, [Some(11), Some(7), Some(0), None, Some(11)]);
    }
}
