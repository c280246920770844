//! `git tag`.

use super::super::failure::{Outcome, die, fail};
use super::super::object::{Kind, tag_target};
use super::super::options::parse;
use super::super::refs::{is_valid_name, short};
use super::super::repository::Git;

pub(super) fn run(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("tag", &git.args, &["-a annotate", "-m message=", "-d delete", "-l list", "-f force", "-n?="])?;
    if options.has("delete") {
        let mut status = 0;
        for name in &options.operands {
            let full = format!("refs/tags/{name}");
            match git.read_ref(&full)? {
                Some(id) => {
                    git.delete_ref(&full)?;
                    git.out(&format!("Deleted tag '{name}' (was {})\n", id.short()))?;
                }
                None => {
                    git.err(&format!("error: tag '{name}' not found.\n"))?;
                    status = 1;
                }
            }
        }
        return Ok(status);
    }
    if options.operands.is_empty() || options.has("list") {
        let patterns: Vec<Vec<char>> = options.operands.iter().map(|pattern| pattern.chars().collect()).collect();
        for (full, id) in git.refs("refs/tags/")? {
            let name = short(&full).to_owned();
            let text: Vec<char> = name.chars().collect();
            if !patterns.is_empty() && !patterns.iter().any(|pattern| super::super::ignore::glob(pattern, &text)) {
                continue;
            }
            if options.has("n") {
                let (kind, bytes) = git.object(id)?;
                let body = String::from_utf8_lossy(&bytes).into_owned();
                let message = if kind == Kind::Commit { git.commit(id)?.subject() } else { body.split_once("\n\n").map_or("", |(_, message)| message).lines().next().unwrap_or_default().to_owned() };
                git.out(&format!("{name:<15} {message}\n"))?;
            } else {
                git.out(&format!("{name}\n"))?;
            }
        }
        return Ok(0);
    }
    let name = &options.operands[0];
    if !is_valid_name(name) {
        return die(format!("'{name}' is not a valid tag name."));
    }
    let full = format!("refs/tags/{name}");
    let old = git.read_ref(&full)?;
    if old.is_some() && !options.has("force") {
        return die(format!("tag '{name}' already exists"));
    }
    let target = options.operands.get(1).map_or("HEAD", String::as_str);
    let Some(id) = git.find_revision(target)? else { return die(format!("Failed to resolve '{target}' as a valid ref.")) };
    let messages = options.values("message");
    let id = if options.has("annotate") || !messages.is_empty() {
        let message = super::commit::cleaned(&messages.join("\n\n"), false);
        if message.is_empty() {
            return fail(128, "podarium: not simulated: writing the message in an editor; use git tag -a -m MESSAGE\n");
        }
        let tagger = git.signature("COMMITTER")?;
        let kind = git.object(id)?.0;
        let body = format!("object {id}\ntype {}\ntag {name}\ntagger {tagger}\n\n{message}", kind.name());
        debug_assert_eq!(tag_target(body.as_bytes()), Some(id));
        git.write_object(Kind::Tag, body.as_bytes())?
    } else {
        id
    };
    git.set_ref(&full, id, "")?;
    if let Some(old) = old.filter(|old| *old != id) {
        git.out(&format!("Updated tag '{name}' (was {})\n", old.short()))?;
    }
    Ok(0)
}
