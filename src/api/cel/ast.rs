//! An expression as a tree.
//!
//! Models: github.com/google/cel-go/common/ast, v0.26 as v1.36 has it.
//! Simplified: nothing.

use super::value::Value;

/// A part of an expression, with its place in the text.
#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub at: usize,
    pub kind: Kind,
    /// How many parts stand one inside the other, which is what walking the tree needs of the stack.
    pub depth: usize,
}

impl Expr {
    pub fn new(at: usize, kind: Kind) -> Self {
        let deepest = match &kind {
            Kind::Literal(_) | Kind::Identifier(_) => 0,
            Kind::Struct { fields, .. } => fields.iter().map(|field| field.value.depth).max().unwrap_or(0),
            Kind::Select { of, .. } | Kind::OptionalSelect { of, .. } => of.depth,
            Kind::Call { target, arguments, .. } => target.as_deref().into_iter().chain(arguments).map(|part| part.depth).max().unwrap_or(0),
            Kind::List(items) => items.iter().map(|(item, _)| item.depth).max().unwrap_or(0),
            Kind::Map(entries) => entries.iter().map(|(key, value, _)| key.depth.max(value.depth)).max().unwrap_or(0),
            Kind::Fold(fold) => [Some(&fold.range), fold.condition.as_ref(), fold.result.as_ref()].into_iter().flatten().map(|part| part.depth).max().unwrap_or(0),
            Kind::WithOptional { of, body, .. } => of.depth.max(body.depth),
            Kind::Bind { value, body, .. } => value.depth.max(body.depth),
        };
        Expr { at, kind, depth: deepest + 1 }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Literal(Value),
    Identifier(String),
    /// `a.b`, and `has(a.b)` with `test`.
    Select { of: Box<Expr>, field: String, test: bool },
    /// `a.?b`
    OptionalSelect { of: Box<Expr>, field: String },
    /// `f(a)`, `x.f(a)`; operators are functions named like `_+_`.
    Call { function: String, target: Option<Box<Expr>>, arguments: Vec<Expr> },
    /// Elements with whether each is optional (`?a`).
    List(Vec<(Expr, bool)>),
    Map(Vec<(Expr, Expr, bool)>),
    /// `Type{field: value}`: what a mutation changes, or an operation of a JSON patch.
    Struct { name: String, fields: Vec<Field> },
    /// A macro over a list or map: the fold that it stands for.
    Fold(Box<Fold>),
    /// `optMap` and `optFlatMap`: the body sees the value that is there.
    WithOptional { of: Box<Expr>, name: String, body: Box<Expr>, flat: bool },
    /// `cel.bind(name, value, body)`
    Bind { name: String, value: Box<Expr>, body: Box<Expr> },
}

/// A field of a struct that is written out.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub at: usize,
    pub name: String,
    pub value: Expr,
    /// `?field: value`, which is left out where the value is none.
    pub optional: bool,
}

/// Goes over a range and gathers a result.
#[derive(Clone, Debug)]
pub(crate) struct Fold {
    pub range: Expr,
    /// The element; with `second`, the index or key.
    pub first: String,
    /// The value, in macros with two variables.
    pub second: Option<String>,
    pub what: Gather,
    /// The condition, of those that have one.
    pub condition: Option<Expr>,
    /// What each element becomes.
    pub result: Option<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gather {
    All,
    Exists,
    ExistsOne,
    List,
    /// `transformMap`: the same keys with other values.
    Map,
    /// `transformMapEntry`: each result is a map of one entry.
    Entries,
}
