//! The functions that expressions may call, with the types that they take and give: data.
//!
//! A line is `receiver.(arguments) result`; `A` and `B` stand for any type, the same wherever they stand in a line.
//!
//! Models: github.com/google/cel-go/common/stdlib, ext/{strings.go,lists.go,sets.go}, cel/library.go (optionals),
//! staging/src/k8s.io/apiserver/pkg/cel/library, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use super::types::Type;

pub(crate) const QUANTITY: &str = "kubernetes.Quantity";
pub(super) const URL: &str = "kubernetes.URL";
pub(super) const IP: &str = "net.IP";
pub(super) const CIDR: &str = "net.CIDR";
pub(super) const SEMVER: &str = "kubernetes.Semver";
pub(super) const FORMAT: &str = "kubernetes.NamedFormat";
pub(crate) const AUTHORIZER: &str = "kubernetes.authorization.Authorizer";
pub(super) const PATH_CHECK: &str = "kubernetes.authorization.PathCheck";
pub(super) const GROUP_CHECK: &str = "kubernetes.authorization.GroupCheck";
pub(crate) const RESOURCE_CHECK: &str = "kubernetes.authorization.ResourceCheck";
pub(super) const DECISION: &str = "kubernetes.authorization.Decision";

#[rustfmt::skip]
const SIGNATURES: &[(&str, &[&str])] = &[
    ("!_", &["(bool) bool"]),
    ("-_", &["(int) int", "(double) double"]),
    ("_!=_", &["(A,A) bool"]),
    ("_==_", &["(A,A) bool"]),
    ("_%_", &["(int,int) int", "(uint,uint) uint"]),
    // The checker looks at each side of these two for itself.
    ("_&&_", &["(bool,bool) bool"]),
    ("_||_", &["(bool,bool) bool"]),
    ("_*_", &["(int,int) int", "(uint,uint) uint", "(double,double) double"]),
    ("_/_", &["(int,int) int", "(uint,uint) uint", "(double,double) double"]),
    ("_+_", &["(int,int) int", "(uint,uint) uint", "(double,double) double", "(string,string) string", "(bytes,bytes) bytes", "(list(A),list(A)) list(A)",
              "(timestamp,duration) timestamp", "(duration,timestamp) timestamp", "(duration,duration) duration"]),
    ("_-_", &["(int,int) int", "(uint,uint) uint", "(double,double) double", "(timestamp,timestamp) duration", "(timestamp,duration) timestamp", "(duration,duration) duration"]),
    ("_<_", ORDER), ("_<=_", ORDER), ("_>_", ORDER), ("_>=_", ORDER),
    ("_?_:_", &["(bool,A,A) A"]),
    ("_[_]", &["(list(A),int) A", "(map(A,B),A) B", "(optional(list(A)),int) optional(A)", "(optional(map(A,B)),A) optional(B)"]),
    ("_[?_]", &["(list(A),int) optional(A)", "(optional(list(A)),int) optional(A)", "(map(A,B),A) optional(B)", "(optional(map(A,B)),A) optional(B)"]),
    ("@in", &["(A,list(A)) bool", "(A,map(A,B)) bool"]),
    ("bool", &["(bool) bool", "(string) bool"]),
    ("bytes", &["(bytes) bytes", "(string) bytes"]),
    ("double", &["(double) double", "(int) double", "(string) double", "(uint) double"]),
    ("duration", &["(duration) duration", "(int) duration", "(string) duration"]),
    ("dyn", &["(A) dyn"]),
    ("int", &["(int) int", "(double) int", "(duration) int", "(string) int", "(timestamp) int", "(uint) int"]),
    ("string", &["(string) string", "(bool) string", "(bytes) string", "(double) string", "(duration) string", "(int) string", "(timestamp) string", "(uint) string", "(ip) string", "(cidr) string"]),
    ("timestamp", &["(timestamp) timestamp", "(int) timestamp", "(string) timestamp"]),
    ("type", &["(A) type(A)"]),
    ("uint", &["(uint) uint", "(double) uint", "(int) uint", "(string) uint"]),
    ("size", &["(bytes) int", "bytes.() int", "(list(A)) int", "list(A).() int", "(map(A,B)) int", "map(A,B).() int", "(string) int", "string.() int"]),
    ("contains", &["string.(string) bool"]),
    ("endsWith", &["string.(string) bool"]),
    ("startsWith", &["string.(string) bool"]),
    ("matches", &["(string,string) bool", "string.(string) bool"]),
    ("getDate", DATE), ("getDayOfMonth", DATE), ("getDayOfWeek", DATE), ("getDayOfYear", DATE), ("getFullYear", DATE), ("getMonth", DATE),
    ("getHours", TIME), ("getMilliseconds", TIME), ("getMinutes", TIME), ("getSeconds", TIME),
    // Strings
    ("charAt", &["string.(int) string"]),
    ("format", &["string.(list(dyn)) string"]),
    ("indexOf", &["string.(string) int", "string.(string,int) int", "list(A).(A) int"]),
    ("lastIndexOf", &["string.(string) int", "string.(string,int) int", "list(A).(A) int"]),
    ("join", &["list(string).() string", "list(string).(string) string"]),
    ("lowerAscii", &["string.() string"]),
    ("upperAscii", &["string.() string"]),
    ("strings.quote", &["(string) string"]),
    ("replace", &["string.(string,string) string", "string.(string,string,int) string"]),
    ("split", &["string.(string) list(string)", "string.(string,int) list(string)"]),
    ("substring", &["string.(int) string", "string.(int,int) string"]),
    ("trim", &["string.() string"]),
    ("find", &["string.(string) string"]),
    ("findAll", &["string.(string) list(string)", "string.(string,int) list(string)"]),
    // Lists and sets
    ("isSorted", &["list(int).() bool", "list(uint).() bool", "list(double).() bool", "list(bool).() bool", "list(duration).() bool", "list(timestamp).() bool", "list(string).() bool", "list(bytes).() bool"]),
    ("sum", &["list(int).() int", "list(uint).() uint", "list(double).() double", "list(duration).() duration"]),
    ("min", ENDS), ("max", ENDS),
    ("slice", &["list(A).(int,int) list(A)"]),
    ("flatten", &["list(list(A)).() list(A)", "list(dyn).(int) list(dyn)"]),
    ("lists.range", &["(int) list(int)"]),
    ("distinct", &["list(A).() list(A)"]),
    ("reverse", &["list(A).() list(A)"]),
    ("sort", &["list(int).() list(int)", "list(uint).() list(uint)", "list(double).() list(double)", "list(bool).() list(bool)", "list(duration).() list(duration)", "list(timestamp).() list(timestamp)", "list(string).() list(string)", "list(bytes).() list(bytes)"]),
    ("first", &["list(A).() optional(A)"]),
    ("last", &["list(A).() optional(A)"]),
    ("sets.contains", &["(list(A),list(A)) bool"]),
    ("sets.equivalent", &["(list(A),list(A)) bool"]),
    ("sets.intersects", &["(list(A),list(A)) bool"]),
    // Optionals
    ("optional.of", &["(A) optional(A)"]),
    ("optional.ofNonZeroValue", &["(A) optional(A)"]),
    ("optional.none", &["() optional(A)"]),
    ("value", &["optional(A).() A"]),
    ("hasValue", &["optional(A).() bool"]),
    ("or", &["optional(A).(optional(A)) optional(A)"]),
    ("orValue", &["optional(A).(A) A"]),
    ("unwrapOpt", &["list(optional(A)).() list(A)"]),
    ("optional.unwrap", &["(list(optional(A))) list(A)"]),
    // Kubernetes' own
    ("url", &["(string) url"]), ("isURL", &["(string) bool"]),
    ("getScheme", &["url.() string"]), ("getHost", &["url.() string"]), ("getHostname", &["url.() string"]), ("getPort", &["url.() string"]),
    ("getEscapedPath", &["url.() string"]), ("getQuery", &["url.() map(string,list(string))"]),
    ("quantity", &["(string) quantity"]), ("isQuantity", &["(string) bool"]),
    ("sign", &["quantity.() int"]), ("isInteger", &["quantity.() bool"]), ("asInteger", &["quantity.() int"]), ("asApproximateFloat", &["quantity.() double"]),
    ("add", &["quantity.(quantity) quantity", "quantity.(int) quantity"]), ("sub", &["quantity.(quantity) quantity", "quantity.(int) quantity"]),
    ("isGreaterThan", COMPARE), ("isLessThan", COMPARE), ("compareTo", &["quantity.(quantity) int", "semver.(semver) int"]),
    ("ip", &["(string) ip", "cidr.() ip"]), ("isIP", &["(string) bool"]), ("ip.isCanonical", &["(string) bool"]), ("jsonpatch.escapeKey", &["(string) string"]),
    ("family", &["ip.() int"]), ("isUnspecified", &["ip.() bool"]), ("isLoopback", &["ip.() bool"]), ("isLinkLocalMulticast", &["ip.() bool"]),
    ("isLinkLocalUnicast", &["ip.() bool"]), ("isGlobalUnicast", &["ip.() bool"]),
    ("cidr", &["(string) cidr"]), ("isCIDR", &["(string) bool"]), ("containsIP", &["cidr.(string) bool", "cidr.(ip) bool"]),
    ("containsCIDR", &["cidr.(string) bool", "cidr.(cidr) bool"]), ("prefixLength", &["cidr.() int"]), ("masked", &["cidr.() cidr"]),
    ("semver", &["(string) semver", "(string,bool) semver"]), ("isSemver", &["(string) bool", "(string,bool) bool"]),
    ("major", &["semver.() int"]), ("minor", &["semver.() int"]), ("patch", &["semver.() int"]),
    ("format.named", &["(string) optional(format)"]), ("validate", &["format.(string) optional(list(string))"]),
    ("format.dns1123Label", &["() format"]), ("format.dns1123Subdomain", &["() format"]), ("format.dns1035Label", &["() format"]),
    ("format.qualifiedName", &["() format"]), ("format.dns1123LabelPrefix", &["() format"]), ("format.dns1123SubdomainPrefix", &["() format"]),
    ("format.dns1035LabelPrefix", &["() format"]), ("format.labelValue", &["() format"]), ("format.uri", &["() format"]), ("format.uuid", &["() format"]),
    ("path", &["authorizer.(string) pathcheck"]), ("group", &["authorizer.(string) groupcheck"]), ("serviceAccount", &["authorizer.(string,string) authorizer"]),
    ("resource", &["groupcheck.(string) resourcecheck"]), ("subresource", &["resourcecheck.(string) resourcecheck"]),
    ("namespace", &["resourcecheck.(string) resourcecheck"]), ("name", &["resourcecheck.(string) resourcecheck"]),
    ("fieldSelector", &["resourcecheck.(string) resourcecheck"]), ("labelSelector", &["resourcecheck.(string) resourcecheck"]),
    ("check", &["pathcheck.(string) decision", "resourcecheck.(string) decision"]),
    ("allowed", &["decision.() bool"]), ("reason", &["decision.() string"]), ("errored", &["decision.() bool"]), ("error", &["decision.() string"]),
    ("format.byte", &["() format"]), ("format.date", &["() format"]), ("format.datetime", &["() format"]),
];

