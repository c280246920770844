//! `git fetch`, `git pull`, `git push`.

use super::super::bare::Update;
use super::super::failure::{Outcome, die, fail};
use super::super::object::Id;
use super::super::options::parse;
use super::super::refs::short;
use super::super::repository::Git;
use super::merge::{How, merge};

/// The address of a remote that is named, or an address itself.
fn address(git: &mut Git<'_, '_>, name: &str) -> Outcome<String> {
    Ok(git.setting(&format!("remote.{name}.url"))?.unwrap_or_else(|| name.to_owned()))
}

/// The remote that the branch which is checked out belongs to.
fn default_remote(git: &mut Git<'_, '_>) -> Outcome<String> {
    let branch = git.branch()?.unwrap_or_default();
    if let Some(remote) = git.setting(&format!("branch.{branch}.remote"))? {
        return Ok(remote);
    }
    let known = super::remote::remotes(git)?;
    Ok(match known.as_slice() {
        [(only, _)] => only.clone(),
        _ => "origin".to_owned(),
    })
}

/// One line of what became of the references.
struct Row {
    mark: char,
    what: String,
    from: String,
    to: String,
    why: String,
}

fn rows_text(url: &str, heading: &str, rows: &[Row]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let width = rows.iter().map(|row| row.what.chars().count()).max().unwrap_or(0).max(17);
    let name_width = if heading == "From" { rows.iter().map(|row| row.from.chars().count()).max().unwrap_or(0).max(10) } else { 0 };
    let mut out = format!("{heading} {}\n", url.trim_end_matches('/').trim_end_matches(if heading == "From" { ".git" } else { "\0" }));
    for row in rows {
        let why = if row.why.is_empty() { String::new() } else { format!(" {}", row.why) };
        let to = if row.to.is_empty() { String::new() } else { format!(" -> {}", row.to) };
        let from = if heading == "From" { format!("{:<name_width$}", row.from) } else { row.from.clone() };
        out.push_str(&format!(" {} {:<width$} {from}{to}{why}\n", row.mark, row.what));
    }
    out
}

