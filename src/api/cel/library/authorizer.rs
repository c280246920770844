//! Asking whether somebody may do something: `authorizer.group('apps').resource('deployments').check('create').allowed()`.
//!
//! The functions gather a question; whoever runs the expression answers it.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/cel/library/authz.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use super::super::signatures;
use super::super::value::{Fault, Value};
use super::opaque::Opaque;

/// What somebody wants to do. What is empty is not asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Question {
    /// Namespace and name of the service account that is asked about; the requester otherwise.
    pub account: Option<(String, String)>,
    /// Of what is no resource.
    pub path: String,
    pub group: String,
    pub resource: String,
    pub subresource: String,
    pub namespace: String,
    pub name: String,
    pub field_selector: String,
    pub label_selector: String,
    pub verb: String,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    pub allowed: bool,
    pub reason: String,
    /// Empty unless nobody could answer.
    pub error: String,
}

/// How far a question is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Asking {
    Whom(Question),
    Path(Question),
    Group(Question),
    Resource(Question),
    Decided(Answer),
}

impl Asking {
    pub fn type_name(&self) -> &'static str {
        match self {
            Asking::Whom(_) => signatures::AUTHORIZER,
            Asking::Path(_) => signatures::PATH_CHECK,
            Asking::Group(_) => signatures::GROUP_CHECK,
            Asking::Resource(_) => signatures::RESOURCE_CHECK,
            Asking::Decided(_) => signatures::DECISION,
        }
    }

    pub fn value(self) -> Value {
        Value::Opaque(Opaque::Asking(Arc::new(self)))
    }
}

pub(super) fn call(name: &str, values: &[Value]) -> Option<Result<Value, Fault>> {
    let [Value::Opaque(Opaque::Asking(asking)), rest @ ..] = values else { return None };
    let text = |at: usize| match rest.get(at) {
        Some(Value::Text(text)) => text.to_string(),
        _ => String::new(),
    };
    let with = |question: &Question, set: &dyn Fn(&mut Question)| {
        let mut question = question.clone();
        set(&mut question);
        question
    };
    Some(Ok(match (&**asking, name) {
        (Asking::Whom(_), "path") if text(0).is_empty() => return Some(Err("path must not be empty".to_owned())),
        (Asking::Whom(question), "path") => Asking::Path(with(question, &|question| question.path = text(0))).value(),
        (Asking::Whom(question), "group") => Asking::Group(with(question, &|question| question.group = text(0))).value(),
        (Asking::Whom(question), "serviceAccount") => Asking::Whom(with(question, &|question| question.account = Some((text(0), text(1))))).value(),
        (Asking::Group(_), "resource") if text(0).is_empty() => return Some(Err("resource must not be empty".to_owned())),
        (Asking::Group(question), "resource") => Asking::Resource(with(question, &|question| question.resource = text(0))).value(),
        (Asking::Resource(question), "subresource") => Asking::Resource(with(question, &|question| question.subresource = text(0))).value(),
        (Asking::Resource(question), "namespace") => Asking::Resource(with(question, &|question| question.namespace = text(0))).value(),
        (Asking::Resource(question), "name") => Asking::Resource(with(question, &|question| question.name = text(0))).value(),
        (Asking::Resource(question), "fieldSelector") => Asking::Resource(with(question, &|question| question.field_selector = text(0))).value(),
        (Asking::Resource(question), "labelSelector") => Asking::Resource(with(question, &|question| question.label_selector = text(0))).value(),
        (Asking::Decided(answer), "allowed") => Value::Bool(answer.allowed),
        (Asking::Decided(answer), "reason") => Value::from(answer.reason.as_str()),
        (Asking::Decided(answer), "errored") => Value::Bool(!answer.error.is_empty()),
        (Asking::Decided(answer), "error") => Value::from(answer.error.as_str()),
        _ => return None,
    }))
}

/// The question that a call of `check` completes.
pub(crate) fn question(name: &str, values: &[Value]) -> Option<Question> {
    let ("check", [Value::Opaque(Opaque::Asking(asking)), Value::Text(verb)]) = (name, values) else { return None };
    match &**asking {
        Asking::Path(question) | Asking::Resource(question) => Some(Question { verb: verb.to_string(), ..question.clone() }),
        _ => None,
    }
}
