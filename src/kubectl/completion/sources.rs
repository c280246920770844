//! Where candidates come from: the cluster's types and objects, and the kubeconfig.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/util/completion/completion.go, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use serde_json::Value;

use super::arguments::Kind;
use super::protocol::{Candidates, NO_FILES, NO_SPACE};
use crate::builder::Builder;
use crate::failure::{Outcome, caught};
use crate::kubectl::Kubectl;
use crate::mapping::Mapping;
use crate::unstructured::{items, text};

/// The types whose pods can be meant.
const WITH_PODS: &[&str] = &["daemonsets", "deployments", "pods", "jobs", "replicasets", "replicationcontrollers", "services", "statefulsets"];

pub(super) fn find(kubectl: &mut Kubectl<'_, '_>, kind: Kind, last: &str) -> Outcome<Candidates> {
    let args = kubectl.flags.args.clone();
    let first = args.is_empty();
    let plain = |words: Vec<String>| Ok(Candidates::new(words, NO_FILES));
    match kind {
        Kind::Files => Ok(Candidates::default()),
        Kind::AllOf(words) => plain(words.iter().map(|word| (*word).to_owned()).collect()),
        Kind::Words(words) if first || words.len() > 5 => plain(beginning(words, last)),
        Kind::Name(kind) if first => plain(kubectl.names_beginning(kind, last)?),
        Kind::Words(_) | Kind::Name(_) => plain(Vec::new()),
        Kind::Names(kind) => plain(kubectl.names_beginning(kind, last)?),
        Kind::Objects { types, repeats } => objects(kubectl, (types, repeats), &args, last),
        Kind::Pod if first => pod(kubectl, last),
        Kind::PodAndContainer | Kind::PodAndPort if first => pod(kubectl, last),
        Kind::PodAndContainer if args.len() == 1 => plain(containers(kubectl, &args[0], last)?),
        Kind::PodAndPort if args.len() == 1 => plain(ports(kubectl, &args[0], last)?),
        Kind::Pod | Kind::PodAndContainer | Kind::PodAndPort => plain(Vec::new()),
        Kind::Container if first => plain(Vec::new()),
        Kind::Container => plain(containers(kubectl, &args[0], last)?),
        Kind::Context { anywhere } => plain(configured(kubectl, "contexts", anywhere || first, last)?),
        Kind::Cluster { anywhere } => plain(configured(kubectl, "clusters", anywhere || first, last)?),
        Kind::User { anywhere } => plain(configured(kubectl, "users", anywhere || first, last)?),
        Kind::Copy if first => copy(kubectl, last),
        Kind::Copy => Ok(Candidates::new(Vec::new(), NO_SPACE)),
    }
}

fn beginning(words: &[&str], last: &str) -> Vec<String> {
    words.iter().filter(|word| word.starts_with(last)).map(|word| (*word).to_owned()).collect()
}

fn configured(kubectl: &mut Kubectl<'_, '_>, list: &str, wanted: bool, last: &str) -> Outcome<Vec<String>> {
    if !wanted {
        return Ok(Vec::new());
    }
    let mut names = kubectl.kubeconfig()?.names(list);
    names.retain(|name| name.starts_with(last));
    Ok(names)
}

impl Kubectl<'_, '_> {
    /// The names of all objects of a type that begin so.
    fn names_beginning(&mut self, kind: &str, last: &str) -> Outcome<Vec<String>> {
        let builder = Builder { allow_empty_selector: true, args: vec![kind.to_owned()], ..Builder::default() };
        let found = match caught(builder.find(self))? {
            Ok(found) => found,
            Err(_) => return Ok(Vec::new()),
        };
        Ok(found.infos.into_iter().map(|info| info.name).filter(|name| name.starts_with(last)).collect())
    }

    /// The types that can be read, as `api-resources -o name` lists them.
    fn types_beginning(&mut self, last: &str) -> Outcome<Vec<String>> {
        let mut mappings = self.mapper()?.preferred();
        mappings.retain(|mapping| mapping.verbs.iter().any(|verb| verb == "get"));
        mappings.sort_by_key(|mapping| (mapping.group.clone(), mapping.resource.clone()));
        let (before, word) = last.rsplit_once(',').map_or(("", last), |(_, word)| (&last[..last.len() - word.len()], word));
        Ok(mappings.iter().map(Mapping::group_resource).filter(|name| name.starts_with(word)).map(|name| format!("{before}{name}")).collect())
    }
}