/// Gets what a remote has; the references that were asked for, with their ids, are noted in FETCH_HEAD.
fn fetch_from(git: &mut Git<'_, '_>, remote: &str, specs: &[String], prune: bool, quiet: bool) -> Outcome<Vec<(String, Id)>> {
    let url = address(git, remote)?;
    let is_named = git.setting(&format!("remote.{remote}.url"))?.is_some();
    if !is_named && remote == "origin" {
        return fail(
            128,
            format!("fatal: '{remote}' does not appear to be a git repository\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n"),
        );
    }
    let there = git.advertised(&url, "upload")?;
    let mut asked: Vec<(String, Id, Option<String>)> = Vec::new();
    for spec in specs {
        let (from, to) = spec.trim_start_matches('+').split_once(':').map_or((spec.as_str(), None), |(from, to)| (from, Some(to.to_owned())));
        let full = [from.to_owned(), format!("refs/heads/{from}"), format!("refs/tags/{from}")].into_iter().find(|name| there.refs.contains_key(name));
        let Some(full) = full else { return die(format!("couldn't find remote ref {from}")) };
        asked.push((full.clone(), there.refs[&full], to));
    }
    let mut wants: Vec<Id> = match specs.is_empty() {
        true => there.refs.iter().filter(|(name, _)| name.starts_with("refs/heads/") || name.starts_with("refs/tags/")).map(|(_, id)| *id).collect(),
        false => asked.iter().map(|(_, id, _)| *id).collect(),
    };
    wants.sort();
    wants.dedup();
    let mut missing = Vec::new();
    for id in wants {
        if git.find_object(id)?.is_none() {
            missing.push(id);
        }
    }
    if !missing.is_empty() {
        let (count, size) = git.fetch_objects(&url, &missing)?;
        if !quiet && url.contains("://") && git.process.is_tty(2) {
            super::init::receive_progress(git, count, size)?;
        }
    }
    let mut rows = Vec::new();
    for (full, ..) in &asked {
        rows.push(Row { mark: '*', what: if full.starts_with("refs/tags/") { "tag" } else { "branch" }.to_owned(), from: short(full).to_owned(), to: "FETCH_HEAD".to_owned(), why: String::new() });
    }
    let mut fetched = Vec::new();
    // What the branch here follows comes first.
    let branch = git.branch()?.unwrap_or_default();
    let followed = git.upstream(&branch)?.map(|(_, _, there)| format!("refs/heads/{there}"));
    let mut refs: Vec<(&String, &Id)> = there.refs.iter().collect();
    refs.sort_by_key(|(name, _)| Some(*name) != followed.as_ref());
    for (full, id) in refs {
        let wanted = specs.is_empty() || asked.iter().any(|(name, ..)| name == full);
        if !wanted {
            continue;
        }
        fetched.push((full.clone(), *id));
        let local = match (full.strip_prefix("refs/heads/"), is_named) {
            (Some(branch), true) => format!("refs/remotes/{remote}/{branch}"),
            (None, _) if full.starts_with("refs/tags/") && specs.is_empty() => full.clone(),
            _ => continue,
        };
        let old = git.read_ref(&local)?;
        if old == Some(*id) {
            continue;
        }
        let is_tag = local.starts_with("refs/tags/");
        let (mark, what, why) = match old {
            None if is_tag => ('*', "[new tag]".to_owned(), ""),
            None => ('*', "[new branch]".to_owned(), ""),
            Some(_) if is_tag => continue,
            Some(old) if git.is_ancestor(old, *id)? => (' ', format!("{}..{}", old.short(), id.short()), ""),
            Some(old) => ('+', format!("{}...{}", old.short(), id.short()), "(forced update)"),
        };
        let log = match mark {
            '*' => "fetch: storing head",
            '+' => "fetch: forced-update",
            _ => "fetch: fast-forward",
        };
        git.set_ref(&local, *id, &if specs.is_empty() { log.to_owned() } else { log.replacen("fetch", &format!("fetch {remote}"), 1) })?;
        rows.push(Row { mark, what, from: short(full).to_owned(), to: short(&local).to_owned(), why: why.to_owned() });
    }
    if prune && is_named {
        for (local, _) in git.refs(&format!("refs/remotes/{remote}/"))? {
            let branch = local[format!("refs/remotes/{remote}/").len()..].to_owned();
            if branch != "HEAD" && !there.refs.contains_key(&format!("refs/heads/{branch}")) {
                git.delete_ref(&local)?;
                rows.insert(0, Row { mark: '-', what: "[deleted]".to_owned(), from: "(none)".to_owned(), to: short(&local).to_owned(), why: String::new() });
            }
        }
    }
    if !quiet {
        let text = rows_text(&url, "From", &rows);
        git.err(&text)?;
    }
    Ok(fetched)
}

pub(super) fn fetch(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("fetch", &git.args, &["-p prune", "all", "-q quiet", "-t tags", "-f force", "-v verbose", "depth="])?;
    if options.has("all") {
        for (name, _) in super::remote::remotes(git)? {
            if !options.has("quiet") && super::remote::remotes(git)?.len() > 1 {
                git.out(&format!("Fetching {name}\n"))?;
            }
            fetch_from(git, &name, &[], options.has("prune"), options.has("quiet"))?;
        }
        return Ok(0);
    }
    let remote = match options.operands.first() {
        Some(name) => name.clone(),
        None => default_remote(git)?,
    };
    if options.operands.is_empty() && super::remote::remotes(git)?.is_empty() {
        return Ok(0);
    }
    fetch_from(git, &remote, options.operands.get(1..).unwrap_or_default(), options.has("prune"), options.has("quiet"))?;
    Ok(0)
}

