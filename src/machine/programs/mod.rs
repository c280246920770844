//! The everyday programs: what coreutils, grep, sed, findutils, diffutils and curl are on a real computer.
//!
//! One program a file, one line in [`PROGRAMS`]. Options that a program does not know are answered as the real one
//! answers options that it does not have; options that the real one has and this one lacks say `not simulated`.

mod arguments;
mod base64;
mod cat;
mod copy;
mod curl;
mod cut;
mod date;
mod diff;
mod echo;
mod env;
mod escapes;
mod find;
mod grep;
mod head;
mod identity;
mod lines;
mod list;
mod make;
mod owner;
mod paths;
mod printf;
mod regular;
mod remove;
mod sed;
mod sed_script;
mod seq;
mod sleep;
mod sort;
mod tail;
mod tee;
mod tr;
mod uniq;
mod watch;
mod wc;
mod xargs;

pub(crate) use echo::echo_text;
pub(crate) use escapes::{Escapes, unescape};
pub(crate) use printf::printf_text;

use crate::shell::Shell;
use crate::{Machine, Main};

const PROGRAMS: &[(&str, Main)] = &[
    ("[", test),
    ("base64", base64::main),
    ("basename", paths::basename),
    ("cat", cat::main),
    ("chgrp", owner::chgrp),
    ("chmod", make::chmod),
    ("chown", owner::chown),
    ("clear", identity::clear),
    ("cp", copy::cp),
    ("curl", curl::curl),
    ("cut", cut::main),
    ("date", date::main),
    ("diff", diff::main),
    ("dirname", paths::dirname),
    ("echo", echo::main),
    ("egrep", grep::main),
    ("env", env::main),
    ("false", |_| Ok(1)),
    ("find", find::main),
    ("grep", grep::main),
    ("groups", identity::groups),
    ("head", head::main),
    ("hostname", identity::hostname),
    ("id", identity::id),
    ("less", cat::main),
    ("ln", make::ln),
    ("ls", list::main),
    ("mkdir", make::mkdir),
    ("more", cat::main),
    ("mv", copy::mv),
    ("printenv", env::printenv),
    ("printf", printf::main),
    ("pwd", paths::pwd),
    ("readlink", paths::readlink),
    ("realpath", paths::realpath),
    ("rm", remove::rm),
    ("rmdir", remove::rmdir),
    ("sed", sed::main),
    ("seq", seq::main),
    ("sleep", sleep::main),
    ("sort", sort::main),
    ("tac", cat::tac),
    ("tail", tail::main),
    ("tee", tee::main),
    ("test", test),
    ("touch", make::touch),
    ("tr", tr::main),
    ("true", |_| Ok(0)),
    ("uname", identity::uname),
    ("uniq", uniq::main),
    ("watch", watch::main),
    ("wc", wc::main),
    ("wget", curl::wget),
    ("which", paths::which),
    ("whoami", identity::whoami),
    ("xargs", xargs::main),
    ("yes", identity::yes),
];

/// Programs that a student may reach for, and that say that they are not simulated.
const ABSENT: &[&str] = &[
    "apt", "apt-get", "awk", "docker", "gcloud", "git", "gunzip", "gzip", "helm", "htop", "ip", "jq", "make", "nano",
    "nc", "node", "npm", "nslookup", "openssl", "perl", "ping", "ps", "python3", "ssh", "sudo", "tar", "top", "vi",
    "vim", "yq",
];

/// `test` outside the shell (`xargs test`) is the shell's own.
fn test(process: &mut crate::Process<'_>) -> Result<i32, crate::Suspend> {
    let words = process.args();
    let line = [vec!["sh".to_owned(), "-c".to_owned(), format!("{} \"$@\"", words[0]), "test".to_owned()], words[1..].to_vec()];
    Ok(process.run(&line.concat())?.unwrap_or(127))
}

/// Installs the shell (as `bash` and `sh`) and all programs of this folder.
pub fn install_everyday_programs(machine: &mut Machine) {
    install_programs(machine, &["bash", "sh"]);
    for (name, main) in PROGRAMS {
        machine.install(name, *main);
    }
    for name in ABSENT {
        machine.install(name, identity::absent);
    }
}

/// Installs some of the programs of this folder, and the shells `bash` and `sh`, by their names: what an image has. A
/// name that no program here has is left out, and returned.
pub fn install_programs<'a>(machine: &mut Machine, names: &[&'a str]) -> Vec<&'a str> {
    let mut missing = Vec::new();
    for name in names {
        match PROGRAMS.binary_search_by_key(name, |(known, _)| known) {
            Ok(index) => machine.install(name, PROGRAMS[index].1),
            Err(_) if matches!(*name, "bash" | "sh") => machine.install_program(name, Shell::boxed),
            Err(_) => missing.push(*name),
        }
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_sorted_so_that_they_are_found() {
        assert!(PROGRAMS.is_sorted_by_key(|(name, _)| *name));
    }
}
