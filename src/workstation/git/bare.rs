//! A repository in the outside world, as a hosting service keeps it, and how it speaks git's protocol over HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use imbl::OrdMap;
use podarium_machine::{HttpRequest, HttpResponse};

use super::object::{Commit, DIRECTORY, FILE, Id, Kind, Signature, TreeEntry, id_of, read_tree, tag_target, write_tree};
use super::pack;

/// References and objects. A clone is cheap.
#[derive(Clone, Debug)]
pub struct BareRepository {
    /// The branch that HEAD is on, by its full name.
    pub head: String,
    pub refs: BTreeMap<String, Id>,
    pub objects: OrdMap<Id, (Kind, Arc<Vec<u8>>)>,
}

impl Default for BareRepository {
    fn default() -> Self {
        BareRepository { head: "refs/heads/master".to_owned(), refs: BTreeMap::new(), objects: OrdMap::new() }
    }
}

/// A reference that a client wants changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    pub name: String,
    pub old: Id,
    pub new: Id,
}

impl BareRepository {
    /// A repository with one commit that holds these files.
    pub fn with_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>, author: &Signature, message: &str, branch: &str) -> Self {
        let mut repository = BareRepository { head: format!("refs/heads/{branch}"), ..BareRepository::default() };
        let files: BTreeMap<String, Id> = files.into_iter().map(|(path, text)| (path.to_owned(), repository.add(Kind::Blob, text.as_bytes().to_vec()))).collect();
        let tree = repository.add_tree(&files);
        let commit = Commit { tree, parents: Vec::new(), author: author.clone(), committer: author.clone(), message: message.to_owned() };
        let id = repository.add(Kind::Commit, commit.to_bytes());
        repository.refs.insert(repository.head.clone(), id);
        repository
    }

    fn add_tree(&mut self, files: &BTreeMap<String, Id>) -> Id {
        let (mut entries, mut folders): (Vec<TreeEntry>, BTreeMap<String, BTreeMap<String, Id>>) = (Vec::new(), BTreeMap::new());
        for (path, id) in files {
            match path.split_once('/') {
                None => entries.push(TreeEntry { mode: FILE, name: path.clone(), id: *id }),
                Some((folder, rest)) => drop(folders.entry(folder.to_owned()).or_default().insert(rest.to_owned(), *id)),
            }
        }
        for (name, inside) in folders {
            let id = self.add_tree(&inside);
            entries.push(TreeEntry { mode: DIRECTORY, name, id });
        }
        self.add(Kind::Tree, write_tree(&mut entries))
    }

    pub fn add(&mut self, kind: Kind, body: Vec<u8>) -> Id {
        let id = id_of(kind, &body);
        self.objects.insert(id, (kind, Arc::new(body)));
        id
    }

    /// The text of a file at the tip of a branch.
    pub fn file(&self, branch: &str, path: &str) -> Option<String> {
        let (_, commit) = self.objects.get(self.refs.get(&format!("refs/heads/{branch}"))?)?;
        let mut at = Commit::parse(commit)?.tree;
        for part in path.split('/') {
            let (_, tree) = self.objects.get(&at)?;
            at = read_tree(tree).into_iter().find(|entry| entry.name == part)?.id;
        }
        Some(String::from_utf8_lossy(&self.objects.get(&at)?.1).into_owned())
    }

    /// Everything that some objects lead to, beyond what others lead to.
    pub fn reachable(&self, wants: &[Id], haves: &[Id]) -> BTreeSet<Id> {
        let closure = |from: &[Id], without: &BTreeSet<Id>| {
            let (mut seen, mut todo) = (BTreeSet::new(), from.to_vec());
            while let Some(id) = todo.pop() {
                if without.contains(&id) || !seen.insert(id) {
                    continue;
                }
                let Some((kind, body)) = self.objects.get(&id) else { continue };
                match kind {
                    Kind::Blob => {}
                    Kind::Tree => todo.extend(read_tree(body).into_iter().map(|entry| entry.id)),
                    Kind::Tag => todo.extend(tag_target(body)),
                    Kind::Commit => {
                        let commit = Commit::parse(body);
                        todo.extend(commit.into_iter().flat_map(|commit| commit.parents.into_iter().chain([commit.tree])));
                    }
                }
            }
            seen
        };
        let known = closure(haves, &BTreeSet::new());
        closure(wants, &known)
    }

    /// Answers with what git asks for; `path` is what follows the repository's own address.
    pub fn answer(&mut self, path: &str, request: &HttpRequest) -> HttpResponse {
        match (request.method.as_str(), path) {
            ("GET", "/info/refs?service=git-upload-pack") => self.advertise("git-upload-pack"),
            ("GET", "/info/refs?service=git-receive-pack") => self.advertise("git-receive-pack"),
            ("POST", "/git-upload-pack") => self.upload(&request.body),
            ("POST", "/git-receive-pack") => self.receive(&request.body),
            _ => HttpResponse::new(404, "Not Found\n"),
        }
    }

    fn advertise(&self, service: &str) -> HttpResponse {
        let mut refs: Vec<(Id, String)> = self.refs.get(&self.head).map(|id| (*id, "HEAD".to_owned())).into_iter().collect();
        refs.extend(self.refs.iter().map(|(name, id)| (*id, name.clone())));
        if refs.is_empty() {
            refs.push((Id::ZERO, "capabilities^{}".to_owned()));
        }
        let mut body = packet(&format!("# service={service}\n"));
        body.extend(b"0000");
        for (at, (id, name)) in refs.iter().enumerate() {
            let capabilities = if at == 0 { format!("\0report-status delete-refs symref=HEAD:{} agent=git/2.47.3", self.head) } else { String::new() };
            body.extend(packet(&format!("{id} {name}{capabilities}\n")));
        }
        body.extend(b"0000");
        HttpResponse::new(200, body).with_header("Content-Type", &format!("application/x-{service}-advertisement"))
    }

    fn upload(&self, body: &[u8]) -> HttpResponse {
        let (lines, _) = packets(body);
        let ids = |verb: &str| lines.iter().filter_map(|line| Id::parse(line.strip_prefix(verb)?.get(..40)?)).collect::<Vec<_>>();
        let objects = self.reachable(&ids("want "), &ids("have "));
        let objects: Vec<(Kind, &[u8])> = objects.iter().filter_map(|id| self.objects.get(id)).map(|(kind, body)| (*kind, body.as_slice())).collect();
        let mut body = packet("NAK\n");
        body.extend(pack::write(objects.into_iter()));
        HttpResponse::new(200, body).with_header("Content-Type", "application/x-git-upload-pack-result")
    }

    fn receive(&mut self, body: &[u8]) -> HttpResponse {
        let (lines, rest) = packets(body);
        let update = |line: &String| {
            let line = line.split('\0').next()?.trim_end();
            let mut parts = line.splitn(3, ' ');
            Some(Update { old: Id::parse(parts.next()?)?, new: Id::parse(parts.next()?)?, name: parts.next()?.to_owned() })
        };
        let updates: Vec<Update> = lines.iter().filter_map(update).collect();
        let objects = if rest.is_empty() { Some(Vec::new()) } else { pack::read(&rest) };
        let mut report = packet(if objects.is_some() { "unpack ok\n" } else { "unpack index-pack failed\n" });
        for (kind, body) in objects.unwrap_or_default() {
            self.add(kind, body);
        }
        for update in &updates {
            let line = match self.update(update) {
                Ok(()) => format!("ok {}\n", update.name),
                Err(why) => format!("ng {} {why}\n", update.name),
            };
            report.extend(packet(&line));
        }
        report.extend(b"0000");
        HttpResponse::new(200, report).with_header("Content-Type", "application/x-git-receive-pack-result")
    }

    fn update(&mut self, update: &Update) -> Result<(), &'static str> {
        if self.refs.get(&update.name).copied().unwrap_or(Id::ZERO) != update.old {
            return Err("fetch first");
        }
        if update.new == Id::ZERO {
            if update.name == self.head {
                return Err("deletion of the current branch prohibited");
            }
            self.refs.remove(&update.name);
            return Ok(());
        }
        if !self.objects.contains_key(&update.new) {
            return Err("missing necessary objects");
        }
        // The first branch becomes the one that a clone checks out.
        if self.refs.is_empty() && update.name.starts_with("refs/heads/") {
            self.head.clone_from(&update.name);
        }
        self.refs.insert(update.name.clone(), update.new);
        Ok(())
    }
}

/// A line with its length in front.
pub fn packet(line: &str) -> Vec<u8> {
    format!("{:04x}{line}", line.len() + 4).into_bytes()
}

/// The lines of a message, and the bytes behind its last flush. (`0000` between lines is passed over.)
pub fn packets(bytes: &[u8]) -> (Vec<String>, Vec<u8>) {
    let (mut at, mut lines) = (0, Vec::new());
    while let Some(length) = bytes.get(at..at + 4).and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| usize::from_str_radix(digits, 16).ok()) {
        if length < 4 {
            at += 4;
            continue;
        }
        let Some(line) = bytes.get(at + 4..at + length) else { break };
        lines.push(String::from_utf8_lossy(line).into_owned());
        at += length;
    }
    (lines, bytes[at.min(bytes.len())..].to_vec())
}
