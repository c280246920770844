//! Semantic versions and what is asked of them: `>=1.19-0 <2`, `^1.2`, `~1.4`, `1.x`.

use std::cmp::Ordering;
use std::fmt;

use podarium_api::go_template::Value;

use super::{Row, text_of};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    pub major: u64,
    pub minor: u64,
    pub patch: u64,
    pub pre: String,
    pub build: String,
}

impl Version {
    /// Reads a version; `v1.2` is 1.2.0.
    pub fn parse(text: &str) -> Option<Version> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let (text, build) = text.split_once('+').map_or((text, ""), |(text, build)| (text, build));
        let (numbers, pre) = text.split_once('-').map_or((text, ""), |(numbers, pre)| (numbers, pre));
        let parts: Vec<u64> = numbers.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
        if parts.is_empty() || parts.len() > 3 {
            return None;
        }
        let part = |at: usize| parts.get(at).copied().unwrap_or(0);
        Some(Version { major: part(0), minor: part(1), patch: part(2), pre: pre.to_owned(), build: build.to_owned() })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.build.is_empty() {
            write!(f, "+{}", self.build)?;
        }
        Ok(())
    }
}

fn compare_pre(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        _ => {}
    }
    let (mut x, mut y) = (a.split('.'), b.split('.'));
    loop {
        let order = match (x.next(), y.next()) {
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) => match (x.parse::<u64>(), y.parse::<u64>()) {
                (Ok(x), Ok(y)) => x.cmp(&y),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                _ => x.cmp(y),
            },
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch).cmp(&(other.major, other.minor, other.patch)).then_with(|| compare_pre(&self.pre, &other.pre))
    }
}

/// Alternatives of conditions that all have to hold.
pub struct Constraint(Vec<Vec<(String, Version, usize)>>);

impl Constraint {
    pub fn parse(text: &str) -> Option<Constraint> {
        let mut alternatives = Vec::new();
        for alternative in text.split("||") {
            let mut conditions = Vec::new();
            let spaced = alternative.replace(',', " ");
            let mut words: Vec<String> = Vec::new();
            for word in spaced.split_whitespace() {
                // An operator may stand apart from its version.
                match words.last_mut() {
                    Some(last) if last.chars().all(|c| "<>=!~^".contains(c)) => last.push_str(word),
                    _ => words.push(word.to_owned()),
                }
            }
            let mut words = words.into_iter().peekable();
            while let Some(word) = words.next() {
                if words.peek().map(String::as_str) == Some("-") {
                    words.next();
                    let to = words.next()?;
                    conditions.push((">=".to_owned(), Version::parse(&word)?, 3));
                    conditions.push(("<=".to_owned(), Version::parse(&to)?, 3));
                    continue;
                }
                let operator: String = word.chars().take_while(|c| "<>=!~^".contains(*c)).collect();
                let rest = &word[operator.len()..];
                let bare = rest.strip_prefix('v').unwrap_or(rest);
                let numbers = bare.split(['-', '+']).next().unwrap_or_default();
                let given = numbers.split('.').take_while(|part| part.parse::<u64>().is_ok()).count();
                let wild = numbers.is_empty() || numbers.split('.').any(|part| matches!(part, "x" | "X" | "*"));
                let version = Version::parse(&if wild { numbers.split('.').take(given).chain(std::iter::repeat_n("0", 3 - given.min(3))).collect::<Vec<_>>().join(".") } else { bare.to_owned() })?;
                let operator = match (operator.as_str(), wild) {
                    ("" | "=", true) => "~",
                    ("", false) => "=",
                    (other, _) => other,
                };
                conditions.push((operator.to_owned(), version, given));
            }
            alternatives.push(conditions);
        }
        Some(Constraint(alternatives))
    }

    pub fn allows(&self, version: &Version) -> bool {
        self.0.iter().any(|conditions| conditions.iter().all(|(operator, wanted, given)| holds(operator, wanted, *given, version)))
    }
}

fn holds(operator: &str, wanted: &Version, given: usize, version: &Version) -> bool {
    // A version before a release fits only what names such a version itself.
    if !version.pre.is_empty() && wanted.pre.is_empty() && operator != "!=" {
        return false;
    }
    let same = |count: usize| {
        let (a, b) = ([version.major, version.minor, version.patch], [wanted.major, wanted.minor, wanted.patch]);
        a[..count.min(3)] == b[..count.min(3)]
    };
    match operator {
        "=" | "==" => if given < 3 { same(given) } else { version == wanted || version.cmp(wanted) == Ordering::Equal },
        "!=" => if given < 3 { !same(given) } else { version.cmp(wanted) != Ordering::Equal },
        ">" => if given < 3 { *version > *wanted && !same(given) } else { version > wanted },
        "<" => version < wanted,
        ">=" | "=>" => version >= wanted,
        "<=" | "=<" => version <= wanted || given < 3 && same(given),
        "~" | "~>" => given == 0 || version >= wanted && same(given.min(2)),
        "^" => {
            let fixed = match (wanted.major, wanted.minor, given) {
                (1.., _, _) => 1,
                (0, 1.., _) | (0, 0, 2) => 2,
                (0, 0, 3) => 3,
                _ => 1,
            };
            version >= wanted && same(fixed)
        }
        _ => false,
    }
}

pub const FUNCTIONS: &[Row] = &[
    ("semver", 1, 1, |a| {
        let Some(version) = Version::parse(text_of(&a[0])?) else { return Err("Invalid Semantic Version".to_owned()) };
        let fields = [
            ("Major", Value::Int(version.major as i64)),
            ("Minor", Value::Int(version.minor as i64)),
            ("Patch", Value::Int(version.patch as i64)),
            ("Prerelease", Value::text(&version.pre)),
            ("Metadata", Value::text(&version.build)),
            ("Original", a[0].clone()),
        ];
        Ok(Value::map(fields.map(|(name, value)| (name.to_owned(), value))))
    }),
    ("semverCompare", 2, 2, |a| {
        let source = text_of(&a[0])?;
        let Some(constraint) = Constraint::parse(source) else { return Err(format!("improper constraint: {source}")) };
        let Some(version) = Version::parse(text_of(&a[1])?) else { return Err("Invalid Semantic Version".to_owned()) };
        Ok(Value::Bool(constraint.allows(&version)))
    }),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_hold_as_in_masterminds() {
        for (constraint, version, wanted) in [
            (">=1.19-0", "1.36.0", true),
            (">= 1.19.0", "1.36.0-rc.1", false),
            ("^1.2.3", "1.9.0", true),
            ("^1.2.3", "2.0.0", false),
            ("^0.2.3", "0.3.0", false),
            ("~1.4", "1.4.9", true),
            ("~1.4", "1.5.0", false),
            ("1.x", "1.7.3", true),
            ("<1.14-0", "1.36.0", false),
            (">1.0 <2.0 || 3.x", "3.1.0", true),
            ("1.2 - 1.4", "1.3.0", true),
            ("*", "0.1.0", true),
        ] {
            let found = Constraint::parse(constraint).unwrap().allows(&Version::parse(version).unwrap());
            assert_eq!(found, wanted, "{constraint} {version}");
        }
    }
}
