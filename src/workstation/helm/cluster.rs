//! The objects of a release, in the cluster.
//!
//! Models: helm.sh/helm/pkg/{kube/client.go,action/validate.go}, v4.2.3.
//! Simplified: objects are applied one after the other; only server-side apply.

use podarium_kubectl::client::{Call, JSON};
use podarium_kubectl::failure::{Failure, Outcome, caught, fail};
use podarium_kubectl::mapping::Mapping;
use serde_json::{Value, json};

use super::command::Helm;
use super::manifest;

/// An object with the type that the server knows for it.
#[derive(Clone, Debug)]
pub struct Target {
    pub mapping: Mapping,
    pub namespace: String,
    pub name: String,
    pub object: Value,
}

impl Target {
    pub fn path(&self) -> String {
        self.mapping.path(&self.namespace, &self.name)
    }

    pub fn is(&self, other: &Target) -> bool {
        (&self.mapping.group, &self.mapping.kind, &self.namespace, &self.name) == (&other.mapping.group, &other.mapping.kind, &other.namespace, &other.name)
    }

    /// `Deployment "web" in namespace "default"`
    fn shown(&self) -> String {
        format!("{} {:?} in namespace {:?}", self.mapping.kind, self.name, self.namespace)
    }

    fn go_kind(&self) -> String {
        format!("{}/{}, Kind={}", self.mapping.group, self.mapping.version, self.mapping.kind)
    }
}

const KEEP: &str = "/metadata/annotations/helm.sh~1resource-policy";

impl Helm<'_, '_> {
    /// The objects of a manifest, with what the server calls their types.
    pub fn build(&mut self, text: &str) -> Outcome<Vec<Target>> {
        let mut found = Vec::new();
        for document in manifest::split(text) {
            let data: Value = match serde_yaml::from_str(&document) {
                Ok(data) => data,
                Err(error) => return fail(format!("error parsing : error converting YAML to JSON: {}", podarium_kubectl::manifest::go_yaml_error(&error))),
            };
            if data.is_null() {
                continue;
            }
            let items = match data["items"].as_array().filter(|_| data["kind"].as_str().is_some_and(|kind| kind.ends_with("List"))) {
                Some(items) => items.clone(),
                None => vec![data],
            };
            for object in items {
                found.push(self.target(object)?);
            }
        }
        Ok(found)
    }

    pub fn target(&mut self, mut object: Value) -> Outcome<Target> {
        if let Some(missing) = podarium_kubectl::manifest::untyped(&object) {
            return fail(format!("error validating \"\": error validating data: {missing}"));
        }
        let (version, kind) = (object["apiVersion"].as_str().unwrap_or_default().to_owned(), object["kind"].as_str().unwrap_or_default().to_owned());
        let name = object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let (group, number) = version.split_once('/').unwrap_or(("", &version));
        let Some(mapping) = self.kubectl.lookup(|mapper| mapper.kind(group, number, &kind).cloned())? else {
            let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default().to_owned();
            return fail(format!("resource mapping not found for name: {name:?} namespace: {namespace:?} from \"\": no matches for kind {kind:?} in version {version:?}\nensure CRDs are installed first"));
        };
        let mut namespace = String::new();
        if mapping.namespaced {
            namespace = object.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default().to_owned();
            if namespace.is_empty() {
                namespace = self.namespace()?;
                object["metadata"]["namespace"] = namespace.clone().into();
            }
        }
        Ok(Target { mapping, namespace, name, object })
    }

    pub fn find(&mut self, target: &Target) -> Outcome<Option<Value>> {
        match caught(self.kubectl.send(&Call::get(target.path())))? {
            Ok(found) => Ok(Some(found)),
            Err(failure) if failure.is_not_found() => Ok(None),
            Err(failure) => fail(format!("could not get information about the resource {}: {}", target.shown(), failure.text())),
        }
    }

    /// Creates or changes an object; helm owns the fields that it names.
    pub fn apply(&mut self, target: &Target) -> Outcome<()> {
        if target.name.is_empty() {
            let call = Call::new("POST", target.mapping.path(&target.namespace, "")).query("fieldManager", "helm").query("fieldValidation", "Strict").body(JSON, &target.object);
            self.kubectl.send(&call)?;
            return Ok(());
        }
        let force = self.kubectl.flags.bool("force-conflicts");
        let call = Call::new("PATCH", target.path())
            .query("fieldManager", "helm")
            .query("fieldValidation", "Strict")
            .query("force", if force { "true" } else { "false" })
            .body("application/apply-patch+yaml", &target.object);
        match caught(self.kubectl.send(&call))? {
            Ok(_) => Ok(()),
            Err(failure) => {
                let what = format!("{}/{} {}", target.namespace, target.name, target.go_kind());
                match failure.is_conflict() {
                    true => fail(format!("conflict occurred while applying object {what}: {}", failure.text())),
                    false => fail(format!("server-side apply failed for object {what}: {}", failure.text())),
                }
            }
        }
    }

