//! `.gitignore`: which files git does not look at.

/// The patterns of one file, for the directory that it lies in.
#[derive(Clone, Debug)]
pub struct Patterns {
    /// The directory, relative to the root of the work tree, with a slash at its end; empty for the root.
    base: String,
    rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
struct Rule {
    pattern: Vec<char>,
    negated: bool,
    directories_only: bool,
    /// Compared with the whole path below the base; otherwise with the last part of it.
    anchored: bool,
}

impl Patterns {
    pub fn parse(base: &str, text: &str) -> Patterns {
        let rules = text.lines().filter_map(Rule::parse).collect();
        Patterns { base: base.to_owned(), rules }
    }

    /// What the last rule that fits says: ignored or not.
    fn verdict(&self, path: &str, is_directory: bool) -> Option<bool> {
        let below = path.strip_prefix(self.base.as_str())?;
        let name = below.rsplit('/').next().unwrap_or(below);
        let fits = |rule: &&Rule| {
            let subject: Vec<char> = if rule.anchored { below } else { name }.chars().collect();
            (is_directory || !rule.directories_only) && glob(&rule.pattern, &subject)
        };
        self.rules.iter().rev().find(fits).map(|rule| !rule.negated)
    }
}

impl Rule {
    fn parse(line: &str) -> Option<Rule> {
        let mut line = line.trim_end_matches(['\r']).trim_end();
        if line.is_empty() || line.starts_with('#') {
            return None;
        }
        let negated = line.starts_with('!');
        line = line.strip_prefix('!').unwrap_or(line);
        line = line.strip_prefix('\\').unwrap_or(line);
        let directories_only = line.ends_with('/');
        line = line.strip_suffix('/').unwrap_or(line);
        let anchored = line.contains('/');
        line = line.strip_prefix('/').unwrap_or(line);
        Some(Rule { pattern: line.chars().collect(), negated, directories_only, anchored })
    }
}

/// Whether the files of patterns, the outermost first, say that a path is ignored.
pub fn is_ignored(all: &[Patterns], path: &str, is_directory: bool) -> bool {
    all.iter().rev().find_map(|patterns| patterns.verdict(path, is_directory)).unwrap_or(false)
}

/// Compares with a pattern in which `*` and `?` stop at slashes and `**` does not.
pub fn glob(pattern: &[char], text: &[char]) -> bool {
    match pattern {
        [] => text.is_empty(),
        ['*', '*', '/', rest @ ..] => glob(rest, text) || (0..text.len()).any(|at| text[at] == '/' && glob(rest, &text[at + 1..])),
        ['*', '*'] => true,
        ['*', rest @ ..] => {
            let end = text.iter().position(|c| *c == '/').unwrap_or(text.len());
            (0..=end).any(|at| glob(rest, &text[at..]))
        }
        ['?', rest @ ..] => text.first().is_some_and(|c| *c != '/') && glob(rest, &text[1..]),
        ['[', rest @ ..] if rest.contains(&']') => {
            let end = rest.iter().skip(1).position(|c| *c == ']').map_or(0, |at| at + 1);
            let (set, after) = (&rest[..end], &rest[end + 1..]);
            let (negated, set) = match set {
                ['!' | '^', set @ ..] => (true, set),
                set => (false, set),
            };
            let Some(c) = text.first() else { return false };
            let mut found = false;
            let mut at = 0;
            while at < set.len() {
                if set.get(at + 1) == Some(&'-') && at + 2 < set.len() {
                    found |= (set[at]..=set[at + 2]).contains(c);
                    at += 3;
                } else {
                    found |= set[at] == *c;
                    at += 1;
                }
            }
            found != negated && *c != '/' && glob(after, &text[1..])
        }
        ['\\', literal, rest @ ..] => text.first() == Some(literal) && glob(rest, &text[1..]),
        [literal, rest @ ..] => text.first() == Some(literal) && glob(rest, &text[1..]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_as_in_git() {
        let text = "*.log\n!keep.log\n/top\nbuild/\ndoc/*.txt\n**/deep/x\n[a-c]?\n# comment\n";
        let patterns = [Patterns::parse("", text)];
        for (path, is_directory, wanted) in [
            ("a.log", false, true),
            ("sub/a.log", false, true),
            ("sub/keep.log", false, false),
            ("top", false, true),
            ("sub/top", false, false),
            ("build", true, true),
            ("build", false, false),
            ("doc/a.txt", false, true),
            ("doc/sub/a.txt", false, false),
            ("one/two/deep/x", false, true),
            ("deep/x", false, true),
            ("b1", false, true),
            ("d1", false, false),
        ] {
            assert_eq!(is_ignored(&patterns, path, is_directory), wanted, "{path}");
        }
    }
}
