//! ServiceAccount.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeServiceAccount), v1.36.
//! Simplified: nothing.

use podarium_api::ServiceAccount;

use super::events::events;
use super::metadata;
use super::page::Page;
use super::related::Related;

const TITLE: &str = "Image pull secrets:";

pub fn describe(page: &mut Page, account: &ServiceAccount, related: &Related) {
    metadata::identity(page, &account.metadata);
    let secrets = account.image_pull_secrets.as_deref().unwrap_or_default();
    if secrets.is_empty() {
        page.row(0, &[TITLE, "<none>"]);
    }
    for (index, secret) in secrets.iter().enumerate() {
        let title = if index == 0 { TITLE.to_owned() } else { " ".repeat(TITLE.len()) };
        page.row(0, &[&title, &secret.name]);
    }
    events(page, related);
}
