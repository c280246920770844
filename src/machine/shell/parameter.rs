//! Parameter expansion: `$x`, `${x:-default}`, `${x%.yaml}`, `"$@"` and their kin.

use brush_parser::ast::UnexpandedArithmeticExpr;
use brush_parser::word::{
    Parameter, ParameterExpr, ParameterTestType, ParameterTransformOp, SpecialParameter, SubstringMatchKind, WordPiece,
};

use super::dialect::Dialect;
use super::expand::{Expander, Stop};
use super::fields::Fields;
use super::pattern::{matches, matches_chars};

/// What a parameter holds: one text, if it is set, or a list (`$@`, `${a[@]}`) and whether `*` joins it.
enum Held {
    One(Option<String>),
    Many(Vec<String>, bool),
}

impl Expander<'_, '_> {
    /// Whether a piece is a list without elements, which quotes do not make an argument.
    pub fn is_empty_list(&mut self, piece: &WordPiece) -> bool {
        match piece {
            WordPiece::ParameterExpansion(ParameterExpr::Parameter { parameter, indirect: false }) => {
                matches!(self.held(parameter), Ok(Held::Many(list, false)) if list.is_empty())
            }
            _ => false,
        }
    }

    pub fn parameter(&mut self, expression: &ParameterExpr, quoted: bool, out: &mut Fields) -> Result<(), Stop> {
        use ParameterExpr as E;
        let held = match expression {
            E::Parameter { parameter, indirect } => {
                let held = self.resolve(parameter, *indirect)?;
                self.check_set(&held, parameter)?;
                held
            }
            E::UseDefaultValues { parameter, indirect, test_type, default_value } => {
                let held = self.resolve(parameter, *indirect)?;
                if !is_missing(&held, test_type) {
                    return self.push_held(held, quoted, out);
                }
                return self.inner(default_value.as_deref().unwrap_or_default(), quoted, out);
            }
            E::AssignDefaultValues { parameter, indirect, test_type, default_value } => {
                let held = self.resolve(parameter, *indirect)?;
                if is_missing(&held, test_type) {
                    let value = self.inner_text(default_value.as_deref().unwrap_or_default())?;
                    let Parameter::Named(name) = parameter else {
                        return Err(Stop::error(format!("${}: cannot assign in this way", name_of(parameter))));
                    };
                    self.shell.variables.set(name, value.clone())?;
                    Held::One(Some(value))
                } else {
                    held
                }
            }
            E::IndicateErrorIfNullOrUnset { parameter, indirect, test_type, error_message } => {
                let held = self.resolve(parameter, *indirect)?;
                if is_missing(&held, test_type) {
                    let message = match error_message {
                        Some(message) if !message.is_empty() => self.inner_text(message)?,
                        _ if matches!(test_type, ParameterTestType::UnsetOrNull) => {
                            "parameter null or not set".to_owned()
                        }
                        _ => "parameter not set".to_owned(),
                    };
                    let message = format!("{}: {message}", name_of(parameter));
                    return Err(Stop::Error { message, status: 127 });
                }
                held
            }
            E::UseAlternativeValue { parameter, indirect, test_type, alternative_value } => {
                let held = self.resolve(parameter, *indirect)?;
                if is_missing(&held, test_type) {
                    return Ok(());
                }
                return self.inner(alternative_value.as_deref().unwrap_or_default(), quoted, out);
            }
            E::ParameterLength { parameter, indirect } => {
                let held = self.resolve(parameter, *indirect)?;
                self.check_set(&held, parameter)?;
                let length = match held {
                    Held::One(text) => text.unwrap_or_default().chars().count(),
                    Held::Many(list, _) => list.len(),
                };
                Held::One(Some(length.to_string()))
            }
            E::Substring { parameter, indirect, offset, length } => {
                let held = self.resolve(parameter, *indirect)?;
                self.check_set(&held, parameter)?;
                self.substring(held, parameter, offset, length.as_ref())?
            }
            E::VariableNames { prefix, concatenate } => {
                let names = self.shell.variables.names().filter(|name| name.starts_with(prefix.as_str()));
                Held::Many(names.cloned().collect(), *concatenate)
            }
            E::MemberKeys { variable_name, concatenate } => {
                let elements = self.shell.variables.elements(variable_name);
                Held::Many(elements.keys().map(i64::to_string).collect(), *concatenate)
            }
            other => self.edited(other)?,
        };
        self.push_held(held, quoted, out)
    }

