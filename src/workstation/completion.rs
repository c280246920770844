//! What the Tab key offers: commands, files, and what `kubectl` itself proposes.
//!
//! Commands and files are looked up at once. `kubectl __complete` is a program that asks the API server, so its answer
//! comes a little later.

use podarium_machine::Machine;

use crate::World;
use crate::errands::Errand;
use crate::student::HOME;

/// Words that the shell carries out itself.
const BUILTINS: [&str; 26] = [
    "alias", "bg", "cd", "command", "declare", "echo", "eval", "exec", "exit", "export", "fg", "hash", "help", "history", "jobs", "kill", "local", "pwd", "read",
    "return", "set", "source", "type", "unalias", "unset", "wait",
];
/// Aliases of the student's shell.
const ALIASES: [&str; 2] = ["k", "ll"];

/// What can stand in the place of the word at the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// The line up to the cursor, as it was when somebody asked.
    pub line: String,
    /// Where the word begins, in bytes of the line.
    pub from: usize,
    pub candidates: Vec<Candidate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub text: String,
    /// What it is, if whoever proposes it says so.
    pub about: String,
}

/// What has become of the Tab key that was pressed last.
#[derive(Clone, Debug, Default)]
pub(crate) enum Completing {
    #[default]
    Nothing,
    /// `kubectl` was asked about the word.
    Asked { errand: Errand, completion: Completion, word: String },
    Answered(Completion),
}

/// The words of the command that the cursor is in, and where the last one begins.
fn words(line: &str) -> (Vec<String>, usize) {
    let (mut words, mut word, mut from, mut quote) = (Vec::new(), String::new(), 0, None);
    let mut chars = line.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None | Some('"'), '\\') => word.extend(chars.next().map(|(_, c)| c)),
            (None, ' ' | '\t') => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                from = at + 1;
            }
            (None, '|' | ';' | '&' | '(' | '`') => {
                words.clear();
                word.clear();
                from = at + 1;
            }
            (None, '>' | '<') => {
                word.clear();
                from = at + 1;
            }
            (_, c) => word.push(c),
        }
    }
    words.push(word);
    (words, from)
}

fn offer(word: &str, texts: impl Iterator<Item = String>) -> Vec<Candidate> {
    let mut fitting: Vec<String> = texts.filter(|text| text.starts_with(word)).collect();
    fitting.sort();
    fitting.dedup();
    fitting.into_iter().map(|text| Candidate { text, about: String::new() }).collect()
}

/// Programs, builtins and aliases.
fn commands(machine: &Machine, word: &str) -> Vec<Candidate> {
    let programs = ["/usr/local/bin", "/usr/bin"].into_iter().flat_map(|directory| machine.files.read_dir(directory).unwrap_or_default());
    offer(word, programs.chain(BUILTINS.iter().chain(&ALIASES).map(|name| (*name).to_owned())))
}

/// Names of files; directories end with a slash.
fn files(machine: &Machine, cwd: &str, word: &str) -> Vec<Candidate> {
    let (directory, name) = word.rfind('/').map_or(("", word), |at| word.split_at(at + 1));
    let place = match directory {
        "" => cwd.to_owned(),
        directory if directory.starts_with('/') => directory.to_owned(),
        directory => match directory.strip_prefix("~/") {
            Some(rest) => format!("{HOME}/{rest}"),
            None => format!("{cwd}/{directory}"),
        },
    };
    let names = machine.files.read_dir(&place).unwrap_or_default().into_iter().filter(|file| name.starts_with('.') || !file.starts_with('.'));
    let texts = names.map(|file| {
        let is_directory = machine.files.stat(&format!("{}/{file}", place.trim_end_matches('/')), true).is_ok_and(|found| found.is_dir());
        format!("{directory}{file}{}", if is_directory { "/" } else { "" })
    });
    offer(word, texts)
}

