//! Reads an awk program.

use std::collections::BTreeMap;

use super::lexer::{Lexer, Token};
use super::syntax::{BUILTINS, Comparison, Expression, Function, Kind, Pattern, Program, Redirect, Rule, Statement};
use crate::programs::regular;

type Read<T> = Result<T, String>;

pub(super) fn is_keyword(word: &str) -> bool {
    matches!(
        word,
        "BEGIN" | "END" | "function" | "func" | "if" | "else" | "while" | "for" | "do" | "break" | "continue" | "next" | "nextfile"
            | "exit" | "return" | "delete" | "in" | "getline" | "print" | "printf"
    )
}

/// A regular expression of awk.
pub(super) fn regex(text: &str) -> Result<regex::Regex, String> {
    regular::compile(text, regular::Syntax::Extended, false).map_err(|problem| match problem.starts_with("not simulated") {
        true => problem,
        false => format!("regular expression compile failed ({problem})\n{text}"),
    })
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
    /// Inside the arguments of `print`, where `>` redirects.
    in_print: bool,
}

pub(super) fn parse(text: &str) -> Read<Program> {
    let mut parser = Parser { tokens: Lexer::new(text).all()?, at: 0, in_print: false };
    let mut program = Program { begin: Vec::new(), rules: Vec::new(), end: Vec::new(), functions: BTreeMap::new() };
    parser.skip_ends();
    while *parser.peek() != Token::End {
        parser.item(&mut program)?;
        parser.skip_ends();
    }
    let called: Vec<&str> = parser.tokens.iter().filter_map(|(token, _)| if let Token::Called(name) = token { Some(name.as_str()) } else { None }).collect();
    if let Some(unknown) = called.iter().find(|name| !program.functions.contains_key(**name)) {
        let line = parser.tokens.last().map_or(1, |(_, line)| *line) + 1;
        return Err(format!("line {line}: function {unknown} never defined"));
    }
    Ok(program)
}

impl Parser {
    fn peek(&self) -> &Token {
        &self.tokens[self.at].0
    }

    fn bump(&mut self) -> Token {
        let token = self.tokens[self.at].0.clone();
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
        token
    }

