//! A ServiceAccount.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeServiceAccount), v1.36.
//! Simplified: nothing.

use super::{Events, Writer};
use crate::builder::Info;
use crate::failure::Outcome;
use crate::kubectl::Kubectl;
use crate::unstructured::{items, name, namespace, strings, text};

pub fn describe(kubectl: &mut Kubectl<'_, '_>, info: &Info, writer: &mut Writer) -> Outcome<()> {
    let account = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
    let events = Events::of(kubectl, info, &account, true)?;
    let now = kubectl.now()?;
    writer.field(0, "Name", name(&account));
    writer.field(0, "Namespace", namespace(&account));
    writer.labels("Labels", &strings(&account, "/metadata/labels"));
    writer.annotations("Annotations", &strings(&account, "/metadata/annotations"));
    let secrets = items(&account, "/imagePullSecrets");
    if secrets.is_empty() {
        writer.write(0, "Image pull secrets:\t<none>\n");
    }
    for (at, secret) in secrets.iter().enumerate() {
        let title = if at == 0 { "Image pull secrets:" } else { "                   " };
        writer.write(0, format!("{title}\t{}\n", text(secret, "/name")));
    }
    events.write(writer, now);
    Ok(())
}
