//! `git init`, `git clone`.

use std::collections::BTreeMap;

use super::super::failure::{Outcome, die, fail};
use super::super::options::parse;
use super::super::refs::Head;
use super::super::repository::{Git, Place};
use super::super::transport::folder_of;

/// A path without `.`, `..` and double slashes.
pub fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            other => parts.push(other),
        }
    }
    format!("/{}", parts.join("/"))
}

const DEFAULT_BRANCH_HINT: &str = "hint: Using 'master' as the name for the initial branch. This default branch name
hint: is subject to change. To configure the initial branch name to use in all
hint: of your new repositories, which will suppress this warning, call:
hint:
hint: \tgit config --global init.defaultBranch <name>
hint:
hint: Names commonly chosen instead of 'master' are 'main', 'trunk' and
hint: 'development'. The just-created branch can be renamed via this command:
hint:
hint: \tgit branch -m <name>
";

pub(super) fn init(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("init", &git.args, &["-b initial-branch=", "bare", "-q quiet"])?;
    let cwd = git.process.cwd()?;
    let folder = match options.operands.first() {
        Some(folder) if folder.starts_with('/') => clean(folder),
        Some(folder) => clean(&format!("{cwd}/{folder}")),
        None => cwd,
    };
    git.make_folders(&folder)?;
    let bare = options.has("bare");
    let place = match bare {
        true => Place { dir: folder.clone(), root: None },
        false => Place { dir: format!("{}/.git", folder.trim_end_matches('/')), root: Some(folder.clone()) },
    };
    let existed = git.process.stat(&format!("{}/HEAD", place.dir))?.is_ok();
    git.place = place.clone();
    if !existed {
        let branch = match options.value("initial-branch").map(str::to_owned).or(git.setting("init.defaultbranch")?) {
            Some(name) => name,
            None => {
                if !options.has("quiet") {
                    git.err(DEFAULT_BRANCH_HINT)?;
                }
                "master".to_owned()
            }
        };
        make(git, &place, &branch)?;
    }
    if !options.has("quiet") {
        let (did, what) = if existed { ("Reinitialized existing", "") } else { ("Initialized empty", "") };
        git.out(&format!("{did}{what} Git repository in {}/\n", place.dir))?;
    }
    Ok(0)
}

fn make(git: &mut Git<'_, '_>, place: &Place, branch: &str) -> Outcome<()> {
    git.place = place.clone();
    for folder in ["objects/info", "objects/pack", "refs/heads", "refs/tags", "hooks", "info"] {
        git.make_folders(&format!("{}/{folder}", place.dir))?;
    }
    git.write_own("HEAD", &format!("ref: refs/heads/{branch}\n"))?;
    git.write_own("description", "Unnamed repository; edit this file 'description' to name the repository.\n")?;
    git.write_own(
        "info/exclude",
        "# git ls-files --others --exclude-from=.git/info/exclude\n# Lines that start with '#' are comments.\n# For a project mostly in C, the following would be a good set of\n# exclude patterns (uncomment them if you want to use them):\n# *.[oa]\n# *~\n",
    )?;
    let logs = if place.root.is_some() { "\tbare = false\n\tlogallrefupdates = true\n" } else { "\tbare = true\n" };
    git.write_own("config", &format!("[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n{logs}"))
}

