//! Commands for images and registries.

use podarium_machine::{Process, StreamItem, Suspend};
use serde_json::{Value, json};

use super::containers::fail;
use super::flags::{Flags, NONE, Parsed};
use super::table::{duration, size, table};
use super::{Done, ask, encoded, refusal, request, unreachable_daemon};

pub const PULL: Flags = &[("quiet", 'q', "", "Suppress verbose output")];
pub const IMAGES: Flags = &[
    ("all", 'a', "", "Show all images (default hides intermediate images)"),
    ("digests", NONE, "", "Show digests"),
    ("no-trunc", NONE, "", "Don't truncate output"),
    ("quiet", 'q', "", "Only show image IDs"),
];
pub const RMI: Flags = &[("force", 'f', "", "Force removal of the image"), ("no-prune", NONE, "", "Do not delete untagged parents")];
pub const LOGIN: Flags = &[
    ("password", 'p', "string", "Password or Personal Access Token (PAT)"),
    ("password-stdin", NONE, "", "Take the Password or Personal Access Token (PAT) from stdin"),
    ("username", 'u', "string", "Username"),
];
pub const HISTORY: Flags = &[("no-trunc", NONE, "", "Don't truncate output"), ("quiet", 'q', "", "Only show image IDs")];

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

pub fn images(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let list = match ask(process, request("GET", "/images/json"))? {
        Ok(list) => list,
        Err(problem) => return fail(process, &problem),
    };
    let wanted = parsed.operands.first().cloned();
    let fits = |row: &&Value| match wanted.as_deref().map(|name| name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map_or((name, None), |(name, tag)| (name, Some(tag)))) {
        None => true,
        Some((name, tag)) => text(row, "repository") == name && tag.is_none_or(|tag| text(row, "tag") == tag),
    };
    let id = |row: &Value| if parsed.has("no-trunc") { text(row, "id").to_owned() } else { text(row, "id")["sha256:".len()..][..12].to_owned() };
    let shown: Vec<&Value> = list.as_array().into_iter().flatten().filter(fits).collect();
    if parsed.has("quiet") {
        let ids: String = shown.iter().map(|row| format!("{}\n", id(row))).collect();
        process.print(&ids)?;
        return Ok(0);
    }
    let mut head = vec!["REPOSITORY", "TAG", "DIGEST", "IMAGE ID", "CREATED", "SIZE"];
    if !parsed.has("digests") {
        head.remove(2);
    }
    let mut rows = vec![head.into_iter().map(str::to_owned).collect::<Vec<_>>()];
    for row in shown {
        let age = duration(row["now"].as_i64().unwrap_or(0) - row["created"].as_i64().unwrap_or(0));
        let mut cells = vec![text(row, "repository").to_owned(), text(row, "tag").to_owned()];
        if parsed.has("digests") {
            cells.push(text(row, "digest").to_owned());
        }
        cells.extend([id(row), format!("{age} ago"), size(row["bytes"].as_u64().unwrap_or(0))]);
        rows.push(cells);
    }
    process.print(&table(&rows))?;
    Ok(0)
}

/// Pulls an image and shows how, on standard error if that is where it belongs.
pub fn pull_image(process: &mut Process<'_>, name: &str, to_error: bool) -> Result<Result<(), String>, Suspend> {
    let request = request("POST", &format!("/images/create?fromImage={}", encoded(name)));
    progress(process, request, to_error, false)
}

/// Shows the lines of a stream of progress.
fn progress(process: &mut Process<'_>, request: podarium_machine::HttpRequest, to_error: bool, quiet: bool) -> Result<Result<(), String>, Suspend> {
    let stream = match process.http_open(request)? {
        Ok(stream) => stream,
        Err(error) => return Ok(Err(unreachable_daemon(error))),
    };
    let mut problem = None;
    let mut body = Vec::new();
    while let StreamItem::Chunk(piece) = process.http_next(stream.id, None)? {
        if stream.status >= 300 {
            body.extend(piece);
            continue;
        }
        for line in String::from_utf8_lossy(&piece).lines() {
            let told: Value = serde_json::from_str(line).unwrap_or_default();
            if let Some(error) = told["error"].as_str() {
                problem = Some(error.to_owned());
                continue;
            }
            let status = text(&told, "status");
            let shown = match told["id"].as_str() {
                Some(id) => format!("{id}: {status}\n"),
                None => format!("{status}\n"),
            };
            match (quiet, to_error) {
                (true, _) => {}
                (false, true) => process.eprint(&shown)?,
                (false, false) => process.print(&shown)?,
            }
        }
    }
    if stream.status >= 300 {
        problem = Some(refusal(&serde_json::from_slice(&body).unwrap_or_default()));
    }
    Ok(problem.map_or(Ok(()), Err))
}

