//! Exchanges that go both ways: which protocol a client asks for, and what the cluster is asked for in its place.
//!
//! The cluster's side knows the messages of WebSockets alone. What comes in SPDY, on the connection itself or inside a
//! WebSocket, is translated.

use std::sync::mpsc::Sender;

use hyper::Request;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderValue, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use hyper::upgrade::OnUpgrade;
use podarium_machine::{HttpEvent, HttpRequest};
use tokio::sync::mpsc::Receiver;

use crate::engine::Command;
use crate::exchange::{Answer, Line};
use crate::spdy::{self, Kind};
use crate::websocket;

const SPDY: &str = "SPDY/3.1";
/// Forwarded ports, as kubectl asks for them since 1.31.
const TUNNEL: &str = "SPDY/3.1+portforward.k8s.io";
const PORT_FORWARD: &str = "portforward.k8s.io";
const STREAMS: &str = "X-Stream-Protocol-Version";

/// What a client asks for.
pub enum Upgrade {
    /// With the client's key.
    WebSocket(HeaderValue),
    /// SPDY inside the messages of a WebSocket.
    Tunnel(HeaderValue),
    /// With the protocol that was chosen of those that the client knows.
    Spdy(Kind, String),
}

impl Upgrade {
    pub fn asked_for(request: &Request<Incoming>) -> Option<Upgrade> {
        let headers = request.headers();
        let words = |name: &str| -> Vec<String> {
            let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
            values.flat_map(|value| value.split(',')).map(|word| word.trim().to_owned()).collect()
        };
        if let Some(key) = websocket::asked_for(headers) {
            let tunnelled = words(SEC_WEBSOCKET_PROTOCOL.as_str()).iter().any(|word| word == TUNNEL);
            return Some(if tunnelled { Upgrade::Tunnel(key) } else { Upgrade::WebSocket(key) });
        }
        if !headers.get(UPGRADE)?.to_str().ok()?.eq_ignore_ascii_case(SPDY) {
            return None;
        }
        let known = words(STREAMS);
        let forwards = request.uri().path().ends_with("/portforward");
        let chosen = if forwards { PORT_FORWARD } else { "v4.channel.k8s.io" };
        let chosen = if known.is_empty() || known.iter().any(|word| word == chosen) { chosen } else { known[0].as_str() };
        Some(Upgrade::Spdy(if forwards { Kind::PortForward } else { Kind::Command { streams: streams(request.uri().query().unwrap_or_default()) } }, chosen.to_owned()))
    }

    /// The request as the cluster's side understands it.
    pub fn rewrite(&self, request: &mut HttpRequest) {
        let protocol = match self {
            Upgrade::WebSocket(_) => return,
            Upgrade::Tunnel(_) | Upgrade::Spdy(Kind::PortForward, _) => PORT_FORWARD,
            Upgrade::Spdy(Kind::Command { .. }, _) => "v5.channel.k8s.io",
        };
        let ours = [UPGRADE.as_str(), SEC_WEBSOCKET_PROTOCOL.as_str(), STREAMS];
        request.headers.retain(|(name, _)| !ours.iter().any(|ours| ours.eq_ignore_ascii_case(name)));
        for (name, value) in [(UPGRADE.as_str(), "websocket"), (SEC_WEBSOCKET_PROTOCOL.as_str(), protocol)] {
            request.headers.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The head of the answer that agrees.
    pub fn agree(&self, answer: Answer) -> Answer {
        match self {
            Upgrade::WebSocket(key) => websocket::agree(answer, key),
            Upgrade::Tunnel(key) => {
                let mut answer = websocket::agree(answer, key);
                answer.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(TUNNEL));
                answer
            }
            Upgrade::Spdy(_, protocol) => {
                let mut answer = answer;
                let headers = answer.headers_mut();
                headers.remove(SEC_WEBSOCKET_PROTOCOL);
                headers.insert(UPGRADE, HeaderValue::from_static(SPDY));
                headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
                if let Ok(protocol) = HeaderValue::from_str(protocol) {
                    headers.insert(STREAMS, protocol);
                }
                answer
            }
        }
    }

    /// Carries what both sides say until one is done.
    pub fn start(self, upgrade: OnUpgrade, answers: Receiver<HttpEvent>, line: Line, commands: Sender<Command>) {
        match self {
            Upgrade::WebSocket(_) => drop(tokio::spawn(websocket::talk(upgrade, answers, line, commands))),
            Upgrade::Tunnel(_) => drop(tokio::spawn(async move {
                if let Some(ways) = spdy::over_websocket(upgrade).await {
                    spdy::talk(Kind::PortForward, ways, answers, line, commands).await;
                }
            })),
            Upgrade::Spdy(kind, _) => drop(tokio::spawn(async move {
                if let Some(ways) = spdy::over_connection(upgrade).await {
                    spdy::talk(kind, ways, answers, line, commands).await;
                }
            })),
        }
    }
}

/// How many streams a client opens for a command: those of the query, one for how it ended, and one for the terminal.
fn streams(query: &str) -> usize {
    let asked = |name: &str| query.split('&').any(|pair| pair.split_once('=').is_some_and(|(key, value)| key == name && matches!(value, "true" | "1")));
    let tty = asked("tty");
    1 + usize::from(tty) + ["stdin", "stdout", "stderr"].iter().filter(|name| asked(name) && !(tty && **name == "stderr")).count()
}
