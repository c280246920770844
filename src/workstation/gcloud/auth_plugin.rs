//! `gke-gcloud-auth-plugin`, which kubectl runs for the token of a GKE cluster's user.
//!
//! Models: cmd/gke-gcloud-auth-plugin of kubernetes/cloud-provider-gcp.
//! Simplified: no cache below `~/.kube`; its flags are refused.

use std::time::Duration;

use jiff::Timestamp;
use podarium_machine::{Process, Suspend};
use serde_json::{Value, json};

/// What the kubeconfig tells whoever does not have the plugin.
const HINT: &str = "Install gke-gcloud-auth-plugin for use with kubectl by following https://cloud.google.com/kubernetes-engine/docs/how-to/cluster-access-for-kubectl#install_plugin";
const NAME: &str = "gke-gcloud-auth-plugin";
const VERSION: &str = "client.authentication.k8s.io/v1beta1";
/// How long a token of an account holds.
const HOLDS: Duration = Duration::from_secs(3599);

/// How `gcloud` writes the user of a cluster into the kubeconfig.
pub fn user() -> Value {
    json!({"exec": {"apiVersion": VERSION, "command": NAME, "installHint": HINT, "provideClusterInfo": true}})
}

pub fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    if let Some(flag) = process.args().into_iter().nth(1) {
        process.eprint(&format!("podarium: not simulated: {NAME} {flag}\n"))?;
        return Ok(1);
    }
    let nanos = process.unix_nanos()?;
    let until = Timestamp::from_nanosecond((nanos + HOLDS.as_nanos() as i64).into()).unwrap_or_default();
    let credential = json!({
        "kind": "ExecCredential",
        "apiVersion": VERSION,
        "spec": {"interactive": false},
        "status": {"expirationTimestamp": until.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), "token": crate::TOKEN},
    });
    process.print(&format!("{}\n", serde_json::to_string_pretty(&credential).unwrap_or_default()))?;
    Ok(0)
}
