//! The rows of Ingresses, their classes, and addresses of Services.
//!
//! Models: pkg/printers/internalversion/printers.go (printIngress, printIngressClass, printIPAddress), v1.36.
//! Simplified: a long list of addresses is never cut, as if wide output were asked for.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::time::age;
use crate::{Cell, IPAddress, Ingress, IngressClass};

/// How many hosts a cell shows before it says `+ 2 more...`.
const SHOWN: usize = 3;

pub(crate) fn ingress_row(ingress: &Ingress, now: Timestamp) -> Vec<Cell> {
    let spec = &ingress.spec;
    let secured = spec.tls.as_ref().is_some_and(|tls| !tls.is_empty());
    vec![
        ingress.metadata.name.clone().into(),
        spec.ingress_class_name.as_deref().unwrap_or("<none>").into(),
        hosts(ingress).into(),
        addresses(ingress).into(),
        if secured { "80, 443" } else { "80" }.into(),
        age(ingress.metadata.creation_timestamp.as_ref(), now).into(),
    ]
}

/// The first hosts. The count of those left out is of all rules, with or without a host.
fn hosts(ingress: &Ingress) -> String {
    let rules = ingress.spec.rules.as_deref().unwrap_or_default();
    let mut shown: Vec<&str> = Vec::new();
    let mut more = false;
    for rule in rules {
        more |= shown.len() == SHOWN;
        if let Some(host) = rule.host.as_deref().filter(|host| !more && !host.is_empty()) {
            shown.push(host);
        }
    }
    match shown.is_empty() {
        true => "*".to_owned(),
        false if more => format!("{} + {} more...", shown.join(","), rules.len() - SHOWN),
        false => shown.join(","),
    }
}

fn addresses(ingress: &Ingress) -> String {
    let points = ingress.status.load_balancer.as_ref().and_then(|balancer| balancer.ingress.as_ref());
    let given: BTreeSet<&str> = points
        .into_iter()
        .flatten()
        .filter_map(|point| [&point.ip, &point.hostname].into_iter().flatten().map(String::as_str).find(|address| !address.is_empty()))
        .collect();
    given.into_iter().collect::<Vec<_>>().join(",")
}

pub(crate) fn ingress_class_row(class: &IngressClass, now: Timestamp) -> Vec<Cell> {
    let (meta, spec) = (&class.metadata, &class.spec);
    let mut name = meta.name.clone().unwrap_or_default();
    if meta.annotations.as_ref().and_then(|annotations| annotations.get("ingressclass.kubernetes.io/is-default-class")).is_some_and(|value| value == "true") {
        name.push_str(" (default)");
    }
    let parameters = spec.parameters.as_ref().map(|parameters| {
        let group = parameters.api_group.as_ref().map(|group| format!(".{group}")).unwrap_or_default();
        format!("{}{group}/{}", parameters.kind, parameters.name)
    });
    vec![
        name.into(),
        spec.controller.clone().unwrap_or_default().into(),
        parameters.unwrap_or_else(|| "<none>".to_owned()).into(),
        age(meta.creation_timestamp.as_ref(), now).into(),
    ]
}

pub(crate) fn ip_address_row(address: &IPAddress, now: Timestamp) -> Vec<Cell> {
    let parent = &address.spec.parent_ref;
    let group = parent.group.as_deref().filter(|group| !group.is_empty());
    let mut text = match group {
        Some(group) => format!("{}.{group}", parent.resource),
        None => parent.resource.clone(),
    }
    .to_lowercase();
    for part in [parent.namespace.as_deref().unwrap_or_default(), &parent.name] {
        if !part.is_empty() {
            text = format!("{text}/{part}");
        }
    }
    vec![address.metadata.name.clone().into(), text.into(), age(address.metadata.creation_timestamp.as_ref(), now).into()]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ingresses_show_their_first_hosts() {
        let rule = |host: &str| json!({"host": host});
        let cases = [
            (json!([]), "*"),
            (json!([{"http": {"paths": []}}]), "*"),
            (json!([rule("a"), rule("b"), rule("c")]), "a,b,c"),
            (json!([rule("a"), rule("b"), rule("c"), rule("d"), {}]), "a,b,c + 2 more..."),
        ];
        for (rules, expected) in cases {
            let ingress: Ingress = serde_json::from_value(json!({"metadata": {"name": "i"}, "spec": {"rules": rules, "tls": [{}]},
                "status": {"loadBalancer": {"ingress": [{"hostname": "z"}, {"ip": "10.0.0.1", "hostname": "y"}]}}}))
            .unwrap();
            let row = ingress_row(&ingress, Timestamp::UNIX_EPOCH);
            assert_eq!(row[1..5], [json!("<none>"), json!(expected), json!("10.0.0.1,z"), json!("80, 443")], "{rules}");
        }
    }

    #[test]
    fn classes_and_addresses_name_what_they_belong_to() {
        let class: IngressClass = serde_json::from_value(json!({
            "metadata": {"name": "nginx", "annotations": {"ingressclass.kubernetes.io/is-default-class": "true"}},
            "spec": {"controller": "k8s.io/ingress-nginx", "parameters": {"apiGroup": "k8s.example.net", "kind": "Settings", "name": "main"}}
        }))
        .unwrap();
        let row = ingress_class_row(&class, Timestamp::UNIX_EPOCH);
        assert_eq!(row[..3], [json!("nginx (default)"), json!("k8s.io/ingress-nginx"), json!("Settings.k8s.example.net/main")]);
        let address: IPAddress = serde_json::from_value(json!({
            "metadata": {"name": "10.96.0.1"}, "spec": {"parentRef": {"resource": "services", "namespace": "default", "name": "kubernetes"}}
        }))
        .unwrap();
        assert_eq!(ip_address_row(&address, Timestamp::UNIX_EPOCH)[1], "services/default/kubernetes");
    }
}
