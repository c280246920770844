//! Arithmetic: `$((…))`, `((…))`, `let`, array indices, the numbers of `[[ … -eq … ]]`.

use brush_parser::ast::{ArithmeticExpr as E, ArithmeticTarget, BinaryOperator as B, UnaryAssignmentOperator as A, UnaryOperator as U};

use super::expand::{Expander, Stop};
use super::fields::Fields;

/// A variable whose value is an expression that names a variable, and so on: where bash gives up, too.
const DEPTH: usize = 100;

impl Expander<'_, '_> {
    /// The value of an expression as it is written in the script.
    pub fn arithmetic(&mut self, source: &str) -> Result<i64, Stop> {
        let plain = !source.contains(['$', '`', '\\', '"', '\'']);
        let text = if plain { source.to_owned() } else { self.arithmetic_text(source)? };
        self.evaluate_text(&text, 0)
    }

    /// Expansions in an expression happen first, as inside double quotes.
    fn arithmetic_text(&mut self, source: &str) -> Result<String, Stop> {
        let pieces = brush_parser::word::parse_heredoc(source, &Default::default())
            .map_err(|_| Stop::error(format!("{source}: bad substitution")))?;
        let mut fields = Fields::whole();
        self.pieces(&pieces, true, &mut fields)?;
        Ok(fields.into_field().text().replace('"', ""))
    }

    fn evaluate_text(&mut self, text: &str, depth: usize) -> Result<i64, Stop> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Ok(0);
        }
        if let Ok(number) = trimmed.parse::<i64>()
            && !(trimmed.len() > 1 && trimmed.trim_start_matches('-').starts_with('0'))
        {
            return Ok(number);
        }
        let expression = brush_parser::arithmetic::parse(trimmed).map_err(|_| syntax_error(trimmed))?;
        self.evaluate(&expression, text, depth)
    }

    fn evaluate(&mut self, expression: &E, text: &str, depth: usize) -> Result<i64, Stop> {
        if depth > DEPTH {
            return Err(Stop::Failed(format!("{text}: expression recursion level exceeded (error token is \"{text}\")")));
        }
        Ok(match expression {
            E::Literal(number) => *number,
            E::Reference(target) => self.look_up(target, text, depth)?,
            E::UnaryOp(operator, operand) => {
                let value = self.evaluate(operand, text, depth)?;
                match operator {
                    U::UnaryPlus => value,
                    U::UnaryMinus => value.wrapping_neg(),
                    U::BitwiseNot => !value,
                    U::LogicalNot => i64::from(value == 0),
                }
            }
            E::BinaryOp(B::LogicalAnd, left, right) => {
                i64::from(self.evaluate(left, text, depth)? != 0 && self.evaluate(right, text, depth)? != 0)
            }
            E::BinaryOp(B::LogicalOr, left, right) => {
                i64::from(self.evaluate(left, text, depth)? != 0 || self.evaluate(right, text, depth)? != 0)
            }
            E::BinaryOp(operator, left, right) => {
                let (left, right) = (self.evaluate(left, text, depth)?, self.evaluate(right, text, depth)?);
                binary(operator, left, right, text)?
            }
            E::Conditional(condition, yes, no) => match self.evaluate(condition, text, depth)? {
                0 => self.evaluate(no, text, depth)?,
                _ => self.evaluate(yes, text, depth)?,
            },
            E::Assignment(target, value) => {
                let value = self.evaluate(value, text, depth)?;
                self.store(target, value, text, depth)?
            }
            E::BinaryAssignment(operator, target, value) => {
                let before = self.look_up(target, text, depth)?;
                let value = self.evaluate(value, text, depth)?;
                let after = binary(operator, before, value, text)?;
                self.store(target, after, text, depth)?
            }
            E::UnaryAssignment(operator, target) => {
                let before = self.look_up(target, text, depth)?;
                let after = match operator {
                    A::PrefixIncrement | A::PostfixIncrement => before.wrapping_add(1),
                    A::PrefixDecrement | A::PostfixDecrement => before.wrapping_sub(1),
                };
                self.store(target, after, text, depth)?;
                match operator {
                    A::PrefixIncrement | A::PrefixDecrement => after,
                    A::PostfixIncrement | A::PostfixDecrement => before,
                }
            }
        })
    }

    fn look_up(&mut self, target: &ArithmeticTarget, text: &str, depth: usize) -> Result<i64, Stop> {
        let value = match target {
            ArithmeticTarget::Variable(name) => {
                let value = self.named(name);
                if value.is_none() && self.shell.options.nounset {
                    return Err(Stop::Error { message: format!("{name}: unbound variable"), status: 127 });
                }
                value
            }
            ArithmeticTarget::ArrayElement(name, index) => {
                let index = self.evaluate(index, text, depth)?;
                self.shell.variables.elements(name).get(&index).cloned()
            }
        };
        match value {
            Some(value) => self.evaluate_text(&value, depth + 1),
            None => Ok(0),
        }
    }

    fn store(&mut self, target: &ArithmeticTarget, value: i64, text: &str, depth: usize) -> Result<i64, Stop> {
        match target {
            ArithmeticTarget::Variable(name) => self.shell.variables.set(name, value.to_string())?,
            ArithmeticTarget::ArrayElement(name, index) => {
                let index = self.evaluate(index, text, depth)?;
                self.shell.variables.set_element(name, index, value.to_string())?;
            }
        }
        Ok(value)
    }
}

