//! `gcloud artifacts`: repositories of Artifact Registry and the images in them.
//!
//! Models: surface/artifacts and command_lib/artifacts of gcloud 535.
//! Simplified: repositories of the format `docker`, of the standard mode.

use podarium_cluster::images::Reference;
use podarium_machine::{Process, Suspend};
use serde_json::{Value, json};

use super::cli::{Done, ask, not_simulated, table};
use super::command::{self, Command, Given, NONE, Takes};
use super::images::versions;
use super::{PROJECT, format, settings};

/// Where repositories can be.
pub const LOCATIONS: &[&str] = &[
    "africa-south1", "asia", "asia-east1", "asia-east2", "asia-northeast1", "asia-northeast2", "asia-northeast3", "asia-south1", "asia-south2",
    "asia-southeast1", "asia-southeast2", "australia-southeast1", "australia-southeast2", "europe", "europe-central2", "europe-north1", "europe-southwest1",
    "europe-west1", "europe-west10", "europe-west12", "europe-west2", "europe-west3", "europe-west4", "europe-west6", "europe-west8", "europe-west9",
    "me-central1", "me-central2", "me-west1", "northamerica-northeast1", "northamerica-northeast2", "southamerica-east1", "southamerica-west1", "us",
    "us-central1", "us-east1", "us-east4", "us-east5", "us-south1", "us-west1", "us-west2", "us-west3", "us-west4",
];

const LOCATION: command::Flag = ("location", NONE, Takes::Value);
const TAGS: command::Flag = ("include-tags", NONE, Takes::Nothing);

const COMMANDS: &[Command] = &[
    Command {
        name: "artifacts repositories create",
        operands: "REPOSITORY",
        least: 1,
        most: 1,
        lists: false,
        flags: &[
            LOCATION,
            ("async", NONE, Takes::NotSimulated),
            ("description", NONE, Takes::Value),
            ("immutable-tags", NONE, Takes::NotSimulated),
            ("kms-key", NONE, Takes::NotSimulated),
            ("labels", NONE, Takes::NotSimulated),
            ("mode", NONE, Takes::NotSimulated),
            ("repository-format", NONE, Takes::Value),
        ],
        run: create,
    },
    Command { name: "artifacts repositories list", operands: "", least: 0, most: 0, lists: true, flags: &[LOCATION], run: list },
    Command { name: "artifacts repositories describe", operands: "REPOSITORY", least: 1, most: 1, lists: false, flags: &[LOCATION], run: describe },
    Command { name: "artifacts repositories delete", operands: "REPOSITORY", least: 1, most: 1, lists: false, flags: &[LOCATION, ("async", NONE, Takes::NotSimulated)], run: delete },
    Command { name: "artifacts docker images list", operands: "[IMAGE_PATH]", least: 0, most: 1, lists: true, flags: &[TAGS, ("show-occurrences", NONE, Takes::NotSimulated), ("occurrence-filter", NONE, Takes::NotSimulated)], run: list_images },
    Command { name: "artifacts docker images delete", operands: "IMAGE", least: 1, most: 1, lists: false, flags: &[("delete-tags", NONE, Takes::Nothing), ("async", NONE, Takes::NotSimulated)], run: delete_image },
    Command { name: "artifacts docker tags list", operands: "[IMAGE_PATH]", least: 0, most: 1, lists: true, flags: &[], run: list_tags },
];

