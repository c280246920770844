//! `kubectl cp`: copies files between this computer and a container, as a tar archive through `kubectl exec`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/cp/{cp.go,filespec.go}, v1.36.
//! Simplified: a copy that breaks off is not tried again (`--retries`); owners of files are not kept.

use std::io::Read as _;

use serde_json::Value;

use crate::client::Call;
use crate::command::Command;
use crate::failure::{Failure, Outcome, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::unstructured::{name, namespace};

pub const COMMAND: Command = Command::new("cp", &[OWN], run);

const OWN: &[Flag] = &[Flag::text("container").short('c'), Flag::bool("no-preserve"), Flag::new("retries", Takes::Int, "0")];

/// One of the two places: here, or in a pod.
struct Place {
    namespace: String,
    pod: String,
    path: String,
}

impl Place {
    fn parse(text: &str) -> Outcome<Self> {
        let wrong = || fail("filespec must match the canonical format: [[namespace/]pod:]file/path");
        let Some((pod, path)) = text.split_once(':') else {
            return Ok(Place { namespace: String::new(), pod: String::new(), path: text.to_owned() });
        };
        if pod.is_empty() {
            return wrong();
        }
        let parts: Vec<&str> = pod.split('/').collect();
        let (namespace, pod) = match parts[..] {
            [pod] => ("", pod),
            [namespace, pod] => (namespace, pod),
            _ => return wrong(),
        };
        Ok(Place { namespace: namespace.to_owned(), pod: pod.to_owned(), path: path.to_owned() })
    }
}

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let args = kubectl.flags.args.clone();
    let [from, to] = &args[..] else { return fail("source and destination are required") };
    let (from, to) = (Place::parse(from)?, Place::parse(to)?);
    if !from.pod.is_empty() && !to.pod.is_empty() {
        return fail("one of src or dest must be a local file specification");
    }
    if from.path.is_empty() || to.path.is_empty() {
        return fail("filepath can not be empty");
    }
    match (from.pod.is_empty(), to.pod.is_empty()) {
        (false, _) => copy_from(kubectl, &from, &to.path),
        (_, false) => copy_to(kubectl, &from.path, &to),
        _ => fail("one of src or dest must be a remote file specification"),
    }
}

/// The pod of a place, and the container that is meant; which one that is, is said on descriptor `errors`.
fn find(kubectl: &mut Kubectl<'_, '_>, place: &Place, errors: u32) -> Outcome<(Value, String)> {
    let space = if place.namespace.is_empty() { kubectl.namespace()? } else { place.namespace.clone() };
    let mapping = kubectl.mapping_of_kind("", "Pod")?;
    let pod = kubectl.get(&mapping, &space, &place.pod)?;
    let asked = kubectl.flags.text("container").to_owned();
    let container = kubectl.container_said_on(&pod, &asked, errors)?;
    Ok((pod, container))
}

fn exec(pod: &Value, container: &str, words: &[&str]) -> Call {
    let path = format!("/api/v1/namespaces/{}/pods/{}/exec", namespace(pod), name(pod));
    words.iter().fold(Call::new("POST", path).query("container", container), |call, word| call.query("command", *word))
}

fn base(path: &str) -> &str {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or(path)
}

fn parent(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", _)) => "/",
        Some((above, _)) => above,
        None => ".",
    }
}

fn copy_to(kubectl: &mut Kubectl<'_, '_>, from: &str, to: &Place) -> Outcome<()> {
    if kubectl.process.stat(from)?.is_err() {
        return fail(format!("{from} doesn't exist in local filesystem"));
    }
    let (pod, container) = find(kubectl, to, 2)?;
    let is_directory = caught(kubectl.exchange(exec(&pod, &container, &["test", "-d", &to.path]), None, 2))?.is_ok();
    let target = if is_directory { format!("{}/{}", to.path.trim_end_matches('/'), base(from)) } else { to.path.clone() };
    let mut archive = tar::Builder::new(Vec::new());
    add(kubectl, from, base(&target), &mut archive)?;
    let bytes = archive.into_inner().or_else(|error| fail(error.to_string()))?;
    let mut words = vec!["tar"];
    if kubectl.flags.bool("no-preserve") {
        words.extend(["--no-same-permissions", "--no-same-owner"]);
    }
    words.extend(["-xmf", "-", "-C", parent(&target)]);
    let call = exec(&pod, &container, &words);
    let done = kubectl.exchange(call, Some(bytes), 2)?;
    kubectl.process.write_stdout(&done)?;
    Ok(())
}

