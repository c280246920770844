//! Conditions: `[[ … ]]`, and `test` or `[ … ]`.

use brush_parser::ast::{BinaryPredicate as B, ExtendedTestExpr as E, TestExpr as T, UnaryPredicate as U};

use super::code::Word;
use super::expand::{Expander, Stop};
use super::pattern::matches;
use crate::{Errno, FileKind, Metadata, Sys};

impl Expander<'_, '_> {
    /// `[[ … ]]`: words are not split, the right side of `==` is a pattern.
    pub fn condition(&mut self, expression: &E) -> Result<bool, Stop> {
        Ok(match expression {
            E::And(left, right) => self.condition(left)? && self.condition(right)?,
            E::Or(left, right) => self.condition(left)? || self.condition(right)?,
            E::Not(inner) => !self.condition(inner)?,
            E::Parenthesized(inner) => self.condition(inner)?,
            E::UnaryTest(predicate, word) => {
                let operand = self.condition_text(&word.value)?;
                self.unary(predicate, &operand)?
            }
            E::BinaryTest(predicate, left, right) => {
                let left = self.condition_text(&left.value)?;
                match predicate {
                    B::StringExactlyMatchesPattern | B::StringDoesNotExactlyMatchPattern => {
                        let pattern = self.pattern(&parse(&right.value)?)?;
                        let equal = matches!(predicate, B::StringExactlyMatchesPattern);
                        matches(&pattern, &left) == equal
                    }
                    B::StringMatchesRegex | B::StringContainsSubstring => {
                        let right = self.condition_text(&right.value)?;
                        self.matches_regex(&left, &right)?
                    }
                    _ => {
                        let right = self.condition_text(&right.value)?;
                        self.binary_test(predicate, &left, &right, true)?
                    }
                }
            }
        })
    }

    fn condition_text(&mut self, source: &str) -> Result<String, Stop> {
        self.text(&parse(source)?)
    }

    fn matches_regex(&mut self, text: &str, regex: &str) -> Result<bool, Stop> {
        let Ok(regex) = regex::Regex::new(regex) else { return Err(Stop::Failed(String::new())) };
        let Some(captures) = regex.captures(text) else { return Ok(false) };
        let groups = captures.iter().zip(0..);
        let groups = groups.map(|(group, index)| (index, group.map_or("", |group| group.as_str()).to_owned()));
        self.shell.variables.set_array("BASH_REMATCH", groups.collect())?;
        Ok(true)
    }

    /// `test` and `[`. The words are already expanded.
    pub fn test(&mut self, arguments: &[String]) -> Result<bool, Stop> {
        // The meaning of up to four words is fixed by their number; this is what POSIX says and scripts rely on.
        match arguments {
            [] => Ok(false),
            [one] => Ok(!one.is_empty()),
            [not, one] if not == "!" => Ok(one.is_empty()),
            [operator, operand] => match unary_operator(operator) {
                Some(predicate) => self.unary(&predicate, operand),
                None => Err(Stop::Failed(format!("{operator}: unary operator expected"))),
            },
            [left, operator, right] if binary_operator(operator).is_some() => {
                let predicate = binary_operator(operator).expect("it was just found");
                self.binary_test(&predicate, left, right, false)
            }
            [not, rest @ ..] if not == "!" && rest.len() <= 3 => self.test(rest).map(|result| !result),
            [open, inner, close] if open == "(" && close == ")" => Ok(!inner.is_empty()),
            [left, and, right] if and == "-a" => Ok(!left.is_empty() && !right.is_empty()),
            [left, or, right] if or == "-o" => Ok(!left.is_empty() || !right.is_empty()),
            [_, operator, _] => Err(Stop::Failed(format!("{operator}: binary operator expected"))),
            more => match brush_parser::test_command::parse(more) {
                Ok(expression) => self.parsed_test(&expression),
                Err(_) => Err(Stop::Failed("too many arguments".to_owned())),
            },
        }
    }

