//! Other repositories: over HTTP, or in another folder of the same computer.

use std::collections::BTreeMap;

use podarium_machine::{HttpRequest, HttpResponse, NetError};

use super::bare::{BareRepository, Update, packet, packets};
use super::failure::{Outcome, die, fail, not_simulated};
use super::object::Id;
use super::repository::{Git, Place};
use super::pack;

/// What the other side has.
#[derive(Clone, Debug, Default)]
pub struct Advertised {
    /// The branch that its HEAD is on.
    pub head: Option<String>,
    pub refs: BTreeMap<String, Id>,
}

/// The last part of an address, without `.git`: the folder that `clone` makes.
pub fn folder_of(url: &str) -> String {
    let trimmed = url.trim_end_matches('/').trim_end_matches("/.git");
    let last = trimmed.rsplit(['/', ':']).next().unwrap_or(trimmed);
    last.strip_suffix(".git").unwrap_or(last).to_owned()
}

fn is_http(url: &str) -> bool {
    url.starts_with("http://") || url.starts_with("https://")
}

impl Git<'_, '_> {
    /// The repository of another folder.
    fn local(&mut self, url: &str) -> Outcome<Place> {
        let path = url.strip_prefix("file://").unwrap_or(url);
        if !url.starts_with("file://") && (url.contains("://") || url.split('/').next().is_some_and(|first| first.contains(':'))) {
            return not_simulated(format!("over {}", if url.contains("://") { url.split("://").next().unwrap_or_default() } else { "ssh" }));
        }
        let base = match &self.place.root {
            // Relative addresses start at the work tree.
            Some(root) => root.clone(),
            None if !self.place.dir.is_empty() => self.place.dir.clone(),
            None => self.process.cwd()?,
        };
        let path = if path.starts_with('/') { path.to_owned() } else { super::cmd::init::clean(&format!("{base}/{path}")) };
        let mut found = None;
        for form in [path.clone(), format!("{path}.git")] {
            if found.is_none() {
                found = self.place_at(&form)?;
            }
        }
        match found {
            Some(place) => Ok(place),
            None => fail(
                128,
                format!(
                    "fatal: '{url}' does not appear to be a git repository\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n"
                ),
            ),
        }
    }

    /// Reads a whole repository of this computer.
    fn load(&mut self, place: Place) -> Outcome<BareRepository> {
        self.within(place, |git| {
            let head = match git.head()? {
                super::refs::Head::Branch(name) => name,
                super::refs::Head::Detached(_) => String::new(),
            };
            let mut repository = BareRepository { head, refs: git.refs("refs/")?, ..BareRepository::default() };
            for id in git.all_objects()? {
                repository.objects.insert(id, git.object(id)?);
            }
            Ok(repository)
        })
    }

    fn ask(&mut self, url: &str, request: HttpRequest) -> Outcome<HttpResponse> {
        let helper = self.setting("credential.helper")?.unwrap_or_default();
        let mut request = request.header("User-Agent", "git/2.47.3");
        if helper.ends_with("gcloud.sh") || helper.ends_with("gcloud") || helper.contains("gcloud auth") {
            request = request.header("Authorization", "Bearer gcloud");
        }
        let shown = url.trim_end_matches('/');
        let site = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        match self.process.http(request)? {
            Ok(answer) if answer.status == 401 => {
                let why = if self.process.is_tty(0) { "terminal prompts disabled" } else { "No such device or address" };
                die(format!("could not read Username for '{site}': {why}"))
            }
            Ok(answer) if answer.status == 403 => {
                let body = String::from_utf8_lossy(&answer.body).trim().to_owned();
                let remote = if body.is_empty() { String::new() } else { format!("remote: {body}\n") };
                fail(128, format!("{remote}fatal: unable to access '{shown}/': The requested URL returned error: 403\n"))
            }
            Ok(answer) if answer.status == 404 => {
                let body = String::from_utf8_lossy(&answer.body).trim().to_owned();
                let remote = if body.is_empty() { String::new() } else { format!("remote: {body}\n") };
                fail(128, format!("{remote}fatal: repository '{shown}/' not found\n"))
            }
            Ok(answer) if answer.status >= 400 => die(format!("unable to access '{shown}/': The requested URL returned error: {}", answer.status)),
            Ok(answer) => Ok(answer),
            Err(error) => {
                let host = site.split("://").nth(1).unwrap_or_default().to_owned();
                let (name, port) = match host.rsplit_once(':') {
                    Some((name, port)) => (name.to_owned(), port.to_owned()),
                    None => (host.clone(), if url.starts_with("https") { "443" } else { "80" }.to_owned()),
                };
                let why = match error {
                    NetError::UnknownHost => format!("Could not resolve host: {name}"),
                    NetError::ConnectionRefused => format!("Failed to connect to {name} port {port} after 0 ms: Could not connect to server"),
                    other => other.to_string(),
                };
                die(format!("unable to access '{shown}/': {why}"))
            }
        }
    }

