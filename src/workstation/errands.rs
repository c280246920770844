//! Programs that run on the student's computer without a terminal, for something else on the screen: `kubectl` that is
//! asked for completions, `curl` that fetches a page for the browser.

use podarium_machine::{Endpoint, Machine, Pid, Signal, Start, StartError, Stdio, TtyId};

use crate::student::{credentials, environment};

#[derive(Clone, Debug)]
pub(crate) struct Errand {
    pid: Pid,
    input: TtyId,
    out: TtyId,
    problems: TtyId,
}

/// What an errand has brought.
pub(crate) struct Brought {
    pub status: i32,
    pub out: Vec<u8>,
    pub problems: Vec<u8>,
}

impl Errand {
    pub fn start(machine: &mut Machine, argv: Vec<String>, cwd: String) -> Result<Self, StartError> {
        let [input, out, problems] = [(); 3].map(|()| machine.open_channel());
        machine.end_input(input);
        let stdio = Stdio { stdin: Endpoint::Tty(input), stdout: Endpoint::Tty(out), stderr: Endpoint::Tty(problems) };
        let started = machine.start(Start { argv, env: environment(), cwd, stdio, credentials: credentials() });
        match started {
            Ok(pid) => Ok(Errand { pid, input, out, problems }),
            Err(error) => {
                [input, out, problems].into_iter().for_each(|channel| machine.close_terminal(channel));
                Err(error)
            }
        }
    }

    /// What it has brought, once it has ended. To be asked until then, and not after it.
    pub fn ended(&self, machine: &mut Machine) -> Option<Brought> {
        let status = machine.take_exit(self.pid)?.code;
        let brought = Brought { status, out: machine.take_output(self.out), problems: machine.take_output(self.problems) };
        self.close(machine);
        Some(brought)
    }

    /// Nobody wants to know any more.
    pub fn cancel(&self, machine: &mut Machine) {
        // If it has ended meanwhile there is nothing to stop.
        let _ = machine.kill(self.pid, Signal::Kill);
        machine.disown(self.pid);
        self.close(machine);
    }

    fn close(&self, machine: &mut Machine) {
        [self.input, self.out, self.problems].into_iter().for_each(|channel| machine.close_terminal(channel));
    }
}
