//! The real terminal's keyboard: lines with editing, a history and completion by Tab, and Ctrl-C at any time.
//!
//! A thread reads a line only when it is asked to, so that an editor, or a program in front, has the terminal for itself.

use std::sync::mpsc::{Receiver, Sender, channel};

use rustyline::completion::{Completer, Pair};
use rustyline::config::{BellStyle, CompletionType};
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Config, Context, Editor, ExternalPrinter as _, Helper, Highlighter, Hinter, Validator};

/// What the person at the keyboard did.
pub(crate) enum Pressed {
    Line(String),
    /// Ctrl-C.
    Interrupt,
    /// Ctrl-D, or the terminal is gone.
    End,
    /// Tab, with the cursor at this byte. The answer: where the word begins, and what it may become.
    Tab { line: String, cursor: usize, answer: Sender<(usize, Vec<Pair>)> },
    Failed(std::io::Error),
}

struct Asked {
    prompt: String,
    is_command: bool,
}

pub(crate) struct Keyboard {
    asks: Sender<Asked>,
    above: Sender<String>,
    pub pressed: Receiver<Pressed>,
}

impl Keyboard {
    pub fn new() -> std::io::Result<Self> {
        let (asks, asked) = channel::<Asked>();
        let (sender, pressed) = channel();
        let interrupts = sender.clone();
        // While a line is read the terminal hands Ctrl-C over as a key; this is for the time in between.
        ctrlc::set_handler(move || drop(interrupts.send(Pressed::Interrupt))).map_err(std::io::Error::other)?;
        let config = Config::builder().completion_type(CompletionType::List).bell_style(BellStyle::None).build();
        let mut editor = Editor::<Tabs, MemHistory>::with_history(config, MemHistory::new()).map_err(std::io::Error::other)?;
        editor.set_helper(Some(Tabs(sender.clone())));
        // A printer waits while Tab is answered, so it has a thread of its own.
        let mut printer = editor.create_external_printer().map_err(std::io::Error::other)?;
        let (above, texts) = channel();
        std::thread::spawn(move || texts.iter().all(|text| printer.print(text).is_ok()));
        std::thread::spawn(move || {
            while let Ok(asked) = asked.recv() {
                let pressed = match editor.readline(&asked.prompt) {
                    Ok(line) => {
                        if asked.is_command {
                            // A history that takes no more lines is no reason to stop.
                            let _ = editor.add_history_entry(&line);
                        }
                        Pressed::Line(line)
                    }
                    Err(ReadlineError::Interrupted) => Pressed::Interrupt,
                    Err(ReadlineError::Eof) => Pressed::End,
                    Err(ReadlineError::Io(error)) => Pressed::Failed(error),
                    Err(error) => Pressed::Failed(std::io::Error::other(error)),
                };
                if sender.send(pressed).is_err() {
                    return;
                }
            }
        });
        Ok(Keyboard { asks, above, pressed })
    }

    /// Has the next line read behind this prompt; one for the shell can be brought back by the up arrow.
    pub fn read(&self, prompt: &str, is_command: bool) {
        // If the thread has ended, it has said why.
        let _ = self.asks.send(Asked { prompt: prompt.to_owned(), is_command });
    }

    /// Prints above the line that is being read.
    pub fn print_above(&self, text: String) {
        // If the thread has ended, the terminal is gone, and the other thread says so.
        let _ = self.above.send(text);
    }
}

/// Passes the Tab key on to whoever knows the simulated computer.
#[derive(Helper, Highlighter, Hinter, Validator)]
struct Tabs(Sender<Pressed>);

impl Completer for Tabs {
    type Candidate = Pair;

    fn complete(&self, line: &str, cursor: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (answer, answered) = channel();
        if self.0.send(Pressed::Tab { line: line.to_owned(), cursor, answer }).is_err() {
            return Ok((cursor, Vec::new()));
        }
        Ok(answered.recv().unwrap_or((cursor, Vec::new())))
    }
}
