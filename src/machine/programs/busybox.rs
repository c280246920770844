//! BusyBox says the same things in other words. The programs here speak as coreutils do; on a machine that has BusyBox,
//! what they complain about is reworded on its way to standard error.

/// The words of coreutils, before the path in quotes, and those of BusyBox, before the path as it is or in its own quotes.
const WORDS: &[(&str, &str, &str)] = &[
    ("cat: ", "cat: can't open '", "'"),
    ("touch: cannot touch '", "touch: ", ""),
    ("ls: cannot access '", "ls: ", ""),
    ("ls: cannot open directory '", "ls: can't open '", "'"),
    ("rm: cannot remove '", "rm: can't remove '", "'"),
    ("rmdir: failed to remove '", "rmdir: '", "'"),
    ("mkdir: cannot create directory '", "mkdir: can't create directory '", "'"),
    ("cp: cannot stat '", "cp: can't stat '", "'"),
    ("cp: cannot create regular file '", "cp: can't create '", "'"),
    ("mv: cannot stat '", "mv: can't rename '", "'"),
    ("chmod: cannot access '", "chmod: ", ""),
    ("chown: cannot access '", "chown: ", ""),
    ("head: cannot open '", "head: ", ""),
    ("tail: cannot open '", "tail: can't open '", "'"),
    ("stat: cannot statx '", "stat: can't stat '", "'"),
    ("du: cannot access '", "du: ", ""),
];

/// A complaint as BusyBox words it; what it has no other words for stays as it is.
pub(crate) fn reworded(text: &str) -> String {
    for (theirs, before, after) in WORDS {
        let Some(rest) = text.strip_prefix(theirs) else { continue };
        let quoted = theirs.ends_with('\'');
        let split = if quoted { rest.split_once('\'') } else { rest.split_once(": ").map(|(path, _)| (path, &rest[path.len()..])) };
        let Some((path, error)) = split else { continue };
        let error = error.strip_prefix(" for reading").unwrap_or(error);
        if error.starts_with(": ") {
            return format!("{before}{path}{after}{error}");
        }
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_done_is_said_shortly() {
        let cases = [
            ("touch: cannot touch '/x': Read-only file system\n", "touch: /x: Read-only file system\n"),
            ("ls: cannot access '/a b': No such file or directory\n", "ls: /a b: No such file or directory\n"),
            ("cat: /none: No such file or directory\n", "cat: can't open '/none': No such file or directory\n"),
            ("head: cannot open 'f' for reading: No such file or directory\n", "head: f: No such file or directory\n"),
            ("rm: cannot remove 'f': Permission denied\n", "rm: can't remove 'f': Permission denied\n"),
            ("sed: can't read f: No such file or directory\n", "sed: can't read f: No such file or directory\n"),
        ];
        for (theirs, busybox) in cases {
            assert_eq!(reworded(theirs), busybox);
        }
    }
}
