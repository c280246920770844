//! What the API server refuses in a CustomResourceDefinition: names, versions, schemas, columns, subresources.

mod columns;
mod defaults;
mod internal;
mod names;
mod openapi;
mod spec;
mod structural;

pub(crate) use internal::rule as shown_rule;
pub(crate) use spec::{unrecognized_formats, validate, validate_status_update, validate_update};
