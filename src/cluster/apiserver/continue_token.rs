//! The token with which a client asks for the next piece of a list: the revision of the whole list, and where to go on.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/storage/continue.go, v1.36.
//! Simplified: nothing.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// Go does not look at the bits that are left over at the end.
const LENIENT: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, NO_PAD.with_decode_allow_trailing_bits(true));

/// The revision that means: go on with the list as it is now.
pub const LATEST: i64 = -1;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContinueToken {
    pub resource_version: i64,
    /// The first key that may come, below the list's own prefix: `web\0`, or `shop/web\0` over all namespaces.
    pub start: String,
}

impl ContinueToken {
    pub fn encode(&self) -> String {
        // Written by hand, since the order of the fields is part of what clients see.
        let text = format!("{{\"v\":\"meta.k8s.io/v1\",\"rv\":{},\"start\":{}}}", self.resource_version, json!(self.start));
        URL_SAFE_NO_PAD.encode(text)
    }

    pub fn decode(text: &str) -> Result<Self, String> {
        let bytes = LENIENT.decode(text).map_err(|error| {
            let at = match error {
                base64::DecodeError::InvalidByte(at, _) | base64::DecodeError::InvalidLastSymbol(at, _) => at,
                // Go tells where the last, unfinished group begins.
                base64::DecodeError::InvalidLength(length) => length - length % 4,
                base64::DecodeError::InvalidPadding => text.len(),
            };
            format!("continue key is not valid: illegal base64 data at input byte {at}")
        })?;
        let value: Value = match podarium_api::decode::parse_json(&bytes) {
            Ok((value, _)) => value,
            Err(why) => return Err(format!("continue key is not valid: {}", why.trim_start_matches("couldn't get version/kind; json parse error: "))),
        };
        let version = value["v"].as_str().unwrap_or_default();
        if version != "meta.k8s.io/v1" {
            return Err(format!("continue key is not valid: server does not recognize this encoded version {version}"));
        }
        let resource_version = value["rv"].as_i64().unwrap_or(0);
        if resource_version == 0 {
            return Err("continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)".to_owned());
        }
        let start = value["start"].as_str().unwrap_or_default();
        if start.is_empty() {
            return Err("continue key is not valid: encoded start key empty (version meta.k8s.io/v1)".to_owned());
        }
        if start.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(format!("continue key is not valid: {start}"));
        }
        Ok(ContinueToken { resource_version, start: start.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_read_back_or_refused() {
        let token = ContinueToken { resource_version: 42, start: "shop/web\0".to_owned() };
        assert_eq!(ContinueToken::decode(&token.encode()), Ok(token.clone()));
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token.encode()).unwrap()).unwrap();
        assert_eq!(text, r#"{"v":"meta.k8s.io/v1","rv":42,"start":"shop/web\u0000"}"#);
        let cases = [
            ("!!", "continue key is not valid: illegal base64 data at input byte 0"),
            (&URL_SAFE_NO_PAD.encode("{"), "continue key is not valid: unexpected end of JSON input"),
            (&URL_SAFE_NO_PAD.encode("{\"v\":\"x\"}"), "continue key is not valid: server does not recognize this encoded version x"),
            (&URL_SAFE_NO_PAD.encode("{\"v\":\"meta.k8s.io/v1\"}"), "continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)"),
            (&URL_SAFE_NO_PAD.encode("{\"v\":\"meta.k8s.io/v1\",\"rv\":1}"), "continue key is not valid: encoded start key empty (version meta.k8s.io/v1)"),
            (&URL_SAFE_NO_PAD.encode("{\"v\":\"meta.k8s.io/v1\",\"rv\":1,\"start\":\"../x\"}"), "continue key is not valid: ../x"),
        ];
        for (token, why) in cases {
            assert_eq!(ContinueToken::decode(token), Err(why.to_owned()), "{token}");
        }
    }
}
