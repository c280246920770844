//! `stat`: everything that is known about a file.

use super::arguments::{self, Options};
use super::clock::Clock;
use super::list::mode;
use crate::users::Names;
use crate::{FileKind, Metadata, Process, Suspend};

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let long = &[("dereference", 'L'), ("format", 'c'), ("printf", 'p'), ("terse", 't'), ("file-system", 'f')];
    let arguments = match arguments::read(process, &Options::new("Lc:p:", long).lacking(&["t", "f", "terse", "file-system", "cached"]))? {
        Ok(arguments) => arguments,
        Err(status) => return Ok(status),
    };
    if arguments.operands.is_empty() {
        return arguments::wrong_use(process, "stat", "missing operand", 1);
    }
    let (names, clock) = (Names::read(process)?, Clock::read(process)?);
    let mut status = 0;
    for path in &arguments.operands {
        let found = match if arguments.has('L') { process.stat(path)? } else { process.lstat(path)? } {
            Ok(found) => found,
            Err(error) => {
                process.eprint(&format!("stat: cannot statx '{path}': {error}\n"))?;
                status = 1;
                continue;
            }
        };
        let file = File { path, found: &found, names: &names, clock };
        let text = match (arguments.value('c'), arguments.value('p')) {
            (Some(format), _) => file.format(format).map(|line| line + "\n"),
            (None, Some(format)) => {
                let (format, _) = crate::programs::unescape(format, crate::programs::Escapes::Printf);
                file.format(&format)
            }
            (None, None) => Ok(file.describe()),
        };
        match text {
            Ok(text) => process.print(&text)?,
            Err(directive) => return arguments::not_simulated(process, &format!("stat -c %{directive}")),
        }
    }
    Ok(status)
}

struct File<'a> {
    path: &'a str,
    found: &'a Metadata,
    names: &'a Names,
    clock: Clock,
}

impl File<'_> {
    fn kind(&self) -> &'static str {
        match self.found.kind {
            FileKind::File if self.found.size == 0 => "regular empty file",
            FileKind::File => "regular file",
            FileKind::Directory => "directory",
            FileKind::Symlink => "symbolic link",
            FileKind::Device => "character special file",
        }
    }

    fn blocks(&self) -> u64 {
        match self.found.kind {
            FileKind::File | FileKind::Directory => self.found.size.div_ceil(4096) * 8,
            FileKind::Symlink | FileKind::Device => 0,
        }
    }

    /// The number of the file system: the disk, then the volumes.
    fn device(&self) -> u64 {
        self.found.volume.map_or(0, |volume| volume.0.wrapping_add(1) & 0xff)
    }

    fn time(&self) -> String {
        self.clock.format(self.found.modified, "%Y-%m-%d %H:%M:%S.%9f +0000")
    }

    fn quoted(&self) -> String {
        let arrow = self.found.target.as_ref().map_or(String::new(), |target| format!(" -> '{target}'"));
        format!("'{}'{arrow}", self.path)
    }

    fn describe(&self) -> String {
        let found = self.found;
        let arrow = found.target.as_ref().map_or(String::new(), |target| format!(" -> {target}"));
        let time = self.time();
        format!(
            "  File: {}{arrow}\n  Size: {:<10}\tBlocks: {:<10} IO Block: 4096   {}\nDevice: 0,{}\tInode: {:<11} Links: {}\nAccess: ({:04o}/{})  Uid: ({:>5}/{:>8})   Gid: ({:>5}/{:>8})\nAccess: {time}\nModify: {time}\nChange: {time}\n Birth: -\n",
            self.path,
            found.size,
            self.blocks(),
            self.kind(),
            self.device(),
            found.inode,
            found.links,
            found.mode,
            mode(found),
            found.uid,
            self.names.user(found.uid).map_or("UNKNOWN", |user| &user.name),
            found.gid,
            self.names.group(found.gid).map_or("UNKNOWN", |group| &group.name),
        )
    }

    fn format(&self, format: &str) -> Result<String, char> {
        let found = self.found;
        let mut out = String::new();
        let mut chars = format.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            let text = match chars.next() {
                None | Some('%') => "%".to_owned(),
                Some('a') => format!("{:o}", found.mode),
                Some('A') => mode(found),
                Some('b') => self.blocks().to_string(),
                Some('B') => "512".to_owned(),
                Some('d') => self.device().to_string(),
                Some('F') => self.kind().to_owned(),
                Some('g') => found.gid.to_string(),
                Some('G') => self.names.group(found.gid).map_or("UNKNOWN".to_owned(), |group| group.name.clone()),
                Some('h') => found.links.to_string(),
                Some('i') => found.inode.to_string(),
                Some('n') => self.path.to_owned(),
                Some('N') => self.quoted(),
                Some('o') => "4096".to_owned(),
                Some('s') => found.size.to_string(),
                Some('t' | 'T') => "0".to_owned(),
                Some('u') => found.uid.to_string(),
                Some('U') => self.names.user(found.uid).map_or("UNKNOWN".to_owned(), |user| user.name.clone()),
                Some('w') => "-".to_owned(),
                Some('W') => "0".to_owned(),
                Some('x' | 'y' | 'z') => self.time(),
                Some('X' | 'Y' | 'Z') => (self.clock.unix_nanos(found.modified) / 1_000_000_000).to_string(),
                Some(other) => return Err(other),
            };
            out.push_str(&text);
        }
        Ok(out)
    }
}
