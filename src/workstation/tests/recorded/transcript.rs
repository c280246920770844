//! A program of the simulated computer against recordings of the real one: a folder has scripts (`x.sh`), and beside each
//! what the real program says to each of its commands (`x.out`).

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio as Pipe};

use podarium_machine::{Machine, Stdio};
use podarium_sim::{Stream, Time};

pub const HOME: &str = "/home/student";

/// How the scripts of one program are read and run.
pub struct Recorded {
    pub program: &'static str,
    pub install: fn(&mut Machine),
    /// What comes before each script.
    pub prologue: &'static str,
    /// A command with an odd number of these goes on in the next line.
    pub quote: char,
    /// Whether the first line of a command is all that is shown of it.
    pub first_line_only: bool,
    pub environment: &'static [(&'static str, &'static str)],
}

impl Recorded {
    fn folder(&self) -> PathBuf {
        PathBuf::from("../../tests/golden").join(self.program)
    }

    /// Every script by its name.
    pub fn scripts(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(self.folder()).expect("recordings").flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "sh") {
                let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                found.insert(name, fs::read_to_string(&path).expect("a readable script"));
            }
        }
        found
    }

    /// Commands of a script: a line, or several with a here-document or an open quote among them.
    fn commands(&self, script: &str) -> Vec<String> {
        let (mut found, mut open): (Vec<String>, Option<String>) = (Vec::new(), None);
        for line in script.lines() {
            let command = open.take().map_or(line.to_owned(), |before| format!("{before}\n{line}"));
            let has_document = command.contains("<<'X'");
            let in_quotes = !has_document && command.matches(self.quote).count() % 2 == 1;
            if has_document && line != "X" || in_quotes {
                open = Some(command);
            } else {
                found.push(command);
            }
        }
        found
    }

    /// The script that shows each command, runs it, and shows its status if that is not zero.
    fn with_echo(&self, script: &str) -> String {
        let mut out = self.prologue.to_owned();
        for command in self.commands(script) {
            let shown = if self.first_line_only { command.lines().next().unwrap_or_default() } else { &command };
            let shown = shown.replace('\'', "'\\''");
            // First what goes to standard output, then what goes to standard error: how the two mix depends on buffers.
            out.push_str(&format!("printf '%s\\n' '$ {shown}'\n{{ {command}\n}} > $HOME.out 2> $HOME.err\ns=$?; cat $HOME.out $HOME.err; [ $s = 0 ] || echo \"[$s]\"\n"));
        }
        out
    }

    fn environment(&self, home: &str) -> BTreeMap<String, String> {
        self.environment.iter().copied().chain([("HOME", home), ("USER", "student")]).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    /// What a script says on the simulated computer, and the computer after it.
    pub fn simulated(&self, script: &str) -> (String, Machine) {
        let mut machine = Machine::new("podarium", Stream::new(1, self.program));
        podarium_machine::install_everyday_programs(&mut machine);
        (self.install)(&mut machine);
        machine.files.mkdir_all(HOME, Time::ZERO).expect("a new disk");
        machine.files.write("/tmp/script", self.with_echo(script), 0o644, Time::ZERO).expect("a new disk");
        let tty = machine.open_channel();
        let mut environment = self.environment(HOME);
        environment.insert("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned());
        machine.spawn(&["bash", "/tmp/script"], environment, HOME, Stdio::all(tty)).expect("a shell");
        machine.run(Time::ZERO);
        while let Some(wake) = machine.next_wake() {
            machine.run(wake);
        }
        (String::from_utf8_lossy(&machine.take_output(tty)).into_owned(), machine)
    }

    /// What the real program says; `for_what` keeps tests that run at once apart.
    fn real(&self, name: &str, script: &str, for_what: &str) -> String {
        let home = std::env::temp_dir().join(format!("podarium-{}-{}-{for_what}-{name}", self.program, std::process::id()));
        let _ = fs::remove_dir_all(&home);
        fs::create_dir_all(&home).expect("a temporary folder");
        let path = home.with_extension("sh");
        fs::write(&path, self.with_echo(script)).expect("a temporary file");
        let home_text = home.to_string_lossy().into_owned();
        let output = Command::new("bash")
            .arg(&path)
            .env_clear()
            .envs(self.environment(&home_text))
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .current_dir(&home)
            .stdin(Pipe::null())
            .output()
            .expect("bash runs");
        let _ = fs::remove_dir_all(&home);
        for extension in ["sh", "out", "err"] {
            let _ = fs::remove_file(home.with_extension(extension));
        }
        String::from_utf8_lossy(&output.stdout).replace(&home_text, HOME)
    }

    /// The simulated program says to each recorded command what was recorded. `UPDATE_RECORDED=git` records anew.
    pub fn says_what_the_real_one_says(&self, at_least: usize, counted: fn(&str) -> bool) {
        let (mut bad, mut count) = (Vec::new(), 0);
        for (name, script) in self.scripts() {
            let path = self.folder().join(format!("{name}.out"));
            if std::env::var("UPDATE_RECORDED").is_ok_and(|program| program == self.program) {
                fs::write(&path, self.real(&name, &script, "record")).expect("recordings can be written");
            }
            let wanted = fs::read_to_string(&path).unwrap_or_default();
            count += self.commands(&script).iter().filter(|command| counted(command)).count();
            bad.extend(differences(&name, &wanted, &self.simulated(&script).0));
        }
        assert!(count >= at_least, "only {count} commands are recorded");
        assert!(bad.is_empty(), "{} of {count} commands differ:\n{}", bad.len(), bad.join("\n"));
    }

    /// The real program, where this computer has that version of it, still says what was recorded.
    pub fn is_what_the_real_one_still_says(&self, version: &[&str], wanted: &str) {
        match self.version(version) {
            Some(version) if version.starts_with(wanted) => {}
            found => return println!("skipped: this computer has no {wanted} ({})", found.unwrap_or_else(|| "none at all".to_owned())),
        }
        for (name, script) in self.scripts() {
            let wanted = fs::read_to_string(self.folder().join(format!("{name}.out"))).unwrap_or_default();
            let bad = differences(&name, &wanted, &self.real(&name, &script, "check"));
            assert!(bad.is_empty(), "{}", bad.join("\n"));
        }
    }

    /// What the real program answers to a question for its version, if there is one.
    pub fn version(&self, arguments: &[&str]) -> Option<String> {
        let output = Command::new(self.program).args(arguments).output().ok()?;
        Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// What differs, command by command.
fn differences(name: &str, wanted: &str, found: &str) -> Vec<String> {
    let parts = |text: &str| text.split("\n$ ").map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (parts(wanted), parts(found));
    let part = |parts: &[String], at: usize| parts.get(at).cloned().unwrap_or_default();
    let pairs = (0..a.len().max(b.len())).map(|at| (part(&a, at), part(&b, at)));
    pairs.filter(|(wanted, found)| wanted != found).map(|(wanted, found)| format!("== {name}: wanted\n{wanted}\n-- found\n{found}")).collect()
}
