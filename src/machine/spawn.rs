//! How a process is started: what a parent hands to its child.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{Credentials, Pid, Surroundings};

/// A child to start. What is not said is inherited.
#[derive(Clone, Debug, Default)]
pub struct Spawn {
    /// The command line; its first word is looked up in `PATH` unless it has a slash.
    pub argv: Vec<String>,
    /// The whole environment, or the parent's.
    pub env: Option<Arc<BTreeMap<String, String>>>,
    pub cwd: Option<String>,
    /// The child's descriptors as (child's number, parent's number), or the parent's 0, 1 and 2.
    pub fds: Option<Vec<(u32, u32)>>,
    pub group: Group,
    /// Another user for the child, as `su` and `sudo` give it.
    pub credentials: Option<Credentials>,
    /// Another root or other namespaces, as `chroot` and `nsenter` give them.
    pub around: Option<Surroundings>,
}

/// The process group of a child: whom Ctrl-C on the terminal reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Group {
    #[default]
    Parent,
    /// A new one that the child leads.
    Own,
    Of(Pid),
}

impl Spawn {
    pub fn new(argv: &[impl AsRef<str>]) -> Self {
        Spawn { argv: argv.iter().map(|word| word.as_ref().to_owned()).collect(), ..Spawn::default() }
    }

    /// Gives the child the parent's descriptor `parent` as `child`. The first call replaces the inherited 0, 1 and 2 by
    /// a copy that is then changed.
    #[must_use]
    pub fn fd(mut self, child: u32, parent: u32) -> Self {
        let fds = self.fds.get_or_insert_with(|| vec![(0, 0), (1, 1), (2, 2)]);
        fds.retain(|(number, _)| *number != child);
        fds.push((child, parent));
        self
    }

    #[must_use]
    pub fn cwd(mut self, path: &str) -> Self {
        self.cwd = Some(path.to_owned());
        self
    }
}
