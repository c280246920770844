//! YAML as Kubernetes writes it: by the API server for who accepts it, by kubectl with `-o yaml`.

mod document;
mod scalar;

pub use document::document;