pub fn main(process: &mut Process<'_>, words: &[&str]) -> Done {
    let absent = ["apt", "attachments", "files", "generic", "go", "googet", "locations", "operations", "packages", "print-settings", "projects", "rules", "sbom", "settings", "tags", "versions", "vpcsc-config", "vulnerabilities", "yum"];
    match words {
        [word, ..] if absent.contains(word) => not_simulated(process, &format!("artifacts {word}")),
        ["docker", "images", word @ ("describe" | "list-vulnerabilities" | "scan" | "get-operation"), ..] => not_simulated(process, &format!("artifacts docker images {word}")),
        ["docker", "tags", word @ ("add" | "delete"), ..] => not_simulated(process, &format!("artifacts docker tags {word}")),
        ["docker", word @ "upgrade", ..] => not_simulated(process, &format!("artifacts docker {word}")),
        ["repositories", word @ ("update" | "add-iam-policy-binding" | "get-iam-policy" | "set-iam-policy" | "remove-iam-policy-binding" | "copy" | "set-cleanup-policies" | "list-cleanup-policies" | "delete-cleanup-policies"), ..] => not_simulated(process, &format!("artifacts repositories {word}")),
        _ => command::run(process, COMMANDS, "artifacts", words),
    }
}

fn location(process: &mut Process<'_>, given: &Given) -> Result<Result<String, i32>, Suspend> {
    let set = settings::read(process)?;
    let found = given.flag("location").map(str::to_owned).or_else(|| settings::get(&set, "artifacts/location"));
    match found {
        Some(location) => Ok(Ok(location)),
        None => Ok(Err(given.fail(process, "Error parsing [repository].\nThe [repository] resource is not properly specified.\nFailed to find attribute [location]. The attribute can be set in the following ways: \n- provide the argument `--location` on the command line\n- set the property `artifacts/location`")?)),
    }
}

