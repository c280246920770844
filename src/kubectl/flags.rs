//! Command-line flags: `-o wide`, `--output=wide`, `-Aw`, `--` and the errors for what is none.
//!
//! Models: github.com/spf13/pflag, as kubectl v1.36 uses it.
//! Simplified: nothing.

use std::collections::BTreeMap;

use crate::duration::parse_duration;
use crate::csv;
use crate::go_int;
use crate::log::check_modules;

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    Bool,
    Text,
    Int,
    Int32,
    Duration,
    /// Comma-separated, and may be repeated.
    List,
    /// May be repeated; commas are part of the value.
    Repeated,
    /// The same, of `key=value` each.
    Pairs,
    /// How much files of the source log: `helper=6,round*=8`.
    Modules,
    /// `--dry-run` alone means `--dry-run=<this>`.
    Optional(&'static str),
}

/// A flag that a command knows.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    pub name: &'static str,
    pub short: Option<char>,
    pub takes: Takes,
    pub default: &'static str,
    /// The environment variable that must be `true` for the flag to exist.
    pub gate: Option<&'static str>,
}

impl Flag {
    pub const fn new(name: &'static str, takes: Takes, default: &'static str) -> Self {
        Flag { name, short: None, takes, default, gate: None }
    }

    pub const fn bool(name: &'static str) -> Self {
        Flag::new(name, Takes::Bool, "false")
    }

    pub const fn text(name: &'static str) -> Self {
        Flag::new(name, Takes::Text, "")
    }

    pub const fn short(mut self, short: char) -> Self {
        self.short = Some(short);
        self
    }

    pub const fn gated(mut self, gate: &'static str) -> Self {
        self.gate = Some(gate);
        self
    }

    /// How messages name it: `-A, --all-namespaces`.
    fn shown(&self) -> String {
        match self.short {
            Some(short) => format!("-{short}, --{}", self.name),
            None => format!("--{}", self.name),
        }
    }
}

/// What was given on a command line.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    values: BTreeMap<&'static str, Vec<String>>,
    defaults: BTreeMap<&'static str, &'static str>,
    /// What was given, in its order: a flag's full name and its value.
    pub given: Vec<(&'static str, String)>,
    /// What is no flag.
    pub args: Vec<String>,
    /// How many of `args` came before `--`, if there was one.
    pub dash: Option<usize>,
    /// Flags that the command has itself, though all commands have one of that name.
    pub shadowed: Vec<&'static str>,
    /// The command, as help texts name it: `kubectl create deployment`.
    pub command: String,
}

impl Flags {
    /// Reads a command line. The error is pflag's.
    pub fn parse(known: &[&Flag], args: &[String]) -> Result<Flags, String> {
        // What a command has itself comes first, and counts.
        let mut flags = Flags { defaults: known.iter().rev().map(|flag| (flag.name, flag.default)).collect(), ..Flags::default() };
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            if arg == "--" {
                flags.dash = Some(flags.args.len());
                flags.args.extend(rest.cloned());
                break;
            }
            if let Some(long) = arg.strip_prefix("--") {
                flags.long(known, arg, long, &mut rest)?;
            } else if arg.len() > 1 && arg.starts_with('-') {
                flags.shorts(known, &arg[1..], &mut rest)?;
            } else {
                flags.args.push(arg.clone());
            }
        }
        Ok(flags)
    }

    fn long<'a>(&mut self, known: &[&Flag], arg: &str, long: &str, rest: &mut impl Iterator<Item = &'a String>) -> Result<(), String> {
        let (name, given) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (long, None),
        };
        if long.starts_with(['-', '=']) {
            return Err(format!("bad flag syntax: {arg}"));
        }
        let Some(flag) = known.iter().find(|flag| flag.name == name) else { return Err(format!("unknown flag: --{name}")) };
        let value = match (given, flag.takes) {
            (Some(value), _) => value,
            (None, Takes::Bool) => "true".to_owned(),
            (None, Takes::Optional(alone)) => alone.to_owned(),
            (None, _) => rest.next().cloned().ok_or_else(|| format!("flag needs an argument: --{name}"))?,
        };
        self.set(flag, value)
    }

    fn shorts<'a>(&mut self, known: &[&Flag], letters: &str, rest: &mut impl Iterator<Item = &'a String>) -> Result<(), String> {
        let mut left = letters;
        while let Some(byte) = left.bytes().next() {
            // A byte at a time, as pflag reads them.
            let letter = char::from(byte);
            let Some(flag) = known.iter().find(|flag| flag.short == Some(letter)) else {
                return Err(format!("unknown shorthand flag: '{letter}' in -{left}"));
            };
            let after = &left[1..];
            if let Some(value) = after.strip_prefix('=').filter(|value| !value.is_empty()) {
                return self.set(flag, value.to_owned());
            }
            match flag.takes {
                Takes::Bool => self.set(flag, "true".to_owned())?,
                Takes::Optional(alone) => self.set(flag, alone.to_owned())?,
                _ if !after.is_empty() => return self.set(flag, after.to_owned()),
                _ => {
                    let value = rest.next().cloned().ok_or_else(|| format!("flag needs an argument: '{letter}' in -{left}"))?;
                    return self.set(flag, value);
                }
            }
            left = after;
        }
        Ok(())
    }

    fn set(&mut self, flag: &Flag, value: String) -> Result<(), String> {
        let wrong = |why: String| format!("invalid argument {value:?} for {:?} flag: {why}", flag.shown());
        match flag.takes {
            Takes::Bool | Takes::Optional("true") if parse_bool(&value).is_none() => return Err(wrong(format!("strconv.ParseBool: parsing {value:?}: invalid syntax"))),
            Takes::Int | Takes::Int32 => {
                let bits = if flag.takes == Takes::Int && flag.name != "v" { 64 } else { 32 };
                // How much is logged is read by another library.
                let base = if flag.name == "v" { 10 } else { 0 };
                if let Err(why) = go_int::parse(&value, base, bits) {
                    return Err(wrong(format!("strconv.ParseInt: parsing {value:?}: {why}")));
                }
            }
            Takes::Duration => {
                if let Err(why) = parse_duration(&value) {
                    // This one is read by another library.
                    return Err(wrong(if flag.name == "log-flush-frequency" { "parse error".to_owned() } else { why }));
                }
            }
            Takes::Modules => check_modules(&value).map_err(wrong)?,
            _ => {}
        }
        let parts = match flag.takes {
            Takes::List => csv::record(&value).map_err(wrong)?,
            Takes::Pairs => pairs(&value).map_err(wrong)?,
            _ => vec![value.clone()],
        };
        self.given.push((flag.name, value));
        let values = self.values.entry(flag.name).or_default();
        if !matches!(flag.takes, Takes::List | Takes::Pairs | Takes::Repeated) {
            values.clear();
        }
        values.extend(parts);
        Ok(())
    }
}

