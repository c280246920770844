//! The tree of a template, and how its nodes are shown in errors.
//!
//! Models: text/template/parse/node.go, Go 1.26.
//! Simplified: nothing.

use std::fmt;

#[derive(Clone, Debug)]
pub enum Node {
    Text(String),
    Action(Pipe),
    If(Branch),
    With(Branch),
    Range(Branch),
    /// `{{template "name" pipe}}`, with its place.
    Template(usize, String, Option<Pipe>),
    Break,
    Continue,
}

#[derive(Clone, Debug)]
pub struct Branch {
    pub pipe: Pipe,
    pub body: Vec<Node>,
    pub otherwise: Vec<Node>,
}

#[derive(Clone, Debug)]
pub struct Pipe {
    pub at: usize,
    /// Variables that take the value; for `range` up to two.
    pub variables: Vec<String>,
    /// They are there already.
    pub assigns: bool,
    pub commands: Vec<Command>,
}

#[derive(Clone, Debug)]
pub struct Command {
    pub at: usize,
    pub words: Vec<Word>,
}

#[derive(Clone, Debug)]
pub struct Word {
    pub at: usize,
    pub what: Operand,
}

#[derive(Clone, Debug)]
pub enum Operand {
    Dot,
    Nil,
    Bool(bool),
    Int(String, i64),
    Float(String, f64),
    Text(String, String),
    Field(Vec<String>),
    /// `$x.a.b`
    Variable(String, Vec<String>),
    Function(String),
    Pipe(Box<Pipe>),
    /// `(pipe).a.b`
    Chain(Box<Word>, Vec<String>),
}

fn fields(f: &mut fmt::Formatter<'_>, names: &[String]) -> fmt::Result {
    names.iter().try_for_each(|name| write!(f, ".{name}"))
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.what {
            Operand::Dot => f.write_str("."),
            Operand::Nil => f.write_str("nil"),
            Operand::Bool(flag) => write!(f, "{flag}"),
            Operand::Int(source, _) | Operand::Float(source, _) | Operand::Text(source, _) => f.write_str(source),
            Operand::Field(names) => fields(f, names),
            Operand::Variable(name, names) => f.write_str(name).and_then(|()| fields(f, names)),
            Operand::Function(name) => f.write_str(name),
            Operand::Pipe(pipe) => write!(f, "({pipe})"),
            Operand::Chain(word, names) => write!(f, "{word}").and_then(|()| fields(f, names)),
        }
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, word) in self.words.iter().enumerate() {
            write!(f, "{}{word}", if at > 0 { " " } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.variables.is_empty() {
            write!(f, "{} {} ", self.variables.join(", "), if self.assigns { "=" } else { ":=" })?;
        }
        for (at, command) in self.commands.iter().enumerate() {
            write!(f, "{}{command}", if at > 0 { " | " } else { "" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Branch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.pipe)
    }
}
