//! `git commit`.

use super::super::delta::New;
use super::super::failure::{Outcome, die, fail};
use super::super::object::{Commit, Id, Kind, Signature, subject};
use super::super::options::parse;
use super::super::patch::{Colors, summary};
use super::super::refs::{Head, short};
use super::super::repository::Git;
use super::super::worktree::{Files, fits};

/// A message as git keeps it: no blank lines around it, no blanks at the ends of lines, one line end at its end.
pub(super) fn cleaned(text: &str, comments: bool) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end).filter(|line| !comments || !line.starts_with('#')) {
        if line.is_empty() && lines.last().is_none_or(|last: &&str| last.is_empty()) {
            continue;
        }
        lines.push(line);
    }
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    if lines.is_empty() { String::new() } else { lines.join("\n") + "\n" }
}

pub(super) fn run(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let known = [
        "-m message=", "-F file=", "-a all", "amend", "-q quiet", "no-edit", "allow-empty", "allow-empty-message", "author=", "date=", "-n no-verify", "-s signoff", "-v verbose", "-C reuse-message=",
        "dry-run",
    ];
    let options = parse("commit", &git.args, &known)?;
    let mut index = git.index()?;
    let head = git.head_commit()?;
    let merging = git.read_own("MERGE_HEAD")?.and_then(|text| Id::parse(text.trim()));
    if options.has("all") {
        for path in index.paths() {
            match git.stage(&path)? {
                Some(entry) => index.insert(&path, entry),
                None => index.remove(&path),
            }
        }
    }
    let asked = options.all();
    if !asked.is_empty() {
        for argument in &asked {
            let pattern = git.below_root(argument)?;
            let found: Vec<String> = index.paths().into_iter().filter(|path| fits(&pattern, path)).collect();
            if found.is_empty() {
                return fail(1, format!("error: pathspec '{argument}' did not match any file(s) known to git\n"));
            }
            for path in found {
                match git.stage(&path)? {
                    Some(entry) => index.insert(&path, entry),
                    None => index.remove(&path),
                }
            }
        }
    }
    if !index.unmerged().is_empty() {
        let list: String = index.unmerged().keys().map(|path| format!("U\t{path}\n")).collect();
        git.out(&list)?;
        return fail(
            128,
            "error: Committing is not possible because you have unmerged files.\nhint: Fix them up in the work tree, and then use 'git add/rm <file>'\nhint: as appropriate to mark resolution and make a commit.\nfatal: Exiting because of an unresolved conflict.\n",
        );
    }
    if options.has("all") || !asked.is_empty() {
        git.write_index(&index)?;
    }
    let amended = match (options.has("amend"), head) {
        (true, None) => return die("You have nothing to amend."),
        (true, Some(_)) if merging.is_some() => return die("You are in the middle of a merge -- cannot amend."),
        (true, Some(id)) => Some(git.commit(id)?),
        (false, _) => None,
    };
    let mut author = git.signature("AUTHOR")?;
    let committer = git.signature("COMMITTER")?;
    if let Some(before) = &amended {
        author = before.author.clone();
    }
    if let Some(given) = options.value("author") {
        let Some((name, rest)) = given.split_once(" <") else {
            return die(format!("--author '{given}' is not 'Name <email>' and matches no existing author"));
        };
        (author.name, author.email) = (name.to_owned(), rest.trim_end_matches('>').to_owned());
    }
    if let Some(date) = options.value("date") {
        let Some((time, zone)) = super::super::date::parse(date) else { return die(format!("invalid date format: {date}")) };
        (author.time, author.zone) = (time, zone);
    }
    let files: Files = index.files().filter(|(_, entry)| !entry.intent_to_add).map(|(path, entry)| (path.to_owned(), (entry.mode, entry.id))).collect();
    let parents: Vec<Id> = match &amended {
        Some(before) => before.parents.clone(),
        None => head.into_iter().chain(merging).collect(),
    };
    let before = git.commit_files(parents.first().copied())?;
    if before == files && amended.is_none() && merging.is_none() && !options.has("allow-empty") {
        let state = git.state(false)?;
        let colors = git.colors();
        let text = git.long_status(&state, Some(false), colors)?;
        git.out(&text)?;
        return Ok(1);
    }
    if let (Some(amended_commit), true) = (&amended, before == files && !options.has("allow-empty"))
        && amended_commit.parents.len() == 1
    {
        return fail(
            1,
            "You asked to amend the most recent commit, but doing so would make\nit empty. You can repeat your command with --allow-empty, or you can\nremove the commit entirely with \"git reset HEAD^\".\n",
        );
    }
    let messages = options.values("message");
    let mut message = match (messages.is_empty(), options.value("file"), &amended) {
        (false, ..) => cleaned(&messages.join("\n\n"), false),
        (_, Some("-"), _) => cleaned(&String::from_utf8_lossy(&git.process.read_stdin_to_end()?), false),
        (_, Some(path), _) => match git.process.read_file(path)? {
            Ok(bytes) => cleaned(&String::from_utf8_lossy(&bytes), false),
            Err(error) => return die(format!("could not read log file '{path}': {error}")),
        },
        (_, _, Some(before)) if options.has("no-edit") => before.message.clone(),
        (_, _, _) if merging.is_some() => {
            let prepared = git.read_own("MERGE_MSG")?.unwrap_or_default();
            // Without an editor of its own the message is kept as somebody would who only looks at it.
            match (options.has("no-edit"), editor(git)?) {
                (true, _) => cleaned(&prepared, false),
                (false, None) => cleaned(&prepared, true),
                (false, Some(_)) => edited(git, &prepared)?,
            }
        }
        _ => edited(git, amended.as_ref().map_or("", |before| &before.message))?,
    };
    if options.has("signoff") {
        message.push_str(&format!("\nSigned-off-by: {} <{}>\n", committer.name, committer.email));
    }
    if message.is_empty() && !options.has("allow-empty-message") {
        return fail(1, "Aborting commit due to empty commit message.\n");
    }
    if options.has("dry-run") {
        let state = git.state(false)?;
        let text = git.long_status(&state, Some(false), Colors(false))?;
        git.out(&text)?;
        return Ok(0);
    }
    let tree = git.write_tree(&files)?;
    let commit = Commit { tree, parents, author, committer, message };
    let id = git.write_object(Kind::Commit, &commit.to_bytes())?;
    let verb = match (&amended, merging, head) {
        (Some(_), ..) => "commit (amend)",
        (_, Some(_), _) => "commit (merge)",
        (_, _, None) => "commit (initial)",
        _ => "commit",
    };
    git.move_head(id, &format!("{verb}: {}", commit.subject()))?;
    for name in ["MERGE_HEAD", "MERGE_MSG", "MERGE_MODE"] {
        git.remove_own(name)?;
    }
    if !options.has("quiet") {
        let date_is_interesting = amended.is_some() || options.has("date");
        let text = describe(git, id, &commit, head.is_none(), date_is_interesting)?;
        git.out(&text)?;
    }
    Ok(0)
}

