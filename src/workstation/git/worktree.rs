//! The work tree: which files are there, which are ignored, and how it is made equal to a commit.

use std::collections::{BTreeMap, BTreeSet};

use podarium_machine::FileKind;

use super::failure::{Outcome, die};
use super::ignore::{Patterns, is_ignored};
use super::index::{Entry, Index};
use super::object::{EXECUTABLE, FILE, Id, Kind, SYMLINK, id_of};
use super::repository::Git;

/// Files by path, as trees have them.
pub type Files = BTreeMap<String, (u32, Id)>;

/// What is in the work tree and not in the index.
#[derive(Clone, Debug, Default)]
pub struct Untracked {
    /// A folder without any known file is one path with a slash at its end.
    pub paths: Vec<String>,
    pub ignored: Vec<String>,
}

impl Git<'_, '_> {
    /// Mode, contents of a file of the work tree; `None` if it is not there (or is a folder).
    pub fn read_work(&mut self, path: &str) -> Outcome<Option<(u32, Vec<u8>)>> {
        let full = format!("{}/{path}", self.root()?);
        let Ok(found) = self.process.lstat(&full)? else { return Ok(None) };
        Ok(match found.kind {
            FileKind::Symlink => Some((SYMLINK, found.target.unwrap_or_default().into_bytes())),
            FileKind::File => match self.process.read_file(&full)? {
                Ok(bytes) => Some((if found.is_executable() { EXECUTABLE } else { FILE }, bytes)),
                Err(error) => return die(format!("open(\"{path}\"): {error}")),
            },
            _ => None,
        })
    }

    /// The entry that `git add` makes of a file; its contents are written as an object.
    pub fn stage(&mut self, path: &str) -> Outcome<Option<Entry>> {
        let Some((mode, bytes)) = self.read_work(path)? else { return Ok(None) };
        let id = self.write_object(Kind::Blob, &bytes)?;
        Ok(Some(Entry { size: bytes.len() as u32, modified: self.seconds()?, ..Entry::new(mode, id) }))
    }

    fn seconds(&mut self) -> Outcome<u32> {
        Ok(u32::try_from(self.process.unix_nanos()? / 1_000_000_000).unwrap_or(0))
    }

    /// The files of the index as they are in the work tree now.
    pub fn work_files(&mut self, index: &Index) -> Outcome<Files> {
        let mut found = Files::new();
        for path in index.paths() {
            if let Some((mode, bytes)) = self.read_work(&path)? {
                found.insert(path, (mode, id_of(Kind::Blob, &bytes)));
            }
        }
        Ok(found)
    }

    /// What is in the work tree and not in the index. With `all`, every file; without, folders as one. Without
    /// `ignores`, as if there were no `.gitignore`.
    pub fn untracked(&mut self, index: &Index, all: bool, ignores: bool) -> Outcome<Untracked> {
        let root = self.root()?;
        let mut patterns = Vec::new();
        let exclude = self.read_own("info/exclude")?.unwrap_or_default();
        patterns.push(Patterns::parse("", &exclude));
        if let Some(path) = self.setting("core.excludesfile")? {
            let path = path.replacen('~', &self.process.env("HOME").unwrap_or_default(), 1);
            let text = self.read_path(&path)?.unwrap_or_default();
            patterns.push(Patterns::parse("", &String::from_utf8_lossy(&text)));
        }
        let mut found = Untracked::default();
        if ignores {
            self.look_into(&root, "", index, all, &mut patterns, &mut found)?;
        } else {
            let known = index.paths();
            for path in self.files_below(&root)? {
                if !path.starts_with(".git/") && known.binary_search(&path).is_err() {
                    found.paths.push(path);
                }
            }
        }
        found.paths.sort();
        found.ignored.sort();
        Ok(found)
    }

