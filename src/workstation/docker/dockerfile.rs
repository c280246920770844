//! Dockerfiles: their instructions, and what is wrong with them in BuildKit's words.

/// One instruction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    pub name: String,
    /// What follows the name, with its lines joined.
    pub rest: String,
    /// The lines that it stands on, counted from 1.
    pub first: usize,
    pub last: usize,
}

/// A stage: from one FROM to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    pub name: Option<String>,
    pub base: String,
    pub from: Instruction,
    pub instructions: Vec<Instruction>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dockerfile {
    /// ARGs before the first FROM.
    pub args: Vec<(String, Option<String>)>,
    pub stages: Vec<Stage>,
}

/// What is wrong, and on which lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub text: String,
    pub lines: (usize, usize),
}

const KNOWN: [&str; 18] = [
    "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL",
    "USER", "VOLUME", "WORKDIR",
];

pub fn parse(text: &str) -> Result<Dockerfile, Mistake> {
    let instructions = instructions(text);
    if instructions.is_empty() {
        return Err(Mistake { text: "the Dockerfile cannot be empty".to_owned(), lines: (0, 0) });
    }
    let mut file = Dockerfile::default();
    for instruction in instructions {
        let at = (instruction.first, instruction.last);
        let mistake = |text: String| Err(Mistake { text: format!("dockerfile parse error on line {}: {text}", at.0), lines: at });
        if !KNOWN.contains(&instruction.name.as_str()) {
            let near = KNOWN.iter().filter(|known| distance(known, &instruction.name) <= 2).min_by_key(|known| distance(known, &instruction.name));
            let hint = near.map(|near| format!(" (did you mean {near}?)")).unwrap_or_default();
            return mistake(format!("unknown instruction: {}{hint}", instruction.name));
        }
        if instruction.rest.is_empty() {
            return match instruction.name.as_str() {
                "FROM" => mistake("FROM requires either one or three arguments".to_owned()),
                "CMD" | "ENTRYPOINT" | "RUN" | "SHELL" => mistake(format!("file with no instructions: {} requires at least one argument", instruction.name)),
                name => mistake(format!("{name} requires at least one argument")),
            };
        }
        match (instruction.name.as_str(), file.stages.last_mut()) {
            ("FROM", _) => {
                let words: Vec<&str> = instruction.rest.split_whitespace().filter(|word| !word.starts_with("--platform")).collect();
                let name = match words.as_slice() {
                    [_] => None,
                    [_, word, name] if word.eq_ignore_ascii_case("as") => Some(name.to_lowercase()),
                    _ => return mistake("FROM requires either one or three arguments".to_owned()),
                };
                let base = words[0].to_owned();
                file.stages.push(Stage { name, base, from: instruction, instructions: Vec::new() });
            }
            ("ARG", None) => file.args.extend(assignments(&instruction.rest)),
            (_, None) => return mistake("no build stage in current context".to_owned()),
            (_, Some(stage)) => stage.instructions.push(instruction),
        }
    }
    Ok(file)
}

/// Letters that have to change to make one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}

fn instructions(text: &str) -> Vec<Instruction> {
    let mut all = Vec::new();
    let mut open: Option<Instruction> = None;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let trimmed = line.trim();
        if trimmed.starts_with('#') || trimmed.is_empty() {
            continue;
        }
        let (part, goes_on) = match trimmed.strip_suffix('\\') {
            Some(part) => (part, true),
            None => (trimmed, false),
        };
        let mut instruction = match open.take() {
            Some(mut open) => {
                open.rest.push_str(part);
                open
            }
            None => {
                let (name, rest) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
                Instruction { name: name.to_uppercase(), rest: rest.trim_start().to_owned(), first: number, last: number }
            }
        };
        instruction.last = number;
        match goes_on {
            true => open = Some(instruction),
            false => all.push(trimmed_end(instruction)),
        }
    }
    all.extend(open.map(trimmed_end));
    all
}

fn trimmed_end(mut instruction: Instruction) -> Instruction {
    instruction.rest = instruction.rest.trim_end().to_owned();
    instruction
}

