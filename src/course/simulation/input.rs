//! What can come from outside: a typed line, a click. Every input is data, so that it can be recorded and played again.

use podarium_machine::HttpRequest;
use serde::{Deserialize, Serialize};

/// One act of the person at the screen, or of the scenario in a person's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Input {
    /// A line typed on the student's terminal.
    Type(String),
    /// A new tab of the terminal, which comes to the front.
    OpenTab,
    SelectTab { tab: usize },
    CloseTab { tab: usize },
    /// The Tab key, with the cursor at this byte of the line.
    Complete { line: String, cursor: usize },
    /// An address opened in the student's browser; `trusting`: even if its certificate is not trusted.
    Browse { address: String, trusting: bool },
    /// Ctrl-C on the student's terminal.
    Interrupt,
    /// Ctrl-D on the student's terminal.
    EndOfInput,
    /// What the person made of the text that the student's terminal gave to an editor; nothing if the editor failed.
    Edited { text: Option<String> },
    /// Deletes a pod, as `kubectl delete pod` does. Without a grace period the pod's own counts.
    DeletePod { namespace: String, name: String, grace_seconds: Option<i64> },
    /// Kills the main process of a container. An empty container name means the first one.
    KillProcess { namespace: String, pod: String, container: String, exit_code: i32 },
    Cordon { node: String },
    Uncordon { node: String },
    /// Cordons the node and evicts its pods, as `kubectl drain` does.
    Drain { node: String },
    /// Adds a machine of 4 CPU and 8Gi and switches it on.
    AddNode { node: String },
    /// Switches a machine off without a warning.
    StopNode { node: String },
    /// Shuts a machine down in good order.
    ShutDownNode { node: String },
    StartNode { node: String },
    /// Cuts a machine off the network; its containers go on running.
    CutOffNode { node: String },
    ReconnectNode { node: String },
    /// An HTTP request to the API server from a client outside, e.g. somebody's own kubectl.
    Http(HttpInput),
    /// Such a client said something more on the exchange of this number, which goes both ways.
    HttpData { exchange: u64, bytes: Vec<u8> },
    /// Such a client hung up on the exchange of this number.
    HangUp { exchange: u64 },
    /// A command of the instructor, run beside the student's terminal; what it prints becomes a note if it fails.
    Command { argv: Vec<String>, stdin: String },
}

/// An HTTP request as a recording keeps it. The body is text in practice; bytes that are not are kept as they are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HttpInput {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    #[serde(with = "body", default, skip_serializing_if = "Vec::is_empty")]
    pub body: Vec<u8>,
    #[serde(default, skip_serializing_if = "Caller::is_admin")]
    pub caller: Caller,
}

/// Whose connection a request comes over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Caller {
    /// The administrator, who has the kubeconfig that the server wrote.
    #[default]
    Admin,
    /// Whoever the request's token or this client certificate (DER) says; without both, nobody in particular.
    Other { certificate: Option<Vec<u8>> },
}

impl Caller {
    fn is_admin(&self) -> bool {
        *self == Caller::Admin
    }
}

impl From<HttpRequest> for HttpInput {
    fn from(request: HttpRequest) -> Self {
        HttpInput { method: request.method, target: request.url, headers: request.headers, body: request.body, caller: Caller::Admin }
    }
}

impl From<HttpInput> for HttpRequest {
    fn from(input: HttpInput) -> Self {
        HttpRequest { method: input.method, url: input.target, headers: input.headers, body: input.body, ..HttpRequest::default() }
    }
}

/// A text where it is one, else a list of bytes.
mod body {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Body {
        Text(String),
        Bytes(Vec<u8>),
    }

    pub fn serialize<S: Serializer>(body: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        match std::str::from_utf8(body) {
            Ok(text) => text.serialize(serializer),
            Err(_) => body.serialize(serializer),
        }
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        Ok(match Body::deserialize(deserializer)? {
            Body::Text(text) => text.into_bytes(),
            Body::Bytes(bytes) => bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_body_comes_back_from_a_recording() {
        for body in [&b"{\"a\": 1}"[..], b"", &[0xff, 0x00, 0x80]] {
            let input = Input::Http(HttpRequest::new("POST", "/api/v1/pods").header("Accept", "*/*").body(body).into());
            let text = serde_json::to_string(&input).expect("an input is JSON");
            assert_eq!(serde_json::from_str::<Input>(&text).expect("the same input"), input);
        }
    }
}
