//! Discovery: what the server has, asked once and kept in a file for a while.
//!
//! Models: staging/src/k8s.io/client-go/discovery, v1.36.
//! Simplified: the cache below `~/.kube/cache` is one file; it is dropped when something is not found in it.

use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::Call;
use crate::failure::{Failure, Outcome, caught, fail};
use crate::kubectl::Kubectl;
use crate::mapping::{Listed, Mapper, Mapping};
use crate::printers::json as json_printer;
use crate::unstructured::{items, text};

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json";
/// How often a server is asked that does not answer.
const ATTEMPTS: u32 = 5;
/// How long what was discovered is believed.
const BELIEVED: Duration = Duration::from_secs(6 * 3600);

/// What the file has.
#[derive(Deserialize)]
struct Cached {
    lists: Vec<Listed>,
}

#[derive(Clone, Debug)]
pub struct Discovered {
    mapper: Arc<Mapper>,
    /// It came out of the file and may be old.
    cached: bool,
}

impl Kubectl<'_, '_> {
    /// The resource types of the server.
    pub fn mapper(&mut self) -> Outcome<Arc<Mapper>> {
        if let Some(discovered) = &self.mapper {
            return Ok(discovered.mapper.clone());
        }
        let discovered = match self.read_cache()? {
            Some(mapper) => Discovered { mapper, cached: true },
            None => Discovered { mapper: self.discover()?, cached: false },
        };
        let mapper = discovered.mapper.clone();
        self.mapper = Some(discovered);
        Ok(mapper)
    }

    /// Finds something among the types; what is not there may be new, so the server is asked again.
    pub fn lookup<T>(&mut self, find: impl Fn(&Mapper) -> Option<T>) -> Outcome<Option<T>> {
        let mapper = self.mapper()?;
        let found = find(&mapper);
        if found.is_some() || !self.mapper.as_ref().is_some_and(|discovered| discovered.cached) {
            return Ok(found);
        }
        self.log_features()?;
        self.log_info(5, "discovery.go:214", "Invalidating discovery information")?;
        let mapper = self.discover()?;
        let found = find(&mapper);
        self.mapper = Some(Discovered { mapper, cached: false });
        Ok(found)
    }

    /// The type that a word means, if any. That a short name could mean others is said each time.
    pub fn type_of(&mut self, word: &str) -> Outcome<Option<Mapping>> {
        let Some(found) = self.lookup(|mapper| mapper.resource(word).cloned())? else { return Ok(None) };
        for other in self.mapper()?.other_meanings(word) {
            self.eprint(&format!("Warning: short name {word:?} could also match lower priority resource {other}\n"))?;
        }
        Ok(Some(found))
    }

    /// The type that a word means, or kubectl's complaint.
    pub fn mapping(&mut self, word: &str) -> Outcome<Mapping> {
        match self.type_of(word)? {
            Some(mapping) => Ok(mapping),
            None => fail(format!("the server doesn't have a resource type {:?}", word.split('.').next().unwrap_or_default())),
        }
    }

    /// The type of a kind that kubectl itself makes.
    pub fn mapping_of_kind(&mut self, group: &str, kind: &str) -> Outcome<Mapping> {
        match self.lookup(|mapper| mapper.kind(group, "", kind).cloned())? {
            Some(mapping) => Ok(mapping),
            None => fail(format!("no matches for kind {kind:?} in group {group:?}")),
        }
    }

    /// Learns the types, for the objects of files: a server that does not answer is asked once.
    pub(crate) fn learn_types(&mut self) -> Outcome<()> {
        if self.mapper.is_none() {
            self.mapper = Some(match self.read_cache()? {
                Some(mapper) => Discovered { mapper, cached: true },
                None => match caught(self.ask_for_types())? {
                    Ok(mapper) => Discovered { mapper, cached: false },
                    Err(failure) => {
                        if failure.is_unreachable() {
                            self.tell_unreachable(&failure)?;
                        }
                        return Err(failure.into());
                    }
                },
            });
        }
        Ok(())
    }

    /// Where files are validated, what describes the fields is asked for before anything else; a server that cannot be
    /// reached is noticed there.
    pub(crate) fn check_reachable(&mut self, validates: bool) -> Outcome<()> {
        if !validates || self.mapper.is_some() || self.validation()? != "Strict" {
            return Ok(());
        }
        match caught(self.send_for_bytes(&Call::get("/api").query("timeout", "32s")))? {
            Err(failure) if failure.is_unreachable() => fail(failure.to_string().replace("/api?", "/openapi/v2?")),
            _ => Ok(()),
        }
    }