fn binary(operator: &B, left: i64, right: i64, text: &str) -> Result<i64, Stop> {
    Ok(match operator {
        B::Power if right < 0 => {
            return Err(Stop::Failed(format!("{text}: exponent less than 0 (error token is \"{right}\")")));
        }
        B::Power => (0..right).fold(1, |product: i64, _| product.wrapping_mul(left)),
        B::Multiply => left.wrapping_mul(right),
        B::Divide | B::Modulo if right == 0 => {
            // The text ends in the divisor in all but odd cases; bash points at what is left to read there.
            let token = text.rsplit(['/', '%']).next().unwrap_or(text).trim();
            return Err(Stop::Failed(format!("{}: division by 0 (error token is \"{token}\")", text.trim_start())));
        }
        B::Divide => left.wrapping_div(right),
        B::Modulo => left.wrapping_rem(right),
        B::Comma => right,
        B::Add => left.wrapping_add(right),
        B::Subtract => left.wrapping_sub(right),
        B::ShiftLeft => left.wrapping_shl(u32::try_from(right & 63).unwrap_or(0)),
        B::ShiftRight => left.wrapping_shr(u32::try_from(right & 63).unwrap_or(0)),
        B::LessThan => i64::from(left < right),
        B::LessThanOrEqualTo => i64::from(left <= right),
        B::GreaterThan => i64::from(left > right),
        B::GreaterThanOrEqualTo => i64::from(left >= right),
        B::Equals => i64::from(left == right),
        B::NotEquals => i64::from(left != right),
        B::BitwiseAnd => left & right,
        B::BitwiseXor => left ^ right,
        B::BitwiseOr => left | right,
        B::LogicalAnd => i64::from(left != 0 && right != 0),
        B::LogicalOr => i64::from(left != 0 || right != 0),
    })
}

/// Bash says where it stopped reading. The usual cases are an operator without its right side, and a word too many.
fn syntax_error(text: &str) -> Stop {
    let last = text.chars().last().unwrap_or(' ');
    let message = match last.is_alphanumeric() || last == ')' {
        true => {
            let token = text.split_whitespace().last().unwrap_or(text);
            format!("{text}: syntax error in expression (error token is \"{token}\")")
        }
        false => format!("{text}: syntax error: operand expected (error token is \"{last}\")"),
    };
    Stop::Failed(message)
}
