//! `git add`, `git rm`, `git mv`.

use super::super::failure::{Outcome, die, fail};
use super::super::object::{Kind, id_of};
use super::super::options::parse;
use super::super::patch::quoted;
use super::super::repository::Git;
use super::super::worktree::fits;

pub(super) fn add(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("add", &git.args, &["-A all", "-u update", "-v verbose", "-n dry-run", "-f force", "-N intent-to-add", "no-all"])?;
    let arguments = options.all();
    let whole = options.has("all") || options.has("update");
    if arguments.is_empty() && !whole {
        git.err("Nothing specified, nothing added.\nhint: Maybe you wanted to say 'git add .'?\nhint: Disable this message with \"git config advice.addEmptyPathspec false\"\n")?;
        return Ok(0);
    }
    let mut asked = Vec::new();
    for argument in &arguments {
        asked.push((argument.clone(), git.below_root(argument)?));
    }
    if asked.is_empty() {
        asked.push((String::new(), String::new()));
    }
    let mut index = git.index()?;
    let untracked = git.untracked(&index, true, true)?;
    let mut paths = Vec::new();
    for (argument, pattern) in &asked {
        let known: Vec<String> = index.paths().into_iter().filter(|path| fits(pattern, path)).collect();
        let fresh: Vec<String> = untracked.paths.iter().filter(|path| !options.has("update") && fits(pattern, path)).cloned().collect();
        if known.is_empty() && fresh.is_empty() {
            let exists = git.read_work(pattern)?.is_some();
            let is_folder = pattern.is_empty() || git.process.stat(&format!("{}/{pattern}", git.root()?))?.is_ok_and(|it| it.is_dir());
            if exists && !options.has("force") {
                return fail(
                    1,
                    format!(
                        "The following paths are ignored by one of your .gitignore files:\n{}\nhint: Use -f if you really want to add them.\nhint: Disable this message with \"git config advice.addIgnoredFile false\"\n",
                        untracked.ignored.iter().find(|it| it.trim_end_matches('/') == pattern || pattern.starts_with(it.as_str())).map_or(argument.as_str(), |it| it.trim_end_matches('/'))
                    ),
                );
            }
            if exists {
                paths.push(pattern.clone());
            } else if !is_folder && !whole {
                return die(format!("pathspec '{argument}' did not match any files"));
            }
        }
        paths.extend(known.into_iter().chain(fresh));
    }
    paths.sort();
    paths.dedup();
    for path in paths {
        if path.ends_with('/') {
            return die(format!("adding embedded git repository: {path} is not simulated"));
        }
        let known = index.has(&path);
        let Some((mode, bytes)) = git.read_work(&path)? else {
            if known {
                index.remove(&path);
                if options.has("verbose") || options.has("dry-run") {
                    git.out(&format!("remove '{path}'\n"))?;
                }
            }
            continue;
        };
        let same = index.get(&path).is_some_and(|entry| entry.mode == mode && entry.id == id_of(Kind::Blob, &bytes) && !entry.intent_to_add);
        if same {
            continue;
        }
        if options.has("verbose") || options.has("dry-run") {
            git.out(&format!("add '{path}'\n"))?;
        }
        if options.has("dry-run") {
            continue;
        }
        if let Some(mut entry) = git.stage(&path)? {
            if options.has("intent-to-add") {
                if known {
                    continue;
                }
                entry.intent_to_add = true;
                entry.id = git.write_object(Kind::Blob, b"")?;
                entry.size = 0;
            }
            index.insert(&path, entry);
        }
    }
    if !options.has("dry-run") {
        git.write_index(&index)?;
    }
    Ok(0)
}

