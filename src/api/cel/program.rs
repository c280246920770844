//! A checked expression, ready to run.
//!
//! Models: github.com/google/cel-go/cel/{env.go,program.go}, v0.26 as v1.36 has it.
//! Simplified: nothing.

use std::sync::Arc;

use super::ast::{Expr, Kind};
use super::checker::{self, BINDS, Variables};
use super::cost::{self, Extent};
use super::eval::{self, Activation};
use super::source::{Issue, show};
use super::types::Type;
use super::value::{Fault, Value};
use super::{duration, formats, parser};

#[derive(Clone, Debug)]
pub(crate) struct Program {
    expr: Arc<Expr>,
    result: Type,
}

impl Program {
    /// Compiles an expression. The error is the compiler's report.
    pub fn compile(text: &str, variables: &Variables) -> Result<Self, String> {
        let expr = parser::parse(text, variables.contains_key(BINDS)).map_err(|issues| show(text, &issues))?;
        let result = checker::check(&expr, variables).map_err(|issues| show(text, &issues))?;
        let mut issues = Vec::new();
        check_literals(&expr, &mut issues);
        formats::check(&expr, variables, &mut issues);
        if issues.is_empty() { Ok(Program { expr: Arc::new(expr), result }) } else { Err(show(text, &issues)) }
    }

    pub fn result(&self) -> &Type {
        &self.result
    }

    /// Whether the expression names a variable.
    pub fn names(&self, variable: &str) -> bool {
        mentions(&self.expr, variable)
    }

    /// The most that a run costs, where every variable is as large as `root`.
    pub fn cost(&self, variables: &Variables, root: &Extent) -> u64 {
        cost::estimate(&self.expr, &checker::types(&self.expr, variables), root)
    }

    /// The value, or why there is none; and what it cost.
    pub fn run(&self, variables: &dyn Activation) -> (Result<Value, Fault>, u64) {
        eval::run(&self.expr, variables)
    }
}

/// Shows all parts of an expression, the whole first.
pub(super) fn each<'a>(expr: &'a Expr, see: &mut dyn FnMut(&'a Expr)) {
    see(expr);
    match &expr.kind {
        Kind::Literal(_) | Kind::Identifier(_) => {}
        Kind::Struct { fields, .. } => fields.iter().for_each(|field| each(&field.value, see)),
        Kind::Select { of, .. } | Kind::OptionalSelect { of, .. } => each(of, see),
        Kind::Call { target, arguments, .. } => target.as_deref().into_iter().chain(arguments).for_each(|part| each(part, see)),
        Kind::List(items) => items.iter().for_each(|(item, _)| each(item, see)),
        Kind::Map(entries) => entries.iter().for_each(|(key, value, _)| {
            each(key, see);
            each(value, see);
        }),
        Kind::Fold(fold) => [Some(&fold.range), fold.condition.as_ref(), fold.result.as_ref()].into_iter().flatten().for_each(|part| each(part, see)),
        Kind::WithOptional { of, body, .. } | Kind::Bind { value: of, body, .. } => {
            each(of, see);
            each(body, see);
        }
    }
}

fn mentions(expr: &Expr, variable: &str) -> bool {
    let mut found = false;
    each(expr, &mut |part| found |= matches!(&part.kind, Kind::Identifier(name) if name.trim_start_matches('.') == variable));
    found
}

/// Durations, timestamps and patterns that are written out must be good ones.
fn check_literals(expr: &Expr, issues: &mut Vec<Issue>) {
    each(expr, &mut |part| {
        let Kind::Call { function, target, arguments } = &part.kind else { return };
        let literal = |argument: &Expr| match &argument.kind {
            Kind::Literal(Value::Text(text)) => Some(text.to_string()),
            _ => None,
        };
        let (index, count) = if function == "matches" && target.is_none() { (1, 2) } else { (0, 1) };
        let Some(argument) = arguments.get(index).filter(|_| arguments.len() == count) else { return };
        let Some(text) = literal(argument) else { return };
        let (what, bad) = match function.as_str() {
            "duration" if target.is_none() => ("duration", duration::parse(&text).is_none()),
            "timestamp" if target.is_none() => ("timestamp", text.parse::<jiff::Timestamp>().is_err()),
            "matches" => ("matches", crate::custom::schema::pattern_error(&text).is_some()),
            _ => return,
        };
        if bad {
            issues.push(Issue::new(argument.at, format!("invalid {what} argument")));
        }
    });
}
