//! The client of the recordings: sends one request at a time and waits for its answer.

use std::time::Duration;

use podarium_cluster::{Cause, Cluster, Config};
use podarium_machine::{HttpEvent, HttpRequest};
use podarium_sim::Time;
use serde_json::{Value, json};

/// Where the recorded server was found.
const ADDRESS: &str = "172.18.0.2:26443";
/// Who the recording client said it was.
const AGENT: &str = "python-requests/2.32";
/// How long the client waits for an answer.
const TIMEOUT: Duration = Duration::from_secs(30);
/// What the client needs between an answer and its next request.
const PAUSE: Duration = Duration::from_millis(5);

pub struct Answered {
    pub code: u16,
    /// Text if it is no JSON.
    pub answer: Value,
    /// The answer as it came.
    pub text: String,
    pub warning: Option<String>,
}

/// A control plane without nodes that has come to rest.
pub fn control_plane() -> Cluster {
    let mut cluster = Cluster::new(Config { address: ADDRESS.to_owned(), ..Config::default() });
    cluster.bootstrap();
    cluster.advance(Time::from_secs(5));
    cluster
}

/// Makes the namespace and waits for its default account, as the recording client did.
pub fn make_namespace(cluster: &mut Cluster, name: &str) {
    let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
    let made = ask(cluster, HttpRequest::new("POST", "/api/v1/namespaces").header("User-Agent", AGENT).header("Content-Type", "application/json").body(body.to_string()));
    assert_eq!(made.code, 201, "{}", made.answer);
    for _ in 0..50 {
        if ask(cluster, HttpRequest::get(format!("/api/v1/namespaces/{name}/serviceaccounts/default"))).code == 200 {
            return;
        }
        sleep(cluster, 0.1);
    }
    panic!("no default account in {name}");
}

pub fn sleep(cluster: &mut Cluster, seconds: f64) {
    cluster.advance(cluster.now() + Duration::from_secs_f64(seconds));
}

/// Sends a recorded step.
pub fn send(cluster: &mut Cluster, step: &Value) -> Answered {
    let text = |name: &str| step[name].as_str().expect("a step has a method and a path");
    let mut request = HttpRequest::new(text("method"), text("path")).header("User-Agent", AGENT);
    for (name, value) in step["headers"].as_object().into_iter().flatten() {
        request = request.header(name, value.as_str().expect("a header is text"));
    }
    ask(
        cluster,
        match &step["body"] {
            Value::Null => request,
            Value::String(text) => request.body(text.clone()),
            body => request.body(spaced(body)),
        },
    )
}

/// JSON as the recording client wrote it, with a space after each comma and colon.
fn spaced(value: &Value) -> String {
    struct Spaced;
    impl serde_json::ser::Formatter for Spaced {
        fn begin_array_value<W: ?Sized + std::io::Write>(&mut self, writer: &mut W, first: bool) -> std::io::Result<()> {
            if first { Ok(()) } else { writer.write_all(b", ") }
        }
        fn begin_object_key<W: ?Sized + std::io::Write>(&mut self, writer: &mut W, first: bool) -> std::io::Result<()> {
            if first { Ok(()) } else { writer.write_all(b", ") }
        }
        fn begin_object_value<W: ?Sized + std::io::Write>(&mut self, writer: &mut W) -> std::io::Result<()> {
            writer.write_all(b": ")
        }
    }
    let mut out = serde_json::Serializer::with_formatter(Vec::new(), Spaced);
    serde::Serialize::serialize(value, &mut out).expect("JSON can be written");
    String::from_utf8(out.into_inner()).expect("JSON is text")
}

fn ask(cluster: &mut Cluster, request: HttpRequest) -> Answered {
    let what = format!("{} {}", request.method, request.url);
    cluster.advance(cluster.now() + PAUSE);
    let id = cluster.http(request, Cause::Start);
    let until = cluster.now() + TIMEOUT;
    let (mut head, mut body) = (None, Vec::new());
    loop {
        assert!(cluster.step(until), "no answer to {what}");
        for (_, event) in cluster.take_http_events().into_iter().filter(|(of, _)| *of == id) {
            match event {
                HttpEvent::Response(response) => return answered(response.status, &response.headers, &response.body),
                HttpEvent::Head { status, headers } => head = Some((status, headers)),
                HttpEvent::Chunk(bytes) => body.extend(bytes),
                HttpEvent::End => {
                    let (status, headers) = head.expect("a stream begins with its head");
                    return answered(status, &headers, &body);
                }
                HttpEvent::Failed(error) => panic!("{what}: {error:?}"),
            }
        }
    }
}

fn answered(code: u16, headers: &[(String, String)], body: &[u8]) -> Answered {
    let warnings: Vec<&str> = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("warning")).map(|(_, value)| value.as_str()).collect();
    let text = String::from_utf8_lossy(body).into_owned();
    let answer = serde_json::from_slice(body).unwrap_or_else(|_| text.clone().into());
    Answered { code, answer, text, warning: (!warnings.is_empty()).then(|| warnings.join(", ")) }
}