pub(super) fn pull(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("pull", &git.args, &["-r rebase?=", "no-rebase", "ff-only", "no-ff", "ff", "-q quiet", "no-edit", "-p prune", "allow-unrelated-histories"])?;
    let config = git.setting("pull.rebase")?;
    if options.has("rebase") && options.value("rebase") != Some("false") || config.as_deref() == Some("true") && !options.has("no-rebase") {
        return super::super::failure::not_simulated("pull --rebase");
    }
    let branch = git.branch()?.unwrap_or_default();
    let upstream = git.upstream(&branch)?;
    let remote = match (options.operands.first(), &upstream) {
        (Some(name), _) => name.clone(),
        (None, Some((_, remote, _))) => remote.clone(),
        (None, None) => default_remote(git)?,
    };
    let specs = options.operands.get(1..).unwrap_or_default().to_vec();
    let known = !super::remote::remotes(git)?.is_empty() || !options.operands.is_empty();
    let fetched = if known { fetch_from(git, &remote, &specs, options.has("prune"), options.has("quiet"))? } else { Vec::new() };
    let there = match (specs.first(), &upstream) {
        (Some(spec), _) => spec.split(':').next().unwrap_or_default().to_owned(),
        (None, Some((_, followed, there))) if *followed == remote => there.clone(),
        (None, _) => {
            let hint = if known { remote.clone() } else { "<remote>".to_owned() };
            return fail(
                1,
                format!(
                    "There is no tracking information for the current branch.\nPlease specify which branch you want to merge with.\nSee git-pull(1) for details.\n\n    git pull <remote> <branch>\n\nIf you wish to set tracking information for this branch you can do so with:\n\n    git branch --set-upstream-to={hint}/<branch> {branch}\n\n"
                ),
            );
        }
    };
    let Some((_, theirs)) = fetched.iter().find(|(name, _)| short(name) == there) else {
        return fail(
            1,
            format!("Your configuration specifies to merge with the ref 'refs/heads/{there}'\nfrom the remote, but no such ref was fetched.\n"),
        );
    };
    let theirs = *theirs;
    let how = How {
        no_ff: options.has("no-ff"),
        ff_only: options.has("ff-only") || git.setting("pull.ff")?.as_deref() == Some("only"),
        quiet: options.has("quiet"),
        unrelated: options.has("allow-unrelated-histories"),
        log: {
            let rest = git.args.join(" ");
            if rest.is_empty() { "pull".to_owned() } else { format!("pull {rest}") }
        },
        said: Some(format!("branch '{there}' of {}", address(git, &remote)?.trim_end_matches('/').trim_end_matches(".git"))),
        message: None,
    };
    if let Some(ours) = git.head_commit()? {
        let diverged = !git.is_ancestor(ours, theirs)? && !git.is_ancestor(theirs, ours)?;
        let decided = options.has("no-rebase") || options.has("rebase") || options.has("ff-only") || options.has("no-ff") || options.has("ff") || config.is_some() || git.setting("pull.ff")?.is_some();
        if diverged && !decided {
            return fail(
                128,
                "hint: You have divergent branches and need to specify how to reconcile them.\nhint: You can do so by running one of the following commands sometime before\nhint: your next pull:\nhint:\nhint:   git config pull.rebase false  # merge\nhint:   git config pull.rebase true   # rebase\nhint:   git config pull.ff only       # fast-forward only\nhint:\nhint: You can replace \"git config\" with \"git config --global\" to set a default\nhint: preference for all repositories. You can also pass --rebase, --no-rebase,\nhint: or --ff-only on the command line to override the configured default per\nhint: invocation.\nfatal: Need to specify how to reconcile divergent branches.\n",
            );
        }
    }
    merge(git, theirs, &theirs.to_string(), &how)
}

