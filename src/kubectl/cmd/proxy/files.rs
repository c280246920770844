//! The files that `kubectl proxy --www` serves.
//!
//! Models: net/http/fs.go (FileServer) of Go 1.25, as staging/src/k8s.io/kubectl/pkg/proxy uses it, v1.36.
//! Simplified: no parts of files (`Range`) and no conditions; the type follows from the name alone.

use podarium_machine::{HttpRequest, HttpResponse, Process, Suspend};
use percent_encoding::percent_decode_str;

use super::serve::plain;

pub(super) struct Files {
    pub directory: String,
    /// The path below which they are served, with a slash at its end.
    pub prefix: String,
}

impl Files {
    /// Whether a path leads to the files, and not to the API below `api`: the longer prefix wins.
    pub fn take(&self, path: &str, api: &str) -> bool {
        let is_below = |prefix: &str| path.starts_with(prefix) || path == prefix.trim_end_matches('/');
        is_below(&self.prefix) && (self.prefix.len() > api.len() || !is_below(api))
    }

    pub fn answer(&self, process: &mut Process<'_>, request: &HttpRequest) -> Result<HttpResponse, Suspend> {
        let asked = request.path().split('?').next().unwrap_or_default();
        let decoded = percent_decode_str(asked).decode_utf8_lossy().into_owned();
        let Some(path) = decoded.strip_prefix(&self.prefix) else { return Ok(moved_with_page(&self.prefix)) };
        if path == "index.html" || path.ends_with("/index.html") {
            return Ok(moved("./"));
        }
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let mut file = format!("{}/{}", self.directory.trim_end_matches('/'), parts.join("/"));
        let Ok(mut found) = process.stat(&file)? else { return Ok(plain(404, "404 page not found")) };
        let last = parts.last().copied().unwrap_or_default();
        match (found.is_dir(), path.is_empty() || path.ends_with('/')) {
            (true, false) => return Ok(moved(&format!("{last}/"))),
            (false, true) => return Ok(moved(&format!("../{last}"))),
            _ => {}
        }
        if found.is_dir() {
            let index = format!("{file}/index.html");
            match process.stat(&index)? {
                Ok(there) => (file, found) = (index, there),
                Err(_) => return listing(process, &file),
            }
        }
        let Ok(bytes) = process.read_file(&file)? else { return Ok(plain(403, "403 Forbidden")) };
        let start = process.unix_nanos()? - i64::try_from(process.now()?.as_nanos()).unwrap_or_default();
        let modified = start + i64::try_from(found.modified.as_nanos()).unwrap_or_default();
        let modified = jiff::Timestamp::from_nanosecond(modified.into()).unwrap_or_default().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let response = HttpResponse::new(200, bytes).with_header("Accept-Ranges", "bytes");
        Ok(response.with_header("Content-Type", content_type(&file)).with_header("Last-Modified", &modified))
    }
}

fn moved(to: &str) -> HttpResponse {
    HttpResponse::new(301, "").with_header("Location", to)
}

/// The same with a page that says it, as the registry of paths sends it.
pub(super) fn moved_with_page(to: &str) -> HttpResponse {
    let page = format!("<a href=\"{to}\">Moved Permanently</a>.\n\n");
    HttpResponse { body: page.into_bytes(), ..moved(to) }.with_header("Content-Type", "text/html; charset=utf-8")
}

fn listing(process: &mut Process<'_>, directory: &str) -> Result<HttpResponse, Suspend> {
    let Ok(mut names) = process.read_dir(directory)? else { return Ok(plain(500, "Error reading directory")) };
    names.sort();
    let mut lines = String::new();
    for name in names {
        let is_directory = process.stat(&format!("{directory}/{name}"))?.is_ok_and(|found| found.is_dir());
        let shown = format!("{name}{}", if is_directory { "/" } else { "" });
        let escaped = shown.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&#34;").replace('\'', "&#39;");
        let link = shown.replace('%', "%25").replace(' ', "%20").replace('?', "%3F").replace('#', "%23").replace('"', "%22").replace('<', "%3C").replace('>', "%3E");
        lines.push_str(&format!("<a href=\"{link}\">{escaped}</a>\n"));
    }
    let page = format!("<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n{lines}</pre>\n");
    Ok(HttpResponse::new(200, page).with_header("Content-Type", "text/html; charset=utf-8"))
}

/// The types that Go knows without asking the computer.
fn content_type(file: &str) -> &'static str {
    let name = file.rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.').map_or("", |(_, end)| end).to_ascii_lowercase().as_str() {
        "css" => "text/css; charset=utf-8",
        "gif" => "image/gif",
        "htm" | "html" => "text/html; charset=utf-8",
        "jpeg" | "jpg" => "image/jpeg",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "pdf" => "application/pdf",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "wasm" => "application/wasm",
        "webp" => "image/webp",
        "xml" => "text/xml; charset=utf-8",
        _ => "text/plain; charset=utf-8",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_prefix_wins() {
        let files = Files { directory: "/www".to_owned(), prefix: "/static/".to_owned() };
        let cases = [("/static/a", "/", true), ("/static", "/", true), ("/api", "/", false), ("/static/api/a", "/static/api/", false), ("/statics", "/", false)];
        for (path, api, taken) in cases {
            assert_eq!(files.take(path, api), taken, "{path} beside {api}");
        }
    }
}
