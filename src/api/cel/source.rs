//! The text of an expression, and errors that point into it.
//!
//! Models: github.com/google/cel-go/common/{source.go,error.go}, v0.26 as v1.36 has it.
//! Simplified: nothing.

/// Something wrong at a place of the text, counted in characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issue {
    pub at: usize,
    pub message: String,
}

impl Issue {
    pub fn new(at: usize, message: impl Into<String>) -> Self {
        Issue { at, message: message.into() }
    }
}

/// All issues as the compiler prints them in the order of their places, each with its line and a mark under the place.
pub(crate) fn show(text: &str, issues: &[Issue]) -> String {
    let mut sorted: Vec<&Issue> = issues.iter().collect();
    sorted.sort_by_key(|issue| issue.at);
    sorted.into_iter().map(|issue| show_one(text, issue)).collect::<Vec<_>>().join("\n")
}

fn show_one(text: &str, issue: &Issue) -> String {
    if text.is_empty() {
        // There is no line to show.
        return format!("ERROR: <input>:1:0: {}", issue.message);
    }
    let (mut line, mut column, mut start) = (1, 0, 0);
    let chars: Vec<char> = text.chars().collect();
    for (at, c) in chars.iter().enumerate().take(issue.at) {
        column += 1;
        if *c == '\n' {
            (line, column, start) = (line + 1, 0, at + 1);
        }
    }
    let snippet: String = chars[start.min(chars.len())..].iter().take_while(|c| **c != '\n').map(|c| if *c == '\t' { ' ' } else { *c }).collect();
    let wide = |c: &char| c.len_utf8() > 1;
    let mut mark: String = snippet.chars().take(column).map(|c| if wide(&c) { '\u{ff0e}' } else { '.' }).collect();
    mark.push(if snippet.chars().nth(column).is_some_and(|c| wide(&c)) { '\u{ff3e}' } else { '^' });
    format!("ERROR: <input>:{line}:{}: {}\n | {snippet}\n | {mark}", column + 1, issue.message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_marked() {
        let text = show("a &&\n  b", &[Issue::new(7, "undeclared reference to 'b' (in container '')")]);
        assert_eq!(text, "ERROR: <input>:2:3: undeclared reference to 'b' (in container '')\n |   b\n | ..^");
    }
}
