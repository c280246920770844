//! Secret: the sizes of its values, not the values.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeSecret), v1.36.
//! Simplified: nothing.

use podarium_api::Secret;

use super::metadata;
use super::page::{Page, text};
use super::related::Related;

pub fn describe(page: &mut Page, secret: &Secret, _: &Related) {
    metadata::identity(page, &secret.metadata);
    let type_ = text(&secret.type_);
    page.line(0, format_args!("\nType:\t{type_}"));
    page.line(0, "\nData\n====");
    for (key, value) in secret.data.iter().flatten() {
        // A service account's token is shown: it is there to be copied.
        if key == "token" && type_ == "kubernetes.io/service-account-token" {
            page.field(0, key, String::from_utf8_lossy(&value.0));
        } else {
            page.field(0, key, format_args!("{} bytes", value.0.len()));
        }
    }
}
