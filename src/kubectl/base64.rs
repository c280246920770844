//! Base64, in which Secrets carry their values.
//!
//! Models: Go's encoding/base64.
//! Simplified: nothing.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, PAD, STANDARD};

/// Go does not look at what is left over of the last letter.
const READER: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, PAD.with_decode_allow_trailing_bits(true));

pub fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The bytes of a text whose end is filled with `=`; ends of lines do not count.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    READER.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for (plain, coded) in [("s3cr3t", "czNjcjN0"), ("admin", "YWRtaW4="), ("a", "YQ=="), ("", "")] {
            assert_eq!(encode(plain.as_bytes()), coded);
            assert_eq!(decode(coded).as_deref(), Some(plain.as_bytes()));
        }
        assert_eq!(decode("YR==\n").as_deref(), Some(&b"a"[..]));
        for wrong in ["YQ", "YQ=", "a b=", "%%%%", "===="] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
    }
}
