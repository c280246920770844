//! `git config`.

use super::super::config::{File, canonical};
use super::super::failure::{Outcome, die, fail};
use super::super::options::parse;
use super::super::repository::Git;

pub(super) fn run(git: &mut Git<'_, '_>) -> Outcome<i32> {
    let known = ["global", "local", "system", "-l list", "get", "get-all", "unset", "unset-all", "add", "replace-all", "show-origin", "remove-section=", "-f file=", "bool", "int", "all", "value="];
    let mut options = parse("config", &git.args, &known)?;
    let mut operands = std::mem::take(&mut options.operands);
    // The forms with a word for what is to be done came with 2.46.
    let verb = match operands.first().map(String::as_str) {
        Some(word @ ("list" | "get" | "set" | "unset")) => word.to_owned(),
        _ => String::new(),
    };
    if !verb.is_empty() {
        operands.remove(0);
    }
    let user = git.user_config_path();
    let own = (!git.place.dir.is_empty()).then(|| format!("{}/config", git.place.dir));
    let path = match () {
        () if options.has("global") => match user {
            Some(path) => Some(path),
            None => return die("$HOME not set"),
        },
        () if options.has("system") => Some("/etc/gitconfig".to_owned()),
        () if options.has("file") => options.value("file").map(str::to_owned),
        () if options.has("local") && own.is_none() => return die("--local can only be used inside a git repository"),
        () => None,
    };
    let scope = path.clone().or_else(|| options.has("local").then(|| own.clone()).flatten());
    let mut all = match &scope {
        Some(path) => File::parse(&git.read_path(path)?.unwrap_or_default()).all(),
        None => git.settings()?,
    };
    if options.has("list") || verb == "list" {
        if let Some(path) = &scope
            && git.read_path(path)?.is_none()
        {
            return fail(128, format!("fatal: unable to read config file '{path}': No such file or directory\n"));
        }
        let text: String = all.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        git.out(&text)?;
        return Ok(0);
    }
    let Some(name) = operands.first().cloned() else { return fail(129, "usage: git config list [<file-option>] [<display-option>] [--includes]\n   or: git config get [<file-option>] [<display-option>] [--includes] [--all] [--regexp] [--value=<value>] [--fixed-value] [--default=<default>] <name>\n   or: git config set [<file-option>] [--type=<type>] [--all] [--value=<value>] [--fixed-value] <name> <value>\n") };
    if !name.contains('.') {
        return fail(if operands.len() > 1 { 2 } else { 1 }, format!("error: key does not contain a section: {name}\n"));
    }
    let key = canonical(&name);
    let writes = operands.len() > 1 || verb == "set" || verb == "unset" || options.has("unset") || options.has("unset-all");
    if !writes {
        all.retain(|(found, _)| *found == key);
        let found: Vec<String> = match options.has("get-all") || options.has("all") {
            true => all.into_iter().map(|(_, value)| value).collect(),
            false => all.pop().map(|(_, value)| value).into_iter().collect(),
        };
        if found.is_empty() {
            return Ok(1);
        }
        let text: String = found.iter().map(|value| format!("{value}\n")).collect();
        git.out(&text)?;
        return Ok(0);
    }
    let Some(path) = path.or(own) else { return die("not in a git directory") };
    let mut file = File::parse(&git.read_path(&path)?.unwrap_or_default());
    if options.has("unset") || options.has("unset-all") || verb == "unset" {
        if file.unset(&name) == 0 {
            return Ok(5);
        }
    } else {
        let value = operands.get(1).cloned().unwrap_or_default();
        if options.has("replace-all") {
            file.unset(&name);
        }
        if !file.set(&name, &value, options.has("add")) {
            return fail(5, format!("warning: {name} has multiple values\nerror: cannot overwrite multiple values with a single value\n       Use a regexp, --add or --replace-all to change {name}.\n"));
        }
    }
    git.write_path(&path, file.to_text().as_bytes(), 0o644)?;
    Ok(0)
}
