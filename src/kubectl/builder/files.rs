//! Files for `-f`: single ones, directories, patterns, standard input, addresses on the net.
//!
//! Models: staging/src/k8s.io/cli-runtime/pkg/resource/{builder,visitor}.go, v1.36.
//! Simplified: nothing.

use std::time::Duration;

use podarium_machine::{HttpRequest, HttpResponse, NetError};

use crate::failure::{Failure, Outcome, fail};
use crate::kubectl::Kubectl;

/// How often an address is asked at most, a second apart.
const ATTEMPTS: u32 = 3;
const REDIRECTIONS: usize = 10;
const EXTENSIONS: [&str; 3] = [".json", ".yaml", ".yml"];

/// A file that was read: how messages name it, and its bytes.
pub struct Source {
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Kubectl<'_, '_> {
    /// Reads the files of `-f`, or says what is wrong with them.
    pub(super) fn sources(&mut self, paths: &[String], recursive: bool) -> Outcome<Result<Vec<Source>, Vec<String>>> {
        let (mut sources, mut errors) = (Vec::new(), Vec::new());
        for path in paths {
            if path == "-" {
                let bytes = self.process.read_stdin_to_end()?;
                sources.push(Source { name: "STDIN".to_owned(), bytes });
            } else if path.starts_with("http://") || path.starts_with("https://") {
                if path.ends_with("://") {
                    return Err(Failure::Plain("Unable to connect to the server: http: no Host in request URL".to_owned()).into());
                }
                let bytes = self.fetch(path)?;
                sources.push(Source { name: path.clone(), bytes });
            } else {
                self.sources_at(path, recursive, &mut sources, &mut errors)?;
            }
        }
        Ok(if errors.is_empty() { Ok(sources) } else { Err(errors) })
    }

    /// What lies at an address. Errors of the server are its own and may be over in a second.
    fn fetch(&mut self, url: &str) -> Outcome<Vec<u8>> {
        let mut left = ATTEMPTS;
        loop {
            left -= 1;
            let (why, again) = match self.follow(url)? {
                Ok(response) if response.status == 200 => return Ok(response.body),
                Ok(response) => {
                    let why = format!("unable to read URL {url:?}, server reported {}, status code={}", response.status_line(), response.status);
                    (Failure::Message(why), (500..600).contains(&response.status))
                }
                Err(error) => (Failure::Connection { method: "Get".to_owned(), url: url.to_owned(), error }, true),
            };
            if !again || left == 0 {
                return Err(why.into());
            }
            self.process.sleep(Duration::from_secs(1))?;
        }
    }

    /// The answer at the end of all redirections, as Go's client follows them.
    fn follow(&mut self, url: &str) -> Outcome<Result<HttpResponse, NetError>> {
        let mut url = url.to_owned();
        for _ in 0..REDIRECTIONS {
            let response = match self.process.http(HttpRequest::get(url.as_str()).header("User-Agent", "Go-http-client/1.1"))? {
                Ok(response) => response,
                Err(error) => return Ok(Err(error)),
            };
            let location = response.header("Location").map(str::to_owned);
            let Some(location) = location.filter(|_| matches!(response.status, 301 | 302 | 303 | 307 | 308)) else { return Ok(Ok(response)) };
            let origin: String = url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
            url = if location.starts_with('/') { origin + &location } else { location };
        }
        fail(format!("Get {url:?}: stopped after {REDIRECTIONS} redirects"))
    }

    fn sources_at(&mut self, path: &str, recursive: bool, sources: &mut Vec<Source>, errors: &mut Vec<String>) -> Outcome<()> {
        let matches = if path.contains(['*', '?', '[']) { self.matching(path)? } else { vec![path.to_owned()] };
        if matches.is_empty() {
            errors.push(format!("the path {path:?} does not exist"));
        }
        for path in matches {
            let Ok(metadata) = self.process.stat(&path)? else {
                errors.push(format!("the path {path:?} does not exist"));
                continue;
            };
            let before = sources.len();
            if metadata.is_dir() {
                self.sources_in(&path, recursive, sources)?;
            } else {
                self.source(&path, sources)?;
            }
            if sources.len() == before {
                errors.push(format!("error reading [{path}]: recognized file extensions are [.json .yaml .yml]"));
            }
        }
        Ok(())
    }

    fn sources_in(&mut self, path: &str, recursive: bool, sources: &mut Vec<Source>) -> Outcome<()> {
        let names = self.process.read_dir(path)?.unwrap_or_default();
        for name in names {
            let inner = match path.trim_end_matches('/').trim_start_matches("./") {
                "." | "" => name.clone(),
                path => format!("{path}/{name}"),
            };
            let is_dir = self.process.stat(&inner)?.is_ok_and(|metadata| metadata.is_dir());
            if is_dir && recursive {
                self.sources_in(&inner, recursive, sources)?;
            } else if !is_dir && EXTENSIONS.iter().any(|extension| name.ends_with(extension)) {
                self.source(&inner, sources)?;
            }
        }
        Ok(())
    }

    fn source(&mut self, path: &str, sources: &mut Vec<Source>) -> Outcome<()> {
        if let Ok(bytes) = self.process.read_file(path)? {
            sources.push(Source { name: path.to_owned(), bytes });
        }
        Ok(())
    }

    /// The files that a pattern in the last part of a path means.
    fn matching(&mut self, pattern: &str) -> Outcome<Vec<String>> {
        let (directory, last) = pattern.rsplit_once('/').map_or((".", pattern), |(directory, last)| (directory, last));
        let names = self.process.read_dir(directory)?.unwrap_or_default();
        let prefix = if pattern.contains('/') { format!("{directory}/") } else { String::new() };
        let pattern: Vec<char> = last.chars().collect();
        let found = names.into_iter().filter(|name| matches(&pattern, &name.chars().collect::<Vec<_>>()));
        Ok(found.map(|name| format!("{prefix}{name}")).collect())
    }
}

/// Whether a name is of a shell's pattern.
pub(crate) fn matches(pattern: &[char], name: &[char]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => matches(rest, name) || (!name.is_empty() && matches(pattern, &name[1..])),
        (Some(('?', rest)), Some((_, name))) => matches(rest, name),
        (Some((expected, rest)), Some((found, name))) => expected == found && matches(rest, name),
        _ => false,
    }
}
