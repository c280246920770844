//! Which shell it is: bash, or one of the small ones that `sh` is: dash on Debian, busybox's ash on Alpine.
//!
//! All three run the same language here. What differs visibly is told apart: the words of messages, the builtins that
//! there are, and what bash alone has.

use super::builtins;
use crate::{Errno, OpenMode};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    Bash,
    Dash,
    Ash,
}

/// Builtins that only bash has.
const ONLY_BASH: &[&str] = &[
    "bg", "bind", "builtin", "caller", "compgen", "complete", "compopt", "declare", "dirs", "disown", "enable", "help", "logout", "mapfile", "popd", "pushd", "readarray", "shopt", "suspend",
    "typeset",
];
/// Builtins that dash lacks as well.
const NOT_DASH: &[&str] = &["history", "let", "source"];

impl Dialect {
    pub fn has_builtin(self, name: &str) -> bool {
        match self {
            Dialect::Bash => true,
            Dialect::Dash => !ONLY_BASH.contains(&name) && !NOT_DASH.contains(&name),
            Dialect::Ash => !ONLY_BASH.contains(&name),
        }
    }

    pub fn is_bash(self) -> bool {
        self == Dialect::Bash
    }

    /// Whether it counts how deep shells are nested in `SHLVL`.
    pub fn counts_levels(self) -> bool {
        self != Dialect::Dash
    }

    /// The status of a builtin or a redirection that failed.
    pub fn failure(self, status: i32) -> i32 {
        if self == Dialect::Dash && status == 1 { 2 } else { status }
    }

