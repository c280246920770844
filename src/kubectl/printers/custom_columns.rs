//! `-o custom-columns=NAME:.metadata.name,IMAGE:.spec.containers[*].image`.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/get/customcolumn.go, v1.36.
//! Simplified: nothing.

use serde_json::Value;

use super::jsonpath::{Node, Step, find, parse, relaxed};
use super::tabwriter;
use crate::printers::jsonpath;

#[derive(Clone, Debug)]
pub struct CustomColumns {
    heads: Vec<String>,
    /// A column without a path is empty.
    paths: Vec<Option<Vec<Step>>>,
    /// What is wrong with a path, which is said below the headings.
    wrong: Option<String>,
    pub no_headers: bool,
}

impl CustomColumns {
    /// The same, whose headings have been printed already.
    #[must_use]
    pub fn without_heads(&self) -> Self {
        CustomColumns { no_headers: true, ..self.clone() }
    }

    /// Reads `HEAD:PATH,HEAD:PATH`.
    pub fn parse(spec: &str) -> Result<Self, String> {
        if spec.is_empty() {
            return Err("custom-columns format specified but no custom columns given".to_owned());
        }
        let pairs: Result<Vec<(&str, &str)>, String> = spec
            .split(',')
            .map(|part| part.split_once(':').ok_or_else(|| format!("unexpected custom-columns spec: {part}, expected <header>:<json-path-expr>")))
            .collect();
        Self::of(pairs?)
    }

    /// Reads a file of two lines: headings, paths.
    pub fn parse_file(text: &str) -> Result<Self, String> {
        let form = "Expected format is one line of space separated headers, one line of space separated column specs.";
        let mut lines = text.lines();
        let heads: Vec<&str> = lines.next().ok_or(format!("invalid template, missing header line. {form}"))?.split_whitespace().collect();
        let specs: Vec<&str> = lines.next().ok_or(format!("invalid template, missing spec line. {form}"))?.split_whitespace().collect();
        if heads.len() != specs.len() {
            return Err(format!("number of headers ({}) and field specifications ({}) don't match", heads.len(), specs.len()));
        }
        Self::of(heads.into_iter().zip(specs).collect())
    }

    fn of(pairs: Vec<(&str, &str)>) -> Result<Self, String> {
        let mut columns = CustomColumns { heads: Vec::new(), paths: Vec::new(), wrong: None, no_headers: false };
        for (head, path) in pairs {
            let nodes = match parse(&relaxed(path)?) {
                Ok(nodes) => nodes,
                Err(why) => {
                    columns.wrong.get_or_insert(why);
                    Vec::new()
                }
            };
            let steps = nodes.into_iter().find_map(|node| if let Node::Path(steps) = node { Some(steps) } else { None });
            columns.heads.push(head.to_owned());
            columns.paths.push(steps);
        }
        Ok(columns)
    }

    /// The text, or what had been printed and why there is no more.
    pub fn print(&self, objects: &[&Value]) -> Result<String, (String, String)> {
        let mut out = String::new();
        if !self.no_headers {
            out.push_str(&self.heads.join("\t"));
            out.push('\n');
        }
        let stopped = |out: &str, why: String| Err((tabwriter::TABLE.align(out), why));
        if let Some(why) = &self.wrong {
            return stopped(&out, why.clone());
        }
        for object in objects {
            let cells: Result<Vec<String>, String> = self.paths.iter().map(|path| path.as_deref().map_or_else(|| Ok("<none>".to_owned()), |path| cell(path, object))).collect();
            match cells {
                Ok(cells) => out.push_str(&cells.join("\t")),
                Err(why) => return stopped(&out, why),
            }
            out.push('\n');
        }
        Ok(tabwriter::TABLE.align(&out))
    }
}

fn cell(path: &[Step], object: &Value) -> Result<String, String> {
    let found = find(path, object)?;
    if found.is_empty() {
        return Ok("<none>".to_owned());
    }
    Ok(found.iter().map(jsonpath::go_value).collect::<Vec<_>>().join(","))
}