    /// The forms that change a value, or each element of a list.
    fn edited(&mut self, expression: &ParameterExpr) -> Result<Held, Stop> {
        use ParameterExpr as E;
        let (parameter, indirect, source) = match expression {
            E::RemoveSmallestSuffixPattern { parameter, indirect, pattern }
            | E::RemoveLargestSuffixPattern { parameter, indirect, pattern }
            | E::RemoveSmallestPrefixPattern { parameter, indirect, pattern }
            | E::RemoveLargestPrefixPattern { parameter, indirect, pattern }
            | E::UppercaseFirstChar { parameter, indirect, pattern }
            | E::UppercasePattern { parameter, indirect, pattern }
            | E::LowercaseFirstChar { parameter, indirect, pattern }
            | E::LowercasePattern { parameter, indirect, pattern } => (parameter, *indirect, pattern.clone()),
            E::ReplaceSubstring { parameter, indirect, pattern, .. } => (parameter, *indirect, Some(pattern.clone())),
            E::Transform { parameter, indirect, .. } => (parameter, *indirect, None),
            _ => return Err(Stop::not_simulated("this parameter expansion")),
        };
        let held = self.resolve(parameter, indirect)?;
        self.check_set(&held, parameter)?;
        let pattern = match &source {
            Some(source) => self.inner_pattern(source)?,
            None => String::new(),
        };
        let replacement = match expression {
            E::ReplaceSubstring { replacement: Some(replacement), .. } => self.inner_text(replacement)?,
            _ => String::new(),
        };
        let edit = |text: String| -> Result<String, Stop> {
            Ok(match expression {
                E::RemoveSmallestPrefixPattern { .. } => remove_prefix(&text, &pattern, false),
                E::RemoveLargestPrefixPattern { .. } => remove_prefix(&text, &pattern, true),
                E::RemoveSmallestSuffixPattern { .. } => remove_suffix(&text, &pattern, false),
                E::RemoveLargestSuffixPattern { .. } => remove_suffix(&text, &pattern, true),
                E::UppercaseFirstChar { .. } => recase(&text, &pattern, true, true),
                E::UppercasePattern { .. } => recase(&text, &pattern, true, false),
                E::LowercaseFirstChar { .. } => recase(&text, &pattern, false, true),
                E::LowercasePattern { .. } => recase(&text, &pattern, false, false),
                E::ReplaceSubstring { match_kind, .. } => replace(&text, &pattern, &replacement, match_kind),
                E::Transform { op, .. } => match op {
                    ParameterTransformOp::ToUpperCase => text.to_uppercase(),
                    ParameterTransformOp::ToLowerCase => text.to_lowercase(),
                    ParameterTransformOp::CapitalizeInitial => recase(&text, "", true, true),
                    ParameterTransformOp::Quoted => quote(&text),
                    _ => return Err(Stop::not_simulated("this transformation (${…@…})")),
                },
                _ => text,
            })
        };
        Ok(match held {
            Held::One(text) => Held::One(text.map(edit).transpose()?),
            Held::Many(list, joined) => {
                Held::Many(list.into_iter().map(edit).collect::<Result<_, _>>()?, joined)
            }
        })
    }

    fn push_held(&mut self, held: Held, quoted: bool, out: &mut Fields) -> Result<(), Stop> {
        match held {
            Held::One(text) => self.push_value(&text.unwrap_or_default(), quoted, out),
            Held::Many(list, true) if quoted => {
                let separator = self.shell.separators().chars().next().map(String::from).unwrap_or_default();
                out.push(&list.join(&separator), true);
            }
            Held::Many(list, _) => {
                for (index, element) in list.iter().enumerate() {
                    if index > 0 {
                        out.finish_field();
                    }
                    self.push_value(element, quoted, out);
                }
            }
        }
        Ok(())
    }

    fn resolve(&mut self, parameter: &Parameter, indirect: bool) -> Result<Held, Stop> {
        let held = self.held(parameter)?;
        if !indirect {
            return Ok(held);
        }
        let Held::One(Some(name)) = held else {
            return Err(Stop::error(format!("{}: invalid indirect expansion", name_of(parameter))));
        };
        let target = brush_parser::word::parse_parameter(&name, &Default::default())
            .map_err(|_| Stop::error(format!("{name}: invalid variable name")))?;
        self.held(&target)
    }

