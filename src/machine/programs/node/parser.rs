//! From tokens to statements. Expressions are in `expressions.rs`.

use std::sync::Arc;

use super::lexer::{Kind, Pos, SyntaxError, Token};
use super::syntax::{Block, Class, Declares, Expression, Function, Key, Name, Names, Pattern, Statement};

/// How deep things may be nested in each other.
const DEEPEST: u32 = 60;

const RESERVED: [&str; 36] = [
    "break", "case", "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else", "enum", "export", "extends", "false",
    "finally", "for", "function", "if", "import", "in", "instanceof", "new", "null", "return", "super", "switch", "this", "throw", "true", "try",
    "typeof", "var", "void", "while", "with",
];

pub(super) type Parsed<T> = Result<T, SyntaxError>;

pub(super) struct Parser {
    pub tokens: Vec<Token>,
    pub next: usize,
    pub depth: u32,
    /// The `var`s of the functions around, innermost last.
    vars: Vec<Vec<Name>>,
    /// The scopes around, innermost last.
    scopes: Vec<Names>,
}

/// A whole program, as the function that a module is.
pub fn parse(tokens: Vec<Token>) -> Parsed<Function> {
    let mut parser = Parser { tokens, next: 0, depth: 0, vars: vec![Vec::new()], scopes: vec![Names::default()] };
    let mut statements = Vec::new();
    while parser.peek().kind != Kind::End {
        statements.push(parser.statement()?);
    }
    let names = parser.scopes.pop().unwrap_or_default();
    let vars = parser.vars.pop().unwrap_or_default();
    let body = Block { names, statements };
    Ok(Function { name: "".into(), parameters: Vec::new(), rest: None, body, vars, is_arrow: false, is_method: false })
}

/// Tokens.
impl Parser {
    pub fn peek(&self) -> &Token {
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    pub fn ahead(&self, count: usize) -> &Kind {
        &self.tokens[(self.next + count).min(self.tokens.len() - 1)].kind
    }

    pub fn at(&self) -> Pos {
        self.peek().at
    }

    pub fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.next += 1;
        token
    }

    pub fn is(&self, sign: &str) -> bool {
        matches!(&self.peek().kind, Kind::Sign(found) if *found == sign)
    }

    pub fn is_word(&self, word: &str) -> bool {
        matches!(&self.peek().kind, Kind::Word(found) if found.as_ref() == word)
    }

    pub fn eat(&mut self, sign: &str) -> bool {
        let found = self.is(sign);
        self.next += usize::from(found);
        found
    }

