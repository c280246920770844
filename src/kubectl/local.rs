//! What kubectl does on the computer that it runs on: paths as Go cleans them, ports as Linux gives them.
//!
//! Models: path.Clean and net.Listen of Go, as kubectl v1.36 uses them.
//! Simplified: nothing.

use podarium_machine::{Errno, Process, Suspend};

/// The ports that Linux gives to whoever does not care (`net.ipv4.ip_local_port_range`): the first, and how many.
const EPHEMERAL: (u16, u64) = (32768, 28232);
/// Ports below this are root's.
const FIRST_FREE: u16 = 1024;

/// A path without `.`, `..` and doubled slashes; those of a relative path stay in front. `.` for nothing.
pub(crate) fn clean_path(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if absolute || parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    match (absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// Takes a port for connections; a random one that is free for 0.
pub(crate) fn take_port(process: &mut Process<'_>, wanted: u16) -> Result<Result<u16, Errno>, Suspend> {
    loop {
        let port = match wanted {
            0 => EPHEMERAL.0 + u16::try_from(process.random_bits()? % EPHEMERAL.1).unwrap_or_default(),
            wanted => wanted,
        };
        let taken = match port < FIRST_FREE && !process.credentials().is_root() {
            true => Err(Errno::AccessDenied),
            false => process.listen_stream(port)?,
        };
        if taken.is_ok() || wanted != 0 {
            return Ok(taken.map(|()| port));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_go_cleans_them() {
        let cases = [("./a//b", "a/b"), ("/a/./b", "/a/b"), ("c", "c"), ("a/../b", "b"), ("../../a", "../../a"), ("/..", "/"), ("a/..", "."), ("", ".")];
        for (path, clean) in cases {
            assert_eq!(clean_path(path), clean, "{path}");
        }
    }
}
