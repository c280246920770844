//! From tokens to a tree: operators by precedence, calls, literals, macros.
//!
//! Models: github.com/google/cel-go/parser/{parser.go,gen/CEL.g4}, v0.26 as v1.36 has it.
//! Simplified: parsing ends at the first syntax error that is more than a token too many, where the reference goes on and may tell
//! of more; parentheses may stand 60 deep in each other, not 250.

use super::ast::{Expr, Field, Kind};
use super::lexer::{Placed, Token, tokens};
use super::macros;
use super::source::Issue;
use super::value::Value;

/// How deep expressions may stand in each other, and how deep the tree may become.
const MAX_NESTING: usize = 60;
const MAX_DEPTH: usize = 250;
const RESERVED: &[&str] = &[
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop", "package",
    "namespace", "null", "return", "true", "var", "void", "while",
];
/// What an operand can begin with.
const OPERAND: &str = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

type Parsed = Result<Expr, Issue>;

pub(super) fn parse(text: &str, binds: bool) -> Result<Expr, Vec<Issue>> {
    let (tokens, issues) = tokens(text);
    let mut parser = Parser { tokens, at: 0, nesting: 0, binds, issues };
    match parser.expression().and_then(|expr| parser.end().map(|()| expr)) {
        Ok(expr) if parser.issues.is_empty() => return Ok(expr),
        Ok(_) => {}
        Err(issue) => parser.issues.push(issue),
    }
    Err(parser.issues)
}

struct Parser {
    tokens: Vec<Placed>,
    at: usize,
    nesting: usize,
    /// Whether `cel.bind` is known.
    binds: bool,
    /// What was wrong and could be passed over.
    issues: Vec<Issue>,
}

impl Parser {
    fn here(&self) -> &Placed {
        &self.tokens[self.at.min(self.tokens.len() - 1)]
    }

    fn next_token(&self) -> &Placed {
        &self.tokens[(self.at + 1).min(self.tokens.len() - 1)]
    }

    fn take(&mut self) -> Placed {
        let token = self.here().clone();
        self.at += 1;
        token
    }

    fn is(&self, symbol: &str) -> bool {
        matches!(self.here().token, Token::Symbol(found) if found == symbol)
    }

    fn accept(&mut self, symbol: &str) -> bool {
        let found = self.is(symbol);
        if found {
            self.at += 1;
        }
        found
    }

    fn expect(&mut self, symbol: &str) -> Result<(), Issue> {
        if self.accept(symbol) {
            return Ok(());
        }
        let here = self.here();
        let text = &here.text;
        Err(Issue::new(here.at, match here.token {
            Token::End => format!("Syntax error: missing '{symbol}' at '<EOF>'"),
            _ if matches!(self.next_token().token, Token::Symbol(found) if found == symbol) => format!("Syntax error: extraneous input '{text}' expecting '{symbol}'"),
            _ => format!("Syntax error: mismatched input '{text}' expecting '{symbol}'"),
        }))
    }

    fn end(&mut self) -> Result<(), Issue> {
        let here = self.here();
        if here.token == Token::End {
            return Ok(());
        }
        let word = if self.next_token().token == Token::End { "extraneous" } else { "mismatched" };
        Err(Issue::new(here.at, format!("Syntax error: {word} input '{}' expecting <EOF>", here.text)))
    }

    fn unexpected(&self, expecting: &str) -> Issue {
        let here = self.here();
        Issue::new(here.at, format!("Syntax error: mismatched input '{}' expecting {expecting}", here.text))
    }

    fn limit(expr: Expr) -> Parsed {
        if expr.depth > MAX_DEPTH { Err(Issue::new(0, format!("expression recursion limit exceeded: {MAX_DEPTH}"))) } else { Ok(expr) }
    }

    fn expression(&mut self) -> Parsed {
        self.nesting += 1;
        if self.nesting > MAX_NESTING {
            return Err(Issue::new(0, format!("expression recursion limit exceeded: {MAX_DEPTH}")));
        }
        let condition = self.binary(0)?;
        let at = self.here().at;
        let expr = if self.accept("?") {
            let yes = self.binary(0)?;
            self.expect(":")?;
            let no = self.expression()?;
            call(at, "_?_:_", vec![condition, yes, no])
        } else {
            condition
        };
        self.nesting -= 1;
        Self::limit(expr)
    }

