//! The system calls on files, and how a command line becomes a program.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_sim::Time;

use crate::credentials::{EXECUTE, READ, SUPERUSER};
use crate::mount_table::MountRow;
use crate::pipes::Target;
use crate::tree::Device;
use crate::walk::{Access, Look, Place, join, normalize};
use crate::{Credentials, Errno, FileBytes, Pid, Machine, Metadata, OpenMode, Program, Sys};

/// Where commands are looked for when the environment does not say.
pub(crate) const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

impl Sys<'_> {
    pub fn cwd(&self) -> &str {
        &self.entry().cwd
    }

    pub fn set_cwd(&mut self, path: &str) -> Result<(), Errno> {
        let path = normalize(&self.absolute(path));
        self.look_at(&path, |look| {
            if !look.stat(&path, true)?.is_dir() {
                return Err(Errno::NotDirectory);
            }
            look.check(look.existing(&path)?, EXECUTE)
        })?;
        self.entry_mut().cwd = path;
        Ok(())
    }

    /// `path` as seen from the working directory. The empty path stays empty, which no call accepts.
    pub fn absolute(&self, path: &str) -> String {
        join(&self.entry().cwd, path)
    }

    /// Looks at the files as the process's user. What the kernel makes up is made when it is asked for.
    fn look_at<T>(&mut self, path: &str, look: impl FnOnce(Look<'_>) -> T) -> T {
        self.machine.show_processes(path, self.pid());
        look(Look { trees: &self.machine.files, by: &self.entry().credentials, root: self.entry().around.root })
    }

    /// Changes files as the process's user. The mode of what is new passes the mask.
    fn change<T>(&mut self, change: impl FnOnce(&mut Access<'_>) -> Result<T, Errno>) -> Result<T, Errno> {
        let credentials = self.entry().credentials.clone();
        let (now, root) = (self.machine.now, self.entry().around.root);
        change(&mut Access { trees: &mut self.machine.files, by: &credentials, root, now })
    }

    pub fn read_file(&mut self, path: &str) -> Result<Vec<u8>, Errno> {
        let path = self.absolute(path);
        self.look_at(&path, |look| {
            let place = look.existing(&path)?;
            match look.device(place)? {
                None => look.read(&path).map(|bytes| bytes.as_ref().clone()),
                Some(Device::Null) => Ok(Vec::new()),
                Some(_) => Err(Errno::InvalidArgument),
            }
        })
    }

    pub fn write_file(&mut self, path: &str, bytes: &[u8], mode: u32) -> Result<(), Errno> {
        let (path, mode) = (self.absolute(path), mode & !self.umask());
        self.change(|by| by.write(&path, bytes.to_vec().into(), mode))
    }

    pub fn append_file(&mut self, path: &str, bytes: &[u8]) -> Result<(), Errno> {
        let (path, mode) = (self.absolute(path), 0o666 & !self.umask());
        self.change(|by| {
            let (file, now) = (by.create(&path, mode)?, by.now);
            by.trees.tree_mut(file.volume)?.write(file.inode, None, bytes, now).map(|_| ())
        })
    }

    pub fn read_dir(&mut self, path: &str) -> Result<Vec<String>, Errno> {
        let path = self.absolute(path);
        self.look_at(&path, |look| look.read_dir(&path))
    }

    pub fn stat(&mut self, path: &str) -> Result<Metadata, Errno> {
        let path = self.absolute(path);
        self.look_at(&path, |look| look.stat(&path, true))
    }

    pub fn lstat(&mut self, path: &str) -> Result<Metadata, Errno> {
        let path = self.absolute(path);
        self.look_at(&path, |look| look.stat(&path, false))
    }

    /// Whether the process may read (4), write (2), execute (1) what is there.
    pub fn access(&mut self, path: &str, wanted: u32) -> Result<(), Errno> {
        let path = self.absolute(path);
        self.look_at(&path, |look| look.check(look.existing(&path)?, wanted))
    }

    pub fn remove(&mut self, path: &str) -> Result<(), Errno> {
        let path = self.absolute(path);
        let file = self.change(|by| by.remove(&path))?;
        self.machine.forget_unless_open(file);
        Ok(())
    }

    pub fn mkdir(&mut self, path: &str) -> Result<(), Errno> {
        let (path, mode) = (self.absolute(path), 0o777 & !self.umask());
        self.change(|by| by.mkdir(&path, mode))
    }

    pub fn rename(&mut self, from: &str, to: &str) -> Result<(), Errno> {
        let (from, to) = (self.absolute(from), self.absolute(to));
        if let Some(replaced) = self.change(|by| by.rename(&from, &to))? {
            self.machine.forget_unless_open(replaced);
        }
        Ok(())
    }

    pub fn symlink(&mut self, target: &str, path: &str) -> Result<(), Errno> {
        let path = self.absolute(path);
        self.change(|by| by.symlink(target, &path))
    }

    /// A second name for a file.
    pub fn link(&mut self, from: &str, to: &str) -> Result<(), Errno> {
        let (from, to) = (self.absolute(from), self.absolute(to));
        self.change(|by| by.link(&from, &to))
    }

    pub fn chmod(&mut self, path: &str, mode: u32) -> Result<(), Errno> {
        let path = self.absolute(path);
        self.change(|by| by.chmod(&path, mode))
    }

    /// Changes owner, group or both.
    pub fn chown(&mut self, path: &str, uid: Option<u32>, gid: Option<u32>, follow: bool) -> Result<(), Errno> {
        let path = self.absolute(path);
        self.change(|by| by.chown(&path, uid, gid, follow))
    }

    pub fn touch(&mut self, path: &str) -> Result<(), Errno> {
        let now = self.now();
        self.set_modified(path, now)
    }

    pub fn set_modified(&mut self, path: &str, time: Time) -> Result<(), Errno> {
        let path = self.absolute(path);
        self.change(|by| by.set_modified(&path, time))
    }

    /// Opens a file and gives its descriptor, from 10 on.
    pub fn open(&mut self, path: &str, mode: OpenMode) -> Result<u32, Errno> {
        let (path, now, bits) = (self.absolute(path), self.now(), 0o666 & !self.umask());
        if let Some((pid, fd)) = self.descriptor_named(&path) {
            return self.keep_copy_of(pid, fd);
        }
        let file = match mode {
            OpenMode::Read => self.look_at(&path, |look| {
                let place = look.existing(&path)?;
                look.check(place, READ).map(|()| look.id(place))
            })?,
            OpenMode::Write | OpenMode::Append | OpenMode::ReadWrite => self.change(|by| by.create(&path, bits))?,
        };
        let files = &mut self.machine.files;
        let target = match files.device_of(file) {
            None if mode == OpenMode::Write => {
                files.set_bytes(file, FileBytes::default(), now)?;
                Target::File { file, offset: 0, append: false }
            }
            None if file.volume == Some(crate::procfs::PROC) => Target::Text(Arc::clone(files.bytes(file)?), 0),
            None => Target::File { file, offset: 0, append: mode == OpenMode::Append },
            Some(Device::Null) => Target::Null,
            Some(Device::Zero) => Target::Zero,
            Some(Device::Full) => Target::Full,
            Some(Device::Random) => Target::Random,
            Some(Device::Descriptor(fd)) => return self.keep_copy(fd),
            Some(Device::Terminal) => self.controlling_terminal().ok_or(Errno::NoDevice)?,
        };
        let handle = self.machine.add_description(target);
        Ok(self.add_fd(handle))
    }

    /// Whose descriptor a path names: `/proc/1/fd/2`.
    fn descriptor_named(&self, path: &str) -> Option<(Pid, u32)> {
        let path = normalize(path);
        let (process, fd) = path.strip_prefix("/proc/")?.split_once("/fd/")?;
        let pid = if process == "self" { self.pid() } else { Pid(process.parse().ok()?) };
        Some((pid, fd.parse().ok()?))
    }

    /// A descriptor of one's own, from 10 on, for what a process's descriptor leads to.
    fn keep_copy_of(&mut self, pid: Pid, fd: u32) -> Result<u32, Errno> {
        let entry = self.machine.processes.get(&pid).ok_or(Errno::NoEntry)?;
        if !self.entry().credentials.may_trace(&entry.credentials) {
            return Err(Errno::AccessDenied);
        }
        let handle = *entry.fds.get(&fd).ok_or(Errno::NoEntry)?;
        self.machine.retain(handle);
        Ok(self.add_fd(handle))
    }

    /// All file systems, as they are seen from the process's root.
    pub(crate) fn mounts(&self) -> Vec<MountRow> {
        self.machine.mount_rows(self.entry().around.root)
    }

    fn controlling_terminal(&self) -> Option<Target> {
        (0..3).filter(|fd| self.is_tty(*fd)).find_map(|fd| {
            Some(self.machine.descriptions[&self.handle(fd)?].target.clone())
        })
    }

    /// The file that a command name stands for: the first executable of that name in `PATH`.
    pub fn find_command(&self, name: &str, env: &BTreeMap<String, String>) -> Result<String, Errno> {
        self.machine.find_command(name, env, self.cwd(), &self.entry().credentials, self.entry().around.root)
    }
}

impl Machine {
    pub(crate) fn find_command(
        &self,
        name: &str,
        env: &BTreeMap<String, String>,
        cwd: &str,
        by: &Credentials,
        root: Place,
    ) -> Result<String, Errno> {
        let look = Look { trees: &self.files, by, root };
        let check = |path: &str| {
            let place = look.existing(&join(cwd, path))?;
            match look.tree_of(place)?.is_directory(place.inode) || !look.may(place, EXECUTE) {
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
        by: &Credentials,
        root: Place,
    ) -> Result<(Box<dyn Program>, Vec<String>), Errno> {
        let read = |path: &str| Look { trees: &self.files, by: &SUPERUSER, root }.read(&join(cwd, path)).cloned();
        let path = self.find_command(argv.first().ok_or(Errno::InvalidArgument)?, env, cwd, by, root)?;
        let bytes = read(&path)?;
        if let Some(program) = self.program_of(&bytes, root) {
            return Ok((program, argv.to_vec()));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| Errno::ExecFormat)?;
        let first_line = text.lines().next().unwrap_or_default();
        let mut script: Vec<String> = match first_line.strip_prefix("#!") {
            Some(interpreter) => interpreter.split_whitespace().map(str::to_owned).collect(),
            None if text.starts_with('\u{7f}') => return Err(Errno::ExecFormat),
            None => vec!["/bin/sh".to_owned()],
        };
        // `#!/usr/bin/env bash` and `#!/bin/bash` both end at the installed shell.
        if script.first().is_some_and(|word| word.ends_with("/env")) && script.len() > 1 {
            script.remove(0);
        }
        let interpreter = script.first_mut().ok_or(Errno::ExecFormat)?;
        let found = self.find_command(interpreter, env, cwd, by, root).and_then(|path| read(&path));
        let program = found.ok().and_then(|bytes| self.program_of(&bytes, root)).ok_or(Errno::NoEntry)?;
        *interpreter = interpreter.rsplit('/').next().unwrap_or_default().to_owned();
        script.push(path);
        script.extend_from_slice(&argv[1..]);
        Ok((program, script))
    }
}
