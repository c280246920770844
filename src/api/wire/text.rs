//! JSON without blanks, into which text that is written already goes as it is.
//!
//! Models: nothing of Kubernetes.
//! Simplified: nothing.

use std::io;

use serde::ser::{Serialize, Serializer};
use serde_json::ser::Formatter;

/// A value as JSON.
pub fn json<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    let mut out = Vec::with_capacity(1024);
    write_json(&mut out, value);
    out
}

/// Adds a value as JSON.
pub(crate) fn write_json<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    value.serialize(&mut serde_json::Serializer::with_formatter(out, Compact)).expect("what is written has only text for keys");
}

/// A piece of JSON. Only [`json`] takes it for what it is.
pub(crate) struct Verbatim<'a>(pub &'a [u8]);

impl Serialize for Verbatim<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

/// No value of Kubernetes is a list of bytes, so those are text that is written already.
struct Compact;

impl Formatter for Compact {
    fn write_byte_array<W: io::Write + ?Sized>(&mut self, writer: &mut W, value: &[u8]) -> io::Result<()> {
        writer.write_all(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_is_written_already_stays_as_it_is() {
        assert_eq!(json(&[("a", Verbatim(b"{\"b\":[1]}"))]), br#"[["a",{"b":[1]}]]"#);
        assert_eq!(json(&serde_json::json!({"a": ["b", null]})), br#"{"a":["b",null]}"#);
    }
}
