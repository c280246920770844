//! `git status`.

use super::super::failure::Outcome;
use super::super::options::parse;
use super::super::refs::{Head, short};
use super::super::repository::Git;
use super::super::worktree::fits;

pub(super) fn run(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("status", &git.args, &["-s short", "-b branch", "porcelain?=", "-u untracked-files?=", "long", "ignored", "no-renames"])?;
    let mode = options.value("untracked-files").unwrap_or(if options.has("untracked-files") { "all" } else { "normal" }).to_owned();
    let mut state = git.state(mode == "all")?;
    let asked = options.all();
    if !asked.is_empty() {
        let mut patterns = Vec::new();
        for argument in &asked {
            patterns.push(git.below_root(argument)?);
        }
        let wanted = |path: &str| patterns.iter().any(|pattern| fits(pattern, path));
        state.staged.retain(|delta| wanted(delta.path()));
        state.changed.retain(|delta| wanted(delta.path()));
        state.unmerged.retain(|path, _| wanted(path));
        state.untracked.paths.retain(|path| wanted(path));
    }
    let colors = git.colors();
    if options.has("short") || options.has("porcelain") {
        let porcelain = options.has("porcelain");
        let colors = if porcelain { super::super::patch::Colors(false) } else { colors };
        if options.has("branch") {
            let line = match git.head()? {
                Head::Detached(_) => "HEAD (no branch)".to_owned(),
                Head::Branch(name) => {
                    let branch = short(&name).to_owned();
                    let mut line = branch.clone();
                    if let Some((full, ..)) = git.upstream(&branch)? {
                        line = format!("{branch}...{}", short(&full));
                        if let (Some(ours), Some(theirs)) = (git.head_commit()?, git.read_ref(&full)?) {
                            let (ahead, behind) = git.ahead_behind(ours, theirs)?;
                            line.push_str(&match (ahead, behind) {
                                (0, 0) => String::new(),
                                (ahead, 0) => format!(" [ahead {ahead}]"),
                                (0, behind) => format!(" [behind {behind}]"),
                                (ahead, behind) => format!(" [ahead {ahead}, behind {behind}]"),
                            });
                        }
                    }
                    if git.head_commit()?.is_none() { format!("No commits yet on {line}") } else { line }
                }
            };
            git.out(&format!("## {line}\n"))?;
        }
        let text = git.short_status(&state, !porcelain, mode != "no", options.has("ignored"), colors)?;
        git.out(&text)?;
        return Ok(0);
    }
    let text = git.long_status(&state, (mode != "no").then_some(mode == "all"), colors)?;
    git.out(&text)?;
    Ok(0)
}
