//! Expansion: from a word as written to the arguments that a command gets.
//!
//! A command substitution inside a word has to wait for another process, and the expansion is ordinary recursive Rust
//! that cannot be kept half done. So it is *repeated*: it gives up with [`Stop::Substitute`], the interpreter restores
//! the variables, runs the substitution, adds its output to the answers, and expands the command again from the start,
//! which finds that answer in its place and gets further. A connection (`>/dev/tcp/HOST/PORT`)
//! is waited for in the same way. Nothing else in an expansion reaches outside the shell.

use brush_parser::word::{TildeExpr, WordPiece, WordPieceWithSource};

use super::code::{AssignedValue, Assignment, Word};
use super::fields::{Field, Fields};
use super::glob::glob;
use super::interpreter::Shell;
use super::pattern::is_pattern;
use super::variables::{ReadOnly, Value};
use crate::{HttpRequest, Sys};

/// What a command substitution gave.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub output: String,
    pub status: i32,
}

/// Why an expansion does not go on.
#[derive(Debug)]
pub(super) enum Stop {
    /// This command has to run first.
    Substitute(String),
    /// This connection has to be made first; what stands for it in bash (`/dev/tcp/HOST/PORT`).
    Connect { path: String, request: Box<HttpRequest> },
    /// It cannot be done. A shell that runs a script ends with this status.
    Error { message: String, status: i32 },
    /// Only this command fails.
    Failed(String),
}

impl Stop {
    pub fn error(message: impl Into<String>) -> Self {
        Stop::Error { message: message.into(), status: 1 }
    }

    pub fn not_simulated(what: &str) -> Self {
        Stop::Failed(format!("podarium: not simulated: {what}"))
    }
}

impl From<ReadOnly> for Stop {
    fn from(error: ReadOnly) -> Self {
        Stop::error(format!("{}: readonly variable", error.0))
    }
}

pub(super) struct Expander<'a, 'b> {
    pub shell: &'a mut Shell,
    pub sys: &'a mut Sys<'b>,
    pub answers: &'a [Answer],
    pub used: usize,
}

impl Expander<'_, '_> {
    /// The arguments that words become: split, and with patterns replaced by the files that match.
    pub fn arguments(&mut self, words: &[Word], keep_assignments: bool) -> Result<Vec<String>, Stop> {
        let mut out = Vec::new();
        for word in words {
            if word.is_assignment && keep_assignments {
                out.push(self.text(word)?);
                continue;
            }
            let mut fields = Fields::split_at(self.shell.separators());
            self.pieces(&word.pieces, false, &mut fields)?;
            for field in fields.into_fields() {
                self.push_paths(&field, &mut out);
            }
        }
        Ok(out)
    }

    fn push_paths(&mut self, field: &Field, out: &mut Vec<String>) {
        let pattern = field.pattern();
        let globs = is_pattern(&pattern) && !self.shell.options.noglob;
        let paths = if globs { glob(self.sys, &pattern) } else { Vec::new() };
        match paths.is_empty() {
            true if globs && self.shell.options.nullglob => {}
            true => out.push(field.text()),
            false => out.extend(paths),
        }
    }

    /// A word that is not split: the value of an assignment, a file name, the subject of `case`.
    pub fn text(&mut self, word: &Word) -> Result<String, Stop> {
        self.whole(word).map(|field| field.text())
    }

    /// A word as a pattern: what is quoted stands for itself.
    pub fn pattern(&mut self, word: &Word) -> Result<String, Stop> {
        self.whole(word).map(|field| field.pattern())
    }

    pub fn whole(&mut self, word: &Word) -> Result<Field, Stop> {
        let mut fields = Fields::whole();
        self.pieces(&word.pieces, false, &mut fields)?;
        Ok(fields.into_field())
    }

    /// A piece of source that stands inside an expansion: the default in `${x:-default}`, a pattern.
    pub fn inner(&mut self, source: &str, quoted: bool, fields: &mut Fields) -> Result<(), Stop> {
        let word = Word::parse(source).map_err(Stop::error)?;
        self.pieces(&word.pieces, quoted, fields)
    }

    pub fn inner_pattern(&mut self, source: &str) -> Result<String, Stop> {
        let mut fields = Fields::whole();
        self.inner(source, false, &mut fields)?;
        Ok(fields.into_field().pattern())
    }

    pub fn inner_text(&mut self, source: &str) -> Result<String, Stop> {
        let mut fields = Fields::whole();
        self.inner(source, false, &mut fields)?;
        Ok(fields.into_field().text())
    }

    pub fn pieces(&mut self, pieces: &[WordPieceWithSource], quoted: bool, out: &mut Fields) -> Result<(), Stop> {
        pieces.iter().try_for_each(|piece| self.piece(&piece.piece, quoted, out))
    }

