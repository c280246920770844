//! What an awk program is made of.

use std::collections::BTreeMap;

use regex::Regex;

#[derive(Debug)]
pub(super) struct Program {
    pub begin: Vec<Statement>,
    pub rules: Vec<Rule>,
    pub end: Vec<Statement>,
    pub functions: BTreeMap<String, Function>,
}

#[derive(Debug)]
pub(super) struct Rule {
    pub pattern: Pattern,
    /// `None`: prints the record.
    pub action: Option<Statement>,
}

#[derive(Debug)]
pub(super) enum Pattern {
    Always,
    When(Expression),
    Range(Expression, Expression),
}

#[derive(Debug)]
pub(super) struct Function {
    pub parameters: Vec<String>,
    pub body: Statement,
}

#[derive(Debug)]
pub(super) enum Statement {
    Block(Vec<Statement>),
    Expression(Expression),
    Print { arguments: Vec<Expression>, to: Option<Redirect> },
    Printf { arguments: Vec<Expression>, to: Option<Redirect> },
    If(Expression, Box<Statement>, Option<Box<Statement>>),
    While(Expression, Box<Statement>),
    DoWhile(Box<Statement>, Expression),
    For(Option<Box<Statement>>, Option<Expression>, Option<Box<Statement>>, Box<Statement>),
    ForIn(String, String, Box<Statement>),
    Delete(String, Option<Vec<Expression>>),
    Next,
    NextFile,
    Exit(Option<Expression>),
    Return(Option<Expression>),
    Break,
    Continue,
}

/// What becomes of output that goes elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Write,
    Append,
    /// It is the input of a command, which runs when the program has ended.
    Command,
}

#[derive(Debug)]
pub(super) struct Redirect {
    pub kind: Kind,
    /// The file or the command.
    pub path: Expression,
}

#[derive(Debug)]
pub(super) enum Expression {
    Number(f64),
    Text(String),
    /// A regular expression that stands alone is compared with the record.
    Regex(Box<Regex>),
    Variable(String),
    Element(String, Vec<Expression>),
    Field(Box<Expression>),
    Assign(Box<Expression>, Option<char>, Box<Expression>),
    Conditional(Box<Expression>, Box<Expression>, Box<Expression>),
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    In(Vec<Expression>, String),
    Match(Box<Expression>, Box<Expression>, bool),
    Compare(Box<Expression>, Comparison, Box<Expression>),
    Join(Box<Expression>, Box<Expression>),
    Arithmetic(Box<Expression>, char, Box<Expression>),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    Positive(Box<Expression>),
    Step { target: Box<Expression>, by: f64, before: bool },
    Call(String, Vec<Expression>),
    Builtin(String, Vec<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
}

pub(super) const BUILTINS: &[&str] = &[
    "atan2", "close", "cos", "exp", "fflush", "gsub", "index", "int", "length", "log", "match", "rand", "sin", "split", "sprintf",
    "sqrt", "srand", "strftime", "sub", "substr", "system", "systime", "tolower", "toupper",
];
