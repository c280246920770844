//! Processes that run on other machines and are seen here as if they were this one's: containers that share a namespace
//! of process numbers. Each machine keeps its own; the embedder shows it the others' before it runs, and carries the
//! signals that it sends them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::files::FileSystem;
use crate::{Credentials, Machine, Namespaces, Pid, ProcessInfo, Signal, Volume, VolumeId};

/// A process as others see it.
#[derive(Clone, Debug)]
pub struct Neighbour {
    pub info: ProcessInfo,
    pub(crate) credentials: Arc<Credentials>,
    pub(crate) umask: u32,
    pub(crate) env: Arc<BTreeMap<String, String>>,
    pub(crate) cwd: String,
    pub(crate) namespaces: Namespaces,
    /// The files that it sees, if they may be looked at.
    pub(crate) root: Option<Arc<FileSystem>>,
}

impl Neighbour {
    /// A process of which nothing is known but what is listed.
    pub fn of(info: ProcessInfo) -> Self {
        let credentials = Arc::new(Credentials::user(info.uid, info.gid));
        Neighbour { info, credentials, umask: 0o022, env: Arc::default(), cwd: "/".to_owned(), namespaces: Namespaces::default(), root: None }
    }
}

/// What is the first volume that stands for the files of a neighbour; the next ones have smaller numbers.
const ROOTS: u64 = u64::MAX - 1;

impl Machine {
    /// Its own processes, to be shown to others.
    pub fn shown_to_neighbours(&self) -> Vec<Neighbour> {
        let root = Arc::new(self.files.clone());
        let shown = self.processes.iter().map(|(pid, entry)| Neighbour {
            // Terminals have their numbers for themselves.
            info: ProcessInfo { tty: None, is_in_front: false, ..self.process_info(*pid, entry) },
            credentials: entry.credentials.clone(),
            umask: entry.umask,
            env: entry.env.clone(),
            cwd: entry.cwd.clone(),
            namespaces: entry.around.namespaces,
            root: Some(root.clone()),
        });
        shown.collect()
    }

    /// Shows it the processes of others; the next process of its own gets at least this number.
    pub fn set_neighbours(&mut self, neighbours: Vec<Neighbour>, next_pid: u32) {
        self.next_pid = self.next_pid.max(next_pid);
        self.neighbours = neighbours;
    }

    /// The number of the next process.
    pub fn next_pid(&self) -> u32 {
        self.next_pid
    }

    /// The signals that its processes have sent to those of others, since the last call.
    pub fn take_signals_to_neighbours(&mut self) -> Vec<(Pid, Signal)> {
        std::mem::take(&mut self.signals_to_neighbours)
    }

    /// Shows the files of neighbours at `/proc/PID/root`, after `/proc` was made anew.
    pub(crate) fn show_roots(&mut self) {
        self.files.unmount(|mount| is_root_of_neighbour(mount.volume));
        let roots: Vec<(Pid, Arc<FileSystem>)> = self.neighbours.iter().filter_map(|it| Some((it.info.pid, it.root.clone()?))).collect();
        for ((pid, root), number) in roots.into_iter().zip(0..) {
            let volume = VolumeId(ROOTS - number);
            self.files.set_volume(volume, root.disk());
            // A machine whose `/proc` is a file has none.
            let _ = self.files.mount(&format!("/proc/{pid}/root"), volume, None, true);
        }
    }
}

/// Whether a volume stands for the files of a neighbour, which no list of mounts tells of.
pub(crate) fn is_root_of_neighbour(volume: VolumeId) -> bool {
    volume.0 <= ROOTS && volume.0 > ROOTS - (1 << 32)
}

impl FileSystem {
    /// The machine's own disk, as a volume for others to look at.
    fn disk(&self) -> Volume {
        Volume::of_tree(self.tree_of_disk().clone())
    }
}
