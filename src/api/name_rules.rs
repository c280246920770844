//! The rules of names: what a label, a key, a port name or an environment variable may look like, each with
//! Kubernetes' explanation. Every function returns what is wrong, nothing if all is well.
//!
//! Models: staging/src/k8s.io/apimachinery/pkg/util/validation/validation.go and pkg/api/validate/content, v1.36.
//! Simplified: nothing of what is here.

const DNS_LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const DNS_SUBDOMAIN: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const LABEL_KEY: &str = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

pub fn max_length(length: usize) -> String {
    format!("must be no more than {length} characters")
}

/// The newer rules of labels count bytes and say so.
fn max_bytes(length: usize) -> String {
    format!("must be no more than {length} bytes")
}

pub fn inclusive_range(low: i64, high: i64) -> String {
    format!("must be between {low} and {high}, inclusive")
}

/// `… (e.g. 'my-name',  or '123-abc', regex used for validation is '…')`, with the reference's own two blanks.
pub fn regex_error(message: &str, regex: &str, examples: &[&str]) -> String {
    if examples.is_empty() {
        return format!("{message} (regex used for validation is '{regex}')");
    }
    let examples: Vec<String> = examples.iter().map(|example| format!("'{example}', ")).collect();
    format!("{message} (e.g. {}regex used for validation is '{regex}')", examples.join(" or "))
}

/// Whether all characters are among `inner` and the first and last are letters or digits of it.
fn is_framed(text: &str, is_end: impl Fn(u8) -> bool, is_inner: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let (Some(&first), Some(&last)) = (bytes.first(), bytes.last()) else { return false };
    is_end(first) && is_end(last) && bytes.iter().all(|&byte| is_inner(byte))
}

fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn is_dns_label(text: &str) -> bool {
    is_framed(text, is_lower, |byte| is_lower(byte) || byte == b'-')
}

fn is_dns_subdomain(text: &str) -> bool {
    text.split('.').all(is_dns_label)
}

pub fn dns1123_label(value: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if value.len() > 63 {
        faults.push(max_length(63));
    }
    if !is_dns_label(value) {
        faults.push(if is_dns_subdomain(value) {
            "must not contain dots".to_owned()
        } else {
            let text = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
            regex_error(text, DNS_LABEL, &["my-name", "123-abc"])
        });
    }
    faults
}

pub fn dns1123_subdomain(value: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if value.len() > 253 {
        faults.push(max_length(253));
    }
    if !is_dns_subdomain(value) {
        let text = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
        faults.push(regex_error(text, DNS_SUBDOMAIN, &["example.com"]));
    }
    faults
}

/// A subdomain in which `_` may stand where `-` may, and in front of a label: `_sip._tcp.example.com`.
pub fn dns1123_subdomain_with_underscore(value: &str) -> Vec<String> {
    const LABEL: &str = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
    let mut faults = Vec::new();
    if value.len() > 253 {
        faults.push(max_length(253));
    }
    let is_label = |label: &str| {
        let rest = label.strip_prefix('_').unwrap_or(label);
        is_framed(rest, is_lower, |byte| is_lower(byte) || matches!(byte, b'-' | b'_'))
    };
    if !value.split('.').all(is_label) {
        let text = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character";
        faults.push(regex_error(text, &format!("{LABEL}(\\.{LABEL})*"), &["example.com"]));
    }
    faults
}

/// A DNS label that starts with a letter, as Service names are.
pub fn dns1035_label(value: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if value.len() > 63 {
        faults.push(max_length(63));
    }
    if !is_dns_label(value) || value.as_bytes()[0].is_ascii_digit() {
        let text = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
        faults.push(regex_error(text, "[a-z]([-a-z0-9]*[a-z0-9])?", &["my-name", "abc-123"]));
    }
    faults
}