    fn held(&mut self, parameter: &Parameter) -> Result<Held, Stop> {
        Ok(match parameter {
            Parameter::Positional(0) => Held::One(Some(self.shell.name.clone())),
            Parameter::Positional(n) => Held::One(self.shell.positional.get(*n as usize - 1).cloned()),
            Parameter::Special(special) => match special {
                SpecialParameter::AllPositionalParameters { concatenate } => {
                    Held::Many(self.shell.positional.to_vec(), *concatenate)
                }
                SpecialParameter::PositionalParameterCount => Held::One(Some(self.shell.positional.len().to_string())),
                SpecialParameter::LastExitStatus => Held::One(Some(self.shell.status.to_string())),
                SpecialParameter::CurrentOptionFlags => Held::One(Some(self.shell.options.letters())),
                SpecialParameter::ProcessId => Held::One(self.shell.main_pid.map(|pid| pid.to_string())),
                SpecialParameter::LastBackgroundProcessId => {
                    Held::One(self.shell.last_background.map(|pid| pid.to_string()))
                }
                SpecialParameter::ShellName => Held::One(Some(self.shell.name.clone())),
            },
            Parameter::Named(name) => Held::One(self.named(name)),
            Parameter::NamedWithIndex { name, index } => {
                let index = self.arithmetic(index)?;
                let elements = match name.as_str() {
                    // The function that runs comes first, then who called it.
                    "FUNCNAME" => (0..).zip(self.shell.function_names.iter().rev().cloned()).collect(),
                    name => self.shell.variables.elements(name),
                };
                let index = match elements.last_key_value() {
                    Some((last, _)) if index < 0 => last + 1 + index,
                    _ => index,
                };
                Held::One(elements.get(&index).cloned())
            }
            Parameter::NamedWithAllIndices { name, concatenate } => {
                Held::Many(self.shell.variables.elements(name).into_values().collect(), *concatenate)
            }
        })
    }

    /// A variable, or one of those that the shell makes up at each look.
    pub fn named(&mut self, name: &str) -> Option<String> {
        match name {
            "RANDOM" if self.shell.dialect != Dialect::Dash => Some((self.shell.random.bits() % 32_768).to_string()),
            "SECONDS" => Some(self.sys.now().since(self.shell.started_at).as_secs().to_string()),
            "EPOCHSECONDS" => Some((self.sys.unix_nanos() / 1_000_000_000).to_string()),
            "LINENO" => Some(self.shell.line.to_string()),
            "BASHPID" => Some(self.sys.pid().to_string()),
            "PPID" => Some(self.sys.parent().map_or(0, |pid| pid.0).to_string()),
            "FUNCNAME" => self.shell.function_names.last().cloned(),
            _ => self.shell.variables.text(name).map(str::to_owned),
        }
    }

    fn check_set(&self, held: &Held, parameter: &Parameter) -> Result<(), Stop> {
        match held {
            Held::One(None) if self.shell.options.nounset => {
                Err(Stop::Error { message: format!("{}: unbound variable", name_of(parameter)), status: 127 })
            }
            _ => Ok(()),
        }
    }

    /// `${x:offset:length}`; negative numbers count from the end.
    fn substring(
        &mut self,
        held: Held,
        parameter: &Parameter,
        offset: &UnexpandedArithmeticExpr,
        length: Option<&UnexpandedArithmeticExpr>,
    ) -> Result<Held, Stop> {
        let offset = self.arithmetic(&offset.value)?;
        let length = length.map(|length| self.arithmetic(&length.value)).transpose()?;
        let cut = |count: usize| -> Result<std::ops::Range<usize>, Stop> {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            let start = if offset < 0 { count + offset } else { offset };
            if start < 0 || start > count {
                return Ok(0..0);
            }
            let end = match length {
                None => count,
                Some(length) if length < 0 => count + length,
                Some(length) => (start + length).min(count),
            };
            if end < start {
                return Err(Stop::error(format!("{}: substring expression < 0", length.unwrap_or_default())));
            }
            Ok(usize::try_from(start).unwrap_or(0)..usize::try_from(end).unwrap_or(0))
        };
        Ok(match held {
            Held::One(text) => {
                let chars: Vec<char> = text.unwrap_or_default().chars().collect();
                Held::One(Some(chars[cut(chars.len())?].iter().collect()))
            }
            Held::Many(mut list, joined) => {
                // Positional parameters are counted from `$0`.
                if matches!(parameter, Parameter::Special(_)) {
                    list.insert(0, self.shell.name.clone());
                }
                let range = cut(list.len())?;
                Held::Many(list[range].to_vec(), joined)
            }
        })
    }
}

