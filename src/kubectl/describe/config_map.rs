//! ConfigMap: its texts in full, of its binary data the sizes.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (ConfigMapDescriber), v1.36.
//! Simplified: nothing.

use podarium_api::ConfigMap;

use super::events::events;
use super::metadata;
use super::page::Page;
use super::related::Related;

pub fn describe(page: &mut Page, map: &ConfigMap, related: &Related) {
    metadata::identity(page, &map.metadata);
    page.line(0, "\nData\n====");
    for (key, value) in map.data.iter().flatten() {
        page.line(0, format_args!("{key}:\n----\n{value}\n"));
    }
    page.line(0, "\nBinaryData\n====");
    for (key, value) in map.binary_data.iter().flatten() {
        page.line(0, format_args!("{key}: {} bytes", value.0.len()));
    }
    page.line(0, "");
    events(page, related);
}
