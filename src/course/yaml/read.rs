//! Reading YAML text into trees, one for each document of the file.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use super::tree::{Block, Entry, Node, Place, Scalar, ScalarKind, Value};
use super::DEPTH;
use crate::error::{Errors, Source};

/// How many nodes a file may have, aliases counted as often as they are used. A scenario with a thousand nodes and
/// their manifests has about 30,000; a file that doubles itself with aliases has billions.
const NODES: usize = 200_000;

/// The documents of a text. With an error in `errors`, the trees are what could be read before it.
pub(crate) fn read(source: Source<'_>, errors: &mut Errors) -> Vec<Node> {
    let mut reader = Reader {
        source,
        lines: source.text.split('\n').collect(),
        documents: vec![],
        open: vec![],
        anchors: BTreeMap::new(),
        nodes: 0,
    };
    for event in Parser::new_from_str(source.text) {
        let stop = match event {
            Ok((event, span)) => reader.event(event, span, errors).is_err(),
            Err(error) => {
                reader.scan_error(&error, errors);
                true
            }
        };
        if stop {
            break;
        }
    }
    reader.documents
}

struct Reader<'a> {
    source: Source<'a>,
    lines: Vec<&'a str>,
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, (Node, usize)>,
    nodes: usize,
}

/// A list or mapping whose end has not come yet.
struct Open {
    place: Place,
    anchor: usize,
    first_node: usize,
    value: Value,
    /// The key that waits for its value, in a mapping. `None` inside: a key that was refused.
    key: Option<(Option<String>, Place)>,
}

/// Reading cannot go on; the error has been reported.
struct Stop;

impl<'a> Reader<'a> {
    fn event(&mut self, event: Event<'_>, span: Span, errors: &mut Errors) -> Result<(), Stop> {
        let place = self.place(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let scalar = match style {
                    ScalarStyle::Plain => Scalar::plain(text.into_owned()),
                    _ => {
                        // The scanner gives the place of the first character that is not blank. Empty lines before
                        // it are part of the text.
                        let empty_lines = text.chars().take_while(|c| *c == '\n').count();
                        let block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded).then(|| Block {
                            first_line: place.line.saturating_sub(empty_lines).max(1),
                            indent: place.column - 1,
                        });
                        Scalar { text: text.into_owned(), kind: ScalarKind::Text, block }
                    }
                };
                if let Some(tag) = tag {
                    self.tag(&tag.to_string(), place, errors);
                }
                self.count(place, errors)?;
                self.put(Node { place, value: Value::Scalar(scalar) }, anchor, 1, errors);
            }
            Event::SequenceStart(..) | Event::MappingStart(..) if self.open.len() >= DEPTH => {
                errors.add(self.source, place, format!("nested more than {DEPTH} levels deep"));
                return Err(Stop);
            }
            Event::SequenceStart(anchor, tag) => {
                self.start(place, anchor, tag.map(|tag| tag.to_string()), Value::List(vec![]), errors)?;
            }
            Event::MappingStart(anchor, tag) => {
                self.start(place, anchor, tag.map(|tag| tag.to_string()), Value::Map(vec![]), errors)?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(done) = self.open.pop() {
                    let size = self.nodes - done.first_node;
                    self.put(Node { place: done.place, value: done.value }, done.anchor, size, errors);
                }
            }
            Event::Alias(id) => {
                let Some((node, size)) = self.anchors.get(&id).cloned() else {
                    errors.add(self.source, place, "this alias names something that contains it");
                    return Err(Stop);
                };
                self.nodes += size;
                self.count(place, errors)?;
                self.put(Node { place, ..node }, 0, size, errors);
            }
            Event::DocumentStart(_) => self.anchors.clear(),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
        }
        Ok(())
    }

    fn start(
        &mut self,
        place: Place,
        anchor: usize,
        tag: Option<String>,
        value: Value,
        errors: &mut Errors,
    ) -> Result<(), Stop> {
        if let Some(tag) = tag {
            self.tag(&tag, place, errors);
        }
        let first_node = self.nodes;
        self.count(place, errors)?;
        self.open.push(Open { place, anchor, first_node, value, key: None });
        Ok(())
    }

    /// Puts a finished node where it belongs: a key, a value, an item or a whole document.
    fn put(&mut self, node: Node, anchor: usize, size: usize, errors: &mut Errors) {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            self.documents.push(node);
            return;
        };
        match &mut open.value {
            Value::List(items) => items.push(node),
            Value::Map(entries) => match open.key.take() {
                Some((Some(key), key_place)) => entries.push(Entry { key, key_place, node }),
                Some((None, _)) => {}
                None => {
                    let key = accept_key(self.source, &node, entries, errors);
                    open.key = Some((key, node.place));
                }
            },
            Value::Scalar(_) => {}
        }
    }

    fn count(&mut self, place: Place, errors: &mut Errors) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes <= NODES {
            return Ok(());
        }
        errors.add(self.source, place, format!("more than {NODES} values in one file"));
        Err(Stop)
    }

    fn tag(&self, tag: &str, place: Place, errors: &mut Errors) {
        errors.add(self.source, place, format!("the YAML tag `{tag}`")).expected("a value without a tag");
    }

    fn place(&self, span: Span) -> Place {
        let (start, end) = (span.start, span.end);
        let width = if start.line() == end.line() {
            end.col().saturating_sub(start.col())
        } else {
            self.line(start.line()).trim_end().chars().count().saturating_sub(start.col())
        };
        Place { line: start.line().max(1), column: start.col() + 1, width: width.max(1) }
    }

    fn line(&self, line: usize) -> &'a str {
        self.lines.get(line.saturating_sub(1)).copied().unwrap_or("")
    }

    fn scan_error(&self, error: &ScanError, errors: &mut Errors) {
        let marker = error.marker();
        let place = Place { line: marker.line().clamp(1, self.lines.len()), column: marker.col() + 1, width: 1 };
        let indented_by_tab = |line: &usize| self.line(*line).trim_start_matches(' ').starts_with('\t');
        let tab = [place.line, place.line + 1].into_iter().find(indented_by_tab);
        let found = errors.add(self.source, place, format!("not YAML: {}", error.info()));
        if let Some(line) = tab {
            found.help(format!("YAML is indented with spaces, and line {line} begins with a tab"));
        }
    }
}