    pub fn prompt(self, is_root: bool) -> &'static str {
        match self {
            Dialect::Bash => "\\s-\\v\\$ ",
            Dialect::Dash => if is_root { "# " } else { "$ " },
            Dialect::Ash => "\\w \\$ ",
        }
    }

    /// Why a file that a redirection names could not be opened.
    pub fn cannot_open(self, path: &str, mode: OpenMode, error: Errno) -> String {
        let reads = mode == OpenMode::Read;
        match (self, error) {
            (Dialect::Bash, error) => format!("{path}: {error}"),
            (Dialect::Dash, Errno::NoEntry) if reads => format!("cannot open {path}: No such file"),
            (Dialect::Dash, error) if reads => format!("cannot open {path}: {error}"),
            (Dialect::Dash, Errno::NoEntry) => format!("cannot create {path}: Directory nonexistent"),
            (Dialect::Dash, error) => format!("cannot create {path}: {error}"),
            (Dialect::Ash, Errno::NoEntry) if reads => format!("can't open {path}: no such file"),
            (Dialect::Ash, error) if reads => format!("can't open {path}: {error}"),
            (Dialect::Ash, Errno::NoEntry) => format!("can't create {path}: nonexistent directory"),
            (Dialect::Ash, error) => format!("can't create {path}: {error}"),
        }
    }

    /// A whole message: who says it, where, and what, given in the words of bash.
    pub fn message(self, name: &str, line: usize, at_terminal: bool, text: &str) -> String {
        match self {
            Dialect::Bash if at_terminal => format!("{name}: {text}\n"),
            Dialect::Bash => format!("{name}: line {line}: {text}\n"),
            Dialect::Dash => format!("{name}: {line}: {}\n", self.worded(text)),
            Dialect::Ash => {
                let text = self.worded(text);
                match text.split_once(": ").filter(|(builtin, _)| builtins::find(builtin).is_some() && !at_terminal) {
                    Some((builtin, rest)) => format!("{name}: {builtin}: line {line}: {rest}\n"),
                    None => format!("{name}: {text}\n"),
                }
            }
        }
    }

    /// What bash would say, in this shell's words.
    fn worded(self, text: &str) -> String {
        if let Some(name) = text.strip_suffix(": command not found") {
            return format!("{name}: not found");
        }
        if let Some((name, why)) = text.split_once(": write error: ") {
            return match self {
                Dialect::Ash => format!("write error: {why}"),
                _ => format!("{name}: {name}: I/O error"),
            };
        }
        if let Some(name) = text.strip_suffix(": unbound variable") {
            return format!("{name}: parameter not set");
        }
        if let Some(name) = text.strip_suffix(": readonly variable") {
            return format!("{name}: is read only");
        }
        if let Some((path, why)) = text.strip_prefix("cd: ").and_then(|rest| rest.rsplit_once(": ")) {
            return match self {
                Dialect::Ash => format!("cd: can't cd to {path}: {why}"),
                _ => format!("cd: can't cd to {path}"),
            };
        }
        if let Some((pid, why)) = text.strip_prefix("kill: (").and_then(|rest| rest.split_once(") - ")) {
            return match self {
                Dialect::Ash => format!("can't kill pid {pid}: {why}"),
                _ => format!("kill: {why}\n"),
            };
        }
        if let Some((name, _)) = text.strip_prefix("export: `").and_then(|rest| rest.split_once(['=', '\''])) {
            return format!("export: {name}: bad variable name");
        }
        if let Some((start, word)) = text.strip_suffix(": integer expression expected").and_then(|rest| rest.rsplit_once(": ")) {
            return match self {
                Dialect::Ash => format!("{word}: bad number"),
                _ => format!("{start}: Illegal number: {word}"),
            };
        }
        if let Some((expression, _)) = text.split_once(": division by 0") {
            return match self {
                Dialect::Ash => "divide by zero".to_owned(),
                _ => format!("arithmetic expression: division by zero: \"{expression}\""),
            };
        }
        if let Some(token) = text.strip_prefix("syntax error near unexpected token `").and_then(|rest| rest.strip_suffix('\'')) {
            let token = if token == "newline" { token.to_owned() } else { format!("\"{token}\"") };
            return match self {
                Dialect::Ash => format!("syntax error: unexpected {token}"),
                _ => format!("Syntax error: {token} unexpected"),
            };
        }
        if text == "syntax error: unexpected end of file" {
            return match self {
                Dialect::Ash => text.to_owned(),
                _ => "Syntax error: end of file unexpected".to_owned(),
            };
        }
        text.to_owned()
    }

    /// Why a file could not be run, in this shell's words.
    pub fn cannot_run(self, name: &str, error: Errno) -> String {
        match (self, error) {
            (Dialect::Bash, error) => format!("{name}: {error}"),
            (_, Errno::NoEntry) => format!("{name}: not found"),
            (_, Errno::IsDirectory) => format!("{name}: {}", Errno::AccessDenied),
            (_, error) => format!("{name}: {error}"),
        }
    }

    /// The shell was to read a script that cannot be opened: message and status.
    pub fn cannot_read_script(self, shell: &str, path: &str, error: Errno) -> (String, i32) {
        match self {
            Dialect::Bash => (format!("{shell}: {path}: {error}\n"), 127),
            Dialect::Dash => (format!("{shell}: 0: {}\n", self.cannot_open(path, OpenMode::Read, error)), 2),
            Dialect::Ash => (format!("{shell}: can't open '{path}': {error}\n"), 2),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_shell_has_its_words() {
        for (text, dash, ash) in [
            ("foo: command not found", "sh: 1: foo: not found\n", "sh: foo: not found\n"),
            ("cd: /nope: No such file or directory", "sh: 1: cd: can't cd to /nope\n", "sh: cd: line 1: can't cd to /nope: No such file or directory\n"),
            ("x: unbound variable", "sh: 1: x: parameter not set\n", "sh: x: parameter not set\n"),
            ("syntax error near unexpected token `)'", "sh: 1: Syntax error: \")\" unexpected\n", "sh: syntax error: unexpected \")\"\n"),
        ] {
            assert_eq!(Dialect::Dash.message("sh", 1, false, text), dash);
            assert_eq!(Dialect::Ash.message("sh", 1, false, text), ash);
            assert_eq!(Dialect::Bash.message("sh", 1, false, text), format!("sh: line 1: {text}\n"));
        }
    }
}
