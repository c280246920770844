//! The parser's part for expressions, by the strength of their operators.

use std::sync::Arc;

use super::lexer::{Kind, SyntaxError};
use super::parser::{Parsed, Parser, named};
use super::syntax::{Assign, Binary, Expression, Key, Logical, Pattern, Property, Unary};

/// Operators between two operands, with their strengths.
const BINARY: [(&str, u32, Binary); 22] = [
    ("|", 4, Binary::Or),
    ("^", 5, Binary::Xor),
    ("&", 6, Binary::And),
    ("==", 7, Binary::Equal),
    ("!=", 7, Binary::NotEqual),
    ("===", 7, Binary::Same),
    ("!==", 7, Binary::NotSame),
    ("<", 8, Binary::Less),
    (">", 8, Binary::Greater),
    ("<=", 8, Binary::LessOrEqual),
    (">=", 8, Binary::GreaterOrEqual),
    ("in", 8, Binary::In),
    ("instanceof", 8, Binary::InstanceOf),
    ("<<", 9, Binary::ShiftLeft),
    (">>", 9, Binary::ShiftRight),
    (">>>", 9, Binary::ShiftRightUnsigned),
    ("+", 10, Binary::Add),
    ("-", 10, Binary::Subtract),
    ("*", 11, Binary::Multiply),
    ("/", 11, Binary::Divide),
    ("%", 11, Binary::Remainder),
    ("**", 12, Binary::Power),
];

/// `for (x in y)`: in its head, `in` is no operator.
const IN: &str = "in";

impl Parser {
    pub fn expression(&mut self) -> Parsed<Expression> {
        let first = self.assignment()?;
        if !self.is(",") {
            return Ok(first);
        }
        let mut all = vec![first];
        while self.eat(",") {
            all.push(self.assignment()?);
        }
        Ok(Expression::Sequence(all))
    }

    /// Parses what ends before `in`: it stands aside as a word that is no operator.
    pub fn without_in(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<Expression>) -> Parsed<Expression> {
        let mut depth = 0;
        let mut found = None;
        for index in self.next..self.tokens.len() {
            match &self.tokens[index].kind {
                Kind::Sign("(" | "[" | "{") => depth += 1,
                Kind::Sign(")" | "]" | "}") => depth -= 1,
                Kind::Sign(";") if depth == 0 => break,
                Kind::Word(word) if depth == 0 && word.as_ref() == IN => {
                    found = Some(index);
                    break;
                }
                _ => {}
            }
            if depth < 0 {
                break;
            }
        }
        let Some(index) = found else { return parse(self) };
        let kept = std::mem::replace(&mut self.tokens[index].kind, Kind::Sign(";"));
        let parsed = parse(self);
        self.tokens[index].kind = kept;
        parsed
    }

    pub fn assignment(&mut self) -> Parsed<Expression> {
        self.descend(Self::assignment_here)
    }

    fn assignment_here(&mut self) -> Parsed<Expression> {
        if let Some(arrow) = self.arrow()? {
            return Ok(arrow);
        }
        if self.is_word("async") && matches!(self.ahead(1), Kind::Word(_) | Kind::Sign("(")) && self.async_follows() {
            return self.not_simulated("async functions");
        }
        let at = self.at();
        let left = self.conditional()?;
        let Kind::Sign(sign) = self.peek().kind else { return Ok(left) };
        let operator = match sign {
            "=" => Assign::Plain,
            "&&=" => Assign::Logical(Logical::And),
            "||=" => Assign::Logical(Logical::Or),
            "??=" => Assign::Logical(Logical::Coalesce),
            sign => match sign.strip_suffix('=').and_then(|name| BINARY.iter().find(|row| row.0 == name && row.1 >= 4 && row.1 != 7 && row.1 != 8)) {
                Some(row) => Assign::Binary(row.2),
                None => return Ok(left),
            },
        };
        if !matches!(left, Expression::Name(..) | Expression::Member(..) | Expression::Array(_) | Expression::Object(_)) {
            let length = self.length_from(at);
            return Err(SyntaxError { message: "Invalid left-hand side in assignment".to_owned(), at, length });
        }
        self.next += 1;
        let place = self.place(left)?;
        let value = self.named_assignment(&place)?;
        Ok(Expression::Assign(operator, Box::new(place), Box::new(value)))
    }