    fn piece(&mut self, piece: &WordPiece, quoted: bool, out: &mut Fields) -> Result<(), Stop> {
        match piece {
            WordPiece::Text(text) => out.push(text, quoted),
            WordPiece::SingleQuotedText(text) => out.push(text, true),
            WordPiece::AnsiCQuotedText(text) => out.push(&ansi_c(text), true),
            WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
                // `"$@"` without parameters is no argument at all; any other quoted emptiness is one.
                if !matches!(inner.as_slice(), [only] if self.is_empty_list(&only.piece)) {
                    out.push("", true);
                }
                self.pieces(inner, true, out)?;
            }
            WordPiece::TildeExpansion(tilde) => {
                let home = self.tilde(tilde)?;
                out.push(&home, true);
            }
            WordPiece::ParameterExpansion(expression) => self.parameter(expression, quoted, out)?,
            WordPiece::CommandSubstitution(code) => self.substitution(code, quoted, out)?,
            WordPiece::BackquotedCommandSubstitution(code) => {
                let code = code.replace("\\`", "`").replace("\\$", "$").replace("\\\\", "\\");
                self.substitution(&code, quoted, out)?;
            }
            WordPiece::EscapeSequence(text) => match text.strip_prefix('\\').unwrap_or(text) {
                "\n" => {}
                text => out.push(text, true),
            },
            WordPiece::ArithmeticExpression(expression) => {
                let value = self.arithmetic(&expression.value)?;
                self.push_value(&value.to_string(), quoted, out);
            }
        }
        Ok(())
    }

    pub fn push_value(&self, value: &str, quoted: bool, out: &mut Fields) {
        match quoted || !out.splits() {
            true => out.push(value, quoted),
            false => out.push_value(value),
        }
    }

    fn substitution(&mut self, code: &str, quoted: bool, out: &mut Fields) -> Result<(), Stop> {
        let Some(answer) = self.answers.get(self.used) else { return Err(Stop::Substitute(code.to_owned())) };
        self.used += 1;
        let output = answer.output.trim_end_matches('\n').replace('\0', "");
        self.push_value(&output, quoted, out);
        Ok(())
    }

    fn tilde(&mut self, tilde: &TildeExpr) -> Result<String, Stop> {
        let variable = |name: &str| self.shell.variables.text(name).unwrap_or_default().to_owned();
        Ok(match tilde {
            TildeExpr::Home => match self.shell.variables.text("HOME") {
                Some(home) => home.to_owned(),
                None => {
                    let uid = self.sys.credentials().uid;
                    crate::users::user(self.sys, uid).map_or_else(|| "/".to_owned(), |user| user.home)
                }
            },
            TildeExpr::UserHome(user) => match crate::users::home_of(self.sys, user) {
                Some(home) => home,
                None => format!("~{user}"),
            },
            TildeExpr::WorkingDir => variable("PWD"),
            TildeExpr::OldWorkingDir => variable("OLDPWD"),
            TildeExpr::NthDirFromTopOfDirStack { .. } | TildeExpr::NthDirFromBottomOfDirStack { .. } => {
                return Err(Stop::not_simulated("the directory stack"));
            }
        })
    }

    /// Carries out an assignment. The variables change at once, so that the next one sees this one.
    pub fn assign(&mut self, assignment: &Assignment) -> Result<(), Stop> {
        let name = &assignment.name;
        let index = match &assignment.index {
            Some(index) => Some(self.arithmetic(index)?),
            None => None,
        };
        match (&assignment.value, index) {
            (AssignedValue::Scalar(word), index) => {
                let mut text = self.text(word)?;
                if assignment.append {
                    let elements = self.shell.variables.elements(name);
                    text.insert_str(0, elements.get(&index.unwrap_or(0)).map_or("", String::as_str));
                }
                match index {
                    Some(index) => self.shell.variables.set_element(name, index, text)?,
                    None => self.shell.variables.set(name, text)?,
                }
            }
            (AssignedValue::Array(_), _) if !self.shell.dialect.is_bash() => {
                return Err(Stop::Error { message: "syntax error near unexpected token `('".to_owned(), status: 2 });
            }
            (AssignedValue::Array(values), _) => {
                let mut elements = match assignment.append {
                    true => self.shell.variables.elements(name),
                    false => Default::default(),
                };
                let mut next = elements.last_key_value().map_or(0, |(last, _)| last + 1);
                for (index, word) in values {
                    if let Some(index) = index {
                        let index = self.text(index)?;
                        next = self.arithmetic(&index)?;
                        let text = self.text(word)?;
                        elements.insert(next, text);
                        next += 1;
                        continue;
                    }
                    for text in self.arguments(std::slice::from_ref(word), false)? {
                        elements.insert(next, text);
                        next += 1;
                    }
                }
                self.shell.variables.set_array(name, elements)?;
            }
        }
        if self.shell.options.allexport
            && let Ok(variable) = self.shell.variables.writable(name)
            && !matches!(variable.value, Value::Unset)
        {
            variable.exported = true;
        }
        Ok(())
    }
}

/// `$'…'`: the escapes of C.
fn ansi_c(text: &str) -> String {
    crate::programs::unescape(text, crate::programs::Escapes::AnsiC).0
}
