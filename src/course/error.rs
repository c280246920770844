//! Errors of scenario and lab files: where, what was found, what was expected, and what to write instead.

use std::fmt;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::yaml::Place;

/// One thing that is wrong with a file. It carries the line that it is about, so that it can be shown anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// How many characters of the line the error is about, at least 1.
    pub width: usize,
    /// What is wrong, such as ``unknown key `replicsa` ``.
    pub found: String,
    /// What may stand there, such as `a duration such as 500ms, 10s or 2m`.
    pub expected: Option<String>,
    /// What to do about it, such as ``did you mean `replicas`?``.
    pub help: Option<String>,
    /// The text of the line.
    pub source: String,
}

impl FileError {
    /// One line: `file:line:column: found; expected …`.
    pub fn summary(&self) -> String {
        let mut line = format!("{}:{}:{}: {}", self.file, self.line, self.column, self.found);
        let expected = self.expected.as_ref().map(|what| format!("expected {what}"));
        for part in expected.iter().chain(&self.help) {
            line.push_str("; ");
            line.push_str(part);
        }
        line
    }
}

impl fmt::Display for FileError {
    /// The error with its source line and a marker under the place, as compilers print it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = |chars: usize| self.source.char_indices().nth(chars).map_or(self.source.len(), |(at, _)| at);
        let start = bytes(self.column - 1);
        let end = bytes(self.column - 1 + self.width).max(start);
        let label = match &self.expected {
            Some(what) => format!("expected {what}"),
            None => String::new(),
        };
        let snippet = Snippet::source(self.source.as_str())
            .path(self.file.as_str())
            .line_start(self.line)
            .annotation(AnnotationKind::Primary.span(start..end).label(label.as_str()));
        let mut group = Level::ERROR.primary_title(self.found.as_str()).element(snippet);
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        f.write_str(&Renderer::plain().render(&[group]))
    }
}

impl std::error::Error for FileError {}

/// All errors, in full, with a line at the end that counts them.
pub fn report(errors: &[FileError]) -> String {
    let mut text = String::new();
    for error in errors {
        text.push_str(&format!("{error}\n\n"));
    }
    let files = errors.iter().map(|error| error.file.as_str()).collect::<std::collections::BTreeSet<_>>();
    let (noun, names) = (if errors.len() == 1 { "error" } else { "errors" }, Vec::from_iter(files).join(", "));
    text.push_str(&format!("{} {noun} in {names}\n", errors.len()));
    text
}

/// What the checks write into: the errors of one load, of the scenario file and of the files that it names.
#[derive(Debug, Default)]
pub(crate) struct Errors(Vec<FileError>);

/// The text of one file, for looking lines up.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub file: &'a str,
    pub text: &'a str,
}

impl Errors {
    pub fn add(&mut self, source: Source<'_>, place: Place, found: impl Into<String>) -> &mut FileError {
        // What is missing at the end of the file is shown behind its last line.
        let last = source.text.split('\n').count();
        let (number, column) = if place.line > last { (last, usize::MAX) } else { (place.line, place.column) };
        let line = source.text.split('\n').nth(number - 1).unwrap_or("").trim_end_matches('\r');
        let length = line.chars().count();
        let column = column.clamp(1, length + 1);
        let width = place.width.clamp(1, (length + 1 - column).max(1));
        self.0.push(FileError {
            file: source.file.to_string(),
            line: number,
            column,
            width,
            found: found.into(),
            expected: None,
            help: None,
            source: line.to_string(),
        });
        self.0.last_mut().expect("an error was just added")
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sorted by file and place; the same error is reported once.
    pub fn finish(mut self) -> Vec<FileError> {
        self.0.sort_by(|a, b| (&a.file, a.line, a.column, &a.found).cmp(&(&b.file, b.line, b.column, &b.found)));
        self.0.dedup();
        self.0
    }
}

impl FileError {
    pub(crate) fn expected(&mut self, what: impl Into<String>) -> &mut Self {
        self.expected = Some(what.into());
        self
    }

    pub(crate) fn help(&mut self, what: impl Into<String>) -> &mut Self {
        self.help = Some(what.into());
        self
    }
}

/// The nearest of `known` to a misspelt `word`, as a help text.
pub(crate) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let near = known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.chars().count().min(word.chars().count()) / 4)
        .min();
    near.map(|(_, candidate)| format!("did you mean `{candidate}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_shows_its_line_and_a_marker() {
        let mut errors = Errors::default();
        let source = Source { file: "a.yaml", text: "name: a\r\nsede: 7\n" };
        errors
            .add(source, Place { line: 2, column: 1, width: 4 }, "unknown key `sede`")
            .help("did you mean `seed`?")
            .expected("a key of a scenario");
        let text = report(&errors.finish());
        assert_eq!(
            text,
            "error: unknown key `sede`\n --> a.yaml:2:1\n  |\n2 | sede: 7\n  | ^^^^ expected a key of a scenario\n  |\n  \
             = help: did you mean `seed`?\n\n1 error in a.yaml\n"
        );
    }

    #[test]
    fn a_place_outside_the_text_is_still_shown() {
        let mut errors = Errors::default();
        errors.add(Source { file: "a.yaml", text: "ä" }, Place { line: 9, column: 40, width: 7 }, "the file ends");
        errors.add(Source { file: "a.yaml", text: "ä" }, Place { line: 1, column: 2, width: 7 }, "the line ends");
        assert!(report(&errors.finish()).contains("a.yaml:1:2"));
    }

    #[test]
    fn only_near_words_are_suggested() {
        let known = ["replicas", "ready", "pods"];
        assert_eq!(did_you_mean("replcias", known).as_deref(), Some("did you mean `replicas`?"));
        assert_eq!(did_you_mean("tolerations", known), None);
    }
}