/// What the flags say. A flag that was not given has its default.
impl Flags {
    pub fn is_set(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    pub fn text(&self, name: &str) -> &str {
        match self.values.get(name).and_then(|values| values.last()) {
            Some(value) => value,
            None => self.defaults.get(name).copied().unwrap_or_default(),
        }
    }

    /// The same for a flag that all commands have, where this command has no other of that name: `create rolebinding --user`
    /// names a subject, not a user of the kubeconfig.
    pub fn global_text(&self, name: &str) -> &str {
        if self.shadowed.contains(&name) { "" } else { self.text(name) }
    }

    pub fn bool(&self, name: &str) -> bool {
        parse_bool(self.text(name)).unwrap_or_default()
    }

    pub fn int(&self, name: &str) -> i64 {
        go_int::parse(self.text(name), 0, 64).unwrap_or_default()
    }

    pub fn list(&self, name: &str) -> Vec<String> {
        match self.values.get(name) {
            Some(values) => values.clone(),
            None => self.text(name).split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect(),
        }
    }

    /// Nanoseconds.
    pub fn duration(&self, name: &str) -> i64 {
        parse_duration(self.text(name)).unwrap_or_default()
    }
}

/// `a=1,b=2`: with one `=` the comma belongs to the value.
fn pairs(value: &str) -> Result<Vec<String>, String> {
    let pairs = match value.matches('=').count() {
        0 | 1 => vec![value.trim_matches('"').to_owned()],
        _ => csv::record(value)?,
    };
    match pairs.iter().find(|pair| !pair.contains('=')) {
        Some(bare) => Err(format!("{} must be formatted as key=value", if pairs.len() == 1 { value } else { bare })),
        None => Ok(pairs),
    }
}

pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [Flag; 6] = [
        Flag::text("output").short('o'),
        Flag::bool("all-namespaces").short('A'),
        Flag::new("replicas", Takes::Int, "1"),
        Flag::new("since", Takes::Duration, "0s"),
        Flag::new("filename", Takes::List, "").short('f'),
        Flag::new("dry-run", Takes::Optional("unchanged"), "none"),
    ];

    fn parse(line: &str) -> Result<Flags, String> {
        let known: Vec<&Flag> = KNOWN.iter().collect();
        Flags::parse(&known, &line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn wrong_flags_get_the_texts_of_pflag() {
        for (line, error) in [
            ("pods --foo", "unknown flag: --foo"),
            ("-zz", "unknown shorthand flag: 'z' in -zz"),
            ("pods -o", "flag needs an argument: 'o' in -o"),
            ("pods --output", "flag needs an argument: --output"),
            ("--replicas=x", "invalid argument \"x\" for \"--replicas\" flag: strconv.ParseInt: parsing \"x\": invalid syntax"),
            ("-A=x", "invalid argument \"x\" for \"-A, --all-namespaces\" flag: strconv.ParseBool: parsing \"x\": invalid syntax"),
            ("--since=5x", "invalid argument \"5x\" for \"--since\" flag: time: unknown unit \"x\" in duration \"5x\""),
            ("---x", "bad flag syntax: ---x"),
        ] {
            assert_eq!(parse(line).unwrap_err(), error, "{line}");
        }
    }

    #[test]
    fn flags_may_stand_anywhere_before_the_dashes() {
        let flags = parse("pods -Ao wide -f a,b -f c --dry-run web -- --foo").unwrap();
        assert_eq!(flags.args, ["pods", "web", "--foo"]);
        assert_eq!(flags.dash, Some(2));
        assert_eq!((flags.text("output"), flags.bool("all-namespaces"), flags.int("replicas")), ("wide", true, 1));
        assert_eq!(flags.list("filename"), ["a", "b", "c"]);
        assert_eq!(flags.text("dry-run"), "unchanged");
    }
}