    pub fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.next += usize::from(found);
        found
    }

    pub fn expect(&mut self, sign: &str) -> Parsed<()> {
        if self.eat(sign) { Ok(()) } else { self.unexpected() }
    }

    /// The error of a token that has no place here.
    pub fn unexpected<T>(&self) -> Parsed<T> {
        let token = self.peek();
        let message = match &token.kind {
            Kind::End => {
                return Err(SyntaxError { message: "Unexpected end of input".to_owned(), at: Pos { line: token.at.line, column: 1 }, length: 0 });
            }
            Kind::Number(_) => "Unexpected number".to_owned(),
            Kind::Text(_) => "Unexpected string".to_owned(),
            Kind::Template(..) => "Unexpected template string".to_owned(),
            Kind::Regex(..) => "Unexpected regular expression".to_owned(),
            Kind::Sign(sign) => format!("Unexpected token '{sign}'"),
            Kind::Word(word) if RESERVED.contains(&word.as_ref()) => format!("Unexpected token '{word}'"),
            Kind::Word(word) => format!("Unexpected identifier '{word}'"),
        };
        Err(SyntaxError { message, at: token.at, length: token.length })
    }

    /// How long what began there is, up to the last token that was taken.
    pub fn length_from(&self, at: Pos) -> usize {
        let last = &self.tokens[self.next.saturating_sub(1)];
        match last.at.line == at.line {
            true => (last.at.column as usize + last.length).saturating_sub(at.column as usize).max(1),
            false => 1,
        }
    }

    pub fn not_simulated<T>(&self, what: &str) -> Parsed<T> {
        let token = self.peek();
        Err(SyntaxError { message: format!("podarium: not simulated: node: {what}"), at: token.at, length: token.length })
    }

    pub fn descend<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEEPEST {
            return self.not_simulated("code that is nested that deep");
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    fn end_of_statement(&mut self) -> Parsed<()> {
        if self.eat(";") || self.is("}") || self.peek().kind == Kind::End || self.peek().after_newline {
            return Ok(());
        }
        if self.next > 0 && matches!(&self.tokens[self.next - 1].kind, Kind::Word(word) if word.as_ref() == "await") {
            return Err(SyntaxError { message: "await is only valid in async functions and the top level bodies of modules".to_owned(), at: self.tokens[self.next - 1].at, length: 5 });
        }
        self.unexpected()
    }

    /// A name that may be declared.
    pub fn name(&mut self) -> Parsed<Name> {
        match &self.peek().kind {
            Kind::Word(word) if !RESERVED.contains(&word.as_ref()) => {
                let word = word.clone();
                self.next += 1;
                Ok(word)
            }
            _ => self.unexpected(),
        }
    }

    pub fn any_word(&mut self) -> Parsed<Name> {
        match self.take().kind {
            Kind::Word(word) => Ok(word),
            _ => {
                self.next -= 1;
                self.unexpected()
            }
        }
    }

    pub fn is_reserved(word: &str) -> bool {
        RESERVED.contains(&word)
    }
}

/// Statements.
impl Parser {
    fn statement(&mut self) -> Parsed<Statement> {
        self.descend(Self::statement_here)
    }

    fn statement_here(&mut self) -> Parsed<Statement> {
        let at = self.at();
        if self.is("{") {
            return Ok(Statement::Block(self.block()?));
        }
        if self.eat(";") {
            return Ok(Statement::Empty);
        }
        let Kind::Word(word) = self.peek().kind.clone() else { return self.expression_statement() };
        if matches!(self.ahead(1), Kind::Sign(":")) && !RESERVED.contains(&word.as_ref()) {
            return self.not_simulated("labels");
        }
        match word.as_ref() {
            "var" | "const" => self.declaration(),
            "let" if matches!(self.ahead(1), Kind::Word(_) | Kind::Sign("[" | "{")) => self.declaration(),
            "function" => {
                self.next += 1;
                if self.is("*") {
                    return self.not_simulated("generators");
                }
                if self.is("(") {
                    return Err(SyntaxError { message: "Function statements require a function name".to_owned(), at, length: 8 });
                }
                let name = self.name()?;
                let function = Arc::new(self.function(name.clone(), false)?);
                if let Some(scope) = self.scopes.last_mut() {
                    scope.functions.retain(|(known, _)| *known != name);
                    scope.functions.push((name, function));
                }
                Ok(Statement::Function)
            }
            "async" if matches!(self.ahead(1), Kind::Word(word) if word.as_ref() == "function") => self.not_simulated("async functions"),
            "class" => {
                self.next += 1;
                let name = self.name()?;
                self.declare(&name, false, at)?;
                Ok(Statement::Class(Arc::new(self.class(name)?)))
            }
            "if" => {
                self.next += 1;
                let condition = self.in_parentheses()?;
                let then = Box::new(self.statement()?);
                let otherwise = if self.eat_word("else") { Some(Box::new(self.statement()?)) } else { None };
                Ok(Statement::If(condition, then, otherwise))
            }
            "while" => {
                self.next += 1;
                Ok(Statement::While(self.in_parentheses()?, Box::new(self.statement()?)))
            }
            "do" => {
                self.next += 1;
                let body = Box::new(self.statement()?);
                if !self.eat_word("while") {
                    return self.unexpected();
                }
                let condition = self.in_parentheses()?;
                self.eat(";");
                Ok(Statement::DoWhile(body, condition))
            }
            "for" => self.for_statement(),
            "return" | "throw" => {
                self.next += 1;
                let ends = self.is(";") || self.is("}") || self.peek().kind == Kind::End || self.peek().after_newline;
                if word.as_ref() == "throw" {
                    if self.peek().after_newline {
                        return Err(SyntaxError { message: "Illegal newline after throw".to_owned(), at: self.at(), length: 1 });
                    }
                    let value = self.expression()?;
                    self.end_of_statement()?;
                    return Ok(Statement::Throw(value, at));
                }
                let value = if ends { None } else { Some(self.expression()?) };
                self.end_of_statement()?;
                Ok(Statement::Return(value))
            }
            "break" | "continue" => {
                self.next += 1;
                if matches!(self.peek().kind, Kind::Word(_)) && !self.peek().after_newline {
                    return self.not_simulated("labels");
                }
                self.end_of_statement()?;
                Ok(if word.as_ref() == "break" { Statement::Break } else { Statement::Continue })
            }
            "try" => self.try_statement(),
            "switch" => self.switch_statement(),
            "import" if !matches!(self.ahead(1), Kind::Sign("(")) => {
                Err(SyntaxError { message: "Cannot use import statement outside a module".to_owned(), at, length: 6 })
            }
            "with" => self.not_simulated("with"),
            "debugger" => {
                self.next += 1;
                self.end_of_statement()?;
                Ok(Statement::Empty)
            }
            _ => self.expression_statement(),
        }
    }