pub fn pull(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let name = &parsed.operands[0];
    let has_tag = name.rsplit('/').next().unwrap_or_default().contains(':');
    let quiet = parsed.has("quiet");
    if !has_tag && !quiet {
        process.print("Using default tag: latest\n")?;
    }
    let request = request("POST", &format!("/images/create?fromImage={}", encoded(name)));
    match progress(process, request, false, quiet)? {
        Ok(()) => {
            let full = podarium_cluster::images::Reference::parse(name).map_or_else(|_| name.clone(), |name| name.to_string());
            process.print(&format!("{full}\n"))?;
            Ok(0)
        }
        Err(problem) => fail(process, &problem),
    }
}

/// What docker keeps about registries.
fn config(process: &mut Process<'_>) -> Result<(String, Value), Suspend> {
    let home = process.env("HOME").unwrap_or_default();
    let path = format!("{home}/.docker/config.json");
    let config = process.read_file(&path)?.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_else(|| json!({}));
    Ok((path, config))
}

fn save(process: &mut Process<'_>, path: &str, config: &Value) -> Result<(), Suspend> {
    if let Some((directory, _)) = path.rsplit_once('/') {
        let _ = process.mkdir(directory)?;
    }
    let text = serde_json::to_string_pretty(config).unwrap_or_default().replace("  ", "\t");
    let _ = process.write_file(path, text.as_bytes(), 0o600)?;
    Ok(())
}

/// Why a registry takes nothing from this user; `None`: it does.
fn refused_by(process: &mut Process<'_>, name: &podarium_cluster::images::Reference) -> Result<Option<String>, Suspend> {
    let (_, config) = config(process)?;
    let registry = name.registry.as_str();
    let has_account = !config["auths"][if registry == "docker.io" { "https://index.docker.io/v1/" } else { registry }].is_null();
    let is_google = registry == "gcr.io" || registry.ends_with(".gcr.io") || registry.ends_with("-docker.pkg.dev");
    if !is_google {
        return Ok((!has_account).then(|| "denied: requested access to the resource is denied".to_owned()));
    }
    let has_helper = config["credHelpers"][registry].as_str() == Some("gcloud");
    let project = name.repository.split('/').next().unwrap_or_default().to_owned();
    if !has_helper && !has_account {
        return Ok(Some(format!(
            "denied: Unauthenticated request. Unauthenticated requests do not have permission \"artifactregistry.repositories.uploadArtifacts\" on resource \"projects/{project}/locations/us/repositories/{registry}\" (or it may not exist)"
        )));
    }
    if project != crate::gcloud::PROJECT {
        return Ok(Some(format!("denied: Permission \"artifactregistry.repositories.uploadArtifacts\" denied on resource \"projects/{project}/locations/us/repositories/{registry}\" (or it may not exist)")));
    }
    match (registry.strip_suffix("-docker.pkg.dev"), name.repository.split('/').collect::<Vec<_>>().as_slice()) {
        (None, _) => Ok(None),
        (Some(location), [_, repository, _, ..]) => {
            let known = crate::gcloud::has_repository(process, location, repository)?;
            Ok((!known).then(|| format!("name unknown: Repository \"{repository}\" not found")))
        }
        (Some(_), _) => Ok(Some("name invalid: Missing image name. Pushes should be of the form docker push HOST-NAME/PROJECT-ID/REPOSITORY/IMAGE".to_owned())),
    }
}

pub fn push(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let name = &parsed.operands[0];
    let Ok(reference) = podarium_cluster::images::Reference::parse(name) else { return fail(process, "invalid reference format") };
    if !name.rsplit('/').next().unwrap_or_default().contains(':') && !parsed.has("quiet") {
        process.print("Using default tag: latest\n")?;
    }
    let refusal = refused_by(process, &reference)?;
    let query = refusal.map(|refusal| format!("?refusal={}", encoded(&refusal))).unwrap_or_default();
    match progress(process, request("POST", &format!("/images/{}/push{query}", encoded(name))), false, parsed.has("quiet"))? {
        Ok(()) => Ok(0),
        Err(problem) if problem.contains("tag does not exist") => {
            let (repository, _) = name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).unwrap_or((name, ""));
            process.print(&format!("The push refers to repository [{}/{}]\n", reference.registry, reference.repository))?;
            let _ = repository;
            fail(process, &format!("An image does not exist locally with the tag: {}", repository))
        }
        Err(problem) => fail(process, &problem),
    }
}

