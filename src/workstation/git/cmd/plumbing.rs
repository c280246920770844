//! The commands underneath: `rev-parse`, `cat-file`, `ls-files` and their like.

use super::super::failure::{Outcome, die, fail};
use super::super::object::{DIRECTORY, Kind, id_of, read_tree};
use super::super::options::parse;
use super::super::patch::quoted;
use super::super::refs::{Head, ambiguous, short};
use super::super::repository::Git;
use super::super::worktree::{Files, fits};

pub(super) fn rev_parse(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let args = git.args.clone();
    if git.place.dir.is_empty() {
        return die("not a git repository (or any of the parent directories): .git");
    }
    let (mut abbreviate, mut verify, mut quiet, mut name_only, mut symbolic) = (None, false, false, false, false);
    for arg in &args {
        match arg.as_str() {
            "--short" => abbreviate = Some(7),
            option if option.starts_with("--short=") => abbreviate = option[8..].parse::<usize>().ok(),
            "--verify" => verify = true,
            "-q" | "--quiet" => quiet = true,
            "--abbrev-ref" => name_only = true,
            "--symbolic-full-name" => symbolic = true,
            "--show-toplevel" => {
                let root = git.root()?;
                git.out(&format!("{root}\n"))?;
            }
            "--git-dir" => {
                let inside = git.place.root.clone().is_some_and(|root| git.process.cwd().is_ok_and(|cwd| cwd == root));
                let dir = if inside { ".git".to_owned() } else { git.place.dir.clone() };
                git.out(&format!("{dir}\n"))?;
            }
            "--is-inside-work-tree" => git.out(if git.place.root.is_some() { "true\n" } else { "false\n" })?,
            "--is-bare-repository" => git.out(if git.place.root.is_some() { "false\n" } else { "true\n" })?,
            "--show-prefix" => {
                let prefix = git.prefix.clone();
                git.out(&format!("{prefix}\n"))?;
            }
            option if option.starts_with("--") => return super::super::failure::not_simulated(format!("rev-parse {option}")),
            name => {
                if name_only || symbolic {
                    let full = match (name, git.head()?) {
                        ("HEAD" | "@", Head::Branch(full)) if git.head_commit()?.is_some() => Some(full),
                        _ if name.ends_with("@{u}") || name.ends_with("@{upstream}") => {
                            let branch = match name.split("@{").next() {
                                Some("") | None => git.branch()?.unwrap_or_default(),
                                Some(branch) => branch.to_owned(),
                            };
                            match git.upstream(&branch)? {
                                Some((full, ..)) => Some(full),
                                None => return die(format!("no upstream configured for branch '{branch}'")),
                            }
                        }
                        _ => git.full_ref(name)?,
                    };
                    if let Some(full) = full {
                        let text = if name_only { short(&full).to_owned() } else { full };
                        git.out(&format!("{text}\n"))?;
                        continue;
                    }
                }
                match git.find_revision(name)? {
                    Some(id) => {
                        let text = id.to_string();
                        git.out(&format!("{}\n", &text[..abbreviate.unwrap_or(40).clamp(4, 40)]))?;
                    }
                    None if quiet => return Ok(1),
                    None if verify => return die("Needed a single revision"),
                    None => {
                        git.out(&format!("{name}\n"))?;
                        return ambiguous(name);
                    }
                }
            }
        }
    }
    Ok(0)
}

pub(super) fn cat_file(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("cat-file", &git.args, &["-p", "-t", "-s", "-e"])?;
    let Some(name) = options.operands.last().cloned() else { return fail(129, "usage: git cat-file <type> <object>\n") };
    let Some(id) = git.find_revision(&name)? else {
        if options.has("e") {
            return Ok(1);
        }
        return die(format!("Not a valid object name {name}"));
    };
    let (kind, bytes) = git.object(id)?;
    if options.has("t") {
        git.out(&format!("{}\n", kind.name()))?;
    } else if options.has("s") {
        git.out(&format!("{}\n", bytes.len()))?;
    } else if options.has("e") {
    } else if kind == Kind::Tree {
        let text: String = read_tree(&bytes).iter().map(tree_line).collect();
        git.out(&text)?;
    } else {
        git.process.write_stdout(&bytes)?;
    }
    Ok(0)
}

