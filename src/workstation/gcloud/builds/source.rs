//! The source of a build: which files of a directory are sent, as one archive.
//!
//! Models: command_lib/util/gcloudignore.py and api_lib/storage/storage_util.py of gcloud 535.

use flate2::Compression;
use flate2::write::GzEncoder;
use podarium_machine::{Process, Suspend};

use crate::git::{Patterns, is_ignored};

/// What stands in `.gcloudignore` for a directory that has none but belongs to git.
const USUAL: &str = ".gcloudignore\n.git\n.gitignore\n";

/// A file or a directory below the source: path, mode, contents of a file.
type Found = (String, u32, Option<Vec<u8>>);

pub struct Source {
    pub files: usize,
    pub bytes: u64,
    /// Some file was left out because of the usual rules, of which nobody has written anything.
    pub left_out_silently: bool,
    pub archive: Vec<u8>,
}

/// The rules of a `.gcloudignore`: `#!include:.gitignore` stands for the lines of that file.
fn rules(process: &mut Process<'_>, directory: &str, text: &str) -> Result<Result<String, String>, Suspend> {
    let mut all = String::new();
    for line in text.lines() {
        let Some(name) = line.strip_prefix('#').map(str::trim_start).and_then(|line| line.strip_prefix("!include:")) else {
            all.push_str(&format!("{line}\n"));
            continue;
        };
        if name.contains('/') {
            return Ok(Err("May only include files in the same directory.".to_owned()));
        }
        let path = format!("{directory}/{name}");
        match process.read_file(&path)? {
            Ok(bytes) => all.push_str(&format!("{}\n", String::from_utf8_lossy(&bytes))),
            Err(_) => return Ok(Err(format!("Could not read ignore file [{path}]: Unable to read file [{path}]: [Errno 2] No such file or directory: '{path}'"))),
        }
    }
    Ok(Ok(all))
}

/// Collects what a build gets of a directory.
pub fn collect(process: &mut Process<'_>, directory: &str, ignore_file: Option<&str>) -> Result<Result<Source, String>, Suspend> {
    let own = process.read_file(&format!("{directory}/{}", ignore_file.unwrap_or(".gcloudignore")))?.ok();
    let is_own = own.is_some();
    let of_git = [process.stat(&format!("{directory}/.git"))?.is_ok(), process.stat(&format!("{directory}/.gitignore"))?.is_ok()];
    let text = match own {
        Some(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        None if of_git.contains(&true) => format!("{USUAL}{}", if of_git[1] { "#!include:.gitignore\n" } else { "" }),
        None => String::new(),
    };
    let ignored = match rules(process, directory, &text)? {
        Ok(rules) => [Patterns::parse("", &rules)],
        Err(why) => return Ok(Err(why)),
    };
    let (mut found, mut left_out): (Vec<Found>, bool) = (Vec::new(), false);
    let mut open = vec![String::new()];
    while let Some(below) = open.pop() {
        let Ok(names) = process.read_dir(&format!("{directory}/{below}"))? else { continue };
        for name in names {
            let path = if below.is_empty() { name } else { format!("{below}/{name}") };
            let full = format!("{directory}/{path}");
            // A link that leads nowhere is left out.
            let Ok(status) = process.stat(&full)? else { continue };
            match (is_ignored(&ignored, &path, status.is_dir()), status.is_dir()) {
                (true, is_directory) => left_out |= !is_directory,
                (false, true) => {
                    open.push(path.clone());
                    found.push((path, status.mode, None));
                }
                (false, false) => {
                    if let Ok(bytes) = process.read_file(&full)? {
                        found.push((path, status.mode, Some(bytes)));
                    }
                }
            }
        }
    }
    found.sort();
    let files = found.iter().filter_map(|(_, _, bytes)| bytes.as_ref());
    let (count, bytes) = (files.clone().count(), files.map(|bytes| bytes.len() as u64).sum());
    Ok(match pack(&found) {
        Ok(archive) => Ok(Source { files: count, bytes, left_out_silently: left_out && !is_own, archive }),
        Err(error) => Err(error.to_string()),
    })
}

fn pack(found: &[Found]) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    for (path, mode, bytes) in found {
        let mut head = tar::Header::new_gnu();
        head.set_mode(*mode);
        head.set_size(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64));
        head.set_entry_type(if bytes.is_some() { tar::EntryType::Regular } else { tar::EntryType::Directory });
        archive.append_data(&mut head, path, bytes.as_deref().unwrap_or_default())?;
    }
    archive.into_inner()?.finish()
}

/// The files of an archive.
pub fn unpack(archive: &[u8]) -> std::io::Result<Vec<Found>> {
    use std::io::Read as _;
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(archive));
    let mut found = Vec::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().trim_end_matches('/').to_owned();
        let (mode, is_directory) = (entry.header().mode()?, entry.header().entry_type().is_dir());
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        found.push((path, mode, (!is_directory).then_some(bytes)));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let found = vec![("a".to_owned(), 0o755, None), ("a/run.sh".to_owned(), 0o755, Some(b"echo".to_vec())), ("empty".to_owned(), 0o644, Some(Vec::new()))];
        let once = pack(&found).unwrap();
        assert_eq!(unpack(&once).unwrap(), found);
        assert_eq!(once, pack(&found).unwrap());
    }
}
