//! Putting words together: which parts were quoted, where unquoted expansions are split.

use super::pattern;

/// What a word became: some fields, each of parts that were quoted or not.
#[derive(Debug, Default)]
pub(super) struct Fields {
    done: Vec<Field>,
    current: Option<Field>,
    /// Where unquoted expansions are split; empty: nowhere.
    separators: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Field(Vec<(String, bool)>);

impl Field {
    pub fn text(&self) -> String {
        self.0.iter().map(|(text, _)| text.as_str()).collect()
    }

    /// The field as a pattern, in which what was quoted stands for itself.
    pub fn pattern(&self) -> String {
        self.0.iter().map(|(text, quoted)| if *quoted { pattern::escape(text) } else { text.clone() }).collect()
    }
}

impl Fields {
    pub fn split_at(separators: &str) -> Self {
        Fields { separators: separators.to_owned(), ..Fields::default() }
    }

    /// Nothing is split: for assignments, patterns, redirections.
    pub fn whole() -> Self {
        Fields::default()
    }

    pub fn splits(&self) -> bool {
        !self.separators.is_empty()
    }

    /// Text as it stands. An empty quoted text still makes a field: `""` is an argument.
    pub fn push(&mut self, text: &str, quoted: bool) {
        if quoted || !text.is_empty() {
            self.current.get_or_insert_default().0.push((text.to_owned(), quoted));
        }
    }

    /// The value of an unquoted expansion, which is split.
    pub fn push_value(&mut self, value: &str) {
        let separators = std::mem::take(&mut self.separators);
        let is_space = |c: char| c.is_ascii_whitespace() && separators.contains(c);
        let mut rest = value;
        if rest.starts_with(is_space) {
            self.finish_field();
            rest = rest.trim_start_matches(is_space);
        }
        while !rest.is_empty() {
            let end = rest.find(|c| separators.contains(c)).unwrap_or(rest.len());
            self.push(&rest[..end], false);
            let tail = rest[end..].trim_start_matches(is_space);
            if end == rest.len() {
                break;
            }
            // A separator that is no space ends a field even if that is empty: "a::b" has three.
            let after = tail.strip_prefix(|c| separators.contains(c) && !is_space(c));
            if after.is_some() {
                self.current.get_or_insert_default();
            }
            self.finish_field();
            rest = after.map_or(tail, |after| after.trim_start_matches(is_space));
        }
        self.separators = separators;
    }

    /// The next piece begins a field of its own: between the parameters of `"$@"`.
    pub fn finish_field(&mut self) {
        self.done.extend(self.current.take());
    }

    pub fn into_fields(mut self) -> Vec<Field> {
        self.finish_field();
        self.done
    }

    /// All in one, for where nothing is split.
    pub fn into_field(self) -> Field {
        let mut parts = Vec::new();
        for (index, field) in self.into_fields().into_iter().enumerate() {
            if index > 0 {
                parts.push((" ".to_owned(), false));
            }
            parts.extend(field.0);
        }
        Field(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_split_at_separators() {
        let cases = [
            (" \t\n", " a  b ", vec!["a", "b"]),
            (":", "a::b:", vec!["a", "", "b"]),
            (" :", "a : b", vec!["a", "b"]),
            ("", "a b", vec!["a b"]),
            (" ", "", vec![]),
        ];
        for (separators, value, expected) in cases {
            let mut fields = Fields::split_at(separators);
            fields.push_value(value);
            let texts: Vec<String> = fields.into_fields().iter().map(Field::text).collect();
            assert_eq!(texts, expected, "{value:?} at {separators:?}");
        }
    }
}