    /// Operators that bind at least as strongly as this.
    fn binary(&mut self, weakest: usize) -> Parsed {
        const LEVELS: &[&[&str]] = &[&["||"], &["&&"], &["<", "<=", ">=", ">", "==", "!=", "in"], &["+", "-"], &["*", "/", "%"]];
        let mut left = self.unary()?;
        loop {
            let found = (weakest..LEVELS.len()).find_map(|level| Some((level, *LEVELS[level].iter().find(|operator| self.is(operator))?)));
            let Some((level, operator)) = found else { return Ok(left) };
            if level < 2 {
                left = self.logical(left, level, operator)?;
                continue;
            }
            let at = self.take().at;
            let right = self.binary(level + 1)?;
            let name = if operator == "in" { "@in".to_owned() } else { format!("_{operator}_") };
            left = Self::limit(call(at, &name, vec![left, right]))?;
        }
    }

    /// A chain of `&&` or `||`, as a tree that is no deeper than it must be.
    fn logical(&mut self, first: Expr, level: usize, operator: &str) -> Parsed {
        let (mut parts, mut places) = (vec![first], Vec::new());
        while self.is(operator) {
            places.push(self.take().at);
            parts.push(self.binary(level + 1)?);
        }
        Self::limit(balanced(&mut parts.into_iter(), &places, &format!("_{operator}_")))
    }

    fn unary(&mut self) -> Parsed {
        for (symbol, name) in [("!", "!_"), ("-", "-_")] {
            if !self.is(symbol) {
                continue;
            }
            let at = self.here().at;
            if symbol == "-" && matches!(self.next_token().token, Token::Int(_) | Token::Float(_)) {
                break;
            }
            let mut count = 0;
            while self.accept(symbol) {
                count += 1;
            }
            let operand = self.member()?;
            return Ok(if count % 2 == 0 { operand } else { call(at, name, vec![operand]) });
        }
        self.member()
    }

    fn member(&mut self) -> Parsed {
        let mut expr = self.primary()?;
        loop {
            expr = Self::limit(expr)?;
            let at = self.here().at;
            if self.accept(".") {
                let optional = self.accept("?");
                let name = self.take();
                let name = match name.token {
                    Token::Identifier(name) | Token::Quoted(name) => name,
                    _ if name.text == "<EOF>" => return Err(Issue::new(name.at, "Syntax error: no viable alternative at input '.'")),
                    _ => return Err(Issue::new(name.at, format!("Syntax error: mismatched input '{}' expecting IDENTIFIER", name.text))),
                };
                if !optional && self.is("(") {
                    let open = self.take().at;
                    let arguments = self.arguments(")")?;
                    expr = macros::expand(open, &name, Some(expr), arguments, self.binds)?;
                } else if optional {
                    expr = Expr::new(at, Kind::OptionalSelect { of: Box::new(expr), field: name });
                } else {
                    expr = Expr::new(at, Kind::Select { of: Box::new(expr), field: name, test: false });
                }
            } else if self.is("{")
                && let Some(name) = super::checker::dotted(&expr)
            {
                expr = self.structure(name)?;
            } else if self.accept("[") {
                let optional = self.accept("?");
                let index = self.expression()?;
                self.expect("]")?;
                expr = call(at, if optional { "_[?_]" } else { "_[_]" }, vec![expr, index]);
            } else {
                return Ok(expr);
            }
        }
    }

    fn arguments(&mut self, close: &str) -> Result<Vec<Expr>, Issue> {
        let mut arguments = Vec::new();
        if self.accept(close) {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            if !self.accept(",") {
                break;
            }
        }
        self.expect(close)?;
        Ok(arguments)
    }