    fn parsed_test(&mut self, expression: &T) -> Result<bool, Stop> {
        Ok(match expression {
            T::False => false,
            T::Literal(text) => !text.is_empty(),
            T::And(left, right) => self.parsed_test(left)? && self.parsed_test(right)?,
            T::Or(left, right) => self.parsed_test(left)? || self.parsed_test(right)?,
            T::Not(inner) => !self.parsed_test(inner)?,
            T::Parenthesized(inner) => self.parsed_test(inner)?,
            T::UnaryTest(predicate, operand) => self.unary(predicate, operand)?,
            T::BinaryTest(predicate, left, right) => self.binary_test(predicate, left, right, false)?,
        })
    }

    fn unary(&mut self, predicate: &U, operand: &str) -> Result<bool, Stop> {
        let found = |sys: &mut Sys<'_>| sys.stat(operand);
        let is = |found: Result<Metadata, Errno>, what: fn(&Metadata) -> bool| found.is_ok_and(|found| what(&found));
        let (uid, gid) = (self.sys.credentials().uid, self.sys.credentials().gid);
        Ok(match predicate {
            U::StringHasZeroLength => operand.is_empty(),
            U::StringHasNonZeroLength => !operand.is_empty(),
            U::FileExists => found(self.sys).is_ok(),
            U::FileExistsAndIsReadable => self.sys.access(operand, 4).is_ok(),
            U::FileExistsAndIsWritable => self.sys.access(operand, 2).is_ok(),
            U::FileExistsAndIsExecutable => self.sys.access(operand, 1).is_ok(),
            U::FileExistsAndOwnedByEffectiveUserId => found(self.sys).is_ok_and(|it| it.uid == uid),
            U::FileExistsAndOwnedByEffectiveGroupId => found(self.sys).is_ok_and(|it| it.gid == gid),
            U::FileExistsAndIsDir => is(found(self.sys), Metadata::is_dir),
            U::FileExistsAndIsRegularFile => is(found(self.sys), |it| it.kind == FileKind::File),
            U::FileExistsAndIsCharSpecialFile => is(found(self.sys), |it| it.kind == FileKind::Device),
            U::FileExistsAndIsSymlink => is(self.sys.lstat(operand), |it| it.kind == FileKind::Symlink),
            U::FileExistsAndIsNotZeroLength => is(found(self.sys), |it| it.size > 0),
            U::FileExistsAndIsSetuid => is(found(self.sys), |it| it.mode & 0o4000 != 0),
            U::FileExistsAndIsSetgid => is(found(self.sys), |it| it.mode & 0o2000 != 0),
            U::FileExistsAndHasStickyBit => is(found(self.sys), |it| it.mode & 0o1000 != 0),
            U::FdIsOpenTerminal => operand.trim().parse().is_ok_and(|fd| self.sys.is_tty(fd)),
            U::ShellVariableIsSetAndAssigned => self.named(operand).is_some(),
            U::ShellOptionEnabled => self.shell.options.is_on(operand),
            U::FileExistsAndIsBlockSpecialFile | U::FileExistsAndIsFifo | U::FileExistsAndIsSocket => false,
            U::FileExistsAndModifiedSinceLastRead | U::ShellVariableIsSetAndNameRef => {
                return Err(Stop::not_simulated("this test"));
            }
        })
    }

