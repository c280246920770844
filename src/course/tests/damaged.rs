//! Damaged scenario files: whatever is done to them, loading gives a scenario or errors with places, and never a panic.

use podarium_course::{SHIPPED, load, report, shipped_file};
use proptest::prelude::*;

/// Loads, and checks what must be true of any answer.
fn survives(text: &str) {
    let Err(errors) = load("damaged.yaml", text, shipped_file) else { return };
    assert!(!errors.is_empty(), "a refusal without a reason");
    let lines = text.split('\n').count();
    for error in &errors {
        assert!(error.line >= 1 && error.line <= lines.max(1), "{error:?} of {lines} lines");
        assert!(error.column >= 1 && error.width >= 1, "{error:?}");
        // This one means that the schema allows what the types do not.
        assert!(!error.found.contains("this scenario cannot be read"), "{}\n{text}", error.summary());
    }
    assert!(report(&errors).ends_with("damaged.yaml\n"));
}

#[derive(Clone, Debug)]
enum Damage {
    Byte(usize, u8),
    Cut(usize, usize),
    Repeat(usize, usize),
    Insert(usize, &'static str),
    LineOut(usize),
}

fn damage() -> impl Strategy<Value = Damage> {
    let pieces = prop::sample::select(vec![
        "{", "}", "[", "]", ":", "- ", "\n", "\t", "  ", "\"", "'", "|", ">", "&a ", "*a", "!x ", "---\n", "# ", "?", "~",
        "null", "10x", "-1", "99999999999999999999", "é", "\u{0}", "\u{feff}", "%YAML 9\n", "<<: ", "0s", "true", ",",
    ]);
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        (any::<usize>(), 1..60usize).prop_map(|(at, length)| Damage::Cut(at, length)),
        (any::<usize>(), 1..200usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
        (any::<usize>(), pieces).prop_map(|(at, piece)| Damage::Insert(at, piece)),
        any::<usize>().prop_map(Damage::LineOut),
    ]
}

fn damaged(text: &str, all: &[Damage]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for one in all {
        let length = bytes.len().max(1);
        match one {
            Damage::Byte(at, byte) => {
                if let Some(place) = bytes.get_mut(at % length) {
                    *place = *byte;
                }
            }
            Damage::Cut(at, count) => {
                let start = (at % length).min(bytes.len());
                let end = (start + count).min(bytes.len());
                bytes.drain(start..end);
            }
            Damage::Repeat(at, count) => {
                let start = (at % length).min(bytes.len());
                let end = (start + count).min(bytes.len());
                let piece = bytes[start..end].to_vec();
                bytes.splice(start..start, piece);
            }
            Damage::Insert(at, piece) => {
                let start = (at % length).min(bytes.len());
                bytes.splice(start..start, piece.bytes());
            }
            Damage::LineOut(at) => {
                let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
                let gone = at % lines.len();
                let kept: Vec<&[u8]> = lines.iter().enumerate().filter(|(n, _)| *n != gone).map(|(_, line)| *line).collect();
                bytes = kept.join(&b'\n');
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_scenarios_never_panic(which in 0..SHIPPED.len(), all in prop::collection::vec(damage(), 1..6)) {
        survives(&damaged(SHIPPED[which].text, &all));
    }

    #[test]
    fn noise_never_panics(text in "[ \\n\\t{}\\[\\]:,\\-|>&*!#?'\"a-c0-9~%é]{0,80}") {
        survives(&text);
        survives(&format!("name: x\ntitle: X\nmanifests:\n  - |\n    {text}"));
    }
}

/// Each shipped scenario, cut off after each of its lines.
#[test]
fn half_files_never_panic() {
    for shipped in SHIPPED {
        for (end, _) in shipped.text.match_indices('\n') {
            survives(&shipped.text[..end]);
        }
    }
}
