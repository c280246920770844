//! The commands that the shell carries out itself, because they change it.
//!
//! A new one is a function in the file where it belongs and a line in [`BUILTINS`].

mod declarations;
mod flow;
mod io;
mod jobs;
mod settings;

pub(super) use io::Read;

use super::expand::Stop;
use super::interpreter::Shell;
use crate::Sys;

/// What a builtin has come to.
pub(super) enum Outcome {
    Status(i32),
    Print(String),
    PrintAnd(String, i32),
    /// Status and message, which is preceded by the builtin's name.
    Fail(i32, String),
    NotSimulated(String),
    Stop(Stop),
    /// Frames on the stack do the rest.
    Going,
}

pub(super) type Builtin = fn(&mut Shell, &mut Sys<'_>, &[String]) -> Outcome;

const BUILTINS: &[(&str, Builtin)] = &[
    (".", flow::source),
    (":", |_, _, _| Outcome::Status(0)),
    ("[", io::test),
    ("alias", settings::alias),
    ("bg", |_, _, _| Outcome::NotSimulated("bg (jobs are never stopped)".to_owned())),
    ("bind", not_simulated),
    ("break", flow::leave_loop),
    ("builtin", flow::command),
    ("caller", not_simulated),
    ("cd", settings::cd),
    ("command", flow::command),
    ("compgen", not_simulated),
    ("complete", not_simulated),
    ("compopt", not_simulated),
    ("continue", flow::leave_loop),
    ("declare", declarations::declare),
    ("dirs", not_simulated),
    ("disown", jobs::disown),
    ("echo", io::echo),
    ("enable", not_simulated),
    ("eval", flow::eval),
    ("exec", flow::exec),
    ("exit", flow::exit),
    ("export", declarations::export),
    ("false", |_, _, _| Outcome::Status(1)),
    ("fc", not_simulated),
    ("fg", jobs::fg),
    ("getopts", io::getopts),
    ("hash", |_, _, _| Outcome::Status(0)),
    ("help", not_simulated),
    ("history", settings::history),
    ("jobs", jobs::jobs),
    ("kill", jobs::kill),
    ("let", declarations::let_),
    ("local", declarations::declare),
    ("logout", not_simulated),
    ("mapfile", io::mapfile),
    ("popd", not_simulated),
    ("printf", io::printf),
    ("pushd", not_simulated),
    ("pwd", settings::pwd),
    ("read", io::read),
    ("readarray", io::mapfile),
    ("readonly", declarations::readonly),
    ("return", flow::return_),
    ("set", settings::set),
    ("shift", settings::shift),
    ("shopt", settings::shopt),
    ("source", flow::source),
    ("suspend", not_simulated),
    ("test", io::test),
    ("times", |_, _, _| Outcome::Print("0m0.000s 0m0.000s\n0m0.000s 0m0.000s\n".to_owned())),
    ("trap", settings::trap),
    ("true", |_, _, _| Outcome::Status(0)),
    ("type", flow::type_),
    ("typeset", declarations::declare),
    ("ulimit", settings::ulimit),
    ("umask", settings::umask),
    ("unalias", settings::unalias),
    ("unset", declarations::unset),
    ("wait", jobs::wait),
];

/// Those that bash has and that are not simulated.
fn not_simulated(_: &mut Shell, _: &mut Sys<'_>, arguments: &[String]) -> Outcome {
    Outcome::NotSimulated(arguments[0].clone())
}

pub(super) fn find(name: &str) -> Option<Builtin> {
    BUILTINS.binary_search_by_key(&name, |(builtin, _)| *builtin).ok().map(|index| BUILTINS[index].1)
}

/// Builtins whose arguments `name=value` are assignments, not split.
pub(super) fn is_declaration(name: &str) -> bool {
    matches!(name, "export" | "local" | "declare" | "typeset" | "readonly" | "alias")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn builtins_are_sorted_so_that_they_are_found() {
        assert!(BUILTINS.is_sorted_by_key(|(name, _)| *name));
    }
}
