//! A list in one argument: `a,b,"c,d"`.
//!
//! Models: Go's encoding/csv, as github.com/spf13/pflag uses it.
//! Simplified: nothing.

/// The first record of a text. Nothing is an empty record.
pub fn record(text: &str) -> Result<Vec<String>, String> {
    let mut fields = Vec::new();
    let text = text.strip_suffix('\n').unwrap_or(text);
    if text.is_empty() {
        return Ok(fields);
    }
    let mut rest = text;
    loop {
        let column = |rest: &str| text.len() - rest.len() + 1;
        let Some(quoted) = rest.strip_prefix('"') else {
            let end = rest.find([',', '\n']).unwrap_or(rest.len());
            if let Some(at) = rest[..end].find('"') {
                return Err(wrong(column(&rest[at..]), "bare \" in non-quoted field"));
            }
            fields.push(rest[..end].to_owned());
            match rest[end..].strip_prefix(',') {
                Some(next) => rest = next,
                None => return Ok(fields),
            }
            continue;
        };
        let (mut field, mut inside) = (String::new(), quoted);
        let after = loop {
            let Some(at) = inside.find('"') else { return Err(wrong(text.len() + 1, "extraneous or missing \" in quoted-field")) };
            field.push_str(&inside[..at]);
            let after = &inside[at + 1..];
            match after.chars().next() {
                Some('"') => field.push('"'),
                Some(',' | '\n') | None => break after,
                Some(_) => return Err(wrong(column(&inside[at..]), "extraneous or missing \" in quoted-field")),
            }
            inside = &after[1..];
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None => return Ok(fields),
        }
    }
}

fn wrong(column: usize, why: &str) -> String {
    format!("parse error on line 1, column {column}: {why}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_separate_unless_they_are_quoted() {
        for (text, fields) in [("", &[][..]), ("a", &["a"]), ("a,b", &["a", "b"]), (",", &["", ""]), ("\"a,b\",c", &["a,b", "c"]), ("\"a\"\"b\"", &["a\"b"]), ("a\nb", &["a"])] {
            assert_eq!(record(text).as_deref(), Ok(&fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>()[..]), "{text}");
        }
        assert_eq!(record("a,b\"c").unwrap_err(), "parse error on line 1, column 4: bare \" in non-quoted field");
        assert_eq!(record("\"a").unwrap_err(), "parse error on line 1, column 3: extraneous or missing \" in quoted-field");
        assert_eq!(record("\"a\"b").unwrap_err(), "parse error on line 1, column 3: extraneous or missing \" in quoted-field");
    }
}
