//! kuard: shows what a container sees, and fails its probes when it is asked to.
//!
//! Models: github.com/kubernetes-up-and-running/kuard: app, debugprobe, env, memory, fs, dns.
//! Simplified: the page shows the data without the colours; the key generator's workloads and the queue are not
//! simulated.

use podarium_machine::{HttpRequest, HttpResponse, Sys};
use serde_json::{Value, json};

use super::web::{Reply, Server, Service, go_answer, go_error, go_log, http_date, split};
use super::{Base, Binary, Image};

const BINARY: Binary = Binary { path: "/kuard", program: Server::<Kuard>::program };
const VERSION_FILE: &str = "/kuard.version";
const HISTORY: usize = 20;

pub(super) fn images() -> Vec<Image> {
    let tags = [("blue", "v0.10.0-blue"), ("green", "v0.10.0-green"), ("purple", "v0.10.0-purple"), ("1", "v0.10.0-1"), ("2", "v0.10.0-2"), ("3", "v0.10.0-3")];
    tags.iter().map(|(tag, version)| {
        let mut image = Image::of(&format!("gcr.io/kuar-demo/kuard-amd64:{tag}"), 12 << 20, Base::Alpine, BINARY);
        (image.entrypoint, image.args, image.user) = (Vec::new(), vec!["/kuard".to_owned()], 65_534);
        image.files.push((VERSION_FILE.to_owned(), format!("{version}\n")));
        image
    }).collect()
}

#[derive(Clone, Default)]
struct Probe {
    fail_next: i64,
    last: u64,
    history: Vec<(u64, String, u16)>,
}

#[derive(Clone)]
struct Kuard {
    version: String,
    live: Probe,
    ready: Probe,
    /// Bytes that it was asked to hold.
    held: u64,
}

impl Service for Kuard {
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32> {
        let version = sys.read_file(VERSION_FILE).map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_default();
        let stars = "*".repeat(70);
        let config = "{\n  \"address\": \":8080\",\n  \"debug\": false,\n  \"debug-sitedata-dir\": \"./sitedata\",\n  \"keygen\": {\n    \"enable\": false,\n    \"exit-code\": 0,\n    \"exit-on-complete\": false,\n    \"memq-queue\": \"\",\n    \"memq-server\": \"\",\n    \"num-to-gen\": 0,\n    \"time-to-run\": 0\n  },\n  \"liveness\": {\n    \"fail-next\": 0\n  },\n  \"readiness\": {\n    \"fail-next\": 0\n  },\n  \"tls-address\": \":8443\",\n  \"tls-dir\": \"/tls\"\n}";
        for line in [
            format!("Starting kuard version: {version}"),
            stars.clone(),
            "* WARNING: This server may expose sensitive".to_owned(),
            "* and secret information. Be careful.".to_owned(),
            stars,
            format!("Config: \n{config}"),
            "Could not find certificates to serve TLS".to_owned(),
            "Serving on HTTP on :8080".to_owned(),
        ] {
            go_log(sys, &line);
        }
        Ok(Kuard { version, live: Probe::default(), ready: Probe::default(), held: 0 })
    }

    fn ports(&self) -> Vec<u16> {
        vec![8080]
    }

    fn memory_bytes(&self) -> u64 {
        (6 << 20) + self.held
    }

    fn answer(&mut self, sys: &mut Sys<'_>, _port: u16, request: &HttpRequest) -> Reply {
        go_log(sys, &format!("{} {} {}", request.from, request.method, request.path()));
        let (path, _) = split(request);
        // The same under /a, /b and /c, for proxies.
        let path = ["/a/", "/b/", "/c/"].iter().find_map(|prefix| path.strip_prefix(prefix)).map_or(path.clone(), |rest| format!("/{rest}"));
        let missing = |sys: &Sys<'_>| go_error(sys, 404, "404 page not found");
        Reply::Now(match path.as_str() {
            "/healthy" => probe(&mut self.live, sys),
            "/ready" => probe(&mut self.ready, sys),
            "/healthy/api" => probe_api(&mut self.live, sys, request),
            "/ready/api" => probe_api(&mut self.ready, sys, request),
            "/env/api" => {
                let env: serde_json::Map<String, Value> = sys.env().iter().map(|(name, value)| (name.clone(), json!(value))).collect();
                api(sys, &json!({"commandLine": sys.args(), "env": env}))
            }
            "/mem/api" => api(sys, &json!({"memStats": {"Alloc": self.held, "HeapAlloc": self.held}})),
            "/mem/api/alloc" if request.method == "POST" => {
                let size = super::web::query(&split(request).1, "size").and_then(|size| size.parse().ok()).unwrap_or(0);
                self.held += size;
                sys.set_memory(self.memory_bytes());
                go_answer(sys, 200, "")
            }
            "/mem/api/clear" if request.method == "POST" => {
                self.held = 0;
                sys.set_memory(self.memory_bytes());
                go_answer(sys, 200, "")
            }
            "/" => self.page(sys, request),
            path if path.starts_with("/-/") => self.page(sys, request),
            path if path.starts_with("/fs/") => files(sys, &path["/fs".len()..]),
            path if path.starts_with("/keygen") || path.starts_with("/memq") || path.starts_with("/dns") || path == "/metrics" => {
                go_error(sys, 501, &format!("podarium: not simulated: kuard's {path}"))
            }
            _ => missing(sys),
        })
    }
}