fn tree_line(entry: &super::super::object::TreeEntry) -> String {
    let kind = if entry.mode == DIRECTORY { "tree" } else { "blob" };
    format!("{:06o} {kind} {}\t{}\n", entry.mode, entry.id, quoted(&entry.name))
}

pub(super) fn ls_tree(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("ls-tree", &git.args, &["-r", "name-only"])?;
    let Some(name) = options.operands.first().cloned() else { return fail(129, "usage: git ls-tree [-d] [-r] [-t] [-l] [-z] <tree-ish> [<path>...]\n") };
    let Some(id) = git.find_revision(&name)? else { return die(format!("Not a valid object name {name}")) };
    let id = git.peel(id)?;
    let tree = if git.object(id)?.0 == Kind::Commit { git.commit(id)?.tree } else { id };
    let patterns = options.operands[1..].to_vec();
    let mut out = String::new();
    if options.has("r") {
        for (path, (mode, id)) in git.tree_files(tree)? {
            if patterns.is_empty() || patterns.iter().any(|pattern| fits(pattern, &path)) {
                out.push_str(&if options.has("name-only") { format!("{}\n", quoted(&path)) } else { format!("{mode:06o} blob {id}\t{}\n", quoted(&path)) });
            }
        }
    } else {
        let (_, bytes) = git.object(tree)?;
        for entry in read_tree(&bytes).iter().filter(|entry| patterns.is_empty() || patterns.iter().any(|pattern| fits(pattern, &entry.name))) {
            out.push_str(&if options.has("name-only") { format!("{}\n", quoted(&entry.name)) } else { tree_line(entry) });
        }
    }
    git.out(&out)?;
    Ok(0)
}

pub(super) fn hash_object(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("hash-object", &git.args, &["-w", "stdin"])?;
    let mut contents = Vec::new();
    if options.has("stdin") {
        contents.push(git.process.read_stdin_to_end()?);
    }
    for path in &options.operands {
        match git.process.read_file(path)? {
            Ok(bytes) => contents.push(bytes),
            Err(error) => return die(format!("could not open '{path}' for reading: {error}")),
        }
    }
    for bytes in contents {
        let id = if options.has("w") { git.write_object(Kind::Blob, &bytes)? } else { id_of(Kind::Blob, &bytes) };
        git.out(&format!("{id}\n"))?;
    }
    Ok(0)
}

pub(super) fn ls_files(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("ls-files", &git.args, &["-s stage", "-c cached", "-o others", "-m modified", "-d deleted", "-u unmerged", "exclude-standard", "error-unmatch"])?;
    let index = git.index()?;
    let mut patterns = Vec::new();
    for argument in options.all() {
        patterns.push(git.below_root(&argument)?);
    }
    let prefix = git.prefix.trim_end_matches('/').to_owned();
    let wanted = |path: &str| if patterns.is_empty() { fits(&prefix, path) } else { patterns.iter().any(|pattern| fits(pattern, path)) };
    let mut out = String::new();
    let plain = options.has("cached") || !["others", "modified", "deleted"].iter().any(|option| options.has(option));
    if options.has("others") {
        let found = git.untracked(&index, true, options.has("exclude-standard"))?;
        let all: Vec<String> = found.paths.into_iter().filter(|path| wanted(path)).collect();
        all.iter().for_each(|path| out.push_str(&format!("{}\n", quoted(&git.shown(path)))));
    }
    for ((path, stage), entry) in index.entries.iter().filter(|((path, _), _)| wanted(path)) {
        let shown = quoted(&git.shown(path));
        if options.has("unmerged") && *stage == 0 {
            continue;
        }
        if options.has("stage") || options.has("unmerged") {
            out.push_str(&format!("{:06o} {} {stage}\t{shown}\n", entry.mode, entry.id));
            continue;
        }
        if plain {
            out.push_str(&format!("{shown}\n"));
        }
        let there = git.read_work(path)?.map(|(mode, bytes)| (mode, id_of(Kind::Blob, &bytes)));
        if options.has("deleted") && there.is_none() {
            out.push_str(&format!("{shown}\n"));
        }
        if options.has("modified") && there != Some((entry.mode, entry.id)) {
            out.push_str(&format!("{shown}\n"));
        }
    }
    if options.has("error-unmatch") && out.is_empty() {
        let name = options.all().first().cloned().unwrap_or_default();
        return fail(1, format!("error: pathspec '{name}' did not match any file(s) known to git\nDid you forget to 'git add'?\n"));
    }
    git.out(&out)?;
    Ok(0)
}