fn editor(git: &mut Git<'_, '_>) -> Outcome<Option<String>> {
    Ok(match git.process.env("GIT_EDITOR") {
        Some(editor) => Some(editor),
        None => git.setting("core.editor")?.or(git.process.env("VISUAL")).or(git.process.env("EDITOR")),
    })
}

/// The message that the user writes in `$GIT_EDITOR`, where that is a program that ends by itself (`sed -i`, `true`).
fn edited(git: &mut Git<'_, '_>, before: &str) -> Outcome<String> {
    let Some(editor) = editor(git)? else {
        return fail(1, "podarium: not simulated: writing the message in an editor; use git commit -m MESSAGE\n");
    };
    let state = git.state(false)?;
    let status = git.long_status(&state, Some(false), Colors(false))?;
    let help = "Please enter the commit message for your changes. Lines starting\nwith '#' will be ignored, and an empty message aborts the commit.\n\n";
    let comments: String = format!("{help}{status}").lines().map(|line| if line.is_empty() { "#\n".to_owned() } else if line.starts_with('\t') { format!("#{line}\n") } else { format!("# {line}\n") }).collect();
    git.write_own("COMMIT_EDITMSG", &format!("{before}\n{comments}#\n"))?;
    let path = format!("{}/COMMIT_EDITMSG", git.place.dir);
    let status = git.process.run(&["sh".to_owned(), "-c".to_owned(), format!("{editor} \"$@\""), editor.clone(), path.clone()])?;
    if status != Ok(0) {
        return fail(1, format!("error: there was a problem with the editor '{editor}'\nPlease supply the message using either -m or -F option.\n"));
    }
    let text = git.read_path(&path)?.unwrap_or_default();
    Ok(cleaned(&String::from_utf8_lossy(&text), true))
}

/// `[main 1234567] subject` and what changed.
fn describe(git: &mut Git<'_, '_>, id: Id, commit: &Commit, is_first: bool, date: bool) -> Outcome<String> {
    let at = match git.head()? {
        Head::Branch(name) => short(&name).to_owned(),
        Head::Detached(_) => "detached HEAD".to_owned(),
    };
    let root = if is_first { " (root-commit)" } else { "" };
    let mut out = format!("[{at}{root} {}] {}\n", id.short(), subject(&commit.message));
    let same = |a: &Signature, b: &Signature| a.name == b.name && a.email == b.email;
    if !same(&commit.author, &commit.committer) {
        out.push_str(&format!(" Author: {} <{}>\n", commit.author.name, commit.author.email));
    }
    if date {
        out.push_str(&format!(" Date: {}\n", super::super::date::show(&commit.author)));
    }
    if commit.parents.len() > 1 {
        return Ok(out);
    }
    let old = git.commit_files(commit.parents.first().copied())?;
    let new = git.tree_files(commit.tree)?;
    let deltas = git.deltas(&old, &new, New::Objects, true)?;
    out.push_str(&git.short_stat(&deltas, New::Objects)?);
    out.push_str(&summary(&deltas));
    Ok(out)
}
