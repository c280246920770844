//! `git log`, `git show`, `git reflog`.

use std::collections::BTreeMap;

use super::super::date;
use super::super::delta::New;
use super::super::failure::{Outcome, die, not_simulated};
use super::super::graph::Graph;
use super::super::object::{Commit, Id, Kind, Signature, read_tree, tag_target};
use super::super::options::{Options, parse};
use super::super::patch::Colors;
use super::super::refs::{Head, ambiguous, short};
use super::super::repository::Git;
use super::super::worktree::fits;

const LOG: &[&str] = &[
    "oneline", "graph", "-n max-count=", "decorate?=", "no-decorate", "all", "branches", "reverse", "format=", "pretty?=", "author=", "grep=", "no-merges", "merges", "first-parent", "date=", "abbrev-commit",
    "topo-order", "date-order", "skip=", "follow", "since=", "until=", "-L=", "-S=", "no-abbrev-commit",
];

/// The names that stand on each commit, as they are shown in brackets.
fn decorations(git: &mut Git<'_, '_>, colors: Colors) -> Outcome<BTreeMap<Id, Vec<String>>> {
    let mut found: BTreeMap<Id, Vec<String>> = BTreeMap::new();
    let head = git.head()?;
    if let Some(id) = git.head_commit()? {
        let text = match &head {
            Head::Branch(name) => format!("{}{}", colors.paint("1;36", "HEAD -> "), colors.paint("1;32", short(name))),
            Head::Detached(_) => colors.paint("1;36", "HEAD"),
        };
        found.entry(id).or_default().push(text);
    }
    for (prefix, label, code) in [("refs/tags/", "tag: ", "1;33"), ("refs/remotes/", "", "1;31"), ("refs/heads/", "", "1;32")] {
        for (name, id) in git.refs(prefix)?.into_iter().rev() {
            if head == Head::Branch(name.clone()) {
                continue;
            }
            let id = git.peel(id)?;
            found.entry(id).or_default().push(colors.paint(code, &format!("{label}{}", short(&name))));
        }
    }
    Ok(found)
}

/// How one commit is headed.
struct Style {
    format: String,
    decorate: bool,
    date: String,
    short_ids: bool,
    colors: Colors,
    names: BTreeMap<Id, Vec<String>>,
    now: i64,
}

impl Style {
    fn read(git: &mut Git<'_, '_>, options: &Options) -> Outcome<Style> {
        let mut format = options.value("format").or(options.value("pretty")).map_or("medium".to_owned(), |text| match text {
            "oneline" | "short" | "medium" | "full" | "fuller" => text.to_owned(),
            text => text.to_owned(),
        });
        if options.last_of(&["oneline", "format", "pretty"]) == Some("oneline") {
            format = "oneline".to_owned();
        }
        let tty = git.process.is_tty(1);
        let decorate = match options.last_of(&["decorate", "no-decorate"]) {
            Some("decorate") => options.value("decorate") != Some("no"),
            Some(_) => false,
            None => tty,
        };
        let colors = git.colors();
        let names = decorations(git, colors)?;
        Ok(Style {
            short_ids: (options.has("oneline") || options.has("abbrev-commit")) && !options.has("no-abbrev-commit"),
            format,
            decorate,
            date: options.value("date").unwrap_or("default").to_owned(),
            colors,
            names,
            now: git.process.unix_nanos()? / 1_000_000_000,
        })
    }

    fn names_of(&self, id: Id) -> String {
        let comma = self.colors.paint("33", ", ");
        self.names.get(&id).map_or(String::new(), |names| names.join(&comma))
    }

    fn decoration(&self, id: Id) -> String {
        let names = self.names_of(id);
        if names.is_empty() || !self.decorate {
            return String::new();
        }
        format!(" {}{names}{}", self.colors.paint("33", "("), self.colors.paint("33", ")"))
    }