pub(super) fn rm(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("rm", &git.args, &["-r", "-f force", "cached", "-q quiet", "-n dry-run", "ignore-unmatch"])?;
    let arguments = options.all();
    if arguments.is_empty() {
        return die("No pathspec was given. Which files should I remove?");
    }
    let mut index = git.index()?;
    let head = git.head_commit()?;
    let committed = git.commit_files(head)?;
    let mut paths = Vec::new();
    for argument in &arguments {
        let pattern = git.below_root(argument)?;
        let found: Vec<String> = index.paths().into_iter().filter(|path| fits(&pattern, path)).collect();
        if found.is_empty() && !options.has("ignore-unmatch") {
            return die(format!("pathspec '{argument}' did not match any files"));
        }
        if found.iter().any(|path| *path != pattern) && !options.has("r") && !pattern.contains(['*', '?']) {
            return die(format!("not removing '{argument}' recursively without -r"));
        }
        paths.extend(found);
    }
    paths.sort();
    paths.dedup();
    let (mut both, mut staged, mut local) = (Vec::new(), Vec::new(), Vec::new());
    for path in paths.iter().filter(|_| !options.has("force")) {
        let Some(entry) = index.get(path) else { continue };
        let differs_head = committed.get(path) != Some(&(entry.mode, entry.id));
        let id = entry.id;
        let differs_work = git.read_work(path)?.is_some_and(|(_, bytes)| id_of(Kind::Blob, &bytes) != id);
        match (differs_head, differs_work) {
            (true, true) => both.push(path.clone()),
            (true, false) if !options.has("cached") => staged.push(path.clone()),
            (false, true) if !options.has("cached") => local.push(path.clone()),
            _ => {}
        }
    }
    let mut text = String::new();
    for (found, one, many, hint) in [
        (&both, "file has staged content different from both the\nfile and the HEAD:", "files have staged content different from both the\nfile and the HEAD:", "(use -f to force removal)"),
        (&staged, "file has changes staged in the index:", "files have changes staged in the index:", "(use --cached to keep the file, or -f to force removal)"),
        (&local, "file has local modifications:", "files have local modifications:", "(use --cached to keep the file, or -f to force removal)"),
    ] {
        if !found.is_empty() {
            let list: String = found.iter().map(|path| format!("    {path}\n")).collect();
            text.push_str(&format!("error: the following {}\n{list}{hint}\n", if found.len() == 1 { one } else { many }));
        }
    }
    if !text.is_empty() {
        return fail(1, text);
    }
    for path in &paths {
        if !options.has("quiet") {
            git.out(&format!("rm '{}'\n", quoted(path)))?;
        }
        if options.has("dry-run") {
            continue;
        }
        index.remove(path);
        if !options.has("cached") {
            git.remove_work(path)?;
        }
    }
    if !options.has("dry-run") {
        git.write_index(&index)?;
    }
    Ok(0)
}

pub(super) fn mv(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("mv", &git.args, &["-f force", "-k", "-n dry-run", "-v verbose"])?;
    let arguments = options.all();
    let Some((target, sources)) = arguments.split_last().filter(|(_, sources)| !sources.is_empty()) else {
        return fail(129, "usage: git mv [-v] [-f] [-n] [-k] <source> <destination>\n   or: git mv [-v] [-f] [-n] [-k] <source>... <destination-directory>\n");
    };
    let root = git.root()?;
    let to = git.below_root(target)?;
    let into = to.is_empty() || git.process.stat(&format!("{root}/{to}"))?.is_ok_and(|it| it.is_dir());
    if sources.len() > 1 && !into {
        return die(format!("destination '{target}' is not a directory"));
    }
    let mut index = git.index()?;
    for source in sources {
        let from = git.below_root(source)?;
        let name = from.rsplit('/').next().unwrap_or(&from).to_owned();
        let to = match (into, to.is_empty()) {
            (true, true) => name,
            (true, false) => format!("{to}/{name}"),
            _ => to.clone(),
        };
        let bad = |why: &str| die(format!("{why}, source={from}, destination={to}"));
        if git.process.lstat(&format!("{root}/{from}"))?.is_err() {
            return bad("bad source");
        }
        let moved: Vec<String> = index.paths().into_iter().filter(|path| fits(&from, path)).collect();
        if moved.is_empty() {
            let is_folder = git.process.stat(&format!("{root}/{from}"))?.is_ok_and(|it| it.is_dir());
            return bad(if is_folder { "source directory is empty" } else { "not under version control" });
        }
        if git.process.lstat(&format!("{root}/{to}"))?.is_ok() && !options.has("force") {
            return bad("destination exists");
        }
        if let Some((above, _)) = to.rsplit_once('/')
            && git.process.stat(&format!("{root}/{above}"))?.is_err()
        {
            return die(format!("renaming '{from}' failed: No such file or directory"));
        }
        if options.has("verbose") || options.has("dry-run") {
            git.out(&format!("Renaming {from} to {to}\n"))?;
        }
        if options.has("dry-run") {
            continue;
        }
        if let Err(error) = git.process.rename(&format!("{root}/{from}"), &format!("{root}/{to}"))? {
            return die(format!("renaming '{from}' failed: {error}"));
        }
        for path in moved {
            if let Some(entry) = index.get(&path).cloned() {
                index.remove(&path);
                index.insert(&format!("{to}{}", &path[from.len()..]), entry);
            }
        }
    }
    if !options.has("dry-run") {
        git.write_index(&index)?;
    }
    Ok(0)
}