/// `A=1 B="x y"`, or the old `A some text`.
pub fn assignments(rest: &str) -> Vec<(String, Option<String>)> {
    let words = words(rest);
    if words.first().is_some_and(|word| !word.contains('=')) {
        let (name, value) = rest.split_once(char::is_whitespace).map_or((rest, None), |(name, value)| (name, Some(value.trim().to_owned())));
        return vec![(name.to_owned(), value)];
    }
    words.into_iter().filter_map(|word| word.split_once('=').map(|(name, value)| (name.to_owned(), Some(value.to_owned())))).collect()
}

/// Words, with what is quoted kept together and the quotes taken away.
pub fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '"' | '\'') => (quote, any) = (Some(c), true),
            (Some(open), c) if c == open => quote = None,
            (_, '\\') => word.extend(chars.next()),
            (None, c) if c.is_whitespace() => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            (_, c) => word.push(c),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

/// `["a", "b"]`; `None`: it is no such list, so it is a line for the shell.
pub fn exec_form(rest: &str) -> Option<Vec<String>> {
    serde_json::from_str(rest.trim()).ok()
}

/// Replaces `$A`, `${A}`, `${A:-x}` and `${A:+x}`.
pub fn substitute(text: &str, value: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['$', '\\']) {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if rest[at..].starts_with('\\') {
            if !after.starts_with('$') {
                out.push('\\');
            }
            let length = after.chars().next().map_or(0, char::len_utf8);
            out.push_str(&after[..length]);
            rest = &after[length..];
            continue;
        }
        if let Some((inner, tail)) = after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            let (name, other) = inner.split_once(':').map_or((inner, None), |(name, other)| (name, Some(other)));
            let found = value(name).filter(|value| other.is_none() || !value.is_empty());
            out.push_str(&match other {
                Some(other) if other.starts_with('+') => found.map(|_| other[1..].to_owned()).unwrap_or_default(),
                Some(other) => found.unwrap_or_else(|| other.trim_start_matches('-').to_owned()),
                None => found.unwrap_or_default(),
            });
            rest = tail;
            continue;
        }
        let length = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
        match length {
            0 => out.push('$'),
            length => out.push_str(&value(&after[..length]).unwrap_or_default()),
        }
        rest = &after[length..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_stages_and_lines_are_found() {
        let file = parse("# syntax\nARG V=1\nFROM node:$V AS build\nRUN a && \\\n  b\n\nFROM nginx\nCOPY --from=build /a /b\n").unwrap();
        assert_eq!(file.args, [("V".to_owned(), Some("1".to_owned()))]);
        assert_eq!(file.stages.len(), 2);
        assert_eq!((file.stages[0].name.as_deref(), file.stages[0].base.as_str()), (Some("build"), "node:$V"));
        let run = &file.stages[0].instructions[0];
        assert_eq!((run.rest.as_str(), run.first, run.last), ("a && b", 4, 5));
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        for (text, wanted) in [
            ("FRM node\n", "dockerfile parse error on line 1: unknown instruction: FRM (did you mean FROM?)"),
            ("FROM a\nHELLO world\n", "dockerfile parse error on line 2: unknown instruction: HELLO (did you mean SHELL?)"),
            ("FROM a\nINSTALL nginx\n", "dockerfile parse error on line 2: unknown instruction: INSTALL"),
            ("FROM a b\n", "dockerfile parse error on line 1: FROM requires either one or three arguments"),
            ("RUN x\n", "dockerfile parse error on line 1: no build stage in current context"),
            ("", "the Dockerfile cannot be empty"),
        ] {
            assert_eq!(parse(text).unwrap_err().text, wanted);
        }
    }

    #[test]
    fn variables_are_put_in() {
        let value = |name: &str| (name == "A").then(|| "1".to_owned());
        for (text, wanted) in [("x$A-${A}${B:-2}${A:+y}", "x1-12y"), ("\\$A $$", "$A $$"), ("$B.", ".")] {
            assert_eq!(substitute(text, &value), wanted, "{text}");
        }
        assert_eq!(words("a 'b c' d\"e f\" \"\""), ["a", "b c", "de f", ""]);
        assert_eq!(assignments("A=1 B=\"x y\""), [("A".to_owned(), Some("1".to_owned())), ("B".to_owned(), Some("x y".to_owned()))]);
    }
}
