//! `cloudbuild.yaml`, as gcloud reads it before anything is sent.
//!
//! Models: api_lib/cloudbuild/config.py and cloudbuild_util.py of gcloud 535.
//! Simplified: what is wrong in the YAML itself is said in the words of another parser.

use serde_json::{Map, Value, json};

/// The fields of a build, of a step, of a step's volume and of options.
const BUILD: &[&str] = &[
    "approval", "artifacts", "availableSecrets", "buildTriggerId", "createTime", "dependencies", "failureInfo", "finishTime", "gitConfig", "id", "images",
    "logUrl", "logsBucket", "name", "options", "projectId", "queueTtl", "results", "secrets", "serviceAccount", "source", "sourceProvenance", "startTime",
    "status", "statusDetail", "steps", "substitutions", "tags", "timeout", "timing", "warnings",
];
const STEP: &[&str] = &[
    "allowExitCodes", "allowFailure", "args", "automapSubstitutions", "dir", "entrypoint", "env", "exitCode", "id", "name", "pullTiming", "results", "script",
    "secretEnv", "status", "timeout", "timing", "volumes", "waitFor",
];
const VOLUME: &[&str] = &["name", "path"];
const OPTIONS: &[&str] = &[
    "automapSubstitutions", "defaultLogsBucketBehavior", "diskSizeGb", "dynamicSubstitutions", "enableStructuredLogging", "env", "logStreamingOption", "logging",
    "machineType", "pool", "pubsubTopic", "requestedVerifyOption", "secretEnv", "sourceProvenanceHash", "substitutionOption", "volumes", "workerPool",
];
/// Maps whose keys are the person's own.
const OWN_KEYS: &[&str] = &["secretEnv", "secret_env", "substitutions", "envMap", "env_map"];

/// `wait_for` of `waitFor`.
fn camel(key: &str) -> String {
    let mut parts = key.split('_').filter(|part| !part.is_empty());
    let first = parts.next().unwrap_or_default().to_owned();
    let capital = |part: &str| part.chars().next().map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default() + &part.chars().skip(1).collect::<String>().to_lowercase();
    first + &parts.map(capital).collect::<String>()
}

fn camel_all(value: Value) -> Value {
    match value {
        Value::Object(map) => map.into_iter().map(|(key, value)| (camel(&key), if OWN_KEYS.contains(&key.as_str()) { value } else { camel_all(value) })).collect::<Map<_, _>>().into(),
        Value::Array(list) => list.into_iter().map(camel_all).collect(),
        value => value,
    }
}

/// The path of the first field that nobody knows.
fn unused(value: &Value, known: &[&str]) -> Option<String> {
    let unknown: Vec<&str> = value.as_object().into_iter().flatten().map(|(key, _)| key.as_str()).filter(|key| !known.contains(key)).collect();
    match unknown.as_slice() {
        [] => None,
        [one] => Some(format!(".{one}")),
        several => Some(format!(".{{{}}}", several.join(","))),
    }
}

fn unused_in_build(build: &Value) -> Option<String> {
    let each = |list: &Value, known: &'static [&'static str]| list.as_array().into_iter().flatten().enumerate().find_map(|(index, one)| Some(format!("[{index}]{}", unused(one, known)?)));
    let in_steps = || {
        build["steps"].as_array().into_iter().flatten().enumerate().find_map(|(index, step)| {
            let inner = unused(step, STEP).or_else(|| each(&step["volumes"], VOLUME).map(|path| format!(".volumes{path}")))?;
            Some(format!(".steps[{index}]{inner}"))
        })
    };
    unused(build, BUILD).or_else(in_steps).or_else(|| unused(&build["options"], OPTIONS).map(|path| format!(".options{path}")))
}

