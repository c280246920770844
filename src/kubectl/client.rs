//! Requests to the API server.
//!
//! Models: staging/src/k8s.io/client-go/rest, v1.36.
//! Simplified: no retries after 429.

use std::sync::Arc;
use std::time::Duration;

use podarium_machine::{HttpRequest, HttpResponse, HttpStream};
use serde_json::{Value, json};

use crate::base64;
use crate::failure::{Failure, Outcome, caught, fail};
use crate::kubectl::Kubectl;
use crate::mapping::Mapping;
use crate::printers::json;
use crate::unstructured::text;

pub const JSON: &str = "application/json";
/// What is accepted where nothing else is said: JSON rather than other forms.
const ANYTHING: &str = "application/json, */*";
pub const TABLE: &str = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

/// A request that is being put together.
#[derive(Clone, Debug)]
pub struct Call {
    method: &'static str,
    path: String,
    query: Vec<(String, String)>,
    accept: &'static str,
    body: Option<(&'static str, Vec<u8>)>,
}

impl Call {
    pub fn new(method: &'static str, path: impl Into<String>) -> Self {
        Call { method, path: path.into(), query: Vec::new(), accept: ANYTHING, body: None }
    }

    pub fn get(path: impl Into<String>) -> Self {
        Call::new("GET", path)
    }

    #[must_use]
    pub fn query(mut self, name: &str, value: impl Into<String>) -> Self {
        self.query.push((name.to_owned(), value.into()));
        self
    }

    /// A parameter that is left out when it is empty.
    #[must_use]
    pub fn maybe(self, name: &str, value: &str) -> Self {
        if value.is_empty() { self } else { self.query(name, value) }
    }

    #[must_use]
    pub fn accept(mut self, accept: &'static str) -> Self {
        self.accept = accept;
        self
    }

    #[must_use]
    pub fn body(mut self, content: &'static str, value: &Value) -> Self {
        self.body = Some((content, json::compact(value).into_bytes()));
        self
    }

    #[must_use]
    pub fn raw_body(mut self, content: &'static str, bytes: Vec<u8>) -> Self {
        self.body = Some((content, bytes));
        self
    }
}

/// What a patch is written in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PatchType {
    Strategic,
    Merge,
    Json,
    Apply,
}

impl PatchType {
    pub fn content(self) -> &'static str {
        match self {
            PatchType::Strategic => "application/strategic-merge-patch+json",
            PatchType::Merge => "application/merge-patch+json",
            PatchType::Json => "application/json-patch+json",
            PatchType::Apply => "application/apply-patch+yaml",
        }
    }
}

/// `url.QueryEscape`, sorted by name as `url.Values.Encode` does.
fn encode(query: &[(String, String)]) -> String {
    let escape = |text: &str| {
        let mut out = String::new();
        for byte in text.bytes() {
            match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
                b' ' => out.push('+'),
                other => out.push_str(&format!("%{other:02X}")),
            }
        }
        out
    };
    let mut pairs: Vec<&(String, String)> = query.iter().collect();
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect::<Vec<_>>().join("&")
}

/// The JSON of an answer.
pub fn read_json<T: serde::de::DeserializeOwned>(body: Vec<u8>) -> Result<T, Failure> {
    serde_json::from_slice(&body).map_err(|error| Failure::Message(format!("couldn't decode the server's answer: {error}")))
}

impl Kubectl<'_, '_> {
    fn request(&mut self, call: &Call) -> Outcome<HttpRequest> {
        let connection = self.connection()?;
        let mut query = call.query.clone();
        let timeout = self.request_timeout();
        if let Some(timeout) = timeout {
            query.push(("timeout".to_owned(), crate::duration::show_seconds(timeout.as_secs() as i64)));
        }
        let mut url = format!("{}{}", connection.server, call.path);
        if !query.is_empty() {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(&encode(&query));
        }
        let credentials = self.credentials(call.method, &url)?;
        let mut request = HttpRequest::new(call.method, url).header("Accept", call.accept).header("User-Agent", "kubectl/v1.36.3 (linux/amd64) kubernetes/0f29094");
        if let Some(token) = &credentials.token {
            request = request.header("Authorization", &format!("Bearer {token}"));
        }
        request.certificate = first_block(&credentials.certificate);
        let user = self.flags.text("as").to_owned();
        if !user.is_empty() {
            request = request.header("Impersonate-User", &user);
        }
        for group in self.flags.list("as-group") {
            request = request.header("Impersonate-Group", &group);
        }
        let uid = self.flags.text("as-uid").to_owned();
        if !uid.is_empty() {
            request = request.header("Impersonate-Uid", &uid);
        }
        for pair in self.flags.list("as-user-extra") {
            let (key, value) = pair.split_once('=').unwrap_or((&pair, ""));
            request = request.header(&format!("Impersonate-Extra-{key}"), value);
        }
        if let Some((content, bytes)) = &call.body {
            request = request.header("Content-Type", content).body(bytes.clone());
        }
        request.timeout = timeout;
        Ok(request)
    }