/// Puts a file, or a directory and all in it, into the archive under this name.
fn add(kubectl: &mut Kubectl<'_, '_>, path: &str, named: &str, archive: &mut tar::Builder<Vec<u8>>) -> Outcome<()> {
    let found = kubectl.process.lstat(path)?.or_else(|error| fail(format!("lstat {path}: {}", error.to_string().to_lowercase())))?;
    let mut header = tar::Header::new_gnu();
    header.set_mode(found.mode & 0o7777);
    let added = if found.is_dir() {
        header.set_entry_type(tar::EntryType::Directory);
        header.set_size(0);
        let added = archive.append_data(&mut header, format!("{named}/"), std::io::empty());
        for inside in kubectl.process.read_dir(path)?.unwrap_or_default() {
            add(kubectl, &format!("{}/{inside}", path.trim_end_matches('/')), &format!("{named}/{inside}"), archive)?;
        }
        added
    } else if let Some(target) = &found.target {
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        archive.append_link(&mut header, named, target)
    } else {
        let bytes = kubectl.process.read_file(path)?.or_else(|error| fail(format!("open {path}: {}", error.to_string().to_lowercase())))?;
        header.set_size(bytes.len() as u64);
        archive.append_data(&mut header, named, bytes.as_slice())
    };
    added.or_else(|error| fail(error.to_string()))
}

fn copy_from(kubectl: &mut Kubectl<'_, '_>, from: &Place, to: &str) -> Outcome<()> {
    let (pod, container) = find(kubectl, from, 1)?;
    let bytes = kubectl.exchange(exec(&pod, &container, &["tar", "cf", "-", &from.path]), None, 1)?;
    let prefix = from.path.trim_matches('/').to_owned();
    let mut archive = tar::Archive::new(bytes.as_slice());
    let entries = archive.entries().or_else(|error| fail(error.to_string()))?;
    for entry in entries {
        let mut entry = entry.or_else(|error| fail(error.to_string()))?;
        let named = entry.path().or_else(|error| fail(error.to_string()))?.to_string_lossy().into_owned();
        let Some(rest) = named.trim_end_matches('/').strip_prefix(&prefix) else {
            return fail("tar contents corrupted");
        };
        if rest.split('/').any(|part| part == "..") {
            kubectl.eprint(&format!("warning: file {named:?} is outside target destination, skipping\n"))?;
            continue;
        }
        let path = format!("{}{rest}", to.trim_end_matches('/'));
        let kind = entry.header().entry_type();
        if kind.is_symlink() {
            let target = entry.link_name().ok().flatten().map(|target| target.to_string_lossy().into_owned()).unwrap_or_default();
            kubectl.eprint(&format!("warning: skipping symlink: {path:?} -> {target:?} (consider using \"kubectl exec -n {} {} -- tar cf - {} | tar xf -\")\n", namespace(&pod), name(&pod), from.path))?;
        } else if kind.is_dir() {
            make_directory(kubectl, &path)?;
        } else {
            let mut contents = Vec::new();
            entry.read_to_end(&mut contents).or_else(|error| fail(error.to_string()))?;
            make_directory(kubectl, parent(&path))?;
            let mode = entry.header().mode().unwrap_or(0o644);
            kubectl.process.write_file(&path, &contents, mode)?.or_else(|error| fail(format!("open {path}: {}", error.to_string().to_lowercase())))?;
        }
    }
    Ok(())
}

/// Makes a directory and what is missing above it.
fn make_directory(kubectl: &mut Kubectl<'_, '_>, path: &str) -> Outcome<()> {
    match kubectl.process.stat(path)? {
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(_) => return Err(Failure::Message(format!("mkdir {path}: not a directory")).into()),
        Err(_) => {}
    }
    if !matches!(parent(path), "/" | ".") {
        make_directory(kubectl, parent(path))?;
    }
    kubectl.process.mkdir(path)?.or_else(|error| fail(format!("mkdir {path}: {}", error.to_string().to_lowercase())))
}