    fn binary_test(&mut self, predicate: &B, left: &str, right: &str, evaluates: bool) -> Result<bool, Stop> {
        let mut file_times = || {
            let mut modified = |path: &str| self.sys.stat(path).ok().map(|found| found.modified);
            (modified(left), modified(right))
        };
        Ok(match predicate {
            B::StringExactlyMatchesString | B::StringExactlyMatchesPattern => left == right,
            B::StringDoesNotExactlyMatchString | B::StringDoesNotExactlyMatchPattern => left != right,
            B::LeftSortsBeforeRight => left < right,
            B::LeftSortsAfterRight => left > right,
            B::StringMatchesRegex | B::StringContainsSubstring => self.matches_regex(left, right)?,
            B::FilesReferToSameDeviceAndInodeNumbers => {
                match (self.sys.stat(left), self.sys.stat(right)) {
                    (Ok(left), Ok(right)) => left.is_same_file(&right),
                    _ => false,
                }
            }
            B::LeftFileIsNewerOrExistsWhenRightDoesNot => file_times().0 > file_times().1,
            B::LeftFileIsOlderOrDoesNotExistWhenRightDoes => file_times().0 < file_times().1,
            B::ArithmeticEqualTo
            | B::ArithmeticNotEqualTo
            | B::ArithmeticLessThan
            | B::ArithmeticLessThanOrEqualTo
            | B::ArithmeticGreaterThan
            | B::ArithmeticGreaterThanOrEqualTo => {
                let (left, right) = (self.number(left, evaluates)?, self.number(right, evaluates)?);
                match predicate {
                    B::ArithmeticEqualTo => left == right,
                    B::ArithmeticNotEqualTo => left != right,
                    B::ArithmeticLessThan => left < right,
                    B::ArithmeticLessThanOrEqualTo => left <= right,
                    B::ArithmeticGreaterThan => left > right,
                    _ => left >= right,
                }
            }
        })
    }

    /// `[[` evaluates an expression; `[` wants a number.
    fn number(&mut self, text: &str, evaluates: bool) -> Result<i64, Stop> {
        match text.trim().parse() {
            Ok(number) => Ok(number),
            Err(_) if evaluates => self.arithmetic(text),
            Err(_) => Err(Stop::Failed(format!("{text}: integer expression expected"))),
        }
    }
}

fn parse(source: &str) -> Result<Word, Stop> {
    Word::parse(source).map_err(Stop::error)
}

fn unary_operator(operator: &str) -> Option<U> {
    Some(match operator {
        "-e" | "-a" => U::FileExists,
        "-f" => U::FileExistsAndIsRegularFile,
        "-d" => U::FileExistsAndIsDir,
        "-s" => U::FileExistsAndIsNotZeroLength,
        "-r" => U::FileExistsAndIsReadable,
        "-w" => U::FileExistsAndIsWritable,
        "-x" => U::FileExistsAndIsExecutable,
        "-L" | "-h" => U::FileExistsAndIsSymlink,
        "-c" => U::FileExistsAndIsCharSpecialFile,
        "-b" => U::FileExistsAndIsBlockSpecialFile,
        "-p" => U::FileExistsAndIsFifo,
        "-S" => U::FileExistsAndIsSocket,
        "-u" => U::FileExistsAndIsSetuid,
        "-g" => U::FileExistsAndIsSetgid,
        "-k" => U::FileExistsAndHasStickyBit,
        "-O" => U::FileExistsAndOwnedByEffectiveUserId,
        "-G" => U::FileExistsAndOwnedByEffectiveGroupId,
        "-t" => U::FdIsOpenTerminal,
        "-v" => U::ShellVariableIsSetAndAssigned,
        "-o" => U::ShellOptionEnabled,
        "-z" => U::StringHasZeroLength,
        "-n" => U::StringHasNonZeroLength,
        _ => return None,
    })
}

fn binary_operator(operator: &str) -> Option<B> {
    Some(match operator {
        "=" | "==" => B::StringExactlyMatchesString,
        "!=" => B::StringDoesNotExactlyMatchString,
        "<" => B::LeftSortsBeforeRight,
        ">" => B::LeftSortsAfterRight,
        "-eq" => B::ArithmeticEqualTo,
        "-ne" => B::ArithmeticNotEqualTo,
        "-lt" => B::ArithmeticLessThan,
        "-le" => B::ArithmeticLessThanOrEqualTo,
        "-gt" => B::ArithmeticGreaterThan,
        "-ge" => B::ArithmeticGreaterThanOrEqualTo,
        "-ef" => B::FilesReferToSameDeviceAndInodeNumbers,
        "-nt" => B::LeftFileIsNewerOrExistsWhenRightDoesNot,
        "-ot" => B::LeftFileIsOlderOrDoesNotExistWhenRightDoes,
        _ => return None,
    })
}
