//! Patterns: `*`, `?`, `[a-z]`, `[!a]`, `[[:digit:]]`, and `\` before a character that stands for itself.

/// Whether a pattern matches the whole text.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    matches_chars(&pattern, &text)
}

/// Matches with one place to come back to: the last `*`, taking one character more each time.
pub(super) fn matches_chars(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        if pattern.get(p) == Some(&'*') {
            star = Some((p + 1, t));
            p += 1;
            continue;
        }
        if t == text.len() && p == pattern.len() {
            return true;
        }
        if let Some(length) = text.get(t).and_then(|c| match_one(&pattern[p..], *c)) {
            p += length;
            t += 1;
            continue;
        }
        match star {
            Some((after, taken)) if taken < text.len() => {
                star = Some((after, taken + 1));
                (p, t) = (after, taken + 1);
            }
            _ => return false,
        }
    }
}

/// How many characters of the pattern match this one character, if they do.
fn match_one(pattern: &[char], c: char) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '[' => match bracket(pattern) {
            Some((length, negated, set)) => (set_contains(set, c) != negated).then_some(length),
            None => (c == '[').then_some(1),
        },
        '\\' if pattern.len() > 1 => (pattern[1] == c).then_some(2),
        literal => (*literal == c).then_some(1),
    }
}

/// The length of a bracket expression, whether it is negated, and what is between the brackets.
fn bracket(pattern: &[char]) -> Option<(usize, bool, &[char])> {
    let negated = matches!(pattern.get(1), Some('!' | '^'));
    let start = if negated { 2 } else { 1 };
    let mut at = start;
    while at < pattern.len() {
        if pattern[at] == ']' && at > start {
            return Some((at + 1, negated, &pattern[start..at]));
        }
        let in_class = pattern[at] == '[' && pattern.get(at + 1) == Some(&':');
        match in_class.then(|| pattern[at..].windows(2).position(|pair| pair == [':', ']'].as_slice())).flatten() {
            Some(end) if end > 1 => at += end + 2,
            _ if pattern[at] == '\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

fn set_contains(set: &[char], c: char) -> bool {
    let mut at = 0;
    while at < set.len() {
        if set[at] == '['
            && set.get(at + 1) == Some(&':')
            && let Some(end) = set[at + 2..].windows(2).position(|pair| pair == [':', ']'].as_slice())
        {
            let name: String = set[at + 2..at + 2 + end].iter().collect();
            if in_class(&name, c) {
                return true;
            }
            at += end + 4;
            continue;
        }
        if set[at] == '\\' && at + 1 < set.len() {
            at += 1;
        }
        if at + 2 < set.len() && set[at + 1] == '-' {
            if (set[at]..=set[at + 2]).contains(&c) {
                return true;
            }
            at += 3;
        } else {
            if set[at] == c {
                return true;
            }
            at += 1;
        }
    }
    false
}

fn in_class(name: &str, c: char) -> bool {
    match name {
        "alpha" => c.is_alphabetic(),
        "digit" => c.is_ascii_digit(),
        "alnum" => c.is_alphanumeric(),
        "upper" => c.is_uppercase(),
        "lower" => c.is_lowercase(),
        "space" => c.is_whitespace(),
        "blank" => c == ' ' || c == '\t',
        "punct" => c.is_ascii_punctuation(),
        "xdigit" => c.is_ascii_hexdigit(),
        _ => false,
    }
}

/// Whether a pattern has anything in it that is not literal.
pub(super) fn is_pattern(pattern: &str) -> bool {
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '*' | '?' | '[' => return true,
            _ => {}
        }
    }
    false
}

/// Makes a text match only itself.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '\\' | '!' | '-' | '^') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The text that a pattern without wildcards stands for.
pub(super) fn unescape(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or('\\') } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_texts() {
        let cases = [
            ("*.yaml", "pod.yaml", true),
            ("*.yaml", "pod.yml", false),
            ("a?c", "abc", true),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("[[:digit:]]*", "7up", true),
            ("\\*", "*", true),
            ("\\*", "a", false),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "ab ab c", false),
            ("", "", true),
            ("[", "[", true),
            ("[]]", "]", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} against {text}");
        }
    }
}