    fn expression_statement(&mut self) -> Parsed<Statement> {
        let expression = self.expression()?;
        self.end_of_statement()?;
        Ok(Statement::Expression(expression))
    }

    fn in_parentheses(&mut self) -> Parsed<Expression> {
        self.expect("(")?;
        let inner = self.expression()?;
        self.expect(")")?;
        Ok(inner)
    }

    pub fn block(&mut self) -> Parsed<Block> {
        self.expect("{")?;
        self.scopes.push(Names::default());
        let mut statements = Vec::new();
        while !self.is("}") {
            if self.peek().kind == Kind::End {
                return self.unexpected();
            }
            statements.push(self.statement()?);
        }
        self.next += 1;
        Ok(Block { names: self.scopes.pop().unwrap_or_default(), statements })
    }

    fn declare(&mut self, name: &Name, constant: bool, at: Pos) -> Parsed<()> {
        let scope = self.scopes.last_mut().expect("there is a scope around everything");
        if scope.lexical.iter().any(|(known, _)| known == name) {
            let message = format!("Identifier '{name}' has already been declared");
            return Err(SyntaxError { message, at, length: name.chars().count() });
        }
        scope.lexical.push((name.clone(), constant));
        Ok(())
    }

    /// Writes down what a pattern declares.
    fn declare_all(&mut self, kind: Declares, pattern: &Pattern) -> Parsed<()> {
        match pattern {
            Pattern::Name(name, at) => match kind {
                Declares::Var => {
                    let vars = self.vars.last_mut().expect("there is a function around everything");
                    if !vars.contains(name) {
                        vars.push(name.clone());
                    }
                    Ok(())
                }
                kind => self.declare(name, kind == Declares::Const, *at),
            },
            Pattern::Place(_) => Ok(()),
            Pattern::Array(items, rest) => {
                items.iter().flatten().try_for_each(|(item, _)| self.declare_all(kind, item))?;
                rest.iter().try_for_each(|rest| self.declare_all(kind, rest))
            }
            Pattern::Object(items, rest) => {
                items.iter().try_for_each(|(_, item, _)| self.declare_all(kind, item))?;
                rest.iter().try_for_each(|rest| self.declare_all(kind, rest))
            }
        }
    }

    fn declared_kind(&mut self) -> Parsed<Declares> {
        Ok(match self.any_word()?.as_ref() {
            "let" => Declares::Let,
            "const" => Declares::Const,
            _ => Declares::Var,
        })
    }

    fn declaration(&mut self) -> Parsed<Statement> {
        let kind = self.declared_kind()?;
        let declared = self.declarators(kind)?;
        self.end_of_statement()?;
        Ok(Statement::Declare(kind, declared))
    }

