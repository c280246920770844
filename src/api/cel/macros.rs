//! Macros: calls that stand for something else, such as `list.all(x, x > 0)`.
//!
//! Models: github.com/google/cel-go/parser/macro.go, ext/{comprehensions.go,bindings.go}, cel/library.go (optMap), v0.26 as v1.36 has it.
//! Simplified: nothing.

use super::ast::{Expr, Fold, Gather, Kind};
use super::source::Issue;

/// The call, or what it stands for if it is a macro.
///
/// With `binds`, `cel.bind` is one.
pub(super) fn expand(at: usize, name: &str, target: Option<Expr>, mut arguments: Vec<Expr>, binds: bool) -> Result<Expr, Issue> {
    match (name, target.is_some(), arguments.len()) {
        ("bind", true, 3) if binds && matches!(target.as_ref().map(|target| &target.kind), Some(Kind::Identifier(name)) if name == "cel") => {
            let Kind::Identifier(name) = &arguments[0].kind else {
                return Err(Issue::new(arguments[0].at, "cel.bind() variable names must be simple identifiers"));
            };
            let name = name.clone();
            let (body, value) = (arguments.remove(2), arguments.remove(1));
            Ok(Expr::new(at, Kind::Bind { name, value: Box::new(value), body: Box::new(body) }))
        }
        ("has", false, 1) => {
            let argument = arguments.remove(0);
            match argument.kind {
                Kind::Select { of, field, test: false } => Ok(Expr::new(at, Kind::Select { of, field, test: true })),
                _ => Err(Issue::new(argument.at, "invalid argument to has() macro")),
            }
        }
        ("optMap" | "optFlatMap", true, 2) => {
            let body = arguments.remove(1);
            let name_of = variable(&arguments[0], "variable name")?;
            let of = Box::new(target.unwrap_or_else(|| body.clone()));
            Ok(Expr::new(at, Kind::WithOptional { of, name: name_of, body: Box::new(body), flat: name == "optFlatMap" }))
        }
        _ => match fold(at, name, target.as_ref(), &arguments) {
            Some(fold) => fold,
            None => Ok(Expr::new(at, Kind::Call { function: name.to_owned(), target: target.map(Box::new), arguments })),
        },
    }
}

fn variable(argument: &Expr, what: &str) -> Result<String, Issue> {
    match &argument.kind {
        Kind::Identifier(name) if !name.starts_with('.') => Ok(name.clone()),
        _ if what == "variable name" => Err(Issue::new(argument.at, "optMap() variable name must be a simple identifier")),
        _ => Err(Issue::new(argument.at, "argument must be a simple name")),
    }
}

/// How a macro over a range reads its arguments.
struct Form {
    what: Gather,
    variables: usize,
    condition: Option<usize>,
    result: Option<usize>,
}

#[rustfmt::skip]
fn form(name: &str, count: usize) -> Option<Form> {
    let form = |what, variables, condition, result| Some(Form { what, variables, condition, result });
    match (name, count) {
        ("all", 2) => form(Gather::All, 1, Some(1), None),
        ("exists", 2) => form(Gather::Exists, 1, Some(1), None),
        ("exists_one" | "existsOne", 2) => form(Gather::ExistsOne, 1, Some(1), None),
        ("filter", 2) => form(Gather::List, 1, Some(1), Some(0)),
        ("map", 2) => form(Gather::List, 1, None, Some(1)),
        ("map", 3) => form(Gather::List, 1, Some(1), Some(2)),
        ("all", 3) => form(Gather::All, 2, Some(2), None),
        ("exists", 3) => form(Gather::Exists, 2, Some(2), None),
        ("existsOne" | "exists_one", 3) => form(Gather::ExistsOne, 2, Some(2), None),
        ("transformList", 3) => form(Gather::List, 2, None, Some(2)),
        ("transformList", 4) => form(Gather::List, 2, Some(2), Some(3)),
        ("transformMap", 3) => form(Gather::Map, 2, None, Some(2)),
        ("transformMap", 4) => form(Gather::Map, 2, Some(2), Some(3)),
        ("transformMapEntry", 3) => form(Gather::Entries, 2, None, Some(2)),
        ("transformMapEntry", 4) => form(Gather::Entries, 2, Some(2), Some(3)),
        _ => None,
    }
}

fn fold(at: usize, name: &str, target: Option<&Expr>, arguments: &[Expr]) -> Option<Result<Expr, Issue>> {
    let (range, form) = (target?, form(name, arguments.len())?);
    let names: Result<Vec<String>, Issue> = arguments.iter().take(form.variables).map(|argument| variable(argument, "")).collect();
    let names = match names {
        Ok(names) => names,
        Err(issue) => return Some(Err(issue)),
    };
    let part = |index: Option<usize>| index.map(|index| arguments[index].clone());
    let fold = Fold {
        range: range.clone(),
        first: names[0].clone(),
        second: names.get(1).cloned(),
        what: form.what,
        condition: part(form.condition),
        result: part(form.result),
    };
    Some(Ok(Expr::new(at, Kind::Fold(Box::new(fold)))))
}
