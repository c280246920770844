//! `gcloud container images`: what lies in `gcr.io`.
//!
//! Models: surface/container/images of gcloud 535.

use podarium_cluster::images::Reference;
use podarium_machine::{Process, Suspend};
use serde_json::{Value, json};

use super::cli::{Done, ask};
use super::command::{self, Command, Given, NONE, Takes};
use super::{PROJECT, format};

const COMMANDS: &[Command] = &[
    Command { name: "container images list", operands: "", least: 0, most: 0, lists: true, flags: &[("repository", NONE, Takes::Value)], run: list },
    Command { name: "container images list-tags", operands: "IMAGE_NAME", least: 1, most: 1, lists: true, flags: &[], run: list_tags },
    Command { name: "container images describe", operands: "IMAGE_NAME", least: 1, most: 1, lists: false, flags: &[], run: describe },
    Command { name: "container images delete", operands: "IMAGE_NAME [IMAGE_NAME ...]", least: 1, most: usize::MAX, lists: false, flags: &[("force-delete-tags", NONE, Takes::Nothing)], run: delete },
];

pub fn main(process: &mut Process<'_>, words: &[&str]) -> Done {
    match words.first().copied() {
        Some(word @ ("add-tag" | "untag" | "list-gcr-usage")) => super::cli::not_simulated(process, &format!("container images {word}")),
        _ => command::run(process, COMMANDS, "container images", words),
    }
}

/// Why a path is none of a registry of Google's.
fn wrong_path(path: &str) -> Option<String> {
    if path.contains([':', '@']) {
        return Some("Image names must not be fully-qualified. Remove the tag or digest and try again.".to_owned());
    }
    if path.ends_with('/') {
        return Some("Image name cannot end with '/'. Remove the trailing '/' and try again.".to_owned());
    }
    let host = path.split('/').next().unwrap_or_default();
    let of_google = host == "gcr.io" || host.ends_with(".gcr.io") || host.ends_with("-docker.pkg.dev");
    (!of_google).then(|| format!("{path} is not in a supported registry.  Supported registries are ['gcr.io', 'us.gcr.io', 'eu.gcr.io', 'asia.gcr.io', 'staging-k8s.gcr.io', 'marketplace.gcr.io']"))
}

/// What was pushed below a place.
pub fn versions(process: &mut Process<'_>, place: &str) -> Result<Vec<Value>, Suspend> {
    Ok(ask(process, "GET", &format!("/versions/{place}"), &Value::Null)?.ok().and_then(|found| found.as_array().cloned()).unwrap_or_default())
}

/// The image itself, and none that lies below it or is called alike.
fn of_image(all: Vec<Value>, name: &str) -> Vec<Value> {
    all.into_iter().filter(|version| version["package"] == *name).collect()
}

fn list(process: &mut Process<'_>, given: &Given) -> Done {
    let own = format!("gcr.io/{PROJECT}");
    let repository = given.flag("repository").unwrap_or(&own).to_owned();
    if let Some(what) = wrong_path(&repository) {
        return given.fail(process, &what);
    }
    if !repository.split('/').nth(1).is_some_and(|project| project == PROJECT) {
        return given.fail(process, &format!("Access denied: {repository}"));
    }
    let mut names: Vec<String> = versions(process, &format!("{repository}/"))?
        .iter()
        .filter_map(|version| version["package"].as_str()?.strip_prefix(&format!("{repository}/")).map(|rest| format!("{repository}/{}", rest.split('/').next().unwrap_or_default())))
        .collect();
    names.sort();
    names.dedup();
    let code = format::list(process, given, names.iter().map(|name| json!({"name": name})).collect(), &["NAME"], |row| vec![row["name"].as_str().unwrap_or_default().to_owned()])?;
    if !given.has("repository") {
        process.eprint(&format!("Only listing images in {own}. Use --repository to list images in other repositories.\n"))?;
    }
    Ok(code)
}

