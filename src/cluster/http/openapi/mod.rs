//! The description of the API for programs: OpenAPI in version 2 as one document, in version 3 as one for each group and
//! version.

mod answer;
mod custom;
mod documents;
mod operations;
mod paths;
mod written;

pub(super) use answer::answer;
pub(crate) use documents::CustomDocuments;
