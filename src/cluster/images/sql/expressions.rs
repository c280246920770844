//! Expressions: how they are read, and what they come to.
//!
//! Models: the operators and functions that PostgreSQL and MySQL have in common.
//! Simplified: few functions; numbers are floating.

use std::cmp::Ordering;

use super::words::Token;
use super::{Cell, Column, Expression, Parser, Problem, Table};

/// Expressions.
impl Parser<'_> {
    pub(super) fn expression(&mut self) -> Result<Expression, Problem> {
        let mut left = self.conjunction()?;
        while self.optional("or") {
            left = Expression::Operation("or".to_owned(), Box::new(left), Box::new(self.conjunction()?));
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Result<Expression, Problem> {
        let mut left = self.negation()?;
        while self.optional("and") {
            left = Expression::Operation("and".to_owned(), Box::new(left), Box::new(self.negation()?));
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Expression, Problem> {
        if self.optional("not") {
            return Ok(Expression::Not(Box::new(self.negation()?)));
        }
        let left = self.sum()?;
        for sign in ["=", "<>", "!=", "<=", ">=", "<", ">"] {
            if self.sign(sign) {
                return Ok(Expression::Operation(sign.to_owned(), Box::new(left), Box::new(self.sum()?)));
            }
        }
        if self.optional("is") {
            let not = self.optional("not");
            self.expect("null")?;
            return Ok(Expression::IsNull(Box::new(left), not));
        }
        let not = self.optional("not");
        if self.optional("like") || self.optional("ilike") {
            let like = Expression::Operation("like".to_owned(), Box::new(left), Box::new(self.sum()?));
            return Ok(if not { Expression::Not(Box::new(like)) } else { like });
        }
        if self.optional("in") {
            self.expect_sign("(")?;
            let mut all = Vec::new();
            loop {
                all.push(self.expression()?);
                if self.sign(")") {
                    return Ok(Expression::In(Box::new(left), all, not));
                }
                self.expect_sign(",")?;
            }
        }
        if not { self.error() } else { Ok(left) }
    }

    fn sum(&mut self) -> Result<Expression, Problem> {
        let mut left = self.product()?;
        loop {
            let Some(sign) = ["+", "-", "||"].into_iter().find(|sign| self.sign(sign)) else { return Ok(left) };
            left = Expression::Operation(sign.to_owned(), Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Result<Expression, Problem> {
        let mut left = self.primary()?;
        loop {
            let Some(sign) = ["*", "/", "%"].into_iter().find(|sign| self.sign(sign)) else { return Ok(left) };
            left = Expression::Operation(sign.to_owned(), Box::new(left), Box::new(self.primary()?));
        }
    }

    pub(super) fn primary(&mut self) -> Result<Expression, Problem> {
        if self.sign("(") {
            if self.optional("select") {
                return Err(Problem::NotSimulated("subqueries".to_owned()));
            }
            let inner = self.expression()?;
            self.expect_sign(")")?;
            return Ok(inner);
        }
        if self.sign("-") {
            let inner = self.primary()?;
            return Ok(Expression::Operation("-".to_owned(), Box::new(Expression::Cell(Cell::Number(0.0))), Box::new(inner)));
        }
        let Some((token, place)) = self.tokens.get(self.at).cloned() else { return self.error() };
        self.at += 1;
        let mut found = match token {
            Token::Number(number) => Expression::Cell(Cell::Number(number)),
            Token::Text(text) => Expression::Cell(Cell::Text(text)),
            Token::Name(name) => Expression::Column(name, place),
            Token::Word(word) => match word.to_lowercase().as_str() {
                "null" => Expression::Cell(Cell::Null),
                "true" => Expression::Cell(Cell::Bool(true)),
                "false" => Expression::Cell(Cell::Bool(false)),
                name @ ("count" | "sum" | "min" | "max" | "avg") if self.sign("(") => {
                    let inner = if self.sign("*") { None } else { Some(Box::new(self.expression()?)) };
                    self.expect_sign(")")?;
                    Expression::Aggregate(name.to_owned(), inner)
                }
                name if self.sign("(") => {
                    let mut args = Vec::new();
                    while !self.sign(")") {
                        args.push(self.expression()?);
                        self.sign(",");
                        if self.at >= self.tokens.len() {
                            return self.error();
                        }
                    }
                    Expression::Function(name.to_owned(), args)
                }
                "from" | "where" | "order" | "limit" | "values" | "set" | "group" => {
                    self.at -= 1;
                    return self.error();
                }
                name if self.values.contains_key(name) => Expression::Function(name.to_owned(), Vec::new()),
                name => Expression::Column(name.rsplit('.').next().unwrap_or(name).to_owned(), place),
            },
            Token::Sign(_) => {
                self.at -= 1;
                return self.error();
            }
        };
        // `'5'::int`
        while self.sign("::") {
            let kind = self.word()?;
            found = Expression::Function(format!("::{kind}"), vec![found]);
        }
        Ok(found)
    }

    pub(super) fn value(&self, expression: &Expression, row: Option<(&Table, &Vec<Cell>)>) -> Result<Cell, Problem> {
        Ok(match expression {
            Expression::Cell(cell) => cell.clone(),
            Expression::Column(name, place) => {
                let found = row.and_then(|(table, row)| Some(row[table.columns.iter().position(|column| column.name == *name)?].clone()));
                found.ok_or_else(|| Problem::NoColumn(name.clone(), *place))?
            }
            Expression::Not(inner) => match self.value(inner, row)? {
                Cell::Bool(value) => Cell::Bool(!value),
                other => other,
            },
            Expression::IsNull(inner, not) => Cell::Bool((self.value(inner, row)? == Cell::Null) != *not),
            Expression::In(left, all, not) => {
                let left = self.value(left, row)?;
                let mut found = false;
                for one in all {
                    found |= compare(&left, &self.value(one, row)?) == Some(Ordering::Equal);
                }
                Cell::Bool(found != *not)
            }
            Expression::Aggregate(name, _) => return Err(Problem::NotSimulated(format!("{name}() in this place"))),
            Expression::Function(name, args) => {
                let args: Result<Vec<Cell>, Problem> = args.iter().map(|arg| self.value(arg, row)).collect();
                self.function(name, &args?)?
            }
            Expression::Operation(sign, left, right) => {
                let (left, right) = (self.value(left, row)?, self.value(right, row)?);
                match (sign.as_str(), &left, &right) {
                    ("and", Cell::Bool(a), Cell::Bool(b)) => Cell::Bool(*a && *b),
                    ("or", Cell::Bool(a), Cell::Bool(b)) => Cell::Bool(*a || *b),
                    ("||", a, b) => Cell::Text(show(a).unwrap_or_default() + &show(b).unwrap_or_default()),
                    ("like", a, b) => Cell::Bool(like(&show(b).unwrap_or_default(), &show(a).unwrap_or_default())),
                    ("+" | "-" | "*" | "/" | "%", Cell::Number(a), Cell::Number(b)) => Cell::Number(match sign.as_str() {
                        "+" => a + b,
                        "-" => a - b,
                        "*" => a * b,
                        "%" => a % b,
                        _ if a.fract() == 0.0 && b.fract() == 0.0 && *b != 0.0 => (a / b).trunc(),
                        _ => a / b,
                    }),
                    _ => match compare(&left, &right) {
                        None => Cell::Null,
                        Some(order) => Cell::Bool(match sign.as_str() {
                            "=" => order == Ordering::Equal,
                            "<>" | "!=" => order != Ordering::Equal,
                            "<" => order == Ordering::Less,
                            ">" => order == Ordering::Greater,
                            "<=" => order != Ordering::Greater,
                            _ => order != Ordering::Less,
                        }),
                    },
                }
            }
        })
    }

    fn function(&self, name: &str, args: &[Cell]) -> Result<Cell, Problem> {
        let text = || args.first().and_then(show).unwrap_or_default();
        Ok(match (name, args) {
            ("upper", [_]) => Cell::Text(text().to_uppercase()),
            ("lower", [_]) => Cell::Text(text().to_lowercase()),
            ("length" | "char_length", [_]) => Cell::Number(text().chars().count() as f64),
            ("concat", _) => Cell::Text(args.iter().filter_map(show).collect()),
            ("coalesce" | "ifnull", _) => args.iter().find(|cell| **cell != Cell::Null).cloned().unwrap_or(Cell::Null),
            ("abs", [Cell::Number(number)]) => Cell::Number(number.abs()),
            ("round", [Cell::Number(number)]) => Cell::Number(number.round()),
            (kind, [cell]) if kind.starts_with("::") => match kind {
                "::int" | "::integer" | "::bigint" | "::numeric" => Cell::Number(text().trim().parse().map_err(|_| Problem::NotANumber("integer".to_owned(), text()))?),
                "::text" | "::varchar" => Cell::Text(text()),
                _ => cell.clone(),
            },
            (name, []) if self.values.contains_key(name) => Cell::Text(self.values[name].clone()),
            _ => return Err(Problem::NotSimulated(format!("{name}()"))),
        })
    }
}

pub(super) fn is_number(kind: &str) -> bool {
    ["int", "serial", "numeric", "decimal", "real", "double", "float"].iter().any(|word| kind.contains(word))
}

/// A value as a column takes it.
pub(super) fn fit(cell: Cell, column: &Column) -> Result<Cell, Problem> {
    match cell {
        Cell::Text(text) if is_number(&column.kind) => {
            let kind = if column.kind.contains("int") || column.kind.contains("serial") { "integer" } else { "numeric" };
            text.trim().parse().map(Cell::Number).map_err(|_| Problem::NotANumber(kind.to_owned(), text))
        }
        Cell::Number(number) if !is_number(&column.kind) && !column.kind.contains("bool") => Ok(Cell::Text(show(&Cell::Number(number)).unwrap_or_default())),
        Cell::Text(text) if column.kind.contains("bool") => Ok(Cell::Bool(matches!(text.as_str(), "t" | "true" | "yes" | "on" | "1"))),
        cell => Ok(cell),
    }
}

/// A value as text; nothing for NULL.
pub(super) fn show(cell: &Cell) -> Option<String> {
    match cell {
        Cell::Null => None,
        Cell::Text(text) => Some(text.clone()),
        Cell::Bool(true) => Some("t".to_owned()),
        Cell::Bool(false) => Some("f".to_owned()),
        Cell::Number(number) => Some(number.to_string()),
    }
}

pub(super) fn compare(a: &Cell, b: &Cell) -> Option<Ordering> {
    match (a, b) {
        (Cell::Null, _) | (_, Cell::Null) => None,
        (Cell::Number(a), Cell::Number(b)) => a.partial_cmp(b),
        (Cell::Number(a), Cell::Text(b)) => a.partial_cmp(&b.parse().ok()?),
        (Cell::Text(a), Cell::Number(b)) => a.parse::<f64>().ok()?.partial_cmp(b),
        (a, b) => Some(show(a).cmp(&show(b))),
    }
}

fn like(pattern: &str, text: &str) -> bool {
    fn fits(pattern: &[char], text: &[char]) -> bool {
        match (pattern.first(), text.first()) {
            (None, None) => true,
            (Some('%'), _) => fits(&pattern[1..], text) || !text.is_empty() && fits(pattern, &text[1..]),
            (Some('_'), Some(_)) => fits(&pattern[1..], &text[1..]),
            (Some(a), Some(b)) if a == b => fits(&pattern[1..], &text[1..]),
            _ => false,
        }
    }
    fits(&pattern.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>())
}
