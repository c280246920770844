//! The everyday programs: what coreutils, grep, sed, diffutils and curl are on a real computer.
//!
//! One program a file, one line in [`PROGRAMS`]. Options that a program does not know are answered as the real one
//! answers options that it does not have; options that the real one has and this one lacks say `not simulated`.

mod echo;
mod escapes;
mod printf;
mod sleep;

pub(crate) use echo::echo_text;
pub(crate) use escapes::{Escapes, unescape};
pub(crate) use printf::printf_text;

use crate::shell::Shell;
use crate::{Machine, Main};

const PROGRAMS: &[(&str, Main)] = &[
    ("echo", echo::main),
    ("false", |_| Ok(1)),
    ("printf", printf::main),
    ("sleep", sleep::main),
    ("true", |_| Ok(0)),
];

/// Installs the shell (as `bash` and `sh`) and all programs of this folder.
pub fn install_everyday_programs(machine: &mut Machine) {
    machine.install_program("bash", Shell::boxed);
    machine.install_program("sh", Shell::boxed);
    for (name, main) in PROGRAMS {
        machine.install(name, *main);
    }
    for link in ["/bin/bash", "/bin/sh"] {
        let target = link.replace("/bin/", "/usr/bin/");
        // A machine that is set up a second time has them already.
        let _ = machine.files.symlink(&target, link, podarium_sim::Time::ZERO);
    }
}