    /// Whether there is anything in a folder that is not ignored.
    fn look_into(&mut self, root: &str, below: &str, index: &Index, all: bool, patterns: &mut Vec<Patterns>, found: &mut Untracked) -> Outcome<()> {
        let names = self.process.read_dir(&format!("{root}/{below}"))?.unwrap_or_default();
        let depth = patterns.len();
        if names.iter().any(|name| name == ".gitignore")
            && let Some(text) = self.read_path(&format!("{root}/{below}.gitignore"))?
        {
            patterns.push(Patterns::parse(below, &String::from_utf8_lossy(&text)));
        }
        for name in names.iter().filter(|name| *name != ".git") {
            let path = format!("{below}{name}");
            let Ok(metadata) = self.process.lstat(&format!("{root}/{path}"))? else { continue };
            let is_folder = metadata.is_dir();
            if index.has(&path) {
                continue;
            }
            if is_ignored(patterns, &path, is_folder) && !(is_folder && index.has_below(&path)) {
                found.ignored.push(if is_folder { format!("{path}/") } else { path });
            } else if !is_folder {
                found.paths.push(path);
            } else if self.process.stat(&format!("{root}/{path}/.git"))?.is_ok() {
                found.paths.push(format!("{path}/"));
            } else if all || index.has_below(&path) {
                self.look_into(root, &format!("{path}/"), index, all, patterns, found)?;
            } else {
                let mut inside = Untracked::default();
                self.look_into(root, &format!("{path}/"), index, true, patterns, &mut inside)?;
                if !inside.paths.is_empty() {
                    found.paths.push(format!("{path}/"));
                    found.ignored.append(&mut inside.ignored);
                } else if !inside.ignored.is_empty() {
                    found.ignored.push(format!("{path}/"));
                }
            }
        }
        patterns.truncate(depth);
        Ok(())
    }

    /// Writes a file of the work tree, and what the index says of it.
    pub fn check_out_file(&mut self, path: &str, mode: u32, id: Id) -> Outcome<Entry> {
        let bytes = self.blob(id)?;
        self.write_work(path, mode, &bytes)?;
        Ok(Entry { size: bytes.len() as u32, modified: self.seconds()?, ..Entry::new(mode, id) })
    }

    pub fn write_work(&mut self, path: &str, mode: u32, bytes: &[u8]) -> Outcome<()> {
        let full = format!("{}/{path}", self.root()?);
        // A file where a folder has to be, or the other way round, makes room.
        if let Some((above, _)) = path.rsplit_once('/') {
            let mut at = 0;
            while let Some(slash) = above[at..].find('/').map(|found| at + found).or((at < above.len()).then_some(above.len())) {
                let part = format!("{}/{}", self.root()?, &above[..slash]);
                if self.process.lstat(&part)?.is_ok_and(|it| !it.is_dir()) {
                    let _ = self.process.remove(&part)?;
                }
                at = slash + 1;
                if at > above.len() {
                    break;
                }
            }
        }
        if mode == SYMLINK {
            let _ = self.process.remove(&full)?;
            if let Some((above, _)) = full.rsplit_once('/') {
                self.make_folders(above)?;
            }
            let _ = self.process.symlink(&String::from_utf8_lossy(bytes), &full)?;
            return Ok(());
        }
        let bits = if mode == EXECUTABLE { 0o777 } else { 0o666 };
        if self.process.lstat(&full)?.is_ok_and(|it| it.kind == FileKind::Symlink || it.is_executable() != (mode == EXECUTABLE) && !it.is_dir()) {
            let _ = self.process.remove(&full)?;
        }
        self.write_path(&full, bytes, bits)
    }

    /// Removes a file, and the folders above it that have become empty.
    pub fn remove_work(&mut self, path: &str) -> Outcome<()> {
        let root = self.root()?;
        let mut at = path.to_owned();
        loop {
            if self.process.remove(&format!("{root}/{at}"))?.is_err() {
                return Ok(());
            }
            let Some((above, _)) = at.rsplit_once('/') else { return Ok(()) };
            at = above.to_owned();
            // The user's own folder stays, or the shell would stand nowhere.
            if format!("{at}/") == self.prefix {
                return Ok(());
            }
        }
    }