    /// Asks the server; a server that does not answer is asked several times, and each time is told.
    pub fn discover(&mut self) -> Outcome<Arc<Mapper>> {
        let mut left = ATTEMPTS;
        loop {
            let failure = match caught(self.ask_for_types())? {
                Ok(mapper) => return Ok(mapper),
                Err(failure) if failure.is_unreachable() => failure,
                Err(Failure::Server(mut status)) if text(&status, "/reason") == "Unauthorized" => {
                    status["message"] = "the server has asked for the client to provide credentials".into();
                    Failure::Server(status)
                }
                Err(failure) => return Err(failure.into()),
            };
            self.tell_unreachable(&failure)?;
            left -= 1;
            if left == 0 {
                return Err(failure.into());
            }
        }
    }

    fn tell_unreachable(&mut self, failure: &Failure) -> Outcome<()> {
        let said = format!("couldn't get current server API group list: {failure}");
        self.log_error("memcache.go:265", &format!("\"Unhandled Error\" err={}", crate::log::value(&said)))?;
        self.log_info(3, "cached_discovery.go:120", &format!("skipped caching discovery info due to {failure}"))
    }

    fn ask_for_types(&mut self) -> Outcome<Arc<Mapper>> {
        let mut lists: Vec<Value> = Vec::new();
        let patience = if self.flags.is_set("request-timeout") { "" } else { "32s" };
        let core = self.send(&Call::get("/api").accept(AGGREGATED).maybe("timeout", patience))?;
        let groups = self.send(&Call::get("/apis").accept(AGGREGATED).maybe("timeout", patience))?;
        if text(&core, "/kind") == "APIGroupDiscoveryList" {
            lists.extend([core, groups]);
        } else {
            lists.push(self.send(&Call::get("/api/v1"))?);
            for version in items(&groups, "/groups").iter().flat_map(|group| items(group, "/versions")) {
                // A group whose server is away hides only itself.
                if let Ok(list) = caught(self.send(&Call::get(format!("/apis/{}", text(version, "/groupVersion")))))? {
                    lists.push(list);
                }
            }
        }
        self.write_cache(&lists)?;
        Ok(Arc::new(read(lists.iter().map(|list| Listed::deserialize(list).unwrap_or_default()))))
    }

    fn cache_path(&mut self) -> Outcome<Option<String>> {
        let directory = match self.flags.text("cache-dir") {
            "" => match self.process.env("HOME") {
                Some(home) => format!("{home}/.kube/cache"),
                None => return Ok(None),
            },
            given => given.to_owned(),
        };
        let server = self.connection()?.server;
        let host: String = server.split("://").last().unwrap_or_default().chars().map(|c| if c.is_ascii_alphanumeric() || c == '.' { c } else { '_' }).collect();
        Ok(Some(format!("{directory}/discovery/{host}/resources.json")))
    }

    fn read_cache(&mut self) -> Outcome<Option<Arc<Mapper>>> {
        let Some(path) = self.cache_path()? else { return Ok(None) };
        let Ok(metadata) = self.process.stat(&path)? else { return Ok(None) };
        let now = self.process.now()?;
        if now > metadata.modified + BELIEVED {
            return Ok(None);
        }
        let bytes = self.process.read_file(&path)?.unwrap_or_default();
        Ok(self.process.once("discovery", || {
            let cached: Cached = serde_json::from_slice(&bytes).ok()?;
            Some(Arc::new(read(cached.lists)))
        })?)
    }

    /// Keeps what was discovered. A disk that takes no files is no reason to fail.
    fn write_cache(&mut self, lists: &[Value]) -> Outcome<()> {
        let Some(path) = self.cache_path()? else { return Ok(()) };
        let (directory, _) = path.rsplit_once('/').unwrap_or_default();
        let mut so_far = String::new();
        for part in directory.split('/').filter(|part| !part.is_empty()) {
            so_far.push('/');
            so_far.push_str(part);
            if self.process.stat(&so_far)?.is_err() {
                let _ = self.process.mkdir(&so_far)?;
            }
        }
        let _ = self.process.write_file(&path, json_printer::compact(&json!({"lists": lists})).as_bytes(), 0o660)?;
        Ok(())
    }
}

fn read(lists: impl IntoIterator<Item = Listed>) -> Mapper {
    let mut mapper = Mapper::default();
    lists.into_iter().for_each(|list| mapper.add(list));
    mapper
}
