//! A repository in the simulated file system: where it is, its objects, references, index and configuration.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use podarium_machine::{Errno, Process};

use super::config;
use super::failure::{Outcome, die, fail};
use super::index::Index;
use super::object::{self, Commit, Id, Kind, Signature, TreeEntry};

/// Where a repository is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The folder with the objects: `…/.git`.
    pub dir: String,
    /// The work tree; a bare repository has none.
    pub root: Option<String>,
}

/// git at work: the process, and the repository that it works on.
pub struct Git<'a, 'p> {
    pub process: &'a mut Process<'p>,
    /// The program's own arguments, behind the command.
    pub args: Vec<String>,
    pub place: Place,
    /// Where the user is below the work tree: empty or with a slash at the end.
    pub prefix: String,
    /// `-c name=value`.
    pub overrides: Vec<(String, String)>,
    objects: BTreeMap<Id, (Kind, Arc<Vec<u8>>)>,
}

/// Finding and making.
impl<'a, 'p> Git<'a, 'p> {
    /// git before it knows of a repository.
    pub fn outside(process: &'a mut Process<'p>, args: Vec<String>, overrides: Vec<(String, String)>) -> Self {
        let place = Place { dir: String::new(), root: None };
        Git { process, args, place, prefix: String::new(), overrides, objects: BTreeMap::new() }
    }

    /// Looks for a repository here and above; whether there is one.
    pub fn discover(&mut self) -> Outcome<bool> {
        let cwd = self.process.cwd()?;
        let mut at = cwd.clone();
        loop {
            let slashed = if at == "/" { String::new() } else { at.clone() };
            if let Some(place) = self.place_at(&slashed)? {
                if let Some(root) = &place.root {
                    let below = cwd.strip_prefix(root.as_str()).unwrap_or_default().trim_start_matches('/');
                    self.prefix = if below.is_empty() { String::new() } else { format!("{below}/") };
                }
                self.place = place;
                return Ok(true);
            }
            let Some((above, _)) = at.rsplit_once('/') else { return Ok(false) };
            if at == "/" {
                return Ok(false);
            }
            at = if above.is_empty() { "/".to_owned() } else { above.to_owned() };
        }
    }

    /// The repository whose work tree, or which itself, is this folder.
    pub fn place_at(&mut self, folder: &str) -> Outcome<Option<Place>> {
        let is_repository = |process: &mut Process<'p>, dir: &str| -> Outcome<bool> {
            Ok(process.stat(&format!("{dir}/HEAD"))?.is_ok() && process.stat(&format!("{dir}/objects"))?.is_ok_and(|it| it.is_dir()))
        };
        let inner = format!("{folder}/.git");
        if is_repository(self.process, &inner)? {
            return Ok(Some(Place { dir: inner, root: Some(folder.to_owned()) }));
        }
        if is_repository(self.process, folder)? {
            return Ok(Some(Place { dir: folder.to_owned(), root: None }));
        }
        Ok(None)
    }

    /// The work tree, which bare repositories lack.
    pub fn root(&self) -> Outcome<String> {
        self.place.root.clone().map_or_else(|| die("this operation must be run in a work tree"), Ok)
    }

    /// Does something in another repository.
    pub fn within<T>(&mut self, place: Place, what: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        let before = (std::mem::replace(&mut self.place, place), std::mem::take(&mut self.objects), std::mem::take(&mut self.prefix));
        let done = what(self);
        (self.place, self.objects, self.prefix) = before;
        done
    }
}

/// Files.
impl Git<'_, '_> {
    pub fn out(&mut self, text: &str) -> Outcome<()> {
        Ok(self.process.print(text)?)
    }

    pub fn err(&mut self, text: &str) -> Outcome<()> {
        Ok(self.process.eprint(text)?)
    }

    /// Writes a file and the folders above it.
    pub fn write_path(&mut self, path: &str, bytes: &[u8], mode: u32) -> Outcome<()> {
        match self.process.write_file(path, bytes, mode)? {
            Ok(()) => return Ok(()),
            Err(Errno::NoEntry) => {}
            Err(error) => return die(format!("cannot create '{path}': {error}")),
        }
        self.make_folders(path.rsplit_once('/').map_or("", |(above, _)| above))?;
        match self.process.write_file(path, bytes, mode)? {
            Ok(()) => Ok(()),
            Err(error) => die(format!("cannot create '{path}': {error}")),
        }
    }

    pub fn make_folders(&mut self, path: &str) -> Outcome<()> {
        let mut at = 0;
        while let Some(next) = path[at..].find('/').map(|found| at + found).or((at < path.len()).then_some(path.len())) {
            if next > 0
                && let Err(error) = self.process.mkdir(&path[..next])?
                && error != Errno::Exists
            {
                return die(format!("cannot mkdir {path}: {error}"));
            }
            at = next + 1;
            if at > path.len() {
                break;
            }
        }
        Ok(())
    }

