//! Flags of docker's commands.

/// Long name, letter, what its value is (empty: it has none), what it does.
pub type Flags = &'static [(&'static str, char, &'static str, &'static str)];

/// No letter.
pub const NONE: char = '\0';

#[derive(Clone, Debug, Default)]
pub struct Parsed {
    given: Vec<(&'static str, String)>,
    pub operands: Vec<String>,
    /// The docker that asks is one from before BuildKit.
    pub classic: bool,
}

impl Parsed {
    pub fn has(&self, name: &str) -> bool {
        self.given.iter().rev().find(|(known, _)| *known == name).is_some_and(|(_, value)| value != "false")
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.given.iter().rev().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    pub fn values(&self, name: &str) -> Vec<String> {
        self.given.iter().filter(|(known, _)| *known == name).map(|(_, value)| value.clone()).collect()
    }
}

/// Reads a command line; `stops_early`: what follows the first operand belongs to another command.
pub fn parse(flags: Flags, words: &[&str], stops_early: bool) -> Result<Parsed, String> {
    let mut parsed = Parsed::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if *word == "--" {
            parsed.operands.extend(words.map(|word| (*word).to_owned()));
            break;
        }
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value)));
            let flag = flags.iter().find(|flag| flag.0 == name).ok_or_else(|| format!("unknown flag: --{name}"))?;
            let value = match (flag.2, value) {
                (_, Some(value)) => value.to_owned(),
                ("", None) => "true".to_owned(),
                (_, None) => (*words.next().ok_or_else(|| format!("flag needs an argument: --{name}"))?).to_owned(),
            };
            parsed.given.push((flag.0, value));
        } else if word.len() > 1 && word.starts_with('-') {
            let mut letters = word[1..].chars();
            while let Some(letter) = letters.next() {
                let flag = flags.iter().find(|flag| flag.1 == letter).ok_or_else(|| format!("unknown shorthand flag: '{letter}' in {word}"))?;
                if flag.2.is_empty() {
                    parsed.given.push((flag.0, "true".to_owned()));
                    continue;
                }
                let rest: String = letters.by_ref().collect();
                let rest = rest.strip_prefix('=').unwrap_or(&rest).to_owned();
                let value = if rest.is_empty() { (*words.next().ok_or_else(|| format!("flag needs an argument: '{letter}' in {word}"))?).to_owned() } else { rest };
                parsed.given.push((flag.0, value));
            }
        } else {
            parsed.operands.push((*word).to_owned());
            if stops_early {
                parsed.operands.extend(words.map(|word| (*word).to_owned()));
                break;
            }
        }
    }
    Ok(parsed)
}

/// The list of options in a help text.
pub fn help(flags: Flags) -> String {
    if flags.is_empty() {
        return String::new();
    }
    let head = |flag: &(&str, char, &str, &str)| {
        let letter = if flag.1 == NONE { "    ".to_owned() } else { format!("-{}, ", flag.1) };
        let kind = if flag.2.is_empty() { String::new() } else { format!(" {}", flag.2) };
        format!("{letter}--{}{kind}", flag.0)
    };
    let width = flags.iter().map(|flag| head(flag).len()).max().unwrap_or_default();
    let lines: String = flags.iter().map(|flag| format!("  {:<width$}   {}\n", head(flag), flag.3)).collect();
    format!("\nOptions:\n{lines}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: Flags = &[("detach", 'd', "", ""), ("publish", 'p', "list", ""), ("rm", NONE, "", "")];

    #[test]
    fn flags_are_read_as_docker_reads_them() {
        let parsed = parse(FLAGS, &["-dp", "80:80", "--rm", "--publish=1:2", "image", "-x", "y"], true).unwrap();
        assert!(parsed.has("detach") && parsed.has("rm"));
        assert_eq!(parsed.values("publish"), ["80:80", "1:2"]);
        assert_eq!(parsed.operands, ["image", "-x", "y"]);
        for (words, wanted) in [
            (vec!["--nope"], "unknown flag: --nope"),
            (vec!["-x"], "unknown shorthand flag: 'x' in -x"),
            (vec!["-p"], "flag needs an argument: 'p' in -p"),
        ] {
            assert_eq!(parse(FLAGS, &words, true).unwrap_err(), wanted);
        }
    }
}
