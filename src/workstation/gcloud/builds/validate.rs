//! What the service refuses before a build begins.
//!
//! Models: the service's validation, as cloud-build-local's validate.go has it.
//! Simplified: no limits of lengths and numbers; volumes of steps are taken as they are.

use std::collections::BTreeSet;

use podarium_cluster::images::Reference;
use serde_json::Value;

/// Looks at the steps of a build; the error is the service's.
pub fn steps(steps: &[Value]) -> Result<(), String> {
    let wrong = |text: String| Err(format!("generic::invalid_argument: invalid .steps field: {text}"));
    let mut known = BTreeSet::from(["-"]);
    for (index, step) in steps.iter().enumerate() {
        let id = step["id"].as_str().unwrap_or_default();
        if step["name"].as_str().is_none_or(str::is_empty) {
            return wrong(format!("build step {index} must specify name"));
        }
        if let Some(other) = step["waitFor"].as_array().into_iter().flatten().filter_map(Value::as_str).find(|other| !known.contains(other)) {
            return wrong(match id {
                "" => format!("build step #{index} depends on \"{other}\", which has not been defined"),
                id => format!("build step #{index} - \"{id}\" depends on \"{other}\", which has not been defined"),
            });
        }
        if id == "-" {
            return wrong(format!("build step #{index} - \"-\": the ID cannot be \"-\" which is reserved as a dependency for build steps that should run first"));
        }
        if !id.is_empty() && !known.insert(id) {
            return wrong(format!("build step #{index} - \"{id}\": the ID is not unique"));
        }
        if let Some(entry) = step["env"].as_array().into_iter().flatten().filter_map(Value::as_str).find(|entry| !entry.contains('=')) {
            return wrong(format!("build step #{index} - \"{id}\": the Env entry \"{entry}\" must be of the form \"KEY=VALUE\""));
        }
    }
    Ok(())
}

/// Looks at names after the substitutions.
pub fn names(steps: &[Value], images: &[String]) -> Result<(), String> {
    if let Some(name) = steps.iter().filter_map(|step| step["name"].as_str()).find(|name| Reference::parse(name).is_err()) {
        return Err(format!("generic::invalid_argument: invalid build step name \"{name}\""));
    }
    match images.iter().find(|image| Reference::parse(image).is_err()) {
        Some(image) if Reference::parse(&image.to_lowercase()).is_ok() => Err(format!("generic::invalid_argument: invalid image name \"{image}\" contains uppercase letters")),
        Some(image) => Err(format!("generic::invalid_argument: invalid image name \"{image}\"")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn mistakes_are_told_in_the_words_of_the_service() {
        let begin = "generic::invalid_argument: invalid .steps field: build step ";
        for (all, wanted) in [
            (json!([{"name": "a", "id": "x"}, {"name": "a", "waitFor": ["-", "x"]}]), None),
            (json!([{"args": []}]), Some("0 must specify name")),
            (json!([{"name": "a"}, {"name": "a", "waitFor": ["y"]}]), Some("#1 depends on \"y\", which has not been defined")),
            (json!([{"name": "a", "id": "x", "waitFor": ["x"]}]), Some("#0 - \"x\" depends on \"x\", which has not been defined")),
            (json!([{"name": "a", "id": "x"}, {"name": "a", "id": "x"}]), Some("#1 - \"x\": the ID is not unique")),
            (json!([{"name": "a", "env": ["A"]}]), Some("#0 - \"\": the Env entry \"A\" must be of the form \"KEY=VALUE\"")),
        ] {
            assert_eq!(steps(all.as_array().unwrap()).err(), wanted.map(|wanted| format!("{begin}{wanted}")));
        }
        assert_eq!(names(&[], &["gcr.io/p/Web".to_owned()]).unwrap_err(), "generic::invalid_argument: invalid image name \"gcr.io/p/Web\" contains uppercase letters");
        assert_eq!(names(&[json!({"name": "gcr.io/p/x:"})], &[]).unwrap_err(), "generic::invalid_argument: invalid build step name \"gcr.io/p/x:\"");
    }
}