    fn is(&self, operator: &str) -> bool {
        matches!(self.peek(), Token::Operator(found) if *found == operator)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Name(found) if found == word)
    }

    fn take(&mut self, operator: &str) -> bool {
        let found = self.is(operator);
        if found {
            self.bump();
        }
        found
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.bump();
        }
        found
    }

    fn expect(&mut self, operator: &str) -> Read<()> {
        if self.take(operator) { Ok(()) } else { Err(self.error()) }
    }

    fn error(&self) -> String {
        let line = self.tokens[self.at].1;
        let near = match self.peek() {
            Token::Number(number) => number.to_string(),
            Token::Text(text) => text.clone(),
            Token::Regex(text) => format!("/{text}/"),
            Token::Name(name) | Token::Called(name) => name.clone(),
            Token::Operator(operator) => (*operator).to_owned(),
            Token::Newline => "unexpected newline".to_owned(),
            Token::End => "end of file".to_owned(),
        };
        match self.peek() {
            Token::End => format!("line {}: syntax error at or near end of file", line + 1),
            Token::Newline => format!("line {line}: syntax error at or near unexpected newline"),
            _ => format!("line {line}: syntax error at or near {near}"),
        }
    }

    fn skip_newlines(&mut self) {
        while *self.peek() == Token::Newline {
            self.bump();
        }
    }

    fn skip_ends(&mut self) {
        while *self.peek() == Token::Newline || self.is(";") {
            self.bump();
        }
    }

    fn name(&mut self) -> Read<String> {
        match self.peek().clone() {
            Token::Name(name) | Token::Called(name) if !is_keyword(&name) => {
                self.bump();
                Ok(name)
            }
            _ => Err(self.error()),
        }
    }

    fn item(&mut self, program: &mut Program) -> Read<()> {
        if self.take_word("BEGIN") {
            program.begin.push(self.block()?);
        } else if self.take_word("END") {
            program.end.push(self.block()?);
        } else if self.take_word("function") || self.take_word("func") {
            let name = self.name()?;
            self.expect("(")?;
            let mut parameters = Vec::new();
            while !self.take(")") {
                parameters.push(self.name()?);
                self.take(",");
                self.skip_newlines();
            }
            self.skip_newlines();
            let body = self.block()?;
            program.functions.insert(name, Function { parameters, body });
        } else {
            let pattern = if self.is("{") {
                Pattern::Always
            } else {
                let first = self.expression()?;
                if self.take(",") {
                    self.skip_newlines();
                    Pattern::Range(first, self.expression()?)
                } else {
                    Pattern::When(first)
                }
            };
            let action = if self.is("{") { Some(self.block()?) } else { None };
            program.rules.push(Rule { pattern, action });
        }
        Ok(())
    }

    fn block(&mut self) -> Read<Statement> {
        if !self.take("{") {
            return Err(self.error());
        }
        let mut statements = Vec::new();
        self.skip_ends();
        while !self.take("}") {
            if *self.peek() == Token::End {
                return Err(format!("line {}: missing }} near end of file", self.tokens[self.at].1 + 1));
            }
            statements.push(self.statement()?);
            self.skip_ends();
        }
        Ok(Statement::Block(statements))
    }

    /// A statement that is the body of another: it may be empty, and may stand in the next line.
    fn body(&mut self) -> Read<Box<Statement>> {
        self.skip_newlines();
        if self.take(";") {
            return Ok(Box::new(Statement::Block(Vec::new())));
        }
        self.statement().map(Box::new)
    }

    fn end_of_statement(&mut self) -> Read<()> {
        match self.peek() {
            Token::Newline | Token::Operator(";") => {
                self.bump();
                Ok(())
            }
            Token::Operator("}") | Token::End => Ok(()),
            _ => Err(self.error()),
        }
    }

    fn statement(&mut self) -> Read<Statement> {
        if self.is("{") {
            return self.block();
        }
        let Token::Name(word) = self.peek().clone() else { return self.simple_statement() };
        match word.as_str() {
            "if" => {
                self.bump();
                self.expect("(")?;
                let condition = self.expression()?;
                self.expect(")")?;
                let then = self.body()?;
                // An `else` may follow in the next line or behind a semicolon.
                let before = self.at;
                self.skip_ends();
                let otherwise = if self.take_word("else") { Some(self.body()?) } else { None };
                if otherwise.is_none() {
                    self.at = before;
                }
                Ok(Statement::If(condition, then, otherwise))
            }
            "while" => {
                self.bump();
                self.expect("(")?;
                let condition = self.expression()?;
                self.expect(")")?;
                Ok(Statement::While(condition, self.body()?))
            }
            "do" => {
                self.bump();
                let body = self.body()?;
                self.skip_ends();
                if !self.take_word("while") {
                    return Err(self.error());
                }
                self.expect("(")?;
                let condition = self.expression()?;
                self.expect(")")?;
                self.end_of_statement()?;
                Ok(Statement::DoWhile(body, condition))
            }
            "for" => self.for_statement(),
            _ => self.simple_statement(),
        }
    }

    fn for_statement(&mut self) -> Read<Statement> {
        self.bump();
        self.expect("(")?;
        if let [(Token::Name(variable), _), (Token::Name(word), _), (Token::Name(array), _), (Token::Operator(")"), _)] =
            &self.tokens[self.at..(self.at + 4).min(self.tokens.len())]
            && word == "in"
        {
            let (variable, array) = (variable.clone(), array.clone());
            self.at += 4;
            return Ok(Statement::ForIn(variable, array, self.body()?));
        }
        let start = if self.is(";") { None } else { Some(Box::new(self.plain_statement()?)) };
        self.expect(";")?;
        self.skip_newlines();
        let condition = if self.is(";") { None } else { Some(self.expression()?) };
        self.expect(";")?;
        self.skip_newlines();
        let step = if self.is(")") { None } else { Some(Box::new(self.plain_statement()?)) };
        self.expect(")")?;
        Ok(Statement::For(start, condition, step, self.body()?))
    }

    fn simple_statement(&mut self) -> Read<Statement> {
        let statement = self.plain_statement()?;
        self.end_of_statement()?;
        Ok(statement)
    }

    fn plain_statement(&mut self) -> Read<Statement> {
        let Token::Name(word) = self.peek().clone() else { return self.expression().map(Statement::Expression) };
        let ends = |parser: &Self| matches!(parser.peek(), Token::Newline | Token::End | Token::Operator(";" | "}"));
        match word.as_str() {
            "print" | "printf" => {
                self.bump();
                self.print(word == "printf")
            }
            "next" | "nextfile" | "break" | "continue" => {
                self.bump();
                Ok(match word.as_str() {
                    "next" => Statement::Next,
                    "nextfile" => Statement::NextFile,
                    "break" => Statement::Break,
                    _ => Statement::Continue,
                })
            }
            "exit" | "return" => {
                self.bump();
                let value = if ends(self) { None } else { Some(self.expression()?) };
                Ok(if word == "exit" { Statement::Exit(value) } else { Statement::Return(value) })
            }
            "delete" => {
                self.bump();
                let name = self.name()?;
                let index = if self.take("[") { Some(self.list("]")?) } else { None };
                Ok(Statement::Delete(name, index))
            }
            _ => self.expression().map(Statement::Expression),
        }
    }

    fn print(&mut self, formatted: bool) -> Read<Statement> {
        let was = std::mem::replace(&mut self.in_print, true);
        // `print (a, b) > "file"`: the parentheses are those of the whole list.
        let mut arguments = Vec::new();
        let start = self.at;
        if self.take("(") {
            self.in_print = false;
            let list = self.list(")");
            self.in_print = true;
            match list {
                Ok(list) if matches!(self.peek(), Token::Newline | Token::End | Token::Operator(";" | "}" | ">" | ">>" | "|")) => arguments = list,
                _ => self.at = start,
            }
        }
        if arguments.is_empty() && !matches!(self.peek(), Token::Newline | Token::End | Token::Operator(";" | "}" | ">" | ">>" | "|")) {
            arguments.push(self.expression()?);
            while self.take(",") {
                self.skip_newlines();
                arguments.push(self.expression()?);
            }
        }
        let to = match self.peek() {
            Token::Operator(operator @ (">" | ">>" | "|")) => {
                let kind = match *operator {
                    ">" => Kind::Write,
                    ">>" => Kind::Append,
                    _ => Kind::Command,
                };
                self.bump();
                Some(Redirect { kind, path: self.conditional()? })
            }
            _ => None,
        };
        self.in_print = was;
        Ok(if formatted { Statement::Printf { arguments, to } } else { Statement::Print { arguments, to } })
    }

    /// Expressions up to a closing bracket.
    fn list(&mut self, close: &str) -> Read<Vec<Expression>> {
        let mut list = Vec::new();
        self.skip_newlines();
        while !self.take(close) {
            list.push(self.expression()?);
            self.skip_newlines();
            if !self.take(",") {
                self.expect(close)?;
                break;
            }
            self.skip_newlines();
        }
        Ok(list)
    }

    pub fn expression(&mut self) -> Read<Expression> {
        let left = self.conditional()?;
        let operator = match self.peek() {
            Token::Operator("=") => None,
            Token::Operator("+=") => Some('+'),
            Token::Operator("-=") => Some('-'),
            Token::Operator("*=") => Some('*'),
            Token::Operator("/=") => Some('/'),
            Token::Operator("%=") => Some('%'),
            Token::Operator("^=") => Some('^'),
            _ => return Ok(left),
        };
        if !matches!(left, Expression::Variable(_) | Expression::Element(..) | Expression::Field(_)) {
            return Err(self.error());
        }
        self.bump();
        self.skip_newlines();
        Ok(Expression::Assign(Box::new(left), operator, Box::new(self.expression()?)))
    }

    fn conditional(&mut self) -> Read<Expression> {
        let condition = self.or()?;
        if !self.take("?") {
            return Ok(condition);
        }
        self.skip_newlines();
        let then = self.expression()?;
        self.skip_newlines();
        self.expect(":")?;
        self.skip_newlines();
        Ok(Expression::Conditional(Box::new(condition), Box::new(then), Box::new(self.expression()?)))
    }

    fn or(&mut self) -> Read<Expression> {
        let mut left = self.and()?;
        while self.take("||") {
            self.skip_newlines();
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Read<Expression> {
        let mut left = self.membership()?;
        while self.take("&&") {
            self.skip_newlines();
            left = Expression::And(Box::new(left), Box::new(self.membership()?));
        }
        Ok(left)
    }

    fn membership(&mut self) -> Read<Expression> {
        let mut left = self.matching()?;
        while self.take_word("in") {
            left = Expression::In(vec![left], self.name()?);
        }
        Ok(left)
    }

    fn matching(&mut self) -> Read<Expression> {
        let mut left = self.comparison()?;
        while let Token::Operator(operator @ ("~" | "!~")) = *self.peek() {
            self.bump();
            left = Expression::Match(Box::new(left), Box::new(self.comparison()?), operator == "~");
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Read<Expression> {
        let left = self.concatenation()?;
        let comparison = match self.peek() {
            Token::Operator("<") => Comparison::Less,
            Token::Operator("<=") => Comparison::LessOrEqual,
            Token::Operator("==") => Comparison::Equal,
            Token::Operator("!=") => Comparison::NotEqual,
            Token::Operator(">") if !self.in_print => Comparison::Greater,
            Token::Operator(">=") => Comparison::GreaterOrEqual,
            Token::Operator("|") if !self.in_print => return Err("not simulated: pipes from a command".to_owned()),
            _ => return Ok(left),
        };
        self.bump();
        Ok(Expression::Compare(Box::new(left), comparison, Box::new(self.concatenation()?)))
    }

    fn concatenation(&mut self) -> Read<Expression> {
        let mut left = self.sum()?;
        loop {
            let goes_on = match self.peek() {
                Token::Number(_) | Token::Text(_) | Token::Called(_) | Token::Operator("$" | "!" | "(" | "-" | "+" | "++" | "--") => true,
                Token::Name(name) => !is_keyword(name) || name == "getline",
                _ => false,
            };
            // A sign belongs to the sum on its left.
            if !goes_on || matches!(self.peek(), Token::Operator("-" | "+" | "!")) {
                return Ok(left);
            }
            left = Expression::Join(Box::new(left), Box::new(self.sum()?));
        }
    }

    fn sum(&mut self) -> Read<Expression> {
        let mut left = self.product()?;
        while let Token::Operator(operator @ ("+" | "-")) = *self.peek() {
            self.bump();
            left = Expression::Arithmetic(Box::new(left), if operator == "+" { '+' } else { '-' }, Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Read<Expression> {
        let mut left = self.unary()?;
        while let Token::Operator(operator @ ("*" | "/" | "%")) = *self.peek() {
            self.bump();
            let operator = operator.chars().next().unwrap_or('*');
            left = Expression::Arithmetic(Box::new(left), operator, Box::new(self.unary()?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Read<Expression> {
        if self.take("!") {
            return Ok(Expression::Not(Box::new(self.unary()?)));
        }
        if self.take("-") {
            return Ok(Expression::Negative(Box::new(self.unary()?)));
        }
        if self.take("+") {
            return Ok(Expression::Positive(Box::new(self.unary()?)));
        }
        self.power()
    }

    fn power(&mut self) -> Read<Expression> {
        let base = self.step()?;
        if !self.take("^") {
            return Ok(base);
        }
        let exponent = if self.is("-") || self.is("+") || self.is("!") { self.unary()? } else { self.power()? };
        Ok(Expression::Arithmetic(Box::new(base), '^', Box::new(exponent)))
    }

    fn step(&mut self) -> Read<Expression> {
        if let Token::Operator(operator @ ("++" | "--")) = *self.peek() {
            self.bump();
            let target = Box::new(self.primary()?);
            return Ok(Expression::Step { target, by: if operator == "++" { 1.0 } else { -1.0 }, before: true });
        }
        let value = self.primary()?;
        if !matches!(value, Expression::Variable(_) | Expression::Element(..) | Expression::Field(_)) {
            return Ok(value);
        }
        let by = match self.peek() {
            Token::Operator("++") => 1.0,
            Token::Operator("--") => -1.0,
            _ => return Ok(value),
        };
        self.bump();
        Ok(Expression::Step { target: Box::new(value), by, before: false })
    }

    fn primary(&mut self) -> Read<Expression> {
        match self.peek().clone() {
            Token::Number(number) => {
                self.bump();
                Ok(Expression::Number(number))
            }
            Token::Text(text) => {
                self.bump();
                Ok(Expression::Text(text))
            }
            Token::Regex(text) => {
                let compiled = regex(&text)?;
                self.bump();
                Ok(Expression::Regex(Box::new(compiled)))
            }
            Token::Operator("$") => {
                self.bump();
                let number = match *self.peek() {
                    Token::Operator("++" | "--") => self.step()?,
                    Token::Operator("-") => self.unary()?,
                    _ => self.primary()?,
                };
                Ok(Expression::Field(Box::new(number)))
            }
            Token::Operator("(") => self.parenthesis(),
            Token::Called(name) => {
                self.bump();
                self.expect("(")?;
                let was = std::mem::replace(&mut self.in_print, false);
                let arguments = self.list(")")?;
                self.in_print = was;
                Ok(Expression::Call(name, arguments))
            }
            Token::Name(name) if name == "getline" => Err("not simulated: getline".to_owned()),
            Token::Name(name) if BUILTINS.contains(&name.as_str()) => {
                self.bump();
                if name == "system" {
                    return Err("not simulated: system".to_owned());
                }
                let was = std::mem::replace(&mut self.in_print, false);
                let arguments = if self.take("(") { self.list(")")? } else { Vec::new() };
                self.in_print = was;
                Ok(Expression::Builtin(name, arguments))
            }
            Token::Name(name) if !is_keyword(&name) => {
                self.bump();
                if self.take("[") {
                    let was = std::mem::replace(&mut self.in_print, false);
                    let index = self.list("]")?;
                    self.in_print = was;
                    return Ok(Expression::Element(name, index));
                }
                Ok(Expression::Variable(name))
            }
            _ => Err(self.error()),
        }
    }

    fn parenthesis(&mut self) -> Read<Expression> {
        self.bump();
        let print = std::mem::replace(&mut self.in_print, false);
        let mut list = vec![self.expression()?];
        while self.take(",") {
            self.skip_newlines();
            list.push(self.expression()?);
        }
        self.skip_newlines();
        self.expect(")")?;
        self.in_print = print;
        if list.len() > 1 {
            // `(i, j) in array`
            return if self.take_word("in") { Ok(Expression::In(list, self.name()?)) } else { Err(self.error()) };
        }
        Ok(list.remove(0))
    }
}