impl Kuard {
    fn page(&self, sys: &Sys<'_>, request: &HttpRequest) -> HttpResponse {
        let mut dump = format!("{} {} HTTP/1.1\r\n", request.method, request.path());
        request.headers.iter().for_each(|(name, value)| dump.push_str(&format!("{name}: {value}\r\n")));
        let context = json!({"urlBase": "", "hostname": sys.hostname(), "version": self.version, "requestDump": dump.trim(), "requestProto": "HTTP/1.1", "requestAddr": request.from});
        let text = format!(
            "<!doctype html>\n\n<html lang=\"en\">\n<head>\n  <meta charset=\"utf-8\">\n\n  <title>KUAR Demo</title>\n\n  <script>\nvar pageContext = {context}\n  </script>\n</head>\n<body>\n<h1>Kubernetes Up and Running</h1>\n<p>{}</p>\n<p>{}</p>\n</body>\n</html>\n",
            sys.hostname(),
            self.version
        );
        go_answer(sys, 200, text)
    }
}

fn api(sys: &Sys<'_>, value: &Value) -> HttpResponse {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    HttpResponse::new(200, text.clone()).with_header("Content-Type", "application/json").with_header("Date", &http_date(sys)).with_header("Content-Length", &text.len().to_string())
}

fn probe(probe: &mut Probe, sys: &Sys<'_>) -> HttpResponse {
    let (status, message) = match probe.fail_next {
        0 => (200, "ok".to_owned()),
        left if left > 0 => {
            probe.fail_next -= 1;
            (500, format!("fail, {} left", left - 1))
        }
        _ => (500, "fail, permanent".to_owned()),
    };
    probe.last += 1;
    probe.history.push((probe.last, super::web::time(sys, "%H:%M:%S"), status));
    if probe.history.len() > HISTORY {
        probe.history.remove(0);
    }
    HttpResponse::new(status, message.clone()).with_header("Content-Type", "text/plain").with_header("Date", &http_date(sys)).with_header("Content-Length", &message.len().to_string())
}

/// `PUT {"failNext": 3}` has the next three fail; -1 all.
fn probe_api(probe: &mut Probe, sys: &Sys<'_>, request: &HttpRequest) -> HttpResponse {
    if request.method == "PUT" {
        match serde_json::from_slice::<Value>(&request.body) {
            Ok(value) => probe.fail_next = value["failNext"].as_i64().unwrap_or(0),
            Err(error) => return go_error(sys, 400, &error.to_string()),
        }
    }
    let history: Vec<Value> = probe.history.iter().rev().map(|(id, when, code)| json!({"id": id, "when": when, "relWhen": "", "code": code})).collect();
    api(sys, &json!({"probePath": "", "failNext": probe.fail_next, "history": history}))
}

fn files(sys: &mut Sys<'_>, path: &str) -> HttpResponse {
    match sys.read_dir(path) {
        Ok(names) => {
            let mut out = "<pre>\n".to_owned();
            for name in names {
                let slash = if sys.stat(&format!("{path}/{name}")).is_ok_and(|found| found.is_dir()) { "/" } else { "" };
                out.push_str(&format!("<a href=\"{name}{slash}\">{name}{slash}</a>\n"));
            }
            go_answer(sys, 200, out + "</pre>\n")
        }
        Err(_) => match sys.read_file(path) {
            Ok(bytes) => go_answer(sys, 200, bytes),
            Err(_) => go_error(sys, 404, "404 page not found"),
        },
    }
}
