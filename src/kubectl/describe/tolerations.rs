//! Taints of nodes and tolerations of pods.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (printTaintsMultilineWithIndent, printTolerationsMultilineWithIndent), v1.36.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::{Taint, Toleration};

use super::page::{Page, text};

/// Taints, by effect and key.
pub fn taints(page: &mut Page, taints: Option<&Vec<Taint>>) {
    let mut taints: Vec<&Taint> = taints.into_iter().flatten().collect();
    taints.sort_by_key(|taint| format!("{},{}", taint.effect, taint.key));
    page.list("Taints", taints.into_iter().map(taint_text));
}

/// `key=value:Effect`, without the parts that are empty.
fn taint_text(taint: &Taint) -> String {
    let Taint { key, effect, .. } = taint;
    match (text(&taint.value), effect.as_str()) {
        ("", "") => key.clone(),
        ("", _) => format!("{key}:{effect}"),
        (value, _) => format!("{key}={value}:{effect}"),
    }
}

/// Tolerations, by key.
pub fn tolerations(page: &mut Page, title: &str, tolerations: Option<&Vec<Toleration>>) {
    let mut tolerations: Vec<&Toleration> = tolerations.into_iter().flatten().collect();
    tolerations.sort_by_key(|toleration| text(&toleration.key));
    page.list(title, tolerations.into_iter().map(toleration_text));
}

/// `node.kubernetes.io/not-ready:NoExecute op=Exists for 300s`
fn toleration_text(toleration: &Toleration) -> String {
    let mut words = text(&toleration.key).to_owned();
    for (sign, part) in [("=", &toleration.value), (":", &toleration.effect)] {
        if !text(part).is_empty() {
            words += sign;
            words += text(part);
        }
    }
    if toleration.operator.as_deref() == Some("Exists") && text(&toleration.value).is_empty() {
        words += if words.is_empty() { "op=Exists" } else { " op=Exists" };
    }
    if let Some(seconds) = toleration.toleration_seconds {
        words += &format!(" for {seconds}s");
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn tolerations_read_as_kubectl_writes_them() {
        let cases = [
            (json!({"operator": "Exists"}), "op=Exists"),
            (json!({"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 5}), ":NoExecute op=Exists for 5s"),
            (json!({"key": "a", "operator": "Equal", "value": "b", "effect": "NoSchedule"}), "a=b:NoSchedule"),
            (json!({"key": "a", "operator": "Exists"}), "a op=Exists"),
        ];
        let shown = |value: &Value| toleration_text(&serde_json::from_value(value.clone()).unwrap());
        for (value, text) in cases {
            assert_eq!(shown(&value), text);
        }
    }

    #[test]
    fn taints_read_as_kubectl_writes_them() {
        let taint = |value: &str, effect: &str| Taint { key: "a".into(), value: Some(value.into()), effect: effect.into(), time_added: None };
        let cases = [("", "", "a"), ("", "NoExecute", "a:NoExecute"), ("b", "NoExecute", "a=b:NoExecute"), ("b", "", "a=b:")];
        for (value, effect, text) in cases {
            assert_eq!(taint_text(&taint(value, effect)), text);
        }
    }
}
