//! `kubectl create ingress NAME --rule=host/path=service:port[,tls[=secret]]`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create_ingress.go, v1.36.
//! Simplified: nothing.

use serde_json::{Map, Value, json};

use super::generated::{MANAGER, one_name, send};
use crate::cmd::change::{DRY_RUN, PRINT, SAVE_CONFIG, VALIDATE};
use crate::command::Command;
use crate::failure::{Outcome, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;

pub const COMMAND: Command =
    Command { aliases: &["ing"], ..Command::new("ingress", &[OWN, PRINT, DRY_RUN, VALIDATE, SAVE_CONFIG, MANAGER], run) };

const OWN: &[Flag] = &[
    Flag::text("class"),
    Flag::new("rule", Takes::Repeated, ""),
    Flag::text("default-backend"),
    Flag::new("annotation", Takes::Repeated, ""),
];

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let flags = &kubectl.flags;
    let (class, default) = (flags.text("class"), flags.text("default-backend"));
    let rules: Vec<String> = flags.list("rule");
    let annotations: Vec<String> = flags.list("annotation");
    if default.is_empty() && rules.is_empty() {
        return fail("not enough information provided: every ingress has to either specify a default-backend (which catches all traffic) or a list of rules (which catch specific paths)");
    }
    if let Some(rule) = rules.iter().find(|rule| !is_rule(rule)) {
        return fail(format!("rule {rule} is invalid and should be in format host/path=svcname:svcport[,tls[=secret]]"));
    }
    let mut pairs = Map::new();
    for annotation in &annotations {
        let Some((key, value)) = annotation.split_once('=') else {
            return fail(format!("annotation {annotation} is invalid and should be in format key=[value]"));
        };
        pairs.insert(key.to_owned(), value.into());
    }
    if !default.is_empty() && default.split(':').count() != 2 {
        return fail("default-backend should be in format servicename:serviceport");
    }
    let mut spec = Map::new();
    if !class.is_empty() {
        spec.insert("ingressClassName".to_owned(), class.into());
    }
    if !default.is_empty() {
        spec.insert("defaultBackend".to_owned(), backend(default));
    }
    let tls = tls_of(&rules);
    if !tls.is_empty() {
        spec.insert("tls".to_owned(), tls.into());
    }
    let rules = rules_of(&rules);
    if !rules.is_empty() {
        spec.insert("rules".to_owned(), rules.into());
    }
    let mut metadata = json!({"name": name});
    if !pairs.is_empty() {
        metadata["annotations"] = pairs.into();
    }
    let ingress = json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata, "spec": spec, "status": {"loadBalancer": {}},
    });
    send(kubectl, ingress, "failed to create ingress: ")
}

/// Whether the text begins as `host/path=service:port`. What comes behind is not looked at, as in the reference.
fn is_rule(rule: &str) -> bool {
    let word = |one: char| one.is_ascii_alphanumeric() || one == '_' || one == '-';
    let Some((host, rest)) = rule.split_once('/') else { return false };
    let leads_to_service = |(at, _): (usize, &str)| {
        let target = &rest[at + 1..];
        let service = target.trim_start_matches(word);
        service.len() < target.len() && service.strip_prefix(':').is_some_and(|port| port.starts_with(word))
    };
    host.chars().all(|one| word(one) || one == '*' || one == '.') && rest.match_indices('=').any(leads_to_service)
}

fn backend(text: &str) -> Value {
    let (service, port) = text.split_once(':').unwrap_or((text, ""));
    let port = port.parse::<i32>().map_or_else(|_| json!({"name": port}), |number| json!({"number": number}));
    json!({"service": {"name": service, "port": port}})
}

/// Each secret with its hosts; a host is taken once.
fn tls_of(rules: &[String]) -> Vec<Value> {
    let mut all: Vec<(Vec<&str>, &str)> = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for rule in rules {
        let parts: Vec<&str> = rule.split(',').collect();
        let [_, tls] = parts[..] else { continue };
        let host = rule.split('/').next().unwrap_or_default();
        let secret = tls.split('=').nth(1).unwrap_or_default();
        if seen.contains(&host) {
            continue;
        }
        seen.push(host);
        if let Some((hosts, _)) = all.iter_mut().find(|(_, of)| *of == secret) {
            hosts.push(host);
        } else if !host.is_empty() || !secret.is_empty() {
            all.push((if host.is_empty() { Vec::new() } else { vec![host] }, secret));
        }
    }
    let object = |(hosts, secret): (Vec<&str>, &str)| {
        let mut tls = Map::new();
        if !hosts.is_empty() {
            tls.insert("hosts".to_owned(), hosts.into());
        }
        if !secret.is_empty() {
            tls.insert("secretName".to_owned(), secret.into());
        }
        Value::Object(tls)
    };
    all.into_iter().map(object).collect()
}

/// Each host with its paths.
fn rules_of(rules: &[String]) -> Vec<Value> {
    let mut hosts: Vec<(&str, Vec<Value>)> = Vec::new();
    for rule in rules {
        let target = rule.split(',').next().unwrap_or_default();
        let (host, rest) = target.split_once('/').unwrap_or((target, ""));
        let (path, service) = rest.split_once('=').unwrap_or((rest, ""));
        let (path, kind) = path.strip_suffix('*').map_or((path, "Exact"), |path| (path, "Prefix"));
        let path = json!({"path": format!("/{path}"), "pathType": kind, "backend": backend(service)});
        match hosts.iter_mut().find(|(of, _)| *of == host) {
            Some((_, paths)) => paths.push(path),
            None => hosts.push((host, vec![path])),
        }
    }
    let object = |(host, paths): (&str, Vec<Value>)| {
        let mut rule = json!({"http": {"paths": paths}});
        if !host.is_empty() {
            rule["host"] = host.into();
        }
        rule
    };
    hosts.into_iter().map(object).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_have_a_form() {
        let good = ["foo.com/=svc:8080", "foo.com/bar*=svc:http", "/=svc:80", "*.foo.com/=svc:80,tls", "a.b/c/d=svc:80,tls=secret-1", "a/=b:1,x"];
        let bad = ["foo.com=svc:80", "foo.com/", "foo.com/=svc", "foo.com/=:80", "foo.com/=svc:", "foo com/=svc:80"];
        for rule in good {
            assert!(is_rule(rule), "{rule}");
        }
        for rule in bad {
            assert!(!is_rule(rule), "{rule}");
        }
    }

    #[test]
    fn a_secret_collects_its_hosts_and_a_host_its_paths() {
        let rules = ["a/x=s:1,tls=one", "b/y*=s:web,tls=one", "a/z=t:2,tls", "/=u:3,tls"].map(str::to_owned);
        assert_eq!(json!(tls_of(&rules)), json!([{"hosts": ["a", "b"], "secretName": "one"}]));
        assert_eq!(json!(rules_of(&rules))[0]["http"]["paths"].as_array().unwrap().len(), 2);
        assert_eq!(json!(rules_of(&rules))[1]["http"]["paths"][0], json!({"path": "/y", "pathType": "Prefix", "backend": {"service": {"name": "s", "port": {"name": "web"}}}}));
        assert_eq!(json!(rules_of(&rules))[2].get("host"), None);
    }
}
