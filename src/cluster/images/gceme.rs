//! gceme: shows the machine that it runs on; as frontend or as backend. Card and version are those of the sources in its
//! image, so an image that was built from changed ones shows them.
//!
//! Models: sample-app of github.com/GoogleCloudPlatform/continuous-deployment-on-kubernetes.
//! Simplified: of the sources only the constants are in the image. The address that a connection failed to is told by
//! its name.

use std::time::Duration;

use podarium_machine::{HttpRequest, HttpResponse, NetError, Sys};
use serde_json::{Value, json};

use super::web::{Flag, Flags, Reply, Server, Service, go_answer, go_log, say, split};
use super::userland::BUILDPACK;
use super::{Base, Binary, Image};

/// The program that a build of these sources gives.
pub(super) const BINARY: Binary = Binary { path: "/go/bin/app", program: Server::<Gceme>::program };
const SOURCES: &str = "/go/src/app";
/// The machine's metadata, in one piece.
const METADATA: &str = "http://metadata.google.internal/computeMetadata/v1/?recursive=true";

const FLAGS: &[Flag] = &[
    Flag { name: "version", kind: "", default: "false", usage: "display version" },
    Flag { name: "frontend", kind: "", default: "false", usage: "run in frontend mode" },
    Flag { name: "port", kind: "int", default: "8080", usage: "port to bind" },
    Flag { name: "backend-service", kind: "string", default: "http://127.0.0.1:8081", usage: "hostname of backend server" },
];

pub(super) fn images() -> Vec<Image> {
    [("1.0.0", "blue"), ("2.0.0", "orange")].iter().map(|(version, color)| image(version, color)).collect()
}

