//! Parsers that read what users send: whatever comes in, they answer and never panic.

use podarium_api::patch::{self, PatchType};
use podarium_api::quantity::Quantity;
use podarium_api::selector::{FieldSelector, LabelSelector};
use podarium_api::{Kind, decode};
use podarium_sim::Stream;
use serde_json::{Value, json};

/// Text that looks a little like what the parser expects.
fn text(stream: &mut Stream, alphabet: &[&str]) -> String {
    (0..stream.below(12)).map(|_| alphabet[stream.below(alphabet.len())]).collect()
}

#[test]
fn texts_are_read_or_refused() {
    let mut stream = Stream::new(1, "garbage");
    let selector = ["a", "b/c", "=", "!", "==", "in", "notin", "(", ")", ",", " ", ">", "é", "\\", "\u{0}", "1"];
    let quantity = ["0", "9", "99999999999999999999", ".", "-", "+", "e", "E", "Ki", "m", "k", "n", "i", "é"];
    let body = ["{", "}", "[", "]", ":", ",", "\"a\"", "\"", "\\", "nul", "null", "tru", "1", "-", "1e", " ", "é", "\n", "kind", "\u{1}"];
    for _ in 0..20_000 {
        let one = text(&mut stream, &selector);
        if let Ok(read) = LabelSelector::parse(&one) {
            let printed = read.to_string();
            assert_eq!(LabelSelector::parse(&printed).map(|read| read.to_string()), Ok(printed), "{one:?}");
        }
        let _ = FieldSelector::parse(&one);
        let one = text(&mut stream, &quantity);
        if let Ok(read) = one.parse::<Quantity>() {
            assert_eq!(read.to_string().parse::<Quantity>(), Ok(read), "{one:?}");
        }
        let one = text(&mut stream, &body);
        let refused = decode::decode_bytes(Kind::Pod, one.as_bytes()).err();
        let valid = serde_json::from_str::<Value>(&one).is_ok_and(|value| value.is_object() || value.is_null());
        assert!(valid || refused.is_some(), "{one:?} was accepted");
        let _ = decode::decode_yaml(Kind::Pod, one.as_bytes());
    }
}

/// A value out of keys and values that mean something in a pod or a patch.
fn value(stream: &mut Stream, depth: usize) -> Value {
    let keys = [
        "spec", "metadata", "containers", "name", "image", "$patch", "$retainKeys", "$setElementOrder/containers", "volumes",
        "$deleteFromPrimitiveList/finalizers", "finalizers", "labels", "ports", "containerPort", "resources", "limits", "cpu", "status", "conditions",
    ];
    let words = ["a", "b", "delete", "replace", "merge", "1Gi", ""];
    match stream.below(if depth == 0 { 4 } else { 8 }) {
        0 => Value::Null,
        1 => json!(stream.below(3)),
        2 => json!(words[stream.below(words.len())]),
        3 => json!(true),
        4 => (0..stream.below(4)).map(|_| value(stream, depth - 1)).collect(),
        _ => Value::Object((0..stream.below(5)).map(|_| (keys[stream.below(keys.len())].to_owned(), value(stream, depth - 1))).collect()),
    }
}

#[test]
fn objects_and_patches_are_read_or_refused() {
    let mut stream = Stream::new(2, "garbage");
    for _ in 0..20_000 {
        let (current, other) = (value(&mut stream, 5), value(&mut stream, 5));
        for patch_type in [PatchType::Json, PatchType::Merge, PatchType::Strategic] {
            let _ = patch::apply(Kind::Pod, patch_type, &current, &other);
        }
        let _ = patch::create_two_way(Kind::Pod, &current, &other);
        let _ = patch::create_three_way(Kind::Pod, &current, &other, &value(&mut stream, 5));
        if let Ok(decoded) = decode::decode(Kind::Pod, current) {
            let mut object = decoded.object;
            object.set_defaults();
            object.prepare_for_create();
            let _ = (object.validate(), object.warnings(), object.to_value(), object.row(jiff::Timestamp::UNIX_EPOCH));
        }
    }
}
