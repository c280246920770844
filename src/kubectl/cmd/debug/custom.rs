//! `kubectl debug --custom FILE`: a part of a container, put over what the profile made.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/debug/debug.go (applyCustomProfile), v1.36.
//! Simplified: nothing.

use podarium_api::Kind;
use podarium_api::decode::go_kind;
use podarium_api::patch::strategic_merge;
use serde_json::{Value, json};

use crate::failure::{Outcome, fail};
use crate::kubectl::Kubectl;
use crate::manifest::{go_yaml_error, split};
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
    let invalid = |why: String| fail(format!("{path} does not contain a valid container spec: error {why}"));
    // Of several documents the first counts.
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let document = split(&text).into_iter().find(|document| !document.trim().is_empty()).unwrap_or_default();
    let value = match serde_yaml::from_str::<Value>(&document) {
        Ok(value) => value,
        Err(error) => return invalid(format!("converting YAML to JSON: {}", go_yaml_error(&error))),
    };
    match as_container(value) {
        Ok(container) => Ok(Some(container)),
        Err(why) => invalid(format!("unmarshaling JSON: while decoding JSON: json: cannot unmarshal {why}")),
    }
}

/// The fields of a container: what Go reads into each, and how it calls the type.
const FIELDS: &[(&str, &str, &str)] = &[
    ("name", "string", "string"), ("image", "string", "string"), ("workingDir", "string", "string"), ("terminationMessagePath", "string", "string"),
    ("terminationMessagePolicy", "string", "v1.TerminationMessagePolicy"), ("imagePullPolicy", "string", "v1.PullPolicy"), ("restartPolicy", "string", "v1.ContainerRestartPolicy"),
    ("stdin", "bool", "bool"), ("stdinOnce", "bool", "bool"), ("tty", "bool", "bool"),
    ("command", "array", "[]string"), ("args", "array", "[]string"), ("ports", "array", "[]v1.ContainerPort"), ("envFrom", "array", "[]v1.EnvFromSource"), ("env", "array", "[]v1.EnvVar"),
    ("resizePolicy", "array", "[]v1.ContainerResizePolicy"), ("restartPolicyRules", "array", "[]v1.ContainerRestartRule"), ("volumeMounts", "array", "[]v1.VolumeMount"), ("volumeDevices", "array", "[]v1.VolumeDevice"),
    ("resources", "object", "v1.ResourceRequirements"), ("livenessProbe", "object", "v1.Probe"), ("readinessProbe", "object", "v1.Probe"), ("startupProbe", "object", "v1.Probe"),
    ("lifecycle", "object", "v1.Lifecycle"), ("securityContext", "object", "v1.SecurityContext"),
];

/// The container that is left of a document: what no container has is dropped, and what has another type is refused.
fn as_container(value: Value) -> Result<Value, String> {
    let fields = match value {
        Value::Object(fields) => fields,
        Value::Null => return Ok(json!({})),
        other => return Err(format!("{} into Go value of type v1.Container", go_kind(&other))),
    };
    let mut container = json!({});
    for (name, value) in fields {
        let Some((_, wanted, type_name)) = FIELDS.iter().find(|(field, ..)| *field == name).filter(|_| !value.is_null()) else { continue };
        // A number is a text where a text is wanted.
        let value = if *wanted == "string" && (value.is_number() || value.is_boolean()) { value.to_string().into() } else { value };
        if go_kind(&value) != *wanted {
            return Err(format!("{} into Go struct field Container.{name} of type {type_name}", go_kind(&value)));
        }
        container[name] = value;
    }
    Ok(container)
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
