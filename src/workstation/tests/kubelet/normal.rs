//! What no two runs share (ids, addresses, times) becomes a placeholder, as the recordings are compared upstream.

use regex::Regex;
use serde_json::{Value, json};

const SUFFIX: &str = "[bcdfghjklmnpqrstvwxz2456789]{5}";

pub fn text(text: &str) -> String {
    let rules = [
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z".to_owned(), "<time>"),
        // The recorder read lines as Python does.
        ("\r\n".to_owned(), "\n"),
        ("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}".to_owned(), "<uid>"),
        (format!("kube-api-access-{SUFFIX}"), "kube-api-access-<x>"),
        (r"\b10\.(9[6-9]|1[01]\d)\.\d+\.\d+".to_owned(), "<ip>"),
        (r"\b10\.244\.\d+\.\d+".to_owned(), "<podip>"),
        (r"\b192\.0\.2\.\d+".to_owned(), "<nodeip>"),
        (r"containerd://[0-9a-f]+|sha256:[0-9a-f]+".to_owned(), "<id>"),
        (r"\b\d+(ms|s|m)(\d+s)?( ago)?\b".to_owned(), "<age>"),
        (r"\(x\d+ over".to_owned(), "(xN over"),
        (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000".to_owned(), "<time>"),
        (r"[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d UTC \d{4}".to_owned(), "<time>"),
        (r"[A-Z][a-z]{2} +\d+ \d\d:\d\d".to_owned(), "<date>"),
        (r"\b[0-9a-f]{64}\b".to_owned(), "<id>"),
        (r"[ \t]+".to_owned(), " "),
    ];
    let mut out = text.to_owned();
    for (pattern, placeholder) in rules {
        out = Regex::new(&pattern).expect("a pattern").replace_all(&out, placeholder).into_owned();
    }
    out
}

/// A command with its answer; what depends on the size of the cluster is not compared.
pub fn command(answer: &Value) -> Value {
    let line = answer["kubectl"].as_str().unwrap_or_default();
    let mut lines: Vec<String> = text(answer["stdout"].as_str().unwrap_or_default()).split('\n').map(str::to_owned).collect();
    lines.sort();
    let stdout = if line.starts_with("describe") { Value::Null } else { json!(lines) };
    json!([line, answer["code"], stdout, text(answer["stderr"].as_str().unwrap_or_default())])
}