pub(super) fn ls_remote(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("ls-remote", &git.args, &["heads", "-t tags", "-q quiet"])?;
    let name = options.operands.first().cloned().unwrap_or_else(|| "origin".to_owned());
    let url = git.setting(&format!("remote.{name}.url"))?.unwrap_or(name);
    let there = git.advertised(&url, "upload")?;
    if let Some(id) = there.head.as_ref().and_then(|head| there.refs.get(head))
        && !options.has("heads")
        && !options.has("tags")
    {
        git.out(&format!("{id}\tHEAD\n"))?;
    }
    for (name, id) in &there.refs {
        if options.has("heads") && !name.starts_with("refs/heads/") || options.has("tags") && !name.starts_with("refs/tags/") || name.starts_with("refs/remotes/") {
            continue;
        }
        git.out(&format!("{id}\t{name}\n"))?;
        if name.starts_with("refs/tags/")
            && let Some((Kind::Tag, bytes)) = git.find_object(*id)?
            && let Some(target) = super::super::object::tag_target(&bytes)
        {
            git.out(&format!("{target}\t{name}^{{}}\n"))?;
        }
    }
    Ok(0)
}

pub(super) fn merge_base(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("merge-base", &git.args, &["-a all", "is-ancestor"])?;
    let [a, b] = options.operands.as_slice() else { return fail(129, "usage: git merge-base [-a | --all] <commit> <commit>...\n") };
    let (a, b) = (git.revision(a)?, git.revision(b)?);
    if options.has("is-ancestor") {
        return Ok(i32::from(!git.is_ancestor(a, b)?));
    }
    let bases = git.merge_bases(a, b)?;
    for id in bases.iter().take(if options.has("all") { usize::MAX } else { 1 }) {
        git.out(&format!("{id}\n"))?;
    }
    Ok(i32::from(bases.is_empty()))
}

pub(super) fn symbolic_ref(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("symbolic-ref", &git.args, &["short", "-q quiet"])?;
    let name = options.operands.first().cloned().unwrap_or_default();
    if let Some(target) = options.operands.get(1) {
        git.write_own(&name, &format!("ref: {target}\n"))?;
        return Ok(0);
    }
    match git.read_own(&name)?.and_then(|text| text.trim().strip_prefix("ref: ").map(str::to_owned)) {
        Some(target) => {
            let text = if options.has("short") { short(&target).to_owned() } else { target };
            git.out(&format!("{text}\n"))?;
            Ok(0)
        }
        None if options.has("quiet") => Ok(1),
        None => die(format!("ref {name} is not a symbolic ref")),
    }
}

pub(super) fn write_tree(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let index = git.index()?;
    let files: Files = index.files().map(|(path, entry)| (path.to_owned(), (entry.mode, entry.id))).collect();
    let id = git.write_tree(&files)?;
    git.out(&format!("{id}\n"))?;
    Ok(0)
}
