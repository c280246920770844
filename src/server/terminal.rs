//! The terminal of a command: to a client far away a line ends with carriage return and line feed, as the line discipline
//! of Linux writes it (`onlcr`). The computers of the simulation leave the carriage return to whoever shows the line.

use hyper::Uri;
use podarium_machine::HttpEvent;
use tokio::sync::mpsc::{Receiver, channel};

use crate::engine::BACKLOG;

const STDOUT: u8 = 1;

/// Whether a request is for a command with a terminal.
pub fn has_terminal(uri: &Uri) -> bool {
    let command = uri.path().ends_with("/exec") || uri.path().ends_with("/attach");
    command && uri.query().unwrap_or_default().split('&').any(|pair| matches!(pair, "tty=true" | "tty=1"))
}

/// The answers as a terminal writes them.
pub fn through_terminal(mut answers: Receiver<HttpEvent>) -> Receiver<HttpEvent> {
    let (sender, written) = channel(BACKLOG);
    tokio::spawn(async move {
        let mut last = 0;
        while let Some(event) = answers.recv().await {
            let event = match event {
                HttpEvent::Chunk(message) if message.first() == Some(&STDOUT) => HttpEvent::Chunk(with_returns(&message, &mut last)),
                event => event,
            };
            // The client is gone; dropping the answers tells the engine.
            if sender.send(event).await.is_err() {
                return;
            }
        }
    });
    written
}

/// Puts a carriage return in front of each line feed that has none. `last` is the byte before.
fn with_returns(message: &[u8], last: &mut u8) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + 8);
    out.push(message[0]);
    for byte in &message[1..] {
        if *byte == b'\n' && *last != b'\r' {
            out.push(b'\r');
        }
        out.push(*byte);
        *last = *byte;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_a_return_and_a_feed() {
        let mut last = 0;
        assert_eq!(with_returns(b"\x01a\nb\r", &mut last), b"\x01a\r\nb\r");
        assert_eq!(with_returns(b"\x01\nc\n", &mut last), b"\x01\nc\r\n");
    }

    #[test]
    fn only_commands_have_terminals() {
        let has = |uri: &str| has_terminal(&uri.parse().unwrap());
        assert!(has("/api/v1/namespaces/a/pods/p/exec?command=sh&tty=true&stdin=true") && has("/api/v1/namespaces/a/pods/p/attach?tty=1"));
        assert!(!has("/api/v1/namespaces/a/pods/p/exec?command=tty%3Dtrue") && !has("/api/v1/pods?tty=true"));
    }
}
