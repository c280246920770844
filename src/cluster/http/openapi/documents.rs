//! The documents: one for each group and version in version 3, one for everything in version 2. They are made when first
//! asked for, and once.
//!
//! Models: vendor/k8s.io/kube-openapi/pkg/{handler,handler3}, v1.36.
//! Simplified: paths of discovery are not described.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock, OnceLock};

use podarium_api::openapi::{components, definitions};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha512};

use super::super::discovery::{Group, GroupVersion, served_groups};
use super::custom;
use super::operations::{Answer, Body, PathItem};
use super::paths::{Served, camel};
use super::written::Form;
use crate::store::Store;

/// What always belongs to a document, whatever its resources are.
const ALWAYS: &[&str] = &[
    "io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList", "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions", "io.k8s.apimachinery.pkg.apis.meta.v1.Patch",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Status", "io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent",
];

/// A document with the hash of its text.
#[derive(Debug)]
pub(super) struct Document {
    pub body: Vec<u8>,
    pub hash: String,
}

impl Document {
    fn new(value: &Value) -> Self {
        let body = value.to_string().into_bytes();
        let hash = Sha512::digest(&body).iter().fold(String::new(), |mut hash, byte| {
            let _ = write!(hash, "{byte:02X}");
            hash
        });
        Document { body, hash }
    }
}

pub(super) struct Documents {
    /// By their paths: `api/v1`, `apis/apps/v1`.
    pub v3: BTreeMap<String, Document>,
    pub v2: Document,
}

static NOW: LazyLock<Documents> = LazyLock::new(|| build(&served_groups(false, &Store::default())));
static COURSE_2019: LazyLock<Documents> = LazyLock::new(|| build(&served_groups(true, &Store::default())));

pub(super) fn documents(course_2019: bool) -> &'static Documents {
    if course_2019 { &COURSE_2019 } else { &NOW }
}

/// Custom kinds come and go with their definitions, so what describes them is made when it is first asked for, and kept
/// until a definition changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct CustomDocuments {
    /// The revision of the latest change of a definition.
    of: u64,
    made: Arc<Made>,
}

#[derive(Debug, Default)]
struct Made {
    v3: OnceLock<BTreeMap<String, Document>>,
    v2: OnceLock<Option<Document>>,
}

impl CustomDocuments {
    /// Forgets what was made of older definitions.
    pub(crate) fn refresh(&mut self, revision: u64) {
        if self.of != revision {
            *self = CustomDocuments { of: revision, made: Arc::default() };
        }
    }

    pub(super) fn v3(&self, store: &Store) -> &BTreeMap<String, Document> {
        self.made.v3.get_or_init(|| custom_v3(store))
    }

    /// The one document of version 2 with the custom kinds of the store, if it has any.
    pub(super) fn v2(&self, course_2019: bool, store: &Store) -> Option<&Document> {
        self.made.v2.get_or_init(|| custom_v2(course_2019, store)).as_ref()
    }
}

fn custom_v3(store: &Store) -> BTreeMap<String, Document> {
    let mut found = BTreeMap::new();
    for group in served_groups(false, store).iter().filter(|group| custom::is_group(&group.name, store)) {
        for version in &group.versions {
            let items = items(&group.name, version);
            let mut document = version_3(&items, &tag(&group.name, &version.version));
            if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
                schemas.extend(components(custom::REFERRED.iter().copied()));
                schemas.extend(custom::definitions(&group.name, version, store, "#/components/schemas/"));
            }
            custom::keep_forms(&mut document["paths"]);
            found.insert(format!("apis/{}/{}", group.name, version.version), Document::new(&document));
        }
    }
    found
}

fn custom_v2(course_2019: bool, store: &Store) -> Option<Document> {
    let groups = served_groups(course_2019, store);
    if !groups.iter().any(|group| custom::is_group(&group.name, store)) {
        return None;
    }
    let mut paths = paths_2(&groups);
    for (path, item) in &mut paths {
        if path.split('/').nth(2).is_some_and(|group| custom::is_group(group, store)) {
            custom::keep_forms(item);
        }
    }
    let mut document = version_2(paths);
    let all = document["definitions"].as_object_mut()?;
    for group in groups.iter().filter(|group| custom::is_group(&group.name, store)) {
        for version in &group.versions {
            all.extend(custom::definitions(&group.name, version, store, "#/definitions/"));
        }
    }
    Some(Document::new(&document))
}