/// A key is text, or a scalar taken as text, and stands once in its mapping.
fn accept_key(source: Source<'_>, node: &Node, entries: &[Entry], errors: &mut Errors) -> Option<String> {
    let Some(scalar) = node.scalar() else {
        errors.add(source, node.place, format!("{} as a key", node.described())).expected("a word");
        return None;
    };
    if scalar.text == "<<" {
        errors.add(source, node.place, "the merge key `<<`").expected("the keys themselves: merging is not supported");
        return None;
    }
    if let Some(first) = entries.iter().find(|entry| entry.key == scalar.text) {
        errors
            .add(source, node.place, format!("the key `{}` stands twice", scalar.text))
            .expected(format!("each key once: it is already on line {}", first.key_place.line));
        return None;
    }
    Some(scalar.text.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(text: &str) -> (Vec<Node>, Vec<String>) {
        let mut errors = Errors::default();
        let documents = read(Source { file: "f", text }, &mut errors);
        (documents, errors.finish().iter().map(|error| error.summary()).collect())
    }

    #[test]
    fn every_node_knows_its_place() {
        let (documents, errors) = tree("a: 1\nb:\n  - x\n  - {c: \"däd\", e: 5}\n");
        assert_eq!(errors, Vec::<String>::new());
        let at = |path: &[&str]| {
            let place = documents[0].nearest(path).place;
            (place.line, place.column, place.width)
        };
        assert_eq!(at(&["a"]), (1, 4, 1));
        assert_eq!(at(&["b", "0"]), (3, 5, 1));
        assert_eq!(at(&["b", "1", "c"]), (4, 9, 5));
        assert_eq!(at(&["b", "1", "e"]), (4, 19, 1));
    }

    #[test]
    fn all_duplicate_keys_are_reported() {
        let (_, errors) = tree("a: 1\nb: 2\na: 3\nb: 4\n");
        assert_eq!(
            errors,
            [
                "f:3:1: the key `a` stands twice; expected each key once: it is already on line 1",
                "f:4:1: the key `b` stands twice; expected each key once: it is already on line 2"
            ]
        );
    }

    #[test]
    fn aliases_repeat_their_anchor_and_cannot_explode() {
        let (documents, errors) = tree("a: &x {k: 1}\nb: *x\n");
        assert!(errors.is_empty());
        assert_eq!(documents[0].json(), serde_json::json!({"a": {"k": 1}, "b": {"k": 1}}));

        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_string();
        for n in 1..9 {
            let list = vec![format!("*a{}", n - 1); 10].join(", ");
            bomb.push_str(&format!("a{n}: &a{n} [{list}]\n"));
        }
        assert!(tree(&bomb).1[0].contains("more than 200000 values"), "{:?}", tree(&bomb).1);
    }

    #[test]
    fn what_cannot_be_read_has_a_place() {
        let cases = [
            ("a: [1, 2", "not YAML"),
            ("a: 1\n\tb: 2", "begins with a tab"),
            ("a: !!int 3", "the YAML tag"),
            ("[x]: 3", "a list as a key"),
            ("a: &x [*x]", "contains it"),
            ("<<: {a: 1}", "merge key"),
        ];
        for (text, part) in cases {
            let (_, errors) = tree(text);
            assert!(errors.iter().any(|error| error.contains(part)), "{text}: {errors:?}");
        }
        let deep = "[".repeat(100);
        assert_eq!(tree(&deep).1, [format!("f:1:{}: nested more than 64 levels deep", DEPTH + 1)]);
    }

    #[test]
    fn several_documents_are_several_trees() {
        let (documents, errors) = tree("---\na: 1\n---\n# nothing\n---\nb: |\n    x\n      y\n");
        assert!(errors.is_empty());
        assert_eq!(documents.len(), 3);
        let block = documents[2].get("b").unwrap().scalar().unwrap();
        let at = block.block.map(|block| (block.first_line, block.indent));
        assert_eq!((block.text.as_str(), at), ("x\n  y\n", Some((7, 4))));
    }
}