fn objects(kubectl: &mut Kubectl<'_, '_>, (types, repeats): (&[&str], bool), args: &[String], last: &str) -> Outcome<Candidates> {
    let mut found = Candidates::new(Vec::new(), NO_FILES);
    let given = |kubectl: &mut Kubectl<'_, '_>, last: &str| if types.is_empty() { kubectl.types_beginning(last) } else { Ok(beginning(types, last)) };
    match (args.first(), last.split_once('/')) {
        (Some(first), _) if !first.contains('/') && (repeats || args.len() == 1) => {
            found.words = kubectl.names_beginning(first, last)?;
            found.words.retain(|word| !args[1..].contains(word));
        }
        (Some(first), _) if !first.contains('/') => {}
        (None, None) => found.words = given(kubectl, last)?,
        (Some(_), None) if repeats => {
            found.directive |= NO_SPACE;
            found.words = given(kubectl, last)?.into_iter().map(|word| format!("{word}/")).collect();
        }
        (_, Some((kind, name))) if repeats || args.is_empty() => {
            found.words = kubectl.names_beginning(kind, name)?.into_iter().map(|name| format!("{kind}/{name}")).collect();
            found.words.retain(|word| !args.contains(word));
        }
        _ => {}
    }
    Ok(found)
}

fn pod(kubectl: &mut Kubectl<'_, '_>, last: &str) -> Outcome<Candidates> {
    if let Some((kind, name)) = last.split_once('/') {
        let words = kubectl.names_beginning(kind, name)?.into_iter().map(|name| format!("{kind}/{name}")).collect();
        return Ok(Candidates::new(words, NO_FILES));
    }
    let mut words = kubectl.names_beginning("pod", last)?;
    let directive = if words.is_empty() { NO_FILES | NO_SPACE } else { NO_FILES };
    words.extend(beginning(WITH_PODS, last).into_iter().map(|word| format!("{word}/")));
    Ok(Candidates::new(words, directive))
}

/// The pod that a word means.
fn pod_of(kubectl: &mut Kubectl<'_, '_>, word: &str) -> Outcome<Value> {
    match caught(kubectl.attachable_pod(&[word.to_owned()], Duration::ZERO))? {
        Ok(pod) => Ok(pod),
        Err(_) => Ok(Value::Null),
    }
}

fn containers(kubectl: &mut Kubectl<'_, '_>, word: &str, last: &str) -> Outcome<Vec<String>> {
    let pod = pod_of(kubectl, word)?;
    let all = items(&pod, "/spec/initContainers").iter().chain(items(&pod, "/spec/containers"));
    Ok(all.map(|container| text(container, "/name").to_owned()).filter(|name| name.starts_with(last)).collect())
}

/// `8080:80` for each port that there is, the number in front being what was typed, or the same.
fn ports(kubectl: &mut Kubectl<'_, '_>, word: &str, last: &str) -> Outcome<Vec<String>> {
    let (kind, name) = word.split_once('/').unwrap_or(("pod", word));
    let numbers: Vec<i64> = if matches!(kind, "service" | "services" | "svc") {
        let mapping = kubectl.mapping("services")?;
        let namespace = kubectl.namespace()?;
        let service = kubectl.get(&mapping, &namespace, name)?;
        items(&service, "/spec/ports").iter().filter_map(|port| port["port"].as_i64()).collect()
    } else {
        let pod = pod_of(kubectl, word)?;
        let ports = items(&pod, "/spec/containers").iter().flat_map(|container| items(container, "/ports"));
        ports.filter_map(|port| port["containerPort"].as_i64()).collect()
    };
    let front = last.split(':').next().unwrap_or_default();
    let words = numbers.into_iter().map(|port| if last.is_empty() { format!("{port}:{port}") } else { format!("{front}:{port}") });
    Ok(words.filter(|word| word.starts_with(last)).collect())
}

/// `NAMESPACE/`, `POD:`, and files.
fn copy(kubectl: &mut Kubectl<'_, '_>, last: &str) -> Outcome<Candidates> {
    let mut words = Vec::new();
    if last.starts_with(['/', '.', '~']) || last.contains(':') {
        return Ok(Candidates::new(words, NO_SPACE));
    }
    if let Some((namespace, _)) = last.split_once('/') {
        let mapping = kubectl.mapping("pods")?;
        let pods = kubectl.send(&crate::client::Call::get(mapping.path(namespace, "")))?;
        let all = items(&pods, "/items").iter().map(|pod| format!("{namespace}/{}:", text(pod, "/metadata/name")));
        words.extend(all.filter(|word| word.starts_with(last)));
        return Ok(Candidates::new(words, NO_SPACE));
    }
    words.extend(kubectl.names_beginning("namespace", last)?.into_iter().map(|name| format!("{name}/")));
    words.extend(kubectl.names_beginning("pod", last)?.into_iter().map(|name| format!("{name}:")));
    if last.is_empty() {
        words.extend(["./", "/"].map(str::to_owned));
    } else if !words.is_empty() {
        for name in kubectl.process.read_dir(".")?.unwrap_or_default() {
            if name.starts_with(last) {
                let is_dir = kubectl.process.stat(&name)?.is_ok_and(|metadata| metadata.is_dir());
                words.push(if is_dir { format!("{name}/") } else { name });
            }
        }
    }
    Ok(Candidates::new(words, NO_SPACE))
}