    fn date_of(&self, who: &Signature) -> String {
        match self.date.as_str() {
            "iso" | "iso8601" => date::show_iso(who),
            "short" => date::show_iso(who)[..10].to_owned(),
            "relative" => date::show_relative(who.time, self.now),
            "unix" => who.time.to_string(),
            _ => date::show(who),
        }
    }

    /// The text above the differences.
    fn head(&self, id: Id, commit: &Commit) -> Outcome<String> {
        let shown = if self.short_ids { id.short() } else { id.to_string() };
        if self.format == "oneline" {
            return Ok(format!("{}{} {}\n", self.colors.paint("33", &shown), self.decoration(id), commit.subject()));
        }
        if let Some(custom) = self.format.strip_prefix("format:").or(self.format.strip_prefix("tformat:")).or(self.format.contains('%').then_some(self.format.as_str())) {
            return self.custom(custom, id, commit);
        }
        let mut out = format!("{}{}\n", self.colors.paint("33", &format!("commit {shown}")), self.decoration(id));
        if commit.parents.len() > 1 {
            out.push_str(&format!("Merge: {}\n", commit.parents.iter().map(Id::short).collect::<Vec<_>>().join(" ")));
        }
        let who = |who: &Signature| format!("{} <{}>", who.name, who.email);
        match self.format.as_str() {
            "medium" => out.push_str(&format!("Author: {}\nDate:   {}\n", who(&commit.author), self.date_of(&commit.author))),
            "short" => out.push_str(&format!("Author: {}\n", who(&commit.author))),
            "full" => out.push_str(&format!("Author: {}\nCommit: {}\n", who(&commit.author), who(&commit.committer))),
            "fuller" => out.push_str(&format!(
                "Author:     {}\nAuthorDate: {}\nCommit:     {}\nCommitDate: {}\n",
                who(&commit.author),
                self.date_of(&commit.author),
                who(&commit.committer),
                self.date_of(&commit.committer)
            )),
            other => return die(format!("invalid --pretty format: {other}")),
        }
        out.push('\n');
        let message = if self.format == "short" { commit.subject() } else { commit.message.clone() };
        for line in message.trim_end().lines() {
            out.push_str(&format!("    {}\n", without_tabs(line)));
        }
        Ok(out)
    }

    fn custom(&self, format: &str, id: Id, commit: &Commit) -> Outcome<String> {
        let (mut out, mut chars) = (String::new(), format.chars());
        while let Some(c) = chars.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            let letter = chars.next().unwrap_or('%');
            let who = if letter == 'a' { &commit.author } else { &commit.committer };
            match letter {
                'H' => out.push_str(&id.to_string()),
                'h' => out.push_str(&id.short()),
                'T' => out.push_str(&commit.tree.to_string()),
                't' => out.push_str(&commit.tree.short()),
                'P' => out.push_str(&commit.parents.iter().map(Id::to_string).collect::<Vec<_>>().join(" ")),
                'p' => out.push_str(&commit.parents.iter().map(Id::short).collect::<Vec<_>>().join(" ")),
                's' => out.push_str(&commit.subject()),
                'b' => out.push_str(commit.message.split_once("\n\n").map_or("", |(_, body)| body)),
                'B' => out.push_str(&commit.message),
                'd' => {
                    let names = self.names_of(id);
                    if !names.is_empty() {
                        out.push_str(&format!(" ({names})"));
                    }
                }
                'D' => out.push_str(&self.names_of(id)),
                'n' => out.push('\n'),
                '%' => out.push('%'),
                'a' | 'c' => match chars.next() {
                    Some('n') => out.push_str(&who.name),
                    Some('e') => out.push_str(&who.email),
                    Some('d') => out.push_str(&self.date_of(who)),
                    Some('i') => out.push_str(&date::show_iso(who)),
                    Some('t') => out.push_str(&who.time.to_string()),
                    Some('r') => out.push_str(&date::show_relative(who.time, self.now)),
                    Some('s') => out.push_str(&date::show_iso(who)[..10]),
                    other => return not_simulated(format!("log --format with %{letter}{}", other.unwrap_or(' '))),
                },
                'C' => {
                    let rest = chars.as_str();
                    let (word, after) = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
                        Some((word, after)) => (word, after),
                        None => match ["reset", "red", "green", "blue"].iter().find(|word| rest.starts_with(**word)) {
                            Some(word) => (*word, &rest[word.len()..]),
                            None => return not_simulated("log --format with this colour"),
                        },
                    };
                    let code = match word.trim_start_matches("auto,") {
                        "reset" => "",
                        "red" => "31",
                        "green" => "32",
                        "yellow" => "33",
                        "blue" => "34",
                        "bold blue" => "1;34",
                        "auto" => "auto",
                        other => return not_simulated(format!("log --format with the colour {other}")),
                    };
                    if code != "auto" && self.colors.0 {
                        out.push_str(&format!("\x1b[{code}m"));
                    }
                    chars = after.chars();
                }
                other => return not_simulated(format!("log --format with %{other}")),
            }
        }
        out.push('\n');
        Ok(out)
    }
}