    pub fn delete(&mut self, target: &Target) -> Outcome<Result<(), Failure>> {
        let options = json!({"kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Background"});
        Ok(caught(self.kubectl.send(&Call::new("DELETE", target.path()).body(JSON, &options)))?.map(|_| ()))
    }

    /// Refuses objects that are there and belong to somebody else; those that are there and ours are given back.
    pub fn adopt(&mut self, targets: &[Target], name: &str, namespace: &str, take: bool) -> Outcome<Vec<Target>> {
        let mut found = Vec::new();
        for target in targets.iter().filter(|target| !target.name.is_empty()) {
            let Some(existing) = self.find(target)? else { continue };
            if !take && let Some(why) = foreign(&existing, name, namespace) {
                return fail(format!("{} exists and cannot be imported into the current release: invalid ownership metadata; {why}", target.shown()));
            }
            found.push(target.clone());
        }
        Ok(found)
    }

    /// Goes from the objects of one revision to those of the next.
    pub fn update(&mut self, originals: &[Target], targets: &[Target]) -> Outcome<()> {
        let mut errors = Vec::new();
        for target in targets {
            let exists = !target.name.is_empty() && self.find(target)?.is_some();
            match caught(self.apply(target))? {
                Ok(()) => {}
                Err(failure) if exists => errors.push(failure.text()),
                Err(failure) => return fail(format!("failed to create resource: {}", failure.text())),
            }
        }
        if !errors.is_empty() {
            return fail(errors.join(" && "));
        }
        for original in originals.iter().filter(|original| !targets.iter().any(|target| target.is(original))) {
            let Some(there) = self.find(original)? else { continue };
            if there.pointer(KEEP).and_then(Value::as_str) == Some("keep") {
                continue;
            }
            if let Err(failure) = self.delete(original)?
                && !failure.is_not_found()
            {
                errors.push(format!("failed to delete resource namespace={}, name={}, kind={}: {}", original.namespace, original.name, original.mapping.kind, failure.text()));
            }
        }
        if errors.is_empty() { Ok(()) } else { fail(errors.join(" && ")) }
    }

    /// Removes what a release has; the objects that are kept, as helm lists them, and those that were removed.
    pub fn remove_all(&mut self, text: &str, name: &str) -> Outcome<(String, Vec<Target>)> {
        let (mut kept, mut removed, mut failed) = (String::new(), Vec::new(), false);
        for (_, data) in manifest::for_removal(text) {
            if data.pointer(KEEP).and_then(Value::as_str) == Some("keep") {
                kept.push_str(&format!("[{}] {}\n", data["kind"].as_str().unwrap_or_default(), data.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default()));
                continue;
            }
            let target = match caught(self.target(data))? {
                Ok(target) => target,
                Err(_) => continue,
            };
            match self.delete(&target)? {
                Ok(()) => removed.push(target),
                Err(failure) if failure.is_not_found() => {}
                Err(_) => failed = true,
            }
        }
        if failed {
            return fail(format!("failed to delete release: {name}"));
        }
        Ok((kept, removed))
    }
}

/// Marks objects as a release's own.
pub fn own(targets: &mut [Target], name: &str, namespace: &str) {
    for target in targets {
        let metadata = &mut target.object["metadata"];
        metadata["labels"]["app.kubernetes.io/managed-by"] = "Helm".into();
        metadata["annotations"]["meta.helm.sh/release-name"] = name.into();
        metadata["annotations"]["meta.helm.sh/release-namespace"] = namespace.into();
    }
}

fn foreign(object: &Value, name: &str, namespace: &str) -> Option<String> {
    let check = |what: &str, field: &str, key: &str, wanted: &str| {
        let actual = object.pointer(&format!("/metadata/{field}/{}", key.replace('/', "~1"))).and_then(Value::as_str);
        match actual {
            None => Some(format!("{what} validation error: missing key {key:?}: must be set to {wanted:?}")),
            Some(actual) if actual != wanted => Some(format!("{what} validation error: key {key:?} must equal {wanted:?}: current value is {actual:?}")),
            Some(_) => None,
        }
    };
    let errors: Vec<String> = [
        check("label", "labels", "app.kubernetes.io/managed-by", "Helm"),
        check("annotation", "annotations", "meta.helm.sh/release-name", name),
        check("annotation", "annotations", "meta.helm.sh/release-namespace", namespace),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!errors.is_empty()).then(|| errors.join("; "))
}
