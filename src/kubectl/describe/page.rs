//! The page that a description is written on: lines of cells, indented by level, which become columns in the end.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (prefixWriter, tabbedString), v1.36.
//! Simplified: form feeds and vertical tabs in texts are not escaped.

use std::fmt::Display;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{MicroTime, Time};
use podarium_api::time::age;

use crate::printers::tabwriter::DESCRIPTION;

/// A description in the making. Each level of indentation is two spaces wide.
#[derive(Clone, Debug)]
pub struct Page {
    text: String,
    now: Timestamp,
    /// Levels that are added to every line, for a part that is set in another one.
    nested: usize,
}

impl Page {
    pub fn new(now: Timestamp) -> Self {
        Page { text: String::new(), now, nested: 0 }
    }

    /// Writes text as it is behind the indentation; the text brings its own tabs and line ends.
    pub fn write(&mut self, level: usize, text: impl Display) {
        let indent = "  ".repeat(level + self.nested);
        // What could move the cursor of a terminal is shown instead of sent.
        let text = text.to_string().replace('\u{1b}', "^[").replace('\r', "\\r");
        self.text.push_str(&indent);
        self.text.push_str(&text);
    }

    /// `Name:` and its value, in two cells.
    pub fn field(&mut self, level: usize, name: &str, value: impl Display) {
        self.write(level, format_args!("{name}:\t{value}\n"));
    }

    /// A field that is left out where the value is empty.
    pub fn field_unless_empty(&mut self, level: usize, name: &str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.field(level, name, value);
        }
    }

    /// A line without cells.
    pub fn line(&mut self, level: usize, text: impl Display) {
        self.write(level, format_args!("{text}\n"));
    }

    /// One row of a table.
    pub fn row(&mut self, level: usize, cells: &[&str]) {
        self.line(level, cells.join("\t"));
    }

    /// The names of a table's columns, underlined.
    pub fn header(&mut self, level: usize, names: &[&str]) {
        let lines: Vec<String> = names.iter().map(|name| "-".repeat(name.len())).collect();
        self.row(level, names);
        self.line(level, lines.join("\t"));
    }

    /// Several values below each other behind one name, or `<none>`. In a nested part, the values are indented like
    /// their name: the reference writes the two in two goes.
    pub fn list<T: Display>(&mut self, name: &str, values: impl IntoIterator<Item = T>) {
        let indent = "  ".repeat(self.nested);
        let mut values = values.into_iter();
        match values.next() {
            None => self.field(0, name, format_args!("{indent}<none>")),
            Some(first) => self.field(0, name, format_args!("{indent}{first}")),
        }
        for value in values {
            self.write(0, format_args!("\t{indent}{value}\n"));
        }
    }

    /// Writes a part that lies some levels deeper.
    pub fn nested(&mut self, levels: usize, part: impl FnOnce(&mut Page)) {
        self.nested += levels;
        part(self);
        self.nested -= levels;
    }

    /// How long ago something was.
    pub fn age(&self, then: Option<&Time>) -> String {
        age(then, self.now)
    }

    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The text with its tabs, where nothing puts it in columns.
    pub fn raw(self) -> String {
        self.text
    }

    /// The finished text, in columns.
    pub fn finish(self) -> String {
        DESCRIPTION.align(&self.text)
    }
}

/// `Mon, 23 Nov 2026 08:48:04 +0000`. No time is the year 1, as Go's zero time is.
pub fn date(time: Option<&Time>) -> String {
    timestamp(time.map(|time| time.0))
}

pub fn micro_date(time: Option<&MicroTime>) -> String {
    timestamp(time.map(|time| time.0))
}

fn timestamp(time: Option<Timestamp>) -> String {
    match time {
        Some(time) => time.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
        None => "Mon, 01 Jan 0001 00:00:00 +0000".to_owned(),
    }
}

/// The text of an optional field; missing is empty.
pub fn text(value: &Option<String>) -> &str {
    value.as_deref().unwrap_or_default()
}

/// The value, or `other` where it is missing or empty.
pub fn text_or<'v>(value: &'v Option<String>, other: &'v str) -> &'v str {
    value.as_deref().filter(|value| !value.is_empty()).unwrap_or(other)
}

/// `a, b`, or `<none>` where there is nothing.
pub fn joined(values: &[String], separator: &str) -> String {
    let text = values.join(separator);
    if text.is_empty() { "<none>".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_indented_and_cells_aligned() {
        let mut page = Page::new(Timestamp::UNIX_EPOCH);
        page.field(0, "Name", "a");
        page.list("Labels", ["x=1", "y=2"]);
        page.nested(1, |page| page.field(1, "Deep", "\u{1b}[31mred"));
        assert_eq!(page.finish(), "Name:      a\nLabels:    x=1\n           y=2\n    Deep:  ^[[31mred\n");
    }

    #[test]
    fn dates_are_rfc_1123_and_no_date_is_the_year_one() {
        assert_eq!(date(Some(&Time("2026-11-23T08:48:04Z".parse().unwrap()))), "Mon, 23 Nov 2026 08:48:04 +0000");
        assert_eq!(date(None), "Mon, 01 Jan 0001 00:00:00 +0000");
    }
}
