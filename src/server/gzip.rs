//! Large answers are compressed for clients that take it, as the API server does: from 128 KiB on, as fast as possible.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::{Either, Full};
use hyper::StatusCode;
use hyper::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue, VARY};

use crate::exchange::{Answer, whole_body};

/// Smaller answers are not worth the work.
const WORTH_IT: usize = 128 << 10;

/// The same answer, compressed if it is large and whole. An answer that comes in pieces stays as it is.
pub fn compressed(answer: Answer, accepted: bool) -> Answer {
    let large = matches!(answer.body(), Either::Left(body) if hyper::body::Body::size_hint(body).lower() > WORTH_IT as u64);
    if !accepted || !large || answer.status() != StatusCode::OK {
        return answer;
    }
    let (mut head, body) = answer.into_parts();
    let bytes = whole_body(body).unwrap_or_default();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    match encoder.write_all(&bytes).and_then(|()| encoder.finish()) {
        Ok(packed) => {
            head.headers.remove(CONTENT_LENGTH);
            head.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            head.headers.insert(VARY, HeaderValue::from_static("Accept-Encoding"));
            Answer::from_parts(head, Either::Left(Full::new(packed.into())))
        }
        Err(_) => Answer::from_parts(head, Either::Left(Full::new(bytes))),
    }
}