    pub fn read_path(&mut self, path: &str) -> Outcome<Option<Vec<u8>>> {
        Ok(self.process.read_file(path)?.ok())
    }

    /// A file of the repository's own folder.
    pub fn read_own(&mut self, name: &str) -> Outcome<Option<String>> {
        let path = format!("{}/{name}", self.place.dir);
        Ok(self.read_path(&path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    pub fn write_own(&mut self, name: &str, text: &str) -> Outcome<()> {
        let path = format!("{}/{name}", self.place.dir);
        self.write_path(&path, text.as_bytes(), 0o644)
    }

    pub fn remove_own(&mut self, name: &str) -> Outcome<()> {
        let path = format!("{}/{name}", self.place.dir);
        let _ = self.process.remove(&path)?;
        Ok(())
    }

    /// The files below a folder, by their paths from it.
    pub fn files_below(&mut self, folder: &str) -> Outcome<Vec<String>> {
        let (mut found, mut todo) = (Vec::new(), vec![String::new()]);
        while let Some(below) = todo.pop() {
            for name in self.process.read_dir(&format!("{folder}/{below}"))?.unwrap_or_default() {
                let path = format!("{below}{name}");
                match self.process.lstat(&format!("{folder}/{path}"))? {
                    Ok(it) if it.is_dir() => todo.push(format!("{path}/")),
                    _ => found.push(path),
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

/// Objects.
impl Git<'_, '_> {
    fn object_path(&self, id: Id) -> String {
        let name = id.to_string();
        format!("{}/objects/{}/{}", self.place.dir, &name[..2], &name[2..])
    }

    pub fn find_object(&mut self, id: Id) -> Outcome<Option<(Kind, Arc<Vec<u8>>)>> {
        if let Some(found) = self.objects.get(&id) {
            return Ok(Some(found.clone()));
        }
        let path = self.object_path(id);
        let Some(packed) = self.read_path(&path)? else { return Ok(None) };
        let mut bytes = Vec::new();
        if ZlibDecoder::new(packed.as_slice()).read_to_end(&mut bytes).is_err() {
            return die(format!("loose object {id} (stored in {path}) is corrupt"));
        }
        let Some((kind, body)) = object::split_header(&bytes) else { return die(format!("loose object {id} (stored in {path}) is corrupt")) };
        let found = (kind, Arc::new(body.to_vec()));
        self.objects.insert(id, found.clone());
        Ok(Some(found))
    }

    pub fn object(&mut self, id: Id) -> Outcome<(Kind, Arc<Vec<u8>>)> {
        match self.find_object(id)? {
            Some(found) => Ok(found),
            None => die(format!("unable to read {id}")),
        }
    }

    pub fn blob(&mut self, id: Id) -> Outcome<Arc<Vec<u8>>> {
        Ok(self.object(id)?.1)
    }

    pub fn write_object(&mut self, kind: Kind, body: &[u8]) -> Outcome<Id> {
        let id = object::id_of(kind, body);
        if self.find_object(id)?.is_none() {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            // Memory takes everything.
            let _ = encoder.write_all(&object::with_header(kind, body));
            let path = self.object_path(id);
            self.write_path(&path, &encoder.finish().unwrap_or_default(), 0o444)?;
            self.objects.insert(id, (kind, Arc::new(body.to_vec())));
        }
        Ok(id)
    }

    pub fn commit(&mut self, id: Id) -> Outcome<Commit> {
        let (kind, bytes) = self.object(id)?;
        match Commit::parse(&bytes).filter(|_| kind == Kind::Commit) {
            Some(commit) => Ok(commit),
            None => die(format!("object {id} is a {}, not a commit", kind.name())),
        }
    }

    /// Every file of a tree, with its path.
    pub fn tree_files(&mut self, tree: Id) -> Outcome<BTreeMap<String, (u32, Id)>> {
        let (mut found, mut todo) = (BTreeMap::new(), vec![(String::new(), tree)]);
        while let Some((below, id)) = todo.pop() {
            let (_, bytes) = self.object(id)?;
            for TreeEntry { mode, name, id } in object::read_tree(&bytes) {
                match mode == object::DIRECTORY {
                    true => todo.push((format!("{below}{name}/"), id)),
                    false => drop(found.insert(format!("{below}{name}"), (mode, id))),
                }
            }
        }
        Ok(found)
    }

    /// The files of a commit; none without one.
    pub fn commit_files(&mut self, commit: Option<Id>) -> Outcome<BTreeMap<String, (u32, Id)>> {
        match commit {
            Some(id) => {
                let tree = self.commit(id)?.tree;
                self.tree_files(tree)
            }
            None => Ok(BTreeMap::new()),
        }
    }

    /// Writes the trees of files and gives the uppermost.
    pub fn write_tree(&mut self, files: &BTreeMap<String, (u32, Id)>) -> Outcome<Id> {
        let (mut entries, mut folders): (Vec<TreeEntry>, BTreeMap<String, BTreeMap<String, (u32, Id)>>) = (Vec::new(), BTreeMap::new());
        for (path, (mode, id)) in files {
            match path.split_once('/') {
                None => entries.push(TreeEntry { mode: *mode, name: path.clone(), id: *id }),
                Some((folder, rest)) => drop(folders.entry(folder.to_owned()).or_default().insert(rest.to_owned(), (*mode, *id))),
            }
        }
        for (name, inside) in folders {
            let id = self.write_tree(&inside)?;
            entries.push(TreeEntry { mode: object::DIRECTORY, name, id });
        }
        let bytes = object::write_tree(&mut entries);
        self.write_object(Kind::Tree, &bytes)
    }

    /// All objects of the repository.
    pub fn all_objects(&mut self) -> Outcome<Vec<Id>> {
        let folder = format!("{}/objects", self.place.dir);
        let files = self.files_below(&folder)?;
        Ok(files.iter().filter_map(|path| Id::parse(&path.replace('/', ""))).collect())
    }
}

/// Index and configuration.
impl Git<'_, '_> {
    pub fn index(&mut self) -> Outcome<Index> {
        let path = format!("{}/index", self.place.dir);
        match self.read_path(&path)? {
            None => Ok(Index::default()),
            Some(bytes) => Index::parse(&bytes).map_or_else(|| die("index file corrupt"), Ok),
        }
    }

    pub fn write_index(&mut self, index: &Index) -> Outcome<()> {
        let path = format!("{}/index", self.place.dir);
        self.write_path(&path, &index.to_bytes(), 0o644)
    }

    pub fn user_config_path(&self) -> Option<String> {
        self.process.env("HOME").map(|home| format!("{home}/.gitconfig"))
    }

    /// Every setting, from the weakest to the strongest.
    pub fn settings(&mut self) -> Outcome<Vec<(String, String)>> {
        let own = (!self.place.dir.is_empty()).then(|| format!("{}/config", self.place.dir));
        let mut all = Vec::new();
        for path in [Some("/etc/gitconfig".to_owned()), self.user_config_path(), own].into_iter().flatten() {
            if let Some(bytes) = self.read_path(&path)? {
                all.extend(config::File::parse(&bytes).all());
            }
        }
        all.extend(self.overrides.clone());
        Ok(all)
    }

    pub fn setting(&mut self, name: &str) -> Outcome<Option<String>> {
        let name = config::canonical(name);
        Ok(self.settings()?.into_iter().rev().find(|(found, _)| *found == name).map(|(_, value)| value))
    }

    /// Changes the repository's own configuration.
    pub fn change_config(&mut self, change: impl FnOnce(&mut config::File)) -> Outcome<()> {
        let path = format!("{}/config", self.place.dir);
        let mut file = config::File::parse(&self.read_path(&path)?.unwrap_or_default());
        change(&mut file);
        self.write_path(&path, file.to_text().as_bytes(), 0o644)
    }

    /// Who commits, and when: `AUTHOR` or `COMMITTER`.
    pub fn signature(&mut self, role: &str) -> Outcome<Signature> {
        let name = self.process.env(&format!("GIT_{role}_NAME")).or(self.setting("user.name")?);
        let email = self.process.env(&format!("GIT_{role}_EMAIL")).or(self.setting("user.email")?);
        let (Some(name), Some(email)) = (name.filter(|it| !it.is_empty()), email) else {
            let host = self.process.hostname();
            let user = self.process.env("USER").unwrap_or_else(|| "root".to_owned());
            let what = if role == "AUTHOR" { "Author" } else { "Committer" };
            return fail(
                128,
                format!(
                    "{what} identity unknown\n\n*** Please tell me who you are.\n\nRun\n\n  git config --global user.email \"you@example.com\"\n  git config --global user.name \"Your Name\"\n\nto set your account's default identity.\nOmit --global to set the identity only in this repository.\n\nfatal: unable to auto-detect email address (got '{user}@{host}.(none)')\n"
                ),
            );
        };
        let now = self.process.unix_nanos()? / 1_000_000_000;
        let (time, zone) = match self.process.env(&format!("GIT_{role}_DATE")) {
            None => (now, 0),
            Some(text) => match super::date::parse(&text) {
                Some(found) => found,
                None => return die(format!("invalid date format: {text}")),
            },
        };
        Ok(Signature { name, email, time, zone })
    }
}
