//! `ipcs`: what programs share by System V IPC. No program that is simulated shares anything so: there are only headings, and
//! limits.

use super::arguments::{self, Options};
use crate::{Process, Suspend};

const QUEUES: &str = "\n------ Message Queues --------\nkey        msqid      owner      perms      used-bytes   messages    \n";
const SEGMENTS: &str = "\n------ Shared Memory Segments --------\nkey        shmid      owner      perms      bytes      nattch     status      \n";
const SEMAPHORES: &str = "\n------ Semaphore Arrays --------\nkey        semid      owner      perms      nsems     \n";
const LIMITS: [(char, &str); 3] = [
    ('q', "\n------ Messages Limits --------\nmax queues system wide = 32000\nmax size of message (bytes) = 8192\ndefault max size of queue (bytes) = 16384\n"),
    ('m', "\n------ Shared Memory Limits --------\nmax number of segments = 4096\nmax seg size (kbytes) = 18014398509465599\nmax total shared memory (kbytes) = 18446744073709551612\nmin seg size (bytes) = 1\n"),
    ('s', "\n------ Semaphore Limits --------\nmax number of arrays = 32000\nmax semaphores per array = 32000\nmax semaphores system wide = 1024000000\nmax ops per semop call = 500\nsemaphore max value = 32767\n"),
];

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[("shmems", 'm'), ("queues", 'q'), ("semaphores", 's'), ("all", 'a'), ("limits", 'l')];
    let lacking = &["i", "t", "p", "c", "u", "b", "id", "time", "pid", "creator", "summary", "human", "bytes"];
    let arguments = match arguments::read(process, &Options::new("mqsal", long).lacking(lacking))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    let all = !['m', 'q', 's'].into_iter().any(|kind| arguments.has(kind));
    let tables = if arguments.has('l') { LIMITS } else { [('q', QUEUES), ('m', SEGMENTS), ('s', SEMAPHORES)] };
    let shown: String = tables.into_iter().filter(|(kind, _)| all || arguments.has(*kind)).map(|(_, text)| text).collect();
    process.print(&format!("{shown}\n"))?;
    Ok(0)
}
