//! Pods whose spec has been read before: whoever makes many pods sends the same spec with each, and it is not read again.
//!
//! Models: nothing of Kubernetes.
//! Simplified: nothing.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::{Decoded, decode_bytes};
use crate::sent_empty::SentEmpty;
use crate::{Kind, Object, ObjectMeta, PlacedSpec, Pod, Status};

/// How many specs are remembered.
const MOST: usize = 16;

/// The texts of the specs that were read last and had nothing wrong with them.
#[derive(Debug, Default)]
pub struct KnownSpecs(Mutex<VecDeque<(Box<[u8]>, PlacedSpec)>>);

impl Clone for KnownSpecs {
    fn clone(&self) -> Self {
        KnownSpecs(Mutex::new(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()))
    }
}

impl KnownSpecs {
    fn get(&self, text: &[u8]) -> Option<PlacedSpec> {
        let specs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        specs.iter().find(|(known, _)| **known == *text).map(|(_, spec)| spec.clone())
    }

    fn add(&self, text: &[u8], spec: &PlacedSpec) {
        let mut specs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        specs.push_front((text.into(), spec.clone()));
        specs.truncate(MOST);
    }
}

/// Reads a JSON body that is meant to be a pod.
pub fn decode_pod(body: &[u8], known: &KnownSpecs) -> Result<Decoded, Status> {
    let Some(place) = place_of_spec(body) else { return decode_bytes(Kind::Pod, body) };
    let text = &body[place.clone()];
    if let Some(spec) = known.get(text) {
        if let Some(pod) = plain_pod(&body[..place.start], &body[place.end..], &spec) {
            let decoded = Decoded { object: Object::Pod(Arc::new(pod)), strict_errors: Vec::new(), sent_empty: SentEmpty::default(), refusal: None };
            debug_assert_eq!(Ok(&decoded), decode_bytes(Kind::Pod, body).as_ref(), "what is read at a glance is what would be read");
            return Ok(decoded);
        }
        // Another spec in its place, which nobody looks at.
        let rest = [&body[..place.start], b"{\"hostname\":\"any\"}", &body[place.end..]].concat();
        if let Ok(mut decoded) = decode_bytes(Kind::Pod, &rest)
            && decoded.strict_errors.is_empty()
            && let Object::Pod(pod) = &mut decoded.object
        {
            Arc::make_mut(pod).spec = Arc::new(spec);
            return Ok(decoded);
        }
        // What is wrong with it is told of the whole.
        return decode_bytes(Kind::Pod, body);
    }
    let decoded = decode_bytes(Kind::Pod, body)?;
    let is_plain = decoded.strict_errors.is_empty() && decoded.sent_empty == SentEmpty::default() && decoded.refusal.is_none();
    if let (Object::Pod(pod), true) = (&decoded.object, is_plain) {
        known.add(text, &pod.spec);
    }
    Ok(decoded)
}

/// The pod of a body that says no more than most do beside the spec: what it is, how it is called, labels and annotations.
/// None where there is more, or anything that a reader might note.
fn plain_pod(before: &[u8], after: &[u8], spec: &PlacedSpec) -> Option<Pod> {
    let rest = [before, b"{}", after].concat();
    let body: PlainPod = serde_json::from_slice(&rest).ok()?;
    let says_what_it_is = body.api_version.is_none_or(|version| version == "v1") && body.kind.is_none_or(|kind| kind == "Pod");
    let PlainMetadata { name, generate_name, namespace, labels, annotations } = body.metadata?;
    let is_said = [&name, &generate_name, &namespace].into_iter().flatten().all(|text| !text.is_empty());
    let metadata = ObjectMeta { name, generate_name, namespace, labels: labels.map(|texts| texts.0), annotations: annotations.map(|texts| texts.0), ..ObjectMeta::default() };
    (says_what_it_is && is_said).then(|| Pod { metadata, spec: Arc::new(spec.clone()), status: Arc::default() })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PlainPod<'a> {
    api_version: Option<&'a str>,
    kind: Option<&'a str>,
    metadata: Option<PlainMetadata>,
    #[serde(rename = "spec")]
    _spec: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PlainMetadata {
    name: Option<String>,
    generate_name: Option<String>,
    namespace: Option<String>,
    labels: Option<Texts>,
    annotations: Option<Texts>,
}

/// Texts by name, of which there are some, and none twice.
struct Texts(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("texts by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Texts, A::Error> {
                let mut texts = BTreeMap::new();
                while let Some((name, text)) = fields.next_entry()? {
                    if texts.insert(name, text).is_some() {
                        return Err(A::Error::custom("a name comes twice"));
                    }
                }
                if texts.is_empty() { Err(A::Error::custom("nothing in it")) } else { Ok(Texts(texts)) }
            }
        }
        deserializer.deserialize_map(Read)
    }
}

