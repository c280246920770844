//! Values of Kubernetes' own libraries; quantities and URLs.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/cel/library/{quantity.go,urls.go}, v1.36.
//! Simplified: URLs are read by shorter rules than Go's.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use super::super::signatures;
use super::super::value::{Fault, Key, Value};
use super::authorizer::Asking;
use super::net::Cidr;
use super::versions::Semver;
use crate::quantity::Quantity;
use Value::{Bool, Double, Int, Text};

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Opaque {
    Quantity(Quantity),
    Url(Arc<Url>),
    Ip(IpAddr),
    Cidr(Cidr),
    Semver(Arc<Semver>),
    Format(&'static str),
    Asking(Arc<Asking>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Url {
    text: String,
    scheme: String,
    host: String,
    path: String,
    query: String,
}

impl Opaque {
    pub fn type_name(&self) -> &'static str {
        match self {
            Opaque::Quantity(_) => signatures::QUANTITY,
            Opaque::Url(_) => signatures::URL,
            Opaque::Ip(_) => signatures::IP,
            Opaque::Cidr(_) => signatures::CIDR,
            Opaque::Semver(_) => signatures::SEMVER,
            Opaque::Format(_) => signatures::FORMAT,
            Opaque::Asking(asking) => asking.type_name(),
        }
    }
}

impl fmt::Display for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Opaque::Quantity(quantity) => write!(f, "{quantity}"),
            Opaque::Url(url) => f.write_str(&url.text),
            Opaque::Ip(ip) => write!(f, "{ip}"),
            Opaque::Cidr(cidr) => write!(f, "{cidr}"),
            Opaque::Semver(version) => write!(f, "{version}"),
            Opaque::Format(name) => f.write_str(name),
            Opaque::Asking(asking) => f.write_str(asking.type_name()),
        }
    }
}

pub(super) fn call(name: &str, values: &[Value]) -> Option<Result<Value, Fault>> {
    match values {
        [Text(text)] => of_text(name, text),
        [Value::Opaque(Opaque::Quantity(quantity)), rest @ ..] => of_quantity(name, *quantity, rest),
        [Value::Opaque(Opaque::Url(url))] => of_url(name, url),
        _ => None,
    }
}

fn of_text(name: &str, text: &str) -> Option<Result<Value, Fault>> {
    Some(match name {
        "quantity" => match text.parse::<Quantity>() {
            Ok(quantity) => Ok(Value::Opaque(Opaque::Quantity(quantity))),
            Err(why) => Err(why.to_string()),
        },
        "isQuantity" => Ok(Bool(text.parse::<Quantity>().is_ok())),
        "url" => match Url::parse(text) {
            Some(url) => Ok(Value::Opaque(Opaque::Url(Arc::new(url)))),
            None => Err(format!("URL parse error during conversion from string: parse {text:?}: invalid URI for request")),
        },
        "isURL" => Ok(Bool(Url::parse(text).is_some())),
        _ => return None,
    })
}

fn of_quantity(name: &str, quantity: Quantity, rest: &[Value]) -> Option<Result<Value, Fault>> {
    let whole = |number: i64| number.to_string().parse::<Quantity>().ok();
    let other = match rest {
        [Value::Opaque(Opaque::Quantity(other))] => Some(*other),
        [Int(number)] => whole(*number),
        _ => None,
    };
    let is_whole = quantity.milli_value() % 1000 == 0 && whole(quantity.value()) == Some(quantity);
    Some(match (name, other) {
        ("sign", None) => Ok(Int(i64::from(quantity.sign()))),
        ("isInteger", None) => Ok(Bool(is_whole)),
        ("asInteger", None) if is_whole => Ok(Int(quantity.value())),
        ("asInteger", None) => Err("cannot convert value to integer".to_owned()),
        ("asApproximateFloat", None) => Ok(Double(quantity.as_f64())),
        ("add", Some(other)) => Ok(Value::Opaque(Opaque::Quantity(quantity + other))),
        ("sub", Some(other)) => Ok(Value::Opaque(Opaque::Quantity(quantity - other))),
        ("isGreaterThan", Some(other)) => Ok(Bool(quantity > other)),
        ("isLessThan", Some(other)) => Ok(Bool(quantity < other)),
        ("compareTo", Some(other)) => Ok(Int(match quantity.cmp(&other) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        })),
        _ => return None,
    })
}

impl Url {
    /// An absolute URL, or an absolute path.
    fn parse(text: &str) -> Option<Url> {
        if text.is_empty() || text.chars().any(|c| c.is_control() || c == ' ') {
            return None;
        }
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.starts_with(|c: char| c.is_ascii_alphabetic()) => (scheme, rest),
            _ if text.starts_with('/') => ("", text),
            _ => return None,
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, path) = match (scheme.is_empty(), rest.find('/')) {
            (true, _) => ("", rest),
            (false, Some(slash)) => rest.split_at(slash),
            (false, None) => (rest, ""),
        };
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let bad_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']') && !port.bytes().all(|byte| byte.is_ascii_digit()));
        (!bad_port).then(|| Url { text: text.to_owned(), scheme: scheme.to_lowercase(), host: host.to_owned(), path: path.to_owned(), query: query.to_owned() })
    }

    /// Host and port.
    fn parts(&self) -> (&str, &str) {
        match self.host.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host.trim_matches(['[', ']']), port),
            _ => (self.host.trim_matches(['[', ']']), ""),
        }
    }
}

fn of_url(name: &str, url: &Url) -> Option<Result<Value, Fault>> {
    let text = |text: &str| Ok(Value::from(text));
    Some(match name {
        "getScheme" => text(&url.scheme),
        "getHost" => text(&url.host),
        "getHostname" => text(url.parts().0),
        "getPort" => text(url.parts().1),
        "getEscapedPath" => text(&url.path),
        "getQuery" => {
            let mut query: BTreeMap<Key, Vec<Value>> = BTreeMap::new();
            for pair in url.query.split('&').filter(|pair| !pair.is_empty()) {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                query.entry(Key::Text(key.into())).or_default().push(Value::from(value));
            }
            Ok(Value::Map(Arc::new(query.into_iter().map(|(key, values)| (key, values.into())).collect())))
        }
        _ => return None,
    })
}
