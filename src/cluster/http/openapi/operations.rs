//! What can be done with a path, whatever form of OpenAPI it is written in.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/endpoints/installer.go, endpoints/openapi/openapi.go, v1.36.
//! Simplified: what is connected (exec, attach, port-forward, proxy) is described without its own parameters.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// A parameter in the query.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Parameter {
    pub name: String,
    #[serde(rename = "in")]
    pub place: String,
    #[serde(rename = "type")]
    pub type_: String,
    pub description: String,
}

static PARAMETERS: LazyLock<BTreeMap<String, Vec<Parameter>>> =
    LazyLock::new(|| serde_json::from_str(include_str!("parameters.json")).expect("the parameters are JSON"));

/// The parameters of one sort of operations.
pub(super) fn parameters(of: &str) -> &'static [Parameter] {
    PARAMETERS.get(of).map(Vec::as_slice).unwrap_or_default()
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    None,
    /// A definition.
    Object(String),
    Patch,
    DeleteOptions,
}

/// What an operation answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A definition.
    Object(String),
    /// A list, or a stream of changes to it.
    List(String),
    Text,
}

#[derive(Clone, Debug)]
pub(super) struct Operation {
    /// `get`, `put`, `post`, `delete`, `patch`.
    pub method: &'static str,
    pub id: String,
    pub description: String,
    pub action: &'static str,
    /// Group, version and kind of what travels.
    pub of: (String, String, String),
    pub parameters: Vec<&'static Parameter>,
    pub body: Body,
    pub answer: Answer,
    pub codes: &'static [u16],
    pub deprecated: bool,
}

/// A path with what can be done at it.
#[derive(Clone, Debug)]
pub(super) struct PathItem {
    pub path: String,
    /// The variables in the path with their descriptions.
    pub variables: Vec<(&'static str, String)>,
    pub operations: Vec<Operation>,
}