fn list_tags(process: &mut Process<'_>, given: &Given) -> Done {
    let name = given.operands[0].clone();
    if let Some(what) = wrong_path(&name) {
        return given.fail(process, &what);
    }
    let found = of_image(versions(process, &name)?, &name);
    if found.is_empty() {
        return given.fail(process, &format!("Not found: {name}"));
    }
    let rows: Vec<Value> = found
        .iter()
        .map(|version| json!({"digest": version["version"], "tags": version["tags"], "timestamp": {"datetime": version["createTime"]}}))
        .collect();
    format::list(process, given, rows, &["DIGEST", "TAGS", "TIMESTAMP"], |row| {
        let digest = row["digest"].as_str().unwrap_or_default();
        let tags: Vec<&str> = row["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        vec![digest.chars().skip(7).take(12).collect(), tags.join(","), row["timestamp"]["datetime"].as_str().unwrap_or_default().chars().take(19).collect()]
    })
}

/// What a name with a tag or a digest means: the image's place, its digest, its tag if one was said or meant.
fn resolve(process: &mut Process<'_>, given: &Given, text: &str) -> Result<Result<(Reference, Value), i32>, Suspend> {
    let Ok(name) = Reference::parse(text) else {
        return Ok(Err(given.fail(process, &format!("[{text}] digest must be of the form \"sha256:<digest>\"."))?));
    };
    if let Some(what) = wrong_path(&name.name()) {
        return Ok(Err(given.fail(process, &what)?));
    }
    let found = of_image(versions(process, &name.name())?, &name.name()).into_iter().find(|version| match name.is_digest {
        true => version["version"].as_str().is_some_and(|digest| digest == name.version),
        false => version["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| *tag == name.version)),
    });
    match found {
        Some(found) => Ok(Ok((name, found))),
        None => {
            let shown = if text.contains([':', '@']) { text.to_owned() } else { format!("{text}:latest") };
            Ok(Err(given.fail(process, &format!("[{shown}] is not found or is not a valid name. Expected tag in the form \"base:tag\" or \"tag\" or digest in the form \"sha256:<digest>\""))?))
        }
    }
}

fn describe(process: &mut Process<'_>, given: &Given) -> Done {
    let text = given.operands[0].clone();
    match resolve(process, given, &text)? {
        Ok((name, found)) => {
            let (digest, package) = (found["version"].as_str().unwrap_or_default(), name.name());
            let (registry, repository) = package.split_once('/').unwrap_or((&package, ""));
            format::one(process, given, &json!({"image_summary": {"digest": digest, "fully_qualified_digest": format!("{package}@{digest}"), "registry": registry, "repository": repository}}))
        }
        Err(code) => Ok(code),
    }
}

fn delete(process: &mut Process<'_>, given: &Given) -> Done {
    let (mut digests, mut explicit, mut implicit) = (Vec::<(String, Vec<String>)>::new(), Vec::new(), Vec::new());
    for text in given.operands.clone() {
        if !text.contains([':', '@']) {
            process.eprint(&format!("WARNING: Implicit \":latest\" tag specified: {text}\n"))?;
        }
        let (name, found) = match resolve(process, given, &text)? {
            Ok(found) => found,
            Err(code) => return Ok(code),
        };
        if !name.is_digest {
            process.eprint("WARNING: Successfully resolved tag to sha256, but it is recommended to use sha256 directly.\n")?;
            explicit.push(name.to_string());
        }
        let tags: Vec<String> = found["tags"].as_array().into_iter().flatten().filter_map(|tag| tag.as_str().map(str::to_owned)).collect();
        implicit.extend(tags.iter().map(|tag| format!("{}:{tag}", name.name())));
        let whole = format!("{}@{}", name.name(), found["version"].as_str().unwrap_or_default());
        if digests.iter().all(|(known, _)| *known != whole) {
            digests.push((whole, tags));
        }
    }
    implicit.retain(|tag| !explicit.contains(tag));
    if !implicit.is_empty() && !given.has("force-delete-tags") {
        process.eprint("ERROR: Tags:\n")?;
        for tag in &explicit {
            process.eprint(&format!("ERROR: - {tag}\n"))?;
        }
        return given.fail(process, "This operation will implicitly delete the tags listed above. Please manually remove with the `untag` command or re-run with --force-delete-tags to confirm.");
    }
    let mut text = String::from("Digests:\n");
    for (digest, tags) in &digests {
        text.push_str(&format!("- {digest}\n"));
        if !tags.is_empty() {
            text.push_str(&format!("  Associated tags:\n{}", tags.iter().map(|tag| format!(" - {tag}\n")).collect::<String>()));
        }
    }
    if !explicit.is_empty() {
        text.push_str(&format!("Tags:\n{}", explicit.iter().map(|tag| format!("- {tag}\n")).collect::<String>()));
    }
    process.eprint(&format!("{text}This operation will delete the tags and images identified by the digests above.\n\n"))?;
    if !given.confirmed(process, "Do you want to continue (Y/n)?  ")? {
        return Ok(1);
    }
    explicit.extend(implicit);
    for name in explicit.iter().chain(digests.iter().map(|(digest, _)| digest)) {
        if let Err(error) = ask(process, "DELETE", &format!("/image/{name}"), &Value::Null)? {
            return given.refused(process, &error);
        }
        process.eprint(&format!("Deleted [{name}].\n"))?;
    }
    Ok(0)
}
