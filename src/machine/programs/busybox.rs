//! The words of busybox: its programs complain in their own way.

use super::arguments::program_name;

/// Where an error of GNU's programs has its file name, and how busybox puts it. `{}` is the name, `{e}` the error.
const WORDS: &[(&[&str], &str, &str)] = &[
    (&["ls"], "cannot access '{}': {e}", "{}: {e}"),
    (&["ls"], "cannot open directory '{}': {e}", "can't open '{}': {e}"),
    (&["rm"], "cannot remove '{}': Is a directory", "'{}' is a directory"),
    (&["rm"], "cannot remove '{}': {e}", "can't remove '{}': {e}"),
    (&["mkdir"], "cannot create directory '{}': {e}", "can't create directory '{}': {e}"),
    (&["rmdir"], "failed to remove '{}': {e}", "'{}': {e}"),
    (&["cp"], "cannot stat '{}': {e}", "can't stat '{}': {e}"),
    (&["cp"], "-r not specified; omitting directory '{}'", "omitting directory '{}'"),
    (&["cp"], "cannot create regular file '{}': {e}", "can't create '{}': {e}"),
    (&["cp"], "cannot open '{}' for reading: {e}", "can't open '{}': {e}"),
    (&["mv"], "cannot stat '{}': {e}", "can't rename '{}': {e}"),
    (&["mv"], "cannot move '{}' to {e}", "can't rename '{}': {e}"),
    (&["touch"], "cannot touch '{}': {e}", "{}: {e}"),
    (&["chmod", "chown", "chgrp"], "cannot access '{}': {e}", "{}: {e}"),
    (&["chmod"], "changing permissions of '{}': {e}", "{}: {e}"),
    (&["chown", "chgrp"], "changing ownership of '{}': {e}", "{}: {e}"),
    (&["chown", "chgrp"], "changing group of '{}': {e}", "{}: {e}"),
    (&["head"], "cannot open '{}' for reading: {e}", "{}: {e}"),
    (&["tail"], "cannot open '{}' for reading: {e}", "can't open '{}': {e}"),
    (&["sort"], "cannot read: {}: {e}", "{}: {e}"),
    (&["sed"], "can't read {}: {e}", "{}: {e}"),
    (&["du", "df", "stat"], "cannot access '{}': {e}", "{}: {e}"),
    (&["stat"], "cannot statx '{}': {e}", "can't stat '{}': {e}"),
    (&["whoami"], "cannot find name for user ID {}", "unknown uid {}"),
    (&["chroot"], "cannot change root directory to '{}': {e}", "can't change root directory to '{}': {e}"),
    (&["chroot"], "failed to run command '{}': {e}", "can't execute '{}': {e}"),
    (&["nsenter"], "cannot open {}: {e}", "can't open '{}': {e}"),
    (&["nsenter"], "reassociate to namespace 'ns/{}' failed: {e}", "setns(): can't reassociate to namespace '{}': {e}"),
    (&["nsenter"], "failed to parse pid: '{}'", "invalid number '{}'"),
    (&["nsenter", "unshare"], "failed to execute {}: {e}", "can't execute '{}': {e}"),
    (&["cat", "less", "more", "tac"], "{}: {e}", "can't open '{}': {e}"),
];

/// What a program says, in busybox's words.
pub(crate) fn worded(program: &str, text: &str) -> String {
    let name = program_name(program);
    let Some((first, rest)) = text.strip_prefix(&format!("{name}: ")).map(|text| text.split_once('\n').unwrap_or((text, ""))) else {
        return text.to_owned();
    };
    if let Some(letter) = first.strip_prefix("invalid option -- '").and_then(|rest| rest.strip_suffix('\'')) {
        return format!("{name}: unrecognized option: {letter}\n");
    }
    let known = WORDS.iter().filter(|(programs, ..)| programs.contains(&name));
    let found = known.into_iter().find_map(|(_, gnu, busybox)| matched(first, gnu).map(|(file, error)| busybox.replace("{}", &file).replace("{e}", &error)));
    match found {
        Some(found) => format!("{name}: {found}\n{rest}"),
        None => text.to_owned(),
    }
}

/// The name and the error, if a line has the form of a pattern. The error is what stands behind the last colon.
fn matched(line: &str, pattern: &str) -> Option<(String, String)> {
    let (before, after) = pattern.split_once("{}")?;
    let rest = line.strip_prefix(before)?;
    match after.split_once("{e}") {
        Some((between, _)) => {
            let (file, error) = rest.rsplit_once(between)?;
            // `mv: cannot move 'a' to 'b': …` names a second file.
            let error = if between.ends_with(" to ") { error.rsplit_once(": ")?.1 } else { error };
            Some((file.to_owned(), error.to_owned()))
        }
        None => rest.strip_suffix(after).map(|file| (file.to_owned(), String::new())),
    }
}
