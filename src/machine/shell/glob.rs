//! Pathname expansion: `*.yaml` becomes the files of that name.

use super::pattern::{is_pattern, matches, unescape};
use crate::Sys;

/// The paths that a pattern matches, sorted; none when there are none.
pub(super) fn glob(sys: &mut Sys<'_>, pattern: &str) -> Vec<String> {
    let (root, rest) = match pattern.strip_prefix('/') {
        Some(rest) => ("/", rest),
        None => ("", pattern),
    };
    let mut found = vec![root.to_owned()];
    let parts: Vec<&str> = rest.split('/').collect();
    for (index, part) in parts.iter().enumerate() {
        let is_last = index + 1 == parts.len();
        let mut next = Vec::new();
        for base in found {
            if part.is_empty() {
                next.push(base);
                continue;
            }
            let names = match is_pattern(part) {
                true => names_in(sys, &base, part),
                false => vec![unescape(part)],
            };
            for name in names {
                let path = format!("{base}{name}");
                match sys.lstat(&path) {
                    Ok(_) if is_last => next.push(path),
                    Ok(_) if sys.stat(&path).is_ok_and(|found| found.is_dir()) => next.push(format!("{path}/")),
                    _ => {}
                }
            }
        }
        found = next;
    }
    found.sort();
    found
}

fn names_in(sys: &mut Sys<'_>, directory: &str, pattern: &str) -> Vec<String> {
    let names = sys.read_dir(if directory.is_empty() { "." } else { directory }).unwrap_or_default();
    let hidden = pattern.starts_with('.');
    names.into_iter().filter(|name| (hidden || !name.starts_with('.')) && matches(pattern, name)).collect()
}