fn is_missing(held: &Held, test: &ParameterTestType) -> bool {
    let null_counts = matches!(test, ParameterTestType::UnsetOrNull);
    match held {
        Held::One(text) => text.as_ref().is_none_or(|text| null_counts && text.is_empty()),
        Held::Many(list, _) => list.is_empty() || null_counts && list.iter().all(String::is_empty),
    }
}

fn name_of(parameter: &Parameter) -> String {
    match parameter {
        Parameter::Positional(n) => n.to_string(),
        Parameter::Named(name) => name.clone(),
        Parameter::NamedWithIndex { name, index } => format!("{name}[{index}]"),
        Parameter::NamedWithAllIndices { name, .. } => format!("{name}[@]"),
        Parameter::Special(SpecialParameter::LastBackgroundProcessId) => "!".to_owned(),
        Parameter::Special(_) => "@".to_owned(),
    }
}

/// Where a text can be cut between two characters, as byte positions.
fn cuts(text: &str) -> Vec<usize> {
    text.char_indices().map(|(at, _)| at).chain([text.len()]).collect()
}

fn remove_prefix(text: &str, pattern: &str, longest: bool) -> String {
    let mut ends = cuts(text);
    if longest {
        ends.reverse();
    }
    let end = ends.into_iter().find(|end| matches(pattern, &text[..*end]));
    text[end.unwrap_or(0)..].to_owned()
}

fn remove_suffix(text: &str, pattern: &str, longest: bool) -> String {
    let mut starts = cuts(text);
    if !longest {
        starts.reverse();
    }
    let start = starts.into_iter().find(|start| matches(pattern, &text[*start..]));
    text[..start.unwrap_or(text.len())].to_owned()
}

fn recase(text: &str, pattern: &str, upper: bool, first_only: bool) -> String {
    let mut out = String::new();
    for (index, c) in text.chars().enumerate() {
        let changes = (index == 0 || !first_only) && (pattern.is_empty() || matches(pattern, &c.to_string()));
        match (changes, upper) {
            (true, true) => out.extend(c.to_uppercase()),
            (true, false) => out.extend(c.to_lowercase()),
            (false, _) => out.push(c),
        }
    }
    out
}

/// Replaces the first match, or all, each as long as possible.
fn replace(text: &str, pattern: &str, replacement: &str, kind: &SubstringMatchKind) -> String {
    let pattern: Vec<char> = pattern.chars().collect();
    let chars: Vec<char> = text.chars().collect();
    if pattern.is_empty() {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut at = 0;
    let mut done = false;
    while at < chars.len() {
        let allowed = match kind {
            SubstringMatchKind::Prefix => at == 0,
            SubstringMatchKind::FirstOccurrence => !done,
            SubstringMatchKind::Anywhere => true,
            SubstringMatchKind::Suffix => !done,
        };
        let mut ends = (at + 1..=chars.len()).rev();
        let end = allowed.then(|| {
            ends.find(|end| {
                (!matches!(kind, SubstringMatchKind::Suffix) || *end == chars.len())
                    && matches_chars(&pattern, &chars[at..*end])
            })
        });
        match end.flatten() {
            Some(end) => {
                out.push_str(replacement);
                at = end;
                done = true;
            }
            None => {
                out.push(chars[at]);
                at += 1;
            }
        }
    }
    out
}

/// Quotes a text so that the shell reads it as one word.
pub(super) fn quote(text: &str) -> String {
    match text.chars().any(char::is_control) {
        true => format!("$'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n").replace('\t', "\\t")),
        false => format!("'{}'", text.replace('\'', "'\\''")),
    }
}