    fn declarators(&mut self, kind: Declares) -> Parsed<Vec<(Pattern, Option<Expression>, Pos)>> {
        let mut declared = Vec::new();
        loop {
            let at = self.at();
            let pattern = self.pattern()?;
            self.declare_all(kind, &pattern)?;
            let value = if self.eat("=") { Some(self.named_assignment(&pattern)?) } else { None };
            let must = kind == Declares::Const || !matches!(pattern, Pattern::Name(..));
            if value.is_none() && must && !self.is_word("of") && !self.is_word("in") {
                let what = if matches!(pattern, Pattern::Name(..)) { "const" } else { "destructuring" };
                let message = format!("Missing initializer in {what} declaration");
                return Err(SyntaxError { message, at, length: self.length_from(at) });
            }
            declared.push((pattern, value, at));
            if !self.eat(",") {
                return Ok(declared);
            }
        }
    }

    /// A function or class without a name gets that of the variable.
    pub fn named_assignment(&mut self, pattern: &Pattern) -> Parsed<Expression> {
        let value = self.assignment()?;
        Ok(match pattern {
            Pattern::Name(name, _) => named(value, name),
            _ => value,
        })
    }

    pub fn pattern(&mut self) -> Parsed<Pattern> {
        self.descend(Self::pattern_here)
    }

    fn pattern_here(&mut self) -> Parsed<Pattern> {
        let at = self.at();
        if self.eat("[") {
            let (mut items, mut rest) = (Vec::new(), None);
            while !self.eat("]") {
                if self.eat(",") {
                    items.push(None);
                    continue;
                }
                if self.eat("...") {
                    rest = Some(Box::new(self.pattern()?));
                } else {
                    items.push(Some((self.pattern()?, self.default_value()?)));
                }
                if !self.is("]") {
                    self.expect(",")?;
                }
            }
            return Ok(Pattern::Array(items, rest));
        }
        if self.eat("{") {
            let (mut items, mut rest) = (Vec::new(), None);
            while !self.eat("}") {
                if self.eat("...") {
                    rest = Some(Box::new(self.pattern()?));
                } else {
                    let at = self.at();
                    let key = self.key()?;
                    let inner = match &key {
                        Key::Fixed(name) if !self.is(":") => Pattern::Name(name.clone(), at),
                        _ => {
                            self.expect(":")?;
                            self.pattern()?
                        }
                    };
                    items.push((key, inner, self.default_value()?));
                }
                if !self.is("}") {
                    self.expect(",")?;
                }
            }
            return Ok(Pattern::Object(items, rest));
        }
        Ok(Pattern::Name(self.name()?, at))
    }

    fn default_value(&mut self) -> Parsed<Option<Expression>> {
        if self.eat("=") { Ok(Some(self.assignment()?)) } else { Ok(None) }
    }

    /// The name of a property in an object, a class or a pattern.
    pub fn key(&mut self) -> Parsed<Key> {
        if self.eat("[") {
            let inner = self.assignment()?;
            self.expect("]")?;
            return Ok(Key::Computed(Box::new(inner)));
        }
        match self.take().kind {
            Kind::Word(word) | Kind::Text(word) => Ok(Key::Fixed(word)),
            Kind::Number(number) => Ok(Key::Fixed(super::value::number_text(number).into())),
            _ => {
                self.next -= 1;
                self.unexpected()
            }
        }
    }

    fn for_statement(&mut self) -> Parsed<Statement> {
        self.next += 1;
        if self.is_word("await") {
            return self.not_simulated("for await");
        }
        self.expect("(")?;
        self.scopes.push(Names::default());
        let statement = self.for_head();
        self.scopes.pop();
        statement
    }