pub fn tag(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let (source, target) = (&parsed.operands[0], &parsed.operands[1]);
    if podarium_cluster::images::Reference::parse(target).is_err() {
        return fail(process, &format!("Error parsing reference: \"{target}\" is not a valid repository/tag: invalid reference format"));
    }
    match ask(process, request("POST", &format!("/images/{}/tag?to={}", encoded(source), encoded(target))))? {
        Ok(_) => Ok(0),
        Err(problem) => fail(process, &problem),
    }
}

pub fn rmi(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let (mut code, query) = (0, if parsed.has("force") { "?force=1" } else { "" });
    for name in &parsed.operands {
        match ask(process, request("DELETE", &format!("/images/{}{query}", encoded(name))))? {
            Ok(told) => {
                for line in told.as_array().into_iter().flatten().filter_map(Value::as_str) {
                    process.print(&format!("{line}\n"))?;
                }
            }
            Err(problem) => code = fail(process, &problem)?,
        }
    }
    Ok(code)
}

pub fn history(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let found = match ask(process, request("GET", &format!("/images/{}/history", encoded(&parsed.operands[0]))))? {
        Ok(found) => found,
        Err(problem) => return fail(process, &problem),
    };
    let mut rows = vec![["IMAGE", "CREATED", "CREATED BY", "SIZE", "COMMENT"].map(str::to_owned).to_vec()];
    for (index, layer) in found["layers"].as_array().into_iter().flatten().enumerate() {
        let by = text(layer, "by");
        let shown = if by.chars().count() > 45 && !parsed.has("no-trunc") { format!("{}…", by.chars().take(44).collect::<String>()) } else { by.to_owned() };
        let age = duration(found["now"].as_i64().unwrap_or(0) - layer["created"].as_i64().unwrap_or(0));
        let id = if index == 0 { text(&found, "id")["sha256:".len()..][..12].to_owned() } else { "<missing>".to_owned() };
        let comment = if by.ends_with("# buildkit") || by.starts_with("WORKDIR") { "buildkit.dockerfile.v0" } else { "" };
        rows.push(vec![id, format!("{age} ago"), shown, size(layer["bytes"].as_u64().unwrap_or(0)), comment.to_owned()]);
    }
    process.print(&table(&rows))?;
    Ok(0)
}

pub fn login(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let server = parsed.operands.first().cloned().unwrap_or_default();
    let key = if server.is_empty() || server == "docker.io" { "https://index.docker.io/v1/".to_owned() } else { server.clone() };
    let Some(user) = parsed.value("username").map(str::to_owned) else {
        process.eprint("podarium: not simulated: docker login without --username (a browser would open)\n")?;
        return Ok(1);
    };
    let password = match (parsed.has("password-stdin"), parsed.value("password")) {
        (true, _) => String::from_utf8_lossy(&process.read_stdin_to_end()?).trim_end().to_owned(),
        (false, Some(password)) => {
            process.eprint("WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n")?;
            password.to_owned()
        }
        (false, None) => {
            process.print("Password: ")?;
            process.read_line()?.unwrap_or_default().trim_end().to_owned()
        }
    };
    if password.is_empty() {
        return fail(process, "Error: Password Required");
    }
    let (path, mut config) = config(process)?;
    config["auths"][&key] = json!({"auth": user});
    save(process, &path, &config)?;
    process.eprint(&format!("\nWARNING! Your credentials are stored unencrypted in '{path}'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n\n"))?;
    process.print("Login Succeeded\n")?;
    Ok(0)
}

pub fn logout(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let server = parsed.operands.first().cloned().unwrap_or_default();
    let key = if server.is_empty() { "https://index.docker.io/v1/".to_owned() } else { server };
    let (path, mut config) = config(process)?;
    let known = config["auths"].as_object_mut().is_some_and(|auths| auths.remove(&key).is_some());
    if !known {
        process.print(&format!("Not logged in to {key}\n"))?;
        return Ok(0);
    }
    save(process, &path, &config)?;
    process.print(&format!("Removing login credentials for {key}\n"))?;
    Ok(0)
}
