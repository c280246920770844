//! Finding the command that a line means, and reading its flags.
//!
//! Models: helm.sh/helm/pkg/cmd/root.go, github.com/spf13/cobra, v4.2.3.
//! Simplified: no help texts beyond the list of commands.

use podarium_kubectl::failure::{Failure, Outcome, Stop, fail};
use podarium_kubectl::flags::{Flag, Flags, Takes};
use podarium_kubectl::kubectl::Kubectl;
use podarium_machine::{Process, Suspend};

use super::cmd::{ABSENT, COMMANDS};

/// helm at work.
pub struct Helm<'h, 'p> {
    /// Requests, flags and the process are kubectl's: both find the cluster in the same way.
    pub kubectl: Kubectl<'h, 'p>,
    now: Option<i64>,
}

pub type Run = fn(&mut Helm<'_, '_>) -> Outcome<()>;

/// How many arguments a command takes.
#[derive(Clone, Copy)]
pub enum Arguments {
    None,
    Exactly(usize),
    AtLeast(usize),
    Between(usize, usize),
}

pub struct Command {
    /// `repo add`
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub usage: &'static str,
    pub arguments: Arguments,
    pub flags: &'static [&'static [Flag]],
    pub run: Run,
}

const GLOBAL: &[Flag] = &[
    Flag::new("burst-limit", Takes::Int, "100"),
    Flag::new("color", Takes::Text, "auto"),
    Flag::text("content-cache"),
    Flag::text("context"),
    Flag::bool("debug"),
    Flag::bool("help").short('h'),
    Flag::new("as", Takes::Text, ""),
    Flag::new("as-group", Takes::Repeated, ""),
    Flag::text("kube-ca-file"),
    Flag::bool("insecure-skip-tls-verify"),
    Flag::text("kubeconfig"),
    Flag::text("namespace").short('n'),
    Flag::text("registry-config"),
    Flag::text("repository-cache"),
    Flag::text("repository-config"),
    Flag::text("server"),
    Flag::text("token"),
];

const USAGE: &str = "The Kubernetes package manager

Common actions for Helm:

- helm search:    search for charts
- helm pull:      download a chart to your local directory to view
- helm install:   upload the chart to Kubernetes
- helm list:      list releases of charts
";

/// The program.
pub fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let failure = match run(process) {
        Ok(()) => return Ok(0),
        Err(Stop::Suspended(suspend)) => return Err(suspend),
        Err(Stop::Failed(failure)) => failure,
    };
    match failure {
        Failure::Exit(code) => Ok(code),
        Failure::Connection { .. } => {
            process.eprint(&format!("Error: kubernetes cluster unreachable: {failure}\n"))?;
            Ok(1)
        }
        failure => {
            process.eprint(&format!("Error: {}\n", failure.text()))?;
            Ok(1)
        }
    }
}

/// helm's names for flags that kubectl calls otherwise.
fn renamed(args: &[String]) -> Vec<String> {
    let names = [("--kube-context", "--context"), ("--kube-apiserver", "--server"), ("--kube-token", "--token"), ("--kube-as-user", "--as"), ("--kube-as-group", "--as-group")];
    let rename = |arg: &String| {
        let (name, value) = arg.split_once('=').map_or((arg.as_str(), None), |(name, value)| (name, Some(value)));
        let Some((_, new)) = names.iter().find(|(old, _)| *old == name) else { return arg.clone() };
        value.map_or((*new).to_owned(), |value| format!("{new}={value}"))
    };
    args.iter().map(rename).collect()
}