/// `…/operations/…`: the name of something that goes on.
fn operation(process: &mut Process<'_>, location: &str) -> Result<String, Suspend> {
    let (high, low) = (process.random_bits()?, process.random_bits()?);
    let hex = format!("{:016x}{:016x}", high & !0xf000 | 0x4000, low & !(0xc << 60) | 0x8 << 60);
    Ok(format!("projects/{PROJECT}/locations/{location}/operations/{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}

fn create(process: &mut Process<'_>, given: &Given) -> Done {
    let name = given.operands[0].clone();
    let Some(kind) = given.flag("repository-format") else {
        process.eprint("ERROR: (gcloud.artifacts.repositories.create) argument --repository-format: Must be specified.\nUsage: gcloud artifacts repositories create (REPOSITORY : --location=LOCATION) --repository-format=REPOSITORY_FORMAT [optional flags]\n\nFor detailed information on this command and its flags, run:\n  gcloud artifacts repositories create --help\n")?;
        return Ok(2);
    };
    match kind.to_lowercase().as_str() {
        "docker" => {}
        "apt" | "generic" | "go" | "googet" | "kfp" | "maven" | "npm" | "python" | "ruby" | "yum" => return not_simulated(process, &format!("artifacts repositories create --repository-format={kind}")),
        _ => {
            process.eprint(&format!("ERROR: gcloud crashed (TypeError): No such value for {} in Enum FormatValueValuesEnum\n\nIf you would like to report this issue, please run the following command:\n  gcloud feedback\n\nTo check gcloud for common problems, please run the following command:\n  gcloud info --run-diagnostics\n", kind.to_uppercase()))?;
            return Ok(1);
        }
    }
    let location = match location(process, given)? {
        Ok(location) => location,
        Err(code) => return Ok(code),
    };
    let expected = match name.as_str() {
        "gcr.io" | "us.gcr.io" => Some("us"),
        "eu.gcr.io" => Some("europe"),
        "asia.gcr.io" => Some("asia"),
        _ => None,
    };
    let good = name.starts_with(|c: char| c.is_ascii_lowercase()) && name.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    match expected {
        Some(expected) if expected != location => return given.fail(process, &format!("GCR repository {name} can only be created in the {expected} multi-region.")),
        None if !good => return given.fail(process, "Names may only contain lowercase letters, numbers, and hyphens, and must begin with a letter and end with a letter or number."),
        _ => {}
    }
    let body = json!({"location": location, "name": name, "description": given.flag("description").unwrap_or_default()});
    if let Err(error) = ask(process, "POST", "/repositories", &body)? {
        return given.refused(process, &error);
    }
    let operation = operation(process, &location)?;
    process.eprint(&format!("Create request issued for: [{name}]\n"))?;
    format::progress(process, &format!("Waiting for operation [{operation}] to complete..."), 4)?;
    process.eprint(&format!("Created repository [{name}].\n"))?;
    Ok(0)
}

fn basename(value: &Value) -> String {
    value["name"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned()
}

fn place_of(value: &Value) -> String {
    value["name"].as_str().unwrap_or_default().split('/').nth(3).unwrap_or_default().to_owned()
}

fn list(process: &mut Process<'_>, given: &Given) -> Done {
    let set = settings::read(process)?;
    let location = given.flag("location").map(str::to_owned).or_else(|| settings::get(&set, "artifacts/location")).filter(|location| location != "all");
    process.eprint(&match &location {
        Some(location) => format!("Listing items under project {PROJECT}, location {location}.\n\n"),
        None => format!("Listing items under project {PROJECT}, across all locations.\n\n"),
    })?;
    let all = match ask(process, "GET", "/repositories", &Value::Null)? {
        Ok(all) => all.as_array().cloned().unwrap_or_default(),
        Err(error) => return given.refused(process, &error),
    };
    let rows: Vec<Value> = all.into_iter().filter(|one| location.as_ref().is_none_or(|location| place_of(one) == *location)).collect();
    let row = |one: &Value| {
        let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        let time = |name: &str| text(name).chars().take(19).collect::<String>();
        let size = one["sizeBytes"].as_u64().unwrap_or(0);
        let size = if size == 0 { "0".to_owned() } else { format!("{:.3}", size as f64 / f64::from(1 << 20)) };
        vec![basename(one), text("format"), text("mode"), text("description"), place_of(one), String::new(), "Google-managed key".to_owned(), time("createTime"), time("updateTime"), size]
    };
    let heads = ["REPOSITORY", "FORMAT", "MODE", "DESCRIPTION", "LOCATION", "LABELS", "ENCRYPTION", "CREATE_TIME", "UPDATE_TIME", "SIZE (MB)"];
    if !rows.is_empty() && !given.has("format") {
        let whole: Vec<Vec<String>> = std::iter::once(heads.map(str::to_owned).to_vec()).chain(rows.iter().map(row)).collect();
        let width = table(&whole).lines().map(|line| line.chars().count()).max().unwrap_or(0);
        process.print(&format!("{}ARTIFACT_REGISTRY\n", " ".repeat(width.saturating_sub(17) / 2)))?;
    }
    format::list(process, given, rows, &heads, row)
}

fn describe(process: &mut Process<'_>, given: &Given) -> Done {
    let location = match location(process, given)? {
        Ok(location) => location,
        Err(code) => return Ok(code),
    };
    match ask(process, "GET", &format!("/repositories/{location}/{}", given.operands[0]), &Value::Null)? {
        Ok(mut found) => {
            let size = found["sizeBytes"].as_u64().unwrap_or(0) as f64 / 1e6;
            process.eprint(&format!("Encryption: Google-managed key\nRepository Size: {size:.3}MB\n"))?;
            found.as_object_mut().map(|map| map.remove("sizeBytes"));
            format::one(process, given, &found)
        }
        Err(error) => given.refused(process, &error),
    }
}

fn delete(process: &mut Process<'_>, given: &Given) -> Done {
    let location = match location(process, given)? {
        Ok(location) => location,
        Err(code) => return Ok(code),
    };
    let name = given.operands[0].clone();
    process.eprint(&format!("You are about to delete repository [{name}]\n\n"))?;
    if !given.confirmed(process, "Do you want to continue (Y/n)?  ")? {
        return Ok(1);
    }
    if let Err(error) = ask(process, "DELETE", &format!("/repositories/{location}/{name}"), &Value::Null)? {
        return given.refused(process, &error);
    }
    let operation = operation(process, &location)?;
    process.eprint(&format!("Delete request issued for: [{name}]\n"))?;
    format::progress(process, &format!("Waiting for operation [{operation}] to complete..."), 3)?;
    process.eprint(&format!("Deleted repository [{name}].\n"))?;
    Ok(0)
}

/// What `LOCATION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE` names: location, repository, and the whole.
struct Path {
    location: String,
    repository: String,
    whole: String,
    has_image: bool,
}

const FORMS: &str = "A valid Docker repository has the format of\n  LOCATION-docker.pkg.dev/PROJECT-ID/REPOSITORY-ID\n\nA valid image has the format of\n  LOCATION-docker.pkg.dev/PROJECT-ID/REPOSITORY-ID/IMAGE\n";

fn path(process: &mut Process<'_>, given: &Given) -> Result<Result<Path, i32>, Suspend> {
    let Some(text) = given.operands.first().cloned() else {
        let set = settings::read(process)?;
        let (location, repository) = (settings::get(&set, "artifacts/location"), settings::get(&set, "artifacts/repository"));
        return match (location, repository) {
            (Some(location), Some(repository)) => Ok(Ok(Path { whole: format!("{location}-docker.pkg.dev/{PROJECT}/{repository}"), location, repository, has_image: false })),
            (location, repository) => {
                let shown = |value: Option<String>| value.unwrap_or_else(|| "None".to_owned());
                let what = format!("Fail to construct Docker string from config values:\ncore/project: {PROJECT}, artifacts/location: {}, artifacts/repository: {}\n\n{FORMS}", shown(location), shown(repository));
                Ok(Err(given.fail(process, &what)?))
            }
        };
    };
    let parts: Vec<&str> = text.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [host, _, repository, ..] if host.ends_with("-docker.pkg.dev") => {
            let location = host.trim_end_matches("-docker.pkg.dev").to_owned();
            Ok(Ok(Path { location, repository: (*repository).to_owned(), whole: parts.join("/"), has_image: parts.len() > 3 }))
        }
        _ => Ok(Err(given.fail(process, &format!("Invalid Docker string.\n\n{FORMS}"))?)),
    }
}

/// The images at a path, after the repository was looked for and the student was told where.
fn found(process: &mut Process<'_>, given: &Given) -> Result<Result<Vec<Value>, i32>, Suspend> {
    let path = match path(process, given)? {
        Ok(path) => path,
        Err(code) => return Ok(Err(code)),
    };
    if let Err(error) = ask(process, "GET", &format!("/repositories/{}/{}", path.location, path.repository), &Value::Null)? {
        return Ok(Err(given.refused(process, &error)?));
    }
    process.eprint(&format!("Listing items under project {PROJECT}, location {}, repository {}.\n\n", path.location, path.repository))?;
    let prefix = if path.has_image { path.whole.clone() } else { format!("{}/", path.whole) };
    let mut all = versions(process, &prefix)?;
    all.retain(|version| !path.has_image || version["package"] == *path.whole || version["package"].as_str().is_some_and(|package| package.starts_with(&format!("{}/", path.whole))));
    all.sort_by(|a, b| a["package"].as_str().cmp(&b["package"].as_str()));
    Ok(Ok(all))
}

fn list_images(process: &mut Process<'_>, given: &Given) -> Done {
    let all = match found(process, given)? {
        Ok(all) => all,
        Err(code) => return Ok(code),
    };
    let tags = given.has("include-tags");
    let rows: Vec<Value> = all
        .into_iter()
        .map(|mut version| {
            version["metadata"] = json!({"imageSizeBytes": version["bytes"].to_string()});
            version.as_object_mut().map(|map| map.remove("bytes"));
            if !tags {
                version["tags"] = json!([]);
            }
            version
        })
        .collect();
    let heads: &[&str] = if tags { &["IMAGE", "DIGEST", "TAGS", "CREATE_TIME", "UPDATE_TIME", "SIZE"] } else { &["IMAGE", "DIGEST", "CREATE_TIME", "UPDATE_TIME", "SIZE"] };
    format::list(process, given, rows, heads, |row| {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        let time = |name: &str| text(name).chars().take(19).collect::<String>();
        let mut cells = vec![text("package"), text("version")];
        if tags {
            cells.push(row["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(","));
        }
        cells.extend([time("createTime"), time("updateTime"), row["metadata"]["imageSizeBytes"].as_str().unwrap_or_default().to_owned()]);
        cells
    })
}

fn list_tags(process: &mut Process<'_>, given: &Given) -> Done {
    let all = match found(process, given)? {
        Ok(all) => all,
        Err(code) => return Ok(code),
    };
    let mut rows = Vec::new();
    for version in &all {
        rows.extend(version["tags"].as_array().into_iter().flatten().map(|tag| json!({"tag": tag, "image": version["package"], "version": version["version"]})));
    }
    format::list(process, given, rows, &["TAG", "IMAGE", "DIGEST"], |row| ["tag", "image", "version"].map(|name| row[name].as_str().unwrap_or_default().to_owned()).to_vec())
}

fn delete_image(process: &mut Process<'_>, given: &Given) -> Done {
    let text = given.operands[0].clone();
    let wrong = "Invalid Docker image.\n\nA valid container image can be referenced by tag or digest, has the format of\n  LOCATION-docker.pkg.dev/PROJECT-ID/REPOSITORY-ID/IMAGE:tag\n  LOCATION-docker.pkg.dev/PROJECT-ID/REPOSITORY-ID/IMAGE@sha256:digest\n";
    let Some(name) = Reference::parse(&text).ok().filter(|name| name.registry.ends_with("-docker.pkg.dev") && name.repository.split('/').count() > 2) else { return given.fail(process, wrong) };
    let all: Vec<Value> = versions(process, &name.name())?.into_iter().filter(|version| version["package"] == *name.name()).collect();
    let whole = !text.contains('@') && !text.rsplit('/').next().unwrap_or_default().contains(':');
    let fits = |version: &&Value| match name.is_digest {
        true => version["version"] == *name.version,
        false => version["tags"].as_array().is_some_and(|tags| tags.iter().any(|tag| *tag == name.version)),
    };
    let chosen: Vec<Value> = if whole { all } else { all.iter().filter(fits).cloned().collect() };
    if chosen.is_empty() {
        return given.refused(process, &(404, "NOT_FOUND: Requested entity was not found.".to_owned()));
    }
    let tags_of = |version: &Value| -> Vec<String> { version["tags"].as_array().into_iter().flatten().filter_map(|tag| tag.as_str().map(|tag| format!("{}:{tag}", name.name()))).collect() };
    let tags: Vec<String> = chosen.iter().flat_map(tags_of).collect();
    let provided: Vec<String> = if name.is_digest || whole { Vec::new() } else { vec![name.to_string()] };
    if !whole && !given.has("delete-tags") && tags != provided {
        return given.fail(process, &format!("Cannot delete image {text} because it is tagged. Existing tags are:\n- {}", tags.join("\n- ")));
    }
    let digests: Vec<String> = chosen.iter().map(|version| format!("{}@{}", name.name(), version["version"].as_str().unwrap_or_default())).collect();
    let shown = match whole {
        true => format!("\nThis operation will delete all tags and images for {text}.\n\n"),
        false => {
            let tags = if tags.is_empty() { String::new() } else { format!("\n\nTags:\n- {}", tags.join("\n- ")) };
            format!("Digests:\n- {}{tags}\n\nThis operation will delete the above resources.\n\n", digests.join("\n- "))
        }
    };
    process.eprint(&shown)?;
    if !given.confirmed(process, "Do you want to continue (Y/n)?  ")? {
        return Ok(1);
    }
    for name in tags.iter().chain(&digests) {
        if let Err(error) = ask(process, "DELETE", &format!("/image/{name}"), &Value::Null)? {
            return given.refused(process, &error);
        }
    }
    let operation = operation(process, name.registry.trim_end_matches("-docker.pkg.dev"))?;
    process.eprint("Delete request issued.\n")?;
    format::progress(process, &format!("Waiting for operation [{operation}] to complete..."), 1)?;
    Ok(0)
}
