//! The files that a web server hands out: what is under its document root in the container, also when somebody else has
//! put it there.
//!
//! Models: nginx 1.27 (ngx_http_static_module, ngx_http_index_module) and its error pages.
//! Simplified: the configuration is not read; ranges and conditional requests are not known.

use std::sync::Arc;

use podarium_machine::{FileSystem, Machine};

use crate::network::{Answered, Asked};

/// What the server answers to a request for a path under `root`.
pub(super) fn answer(machine: &Machine, root: &str, asked: &Asked, server: &str, version: &Arc<str>) -> Answered {
    if !matches!(asked.method.as_str(), "GET" | "HEAD") {
        return page(405, "405 Not Allowed", server, version);
    }
    let path = asked.path_only();
    if path.split('/').any(|name| name == "..") {
        return page(400, "400 Bad Request", server, version);
    }
    let full = format!("{root}{path}");
    match machine.files.stat(&full, true) {
        Err(_) => page(404, "404 Not Found", server, version),
        Ok(found) if found.is_dir() && !path.ends_with('/') => {
            let mut moved = page(301, "301 Moved Permanently", server, version);
            moved.headers.push(("Location".to_owned(), format!("http://{}{path}/", asked.host)));
            moved
        }
        Ok(found) if found.is_dir() => match file(&machine.files, &format!("{full}index.html"), version) {
            Some(index) => index,
            // Nobody may see what is in a directory.
            None => page(403, "403 Forbidden", server, version),
        },
        Ok(_) => file(&machine.files, &full, version).unwrap_or_else(|| page(403, "403 Forbidden", server, version)),
    }
}

fn file(files: &FileSystem, path: &str, version: &Arc<str>) -> Option<Answered> {
    let body = files.read(path).ok()?;
    let kind = match path.rsplit('.').next().unwrap_or_default() {
        "html" | "htm" => "text/html",
        "css" => "text/css",
        "js" => "application/javascript",
        "json" => "application/json",
        "txt" | "log" => "text/plain",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        _ => "application/octet-stream",
    };
    let headers = vec![("Content-Type".to_owned(), kind.to_owned()), ("Content-Length".to_owned(), body.len().to_string())];
    Some(Answered { status: 200, headers, body, version: version.clone() })
}

fn page(status: u16, title: &str, server: &str, version: &Arc<str>) -> Answered {
    let body = format!("<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>{server}</center>\r\n</body>\r\n</html>\r\n");
    let headers = vec![("Content-Type".to_owned(), "text/html".to_owned()), ("Content-Length".to_owned(), body.len().to_string())];
    Answered { status, headers, body: body.into_bytes(), version: version.clone() }
}

#[cfg(test)]
mod tests {
    use podarium_sim::{Stream, Time};

    use super::*;

    #[test]
    fn files_are_found_as_nginx_finds_them() {
        let mut machine = Machine::new("web", Stream::new(1, "web"));
        for (path, text) in [("/srv/index.html", "home"), ("/srv/logs/date.txt", "now"), ("/srv/data", "?")] {
            machine.files.mkdir_all(path.rsplit_once('/').unwrap().0, Time::ZERO).unwrap();
            machine.files.write(path, text, 0o644, Time::ZERO).unwrap();
        }
        let ask = |path: &str| {
            let answered = answer(&machine, "/srv", &Asked::get("web", path), "nginx/1.27", &"1.27".into());
            let text = String::from_utf8_lossy(&answered.body).lines().next().unwrap_or_default().to_owned();
            (answered.status, text, answered.headers[0].1.clone())
        };
        let cases = [
            ("/", 200, "home", "text/html"),
            ("/index.html?x=1", 200, "home", "text/html"),
            ("/logs/date.txt", 200, "now", "text/plain"),
            ("/data", 200, "?", "application/octet-stream"),
            ("/logs", 301, "<html>", "text/html"),
            ("/logs/", 403, "<html>", "text/html"),
            ("/none", 404, "<html>", "text/html"),
            ("/../etc/passwd", 400, "<html>", "text/html"),
        ];
        for (path, status, text, kind) in cases {
            assert_eq!(ask(path), (status, text.to_owned(), kind.to_owned()), "{path}");
        }
    }
}