/// Where the object stands that is the only `spec` of a JSON object; none in a text that is not plainly so.
fn place_of_spec(body: &[u8]) -> Option<Range<usize>> {
    let mut at = blanks(body, 0);
    let mut found = None;
    if body.get(at) != Some(&b'{') {
        return None;
    }
    loop {
        let name = blanks(body, at + 1);
        let end = end_of_text(body, name)?;
        let colon = blanks(body, end);
        let start = blanks(body, colon + 1);
        let value = start..end_of_value(body, start)?;
        if body[name..end].contains(&b'\\') || body.get(colon) != Some(&b':') {
            return None;
        }
        at = blanks(body, value.end);
        if &body[name..end] == b"\"spec\"" && (body[value.start] != b'{' || found.replace(value).is_some()) {
            return None;
        }
        match body.get(at)? {
            b',' => {}
            b'}' => return found,
            _ => return None,
        }
    }
}

fn blanks(body: &[u8], from: usize) -> usize {
    let count = body.iter().skip(from).take_while(|byte| byte.is_ascii_whitespace()).count();
    from + count
}

/// Behind the text in quotes that begins here.
fn end_of_text(body: &[u8], from: usize) -> Option<usize> {
    let mut at = from + 1;
    if body.get(from) != Some(&b'"') {
        return None;
    }
    loop {
        at += memchr::memchr2(b'"', b'\\', body.get(at..)?)?;
        if body[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

/// Behind the value that begins here.
fn end_of_value(body: &[u8], from: usize) -> Option<usize> {
    match body.get(from)? {
        b'"' => end_of_text(body, from),
        b'{' | b'[' => {
            let (mut at, mut depth) = (from, 0);
            loop {
                match body.get(at)? {
                    b'"' => {
                        at = end_of_text(body, at)?;
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                at += 1;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
        _ => Some(from + body[from..].iter().position(|byte| matches!(byte, b',' | b'}' | b' ' | b'\t' | b'\n' | b'\r'))?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spec_is_found_where_there_is_one() {
        let found = |body: &'static str| place_of_spec(body.as_bytes()).map(|place| &body[place]);
        let cases = [
            (r#"{"spec":{"a":1},"metadata":{}}"#, Some(r#"{"a":1}"#)),
            (r#" { "metadata" : {"name":"}\"{"} , "spec" : {"a":["]",{}]} } "#, Some(r#"{"a":["]",{}]}"#)),
            (r#"{"kind":"Pod","n":12,"t":true,"spec":{}}"#, Some("{}")),
            (r#"{"spec":{},"spec":{}}"#, None),
            (r#"{"sp\u0065c":{}}"#, None),
            (r#"{"metadata":{"spec":{}}}"#, None),
            (r#"{"spec":1}"#, None),
            (r#"{"spec":{"a":1}"#, None),
            (r#"{"spec" {}}"#, None),
            (r#"{"spec":"#, None),
            (r#"["spec"]"#, None),
            ("", None),
        ];
        for (body, expected) in cases {
            assert_eq!(found(body), expected, "{body}");
        }
    }

    /// However a body looks, whether its spec is known changes nothing.
    #[test]
    fn a_known_spec_is_read_like_a_new_one() {
        let known = KnownSpecs::default();
        let bodies = [
            r#"{"metadata":{"name":"a"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"metadata":{"name":"b","labels":{"x":"y"}},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]},"status":{"phase":"Running"}}"#,
            r#"{"metadata":{"name":"b","labels":{}},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"metadata":{"name":"b"},"spec":{"volumes":[],"containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"metadata":{"name":"c"},"spec":{"volumes":[],"containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b","namespace":"n","labels":{"x":"","y":"\u00e9\n"},"annotations":{"a":"b"}},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"metadata":{"name":"b","labels":{"x":"y","x":"z"}},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"metadata":{"name":"b","labels":{"x":null,"z":1}},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"metadata":{"name":"b","name":"c"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"metadata":{"name":"","generateName":"b-","labels":null},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"metadata":{"generateName":"b-","namespace":null,"creationTimestamp":null},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"metadata":{"name":"\ud800"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"apiVersion":"","kind":"","metadata":{"name":"b"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"apiVersion":"v2","metadata":{"name":"b"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"metadata":null,"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"metadata":{"name":"b","nam":1},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"metadata":{"name":1},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"metadata":{"name":"b"},"metadata":{},"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"kind":"Service","spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]}}"#,
            r#"{"spec":{"nodeName":"n","containers":[{"name":"c","image":"i"}]},}"#,
            r#"{"spec":{"nodeName":"n","containers":[{"name":"c","imag":"i"}]}}"#,
            r#"{"spec":{"nodeName":"n","containers":[{"name":"c","imag":"i"}]},"metadata":{"name":"c"}}"#,
        ];
        for body in bodies {
            assert_eq!(decode_pod(body.as_bytes(), &known), decode_bytes(Kind::Pod, body.as_bytes()), "{body}");
        }
        let Object::Pod(pod) = decode_pod(bodies[1].as_bytes(), &known).unwrap().object else { unreachable!() };
        assert!(pod.spec.is_shared_with(&known.get(br#"{"nodeName":"n","containers":[{"name":"c","image":"i"}]}"#).unwrap()));
    }
}
