//! The HTTP face of the API server: turns HTTP requests into [`Request`]s and answers into JSON, tables and streams.
//! The built-in kubectl, the HTTPS server and tests all come through here.
//!
//! Models: staging/src/k8s.io/apiserver/pkg/{endpoints,server}, v1.36.
//! Simplified: protobuf and compression are not offered.

mod accept;
mod aggregation;
mod body;
mod custom;
mod discovery;
mod documents;
mod openapi;
mod log_options;
mod options;
mod path;
mod query;
mod read;
mod render;
mod request_info;
mod resources;
mod stream;
#[cfg(test)]
mod tests;
mod text;

pub(crate) use openapi::CustomDocuments;
pub(crate) use path::ResourcePath;
pub(crate) use query::{Query, decode as decode_percent};
pub(crate) use log_options::check as check_log_options;
pub(crate) use read::{Asked, Server, error, error_for, kind_of, read, with_warnings, write};
pub(crate) use render::Rendering;
pub(crate) use request_info::RequestInfo;
pub(crate) use stream::{bookmark_line, error_line, watch_line};
pub(crate) use text::plain;