    fn primary(&mut self) -> Parsed {
        let here = self.here().clone();
        let at = here.at;
        let literal = |value: Value| Ok(Expr::new(at, Kind::Literal(value)));
        match here.token {
            Token::Symbol("(") => {
                self.at += 1;
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Symbol("[") => self.list(),
            Token::Symbol("{") => self.map(),
            Token::Symbol("-") => {
                self.at += 1;
                let number = self.take();
                match number.token {
                    Token::Int(digits) => literal(int(&format!("-{digits}")).ok_or_else(|| Issue::new(at, "invalid int literal"))?),
                    Token::Float(digits) => literal(Value::Double(-digits.parse::<f64>().map_err(|_| Issue::new(at, "invalid double literal"))?)),
                    _ => Err(self.unexpected(OPERAND)),
                }
            }
            Token::Symbol(".") => {
                self.at += 1;
                let name = self.take();
                match name.token {
                    Token::Identifier(word) => self.word(name.at, word, "."),
                    Token::Symbol(_) => Err(Issue::new(name.at, format!("Syntax error: no viable alternative at input '.{}'", name.text))),
                    _ => Err(Issue::new(name.at, format!("Syntax error: mismatched input '{}' expecting IDENTIFIER", name.text))),
                }
            }
            Token::Identifier(word) => {
                self.at += 1;
                self.word(at, word, "")
            }
            Token::Int(digits) => {
                self.at += 1;
                literal(int(&digits).ok_or_else(|| Issue::new(at, "invalid int literal"))?)
            }
            Token::Uint(digits) => {
                self.at += 1;
                let number = match digits.strip_prefix("0x") {
                    Some(hex) => u64::from_str_radix(hex, 16),
                    None => digits.parse(),
                };
                literal(Value::Uint(number.map_err(|_| Issue::new(at, "invalid uint literal"))?))
            }
            Token::Float(digits) => {
                self.at += 1;
                literal(Value::Double(digits.parse().map_err(|_| Issue::new(at, "invalid double literal"))?))
            }
            Token::Text(text) => {
                self.at += 1;
                literal(Value::from(text.as_str()))
            }
            Token::Bytes(bytes) => {
                self.at += 1;
                literal(Value::Bytes(bytes.into()))
            }
            // A single token too many is passed over.
            _ if begins_operand(&self.next_token().token) => {
                self.issues.push(Issue::new(at, format!("Syntax error: extraneous input '{}' expecting {OPERAND}", here.text)));
                self.at += 1;
                self.unary()
            }
            _ => Err(self.unexpected(OPERAND)),
        }
    }

    /// A constant, a variable, a function with its arguments.
    fn word(&mut self, at: usize, word: String, dot: &str) -> Parsed {
        if dot.is_empty() {
            match word.as_str() {
                "true" | "false" => return Ok(Expr::new(at, Kind::Literal(Value::Bool(word == "true")))),
                "null" => return Ok(Expr::new(at, Kind::Literal(Value::Null))),
                _ => {}
            }
        }
        if RESERVED.contains(&word.as_str()) {
            return Err(Issue::new(at, format!("reserved identifier: {word}")));
        }
        let name = format!("{dot}{word}");
        if self.is("(") {
            let open = self.take().at;
            let arguments = self.arguments(")")?;
            return macros::expand(open, &name, None, arguments, self.binds);
        }
        if self.is("{") {
            return self.structure(name);
        }
        Ok(Expr::new(at, Kind::Identifier(name)))
    }

    /// The fields of a struct of this name.
    fn structure(&mut self, name: String) -> Parsed {
        let at = self.take().at;
        let mut fields = Vec::new();
        while !self.is("}") {
            let optional = self.accept("?");
            let field = self.take();
            let (Token::Identifier(field_name) | Token::Quoted(field_name)) = field.token else {
                return Err(Issue::new(field.at, format!("Syntax error: mismatched input '{}' expecting {{'}}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}}", field.text)));
            };
            let colon = self.here().at;
            self.expect(":")?;
            fields.push(Field { at: colon, name: field_name, value: self.expression()?, optional });
            if !self.accept(",") {
                break;
            }
        }
        self.expect("}")?;
        Ok(Expr::new(at, Kind::Struct { name, fields }))
    }

    fn list(&mut self) -> Parsed {
        let at = self.take().at;
        let mut items = Vec::new();
        while !self.is("]") {
            let optional = self.accept("?");
            items.push((self.expression()?, optional));
            if !self.accept(",") {
                break;
            }
        }
        self.expect("]")?;
        Ok(Expr::new(at, Kind::List(items)))
    }

    fn map(&mut self) -> Parsed {
        let at = self.take().at;
        let mut entries = Vec::new();
        while !self.is("}") {
            let optional = self.accept("?");
            let key = self.expression()?;
            self.expect(":")?;
            entries.push((key, self.expression()?, optional));
            if !self.accept(",") {
                break;
            }
        }
        self.expect("}")?;
        Ok(Expr::new(at, Kind::Map(entries)))
    }
}

/// Whether an operand can begin with the token.
fn begins_operand(token: &Token) -> bool {
    !matches!(token, Token::End) && !matches!(token, Token::Symbol(symbol) if !matches!(*symbol, "[" | "{" | "(" | "." | "-" | "!"))
}

/// Joins the parts pairwise; the operators between them stand at `places`.
fn balanced(parts: &mut impl Iterator<Item = Expr>, places: &[usize], name: &str) -> Expr {
    if places.is_empty() {
        return parts.next().unwrap_or_else(|| Expr::new(0, Kind::Literal(Value::Null)));
    }
    let middle = places.len() / 2;
    let left = balanced(parts, &places[..middle], name);
    let right = balanced(parts, &places[middle + 1..], name);
    call(places[middle], name, vec![left, right])
}

fn int(text: &str) -> Option<Value> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let number = match digits.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(&format!("{sign}{hex}"), 16),
        None => text.parse(),
    };
    number.ok().map(Value::Int)
}

pub(super) fn call(at: usize, function: &str, arguments: Vec<Expr>) -> Expr {
    Expr::new(at, Kind::Call { function: function.to_owned(), target: None, arguments })
}