/// `app` or `example.com/app`: the key of a label, an annotation, a taint, a resource.
pub fn label_key(value: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if value.len() <= 63 && is_label_text(value) {
        return faults;
    }
    let text = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    let examples = &["MyName", "my.name", "123-abc"];
    let parts: Vec<&str> = value.split('/').collect();
    let name = match parts.as_slice() {
        [name] => *name,
        ["", name] => {
            faults.push("prefix part must be non-empty".to_owned());
            *name
        }
        [prefix, name] => {
            let faulty = dns1123_subdomain(prefix).into_iter().map(|fault| format!("prefix part {}", fault.replace("253 characters", "253 bytes")));
            faults.extend(faulty);
            *name
        }
        _ => {
            let fault = format!("a valid label key {}", regex_error(text, LABEL_KEY, examples));
            return vec![fault + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"];
        }
    };
    if name.is_empty() {
        faults.push("name part must be non-empty".to_owned());
    } else if name.len() > 63 {
        faults.push(format!("name part {}", max_bytes(63)));
    }
    if !is_label_text(name) {
        faults.push(format!("name part {}", regex_error(text, LABEL_KEY, examples)));
    }
    faults
}

fn is_label_text(text: &str) -> bool {
    is_framed(text, |byte| byte.is_ascii_alphanumeric(), |byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

pub fn label_value(value: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if value.len() > 63 {
        faults.push(max_bytes(63));
    }
    if !value.is_empty() && !is_label_text(value) {
        let text = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
        faults.push(regex_error(text, &format!("({LABEL_KEY})?"), &["MyValue", "my_value", "12345"]));
    }
    faults
}

/// The name of a container's port, at most 15 characters.
pub fn port_name(value: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if value.len() > 15 {
        faults.push(max_length(15));
    }
    if value.is_empty() || !value.bytes().all(|byte| is_lower(byte) || byte == b'-') {
        faults.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".to_owned());
    }
    if !value.bytes().any(|byte| byte.is_ascii_lowercase()) {
        faults.push("must contain at least one letter (a-z)".to_owned());
    }
    if value.contains("--") {
        faults.push("must not contain consecutive hyphens".to_owned());
    }
    if value.starts_with('-') || value.ends_with('-') {
        faults.push("must not begin or end with a hyphen".to_owned());
    }
    faults
}

pub fn port_number(port: i64) -> Vec<String> {
    if (1..=65535).contains(&port) { Vec::new() } else { vec![inclusive_range(1, 65535)] }
}

/// The name of an environment variable: any printable ASCII but `=`.
pub fn env_var_name(value: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if value.is_empty() {
        faults.push("environment variable name must be non-empty".to_owned());
    }
    if !value.bytes().all(|byte| (b' '..=b'~').contains(&byte) && byte != b'=') {
        faults.push("a valid environment variable name must consist only of printable ASCII characters other than '='".to_owned());
    }
    faults
}

/// The same as kubectl has it, which is stricter than the API server.
pub fn strict_env_var_name(value: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if value.is_empty() || value.as_bytes()[0].is_ascii_digit() || !value.bytes().all(fits) {
        let text = "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit";
        faults.push(regex_error(text, "[-._a-zA-Z][-._a-zA-Z0-9]*", &["my.env-name", "MY_ENV.NAME", "MyEnvName1"]));
    }
    faults.extend(directory_faults(value));
    faults
}

/// A key of a ConfigMap or a Secret.
pub fn config_map_key(value: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if value.len() > 253 {
        faults.push(max_length(253));
    }
    if value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        let text = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'";
        faults.push(regex_error(text, "[-._a-zA-Z0-9]+", &["key.name", "KEY_NAME", "key-name"]));
    }
    faults.extend(directory_faults(value));
    faults
}

/// What is wrong with a name that would lead out of a directory.
fn directory_faults(value: &str) -> Option<String> {
    match value {
        "." => Some("must not be '.'".to_owned()),
        ".." => Some("must not be '..'".to_owned()),
        _ if value.starts_with("..") => Some("must not start with '..'".to_owned()),
        _ => None,
    }
}

/// A name that becomes one segment of a URL, as those of roles and bindings.
pub fn path_segment(value: &str) -> Vec<String> {
    if matches!(value, "." | "..") {
        return vec![format!("may not be '{value}'")];
    }
    ['/', '%'].into_iter().filter(|illegal| value.contains(*illegal)).map(|illegal| format!("may not contain '{illegal}'")).collect()
}

pub fn http_header_name(value: &str) -> Vec<String> {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Vec::new();
    }
    vec![regex_error("a valid HTTP header must consist of alphanumeric characters or '-'", "[-A-Za-z0-9]+", &["X-Header-Name"])]
}

/// `25%`.
pub fn percent(value: &str) -> Vec<String> {
    let digits = value.strip_suffix('%').unwrap_or_default();
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    vec![regex_error("a valid percent string must be a numeric string followed by an ending '%'", "[0-9]+%", &["1%", "93%"])]
}

/// A user or group number.
pub fn user_id(id: i64) -> Vec<String> {
    let most = i64::from(i32::MAX);
    if (0..=most).contains(&id) { Vec::new() } else { vec![inclusive_range(0, most)] }
}

/// Which of two versions of an API is newer: `v2` > `v1` > `v1beta1` > `v1alpha1`, and all of these over other names,
/// of which the alphabetically first counts most.
pub fn compare_versions(left: &str, right: &str) -> std::cmp::Ordering {
    fn read(version: &str) -> Option<(u8, u64, u64)> {
        let rest = version.strip_prefix('v')?;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let major = rest[..end].parse().ok()?;
        let (stage, minor) = match &rest[end..] {
            "" => (2, "0"),
            rest if rest.starts_with("beta") => (1, &rest[4..]),
            rest if rest.starts_with("alpha") => (0, &rest[5..]),
            _ => return None,
        };
        Some((stage, major, minor.parse().ok()?))
    }
    match (read(left), read(right)) {
        (None, None) => right.cmp(left),
        (left, right) => left.cmp(&right),
    }
}

/// `*.example.com`: any name one step below a domain.
pub fn wildcard_dns1123_subdomain(value: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if value.len() > 253 {
        faults.push(max_length(253));
    }
    if !value.strip_prefix("*.").is_some_and(is_dns_subdomain) {
        let text = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character";
        faults.push(regex_error(text, &format!("\\*\\.{DNS_SUBDOMAIN}"), &["*.example.com"]));
    }
    faults
}

/// The path after a domain, as in `example.com/ingress-controller`.
pub fn http_path(value: &str) -> Vec<String> {
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte)) {
        return Vec::new();
    }
    vec![regex_error("Invalid path", r"[A-Za-z0-9/\-._~%!$&'()*+,;=:]+", &[])]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newer_versions_come_first() {
        let mut versions = ["v1", "foo10", "v10beta3", "v11alpha2", "v3beta1", "foo1", "v10", "v2", "v12alpha1", "v11beta2"];
        versions.sort_by(|a, b| compare_versions(b, a));
        assert_eq!(versions, ["v10", "v2", "v1", "v11beta2", "v10beta3", "v3beta1", "v12alpha1", "v11alpha2", "foo1", "foo10"]);
    }

    #[test]
    fn names_are_accepted_or_refused_as_kubernetes_does() {
        type Rule = fn(&str) -> Vec<String>;
        let cases: [(Rule, &str, bool); 30] = [
            (dns1123_label, "a", true), (dns1123_label, "0-a", true), (dns1123_label, "-a", false), (dns1123_label, "", false),
            (dns1123_label, "A", false), (dns1123_label, "a.b", false), (dns1123_subdomain, "a.b-c", true),
            (dns1123_subdomain, "a..b", false), (dns1123_subdomain, "a_b", false), (dns1035_label, "a1", true),
            (dns1035_label, "1a", false), (dns1035_label, "", false), (label_key, "a/b", true), (label_key, "/b", false),
            (label_key, "a/", false), (label_key, "a/b/c", false), (label_key, "1_a.b", true), (label_key, "", false),
            (label_value, "", true), (label_value, "a b", false), (port_name, "http-1", true), (port_name, "123", false),
            (env_var_name, "1 A", true), (env_var_name, "A=B", false), (strict_env_var_name, "1A", false), (strict_env_var_name, "a b", false), (strict_env_var_name, "..a", false), (strict_env_var_name, "my.env-name", true), (config_map_key, "..a", false), (config_map_key, "a.txt", true),
        ];
        for (rule, value, good) in cases {
            assert_eq!(rule(value).is_empty(), good, "{value:?}: {:?}", rule(value));
        }
    }

    #[test]
    fn explanations_are_those_of_kubernetes() {
        assert_eq!(dns1123_label("a.b"), ["must not contain dots"]);
        assert_eq!(
            label_key("a b"),
            ["name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"]
        );
        assert_eq!(port_name("a-very-long-name-"), ["must be no more than 15 characters", "must not begin or end with a hyphen"]);
    }
}
