//! `kubectl create token ACCOUNT`: a token for a program that shall act as a service account.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/create/create_token.go, v1.36.
//! Simplified: nothing.

use serde_json::json;

use super::generated::one_name;
use crate::client::{Call, JSON};
use crate::cmd::change::PRINT;
use crate::command::Command;
use crate::failure::{Failure, Outcome, caught, fail};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::unstructured::text;

pub const COMMAND: Command = Command::new("token", &[OWN, PRINT], run);

const OWN: &[Flag] = &[
    Flag::new("audience", Takes::Repeated, ""),
    Flag::new("duration", Takes::Duration, "0s"),
    Flag::text("bound-object-kind"),
    Flag::text("bound-object-name"),
    Flag::text("bound-object-uid"),
];

const SECOND: i64 = 1_000_000_000;

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let name = one_name(kubectl)?;
    let namespace = kubectl.namespace()?;
    let duration = kubectl.flags.duration("duration");
    let audiences = kubectl.flags.list("audience");
    let flag = |name: &str| kubectl.flags.text(name).to_owned();
    let (kind, bound, uid) = (flag("bound-object-kind"), flag("bound-object-name"), flag("bound-object-uid"));
    if duration < 0 {
        return fail("--duration must be greater than or equal to 0");
    }
    if duration % SECOND != 0 {
        return fail("--duration cannot be expressed in units less than seconds");
    }
    if audiences.iter().any(String::is_empty) {
        return fail("--audience must not be an empty string");
    }
    match kind.as_str() {
        "" if !bound.is_empty() => return fail("--bound-object-name can only be set if --bound-object-kind is provided"),
        "" if !uid.is_empty() => return fail("--bound-object-uid can only be set if --bound-object-kind is provided"),
        "" => {}
        "Node" | "Pod" | "Secret" if bound.is_empty() => return fail("--bound-object-name is required if --bound-object-kind is provided"),
        "Node" | "Pod" | "Secret" => {}
        _ => return fail("supported --bound-object-kind values are Node, Pod, Secret"),
    }
    let mut spec = json!({"audiences": audiences, "expirationSeconds": null, "boundObjectRef": null});
    if duration > 0 {
        spec["expirationSeconds"] = (duration / SECOND).into();
    }
    if !kind.is_empty() {
        spec["boundObjectRef"] = json!({"kind": kind, "apiVersion": "v1", "name": bound});
        if !uid.is_empty() {
            spec["boundObjectRef"]["uid"] = uid.into();
        }
    }
    let request = json!({"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "metadata": {}, "spec": spec, "status": {"token": "", "expirationTimestamp": null}});
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token");
    let answer = match caught(kubectl.send(&Call::new("POST", path).body(JSON, &request)))? {
        Ok(answer) => answer,
        Err(failure) => return Err(Failure::Message(format!("failed to create token: {failure}")).into()),
    };
    if !kubectl.flags.text("output").is_empty() {
        let dry_run = crate::cmd::change::DryRun::None;
        let printer = kubectl.change_printer("created", dry_run)?;
        return kubectl.print_object(&printer, &answer);
    }
    kubectl.print(&format!("{}\n", text(&answer, "/status/token")))
}