pub(super) fn push(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("push", &git.args, &["-u set-upstream", "-f force", "force-with-lease?=", "all", "tags", "-d delete", "-q quiet", "-n dry-run", "mirror", "progress", "no-verify", "-v verbose", "follow-tags"])?;
    let branch = git.branch()?;
    let remote = match options.operands.first() {
        Some(name) => name.clone(),
        None => default_remote(git)?,
    };
    let known = super::remote::remotes(git)?;
    let is_named = known.iter().any(|(name, _)| *name == remote);
    if options.operands.is_empty() && !is_named {
        return fail(
            128,
            "fatal: No configured push destination.\nEither specify the URL from the command-line or configure a remote repository using\n\n    git remote add <name> <url>\n\nand then push using the remote name\n\n    git push <name>\n\n",
        );
    }
    let url = address(git, &remote)?;
    let mut specs: Vec<String> = options.operands.get(1..).unwrap_or_default().to_vec();
    if options.has("all") {
        specs.extend(git.refs("refs/heads/")?.into_keys());
    }
    if options.has("tags") {
        specs.extend(git.refs("refs/tags/")?.into_keys());
    }
    if specs.is_empty() && !options.has("tags") && !options.has("all") {
        let Some(branch) = branch.clone() else {
            return die("You are not currently on a branch.\nTo push the history leading to the current (detached HEAD)\nstate now, use\n\n    git push origin HEAD:<name-of-remote-branch>\n");
        };
        let upstream = git.upstream(&branch)?;
        match upstream {
            Some((_, followed, there)) if followed == remote => {
                if there != branch {
                    return fail(
                        128,
                        format!(
                            "fatal: The upstream branch of your current branch does not match\nthe name of your current branch.  To push to the upstream branch\non the remote, use\n\n    git push {remote} HEAD:{there}\n\nTo push to the branch of the same name on the remote, use\n\n    git push {remote} HEAD\n\nTo choose either option permanently, see push.default in 'git help config'.\n\nTo avoid automatically configuring an upstream branch when its name\nwon't match the local branch, see option 'simple' of branch.autoSetupMerge\nin 'git help config'.\n\n"
                        ),
                    );
                }
                specs.push(branch);
            }
            _ if options.has("set-upstream") || !options.operands.is_empty() && known.len() != 1 || git.setting("push.default")?.as_deref() == Some("current") => specs.push(branch),
            _ if options.operands.is_empty() || is_named && known.len() == 1 => {
                return fail(
                    128,
                    format!(
                        "fatal: The current branch {branch} has no upstream branch.\nTo push the current branch and set the remote as upstream, use\n\n    git push --set-upstream {remote} {branch}\n\nTo have this happen automatically for branches without a tracking\nupstream, see 'push.autoSetupRemote' in 'git help config'.\n\n"
                    ),
                );
            }
            _ => specs.push(branch),
        }
    }
    // What is to be pushed is looked up before anybody is asked.
    let mut wanted: Vec<(Option<Id>, String, String, bool)> = Vec::new();
    for spec in &specs {
        let force = spec.starts_with('+') || options.has("force") || options.has("force-with-lease");
        let spec = spec.trim_start_matches('+');
        if options.has("delete") {
            wanted.push((None, String::new(), spec.to_owned(), true));
            continue;
        }
        let (from, to) = spec.split_once(':').map_or((spec, None), |(from, to)| (from, Some(to)));
        if from.is_empty() {
            wanted.push((None, String::new(), to.unwrap_or_default().to_owned(), true));
            continue;
        }
        let local = git.full_ref(from)?;
        let Some(id) = git.find_revision(from)? else {
            return fail(1, format!("error: src refspec {from} does not match any\nerror: failed to push some refs to '{url}'\n"));
        };
        let from_name = match (&local, from) {
            (_, "HEAD") => match git.branch()? {
                Some(_) if to.is_some() => "HEAD".to_owned(),
                Some(branch) => branch,
                None => "HEAD".to_owned(),
            },
            (Some(full), _) => short(full).to_owned(),
            (None, text) => text.to_owned(),
        };
        let target = match to {
            Some(name) if name.starts_with("refs/") => name.to_owned(),
            Some(name) => format!("refs/heads/{name}"),
            None => match local.filter(|full| full != "HEAD") {
                Some(full) => full,
                None => format!("refs/heads/{from_name}"),
            },
        };
        wanted.push((Some(id), from_name, target, force));
    }
    let there = git.advertised(&url, "receive")?;
    let (mut updates, mut sent, mut rows, mut hints) = (Vec::new(), Vec::new(), Vec::new(), None);
    for (id, from, target, force) in wanted {
        let Some(id) = id else {
            let full = [target.clone(), format!("refs/heads/{target}"), format!("refs/tags/{target}")].into_iter().find(|name| there.refs.contains_key(name));
            let Some(full) = full else {
                return fail(1, format!("error: unable to delete '{target}': remote ref does not exist\nerror: failed to push some refs to '{url}'\n"));
            };
            sent.push(Row { mark: '-', what: "[deleted]".to_owned(), from: short(&full).to_owned(), to: String::new(), why: String::new() });
            updates.push(Update { old: there.refs[&full], name: full, new: Id::ZERO });
            continue;
        };
        let to = short(&target).to_owned();
        let row = match there.refs.get(&target).copied() {
            None if target.starts_with("refs/tags/") => Row { mark: '*', what: "[new tag]".to_owned(), from, to, why: String::new() },
            None => Row { mark: '*', what: "[new branch]".to_owned(), from, to, why: String::new() },
            Some(old) if old == id => continue,
            Some(old) => {
                let is_known = git.find_object(old)?.is_some();
                let fits = is_known && git.is_ancestor(old, id)?;
                if fits {
                    Row { mark: ' ', what: format!("{}..{}", old.short(), id.short()), from, to, why: String::new() }
                } else if force {
                    Row { mark: '+', what: format!("{}...{}", old.short(), id.short()), from, to, why: "(forced update)".to_owned() }
                } else {
                    let why = match (target.starts_with("refs/tags/"), is_known) {
                        (true, _) => "already exists",
                        (_, false) => "fetch first",
                        (_, true) => "non-fast-forward",
                    };
                    let on_it = branch.as_deref() == Some(to.as_str());
                    hints = Some((why, on_it));
                    rows.push(Row { mark: '!', what: "[rejected]".to_owned(), from, to, why: format!("({why})") });
                    continue;
                }
            }
        };
        let old = there.refs.get(&target).copied().unwrap_or(Id::ZERO);
        sent.push(row);
        updates.push(Update { name: target, old, new: id });
    }
    if updates.is_empty() && rows.is_empty() {
        if !options.has("quiet") {
            git.err("Everything up-to-date\n")?;
        }
    } else {
        let mut haves = Vec::new();
        for id in there.refs.values() {
            if git.find_object(*id)?.is_some() {
                haves.push(*id);
            }
        }
        if !updates.is_empty() && !options.has("dry-run") {
            let (verdicts, count, size) = git.push_objects(&url, &updates, &haves)?;
            let show = git.process.is_tty(2) || options.has("progress");
            if show && count > 0 && !options.has("quiet") {
                let text = super::init::bytes(size);
                git.err(&format!(
                    "Enumerating objects: {count}, done.\nCounting objects: 100% ({count}/{count}), done.\nWriting objects: 100% ({count}/{count}), {text} | {text}/s, done.\nTotal {count} (delta 0), reused 0 (delta 0), pack-reused 0 (from 0)\n"
                ))?;
            }
            for ((update, row), verdict) in updates.iter().zip(&mut sent).zip(verdicts) {
                if let Some(why) = verdict {
                    (row.mark, row.what, row.why) = ('!', "[remote rejected]".to_owned(), format!("({why})"));
                    hints = hints.or(Some(("", false)));
                    continue;
                }
                let tracking = update.name.strip_prefix("refs/heads/").filter(|_| is_named).map(|branch| format!("refs/remotes/{remote}/{branch}"));
                if let Some(tracking) = tracking {
                    match update.new == Id::ZERO {
                        true => git.delete_ref(&tracking)?,
                        false => git.set_ref(&tracking, update.new, "update by push")?,
                    }
                }
            }
        }
        rows.extend(sent);
        // What changed comes first, what was refused last.
        rows.sort_by_key(|row| row.mark == '!');
        if !options.has("quiet") || hints.is_some() {
            let text = rows_text(&url, "To", &rows);
            git.err(&text)?;
        }
    }
    if let Some((why, on_it)) = hints {
        let hint = match (why, on_it) {
            ("fetch first", _) => "hint: Updates were rejected because the remote contains work that you do not\nhint: have locally. This is usually caused by another repository pushing to\nhint: the same ref. If you want to integrate the remote changes, use\nhint: 'git pull' before pushing again.\nhint: See the 'Note about fast-forwards' in 'git push --help' for details.\n",
            ("non-fast-forward", true) => "hint: Updates were rejected because the tip of your current branch is behind\nhint: its remote counterpart. If you want to integrate the remote changes,\nhint: use 'git pull' before pushing again.\nhint: See the 'Note about fast-forwards' in 'git push --help' for details.\n",
            ("non-fast-forward", false) => "hint: Updates were rejected because a pushed branch tip is behind its remote\nhint: counterpart. If you want to integrate the remote changes, use 'git pull'\nhint: before pushing again.\nhint: See the 'Note about fast-forwards' in 'git push --help' for details.\n",
            ("already exists", _) => "hint: Updates were rejected because the tag already exists in the remote.\n",
            _ => "",
        };
        return fail(1, format!("error: failed to push some refs to '{url}'\n{hint}"));
    }
    if options.has("set-upstream") {
        for spec in &specs {
            let spec = spec.trim_start_matches('+');
            let (from, to) = spec.split_once(':').unwrap_or((spec, spec));
            let from = if from == "HEAD" { branch.clone().unwrap_or_default() } else { from.to_owned() };
            let to = if to == "HEAD" { from.clone() } else { short(to).to_owned() };
            if git.read_ref(&format!("refs/heads/{from}"))?.is_some() {
                let line = super::branch::set_upstream(git, &from, &remote, &to)?;
                git.out(&line)?;
            }
        }
    }
    Ok(0)
}
