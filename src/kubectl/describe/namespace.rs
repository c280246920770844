//! A namespace, with its quotas and limits.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/describe/describe.go (describeNamespace), v1.36.
//! Simplified: limit ranges are not taken apart.

use serde_json::Value;

use super::{Writer, rfc1123};
use crate::builder::Info;
use crate::client::Call;
use crate::failure::{Outcome, caught};
use crate::kubectl::Kubectl;
use crate::unstructured::{fields, items, name, strings, text};

pub fn describe(kubectl: &mut Kubectl<'_, '_>, info: &Info, writer: &mut Writer) -> Outcome<()> {
    let namespace = kubectl.get(&info.mapping, "", &info.name)?;
    let mut list = |what: &str| -> Outcome<Option<Value>> {
        let call = Call::get(format!("/api/v1/namespaces/{}/{what}", info.name)).query("limit", "500");
        match caught(kubectl.send(&call))? {
            Ok(list) => Ok(Some(list)),
            // A server without quotas or limits has nothing to say of them.
            Err(failure) if failure.is_not_found() || failure.reason() == "NotImplemented" => Ok(None),
            Err(failure) => Err(failure.into()),
        }
    };
    let (quotas, limits) = (list("resourcequotas")?, list("limitranges")?);
    writer.field(0, "Name", name(&namespace));
    writer.labels("Labels", &strings(&namespace, "/metadata/labels"));
    writer.annotations("Annotations", &strings(&namespace, "/metadata/annotations"));
    writer.field(0, "Status", text(&namespace, "/status/phase"));
    let conditions = items(&namespace, "/status/conditions");
    if !conditions.is_empty() {
        writer.write(0, "Conditions:\n");
        writer.write(1, "Type\tStatus\tLastTransitionTime\tReason\tMessage\n");
        writer.write(1, "----\t------\t------------------\t------\t-------\n");
    }
    for condition in conditions {
        let field = |name: &str| text(condition, name).to_owned();
        let since = rfc1123(&field("/lastTransitionTime"));
        writer.write(1, format!("{}\t{}\t{since}\t{}\t{}\n", field("/type"), field("/status"), field("/reason"), field("/message")));
    }
    if let Some(quotas) = quotas {
        writer.write(0, "\n");
        self::quotas(writer, items(&quotas, "/items"));
    }
    if let Some(limits) = limits {
        writer.write(0, "\n");
        let some = !items(&limits, "/items").is_empty();
        writer.write(0, if some { "not simulated: describing LimitRanges\n" } else { "No LimitRange resource.\n" });
    }
    Ok(())
}

fn quotas(writer: &mut Writer, quotas: &[Value]) {
    if quotas.is_empty() {
        return writer.write(0, "No resource quota.\n");
    }
    writer.write(0, "Resource Quotas\n");
    for quota in quotas {
        writer.field(1, "Name", name(quota));
        writer.write(1, "Resource\tUsed\tHard\n");
        writer.write(1, "--------\t---\t---\n");
        for (resource, hard) in fields(quota, "/status/hard") {
            let used = quota.pointer("/status/used").and_then(|used| used.get(resource)).and_then(Value::as_str).unwrap_or("0");
            writer.write(1, format!("{resource}\t{used}\t{}\n", hard.as_str().unwrap_or_default()));
        }
    }
}
