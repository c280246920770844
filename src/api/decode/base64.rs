//! Where base64 is wrong, as Go tells it.
//!
//! Models: Go's encoding/base64 (decodeQuantum), which is strict about padding.
//! Simplified: nothing.

/// The position that Go's decoder complains of, if it does. Line ends do not count.
pub fn base64_fault(text: &str) -> Option<usize> {
    let bytes: Vec<(usize, u8)> = text.bytes().enumerate().filter(|(_, byte)| !matches!(byte, b'\n' | b'\r')).collect();
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    for group in bytes.chunks(4) {
        let odd = group.iter().position(|(_, byte)| !is_letter(*byte));
        let next = |place: usize| bytes.iter().find(|(at, _)| *at > group[place].0);
        match odd.map(|place| (place, group[place])) {
            // An unfinished group is told by its beginning, as if no line ended in it.
            None if group.len() < 4 => return Some(text.len() - group.len()),
            None => {}
            Some((place @ 2..=3, (_, b'='))) => {
                let last = match (place, next(place)) {
                    (2, None) => return Some(text.len()),
                    (2, Some((at, byte))) if *byte != b'=' => return Some(at - 1),
                    (2, _) => 3,
                    _ => place,
                };
                return next(last).map(|(at, _)| *at);
            }
            Some((_, (at, _))) => return Some(at),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_where_go_sees_them() {
        let cases = [
            ("", None), ("YQ==", None), ("YWI=", None), ("YWJj", None), ("YW\nJj\n", None), ("UDP", Some(0)), ("e30=-1", Some(4)), ("not base64", Some(3)),
            ("YWJjZ", Some(4)), ("YQ=x", Some(2)), ("YQ=", Some(3)), ("Y===", Some(1)), ("!!", Some(0)), ("YQ==YQ==", Some(4)), ("YWI=\nx", Some(5)),
        ];
        for (text, fault) in cases {
            assert_eq!(base64_fault(text), fault, "{text:?}");
        }
    }
}