pub(super) fn clone(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("clone", &git.args, &["-b branch=", "bare", "-q quiet", "-o origin=", "depth=", "single-branch", "progress", "-c config="])?;
    let Some(url) = options.operands.first().cloned() else {
        return fail(129, "fatal: You must specify a repository to clone.\n\nusage: git clone [<options>] [--] <repo> [<dir>]\n");
    };
    let bare = options.has("bare");
    let name = options.operands.get(1).cloned().unwrap_or_else(|| if bare { format!("{}.git", folder_of(&url)) } else { folder_of(&url) });
    let cwd = git.process.cwd()?;
    let folder = if name.starts_with('/') { clean(&name) } else { clean(&format!("{cwd}/{name}")) };
    if git.process.stat(&folder)?.is_ok() && !git.process.read_dir(&folder)?.unwrap_or_default().is_empty() {
        return die(format!("destination path '{name}' already exists and is not an empty directory."));
    }
    let loud = !options.has("quiet");
    // A path that is none is told of before anything else.
    let is_path = !url.contains("://") && !url.split('/').next().is_some_and(|first| first.contains(':'));
    if is_path {
        let path = if url.starts_with('/') { url.clone() } else { clean(&format!("{cwd}/{url}")) };
        let found = git.place_at(&path)?.or(git.place_at(&format!("{path}.git"))?);
        if found.is_none() {
            let what = if git.process.stat(&path)?.is_ok() { "does not appear to be a git repository\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists." } else { "" };
            if what.is_empty() {
                return die(format!("repository '{url}' does not exist"));
            }
            return die(format!("'{url}' {what}"));
        }
    }
    if loud {
        git.err(&format!("Cloning into {}'{name}'...\n", if bare { "bare repository " } else { "" }))?;
    }
    let address = if is_path && !url.starts_with('/') { clean(&format!("{cwd}/{url}")) } else { url.clone() };
    let there = git.advertised(&address, "upload")?;
    let head = there.head.clone().unwrap_or_else(|| "refs/heads/master".to_owned());
    let wanted = match options.value("branch") {
        None => head.clone(),
        Some(branch) => {
            let full = format!("refs/heads/{branch}");
            let tag = format!("refs/tags/{branch}");
            if !there.refs.contains_key(&full) && !there.refs.contains_key(&tag) {
                return fail(128, format!("warning: Could not find remote branch {branch} to clone.\nfatal: Remote branch {branch} not found in upstream origin\n"));
            }
            if there.refs.contains_key(&full) { full } else { tag }
        }
    };
    let place = match bare {
        true => Place { dir: folder.clone(), root: None },
        false => Place { dir: format!("{folder}/.git"), root: Some(folder.clone()) },
    };
    git.make_folders(&folder)?;
    let branch = super::super::refs::short(&wanted).to_owned();
    make(git, &place, &branch)?;
    let remote = options.value("origin").unwrap_or("origin").to_owned();
    git.change_config(|file| {
        file.set(&format!("remote.{remote}.url"), &address, false);
        if !bare {
            file.set(&format!("remote.{remote}.fetch"), &format!("+refs/heads/*:refs/remotes/{remote}/*"), false);
        }
    })?;
    let mut wants: Vec<_> = there.refs.iter().filter(|(name, _)| name.starts_with("refs/heads/") || name.starts_with("refs/tags/")).map(|(_, id)| *id).collect();
    wants.sort();
    wants.dedup();
    if wants.is_empty() {
        let done = if is_path && loud { "done.\n" } else { "" };
        git.err(&format!("warning: You appear to have cloned an empty repository.\n{done}"))?;
        if !bare {
            git.change_config(|file| {
                file.set(&format!("branch.{branch}.remote"), &remote, false);
                file.set(&format!("branch.{branch}.merge"), &format!("refs/heads/{branch}"), false);
            })?;
        }
        return Ok(0);
    }
    let (count, size) = git.fetch_objects(&address, &wants)?;
    let show = loud && (git.process.is_tty(2) || options.has("progress"));
    if is_path {
        if loud {
            git.err("done.\n")?;
        }
    } else if show {
        receive_progress(git, count, size)?;
    }
    let why = format!("clone: from {address}");
    for (name, id) in &there.refs {
        match name.strip_prefix("refs/heads/") {
            Some(branch) if !bare => git.write_own(&format!("refs/remotes/{remote}/{branch}"), &format!("{id}\n"))?,
            Some(_) => git.write_own(name, &format!("{id}\n"))?,
            None if name.starts_with("refs/tags/") => git.write_own(name, &format!("{id}\n"))?,
            None => {}
        }
    }
    if bare {
        return Ok(0);
    }
    if there.refs.contains_key(&head) {
        git.write_own(&format!("refs/remotes/{remote}/HEAD"), &format!("ref: refs/remotes/{remote}/{}\n", super::super::refs::short(&head)))?;
    }
    let Some(id) = there.refs.get(&wanted).copied() else {
        git.err("warning: remote HEAD refers to nonexistent ref, unable to checkout.\n\n")?;
        return Ok(0);
    };
    let id = git.peel(id)?;
    if wanted.starts_with("refs/heads/") {
        git.set_ref(&wanted, id, &why)?;
        git.change_config(|file| {
            file.set(&format!("branch.{branch}.remote"), &remote, false);
            file.set(&format!("branch.{branch}.merge"), &wanted, false);
        })?;
    } else {
        git.set_head(&Head::Detached(id), &why)?;
    }
    let files = git.commit_files(Some(id))?;
    git.switch_files(&BTreeMap::new(), &files, "checkout", true)?;
    Ok(0)
}

/// What a server and the client say while objects come over.
pub(super) fn receive_progress(git: &mut Git<'_, '_>, count: usize, size: usize) -> Outcome<()> {
    git.err(&format!(
        "remote: Enumerating objects: {count}, done.\nremote: Counting objects: 100% ({count}/{count}), done.\nremote: Total {count} (delta 0), reused 0 (delta 0), pack-reused 0 (from 0)\nReceiving objects: 100% ({count}/{count}), {} | {}/s, done.\n",
        bytes(size),
        bytes(size)
    ))
}

pub(super) fn bytes(size: usize) -> String {
    if size < 1024 { format!("{size} bytes") } else if size < 1 << 20 { format!("{:.2} KiB", size as f64 / 1024.0) } else { format!("{:.2} MiB", size as f64 / 1_048_576.0) }
}
