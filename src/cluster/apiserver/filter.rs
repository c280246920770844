//! Which objects a list or a watch is about: namespace, field selector, label selector.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/storage/selection_predicate.go, v1.36.
//! Simplified: nothing.

use std::sync::Arc;

use podarium_api::Object;
use podarium_api::selector::{FieldSelector, LabelSelector};

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    pub namespace: Option<Arc<str>>,
    pub fields: FieldSelector,
    pub labels: LabelSelector,
}

impl Filter {
    pub fn all() -> Self {
        Self::default()
    }

    pub fn namespace(namespace: &str) -> Self {
        Filter { namespace: (!namespace.is_empty()).then(|| namespace.into()), ..Self::default() }
    }

    /// The objects whose field equals the value, e.g. the pods of a node: `spec.nodeName`.
    pub fn field(field: &str, value: &str) -> Self {
        Filter { fields: FieldSelector::equal(field, value), ..Self::default() }
    }

    pub fn labels(mut self, labels: LabelSelector) -> Self {
        self.labels = labels;
        self
    }

    pub fn matches(&self, object: &Object) -> bool {
        let meta = object.meta();
        self.namespace.as_deref().is_none_or(|namespace| meta.namespace.as_deref() == Some(namespace))
            && (self.labels.is_empty() || self.labels.matches(meta.labels.as_ref()))
            && (self.fields.is_empty() || self.fields.matches(object))
    }
}