    /// What is there. `service` is `upload` or `receive`.
    pub fn advertised(&mut self, url: &str, service: &str) -> Outcome<Advertised> {
        if !is_http(url) {
            let place = self.local(url)?;
            return self.within(place, |git| {
                let head = match git.head()? {
                    super::refs::Head::Branch(name) => Some(name),
                    super::refs::Head::Detached(_) => None,
                };
                Ok(Advertised { head, refs: git.refs("refs/")? })
            });
        }
        let address = format!("{}/info/refs?service=git-{service}-pack", url.trim_end_matches('/'));
        let answer = self.ask(url, HttpRequest::get(address))?;
        let (lines, _) = packets(&answer.body);
        if !lines.first().is_some_and(|line| line.starts_with("# service=")) {
            return die(format!("{url}/info/refs not valid: is this a git repository?"));
        }
        let mut found = Advertised::default();
        for line in &lines[1..] {
            let (line, capabilities) = line.split_once('\0').unwrap_or((line, ""));
            if let Some(head) = capabilities.split(' ').find_map(|it| it.strip_prefix("symref=HEAD:")) {
                found.head = Some(head.trim_end().to_owned());
            }
            if let Some((id, name)) = line.trim_end().split_once(' ')
                && name.starts_with("refs/")
                && let Some(id) = Id::parse(id)
            {
                found.refs.insert(name.to_owned(), id);
            }
        }
        Ok(found)
    }

    /// Gets the objects that some commits lead to; how many there were, and their size in bytes.
    pub fn fetch_objects(&mut self, url: &str, wants: &[Id]) -> Outcome<(usize, usize)> {
        let mut haves: Vec<Id> = self.refs("refs/")?.into_values().collect();
        haves.sort();
        haves.dedup();
        let (objects, size) = if is_http(url) {
            let mut body = Vec::new();
            wants.iter().for_each(|id| body.extend(packet(&format!("want {id}\n"))));
            body.extend(b"0000");
            haves.iter().for_each(|id| body.extend(packet(&format!("have {id}\n"))));
            body.extend(packet("done\n"));
            let request = HttpRequest::new("POST", format!("{}/git-upload-pack", url.trim_end_matches('/'))).header("Content-Type", "application/x-git-upload-pack-request").body(body);
            let answer = self.ask(url, request)?;
            let (_, packed) = packets(&answer.body);
            match pack::read(&packed) {
                Some(objects) => (objects, packed.len()),
                None => return die("index-pack failed"),
            }
        } else {
            let place = self.local(url)?;
            let other = self.load(place)?;
            let ids = other.reachable(wants, &haves);
            let objects: Vec<_> = ids.iter().filter_map(|id| other.objects.get(id)).map(|(kind, body)| (*kind, body.as_ref().clone())).collect();
            let size = objects.iter().map(|(_, body)| body.len()).sum();
            (objects, size)
        };
        for (kind, body) in &objects {
            self.write_object(*kind, body)?;
        }
        Ok((objects.len(), size))
    }

    /// Sends objects and has references changed; for each the reason why not, if it was refused. Also how many objects.
    pub fn push_objects(&mut self, url: &str, updates: &[Update], theirs: &[Id]) -> Outcome<(Vec<Option<String>>, usize, usize)> {
        let own = self.load(self.place.clone())?;
        let wants: Vec<Id> = updates.iter().map(|it| it.new).filter(|id| *id != Id::ZERO).collect();
        let ids = own.reachable(&wants, theirs);
        let objects: Vec<_> = ids.iter().filter_map(|id| own.objects.get(id)).cloned().collect();
        if is_http(url) {
            let mut body = Vec::new();
            for (at, update) in updates.iter().enumerate() {
                let capabilities = if at == 0 { "\0 report-status agent=git/2.47.3" } else { "" };
                body.extend(packet(&format!("{} {} {}{capabilities}", update.old, update.new, update.name)));
            }
            body.extend(b"0000");
            let mut size = 0;
            if !wants.is_empty() {
                let packed = pack::write(objects.iter().map(|(kind, body)| (*kind, body.as_slice())));
                size = packed.len();
                body.extend(packed);
            }
            let request = HttpRequest::new("POST", format!("{}/git-receive-pack", url.trim_end_matches('/'))).header("Content-Type", "application/x-git-receive-pack-request").body(body);
            let answer = self.ask(url, request)?;
            let (lines, _) = packets(&answer.body);
            let verdict = |update: &Update| {
                let refused = format!("ng {} ", update.name);
                lines.iter().find_map(|line| line.strip_prefix(&refused)).map(|why| why.trim_end().to_owned())
            };
            return Ok((updates.iter().map(verdict).collect(), objects.len(), size));
        }
        let place = self.local(url)?;
        let size = objects.iter().map(|(_, body)| body.len()).sum();
        let count = objects.len();
        let verdicts = self.within(place, |git| {
            for (kind, body) in &objects {
                git.write_object(*kind, body)?;
            }
            let mut verdicts = Vec::new();
            for update in updates {
                let is_current = git.head()? == super::refs::Head::Branch(update.name.clone());
                verdicts.push(if git.place.root.is_some() && is_current {
                    Some("branch is currently checked out".to_owned())
                } else if update.new == Id::ZERO {
                    git.delete_ref(&update.name)?;
                    None
                } else {
                    git.write_own(&update.name, &format!("{}\n", update.new))?;
                    None
                });
            }
            Ok(verdicts)
        })?;
        Ok((verdicts, count, size))
    }
}
