//! Which files COPY and ADD mean.

use std::sync::Arc;

use podarium_machine::Machine;

/// A file: path, mode, contents.
pub type Picked = (String, u32, Arc<Vec<u8>>);

/// The numbers of a user and a group, as `USER` and `--chown` name them.
pub fn owner_ids(owner: &str, machine: &Machine) -> (u32, u32) {
    let read = |path: &str| machine.files.read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let (user, group) = owner.split_once(':').map_or((owner, None), |(user, group)| (user, Some(group)));
    let find = |path: &str, name: &str| {
        let text = read(path);
        let line = text.lines().find(|line| line.split(':').next() == Some(name)).map(str::to_owned)?;
        let fields: Vec<&str> = line.split(':').collect();
        Some((fields.get(2)?.parse().ok()?, fields.get(3).and_then(|group| group.parse().ok()).unwrap_or(0)))
    };
    let (uid, gid) = user.parse().map(|uid: u32| (uid, 0)).ok().or_else(|| find("/etc/passwd", user)).unwrap_or((0, 0));
    let gid = group.and_then(|group| group.parse().ok().or_else(|| find("/etc/group", group).map(|(gid, _): (u32, u32)| gid))).unwrap_or(gid);
    (uid, gid)
}

/// The files of the context that a source names, by their names at the destination.
pub fn from_context(files: &[Picked], source: &str) -> Vec<Picked> {
    let source = source.trim_start_matches('/').trim_start_matches("./").trim_end_matches('/');
    let source = if source == "." { "" } else { source };
    select(files.iter().map(|(path, mode, bytes)| (path.clone(), *mode, bytes.clone())), source)
}

/// The files of a disk that a source names, by their names at the destination.
pub fn from_disk(machine: &Machine, source: &str) -> Vec<Picked> {
    fn walk(machine: &Machine, path: &str, out: &mut Vec<Picked>) {
        let Ok(found) = machine.files.stat(path, true) else { return };
        if !found.is_dir() {
            return out.extend(machine.files.read_shared(path).map(|bytes| (path.trim_start_matches('/').to_owned(), found.mode, bytes)));
        }
        for name in machine.files.read_dir(path).unwrap_or_default() {
            walk(machine, &format!("{}/{name}", path.trim_end_matches('/')), out);
        }
    }
    let mut files = Vec::new();
    walk(machine, &format!("/{}", source.trim_start_matches('/')), &mut files);
    select(files.into_iter(), source.trim_matches('/'))
}

fn select(files: impl Iterator<Item = Picked>, source: &str) -> Vec<Picked> {
    files
        .filter_map(|(path, mode, bytes)| {
            let name = match source {
                "" => path.clone(),
                source if path == source => path.rsplit('/').next().unwrap_or(&path).to_owned(),
                source if source.contains('*') || source.contains('?') => {
                    if !matches(source, &path) {
                        return None;
                    }
                    path.rsplit('/').next().unwrap_or(&path).to_owned()
                }
                source => path.strip_prefix(source)?.strip_prefix('/')?.to_owned(),
            };
            Some((name, mode, bytes))
        })
        .collect()
}

/// `*.js`: a pattern whose stars stay within one name.
pub fn matches(pattern: &str, path: &str) -> bool {
    fn go(pattern: &[u8], path: &[u8]) -> bool {
        match (pattern.first(), path.first()) {
            (None, None) => true,
            (Some(b'*'), _) if pattern.get(1) == Some(&b'*') => (0..=path.len()).any(|skip| go(pattern[2..].strip_prefix(b"/").unwrap_or(&pattern[2..]), &path[skip..])),
            (Some(b'*'), _) => go(&pattern[1..], path) || path.first().is_some_and(|c| *c != b'/') && go(pattern, &path[1..]),
            (Some(b'?'), Some(c)) if *c != b'/' => go(&pattern[1..], &path[1..]),
            (Some(a), Some(b)) if a == b => go(&pattern[1..], &path[1..]),
            _ => false,
        }
    }
    go(pattern.as_bytes(), path.as_bytes())
}
