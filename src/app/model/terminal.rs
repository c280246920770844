//! The terminal's scroll-back and prompt.

#[derive(Clone, Debug, Default)]
pub struct TerminalView {
    /// Oldest first.
    pub lines: Vec<TerminalLine>,
    pub prompt: String,
    /// A program is running in the foreground, so a typed line waits.
    pub busy: bool,
    /// Lines typed so far, oldest first.
    pub history: Vec<String>,
}

/// A text that a program on the terminal wants to be edited.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EditorView {
    /// The file's name, without its folder.
    pub name: String,
    pub text: String,
}

#[derive(Clone, Debug, Default)]
pub struct TerminalLine {
    pub kind: LineKind,
    pub text: String,
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