/// Texts where a list of texts belongs, and the like.
fn wrong_type(build: &Value) -> Option<String> {
    if !build["steps"].is_null() && !build["steps"].is_array() {
        return Some("Expected a list of messages for field steps".to_owned());
    }
    for (index, step) in build["steps"].as_array().into_iter().flatten().enumerate() {
        if !step.is_object() {
            return Some(format!(".steps[{index}]: a step is a mapping with `name` and `args`, not {step}"));
        }
        for field in ["args", "env", "waitFor"] {
            let list = &step[field];
            let wrong = (!list.is_null() && !list.is_array()).then(|| list.clone()).or_else(|| list.as_array().into_iter().flatten().find(|one| !one.is_string()).cloned());
            if let Some(wrong) = wrong {
                let found = match wrong {
                    Value::Number(_) => "int",
                    Value::Bool(_) => "bool",
                    Value::String(_) => "str",
                    Value::Array(_) => "list",
                    _ => "dict",
                };
                return Some(format!("Expected type <class 'str'> for field {field}, found {wrong} (type <class '{found}'>)"));
            }
        }
    }
    None
}

/// Reads a configuration and puts the substitutions of the command line in; the error is gcloud's.
pub fn load(path: &str, text: &str, substitutions: &[(String, String)]) -> Result<Value, String> {
    let found: Value = serde_yaml::from_str(text).map_err(|error| format!("parsing {path}: {error}"))?;
    if !found.is_object() {
        return Err(format!("parsing {path}: Could not parse as a dictionary."));
    }
    let mut build = camel_all(found);
    if let Some(field) = unused_in_build(&build) {
        return Err(format!("interpreting {path} as build config: {field}: unused"));
    }
    if let Some(wrong) = wrong_type(&build) {
        return Err(format!("interpreting {path} as build config: {wrong}"));
    }
    let mut all: Map<String, Value> = build["substitutions"].as_object().cloned().unwrap_or_default();
    if let Some(key) = all.keys().find(|key| !is_own(key)) {
        return Err(format!("validating {path} as build config: substitution key {key} does not respect format ^_[A-Z0-9_]+$"));
    }
    all.extend(substitutions.iter().map(|(key, value)| (key.clone(), json!(value))));
    if !all.is_empty() {
        build["substitutions"] = all.into_iter().map(|(key, value)| (key, json!(value.as_str().map_or_else(|| value.to_string(), str::to_owned)))).collect::<Map<_, _>>().into();
    }
    if !build["source"].is_null() {
        return Err(format!("validating {path} as build config: config cannot specify source"));
    }
    if build["steps"].as_array().is_none_or(Vec::is_empty) {
        return Err(format!("validating {path} as build config: config must list at least one step"));
    }
    Ok(build)
}

/// `_COLOR`: a name that a person may give.
pub fn is_own(key: &str) -> bool {
    key.len() > 1 && key.starts_with('_') && key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn configurations_are_read_and_refused() {
        let read = load("c.yaml", "steps:\n- name: a\n  wait_for: ['-']\nsubstitutions: {_A: 1}\n", &[("_B".to_owned(), "x".to_owned())]).unwrap();
        assert_eq!(read, json!({"steps": [{"name": "a", "waitFor": ["-"]}], "substitutions": {"_A": "1", "_B": "x"}}));
        for (text, wanted) in [
            ("- a", "parsing c.yaml: Could not parse as a dictionary."),
            ("images: [a]", "validating c.yaml as build config: config must list at least one step"),
            ("steps: [{name: a, arg: [b]}]", "interpreting c.yaml as build config: .steps[0].arg: unused"),
            ("step: []\nstage: 1", "interpreting c.yaml as build config: .{stage,step}: unused"),
            ("steps: [{name: a}]\nsubstitutions: {COLOR: red}", "validating c.yaml as build config: substitution key COLOR does not respect format ^_[A-Z0-9_]+$"),
            ("steps: [{name: a}]\nsource: {}", "validating c.yaml as build config: config cannot specify source"),
        ] {
            assert_eq!(load("c.yaml", text, &[]).unwrap_err(), wanted);
        }
    }
}