    fn for_head(&mut self) -> Parsed<Statement> {
        let at = self.at();
        let mut first = None;
        if self.is_word("var") || self.is_word("const") || self.is_word("let") {
            let kind = self.declared_kind()?;
            let mut declared = self.declarators(kind)?;
            if (self.is_word("of") || self.is_word("in")) && declared.len() == 1 {
                let (pattern, _, _) = declared.remove(0);
                return self.for_each(Some(kind), pattern, at);
            }
            first = Some(Box::new(Statement::Declare(kind, declared)));
        } else if !self.is(";") {
            let start = self.next;
            let value = self.without_in(Self::expression)?;
            if self.is_word("of") || self.is_word("in") {
                self.next = start;
                let place = self.unary()?;
                let pattern = self.place(place)?;
                return self.for_each(None, pattern, at);
            }
            first = Some(Box::new(Statement::Expression(value)));
        }
        self.expect(";")?;
        let condition = if self.is(";") { None } else { Some(self.expression()?) };
        self.expect(";")?;
        let step = if self.is(")") { None } else { Some(self.expression()?) };
        self.expect(")")?;
        Ok(Statement::For(first, condition, step, Box::new(self.statement()?)))
    }

    fn for_each(&mut self, kind: Option<Declares>, pattern: Pattern, at: Pos) -> Parsed<Statement> {
        let of = self.is_word("of");
        self.next += 1;
        let over = self.expression()?;
        self.expect(")")?;
        let body = Box::new(self.statement()?);
        Ok(if of { Statement::ForOf(kind, pattern, over, body, at) } else { Statement::ForIn(kind, pattern, over, body) })
    }

    fn try_statement(&mut self) -> Parsed<Statement> {
        self.next += 1;
        let body = self.block()?;
        let mut handler = None;
        if self.eat_word("catch") {
            let caught = if self.eat("(") {
                let pattern = self.pattern()?;
                self.expect(")")?;
                Some(pattern)
            } else {
                None
            };
            handler = Some((caught, self.block()?));
        }
        let last = if self.eat_word("finally") { Some(self.block()?) } else { None };
        if handler.is_none() && last.is_none() {
            let token = &self.tokens[self.next - 1];
            return Err(SyntaxError { message: "Missing catch or finally after try".to_owned(), at: token.at, length: token.length });
        }
        Ok(Statement::Try(body, handler, last))
    }

    fn switch_statement(&mut self) -> Parsed<Statement> {
        self.next += 1;
        let value = self.in_parentheses()?;
        self.expect("{")?;
        self.scopes.push(Names::default());
        let mut cases = Vec::new();
        while !self.eat("}") {
            let test = if self.eat_word("default") {
                None
            } else if self.eat_word("case") {
                Some(self.expression()?)
            } else {
                return self.unexpected();
            };
            self.expect(":")?;
            let mut statements = Vec::new();
            while !self.is_word("case") && !self.is_word("default") && !self.is("}") {
                if self.peek().kind == Kind::End {
                    return self.unexpected();
                }
                statements.push(self.statement()?);
            }
            cases.push((test, statements));
        }
        Ok(Statement::Switch(value, cases, self.scopes.pop().unwrap_or_default()))
    }
}

/// Functions and classes.
impl Parser {
    /// Parameters and body, after the name.
    pub fn function(&mut self, name: Name, is_method: bool) -> Parsed<Function> {
        self.expect("(")?;
        self.vars.push(Vec::new());
        let (parameters, rest) = self.parameters()?;
        let body = self.block()?;
        Ok(self.finish(name, parameters, rest, body, false, is_method))
    }

    fn finish(
        &mut self,
        name: Name,
        parameters: Vec<(Pattern, Option<Expression>)>,
        rest: Option<Pattern>,
        body: Block,
        is_arrow: bool,
        is_method: bool,
    ) -> Function {
        let vars = self.vars.pop().unwrap_or_default();
        Function { name, parameters, rest, body, vars, is_arrow, is_method }
    }

