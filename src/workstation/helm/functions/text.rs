//! Texts.

use podarium_api::go_template::{Value, go_printf, show};
use regex::Regex;

use super::{Row, int_of, is_empty, list_of, string_of, text_of};

type Done = Result<Value, String>;

fn text(text: impl AsRef<str>) -> Done {
    Ok(Value::text(text))
}

/// The texts of all values; nil is left out, as `quote` and `cat` do.
fn texts(values: &[Value]) -> Vec<String> {
    values.iter().filter(|value| !matches!(value, Value::Nil)).map(string_of).collect()
}

fn quote(value: &str) -> String {
    go_printf("%q", &[Value::text(value)])
}

fn at(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

fn indent(spaces: i64, value: &str) -> String {
    let pad = " ".repeat(at(spaces));
    format!("{pad}{}", value.replace('\n', &format!("\n{pad}")))
}

fn title(value: &str) -> String {
    let mut out = String::new();
    let mut starts = true;
    for c in value.chars() {
        if starts { out.extend(c.to_uppercase()) } else { out.push(c) }
        starts = !c.is_alphanumeric() && c != '_' && c != '\'';
    }
    out
}

/// The words of a name in any case: at capitals, digits' ends and separators.
fn words(value: &str) -> Vec<String> {
    let (mut found, mut word) = (Vec::new(), String::new());
    let chars: Vec<char> = value.chars().collect();
    for (place, c) in chars.iter().enumerate() {
        if !c.is_alphanumeric() {
            found.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            continue;
        }
        let before = place.checked_sub(1).map(|place| chars[place]);
        let after = chars.get(place + 1);
        let starts = c.is_uppercase() && (before.is_some_and(|before| !before.is_uppercase()) || after.is_some_and(|after| after.is_lowercase()));
        if starts && !word.is_empty() {
            found.push(std::mem::take(&mut word));
        }
        word.push(*c);
    }
    found.extend((!word.is_empty()).then_some(word));
    found
}

fn regex(pattern: &Value) -> Result<Regex, String> {
    let source = text_of(pattern)?;
    Regex::new(source).map_err(|_| format!("error parsing regexp: {source}"))
}

/// `$1` and `${name}` mean in Rust what they mean in Go.
fn regex_replace(arguments: &[Value]) -> Done {
    text(regex(&arguments[0])?.replace_all(text_of(&arguments[1])?, text_of(&arguments[2])?))
}

fn find_all(arguments: &[Value]) -> Done {
    let most = int_of(&arguments[2])?;
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let found = regex(&arguments[0])?.find_iter(text_of(&arguments[1])?).take(most).map(|found| Value::text(found.as_str())).collect();
    Ok(Value::list(found))
}

fn split_map(arguments: &[Value], parts: Vec<&str>) -> Done {
    let _ = arguments;
    Ok(Value::map(parts.into_iter().enumerate().map(|(place, part)| (format!("_{place}"), Value::text(part)))))
}

fn substr(arguments: &[Value]) -> Done {
    let (start, end, value) = (int_of(&arguments[0])?, int_of(&arguments[1])?, text_of(&arguments[2])?);
    let end = if end < 0 || at(end) > value.len() { value.len() } else { at(end) };
    let start = if start < 0 { 0 } else { at(start) };
    text(value.get(start..end).unwrap_or_default())
}

fn trunc(arguments: &[Value]) -> Done {
    let (most, value) = (int_of(&arguments[0])?, text_of(&arguments[1])?);
    let length = value.len() as i64;
    if most < 0 && length + most > 0 {
        return text(value.get(at(length + most)..).unwrap_or(value));
    }
    if most >= 0 && length > most {
        return text(value.get(..at(most)).unwrap_or(value));
    }
    text(value)
}

pub const FUNCTIONS: &[Row] = &[
    ("abbrev", 2, 2, |a| {
        let (width, value) = (at(int_of(&a[0])?), text_of(&a[1])?);
        text(if width >= 4 && value.chars().count() > width { format!("{}...", value.chars().take(width - 3).collect::<String>()) } else { value.to_owned() })
    }),
    ("camelcase", 1, 1, |a| {
        let capital = |word: &String| {
            let mut chars = word.chars();
            chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default()
        };
        text(words(text_of(&a[0])?).iter().map(capital).collect::<String>())
    }),
    ("cat", 0, usize::MAX, |a| text(texts(a).join(" "))),
    ("contains", 2, 2, |a| Ok(Value::Bool(text_of(&a[1])?.contains(text_of(&a[0])?)))),
    ("hasPrefix", 2, 2, |a| Ok(Value::Bool(text_of(&a[1])?.starts_with(text_of(&a[0])?)))),
    ("hasSuffix", 2, 2, |a| Ok(Value::Bool(text_of(&a[1])?.ends_with(text_of(&a[0])?)))),
    ("hello", 0, 0, |_| text("Hello!")),
    ("indent", 2, 2, |a| text(indent(int_of(&a[0])?, text_of(&a[1])?))),
    ("initials", 1, 1, |a| text(text_of(&a[0])?.split_whitespace().filter_map(|word| word.chars().next()).collect::<String>())),
    ("join", 2, 2, |a| match &a[1] {
        Value::List(items) => text(texts(items).join(text_of(&a[0])?)),
        Value::Nil => text(""),
        other => text(string_of(other)),
    }),
    ("kebabcase", 1, 1, |a| text(words(text_of(&a[0])?).join("-").to_lowercase())),
    ("lower", 1, 1, |a| text(text_of(&a[0])?.to_lowercase())),
    ("nindent", 2, 2, |a| text(format!("\n{}", indent(int_of(&a[0])?, text_of(&a[1])?)))),
    ("nospace", 1, 1, |a| text(text_of(&a[0])?.split_whitespace().collect::<String>())),
    ("plural", 3, 3, |a| text(text_of(&a[if int_of(&a[2])? == 1 { 0 } else { 1 }])?)),
    ("quote", 0, usize::MAX, |a| text(texts(a).iter().map(|value| quote(value)).collect::<Vec<_>>().join(" "))),
    ("regexFind", 2, 2, |a| text(regex(&a[0])?.find(text_of(&a[1])?).map_or("", |found| found.as_str()))),
    ("regexFindAll", 3, 3, find_all),
    ("mustRegexFindAll", 3, 3, find_all),
    ("mustRegexFind", 2, 2, |a| text(regex(&a[0])?.find(text_of(&a[1])?).map_or("", |found| found.as_str()))),
    ("regexMatch", 2, 2, |a| Ok(Value::Bool(regex(&a[0])?.is_match(text_of(&a[1])?)))),
    ("mustRegexMatch", 2, 2, |a| Ok(Value::Bool(regex(&a[0])?.is_match(text_of(&a[1])?)))),
    ("regexQuoteMeta", 1, 1, |a| {
        let mut out = String::new();
        for c in text_of(&a[0])?.chars() {
            if "\\.+*?()|[]{}^$".contains(c) {
                out.push('\\');
            }
            out.push(c);
        }
        text(out)
    }),
    ("regexReplaceAll", 3, 3, regex_replace),
    ("mustRegexReplaceAll", 3, 3, regex_replace),
    ("regexReplaceAllLiteral", 3, 3, |a| text(regex(&a[0])?.replace_all(text_of(&a[1])?, regex::NoExpand(text_of(&a[2])?)))),
    ("regexSplit", 3, 3, |a| {
        let most = int_of(&a[2])?;
        let pattern = regex(&a[0])?;
        let value = text_of(&a[1])?;
        let parts: Vec<Value> = match most {
            0 => Vec::new(),
            most if most > 0 => pattern.splitn(value, at(most)).map(Value::text).collect(),
            _ => pattern.split(value).map(Value::text).collect(),
        };
        Ok(Value::list(parts))
    }),
    ("repeat", 2, 2, |a| text(text_of(&a[1])?.repeat(at(int_of(&a[0])?).min(1 << 16)))),
    ("replace", 3, 3, |a| text(text_of(&a[2])?.replace(text_of(&a[0])?, text_of(&a[1])?))),
    ("snakecase", 1, 1, |a| text(words(text_of(&a[0])?).join("_").to_lowercase())),
    ("split", 2, 2, |a| split_map(a, text_of(&a[1])?.split(text_of(&a[0])?).collect())),
    ("splitList", 2, 2, |a| {
        let (separator, value) = (text_of(&a[0])?, text_of(&a[1])?);
        let parts = if separator.is_empty() { value.chars().map(|c| Value::text(c.to_string())).collect() } else { value.split(separator).map(Value::text).collect() };
        Ok(Value::list(parts))
    }),
    ("splitn", 3, 3, |a| split_map(a, text_of(&a[2])?.splitn(at(int_of(&a[1])?), text_of(&a[0])?).collect())),
    ("squote", 0, usize::MAX, |a| text(texts(a).iter().map(|value| format!("'{value}'")).collect::<Vec<_>>().join(" "))),
    ("substr", 3, 3, substr),
    ("swapcase", 1, 1, |a| text(text_of(&a[0])?.chars().map(|c| if c.is_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() }).collect::<String>())),
    ("title", 1, 1, |a| text(title(text_of(&a[0])?))),
    ("toString", 1, 1, |a| text(show(&a[0]))),
    ("toStrings", 1, 1, |a| Ok(Value::list(list_of("toStrings", &a[0])?.iter().filter(|value| !matches!(value, Value::Nil)).map(|value| Value::text(string_of(value))).collect()))),
    ("trim", 1, 1, |a| text(text_of(&a[0])?.trim())),
    ("trimAll", 2, 2, |a| text(text_of(&a[1])?.trim_matches(|c| a[0].as_text().is_some_and(|set| set.contains(c))))),
    ("trimPrefix", 2, 2, |a| {
        let value = text_of(&a[1])?;
        text(value.strip_prefix(text_of(&a[0])?).unwrap_or(value))
    }),
    ("trimSuffix", 2, 2, |a| {
        let value = text_of(&a[1])?;
        text(value.strip_suffix(text_of(&a[0])?).unwrap_or(value))
    }),
    ("trimall", 2, 2, |a| text(text_of(&a[1])?.trim_matches(|c| a[0].as_text().is_some_and(|set| set.contains(c))))),
    ("trunc", 2, 2, trunc),
    ("untitle", 1, 1, |a| {
        let mut chars = text_of(&a[0])?.chars();
        text(chars.next().map(|first| first.to_lowercase().chain(chars).collect::<String>()).unwrap_or_default())
    }),
    ("upper", 1, 1, |a| text(text_of(&a[0])?.to_uppercase())),
    ("wrap", 2, 2, |a| text(wrap(at(int_of(&a[0])?), text_of(&a[1])?, "\n"))),
    ("wrapWith", 3, 3, |a| text(wrap(at(int_of(&a[0])?), text_of(&a[2])?, text_of(&a[1])?))),
    ("coalesce", 0, usize::MAX, |a| Ok(a.iter().find(|value| !is_empty(value)).cloned().unwrap_or_default())),
    ("default", 1, 2, |a| Ok(if a.len() < 2 || is_empty(&a[1]) { a[0].clone() } else { a[1].clone() })),
    ("empty", 1, 1, |a| Ok(Value::Bool(is_empty(&a[0])))),
    ("ternary", 3, 3, |a| match &a[2] {
        Value::Bool(flag) => Ok(a[if *flag { 0 } else { 1 }].clone()),
        other => Err(format!("wrong type for value; expected bool; got {}", other.type_name())),
    }),
    ("typeOf", 1, 1, |a| text(a[0].type_name())),
    ("kindOf", 1, 1, |a| text(a[0].kind_name())),
    ("typeIs", 2, 2, |a| Ok(Value::Bool(text_of(&a[0])? == a[1].type_name()))),
    ("typeIsLike", 2, 2, |a| Ok(Value::Bool(text_of(&a[0])?.trim_start_matches('*') == a[1].type_name()))),
    ("kindIs", 2, 2, |a| Ok(Value::Bool(text_of(&a[0])? == a[1].kind_name()))),
    ("deepEqual", 2, 2, |a| Ok(Value::Bool(a[0] == a[1]))),
];

fn wrap(width: usize, value: &str, separator: &str) -> String {
    let (mut out, mut line) = (String::new(), 0);
    for word in value.split(' ') {
        let length = word.chars().count();
        if line > 0 && line + 1 + length > width {
            out.push_str(separator);
            line = 0;
        } else if line > 0 {
            out.push(' ');
            line += 1;
        }
        out.push_str(word);
        line += length;
    }
    out
}
