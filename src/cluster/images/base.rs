//! What images stand on: the everyday programs that are in them.
//!
//! Models: the base images of Docker Hub.
//! Simplified: the programs of all three behave as Debian's do; BusyBox's complain in their own words.

use podarium_machine::Machine;
use podarium_sim::{Stream, Time};

/// What an image stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Base {
    /// Nothing: the image's own program is all there is, not even a shell.
    Scratch,
    Busybox,
    Alpine,
    Debian,
}

impl Base {
    pub const ALL: [Base; 4] = [Base::Scratch, Base::Busybox, Base::Alpine, Base::Debian];

    /// A computer with these programs and no processes.
    pub(super) fn machine(self) -> Machine {
        let mut machine = Machine::new("", Stream::new(0, "image"));
        if self == Base::Scratch {
            return machine;
        }
        podarium_machine::install_everyday_programs(&mut machine);
        machine.set_busybox(matches!(self, Base::Busybox | Base::Alpine));
        if self == Base::Busybox {
            // This image knows its users and not its groups.
            machine.files.remove("/etc/group", Time::ZERO).expect("a new machine has one");
        }
        let release = match self {
            Base::Alpine => "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.22.0\nPRETTY_NAME=\"Alpine Linux v3.22\"\n",
            Base::Debian => "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n",
            Base::Scratch | Base::Busybox => return machine,
        };
        machine.files.write("/etc/os-release", release, 0o644, Time::ZERO).expect("/etc is there");
        machine
    }
}
