//! Git repositories: those of the course on GitHub, which everybody may read and nobody may write, and those that
//! `gcloud source repos create` made, for which one has to be logged in.

use podarium_machine::{HttpRequest, HttpResponse};
use serde_json::json;

use super::Sites;
use crate::git::BareRepository;

/// The address without scheme, and the part behind the repository.
fn split(url: &str) -> (String, String) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = ["/info/refs", "/git-upload-pack", "/git-receive-pack"].iter().find_map(|tail| rest.find(tail)).unwrap_or(rest.len());
    (rest[..end].trim_end_matches('/').trim_end_matches(".git").to_owned(), rest[end..].to_owned())
}

pub(super) fn answer(sites: &mut Sites, request: &HttpRequest) -> HttpResponse {
    let (name, path) = split(&request.url);
    let is_public = name.starts_with("github.com/");
    let writes = path.contains("git-receive-pack");
    if (!is_public || writes) && request.header_value("Authorization").is_none() {
        return HttpResponse::new(401, "").with_header("WWW-Authenticate", "Basic realm=\"Git\"");
    }
    let Some(repository) = sites.repositories.get_mut(&name) else {
        return HttpResponse::new(404, "Repository not found.");
    };
    if is_public && writes {
        return HttpResponse::new(403, format!("Permission to {} denied.", name.trim_start_matches("github.com/")));
    }
    if path.is_empty() {
        return HttpResponse::new(200, format!("{name}\n"));
    }
    repository.answer(&path, request)
}

/// A file of a repository by itself: `/OWNER/NAME/BRANCH/PATH`, also with `refs/heads/` before the branch.
pub(super) fn file(sites: &mut Sites, request: &HttpRequest) -> HttpResponse {
    let missing = || HttpResponse::new(404, "404: Not Found").with_header("Content-Type", "text/plain; charset=utf-8");
    let path = request.path().split('?').next().unwrap_or_default().trim_start_matches('/').to_owned();
    let mut parts = path.splitn(3, '/');
    let (Some(owner), Some(name), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return missing() };
    let Some(repository) = sites.repositories.get(&format!("github.com/{owner}/{name}")) else { return missing() };
    let Some((branch, file)) = rest.strip_prefix("refs/heads/").unwrap_or(rest).split_once('/') else { return missing() };
    match repository.file(branch, file) {
        Some(text) => HttpResponse::new(200, text).with_header("Content-Type", "text/plain; charset=utf-8"),
        None => missing(),
    }
}

/// The API that makes and lists repositories: `/v1/projects/PROJECT/repos`.
pub(super) fn manage(sites: &mut Sites, request: &HttpRequest) -> HttpResponse {
    let path = request.path().split('?').next().unwrap_or_default().to_owned();
    let parts: Vec<&str> = path.trim_matches('/').split('/').collect();
    let ["v1", "projects", project, "repos", rest @ ..] = parts.as_slice() else { return HttpResponse::new(404, "{}") };
    let address = |name: &str| format!("source.developers.google.com/p/{project}/r/{name}");
    let describe = |name: &str| json!({"name": format!("projects/{project}/repos/{name}"), "url": format!("https://{}", address(name))});
    let error = |code: u16, status: &str, message: String| HttpResponse::new(code, json!({"error": {"code": code, "message": message, "status": status}}).to_string());
    match (request.method.as_str(), rest) {
        ("POST", []) => {
            let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap_or_default();
            let name = body["name"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
            if name.is_empty() {
                return error(400, "INVALID_ARGUMENT", "Repository name is missing.".to_owned());
            }
            if sites.repositories.contains_key(&address(&name)) {
                return error(409, "ALREADY_EXISTS", format!("Repository already exists: projects/{project}/repos/{name}"));
            }
            sites.repositories.insert(address(&name), BareRepository::default());
            HttpResponse::new(200, describe(&name).to_string())
        }
        ("GET", []) => {
            let prefix = address("");
            let repos: Vec<_> = sites.repositories.keys().filter_map(|known| known.strip_prefix(&prefix)).map(describe).collect();
            HttpResponse::new(200, json!({"repos": repos}).to_string())
        }
        (method, [name]) => match (method, sites.repositories.contains_key(&address(name))) {
            (_, false) => error(404, "NOT_FOUND", format!("Repository {name} not found.")),
            ("DELETE", true) => {
                sites.repositories.remove(&address(name));
                HttpResponse::new(200, "{}")
            }
            ("GET", true) => HttpResponse::new(200, describe(name).to_string()),
            _ => error(405, "UNIMPLEMENTED", "Method not allowed.".to_owned()),
        },
        _ => HttpResponse::new(404, "{}"),
    }
}