fn image(version: &str, color: &str) -> Image {
    let mut image = Image::of(&format!("gcr.io/cloud-solutions-images/gceme:{version}"), 260 << 20, Base::Debian, BINARY);
    (image.entrypoint, image.args) = (Vec::new(), vec!["app".to_owned()]);
    image.tools = [BUILDPACK, &["go"]].concat();
    image.workdir = Some(SOURCES.to_owned());
    image.env = [("PATH", "/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"), ("GOPATH", "/go"), ("GOLANG_VERSION", "1.10.8")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    image.files = vec![
        (format!("{SOURCES}/main.go"), format!("package main\n\nconst version string = \"{version}\"\n")),
        (format!("{SOURCES}/html.go"), format!("package main\n\nconst html = `<div class=\"card {color}\">`\n")),
    ];
    image
}

#[derive(Clone)]
struct Gceme {
    port: u16,
    version: String,
    color: String,
    /// The backend's address, for a frontend.
    backend: Option<String>,
}

impl Service for Gceme {
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32> {
        let flags = Flags::read(sys, FLAGS)?;
        let mut source = |name: &str| sys.read_file(&format!("{SOURCES}/{name}")).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let between = |text: &str, before: &str| text.split_once(before).and_then(|(_, rest)| rest.split('"').next()).map(str::to_owned);
        let version = between(&source("main.go"), "const version string = \"").unwrap_or_default();
        let color = between(&source("html.go"), "<div class=\"card ").unwrap_or_default();
        if flags.is_on("version") {
            say(sys, 1, &format!("Version {version}\n"));
            return Err(0);
        }
        let backend = flags.is_on("frontend").then(|| flags.get("backend-service").to_owned());
        go_log(sys, if backend.is_some() { "Operating in frontend mode..." } else { "Operating in backend mode..." });
        let Ok(port) = flags.get("port").parse() else {
            go_log(sys, &format!("listen tcp: address {}: invalid port", flags.get("port")));
            return Err(1);
        };
        Ok(Gceme { port, version, color, backend })
    }

    fn ports(&self) -> Vec<u16> {
        vec![self.port]
    }

    fn memory_bytes(&self) -> u64 {
        12 << 20
    }

    fn answer(&mut self, sys: &mut Sys<'_>, _port: u16, request: &HttpRequest) -> Reply {
        let (path, _) = split(request);
        match (path.as_str(), &self.backend) {
            ("/version", _) => Reply::Now(go_answer(sys, 200, format!("{}\n", self.version))),
            (_, Some(backend)) => {
                let url = if backend.matches('/').count() > 2 { backend.clone() } else { format!("{backend}/") };
                Reply::Ask(HttpRequest::get(url).header("User-Agent", "Go-http-client/1.1").header("Accept-Encoding", "gzip"))
            }
            ("/healthz", None) => Reply::Now(go_answer(sys, 200, "")),
            (_, None) => Reply::Ask(HttpRequest::get(METADATA).header("Metadata-Flavor", "Google")),
        }
    }

    fn answered(&mut self, sys: &mut Sys<'_>, request: &HttpRequest, answer: Result<HttpResponse, NetError>) -> Reply {
        let (path, _) = split(request);
        let Some(backend) = self.backend.clone() else {
            let metadata = answer.ok().filter(|answer| answer.status == 200).and_then(|answer| serde_json::from_slice(&answer.body).ok());
            let instance = self.instance(request, metadata.as_ref());
            return Reply::Work(Duration::from_micros(400), go_answer(sys, 200, go_json(&instance)));
        };
        Reply::Now(match (path.as_str(), answer) {
            ("/healthz", Err(error)) => go_answer(sys, 503, format!("Backend could not be connected to: {}", go_failure(&backend, error))),
            ("/healthz", Ok(_)) => go_answer(sys, 200, ""),
            (_, Err(error)) => go_answer(sys, 503, format!("Error: {}\n", go_failure(&backend, error))),
            (_, Ok(response)) => match serde_json::from_slice::<Value>(&response.body) {
                Ok(instance) => go_answer(sys, 200, self.page(&instance)),
                Err(_) => {
                    let first = response.body.first().map_or(String::new(), |byte| char::from(*byte).to_string());
                    let text = if first.is_empty() { "unexpected end of JSON input".to_owned() } else { format!("invalid character '{first}' looking for beginning of value") };
                    go_answer(sys, 500, format!("Error: {text}\n"))
                }
            },
        })
    }
}

impl Gceme {
    /// What the machine is, in the order of the program's struct.
    fn instance(&self, request: &HttpRequest, metadata: Option<&Value>) -> Vec<(&'static str, String)> {
        let mut dump = format!("{} {} HTTP/1.1\r\n", request.method, request.path());
        dump.push_str(&format!("Host: {}\r\n", request.header_value("host").unwrap_or_default()));
        let mut headers: Vec<&(String, String)> = request.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("host")).collect();
        headers.sort();
        headers.iter().for_each(|(name, value)| dump.push_str(&format!("{name}: {value}\r\n")));
        dump.push_str("\r\n");
        let known = |path: &str| match metadata.and_then(|all| all.pointer(path)) {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        let on_gce = metadata.is_some();
        let zone = known("/instance/zone").rsplit('/').next().unwrap_or_default().to_owned();
        vec![
            ("Id", known("/instance/id")),
            ("Name", known("/instance/name")),
            ("Version", if on_gce { self.version.clone() } else { String::new() }),
            ("Hostname", known("/instance/hostname")),
            ("Zone", zone),
            ("Project", known("/project/projectId")),
            ("InternalIP", known("/instance/networkInterfaces/0/ip")),
            ("ExternalIP", known("/instance/networkInterfaces/0/accessConfigs/0/externalIp")),
            ("LBRequest", dump),
            ("ClientIP", String::new()),
            ("Error", if on_gce { String::new() } else { "Not running on GCE".to_owned() }),
        ]
    }

    fn page(&self, instance: &Value) -> String {
        let value = |key: &str| escape(instance[key].as_str().unwrap_or_default());
        let row = |label: &str, key: &str| format!("<tr>\n  <td>{label}</td>\n  <td>{}</td>\n</tr>\n", value(key));
        let rows = |all: &[(&str, &str)]| all.iter().map(|(label, key)| row(label, key)).collect::<String>();
        let card = |title: &str, all: &[(&str, &str)]| {
            format!(
                "<div class=\"card {}\">\n<div class=\"card-content white-text\">\n<div class=\"card-title\">{title}</div>\n</div>\n<div class=\"card-content white\">\n<table class=\"bordered\">\n<tbody>\n{}</tbody>\n</table>\n</div>\n</div>\n",
                self.color,
                rows(all)
            )
        };
        let backend = card("Backend that serviced this request", &[
            ("Name", "Name"), ("Version", "Version"), ("ID", "Id"), ("Hostname", "Hostname"), ("Zone", "Zone"), ("Project", "Project"),
            ("Internal IP", "InternalIP"), ("External IP", "ExternalIP"),
        ]);
        let proxy = card("Proxy that handled this request", &[("Address", "ClientIP"), ("Request", "LBRequest"), ("Error", "Error")]);
        format!("<!doctype html>\n<html>\n<head>\n<title>Frontend Web Server</title>\n</head>\n<body>\n<div class=\"container\">\n{backend}\n{proxy}</div>\n</body>\n</html>")
    }
}

/// JSON as Go writes it.
fn go_json(fields: &[(&'static str, String)]) -> String {
    let parts = fields.iter().map(|(key, value)| {
        let text = podarium_api::escaped_text(json!(value).to_string());
        format!("\"{key}\":{text}")
    });
    format!("{{{}}}", parts.collect::<Vec<_>>().join(","))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&#34;").replace('\'', "&#39;")
}

/// The error of a client of Go 1.10.
fn go_failure(url: &str, error: NetError) -> String {
    let authority = url.split_once("://").map_or(url, |(_, rest)| rest).split('/').next().unwrap_or_default();
    let address = if authority.contains(':') { authority.to_owned() } else { format!("{authority}:80") };
    let host = address.split(':').next().unwrap_or_default();
    let what = match error {
        NetError::UnknownHost => format!("dial tcp: lookup {host}: no such host"),
        NetError::ConnectionRefused => format!("dial tcp {address}: connect: connection refused"),
        NetError::TimedOut => format!("dial tcp {address}: i/o timeout"),
        NetError::BadUrl => "unsupported protocol scheme \"\"".to_owned(),
        NetError::ConnectionReset => "EOF".to_owned(),
        error => error.to_string(),
    };
    format!("Get {url}: {what}")
}


#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_written_as_go_writes_it() {
        assert_eq!(go_json(&[("Id", "a<b".to_owned()), ("Error", "\r\n".to_owned())]), "{\"Id\":\"a\\u003cb\",\"Error\":\"\\r\\n\"}");
    }
}