fn run(process: &mut Process<'_>) -> Outcome<()> {
    let args = renamed(&process.args()[1..]);
    let words: Vec<(usize, &String)> = args.iter().enumerate().filter(|(_, arg)| !arg.starts_with('-')).collect();
    let Some((first_at, first)) = words.first().copied() else {
        return Ok(process.print(USAGE)?);
    };
    let second = words.get(1).map(|(_, word)| word.as_str()).unwrap_or_default();
    let called = |command: &&Command, words: &str| command.name == words || command.aliases.contains(&words);
    let two = format!("{first} {second}");
    let (command, taken) = match COMMANDS.iter().find(|command| called(command, &two)) {
        Some(command) => (command, vec![first_at, words[1].0]),
        None => match COMMANDS.iter().find(|command| called(command, first)) {
            Some(command) => (command, vec![first_at]),
            None if ABSENT.contains(&first.as_str()) => return fail(format!("not simulated: helm {first}")),
            None if COMMANDS.iter().any(|command| command.name.starts_with(&format!("{first} "))) => {
                let names: Vec<&str> = COMMANDS.iter().filter_map(|command| command.name.strip_prefix(&format!("{first} "))).collect();
                if second.is_empty() {
                    return Ok(process.print(&format!("Usage:\n  helm {first} [command]\n\nAvailable Commands:\n  {}\n", names.join("\n  ")))?);
                }
                return fail(format!("unknown command {second:?} for \"helm {first}\"\nRun 'helm {first} --help' for usage."));
            }
            None if first == "help" => return Ok(process.print(USAGE)?),
            None => return fail(format!("unknown command {first:?} for \"helm\"\nRun 'helm --help' for usage.")),
        },
    };
    let rest: Vec<String> = args.iter().enumerate().filter(|(at, _)| !taken.contains(at)).map(|(_, arg)| arg.clone()).collect();
    let known: Vec<&Flag> = command.flags.iter().copied().flatten().chain(GLOBAL).collect();
    let mut flags = Flags::parse(&known, &rest).or_else(fail)?;
    flags.command = format!("helm {}", command.name);
    if flags.bool("help") {
        return Ok(process.print(&format!("Usage:\n  {}\n", command.usage))?);
    }
    let count = flags.args.len();
    let complaint = match command.arguments {
        Arguments::None if count > 0 => Some("accepts no arguments".to_owned()),
        Arguments::Exactly(wanted) if count != wanted => Some(format!("requires {wanted} argument{}", if wanted == 1 { "" } else { "s" })),
        Arguments::AtLeast(least) if count < least => Some(format!("requires at least {least} argument{}", if least == 1 { "" } else { "s" })),
        Arguments::Between(least, _) if count < least => Some(format!("requires at least {least} argument{}", if least == 1 { "" } else { "s" })),
        Arguments::Between(_, most) if count > most => Some(format!("accepts at most {most} argument{}", if most == 1 { "" } else { "s" })),
        _ => None,
    };
    if let Some(complaint) = complaint {
        return fail(format!("{:?} {complaint}\n\nUsage:  {}", flags.command, command.usage));
    }
    (command.run)(&mut Helm { kubectl: Kubectl::new(process, flags), now: None })
}

impl<'p> Helm<'_, 'p> {
    pub fn process(&mut self) -> &mut Process<'p> {
        self.kubectl.process
    }

    pub fn flags(&self) -> &Flags {
        &self.kubectl.flags
    }

    pub fn argument(&self, at: usize) -> String {
        self.kubectl.flags.args.get(at).cloned().unwrap_or_default()
    }

    pub fn print(&mut self, text: &str) -> Outcome<()> {
        self.kubectl.print(text)
    }

    /// A line of helm's log.
    pub fn warn(&mut self, line: &str) -> Outcome<()> {
        self.kubectl.eprint(&format!("level=WARN {line}\n"))
    }

    pub fn namespace(&mut self) -> Outcome<String> {
        let given = self.flags().text("namespace").to_owned();
        if !given.is_empty() {
            return Ok(given);
        }
        let known = self.kubectl.namespace()?;
        Ok(if known.is_empty() { "default".to_owned() } else { known })
    }

    /// Nanoseconds since 1970 when the command began.
    pub fn now(&mut self) -> Outcome<i64> {
        if let Some(now) = self.now {
            return Ok(now);
        }
        let now = self.kubectl.process.unix_nanos()?;
        self.now = Some(now);
        Ok(now)
    }

    /// A text in a colour, on a terminal.
    pub fn colored(&mut self, code: &str, text: &str) -> String {
        let wants = match self.flags().text("color") {
            "never" => false,
            "always" => true,
            _ => self.kubectl.process.is_tty(1),
        };
        if wants { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Columns, each as wide as its widest cell.
    pub fn table(rows: &[Vec<String>]) -> String {
        let count = rows.first().map_or(0, Vec::len);
        let widths: Vec<usize> = (0..count).map(|at| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0)).collect();
        let line = |row: &Vec<String>| row.iter().zip(&widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.chars().count()))).collect::<Vec<_>>().join("\t");
        rows.iter().map(|row| line(row) + "\n").collect()
    }
}