#[rustfmt::skip]
const ORDER: &[&str] = &[
    "(bool,bool) bool", "(int,int) bool", "(int,double) bool", "(int,uint) bool", "(uint,uint) bool", "(uint,double) bool", "(uint,int) bool",
    "(double,double) bool", "(double,int) bool", "(double,uint) bool", "(string,string) bool", "(bytes,bytes) bool", "(timestamp,timestamp) bool", "(duration,duration) bool",
];
const DATE: &[&str] = &["timestamp.() int", "timestamp.(string) int"];
const TIME: &[&str] = &["timestamp.() int", "timestamp.(string) int", "duration.() int"];
const COMPARE: &[&str] = &["quantity.(quantity) bool", "semver.(semver) bool"];
#[rustfmt::skip]
const ENDS: &[&str] = &[
    "list(int).() int", "list(uint).() uint", "list(double).() double", "list(bool).() bool", "list(duration).() duration", "list(timestamp).() timestamp",
    "list(string).() string", "list(bytes).() bytes",
];

/// One way to call a function. The receiver, if there is one, is the first of the arguments.
#[derive(Clone, Debug)]
pub(super) struct Overload {
    pub member: bool,
    pub arguments: Vec<Type>,
    pub result: Type,
}

/// How many variables one signature may use.
pub(super) const VARIABLES: usize = 2;