/// What `kubectl __complete` printed: candidates with their descriptions, and whether files may be offered instead.
fn read(text: &str, word: &str) -> (Vec<Candidate>, bool) {
    let mut candidates = Vec::new();
    let mut directive = 0;
    for line in text.lines() {
        if let Some(number) = line.strip_prefix(':') {
            directive = number.trim().parse().unwrap_or(0);
            break;
        }
        let (text, about) = line.split_once('\t').unwrap_or((line, ""));
        if text.starts_with(word) {
            candidates.push(Candidate { text: text.to_owned(), about: about.to_owned() });
        }
    }
    // Cobra's ShellCompDirectiveNoFileComp.
    let no_files = directive & 4 != 0;
    (candidates, !no_files)
}

impl World {
    /// Somebody presses Tab in the tab in front, with the cursor at this byte of the line. The answer comes with
    /// [`World::completion`], at once or a little later.
    pub fn complete(&mut self, line: &str, cursor: usize) {
        self.forget_completion();
        let line = line.get(..cursor).unwrap_or(line);
        let (words, from) = words(line);
        let word = words.last().cloned().unwrap_or_default();
        let cwd = self.cwd();
        let mut completion = Completion { line: line.to_owned(), from, candidates: Vec::new() };
        if words.len() == 1 && !word.contains('/') {
            completion.candidates = commands(&self.machine, &word);
        } else if words.len() > 1 && matches!(words[0].as_str(), "kubectl" | "k") {
            let argv = ["kubectl".to_owned(), "__complete".to_owned()].into_iter().chain(words.into_iter().skip(1)).collect();
            if let Ok(errand) = Errand::start(&mut self.machine, argv, cwd.clone()) {
                self.completing = Completing::Asked { errand, completion, word };
                return;
            }
            completion.candidates = files(&self.machine, &cwd, &word);
        } else {
            completion.candidates = files(&self.machine, &cwd, &word);
        }
        self.completing = Completing::Answered(completion);
    }

    /// The answer to the last [`World::complete`], once it is there.
    pub fn completion(&self) -> Option<&Completion> {
        match &self.completing {
            Completing::Answered(completion) => Some(completion),
            Completing::Nothing | Completing::Asked { .. } => None,
        }
    }

    /// The line has become another one.
    pub(crate) fn forget_completion(&mut self) {
        if let Completing::Asked { errand, .. } = std::mem::take(&mut self.completing) {
            errand.cancel(&mut self.machine);
        }
    }

    /// Looks whether `kubectl` has answered, after the machine has run.
    pub(crate) fn look_for_completion(&mut self) {
        let Completing::Asked { errand, completion, word } = &self.completing else { return };
        let (mut completion, word) = (completion.clone(), word.clone());
        let Some(brought) = errand.clone().ended(&mut self.machine) else { return };
        let (candidates, files_too) = read(&String::from_utf8_lossy(&brought.out), &word);
        completion.candidates = if candidates.is_empty() && files_too { files(&self.machine, &self.cwd(), &word) } else { candidates };
        self.completing = Completing::Answered(completion);
    }

    /// Where the shell in front is.
    fn cwd(&self) -> String {
        self.machine.cwd_of(self.tabs.shell()).unwrap_or(HOME).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_at_the_cursor_is_found() {
        for (line, wanted, from) in [
            ("kub", vec!["kub"], 0),
            ("kubectl get po", vec!["kubectl", "get", "po"], 12),
            ("ls | kubectl get ", vec!["kubectl", "get", ""], 17),
            ("echo $(kubectl g", vec!["kubectl", "g"], 15),
            ("cat 'a b' c", vec!["cat", "a b", "c"], 10),
            ("echo x > fi", vec!["echo", "x", "fi"], 9),
        ] {
            assert_eq!(words(line), (wanted.into_iter().map(str::to_owned).collect(), from), "{line}");
        }
    }

    #[test]
    fn answers_of_kubectl_are_read() {
        let (candidates, files) = read("pods\tPods of the cluster\npodtemplates\n:4\nCompletion ended\n", "po");
        assert_eq!(candidates.iter().map(|it| (it.text.as_str(), it.about.as_str())).collect::<Vec<_>>(), [("pods", "Pods of the cluster"), ("podtemplates", "")]);
        assert!(!files);
    }
}