    /// A request that others make their own requests of.
    pub fn bare_request(&mut self, call: &Call) -> Outcome<HttpRequest> {
        self.request(call)
    }

    fn request_timeout(&self) -> Option<Duration> {
        let text = self.flags.text("request-timeout");
        let nanos = crate::duration::parse_duration(text).or_else(|_| text.parse::<i64>().map(|seconds| seconds * 1_000_000_000)).unwrap_or(0);
        (nanos > 0).then(|| Duration::from_nanos(nanos.unsigned_abs()))
    }

    /// Sends a request; an error of the server is a failure.
    pub fn send(&mut self, call: &Call) -> Outcome<Value> {
        Ok(Arc::unwrap_or_clone(self.send_and_read(call, read_json)?))
    }

    pub fn send_for_bytes(&mut self, call: &Call) -> Outcome<Vec<u8>> {
        Ok(Arc::unwrap_or_clone(self.send_and_read(call, Ok)?))
    }

    /// Sends a request and reads its answer, which is read once however long the program goes on.
    pub fn send_and_read<T: Send + Sync + 'static>(&mut self, call: &Call, read: impl FnOnce(Vec<u8>) -> Result<T, Failure>) -> Outcome<Arc<T>> {
        let request = self.request(call)?;
        let url = request.url.clone();
        let sent = self.log_request(&request)?;
        let keeps = self.logs_bodies();
        let answer = self.process.http_as(request, |response| {
            let line = response.status_line();
            let kept = if keeps { response.body.clone() } else { Vec::new() };
            let body = if response.status >= 400 { Err(server_error(response.status, &response.body)) } else { read(response.body).map(Arc::new) };
            (response.status, line, response.headers, kept, body)
        })?;
        let (status, line, headers, kept, body) = match answer {
            Ok(answer) => answer,
            Err(error) => {
                self.log_response(sent, "", &[])?;
                return Err(Failure::Connection { method: call.method.to_owned(), url, error }.into());
            }
        };
        self.log_response(sent, &line, &headers)?;
        self.log_body("Response", &kept)?;
        if status == 401 {
            self.refresh_credentials()?;
        }
        self.show_warnings(&headers)?;
        Ok(body?)
    }

    /// Opens a stream: a watch, a log that is followed.
    pub fn open(&mut self, call: &Call) -> Outcome<HttpStream> {
        let mut request = self.request(call)?;
        request.timeout = None;
        let stream = self.head(call, request)?;
        self.show_warnings(&stream.headers)?;
        if stream.status >= 400 {
            let body = self.rest_of(stream.id)?;
            return Err(server_error(stream.status, &body).into());
        }
        Ok(stream)
    }

    /// Sends a request and waits for the head of its answer.
    fn head(&mut self, call: &Call, request: HttpRequest) -> Outcome<HttpStream> {
        let url = request.url.clone();
        let sent = self.log_request(&request)?;
        match self.process.http_open(request)? {
            Ok(stream) => {
                self.log_response(sent, &HttpResponse::new(stream.status, "").status_line(), &stream.headers)?;
                Ok(stream)
            }
            Err(error) => {
                self.log_response(sent, "", &[])?;
                Err(Failure::Connection { method: call.method.to_owned(), url, error }.into())
            }
        }
    }

    /// Opens a connection that goes both ways, with a channel for each stream.
    pub fn upgrade(&mut self, call: &Call) -> Outcome<HttpStream> {
        match caught(self.upgrade_to(call, "v5.channel.k8s.io"))? {
            Ok(stream) => Ok(stream),
            Err(Failure::Server(status)) => fail(format!("unable to upgrade connection: {}", text(&status, "/message"))),
            Err(failure) => Err(failure.into()),
        }
    }

    /// The same by another protocol.
    pub fn upgrade_to(&mut self, call: &Call, protocol: &str) -> Outcome<HttpStream> {
        let mut request = self.request(call)?.header("Connection", "Upgrade").header("Upgrade", "websocket").header("Sec-WebSocket-Protocol", protocol);
        request.timeout = None;
        let stream = self.head(call, request)?;
        if stream.status == 101 {
            return Ok(stream);
        }
        let body = self.rest_of(stream.id)?;
        match serde_json::from_slice::<Value>(&body) {
            Ok(status) if text(&status, "/kind") == "Status" => Err(Failure::Server(Box::new(status)).into()),
            _ => fail(format!("unable to upgrade connection: {}", String::from_utf8_lossy(&body))),
        }
    }

    /// Shows the server's warnings.
    fn show_warnings(&mut self, headers: &[(String, String)]) -> Outcome<()> {
        for (name, value) in headers {
            if !name.eq_ignore_ascii_case("warning") {
                continue;
            }
            let Some(quoted) = value.splitn(3, ' ').nth(2) else { continue };
            let message: String = serde_json::from_str(quoted).unwrap_or_else(|_| quoted.trim_matches('"').to_owned());
            self.warn(&message)?;
        }
        Ok(())
    }

    /// Shows a warning, unless it was shown before.
    pub fn warn(&mut self, message: &str) -> Outcome<()> {
        if self.warned.insert(message.to_owned()) {
            self.process.eprint(&format!("Warning: {message}\n"))?;
        }
        Ok(())
    }
}

