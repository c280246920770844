//! The terminal's tabs, scroll-back and prompt.

#[derive(Clone, Debug, Default)]
pub struct TerminalView {
    /// What runs in each tab.
    pub tabs: Vec<String>,
    /// The tab that the rest is about.
    pub front: usize,
    /// Oldest first.
    pub lines: Vec<TerminalLine>,
    pub prompt: String,
    /// A program is running in the foreground, so a typed line waits.
    pub busy: bool,
    /// Lines typed so far, oldest first.
    pub history: Vec<String>,
    /// What the Tab key offers, once that is known.
    pub completion: Option<CompletionView>,
}

/// What can stand in the place of the word at the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompletionView {
    /// The line up to the cursor, as it was when the key was pressed.
    pub line: String,
    /// Where the word begins in it, in bytes.
    pub from: usize,
    pub candidates: Vec<CandidateView>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CandidateView {
    pub text: String,
    pub about: String,
}

/// A text that a program on the terminal wants to be edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditorView {
    /// The file's name, without its folder.
    pub name: String,
    pub text: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TerminalLine {
    pub kind: LineKind,
    pub text: String,
    /// Where the program changed the colour: up to which byte each lasts. Nothing after the last one is coloured.
    pub inks: Vec<(usize, Ink)>,
}

/// One of the sixteen colours of a terminal, or the usual one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ink {
    #[default]
    Usual,
    Ansi(u8),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineKind {
    /// Prompt and typed line.
    Input,
    #[default]
    Output,
    Error,
    /// What Podarium itself adds, as a scenario's remark.
    Note,
}
