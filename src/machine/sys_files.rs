//! The system calls on files, and how a command line becomes a program.

use std::collections::BTreeMap;

use crate::files::{Device, join, normalize};
use crate::pipes::Target;
use crate::{Errno, Machine, Metadata, OpenMode, Program, Sys};

/// Where commands are looked for when the environment does not say.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

impl Sys<'_> {
    pub fn cwd(&self) -> &str {
        &self.entry().cwd
    }

    pub fn set_cwd(&mut self, path: &str) -> Result<(), Errno> {
        let path = normalize(&self.absolute(path));
        if !self.machine.files.stat(&path, true)?.is_dir() {
            return Err(Errno::NotDirectory);
        }
        self.entry_mut().cwd = path;
        Ok(())
    }

    /// `path` as seen from the working directory. The empty path stays empty, which no call accepts.
    pub fn absolute(&self, path: &str) -> String {
        join(&self.entry().cwd, path)
    }

    pub fn read_file(&mut self, path: &str) -> Result<Vec<u8>, Errno> {
        let inode = self.machine.files.existing(&self.absolute(path))?;
        match self.machine.files.device(inode) {
            None => self.machine.files.read_inode(inode).map(|bytes| bytes.as_ref().clone()),
            Some(Device::Null) => Ok(Vec::new()),
            Some(_) => Err(Errno::InvalidArgument),
        }
    }

    pub fn write_file(&mut self, path: &str, bytes: &[u8], mode: u32) -> Result<(), Errno> {
        let (path, now) = (self.absolute(path), self.now());
        self.machine.files.write(&path, bytes, mode, now)
    }

    pub fn append_file(&mut self, path: &str, bytes: &[u8]) -> Result<(), Errno> {
        let (path, now) = (self.absolute(path), self.now());
        let inode = self.machine.files.create(&path, 0o644, now)?;
        self.machine.files.edit(inode, now, |contents| contents.extend_from_slice(bytes))
    }

    pub fn read_dir(&self, path: &str) -> Result<Vec<String>, Errno> {
        self.machine.files.read_dir(&self.absolute(path))
    }

    pub fn stat(&self, path: &str) -> Result<Metadata, Errno> {
        self.machine.files.stat(&self.absolute(path), true)
    }

    pub fn lstat(&self, path: &str) -> Result<Metadata, Errno> {
        self.machine.files.stat(&self.absolute(path), false)
    }

    pub fn remove(&mut self, path: &str) -> Result<(), Errno> {
        let (path, now) = (self.absolute(path), self.now());
        self.machine.files.remove(&path, now)
    }

    pub fn mkdir(&mut self, path: &str) -> Result<(), Errno> {
        let (path, now) = (self.absolute(path), self.now());
        self.machine.files.mkdir(&path, now)
    }

    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), Errno> {
        let (from, to, now) = (self.absolute(from), self.absolute(to), self.now());
        self.machine.files.rename(&from, &to, now)
    }

    pub fn symlink(&mut self, target: &str, path: &str) -> Result<(), Errno> {
        let (path, now) = (self.absolute(path), self.now());
        self.machine.files.symlink(target, &path, now)
    }

    pub fn chmod(&mut self, path: &str, mode: u32) -> Result<(), Errno> {
        let path = self.absolute(path);
        self.machine.files.chmod(&path, mode)
    }

    pub fn touch(&mut self, path: &str) -> Result<(), Errno> {
        let (path, now) = (self.absolute(path), self.now());
        self.machine.files.touch(&path, now)
    }

    /// Opens a file and gives its descriptor, from 10 on.
    pub fn open(&mut self, path: &str, mode: OpenMode) -> Result<u32, Errno> {
        let (path, now) = (self.absolute(path), self.now());
        let files = &mut self.machine.files;
        let inode = match mode {
            OpenMode::Read => files.existing(&path)?,
            OpenMode::Write | OpenMode::Append | OpenMode::ReadWrite => files.create(&path, 0o644, now)?,
        };
        let target = match files.device(inode) {
            None if mode == OpenMode::Write => {
                files.set_contents(inode, Vec::new(), now)?;
                Target::File { inode, offset: 0, append: false }
            }
            None => Target::File { inode, offset: 0, append: mode == OpenMode::Append },
            Some(Device::Null) => Target::Null,
            Some(Device::Zero) => Target::Zero,
            Some(Device::Descriptor(fd)) => return self.keep_copy(fd),
            Some(Device::Terminal) => self.controlling_terminal().ok_or(Errno::NoEntry)?,
        };
        let handle = self.machine.add_description(target);
        Ok(self.add_fd(handle))
    }

    fn controlling_terminal(&self) -> Option<Target> {
        (0..3).filter(|fd| self.is_tty(*fd)).find_map(|fd| {
            Some(self.machine.descriptions[&self.handle(fd)?].target.clone())
        })
    }

    /// The file that a command name stands for: the first executable of that name in `PATH`.
    pub fn find_command(&self, name: &str, env: &BTreeMap<String, String>) -> Result<String, Errno> {
        self.machine.find_command(name, env, self.cwd())
    }
}

impl Machine {
    pub(crate) fn find_command(&self, name: &str, env: &BTreeMap<String, String>, cwd: &str) -> Result<String, Errno> {
        let check = |path: &str| {
            let found = self.files.stat(&join(cwd, path), true)?;
            match found.is_dir() || !found.is_executable() {
                true => Err(Errno::AccessDenied),
                false => Ok(path.to_owned()),
            }
        };
        if name.contains('/') {
            return check(name);
        }
        let path = env.get("PATH").map_or(DEFAULT_PATH, String::as_str);
        let mut directories = path.split(':').filter(|_| !name.is_empty());
        directories.find_map(|directory| check(&format!("{directory}/{name}")).ok()).ok_or(Errno::NoEntry)
    }

    /// Reads what a command line names: an installed program, or a script with the interpreter that its first line
    /// names (a script without one is the shell's).
    pub(crate) fn load(
        &self,
        argv: &[String],
        env: &BTreeMap<String, String>,
        cwd: &str,
    ) -> Result<(Box<dyn Program>, Vec<String>), Errno> {
        let path = self.find_command(argv.first().ok_or(Errno::InvalidArgument)?, env, cwd)?;
        let bytes = self.files.read(&join(cwd, &path))?;
        if let Some(program) = self.program_of(&bytes) {
            return Ok((program, argv.to_vec()));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| Errno::ExecFormat)?;
        let first_line = text.lines().next().unwrap_or_default();
        let mut script: Vec<String> = match first_line.strip_prefix("#!") {
            Some(interpreter) => interpreter.split_whitespace().map(str::to_owned).collect(),
            None => vec!["sh".to_owned()],
        };
        // `#!/usr/bin/env bash` and `#!/bin/bash` both end at the installed shell.
        if script.first().is_some_and(|word| word.ends_with("/env")) && script.len() > 1 {
            script.remove(0);
        }
        let interpreter = script.first_mut().ok_or(Errno::ExecFormat)?;
        let name = interpreter.rsplit('/').next().unwrap_or_default().to_owned();
        let program = self.files.read(&format!("/usr/bin/{name}")).ok().and_then(|bytes| self.program_of(&bytes));
        let program = program.ok_or(Errno::NoEntry)?;
        *interpreter = name;
        script.push(path);
        script.extend_from_slice(&argv[1..]);
        Ok((program, script))
    }
}
