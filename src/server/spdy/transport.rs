//! Where SPDY's bytes come from and go to.

use futures_util::{SinkExt as _, StreamExt as _};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

/// How many pieces may wait on either way; who sends more has to wait.
const PIECES: usize = 32;
const PIECE: usize = 32 << 10;

/// The two ways of a connection.
pub type Ways = (Receiver<Vec<u8>>, Sender<Vec<u8>>);

/// The bytes of the connection itself.
pub async fn over_connection(upgrade: OnUpgrade) -> Option<Ways> {
    let upgraded = upgrade.await.ok()?;
    let (mut reader, mut writer) = tokio::io::split(TokioIo::new(upgraded));
    let (sender, incoming) = channel(PIECES);
    let (outgoing, mut pieces) = channel::<Vec<u8>>(PIECES);
    tokio::spawn(async move {
        let mut buffer = vec![0; PIECE];
        while let Ok(count @ 1..) = reader.read(&mut buffer).await {
            if sender.send(buffer[..count].to_vec()).await.is_err() {
                return;
            }
        }
    });
    tokio::spawn(async move {
        while let Some(piece) = pieces.recv().await {
            if writer.write_all(&piece).await.is_err() || writer.flush().await.is_err() {
                return;
            }
        }
        // Who has gone already needs no farewell.
        let _ = writer.shutdown().await;
    });
    Some((incoming, outgoing))
}

/// The messages of a WebSocket, whose borders mean nothing.
pub async fn over_websocket(upgrade: OnUpgrade) -> Option<Ways> {
    let upgraded = upgrade.await.ok()?;
    let config = WebSocketConfig::default().max_message_size(Some(1 << 20)).max_frame_size(Some(1 << 20));
    let socket: WebSocketStream<TokioIo<Upgraded>> = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
    let (mut writer, mut reader) = socket.split();
    let (sender, incoming) = channel(PIECES);
    let (outgoing, mut pieces) = channel::<Vec<u8>>(PIECES);
    tokio::spawn(async move {
        while let Some(Ok(message)) = reader.next().await {
            let heard = match message {
                Message::Binary(bytes) => sender.send(bytes.to_vec()).await.is_ok(),
                Message::Close(_) => false,
                _ => true,
            };
            if !heard {
                return;
            }
        }
    });
    tokio::spawn(async move {
        while let Some(piece) = pieces.recv().await {
            if writer.send(Message::Binary(piece.into())).await.is_err() {
                return;
            }
        }
        // Who has gone already needs no farewell.
        let _ = writer.close().await;
    });
    Some((incoming, outgoing))
}
