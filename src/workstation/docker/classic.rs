//! How docker built before BuildKit, and still does where nobody turned BuildKit on: `Step 2/4 : RUN make`.
//!
//! Models: builder/dockerfile of moby, v20.10, which Cloud Build's docker builder is.
//! Simplified: the layers of a base image come one after the other.

use podarium_cluster::images::Reference;
use serde_json::{Value, json};

use super::build::shown;
use super::store::{Stored, sha256, short};

/// What is said of a build that goes on step by step.
#[derive(Clone, Debug, Default)]
pub struct Classic {
    /// Steps that were begun.
    begun: usize,
    /// What the last one says when it is over, without the image that it made.
    before: String,
    made: Option<String>,
}

/// A piece of what the client prints.
fn stream(text: String) -> Value {
    json!({ "stream": text })
}

/// What a classic build is refused with.
pub fn refused(text: &str) -> Value {
    json!({ "refused": text })
}

/// The container that an instruction runs in, before it is made into an image.
fn container(chain: &str) -> String {
    short(&sha256(format!("{chain} container").as_bytes())).to_owned()
}

impl Classic {
    /// The next step begins; the one before has ended.
    pub fn begin(&mut self, total: usize, text: &str) -> Value {
        self.begun += 1;
        let before = self.end();
        stream(format!("{before}Step {}/{total} : {text}\n", self.begun))
    }

    fn end(&mut self) -> String {
        let made = self.made.take().map(|id| format!(" ---> {id}\n")).unwrap_or_default();
        std::mem::take(&mut self.before) + &made
    }

    /// The step runs in a container.
    pub fn runs(&mut self, chain: &str) -> Value {
        let container = container(chain);
        self.before = format!("Removing intermediate container {container}\n");
        stream(format!(" ---> Running in {container}\n"))
    }

    /// The step was done before.
    pub fn cached(&mut self) {
        self.before = " ---> Using cache\n".to_owned();
    }

    /// What the step has come to.
    pub fn made(&mut self, id: &str) {
        self.made = Some(short(id).to_owned());
    }

    pub fn says(&self, line: &str) -> Value {
        stream(format!("{line}\n"))
    }

    /// All is done.
    pub fn done(&mut self, id: &str, tags: &[String]) -> Value {
        self.made(id);
        let tagged: String = tags.iter().filter_map(|tag| Reference::parse(tag).ok()).map(|name| format!("Successfully tagged {}\n", shown(&name))).collect();
        stream(format!("{}Successfully built {}\n{tagged}", self.end(), short(id)))
    }
}

/// What is said at the begin and at the end of pulling a base image, of which these layers are missing.
pub fn pull(name: &Reference, stored: &Stored, is_missing: impl Fn(&str) -> bool) -> (Value, Value) {
    let (begin, end) = pull_texts(name, stored, is_missing);
    (stream(begin), stream(end))
}

fn pull_texts(name: &Reference, stored: &Stored, is_missing: impl Fn(&str) -> bool) -> (String, String) {
    let layers: Vec<(&str, bool)> = stored.layers.iter().map(|layer| (short(&layer.digest), is_missing(&layer.digest))).collect();
    let mut begin = format!("{}: Pulling from {}\n", name.version, name.repository);
    for (id, missing) in &layers {
        begin.push_str(&format!("{id}: {}\n", if *missing { "Pulling fs layer" } else { "Already exists" }));
    }
    let mut end = String::new();
    let fresh = || layers.iter().filter(|(_, missing)| *missing).map(|(id, _)| id);
    for id in fresh() {
        end.push_str(&format!("{id}: Verifying Checksum\n{id}: Download complete\n"));
    }
    for id in fresh() {
        end.push_str(&format!("{id}: Pull complete\n"));
    }
    end.push_str(&format!("Digest: {}\nStatus: Downloaded newer image for {}\n", stored.manifest_digest(), shown(name)));
    (begin, end)
}

/// Everything that is said while an image is pulled of which nothing is there.
pub fn pull_text(name: &Reference, stored: &Stored) -> String {
    let (begin, end) = pull_texts(name, stored, |_| true);
    begin + &end
}
