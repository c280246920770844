//! Semantic versions, and named formats of text.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/cel/library/{semverlib.go,format.go}, v1.36.
//! Simplified: nothing.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use super::super::value::{Fault, Value};
use super::opaque::Opaque;
use crate::custom::schema::is_format;
use crate::name_rules;
use Value::{Bool, Int, Text};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Semver {
    numbers: [u64; 3],
    before: Vec<String>,
    build: String,
}

impl fmt::Display for Semver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.numbers;
        write!(f, "{major}.{minor}.{patch}")?;
        if !self.before.is_empty() {
            write!(f, "-{}", self.before.join("."))?;
        }
        if self.build.is_empty() { Ok(()) } else { write!(f, "+{}", self.build) }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl Semver {
    /// `lenient` reads `v1.2` and `01.2.3` too.
    fn parse(text: &str, lenient: bool) -> Option<Semver> {
        let text = if lenient { text.strip_prefix('v').unwrap_or(text) } else { text };
        let (text, build) = text.split_once('+').map_or((text, ""), |(text, build)| (text, build));
        let (core, before) = text.split_once('-').map_or((text, None), |(core, before)| (core, Some(before)));
        let mut parts: Vec<&str> = core.split('.').collect();
        while lenient && parts.len() < 3 {
            parts.push("0");
        }
        let number = |part: &str| -> Option<u64> {
            let leading_zero = part.len() > 1 && part.starts_with('0');
            if !is_number(part) || leading_zero && !lenient { None } else { part.parse().ok() }
        };
        let [major, minor, patch] = parts.as_slice() else { return None };
        let identifiers: Vec<String> = before.map(|before| before.split('.').map(str::to_owned).collect()).unwrap_or_default();
        let good = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let plain = identifiers.iter().all(|part| good(part) && !(is_number(part) && part.len() > 1 && part.starts_with('0')));
        let built = build.is_empty() || build.split('.').all(good);
        (plain && built).then_some(())?;
        Some(Semver { numbers: [number(major)?, number(minor)?, number(patch)?], before: identifiers, build: build.to_owned() })
    }

    fn compare(&self, other: &Semver) -> Ordering {
        let part = |left: &String, right: &String| match (is_number(left), is_number(right)) {
            (true, true) => left.parse::<u64>().unwrap_or(u64::MAX).cmp(&right.parse().unwrap_or(u64::MAX)),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => left.cmp(right),
        };
        self.numbers.cmp(&other.numbers).then_with(|| match (self.before.is_empty(), other.before.is_empty()) {
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ => {
                let differing = self.before.iter().zip(&other.before).map(|(left, right)| part(left, right)).find(|order| order.is_ne());
                differing.unwrap_or_else(|| self.before.len().cmp(&other.before.len()))
            }
        })
    }
}

const FORMATS: &[&str] = &[
    "dns1123Label", "dns1123Subdomain", "dns1035Label", "qualifiedName", "dns1123LabelPrefix", "dns1123SubdomainPrefix", "dns1035LabelPrefix",
    "labelValue", "uri", "uuid", "byte", "date", "datetime",
];

/// What is wrong with a text as one of these.
fn faults(format: &str, text: &str) -> Vec<String> {
    // A prefix may end in a dash, since more follows.
    let masked = || text.strip_suffix('-').filter(|rest| !rest.is_empty()).map_or(text.to_owned(), |rest| format!("{rest}a"));
    let told = |good: bool, why: &str| if good { Vec::new() } else { vec![why.to_owned()] };
    match format {
        "dns1123Label" => name_rules::dns1123_label(text),
        "dns1123Subdomain" => name_rules::dns1123_subdomain(text),
        "dns1035Label" => name_rules::dns1035_label(text),
        "dns1123LabelPrefix" => name_rules::dns1123_label(&masked()),
        "dns1123SubdomainPrefix" => name_rules::dns1123_subdomain(&masked()),
        "dns1035LabelPrefix" => name_rules::dns1035_label(&masked()),
        "qualifiedName" => name_rules::label_key(text),
        "labelValue" => name_rules::label_value(text),
        "uri" => told(is_format("uri", text), &format!("parse {text:?}: invalid URI for request")),
        "uuid" => told(is_format("uuid", text), "does not match the UUID format"),
        "byte" => told(is_format("byte", text), "invalid base64"),
        "date" => told(is_format("date", text), "invalid date"),
        _ => told(is_format("datetime", text), "invalid datetime"),
    }
}

pub(super) fn call(name: &str, values: &[Value]) -> Option<Result<Value, Fault>> {
    if let (Some(format), []) = (name.strip_prefix("format."), values) {
        let known = FORMATS.iter().find(|known| **known == format)?;
        return Some(Ok(Value::Opaque(Opaque::Format(known))));
    }
    match values {
        [Text(text)] | [Text(text), Bool(_)] => {
            let lenient = matches!(values.get(1), Some(Bool(true)));
            let parsed = || Semver::parse(text, lenient);
            Some(match name {
                "semver" => parsed().map(|version| Value::Opaque(Opaque::Semver(Arc::new(version)))).ok_or_else(|| "No Major.Minor.Patch elements found".to_owned()),
                "isSemver" => Ok(Bool(parsed().is_some())),
                "format.named" => Ok(Value::Optional(FORMATS.iter().find(|known| ***known == **text).map(|known| Arc::new(Value::Opaque(Opaque::Format(known)))))),
                _ => return None,
            })
        }
        [Value::Opaque(Opaque::Format(format)), Text(text)] if name == "validate" => {
            let faults = faults(format, text);
            Some(Ok(if faults.is_empty() { Value::Optional(None) } else { Value::some(faults.into_iter().map(Value::from).collect::<Vec<_>>().into()) }))
        }
        [Value::Opaque(Opaque::Semver(version)), rest @ ..] => of_semver(name, version, rest),
        _ => None,
    }
}

fn of_semver(name: &str, version: &Semver, rest: &[Value]) -> Option<Result<Value, Fault>> {
    let number = |number: u64| Ok(Int(i64::try_from(number).unwrap_or(i64::MAX)));
    let order = match rest {
        [Value::Opaque(Opaque::Semver(other))] => Some(version.compare(other)),
        _ => None,
    };
    Some(match (name, order) {
        ("major", None) => number(version.numbers[0]),
        ("minor", None) => number(version.numbers[1]),
        ("patch", None) => number(version.numbers[2]),
        ("isGreaterThan", Some(order)) => Ok(Bool(order.is_gt())),
        ("isLessThan", Some(order)) => Ok(Bool(order.is_lt())),
        ("compareTo", Some(order)) => Ok(Int(order as i64)),
        _ => return None,
    })
}
