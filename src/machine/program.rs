//! Programs: what a process runs.
//!
//! Every program is a value that can be cloned in mid-flight, so that a whole computer can be cloned and rewound. There
//! are two ways to write one.
//!
//! # The usual way: a function
//!
//! ```
//! use podarium_machine::{Process, Suspend};
//!
//! /// `greet FILE`: prints the first line of a file, waits a second, says goodbye.
//! fn greet(process: &mut Process) -> Result<i32, Suspend> {
//!     let args = process.args();
//!     let Some(path) = args.get(1) else {
//!         process.eprint("greet: missing operand\n")?;
//!         return Ok(1);
//!     };
//!     match process.read_file(path)? {
//!         Ok(bytes) => process.print(&String::from_utf8_lossy(&bytes))?,
//!         Err(error) => {
//!             process.eprint(&format!("greet: {path}: {error}\n"))?;
//!             return Ok(1);
//!         }
//!     }
//!     process.sleep(std::time::Duration::from_secs(1))?;
//!     process.print("goodbye\n")?;
//!     Ok(0)
//! }
//! ```
//!
//! It is installed with `machine.install("greet", greet)` and reads like an ordinary program. What happens underneath is
//! *re-execution*: each call on [`Process`] that touches the world is a numbered step, and its answer is kept in a log.
//! A call that has to wait (a sleep, an answer from a server, an empty pipe) returns `Err(Suspend)`, which `?` carries
//! out of it. When the thing has happened, the function runs again from its first line; the steps that were already done
//! are answered from the log without doing anything, and the run goes on from where it stopped. So every effect happens
//! exactly once, and the state of the program is its log: plain data that can be cloned.
//!
//! Rules that follow from this:
//!
//! 1. **`?` after every call.** A `Suspend` goes out of the program unchanged. Never catch it.
//! 2. **Same answers, same calls.** Between calls the function computes from its arguments and from the answers only.
//!    It keeps nothing in statics and draws randomness from [`Process::random_bits`], so that it asks for the same
//!    things again. A program that does not is caught by an assertion that names both calls.
//! 3. **Work between calls is done again** at each resumption. Parsing a manifest five times is nothing; looping over
//!    ten thousand pipe reads would be quadratic, and an endless loop would grow its log without end. For loops there
//!    is [`Process::repeat`], which keeps a state between turns and forgets the steps of the finished ones:
//!
//! ```
//! use std::ops::ControlFlow;
//! use podarium_machine::{Process, Suspend};
//!
//! /// `number`: numbers the lines of its input, however many there are.
//! fn number(process: &mut Process) -> Result<i32, Suspend> {
//!     process.repeat(1, |process, count: &mut u64| {
//!         let Some(line) = process.read_line()? else { return Ok(ControlFlow::Break(0)) };
//!         process.print(&format!("{count} {line}"))?;
//!         *count += 1;
//!         Ok(ControlFlow::Continue(()))
//!     })
//! }
//! ```
//!
//! # The other way: an explicit state machine
//!
//! A type of its own that implements [`Program`], keeps its state in fields and is resumed with a [`Sys`]. The shell is
//! written so, and simulated servers in containers can be.

use std::any::Any;
use std::sync::Arc;

use crate::{Process, Signal, Sys};

/// The entry point of a sequential program. What it returns is the exit code.
pub type Main = fn(&mut Process<'_>) -> Result<i32, Suspend>;

/// "Not yet": the program waits for something. It is carried out of `main` with `?`; nobody else can make one. Inside
/// may be the code of a program that has to end at once.
#[derive(Debug)]
pub struct Suspend(pub(crate) Option<i32>);

/// What a program says at the end of a turn.
pub enum Turn {
    /// It waits for what it asked for in this turn (a call on [`Sys`] that was answered `None`), or for a signal.
    Wait,
    /// It has ended with this code.
    Exit(i32),
    /// `exec`: the process goes on as another program, with its descriptors and number.
    Become(Box<dyn Program>),
}

/// What a process runs, as an explicit state machine.
pub trait Program: Send + Sync {
    /// Runs until the program has to wait or ends. Called again when something that it waits for may have happened.
    fn resume(&mut self, sys: &mut Sys<'_>) -> Turn;

    /// A signal other than SIGKILL and SIGPIPE (those always end the process) has arrived. `true`: the program deals with it (by itself, when it is resumed next,
    /// which is at once). `false`: the usual happens, which is the end of the process.
    ///
    /// As on Linux, the first process of a machine is only ended by SIGKILL when it handles nothing.
    fn signal(&mut self, _signal: Signal) -> bool {
        false
    }

    fn clone_box(&self) -> Box<dyn Program>;
}

impl Clone for Box<dyn Program> {
    fn clone(&self) -> Self {
        self.as_ref().clone_box()
    }
}

/// Runs a [`Main`] by re-execution. See the head of this file.
#[derive(Clone)]
pub struct Replay {
    main: Main,
    log: Vec<Step>,
    /// How many interrupts the program has still to learn of; nothing where they end it.
    interrupts: Option<u32>,
}

impl Replay {
    pub fn new(main: Main) -> Self {
        Replay { main, log: Vec::new(), interrupts: None }
    }
}

impl Program for Replay {
    fn resume(&mut self, sys: &mut Sys<'_>) -> Turn {
        let mut process = Process::new(sys, &mut self.log, &mut self.interrupts);
        match (self.main)(&mut process) {
            Ok(code) => Turn::Exit(code),
            Err(Suspend(None)) => sys.take_becoming().map_or(Turn::Wait, Turn::Become),
            Err(Suspend(Some(code))) => Turn::Exit(code),
        }
    }

    fn signal(&mut self, signal: Signal) -> bool {
        match &mut self.interrupts {
            Some(waiting) if signal == Signal::Interrupt => {
                *waiting += 1;
                true
            }
            _ => false,
        }
    }

    fn clone_box(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

/// One answered system call.
#[derive(Clone)]
pub(crate) struct Step {
    /// The name of the call and a fingerprint of its arguments, to catch a program that does not repeat itself.
    pub call: (&'static str, u64),
    pub answer: Answer,
}

#[derive(Clone)]
pub(crate) enum Answer {
    Value(Arc<dyn Any + Send + Sync>),
    /// A `repeat` that is under way: the state before its current turn.
    Turning(Arc<dyn Any + Send + Sync>),
}