/// A line with blanks up to the next multiple of eight instead of tabs.
fn without_tabs(line: &str) -> String {
    let mut out = String::new();
    for c in line.chars() {
        match c {
            '\t' => out.push_str(&" ".repeat(8 - out.chars().count() % 8)),
            other => out.push(other),
        }
    }
    out
}

/// Seconds since 1970 of `--since`.
fn moment(text: &str, now: i64) -> Outcome<i64> {
    if let Some((time, _)) = date::parse(text) {
        return Ok(time);
    }
    let words: Vec<&str> = text.split(['.', ' ']).filter(|word| !word.is_empty()).collect();
    let unit = |word: &str| match word.trim_end_matches('s') {
        "second" => Some(1),
        "minute" => Some(60),
        "hour" => Some(3600),
        "day" => Some(86_400),
        "week" => Some(604_800),
        _ => None,
    };
    match words.as_slice() {
        [number, word, "ago"] | [number, word] => match (number.parse::<i64>().ok(), unit(word)) {
            (Some(number), Some(unit)) => Ok(now - number * unit),
            _ => not_simulated(format!("log --since={text}")),
        },
        ["yesterday"] => Ok(now - 86_400),
        _ => not_simulated(format!("log --since={text}")),
    }
}

pub(super) fn log(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let known: Vec<&str> = LOG.iter().chain(super::diff::SHOWN).copied().collect();
    let options = parse("log", &git.args, &known)?;
    for absent in ["L", "S"] {
        if options.has(absent) {
            return not_simulated(format!("log -{absent}"));
        }
    }
    let (mut from, mut without, mut patterns) = (Vec::new(), Vec::new(), Vec::new());
    for operand in &options.operands {
        let head = |text: &str| if text.is_empty() { "HEAD".to_owned() } else { text.to_owned() };
        if let Some((a, b)) = operand.split_once("...") {
            let (a, b) = (git.revision(&head(a))?, git.revision(&head(b))?);
            from.extend([a, b]);
            without.extend(git.merge_bases(a, b)?);
        } else if let Some((a, b)) = operand.split_once("..") {
            without.push(git.revision(&head(a))?);
            from.push(git.revision(&head(b))?);
        } else if let Some(name) = operand.strip_prefix('^') {
            without.push(git.revision(name)?);
        } else if let Some(id) = git.find_commit(operand)? {
            from.push(id);
        } else {
            let path = git.below_root(operand)?;
            if git.process.lstat(&format!("{}/{path}", git.root()?))?.is_err() {
                return ambiguous(operand);
            }
            patterns.push(path);
        }
    }
    for path in options.behind.iter().flatten() {
        patterns.push(git.below_root(path)?);
    }
    if options.has("all") || options.has("branches") {
        for (_, id) in git.refs(if options.has("all") { "refs/" } else { "refs/heads/" })? {
            from.push(git.peel(id)?);
        }
        if options.has("all") {
            from.extend(git.head_commit()?);
        }
    }
    if from.is_empty() {
        match git.head_commit()? {
            Some(id) => from.push(id),
            None => {
                let branch = git.branch()?.unwrap_or_default();
                return die(format!("your current branch '{branch}' does not have any commits yet"));
            }
        }
    }
    let topological = options.has("graph") || options.has("topo-order");
    let mut commits = git.walk(&from, &without, topological)?;
    if options.has("first-parent") {
        let by_id: BTreeMap<Id, Commit> = commits.into_iter().collect();
        let mut at = from.first().copied();
        commits = Vec::new();
        while let Some((id, commit)) = at.and_then(|id| by_id.get(&id).map(|commit| (id, commit.clone()))) {
            at = commit.parents.first().copied();
            commits.push((id, commit));
        }
    }
    let now = git.process.unix_nanos()? / 1_000_000_000;
    if let Some(text) = options.value("since") {
        let since = moment(text, now)?;
        commits.retain(|(_, commit)| commit.committer.time >= since);
    }
    if let Some(text) = options.value("until") {
        let until = moment(text, now)?;
        commits.retain(|(_, commit)| commit.committer.time <= until);
    }
    if let Some(author) = options.value("author") {
        commits.retain(|(_, commit)| format!("{} <{}>", commit.author.name, commit.author.email).contains(author));
    }
    if let Some(words) = options.value("grep") {
        commits.retain(|(_, commit)| commit.message.contains(words));
    }
    commits.retain(|(_, commit)| !(options.has("no-merges") && commit.parents.len() > 1 || options.has("merges") && commit.parents.len() < 2));
    if !patterns.is_empty() {
        let mut kept = Vec::new();
        for (id, commit) in commits {
            let new = git.tree_files(commit.tree)?;
            let mut differs = commit.parents.is_empty() && new.keys().any(|path| patterns.iter().any(|pattern| fits(pattern, path)));
            for (at, parent) in commit.parents.iter().enumerate() {
                let old = git.commit_files(Some(*parent))?;
                let here = git.deltas(&old, &new, New::Objects, false)?.iter().any(|delta| patterns.iter().any(|pattern| fits(pattern, delta.path())));
                // A merge that took one side as it is tells nothing new.
                differs = if at == 0 { here } else { differs && here };
            }
            if differs {
                kept.push((id, commit));
            }
        }
        commits = kept;
    }
    let skip = options.value("skip").and_then(|text| text.parse().ok()).unwrap_or(0);
    let most = match options.value("max-count").or(options.value("n")) {
        Some(text) => text.parse().unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let mut commits: Vec<_> = commits.into_iter().skip(skip).take(most).collect();
    if options.has("reverse") {
        commits.reverse();
    }
    let style = Style::read(git, &options)?;
    let mut graph = options.has("graph").then(|| Graph::new(style.colors));
    let (mut first, is_line) = (true, !["medium", "short", "full", "fuller"].contains(&style.format.as_str()));
    for (id, commit) in &commits {
        let mut text = style.head(*id, commit)?;
        let shows = super::diff::SHOWN.iter().any(|option| options.has(option.split(' ').next_back().unwrap_or_default().trim_end_matches(['?', '='])));
        if shows && commit.parents.len() < 2 {
            let (old, new) = (git.commit_files(commit.parents.first().copied())?, git.tree_files(commit.tree)?);
            let mut deltas = git.deltas(&old, &new, New::Objects, true)?;
            if !patterns.is_empty() {
                deltas.retain(|delta| patterns.iter().any(|pattern| fits(pattern, delta.path())));
            }
            let differences = super::diff::shown(git, &options, &deltas, New::Objects, false)?;
            if !differences.is_empty() && !is_line {
                text.push('\n');
            }
            text.push_str(&differences);
        }
        match &mut graph {
            None => {
                if !first && !is_line {
                    git.out("\n")?;
                }
                git.out(&text)?;
            }
            Some(graph) => {
                let lines = graph.commit(*id, &commit.parents, &text, !first && !is_line);
                git.out(&lines)?;
            }
        }
        first = false;
    }
    Ok(0)
}

pub(super) fn show(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let known: Vec<&str> = LOG.iter().chain(super::diff::SHOWN).copied().collect();
    let options = parse("show", &git.args, &known)?;
    let mut names = options.operands.clone();
    if names.is_empty() {
        names.push("HEAD".to_owned());
    }
    let style = Style::read(git, &options)?;
    for name in names {
        if name == "HEAD" && git.head_commit()?.is_none() {
            let branch = git.branch()?.unwrap_or_default();
            return die(format!("your current branch '{branch}' does not have any commits yet"));
        }
        let Some(mut id) = git.find_revision(&name)? else {
            if let Some((revision, path)) = name.split_once(':')
                && git.find_commit(revision)?.is_some()
            {
                return die(format!("path '{path}' does not exist in '{revision}'"));
            }
            return ambiguous(&name);
        };
        let (mut kind, mut bytes) = git.object(id)?;
        if kind == Kind::Tag {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let (head, message) = text.split_once("\n\n").unwrap_or((&text, ""));
            let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
            let tagger = Signature::parse(&field("tagger "));
            let line = style.colors.paint("33", &format!("tag {}", field("tag ")));
            git.out(&format!("{line}\nTagger: {} <{}>\nDate:   {}\n\n{message}\n", tagger.name, tagger.email, style.date_of(&tagger)))?;
            id = tag_target(&bytes).unwrap_or(id);
            (kind, bytes) = git.object(id)?;
        }
        match kind {
            Kind::Blob => git.process.write_stdout(&bytes)?,
            Kind::Tree => {
                let mut text = format!("{}\n\n", style.colors.paint("33", &format!("tree {name}")));
                for entry in read_tree(&bytes) {
                    let slash = if entry.mode == super::super::object::DIRECTORY { "/" } else { "" };
                    text.push_str(&format!("{}{slash}\n", entry.name));
                }
                git.out(&text)?;
            }
            Kind::Tag => return not_simulated("show of a tag of a tag"),
            Kind::Commit => {
                let commit = git.commit(id)?;
                let mut text = style.head(id, &commit)?;
                if commit.parents.len() < 2 {
                    let (old, new) = (git.commit_files(commit.parents.first().copied())?, git.tree_files(commit.tree)?);
                    let deltas = git.deltas(&old, &new, New::Objects, true)?;
                    let differences = super::diff::shown(git, &options, &deltas, New::Objects, true)?;
                    let is_line = !["medium", "short", "full", "fuller"].contains(&style.format.as_str());
                    if !differences.is_empty() && !is_line {
                        text.push('\n');
                    }
                    text.push_str(&differences);
                } else if !options.has("no-patch") {
                    text.push('\n');
                    text.push_str(&super::super::combined::of_merge(git, &commit)?);
                    if text.ends_with("\n\n") {
                        text.pop();
                        text.push('\n');
                    }
                }
                git.out(&text)?;
            }
        }
    }
    Ok(0)
}

pub(super) fn reflog(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let options = parse("reflog", &git.args, &["-n max-count=", "no-decorate", "decorate?="])?;
    let operands: Vec<&String> = options.operands.iter().filter(|word| *word != "show").collect();
    let name = operands.first().map_or("HEAD", |name| name.as_str());
    let Some(full) = git.full_ref(name)? else { return ambiguous(name) };
    let colors = git.colors();
    let names = if git.process.is_tty(1) { decorations(git, colors)? } else { BTreeMap::new() };
    let most = options.value("max-count").or(options.value("n")).and_then(|text| text.parse().ok()).unwrap_or(usize::MAX);
    for (at, (id, why)) in git.reflog(&full)?.into_iter().enumerate().take(most) {
        let decoration = names.get(&id).map_or(String::new(), |names| format!(" {}{}{}", colors.paint("33", "("), names.join(&colors.paint("33", ", ")), colors.paint("33", ")")));
        git.out(&format!("{}{decoration} {name}@{{{at}}}: {why}\n", colors.paint("33", &id.short())))?;
    }
    Ok(0)
}