/// Requests about objects.
impl Kubectl<'_, '_> {
    pub fn get(&mut self, mapping: &Mapping, namespace: &str, name: &str) -> Outcome<Value> {
        self.send(&Call::get(mapping.path(namespace, name)).accept(JSON))
    }

    /// Creates an object.
    pub fn create(&mut self, mapping: &Mapping, namespace: &str, object: &Value, options: &Write<'_>) -> Outcome<Value> {
        let call = Call::new("POST", mapping.path(namespace, "")).accept(JSON).body(JSON, object);
        self.send(&options.on(call))
    }

    pub fn replace(&mut self, mapping: &Mapping, namespace: &str, name: &str, object: &Value, options: &Write<'_>) -> Outcome<Value> {
        let mut path = mapping.path(namespace, name);
        if !options.subresource.is_empty() {
            path = format!("{path}/{}", options.subresource);
        }
        let call = Call::new("PUT", path).accept(JSON).body(JSON, object);
        self.send(&options.on(call))
    }

    pub fn patch(&mut self, mapping: &Mapping, namespace: &str, name: &str, patch: (PatchType, &Value), options: &Write<'_>) -> Outcome<Value> {
        if name.is_empty() {
            return fail("resource name may not be empty");
        }
        let mut path = mapping.path(namespace, name);
        if !options.subresource.is_empty() {
            path = format!("{path}/{}", options.subresource);
        }
        let call = Call::new("PATCH", path).accept(JSON).body(patch.0.content(), patch.1);
        self.send(&options.on(call))
    }

    pub fn delete(&mut self, mapping: &Mapping, namespace: &str, name: &str, options: &Value) -> Outcome<Value> {
        self.send(&Call::new("DELETE", mapping.path(namespace, name)).accept(JSON).body(JSON, options))
    }
}

/// The bytes of the first block of a PEM text.
fn first_block(pem: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(pem);
    let inside = text.split("-----\n").nth(1).and_then(|rest| rest.split("-----").next());
    inside.and_then(|inside| base64::decode(inside.trim())).unwrap_or_default()
}

/// How something is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Write<'a> {
    pub dry_run: bool,
    pub field_manager: &'a str,
    /// `Strict`, `Warn`, `Ignore`; empty where kubectl does not say.
    pub validation: &'a str,
    pub subresource: &'a str,
}

impl Write<'_> {
    fn on(&self, call: Call) -> Call {
        let call = call.maybe("fieldManager", self.field_manager).maybe("fieldValidation", self.validation);
        if self.dry_run { call.query("dryRun", "All") } else { call }
    }
}

/// What an answer with an error code means.
pub fn server_error(code: u16, body: &[u8]) -> Failure {
    if let Ok(status) = serde_json::from_slice::<Value>(body)
        && text(&status, "/kind") == "Status"
    {
        return Failure::Server(Box::new(status));
    }
    let message = match code {
        404 => "the server could not find the requested resource".to_owned(),
        401 => "the server has asked for the client to provide credentials".to_owned(),
        _ => String::from_utf8_lossy(body).trim().to_owned(),
    };
    let reason = match code {
        404 => "NotFound",
        401 => "Unauthorized",
        403 => "Forbidden",
        405 => "MethodNotAllowed",
        500 => "InternalError",
        503 => "ServiceUnavailable",
        _ => "",
    };
    Failure::Server(Box::new(json!({"kind": "Status", "status": "Failure", "code": code, "reason": reason, "message": message})))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_block_of_a_pem_text_is_read() {
        assert_eq!(first_block(b"-----BEGIN X-----\nYW\nE=\n-----END X-----\n-----BEGIN X-----\nYg==\n-----END X-----\n"), b"aa");
        assert_eq!(first_block(b"nothing"), b"");
    }

    #[test]
    fn queries_are_written_as_go_writes_them() {
        let query = [("labelSelector".to_owned(), "app in (a,b),!x".to_owned()), ("limit".to_owned(), "500".to_owned()), ("a".to_owned(), "=".to_owned())];
        assert_eq!(encode(&query), "a=%3D&labelSelector=app+in+%28a%2Cb%29%2C%21x&limit=500");
    }
}
