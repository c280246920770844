//! References: HEAD, branches, tags, and their logs; and how names of revisions are read.

use std::collections::BTreeMap;

use super::failure::{Outcome, die, fail};
use super::object::{Id, Kind, tag_target};
use super::repository::Git;

/// Where HEAD is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Head {
    /// On a branch, by its full name; it may have no commit yet.
    Branch(String),
    Detached(Id),
}

/// The short form of a reference's name.
pub fn short(name: &str) -> &str {
    ["refs/heads/", "refs/tags/", "refs/remotes/"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}

/// Whether a branch or tag may be called so.
pub fn is_valid_name(name: &str) -> bool {
    let bad = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    !name.is_empty()
        && !name.starts_with(['-', '/'])
        && !name.ends_with(['/', '.'])
        && !name.contains(bad)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains("//")
        && name != "@"
        && name.split('/').all(|part| !part.starts_with('.') && !part.ends_with(".lock"))
}

impl Git<'_, '_> {
    pub fn head(&mut self) -> Outcome<Head> {
        let text = self.read_own("HEAD")?.unwrap_or_default();
        let text = text.trim();
        match text.strip_prefix("ref: ") {
            Some(name) => Ok(Head::Branch(name.to_owned())),
            None => Id::parse(text).map_or_else(|| die("bad HEAD"), |id| Ok(Head::Detached(id))),
        }
    }

    /// The commit that HEAD stands on, if there is one.
    pub fn head_commit(&mut self) -> Outcome<Option<Id>> {
        match self.head()? {
            Head::Branch(name) => self.read_ref(&name),
            Head::Detached(id) => Ok(Some(id)),
        }
    }

    /// The branch that is checked out, by its short name.
    pub fn branch(&mut self) -> Outcome<Option<String>> {
        Ok(match self.head()? {
            Head::Branch(name) => Some(short(&name).to_owned()),
            Head::Detached(_) => None,
        })
    }

    pub fn read_ref(&mut self, name: &str) -> Outcome<Option<Id>> {
        let Some(text) = self.read_own(name)? else {
            let packed = self.read_own("packed-refs")?.unwrap_or_default();
            return Ok(packed.lines().filter_map(|line| line.split_once(' ')).find(|(_, found)| *found == name).and_then(|(id, _)| Id::parse(id)));
        };
        match text.trim().strip_prefix("ref: ") {
            Some(other) => self.read_ref(other),
            None => Ok(Id::parse(text.trim())),
        }
    }

    /// All references below a prefix (`refs/heads/`), by their full names.
    pub fn refs(&mut self, prefix: &str) -> Outcome<BTreeMap<String, Id>> {
        let folder = format!("{}/{}", self.place.dir, prefix.trim_end_matches('/'));
        let mut found = BTreeMap::new();
        for path in self.files_below(&folder)? {
            let name = format!("{}/{path}", prefix.trim_end_matches('/'));
            if let Some(id) = self.read_ref(&name)? {
                found.insert(name, id);
            }
        }
        let packed = self.read_own("packed-refs")?.unwrap_or_default();
        for (id, name) in packed.lines().filter_map(|line| line.split_once(' ')) {
            if let Some(id) = Id::parse(id).filter(|_| name.starts_with(prefix)) {
                found.entry(name.to_owned()).or_insert(id);
            }
        }
        Ok(found)
    }

    /// Sets a reference and writes the log; of HEAD too, if it stands on it.
    pub fn set_ref(&mut self, name: &str, id: Id, why: &str) -> Outcome<()> {
        let old = self.read_ref(name)?.unwrap_or(Id::ZERO);
        self.write_own(name, &format!("{id}\n"))?;
        if name.starts_with("refs/tags/") {
            return Ok(());
        }
        self.log_ref(name, old, id, why)?;
        if self.head()? == Head::Branch(name.to_owned()) {
            self.log_ref("HEAD", old, id, why)?;
        }
        Ok(())
    }

    /// Moves the branch that is checked out, or a detached HEAD.
    pub fn move_head(&mut self, id: Id, why: &str) -> Outcome<()> {
        match self.head()? {
            Head::Branch(name) => self.set_ref(&name, id, why),
            Head::Detached(old) => {
                self.write_own("HEAD", &format!("{id}\n"))?;
                self.log_ref("HEAD", old, id, why)
            }
        }
    }

    /// Has HEAD stand somewhere else.
    pub fn set_head(&mut self, head: &Head, why: &str) -> Outcome<()> {
        let (before, old) = (self.head()?, self.head_commit()?.unwrap_or(Id::ZERO));
        match head {
            Head::Branch(name) => self.write_own("HEAD", &format!("ref: {name}\n"))?,
            Head::Detached(id) => self.write_own("HEAD", &format!("{id}\n"))?,
        }
        match self.head_commit()? {
            // A detached HEAD that stays where it is, is not logged.
            Some(new) if new == old && before == Head::Detached(old) && *head == before => Ok(()),
            Some(new) if !why.is_empty() => self.log_ref("HEAD", old, new, why),
            _ => Ok(()),
        }
    }

    pub fn log_ref(&mut self, name: &str, old: Id, new: Id, why: &str) -> Outcome<()> {
        if self.place.root.is_none() {
            return Ok(());
        }
        let who = self.signature("COMMITTER").unwrap_or_default();
        let line = format!("{old} {new} {who}\t{why}\n");
        let log = format!("logs/{name}");
        let before = self.read_own(&log)?.unwrap_or_default();
        self.write_own(&log, &format!("{before}{line}"))
    }

    /// The log of a reference, the newest first: what it became, and why.
    pub fn reflog(&mut self, name: &str) -> Outcome<Vec<(Id, String)>> {
        let text = self.read_own(&format!("logs/{name}"))?.unwrap_or_default();
        let entry = |line: &str| Some((Id::parse(line.get(41..81)?)?, line.split_once('\t').map_or("", |(_, why)| why).to_owned()));
        Ok(text.lines().rev().filter_map(entry).collect())
    }

    pub fn delete_ref(&mut self, name: &str) -> Outcome<()> {
        self.remove_own(name)?;
        self.remove_own(&format!("logs/{name}"))?;
        let packed = self.read_own("packed-refs")?.unwrap_or_default();
        if packed.lines().any(|line| line.ends_with(&format!(" {name}"))) {
            let kept: String = packed.lines().filter(|line| !line.ends_with(&format!(" {name}"))).map(|line| format!("{line}\n")).collect();
            self.write_own("packed-refs", &kept)?;
        }
        Ok(())
    }

    /// How a detached HEAD is called: `at v1`, or `from 1234567` if it went on from there.
    pub fn detached_name(&mut self, at: Id) -> Outcome<String> {
        let log = self.reflog("HEAD")?;
        let moved = log.iter().find_map(|(id, why)| why.strip_prefix("checkout: moving from ").and_then(|rest| rest.split_once(" to ")).map(|(_, to)| (*id, to.to_owned())));
        let Some((id, name)) = moved else { return Ok(format!("at {}", at.short())) };
        let word = if id == at { "at" } else { "from" };
        let is_it = match self.full_ref(&name)? {
            Some(full) if full != "HEAD" => self.find_commit(&name)? == Some(id),
            _ => false,
        };
        Ok(if is_it { format!("{word} {name}") } else { format!("{word} {}", id.short()) })
    }

    /// The branch on a remote that a local one follows: its full name here, the remote, and its name there.
    pub fn upstream(&mut self, branch: &str) -> Outcome<Option<(String, String, String)>> {
        let remote = self.setting(&format!("branch.{branch}.remote"))?;
        let merge = self.setting(&format!("branch.{branch}.merge"))?;
        let (Some(remote), Some(merge)) = (remote, merge) else { return Ok(None) };
        let there = short(&merge).to_owned();
        let here = if remote == "." { merge } else { format!("refs/remotes/{remote}/{there}") };
        Ok(Some((here, remote, there)))
    }
}

/// Revisions.
impl Git<'_, '_> {
    /// The full name of the reference that a short one stands for.
    pub fn full_ref(&mut self, name: &str) -> Outcome<Option<String>> {
        for form in ["", "refs/", "refs/tags/", "refs/heads/", "refs/remotes/"] {
            let full = format!("{form}{name}");
            if (full == "HEAD" || full.ends_with("_HEAD") || full.starts_with("refs/")) && self.read_ref(&full)?.is_some() {
                return Ok(Some(full));
            }
        }
        let remote_head = format!("refs/remotes/{name}/HEAD");
        Ok(self.read_ref(&remote_head)?.map(|_| remote_head))
    }

    /// The object that `HEAD~2`, `main^{tree}`, `v1:path` or a part of an id stands for.
    pub fn find_revision(&mut self, text: &str) -> Outcome<Option<Id>> {
        if let Some((revision, path)) = text.split_once(':') {
            if revision.is_empty() {
                return Ok(self.index()?.get(path).map(|entry| entry.id));
            }
            let Some(commit) = self.find_commit(revision)? else { return Ok(None) };
            let tree = self.commit(commit)?.tree;
            if path.is_empty() {
                return Ok(Some(tree));
            }
            return self.tree_entry(tree, path.trim_end_matches('/'));
        }
        let base_end = text.find(['~', '^']).unwrap_or(text.len());
        let (base, mut rest) = text.split_at(base_end);
        let Some(mut at) = self.find_base(base)? else { return Ok(None) };
        while let Some(operator) = rest.chars().next() {
            rest = &rest[1..];
            if operator == '^' && rest.starts_with('{') {
                let Some((kind, after)) = rest[1..].split_once('}') else { return Ok(None) };
                rest = after;
                match kind {
                    "commit" | "" => at = self.peel(at)?,
                    "tree" => {
                        at = self.peel(at)?;
                        at = self.commit(at)?.tree;
                    }
                    _ => {}
                }
                continue;
            }
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let number: usize = rest[..digits].parse().unwrap_or(1);
            rest = &rest[digits..];
            at = self.peel(at)?;
            match operator {
                '~' => {
                    for _ in 0..number {
                        let Some(parent) = self.commit(at)?.parents.first().copied() else { return Ok(None) };
                        at = parent;
                    }
                }
                _ if number == 0 => {}
                _ => {
                    let Some(parent) = self.commit(at)?.parents.get(number - 1).copied() else { return Ok(None) };
                    at = parent;
                }
            }
        }
        Ok(Some(at))
    }

    fn find_base(&mut self, base: &str) -> Outcome<Option<Id>> {
        let base = if base == "@" { "HEAD" } else { base };
        if base == "-" {
            return match self.previous_branch()? {
                Some(name) => self.find_base(&name),
                None => Ok(None),
            };
        }
        if let Some((name, inner)) = base.split_once("@{") {
            let inner = inner.trim_end_matches('}');
            let name = if name.is_empty() { self.branch()?.unwrap_or_else(|| "HEAD".to_owned()) } else { name.to_owned() };
            if inner == "u" || inner == "upstream" {
                let found = self.upstream(&name)?;
                return match found {
                    Some((full, ..)) => self.read_ref(&full),
                    None => die(format!("no upstream configured for branch '{name}'")),
                };
            }
            let Some(full) = self.full_ref(&name)? else { return Ok(None) };
            let Ok(number) = inner.parse::<usize>() else { return Ok(None) };
            let log = self.reflog(&full)?;
            return match log.get(number) {
                Some((id, _)) => Ok(Some(*id)),
                None => die(format!("log for '{name}' only has {} entries", log.len())),
            };
        }
        if let Some(full) = self.full_ref(base)? {
            return self.read_ref(&full);
        }
        if let Some(id) = Id::parse(base) {
            return Ok(self.find_object(id)?.map(|_| id));
        }
        if base.len() >= 4 && base.len() < 40 && base.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let folder = format!("{}/objects/{}", self.place.dir, &base[..2].to_lowercase());
            let names = self.process.read_dir(&folder)?.unwrap_or_default();
            let fitting: Vec<Id> = names.iter().filter(|name| name.starts_with(&base[2..].to_lowercase())).filter_map(|name| Id::parse(&format!("{}{name}", &base[..2].to_lowercase()))).collect();
            if let [only] = fitting.as_slice() {
                return Ok(Some(*only));
            }
        }
        Ok(None)
    }

    /// The commit that a tag stands on in the end; other objects are themselves.
    pub fn peel(&mut self, id: Id) -> Outcome<Id> {
        let (kind, bytes) = self.object(id)?;
        match (kind, tag_target(&bytes)) {
            (Kind::Tag, Some(target)) => self.peel(target),
            _ => Ok(id),
        }
    }

    pub fn find_commit(&mut self, text: &str) -> Outcome<Option<Id>> {
        let Some(id) = self.find_revision(text)? else { return Ok(None) };
        let id = self.peel(id)?;
        Ok((self.object(id)?.0 == Kind::Commit).then_some(id))
    }

    /// The commit of a revision that has to be there.
    pub fn revision(&mut self, text: &str) -> Outcome<Id> {
        match self.find_commit(text)? {
            Some(id) => Ok(id),
            None => ambiguous(text),
        }
    }

    fn tree_entry(&mut self, tree: Id, path: &str) -> Outcome<Option<Id>> {
        let (first, rest) = path.split_once('/').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let (_, bytes) = self.object(tree)?;
        let found = super::object::read_tree(&bytes).into_iter().find(|entry| entry.name == first);
        match (found, rest) {
            (Some(entry), None) => Ok(Some(entry.id)),
            (Some(entry), Some(rest)) => self.tree_entry(entry.id, rest),
            (None, _) => Ok(None),
        }
    }

    /// The branch (or commit) before the last `checkout`.
    pub fn previous_branch(&mut self) -> Outcome<Option<String>> {
        let log = self.reflog("HEAD")?;
        let moved = |why: &String| why.strip_prefix("checkout: moving from ").and_then(|rest| rest.split_once(" to ")).map(|(from, _)| from.to_owned());
        Ok(log.iter().find_map(|(_, why)| moved(why)))
    }
}

/// What git says of a name that is neither a revision nor a file.
pub fn ambiguous<T>(text: &str) -> Outcome<T> {
    fail(
        128,
        format!("fatal: ambiguous argument '{text}': unknown revision or path not in the working tree.\nUse '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'\n"),
    )
}
