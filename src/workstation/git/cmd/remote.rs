//! `git remote`.

use super::super::failure::{Outcome, error, fail, not_simulated};
use super::super::repository::Git;

/// The remotes by name.
pub(super) fn remotes(git: &mut Git<'_, '_>) -> Outcome<Vec<(String, String)>> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (name, value) in git.settings()? {
        if let Some(remote) = name.strip_prefix("remote.").and_then(|rest| rest.strip_suffix(".url"))
            && !found.iter().any(|(known, _)| known == remote)
        {
            found.push((remote.to_owned(), value));
        }
    }
    found.sort();
    Ok(found)
}

pub(super) fn run(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let args = git.args.clone();
    let words: Vec<&str> = args.iter().map(String::as_str).filter(|arg| !arg.starts_with('-')).collect();
    let known = remotes(git)?;
    let url_of = |name: &str| known.iter().find(|(found, _)| found == name).map(|(_, url)| url.clone());
    let missing = |name: &str| fail(2, format!("error: No such remote '{name}'\n"));
    match words.as_slice() {
        [] => {
            for (name, url) in &known {
                match args.iter().any(|arg| arg == "-v" || arg == "--verbose") {
                    true => git.out(&format!("{name}\t{url} (fetch)\n{name}\t{url} (push)\n"))?,
                    false => git.out(&format!("{name}\n"))?,
                }
            }
            Ok(0)
        }
        ["add", name, url] => {
            if url_of(name).is_some() {
                return fail(3, format!("error: remote {name} already exists.\n"));
            }
            if !super::super::refs::is_valid_name(name) {
                return fail(128, format!("fatal: '{name}' is not a valid remote name\n"));
            }
            git.change_config(|file| {
                file.set(&format!("remote.{name}.url"), url, false);
                file.set(&format!("remote.{name}.fetch"), &format!("+refs/heads/*:refs/remotes/{name}/*"), false);
            })?;
            if args.iter().any(|arg| arg == "-f") {
                git.args = vec![(*name).to_owned()];
                return super::sync::fetch(git);
            }
            Ok(0)
        }
        ["remove" | "rm", name] => {
            if url_of(name).is_none() {
                return fail(2, format!("error: No such remote: '{name}'\n"));
            }
            for (full, _) in git.refs(&format!("refs/remotes/{name}/"))? {
                git.delete_ref(&full)?;
            }
            let followers: Vec<String> = git
                .settings()?
                .into_iter()
                .filter(|(_, value)| value == name)
                .filter_map(|(key, _)| key.strip_prefix("branch.").and_then(|rest| rest.strip_suffix(".remote")).map(str::to_owned))
                .collect();
            git.change_config(|file| {
                file.remove_section("remote", name);
                for branch in &followers {
                    file.remove_section("branch", branch);
                }
            })?;
            Ok(0)
        }
        ["rename", from, to] => {
            if url_of(from).is_none() {
                return missing(from);
            }
            if url_of(to).is_some() {
                return fail(3, format!("error: remote {to} already exists.\n"));
            }
            for (full, id) in git.refs(&format!("refs/remotes/{from}/"))? {
                let text = git.read_own(&full)?.unwrap_or_default();
                let new = full.replacen(&format!("refs/remotes/{from}/"), &format!("refs/remotes/{to}/"), 1);
                git.delete_ref(&full)?;
                let text = if text.starts_with("ref: ") { text.replacen(&format!("refs/remotes/{from}/"), &format!("refs/remotes/{to}/"), 1) } else { format!("{id}\n") };
                git.write_own(&new, &text)?;
            }
            let followers: Vec<String> = git
                .settings()?
                .into_iter()
                .filter(|(_, value)| value == from)
                .filter_map(|(key, _)| key.strip_prefix("branch.").and_then(|rest| rest.strip_suffix(".remote")).map(str::to_owned))
                .collect();
            git.change_config(|file| {
                file.rename_section("remote", from, to);
                file.set(&format!("remote.{to}.fetch"), &format!("+refs/heads/*:refs/remotes/{to}/*"), false);
                for branch in &followers {
                    file.set(&format!("branch.{branch}.remote"), to, false);
                }
            })?;
            Ok(0)
        }
        ["get-url", name] => match url_of(name) {
            Some(url) => git.out(&format!("{url}\n")).map(|()| 0),
            None => missing(name),
        },
        ["set-url", name, url] => match url_of(name) {
            Some(_) => git.change_config(|file| { let _ = file.set(&format!("remote.{name}.url"), url, false); }).map(|()| 0),
            None => missing(name),
        },
        ["add" | "remove" | "rename" | "get-url" | "set-url", ..] => fail(129, "usage: git remote add [<options>] <name> <url>\n"),
        ["show" | "prune" | "update" | "set-head" | "set-branches", ..] => not_simulated(format!("remote {}", words[0])),
        [other, ..] => error(format!("unknown subcommand: `{other}'")).or_else(|stop| match stop {
            super::super::failure::Stop::Ended { text, .. } => fail(129, text),
            other => Err(other),
        }),
    }
}