    fn async_follows(&self) -> bool {
        match self.ahead(1) {
            Kind::Word(word) => word.as_ref() == "function" || matches!(self.ahead(2), Kind::Sign("=>")),
            _ => {
                let mut depth = 0;
                for (index, token) in self.tokens.iter().enumerate().skip(self.next + 1) {
                    match token.kind {
                        Kind::Sign("(") => depth += 1,
                        Kind::Sign(")") => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 {
                        return matches!(self.tokens.get(index + 1).map(|token| &token.kind), Some(Kind::Sign("=>")));
                    }
                }
                false
            }
        }
    }

    /// What stood before `=`, as the place to assign to.
    pub fn place(&self, left: Expression) -> Parsed<Pattern> {
        Ok(match left {
            Expression::Name(name, at) => Pattern::Name(name, at),
            Expression::Member(..) => Pattern::Place(Box::new(left)),
            Expression::Array(items) => {
                let mut places = Vec::new();
                let mut rest = None;
                for item in items {
                    match item {
                        None => places.push(None),
                        Some(Expression::Spread(inner)) => rest = Some(Box::new(self.place(*inner)?)),
                        Some(Expression::Assign(Assign::Plain, place, default)) => places.push(Some((*place, Some(*default)))),
                        Some(inner) => places.push(Some((self.place(inner)?, None))),
                    }
                }
                Pattern::Array(places, rest)
            }
            Expression::Object(_) => return self.not_simulated("assigning to the parts of an object in braces"),
            _ => return self.unexpected(),
        })
    }

    fn conditional(&mut self) -> Parsed<Expression> {
        let condition = self.logical(1)?;
        if !self.eat("?") {
            return Ok(condition);
        }
        let then = self.assignment()?;
        self.expect(":")?;
        let otherwise = self.assignment()?;
        Ok(Expression::Conditional(Box::new(condition), Box::new(then), Box::new(otherwise)))
    }

    /// `??` and `||` (1), `&&` (2), then the others.
    fn logical(&mut self, strength: u32) -> Parsed<Expression> {
        let mut left = if strength == 1 { self.logical(2)? } else { self.binary(4)? };
        loop {
            let operator = match self.peek().kind {
                Kind::Sign("||") if strength == 1 => Logical::Or,
                Kind::Sign("??") if strength == 1 => Logical::Coalesce,
                Kind::Sign("&&") if strength == 2 => Logical::And,
                _ => return Ok(left),
            };
            self.next += 1;
            let right = if strength == 1 { self.logical(2)? } else { self.binary(4)? };
            left = Expression::Logical(operator, Box::new(left), Box::new(right));
        }
    }

    fn binary(&mut self, weakest: u32) -> Parsed<Expression> {
        let mut left = self.unary()?;
        loop {
            let token = self.peek();
            let (sign, at): (&str, _) = match &token.kind {
                Kind::Sign(sign) => (sign, token.at),
                Kind::Word(word) => (word.as_ref(), token.at),
                _ => return Ok(left),
            };
            let Some((_, strength, operator)) = BINARY.iter().find(|row| row.0 == sign && row.1 >= weakest).copied() else { return Ok(left) };
            self.next += 1;
            // Powers are counted from the right.
            let right = self.descend(|parser| parser.binary(if operator == Binary::Power { strength } else { strength + 1 }))?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right), at);
        }
    }

    pub fn unary(&mut self) -> Parsed<Expression> {
        let operator = match &self.peek().kind {
            Kind::Sign("!") => Unary::Not,
            Kind::Sign("-") => Unary::Minus,
            Kind::Sign("+") => Unary::Plus,
            Kind::Sign("~") => Unary::Complement,
            Kind::Sign(sign @ ("++" | "--")) => {
                let by = if *sign == "++" { 1.0 } else { -1.0 };
                self.next += 1;
                let operand = self.descend(Self::unary)?;
                return self.update(by, true, operand);
            }
            Kind::Word(word) => match word.as_ref() {
                "typeof" => Unary::TypeOf,
                "void" => Unary::Void,
                "delete" => Unary::Delete,
                "await" if matches!(self.ahead(1), Kind::Word(_)) && !self.tokens[self.next + 1].after_newline => {
                    let message = "await is only valid in async functions and the top level bodies of modules".to_owned();
                    return Err(SyntaxError { message, at: self.at(), length: 5 });
                }
                _ => return self.postfix(),
            },
            _ => return self.postfix(),
        };
        self.next += 1;
        let operand = self.descend(Self::unary)?;
        Ok(Expression::Unary(operator, Box::new(operand)))
    }

    fn update(&self, by: f64, before: bool, operand: Expression) -> Parsed<Expression> {
        match operand {
            Expression::Name(..) | Expression::Member(..) => Ok(Expression::Update(by, before, Box::new(operand))),
            _ => {
                let side = if before { "Invalid left-hand side expression in prefix operation" } else { "Invalid left-hand side expression in postfix operation" };
                let token = self.peek();
                Err(SyntaxError { message: side.to_owned(), at: token.at, length: 1 })
            }
        }
    }

    fn postfix(&mut self) -> Parsed<Expression> {
        let operand = self.chain()?;
        let by = match self.peek().kind {
            Kind::Sign("++") => 1.0,
            Kind::Sign("--") => -1.0,
            _ => return Ok(operand),
        };
        if self.peek().after_newline {
            return Ok(operand);
        }
        self.next += 1;
        self.update(by, false, operand)
    }

    /// An operand with its calls and members.
    fn chain(&mut self) -> Parsed<Expression> {
        let mut value = if self.is_word("new") { self.new_expression()? } else { self.operand()? };
        let mut optional = false;
        loop {
            let at = self.at();
            if self.eat("?.") {
                optional = true;
                value = if self.is("(") {
                    Expression::Call(Box::new(value), self.arguments()?, at, true)
                } else if self.eat("[") {
                    let key = self.expression()?;
                    self.expect("]")?;
                    Expression::Member(Box::new(value), Box::new(Key::Computed(Box::new(key))), at, true)
                } else {
                    let at = self.at();
                    Expression::Member(Box::new(value), Box::new(Key::Fixed(self.any_word()?)), at, true)
                };
            } else if self.is("(") {
                let at = match &value {
                    Expression::Member(_, _, at, _) | Expression::Name(_, at) => *at,
                    _ => at,
                };
                value = Expression::Call(Box::new(value), self.arguments()?, at, false);
            } else if self.is(".") || self.is("[") {
                value = self.member(value)?;
            } else if matches!(self.peek().kind, Kind::Template(..)) {
                return self.not_simulated("tagged templates");
            } else {
                return Ok(if optional { Expression::Chain(Box::new(value)) } else { value });
            }
        }
    }

    fn member(&mut self, of: Expression) -> Parsed<Expression> {
        if self.eat(".") {
            if self.is_word("#") {
                return self.not_simulated("private members");
            }
            let at = self.at();
            return Ok(Expression::Member(Box::new(of), Box::new(Key::Fixed(self.any_word()?)), at, false));
        }
        self.expect("[")?;
        let at = self.at();
        let key = self.expression()?;
        self.expect("]")?;
        Ok(Expression::Member(Box::new(of), Box::new(Key::Computed(Box::new(key))), at, false))
    }

    fn new_expression(&mut self) -> Parsed<Expression> {
        let at = self.at();
        self.next += 1;
        if self.is(".") {
            return self.not_simulated("new.target");
        }
        let mut callee = if self.is_word("new") { self.descend(Self::new_expression)? } else { self.operand()? };
        while self.is(".") || self.is("[") {
            callee = self.member(callee)?;
        }
        let arguments = if self.is("(") { self.arguments()? } else { Vec::new() };
        Ok(Expression::New(Box::new(callee), arguments, at))
    }

    fn arguments(&mut self) -> Parsed<Vec<Expression>> {
        self.expect("(")?;
        let mut all = Vec::new();
        while !self.eat(")") {
            all.push(self.item()?);
            if !self.is(")") {
                if !self.is(",") {
                    let token = self.peek();
                    if token.kind == Kind::End || matches!(token.kind, Kind::Word(_) | Kind::Sign(";") | Kind::Text(_) | Kind::Number(_)) {
                        let last = &self.tokens[self.next - 1];
                        return Err(SyntaxError { message: "missing ) after argument list".to_owned(), at: last.at, length: last.length });
                    }
                    return self.unexpected();
                }
                self.next += 1;
            }
        }
        Ok(all)
    }

    fn item(&mut self) -> Parsed<Expression> {
        if self.eat("...") {
            return Ok(Expression::Spread(Box::new(self.assignment()?)));
        }
        self.assignment()
    }

    fn operand(&mut self) -> Parsed<Expression> {
        let at = self.at();
        let token = self.take();
        Ok(match token.kind {
            Kind::Number(number) => Expression::Number(number),
            Kind::Text(text) => Expression::Text(text),
            Kind::Regex(pattern, flags) => Expression::Regex(pattern, flags, at),
            Kind::Template(texts, inner) => {
                let mut values = Vec::new();
                for tokens in inner {
                    let outer = std::mem::replace(&mut self.tokens, tokens);
                    let next = std::mem::replace(&mut self.next, 0);
                    let value = self.expression();
                    let value = if value.is_ok() && self.peek().kind != Kind::End { self.unexpected() } else { value };
                    (self.tokens, self.next) = (outer, next);
                    values.push(value?);
                }
                Expression::Template(texts, values)
            }
            Kind::Sign("(") => {
                let inner = self.expression()?;
                self.expect(")")?;
                inner
            }
            Kind::Sign("[") => {
                let mut items = Vec::new();
                while !self.eat("]") {
                    if self.eat(",") {
                        items.push(None);
                        continue;
                    }
                    items.push(Some(self.item()?));
                    if !self.is("]") {
                        self.expect(",")?;
                    }
                }
                Expression::Array(items)
            }
            Kind::Sign("{") => self.object()?,
            Kind::Word(word) => match word.as_ref() {
                "null" => Expression::Null,
                "true" => Expression::Bool(true),
                "false" => Expression::Bool(false),
                "undefined" => Expression::Undefined,
                "this" => Expression::This,
                "super" => Expression::Super(at),
                "function" => {
                    if self.is("*") {
                        return self.not_simulated("generators");
                    }
                    let name = if self.is("(") { "".into() } else { self.name()? };
                    Expression::Function(Arc::new(self.function(name, false)?))
                }
                "class" => {
                    let name = if self.is("{") || self.is_word("extends") { "".into() } else { self.name()? };
                    Expression::Class(Arc::new(self.class(name)?))
                }
                "import" => return self.not_simulated("import()"),
                word if Parser::is_reserved(word) => {
                    self.next -= 1;
                    return self.unexpected();
                }
                _ => Expression::Name(word, at),
            },
            Kind::Sign(_) | Kind::End => {
                self.next -= 1;
                return self.unexpected();
            }
        })
    }

    fn object(&mut self) -> Parsed<Expression> {
        let mut properties = Vec::new();
        while !self.eat("}") {
            let at = self.at();
            let follows_key = |kind: &Kind| matches!(kind, Kind::Sign(":" | "," | "(" | "}"));
            if self.eat("...") {
                properties.push(Property::Spread(self.assignment()?));
            } else if (self.is_word("get") || self.is_word("set")) && !follows_key(self.ahead(1)) {
                let getter = self.is_word("get");
                self.next += 1;
                let key = self.key()?;
                let name = match &key {
                    Key::Fixed(name) => name.clone(),
                    Key::Computed(_) => "".into(),
                };
                let function = Arc::new(self.function(name, false)?);
                properties.push(Property::Accessor(getter, key, function));
            } else if self.is("*") || self.is_word("async") && !follows_key(self.ahead(1)) {
                return self.not_simulated("generators and async methods");
            } else {
                let is_word = matches!(self.peek().kind, Kind::Word(_));
                let key = self.key()?;
                let value = match &key {
                    _ if self.eat(":") => self.assignment()?,
                    Key::Fixed(name) if self.is("(") => {
                        let name = name.clone();
                        Expression::Function(Arc::new(self.function(name, false)?))
                    }
                    Key::Fixed(name) if is_word && !Parser::is_reserved(name) => Expression::Name(name.clone(), at),
                    _ => return self.unexpected(),
                };
                let value = match &key {
                    Key::Fixed(name) => named(value, name),
                    Key::Computed(_) => value,
                };
                properties.push(Property::Value(key, value));
            }
            if !self.is("}") {
                self.expect(",")?;
            }
        }
        Ok(Expression::Object(properties))
    }
}