    /// Goes from one commit's files to another's, and keeps what was changed here. What stands in the way is an error:
    /// the paths that would be overwritten, and the untracked ones.
    pub fn switch_files(&mut self, from: &Files, to: &Files, what: &str, force: bool) -> Outcome<()> {
        let mut index = self.index()?;
        let paths: BTreeSet<&String> = from.keys().chain(to.keys()).filter(|path| force || from.get(*path) != to.get(*path)).collect();
        let (mut changed, mut untracked, mut todo) = (Vec::new(), Vec::new(), Vec::new());
        for path in paths {
            let wanted = to.get(path).copied();
            let staged = index.get(path).map(|entry| (entry.mode, entry.id));
            let there = self.read_work(path)?.map(|(mode, bytes)| (mode, id_of(Kind::Blob, &bytes)));
            if !force && staged != wanted {
                if staged.is_none() && !from.contains_key(path) {
                    if there.is_some() && there != wanted {
                        untracked.push(path.clone());
                        continue;
                    }
                } else if staged != from.get(path).copied() || (there.is_some() && there != staged) {
                    changed.push(path.clone());
                    continue;
                }
            } else if !force && staged == wanted {
                continue;
            }
            todo.push((path.clone(), wanted, there));
        }
        if !changed.is_empty() || !untracked.is_empty() {
            let verb = if what == "checkout" { "switch branches" } else { "merge" };
            let list = |paths: &[String]| paths.iter().map(|path| format!("\t{path}\n")).collect::<String>();
            let mut text = String::new();
            if !changed.is_empty() {
                text = format!(
                    "error: Your local changes to the following files would be overwritten by {what}:\n{}Please commit your changes or stash them before you {verb}.\n",
                    list(&changed)
                );
            }
            if !untracked.is_empty() {
                text.push_str(&format!(
                    "error: The following untracked working tree files would be overwritten by {what}:\n{}Please move or remove them before you {verb}.\n",
                    list(&untracked)
                ));
            }
            return super::failure::fail(if what == "checkout" { 1 } else { 2 }, format!("{text}Aborting\n"));
        }
        let (gone, come): (Vec<_>, Vec<_>) = todo.into_iter().partition(|(_, wanted, _)| wanted.is_none());
        for (path, _, there) in gone {
            index.remove(&path);
            if there.is_some() {
                self.remove_work(&path)?;
            }
        }
        for (path, wanted, there) in come {
            let Some((mode, id)) = wanted else { continue };
            let entry = if there == wanted { self.stage(&path)? } else { Some(self.check_out_file(&path, mode, id)?) };
            if let Some(entry) = entry {
                index.insert(&path, entry);
            }
        }
        self.write_index(&index)
    }

    /// The paths that a user's arguments mean, relative to the root; `.` at the root is the empty path.
    pub fn below_root(&mut self, argument: &str) -> Outcome<String> {
        let cwd = self.process.cwd()?;
        let root = self.root()?;
        let absolute = if argument.starts_with('/') { argument.to_owned() } else { format!("{cwd}/{argument}") };
        let mut parts: Vec<&str> = Vec::new();
        for part in absolute.split('/') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                other => parts.push(other),
            }
        }
        let clean = format!("/{}", parts.join("/"));
        if clean == root {
            return Ok(String::new());
        }
        match clean.strip_prefix(&format!("{}/", root.trim_end_matches('/'))) {
            Some(below) => Ok(below.to_owned()),
            None => die(format!("{argument}: '{argument}' is outside repository at '{root}'")),
        }
    }

    /// A path from the root as the user sees it from where he is.
    pub fn shown(&self, path: &str) -> String {
        let (mut up, mut prefix) = (String::new(), self.prefix.clone());
        loop {
            if let Some(below) = path.strip_prefix(prefix.as_str()) {
                let text = format!("{up}{below}");
                return if text.is_empty() { "./".to_owned() } else { text };
            }
            let inner = prefix.trim_end_matches('/');
            prefix = inner.rsplit_once('/').map_or(String::new(), |(above, _)| format!("{above}/"));
            up.push_str("../");
        }
    }
}

/// Whether a path is, is below, or fits the pattern of what was asked for.
pub fn fits(asked: &str, path: &str) -> bool {
    if asked.is_empty() || asked == path || path.strip_prefix(asked.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/')) {
        return true;
    }
    if asked.contains(['*', '?', '[']) {
        // In a path specification a star goes over slashes.
        let pattern: Vec<char> = asked.chars().map(|c| if c == '/' { '\u{1}' } else { c }).collect();
        let text: Vec<char> = path.chars().map(|c| if c == '/' { '\u{1}' } else { c }).collect();
        return super::ignore::glob(&pattern, &text);
    }
    false
}
