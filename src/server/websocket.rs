//! WebSockets, over which `kubectl exec` and `kubectl attach` talk: each message of the one side is a message of the other.

use std::sync::mpsc::Sender;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use http_body_util::{Either, Full};
use hyper::header::{CONNECTION, HeaderMap, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use podarium_machine::HttpEvent;
use tokio::sync::mpsc::Receiver;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};

use crate::engine::{Command, Exchange};
use crate::exchange::{Answer, Line};

/// What one message may weigh.
const LARGEST_MESSAGE: usize = 4 << 20;

/// How long the other side has to answer a farewell.
const FAREWELL: Duration = Duration::from_secs(2);

/// The key of a client that asks for a WebSocket.
pub fn asked_for(headers: &HeaderMap) -> Option<HeaderValue> {
    let is_websocket = headers.get(UPGRADE).and_then(|value| value.to_str().ok()).is_some_and(|value| value.eq_ignore_ascii_case("websocket"));
    headers.get(SEC_WEBSOCKET_KEY).filter(|_| is_websocket).cloned()
}

/// The head of the answer that agrees.
pub fn agree(mut answer: Answer, key: &HeaderValue) -> Answer {
    let accept = HeaderValue::from_str(&derive_accept_key(key.as_bytes()));
    let headers = answer.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    if let Ok(accept) = accept {
        headers.insert(SEC_WEBSOCKET_ACCEPT, accept);
    }
    *answer.body_mut() = Either::Left(Full::default());
    answer
}

/// Carries messages both ways until one side is done.
pub async fn talk(upgrade: OnUpgrade, mut answers: Receiver<HttpEvent>, line: Line, commands: Sender<Command>) {
    let Ok(upgraded) = upgrade.await else { return };
    let config = WebSocketConfig::default().max_message_size(Some(LARGEST_MESSAGE)).max_frame_size(Some(LARGEST_MESSAGE));
    let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
    let (mut out, mut into) = socket.split();
    let exchange: Exchange = line.exchange;
    loop {
        tokio::select! {
            event = answers.recv() => match event {
                Some(HttpEvent::Chunk(bytes)) => {
                    if out.send(Message::Binary(bytes.into())).await.is_err() {
                        return;
                    }
                }
                _ => {
                    let mut line = line;
                    line.done = true;
                    // Only a normal end ends kubectl's streams well. Who has gone already needs no farewell.
                    let normal = CloseFrame { code: CloseCode::Normal, reason: "".into() };
                    if out.send(Message::Close(Some(normal))).await.is_ok() {
                        let _ = tokio::time::timeout(FAREWELL, async { while let Some(Ok(_)) = into.next().await {} }).await;
                    }
                    return;
                }
            },
            message = into.next() => match message {
                Some(Ok(Message::Binary(bytes))) => {
                    if commands.send(Command::Data { exchange, bytes: bytes.to_vec() }).is_err() {
                        return;
                    }
                }
                Some(Ok(Message::Text(text))) => {
                    if commands.send(Command::Data { exchange, bytes: text.as_bytes().to_vec() }).is_err() {
                        return;
                    }
                }
                // Pings are answered by the library.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
        }
    }
}
