//! The text of a pod's spec, written once for all siblings: it has gaps for the node and for the name of the token's volume.
//!
//! Worked example: `{"volumes":[{"name":"` token `"}],"containers":[…]` node `,"dnsPolicy":"ClusterFirst"}`.
//!
//! Models: nothing of Kubernetes.
//! Simplified: nothing.

use k8s_openapi::api::core::v1::PodSpec;

use super::go_fields::Struct;
use super::text::json;
use super::writer::{Below, Place, Role};

#[derive(Clone, Copy, Debug)]
enum Gap {
    Token,
    Node,
    /// Behind the last piece.
    Nothing,
}

#[derive(Debug)]
pub(crate) struct SpecText {
    /// Each piece with the gap behind it.
    pieces: Box<[(Box<str>, Gap)]>,
}

impl SpecText {
    /// The text of a spec without a node. `name_token` gives the token's volume another name, if the spec has one.
    pub fn new(spec: &PodSpec, name_token: impl FnOnce(&mut PodSpec, &str)) -> Self {
        let text = written(spec);
        // Names that occur nowhere in the text.
        let mark = (0_u32..).map(|number| format!("gap-{number}-")).find(|mark| !text.contains(mark)).unwrap_or_default();
        let (node, token) = (format!("{mark}node"), format!("{mark}token"));
        let mut marked = PodSpec { node_name: Some(node.clone()), ..spec.clone() };
        name_token(&mut marked, &token);
        let text = written(&marked);
        // The list of containers is always written, before the node.
        let (before, after) = text.split_once(&format!(",\"nodeName\":\"{node}\"")).unwrap_or((&text, ""));
        let mut pieces = Vec::new();
        for (part, last) in [(before, Gap::Node), (after, Gap::Nothing)] {
            let mut texts = part.split(&token).peekable();
            while let Some(text) = texts.next() {
                pieces.push((text.into(), if texts.peek().is_some() { Gap::Token } else { last }));
            }
        }
        SpecText { pieces: pieces.into() }
    }

    /// The text for a pod on this node whose token's volume has this name.
    pub fn filled(&self, node: Option<&str>, token: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.pieces.iter().map(|(text, _)| text.len() + 64).sum());
        for (text, gap) in &self.pieces {
            out.extend_from_slice(text.as_bytes());
            match (gap, node) {
                (Gap::Token, _) => out.extend_from_slice(token.as_bytes()),
                (Gap::Node, Some(node)) => {
                    out.extend_from_slice(b",\"nodeName\":");
                    out.append(&mut json(node));
                }
                _ => {}
            }
        }
        out
    }
}

fn written(spec: &PodSpec) -> String {
    let place = Place::by_name(Role::Part { whole_numbers: false }).shaped(Struct::named("core/v1.PodSpec"));
    String::from_utf8(json(&Below { value: spec, place })).expect("JSON is text")
}
