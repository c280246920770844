//! The syntax tree of a program.

use std::sync::Arc;

use super::lexer::Pos;

pub type Name = Arc<str>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declares {
    Var,
    Let,
    Const,
}

#[derive(Debug)]
pub enum Statement {
    Empty,
    Expression(Expression),
    Declare(Declares, Vec<(Pattern, Option<Expression>, Pos)>),
    /// Its function is made when the scope is entered.
    Function,
    Class(Arc<Class>),
    If(Expression, Box<Statement>, Option<Box<Statement>>),
    While(Expression, Box<Statement>),
    DoWhile(Box<Statement>, Expression),
    For(Option<Box<Statement>>, Option<Expression>, Option<Expression>, Box<Statement>),
    ForOf(Option<Declares>, Pattern, Expression, Box<Statement>, Pos),
    ForIn(Option<Declares>, Pattern, Expression, Box<Statement>),
    Block(Block),
    Return(Option<Expression>),
    Break,
    Continue,
    Throw(Expression, Pos),
    Try(Block, Option<(Option<Pattern>, Block)>, Option<Block>),
    Switch(Expression, Vec<(Option<Expression>, Vec<Statement>)>, Names),
}

/// Names that a scope declares.
#[derive(Debug, Default)]
pub struct Names {
    /// `let` and `class`, and whether they are constants.
    pub lexical: Vec<(Name, bool)>,
    pub functions: Vec<(Name, Arc<Function>)>,
}

impl Names {
    pub fn is_empty(&self) -> bool {
        self.lexical.is_empty() && self.functions.is_empty()
    }
}

#[derive(Debug, Default)]
pub struct Block {
    pub names: Names,
    pub statements: Vec<Statement>,
}

#[derive(Debug)]
pub struct Function {
    pub name: Name,
    pub parameters: Vec<(Pattern, Option<Expression>)>,
    pub rest: Option<Pattern>,
    pub body: Block,
    /// The names of its `var`s.
    pub vars: Vec<Name>,
    pub is_arrow: bool,
    /// A method of a class that extends another one, or its constructor.
    pub is_method: bool,
}

#[derive(Debug)]
pub struct Class {
    pub name: Name,
    pub parent: Option<Expression>,
    pub constructor: Option<Arc<Function>>,
    /// Whether it is static, its name, its function.
    pub methods: Vec<(bool, Key, Arc<Function>)>,
}

#[derive(Debug)]
pub enum Pattern {
    Name(Name, Pos),
    /// A place to assign to.
    Place(Box<Expression>),
    Array(Vec<Option<(Pattern, Option<Expression>)>>, Option<Box<Pattern>>),
    Object(Vec<(Key, Pattern, Option<Expression>)>, Option<Box<Pattern>>),
}

/// The name of a property.
#[derive(Debug)]
pub enum Key {
    Fixed(Name),
    Computed(Box<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unary {
    Not,
    Minus,
    Plus,
    Complement,
    TypeOf,
    Void,
    Delete,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    Same,
    NotSame,
    And,
    Or,
    Xor,
    ShiftLeft,
    ShiftRight,
    ShiftRightUnsigned,
    In,
    InstanceOf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logical {
    And,
    Or,
    Coalesce,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assign {
    Plain,
    Binary(Binary),
    Logical(Logical),
}

#[derive(Debug)]
pub enum Expression {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Name),
    Template(Vec<Name>, Vec<Expression>),
    Regex(Name, Name, Pos),
    This,
    Super(Pos),
    Name(Name, Pos),
    /// `None`: a hole.
    Array(Vec<Option<Expression>>),
    Object(Vec<Property>),
    Function(Arc<Function>),
    Class(Arc<Class>),
    Unary(Unary, Box<Expression>),
    /// `++` and `--`: by how much, whether before the operand, the operand.
    Update(f64, bool, Box<Expression>),
    Binary(Binary, Box<Expression>, Box<Expression>, Pos),
    Logical(Logical, Box<Expression>, Box<Expression>),
    Assign(Assign, Box<Pattern>, Box<Expression>),
    Conditional(Box<Expression>, Box<Expression>, Box<Expression>),
    /// The last part says whether it is `?.(`.
    Call(Box<Expression>, Vec<Expression>, Pos, bool),
    New(Box<Expression>, Vec<Expression>, Pos),
    /// The last part says whether it is `?.`.
    Member(Box<Expression>, Box<Key>, Pos, bool),
    /// The end of a chain with `?.`: what is missing makes it undefined here.
    Chain(Box<Expression>),
    Sequence(Vec<Expression>),
    Spread(Box<Expression>),
}

#[derive(Debug)]
pub enum Property {
    Value(Key, Expression),
    Spread(Expression),
    /// `get` (true) or `set`.
    Accessor(bool, Key, Arc<Function>),
}
