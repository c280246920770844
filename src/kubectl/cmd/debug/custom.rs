//! `kubectl debug --custom FILE`: a part of a container, put over what the profile made.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/debug/debug.go (applyCustomProfile), v1.36.
//! Simplified: nothing.

use podarium_api::Kind;
use podarium_api::patch::strategic_merge;
use serde_json::{Value, json};

use crate::failure::{Outcome, fail};
use crate::kubectl::Kubectl;
use crate::unstructured::{items, text};

/// The file's contents, if there is one.
fn profile(kubectl: &mut Kubectl<'_, '_>) -> Outcome<Option<Value>> {
    let path = kubectl.flags.text("custom").to_owned();
    if path.is_empty() {
        return Ok(None);
    }
    let bytes = match kubectl.read_file(&path)? {
        Ok(bytes) => bytes,
        Err(why) => return fail(format!("must pass a container spec json file for custom profile: {why}")),
    };
    match serde_yaml::from_slice::<Value>(&bytes) {
        Ok(value) if value.is_object() => Ok(Some(value)),
        Ok(_) => fail(format!("{path} does not contain a valid container spec: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type v1.Container")),
        Err(why) => fail(format!("{path} does not contain a valid container spec: error converting YAML to JSON: yaml: {why}")),
    }
}

/// Refuses a file that says what the command line says.
pub(super) fn check(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let Some(profile) = profile(kubectl)? else { return Ok(()) };
    let says = |field: &str| match &profile[field] {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    };
    if ["name", "command", "image", "lifecycle", "volumeDevices"].into_iter().any(says) {
        return fail("name, command, image, lifecycle and volume devices are not modifiable via custom profile");
    }
    Ok(())
}

/// Puts it over a container.
pub(super) fn apply(kubectl: &mut Kubectl<'_, '_>, container: &mut Value) -> Outcome<()> {
    let Some(mut profile) = profile(kubectl)? else { return Ok(()) };
    profile["name"] = text(container, "/name").into();
    let within = |container: &Value| json!({"spec": {"containers": [container]}});
    match strategic_merge(Kind::Pod, &within(container), &within(&profile)) {
        Ok(pod) => {
            *container = items(&pod, "/spec/containers").first().cloned().unwrap_or_default();
            Ok(())
        }
        Err(why) => fail(format!("error creating three way patch to add debug container: {why}")),
    }
}