/// The ways to call a function, with variables that begin at `first`; empty for a name that is no function.
pub(super) fn overloads(name: &str, first: usize) -> Vec<Overload> {
    let known = SIGNATURES.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, lines)| lines);
    known.iter().map(|line| read(line, first)).collect()
}

pub(super) fn is_function(name: &str) -> bool {
    SIGNATURES.iter().any(|(known, _)| *known == name)
}

fn read(line: &str, first: usize) -> Overload {
    let (call, result) = line.rsplit_once(") ").unwrap_or((line, "dyn"));
    let (receiver, rest) = match call.find(".(") {
        Some(at) => (Some(&call[..at]), &call[at + 2..]),
        None => (None, &call[1..]),
    };
    let mut arguments: Vec<Type> = receiver.map(|receiver| type_of(receiver, first)).into_iter().collect();
    arguments.extend(split(rest).into_iter().map(|argument| type_of(argument, first)));
    Overload { member: receiver.is_some(), arguments, result: type_of(result, first) }
}

/// Splits at commas outside of parentheses.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, c) in text.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if start < text.len() {
        parts.push(&text[start..]);
    }
    parts
}

fn type_of(text: &str, first: usize) -> Type {
    if let Some((name, inner)) = text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        let parts: Vec<Type> = split(inner).into_iter().map(|part| type_of(part, first)).collect();
        return match (name, parts.as_slice()) {
            ("list", [of]) => Type::list(of.clone()),
            ("map", [key, value]) => Type::map(key.clone(), value.clone()),
            ("optional", [of]) => Type::optional(of.clone()),
            (_, [of, ..]) => Type::Type(Arc::new(of.clone())),
            _ => Type::Dyn,
        };
    }
    match text {
        "A" => Type::Variable(first),
        "B" => Type::Variable(first + 1),
        "bool" => Type::Bool,
        "int" => Type::Int,
        "uint" => Type::Uint,
        "double" => Type::Double,
        "string" => Type::Text,
        "bytes" => Type::Bytes,
        "timestamp" => Type::Timestamp,
        "duration" => Type::Duration,
        "quantity" => Type::Opaque(QUANTITY),
        "url" => Type::Opaque(URL),
        "ip" => Type::Opaque(IP),
        "cidr" => Type::Opaque(CIDR),
        "semver" => Type::Opaque(SEMVER),
        "format" => Type::Opaque(FORMAT),
        "authorizer" => Type::Opaque(AUTHORIZER),
        "pathcheck" => Type::Opaque(PATH_CHECK),
        "groupcheck" => Type::Opaque(GROUP_CHECK),
        "resourcecheck" => Type::Opaque(RESOURCE_CHECK),
        "decision" => Type::Opaque(DECISION),
        _ => Type::Dyn,
    }
}
