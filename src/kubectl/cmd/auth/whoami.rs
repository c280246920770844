//! `kubectl auth whoami`: who the server takes one for.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/auth/whoami.go, v1.36.
//! Simplified: the older versions of the API are not tried.

use serde_json::json;

use crate::client::{Call, JSON};
use crate::cmd::change::PRINT;
use crate::command::Command;
use crate::failure::Outcome;
use crate::kubectl::Kubectl;
use crate::policy_rules::bracketed;
use crate::printers::{format, json as json_printer};
use crate::printers::tabwriter::TABLE;
use crate::unstructured::{fields, items, text};

pub const COMMAND: Command = Command::new("whoami", &[PRINT], run);

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let question = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview", "metadata": {}, "status": {"userInfo": {}}});
    let (output, template) = kubectl.output_and_template()?;
    let answer = kubectl.send(&Call::new("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews").body(JSON, &question))?;
    if !output.is_empty() {
        let printer = format::printer(&output, &template, "", format::CHANGE, false)?.typed(json_printer::Order::Kind);
        return kubectl.print_object(&printer, &answer);
    }
    let words = |pointer: &str| -> Vec<String> { items(&answer, pointer).iter().filter_map(|word| word.as_str()).map(str::to_owned).collect() };
    let mut lines = vec!["ATTRIBUTE\tVALUE".to_owned()];
    for (title, value) in [("Username", text(&answer, "/status/userInfo/username")), ("UID", text(&answer, "/status/userInfo/uid"))] {
        if !value.is_empty() {
            lines.push(format!("{title}\t{value}"));
        }
    }
    let groups = words("/status/userInfo/groups");
    if !groups.is_empty() {
        lines.push(format!("Groups\t{}", bracketed(&groups)));
    }
    for (key, values) in fields(&answer, "/status/userInfo/extra") {
        let values: Vec<String> = values.as_array().into_iter().flatten().filter_map(|value| value.as_str()).map(str::to_owned).collect();
        lines.push(format!("Extra: {key}\t{}", bracketed(&values)));
    }
    kubectl.print(&TABLE.align(&format!("{}\n", lines.join("\n"))))
}
