//! A ConfigMap.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (ConfigMapDescriber), v1.36.
//! Simplified: nothing.

use super::{Events, Writer};
use crate::base64;
use crate::builder::Info;
use crate::failure::Outcome;
use crate::kubectl::Kubectl;
use crate::unstructured::{name, namespace, strings};

pub fn describe(kubectl: &mut Kubectl<'_, '_>, info: &Info, writer: &mut Writer) -> Outcome<()> {
    let map = kubectl.get(&info.mapping, &info.namespace, &info.name)?;
    writer.field(0, "Name", name(&map));
    writer.field(0, "Namespace", namespace(&map));
    writer.labels("Labels", &strings(&map, "/metadata/labels"));
    writer.annotations("Annotations", &strings(&map, "/metadata/annotations"));
    writer.write(0, "\nData\n====\n");
    for (key, value) in strings(&map, "/data") {
        writer.write(0, format!("{key}:\n----\n{value}\n\n"));
    }
    writer.write(0, "\nBinaryData\n====\n");
    for (key, value) in strings(&map, "/binaryData") {
        writer.write(0, format!("{key}: {} bytes\n", base64::decode(&value).unwrap_or_default().len()));
    }
    writer.write(0, "\n");
    let events = Events::of(kubectl, info, &map, true)?;
    let now = kubectl.now()?;
    events.write(writer, now);
    Ok(())
}