    fn parameters(&mut self) -> Parsed<(Vec<(Pattern, Option<Expression>)>, Option<Pattern>)> {
        let (mut parameters, mut rest) = (Vec::new(), None);
        while !self.eat(")") {
            if self.eat("...") {
                rest = Some(self.pattern()?);
            } else {
                parameters.push((self.pattern()?, self.default_value()?));
            }
            if !self.is(")") {
                if !self.is(",") && matches!(self.peek().kind, Kind::Word(_)) {
                    let token = self.peek();
                    return Err(SyntaxError { message: "missing ) after formal parameters".to_owned(), at: token.at, length: token.length });
                }
                self.expect(",")?;
            }
        }
        Ok((parameters, rest))
    }

    /// `x => …` or `(a, b) => …`, if that is what comes.
    pub fn arrow(&mut self) -> Parsed<Option<Expression>> {
        let is_arrow = match &self.peek().kind {
            Kind::Word(word) => !RESERVED.contains(&word.as_ref()) && matches!(self.ahead(1), Kind::Sign("=>")),
            Kind::Sign("(") => self.arrow_after_parentheses(),
            _ => false,
        };
        if !is_arrow {
            return Ok(None);
        }
        self.vars.push(Vec::new());
        let (parameters, rest) = match self.eat("(") {
            true => self.parameters()?,
            false => {
                let at = self.at();
                (vec![(Pattern::Name(self.name()?, at), None)], None)
            }
        };
        self.expect("=>")?;
        let body = match self.is("{") {
            true => self.block()?,
            false => Block { names: Names::default(), statements: vec![Statement::Return(Some(self.assignment()?))] },
        };
        let function = self.finish("".into(), parameters, rest, body, true, false);
        Ok(Some(Expression::Function(Arc::new(function))))
    }

    fn arrow_after_parentheses(&self) -> bool {
        let mut depth = 0;
        for (index, token) in self.tokens.iter().enumerate().skip(self.next) {
            match token.kind {
                Kind::Sign("(" | "[" | "{") => depth += 1,
                Kind::Sign(")" | "]" | "}") => depth -= 1,
                Kind::End => return false,
                _ => {}
            }
            if depth == 0 {
                return matches!(self.tokens.get(index + 1).map(|token| &token.kind), Some(Kind::Sign("=>")));
            }
        }
        false
    }

    pub fn class(&mut self, name: Name) -> Parsed<Class> {
        let parent = if self.eat_word("extends") { Some(self.unary()?) } else { None };
        let mut class = Class { name: name.clone(), parent, constructor: None, methods: Vec::new() };
        self.expect("{")?;
        while !self.eat("}") {
            if self.eat(";") {
                continue;
            }
            let is_static = self.is_word("static") && !matches!(self.ahead(1), Kind::Sign("("));
            self.next += usize::from(is_static);
            if self.is("*") || (self.is_word("get") || self.is_word("set") || self.is_word("async")) && !matches!(self.ahead(1), Kind::Sign("(")) {
                return self.not_simulated("getters, generators and async methods of classes");
            }
            let key = self.key()?;
            if !self.is("(") {
                return self.not_simulated("fields of classes");
            }
            let own = match &key {
                Key::Fixed(name) => name.clone(),
                Key::Computed(_) => "".into(),
            };
            let is_constructor = !is_static && own.as_ref() == "constructor";
            let function_name = if is_constructor { name.clone() } else { own };
            let function = Arc::new(self.function(function_name, true)?);
            if is_constructor {
                class.constructor = Some(function);
            } else {
                class.methods.push((is_static, key, function));
            }
        }
        Ok(class)
    }
}

/// A function that has no name of its own gets this one.
pub(super) fn named(value: Expression, name: &Name) -> Expression {
    match value {
        Expression::Function(function) if function.name.is_empty() => match Arc::try_unwrap(function) {
            Ok(mut function) => {
                function.name = name.clone();
                Expression::Function(Arc::new(function))
            }
            Err(function) => Expression::Function(function),
        },
        Expression::Class(class) if class.name.is_empty() => match Arc::try_unwrap(class) {
            Ok(mut class) => {
                class.name = name.clone();
                Expression::Class(Arc::new(class))
            }
            Err(class) => Expression::Class(class),
        },
        value => value,
    }
}
