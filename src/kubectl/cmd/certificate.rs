//! `kubectl certificate approve|deny`: a person's word on a request for a certificate.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/certificates/certificates.go, v1.36.
//! Simplified: nothing.

use serde_json::{Value, json};

use super::change::{DryRun, FILES, PRINT};
use crate::builder::{Builder, Info};
use crate::client::Call;
use crate::command::Command;
use crate::failure::{Failure, Outcome, all_of, caught, fail};
use crate::flags::Flag;
use crate::kubectl::Kubectl;
use crate::unstructured::{items, text};

pub const COMMAND: Command = Command::group("certificate", &[&APPROVE, &DENY]);

const APPROVE: Command = Command::new("approve", &[OWN, FILES, PRINT], approve);
const DENY: Command = Command::new("deny", &[OWN, FILES, PRINT], deny);

const OWN: &[Flag] = &[Flag::bool("force")];
const PATH: &str = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
/// How often a write is tried again that met another one.
const TRIES: usize = 10;

struct Verdict {
    verb: &'static str,
    operation: &'static str,
    type_: &'static str,
    reason: &'static str,
    /// What rules it out.
    opposite: &'static str,
}

fn approve(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    decide(kubectl, &Verdict { verb: "approve", operation: "approved", type_: "Approved", reason: "KubectlApprove", opposite: "Denied" })
}

fn deny(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    decide(kubectl, &Verdict { verb: "deny", operation: "denied", type_: "Denied", reason: "KubectlDeny", opposite: "Approved" })
}

fn decide(kubectl: &mut Kubectl<'_, '_>, verdict: &Verdict) -> Outcome<()> {
    let printer = kubectl.change_printer(verdict.operation, DryRun::None)?;
    if kubectl.flags.args.is_empty() && kubectl.flags.list("filename").is_empty() && kubectl.flags.text("kustomize").is_empty() {
        return fail("one or more CSRs must be specified as <name> or -f <filename>");
    }
    let from_files = kubectl.flags.args.is_empty();
    let default_type = if from_files { None } else { Some("certificatesigningrequests") };
    let builder = Builder { default_type, latest: true, as_written: true, ..Builder::of(kubectl, &kubectl.flags.args) };
    let found = builder.find(kubectl)?;
    let mut failures: Vec<Failure> = found.failures;
    let mut any = false;
    for info in found.infos {
        match caught(decide_one(kubectl, &info, verdict))? {
            Ok(()) => {
                any = true;
                kubectl.print_object(&printer, &info.object)?;
            }
            Err(failure) => failures.push(failure),
        }
    }
    if !any && failures.is_empty() {
        kubectl.print("No resources found\n")?;
    }
    all_of(failures)
}

fn decide_one(kubectl: &mut Kubectl<'_, '_>, info: &Info, verdict: &Verdict) -> Outcome<()> {
    let kind = info.mapping.kind_name();
    if info.mapping.kind != "CertificateSigningRequest" {
        return fail(format!("can only handle CertificateSigningRequest.certificates.k8s.io objects, got {kind}"));
    }
    for attempt in 0.. {
        let mut request = match caught(kubectl.send(&Call::get(format!("{PATH}/{}", info.name))))? {
            Err(failure) if failure.is_not_found() => return fail(format!("could not find v1 version of {}: {failure}", info.name)),
            other => other?,
        };
        let conditions = items(&request, "/status/conditions");
        let has = |type_: &str| conditions.iter().any(|condition| text(condition, "/type") == type_);
        if has(verdict.opposite) {
            return fail(format!("certificate signing request {:?} is already {}", info.name, verdict.opposite));
        }
        let already = has(verdict.type_);
        if already && !kubectl.flags.bool("force") {
            return Ok(());
        }
        if !already {
            let now = kubectl.now()?.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            let message = format!("This CSR was {} by kubectl certificate {}.", verdict.operation, verdict.verb);
            let condition = json!({"type": verdict.type_, "status": "True", "reason": verdict.reason, "message": message, "lastUpdateTime": now});
            let mut conditions: Vec<Value> = conditions.to_vec();
            conditions.push(condition);
            request["status"]["conditions"] = conditions.into();
        }
        let call = Call::new("PUT", format!("{PATH}/{}/approval", info.name)).body("application/json", &request);
        match caught(kubectl.send(&call))? {
            Err(failure) if failure.reason() == "Conflict" && attempt < TRIES => {}
            answer => return answer.map(drop).map_err(Into::into),
        }
    }
    Ok(())
}