fn paths_2(groups: &[Group]) -> Map<String, Value> {
    let mut paths = Map::new();
    for group in groups {
        for version in &group.versions {
            let tag = tag(&group.name, &version.version);
            paths.extend(items(&group.name, version).iter().map(|item| (item.path.clone(), Form::V2.path(item, &tag))));
        }
    }
    paths
}

fn build(groups: &[Group]) -> Documents {
    let mut v3 = BTreeMap::new();
    for group in groups {
        for version in &group.versions {
            let items = items(&group.name, version);
            let name = if group.name.is_empty() { format!("api/{}", version.version) } else { format!("apis/{}/{}", group.name, version.version) };
            let tag = tag(&group.name, &version.version);
            v3.insert(name, Document::new(&version_3(&items, &tag)));
        }
    }
    Documents { v3, v2: Document::new(&version_2(paths_2(groups))) }
}

fn items(group: &str, version: &GroupVersion) -> Vec<PathItem> {
    version.resources.values().flat_map(|served| Served { group, version: &version.version, info: &served.info }.paths()).collect()
}

/// `apps_v1`, `rbacAuthorization_v1`.
fn tag(group: &str, version: &str) -> String {
    let words = camel(group, "");
    let mut letters = words.chars();
    let first: String = letters.next().map(|letter| letter.to_lowercase().collect()).unwrap_or_default();
    format!("{first}{}_{version}", letters.as_str())
}

fn version_3(items: &[PathItem], tag: &str) -> Value {
    let mut named: BTreeSet<&str> = ALWAYS.iter().copied().collect();
    for operation in items.iter().flat_map(|item| &item.operations) {
        if let Answer::Object(name) | Answer::List(name) = &operation.answer {
            named.insert(name);
        }
        if let Body::Object(name) = &operation.body {
            named.insert(name);
        }
    }
    let paths: Map<String, Value> = items.iter().map(|item| (item.path.clone(), Form::V3.path(item, tag))).collect();
    json!({
        "openapi": "3.0.0",
        "info": {"title": "Kubernetes", "version": "v1.36.2"},
        "paths": paths,
        "components": {
            "schemas": components(named),
            "securitySchemes": {"BearerToken": {"type": "apiKey", "description": "Bearer Token authentication", "name": "authorization", "in": "header"}},
        },
    })
}

fn version_2(paths: Map<String, Value>) -> Value {
    json!({
        "swagger": "2.0",
        "info": {"title": "Kubernetes", "version": "v1.36.2"},
        "paths": paths,
        "definitions": definitions(),
        "securityDefinitions": {"BearerToken": {"type": "apiKey", "description": "Bearer Token authentication", "name": "authorization", "in": "header"}},
        "security": [{"BearerToken": []}],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(document: &Document) -> Value {
        serde_json::from_slice(&document.body).unwrap()
    }

    #[test]
    fn kubectl_finds_what_it_explains_and_validates_by() {
        let apps = read(&documents(false).v3["apis/apps/v1"]);
        let item = &apps["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"];
        assert_eq!(item["patch"]["x-kubernetes-group-version-kind"], json!({"group": "apps", "version": "v1", "kind": "Deployment"}));
        let names: Vec<&str> = item["patch"]["parameters"].as_array().unwrap().iter().filter_map(|parameter| parameter["name"].as_str()).collect();
        assert_eq!(names, ["dryRun", "fieldManager", "fieldValidation", "force"]);
        assert_eq!(item["get"]["tags"], json!(["apps_v1"]));
        assert!(apps["components"]["schemas"]["io.k8s.api.core.v1.Container"].is_object());
        let v2 = read(&documents(false).v2);
        assert!(v2["paths"]["/api/v1/namespaces/{namespace}/pods"]["post"].is_object());
        assert!(v2["definitions"]["io.k8s.api.core.v1.Pod"].is_object());
    }

    #[test]
    fn tags_are_those_of_the_reference() {
        assert_eq!((tag("", "v1"), tag("rbac.authorization.k8s.io", "v1")), ("core_v1".to_owned(), "rbacAuthorization_v1".to_owned()));
    }
}
