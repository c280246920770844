//! A Secret: the sizes of its values, not the values.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeSecret), v1.36.
//! Simplified: nothing.

use super::Writer;
use crate::base64;
use crate::builder::Info;
use crate::failure::Outcome;
use crate::kubectl::Kubectl;
use crate::unstructured::{name, namespace, strings, text};

pub fn describe(kubectl: &mut Kubectl<'_, '_>, info: &Info, writer: &mut Writer) -> Outcome<()> {
    let secret = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
    let kind = text(&secret, "/type");
    writer.field(0, "Name", name(&secret));
    writer.field(0, "Namespace", namespace(&secret));
    writer.labels("Labels", &strings(&secret, "/metadata/labels"));
    writer.annotations("Annotations", &strings(&secret, "/metadata/annotations"));
    writer.write(0, format!("\nType:\t{kind}\n"));
    writer.write(0, "\nData\n====\n");
    for (key, value) in strings(&secret, "/data") {
        let bytes = base64::decode(&value).unwrap_or_default();
        if key == "token" && kind == "kubernetes.io/service-account-token" {
            writer.field(0, &key, String::from_utf8_lossy(&bytes));
        } else {
            writer.field(0, &key, format!("{} bytes", bytes.len()));
        }
    }
    Ok(())
}
