//! The metadata server of the cloud, which tells a program what the machine under it is.
//!
//! Models: Google Compute Engine's metadata server, as cloud.google.com/go/compute/metadata asks it.
//! Simplified: of an instance its number, names, zone, project and addresses; of service accounts nothing.

use podarium_machine::{HttpRequest, HttpResponse};
use podarium_sim::Fingerprint;
use serde_json::{Value, json};

use super::Ip;
use super::fabric::MachineId;
use crate::cluster::Cluster;
use crate::store::Key;

pub(super) const ADDRESS: Ip = Ip(u32::from_be_bytes([169, 254, 169, 254]));
const PROJECT: &str = "podarium";
const PROJECT_NUMBER: u64 = 901_234_567_890;

/// Whether it is the metadata server's name.
pub(super) fn is_name(host: &str) -> bool {
    matches!(host.trim_end_matches('.'), "metadata.google.internal" | "metadata")
}

impl Cluster {
    /// What the metadata server says to a program on this machine.
    pub(super) fn metadata(&self, machine: MachineId, request: &HttpRequest) -> HttpResponse {
        let answer = |status: u16, kind: &str, body: String| {
            let response = HttpResponse::new(status, body.clone()).with_header("Metadata-Flavor", "Google").with_header("Content-Type", kind);
            response.with_header("Server", "Metadata Server for VM").with_header("Content-Length", &body.len().to_string())
        };
        let (path, query) = request.path().split_once('?').unwrap_or((request.path(), ""));
        if path == "/" {
            return answer(200, "application/text", "0.1/\ncomputeMetadata/\n".to_owned());
        }
        let Some(path) = path.strip_prefix("/computeMetadata/v1") else { return answer(404, "text/html; charset=UTF-8", "404 Not Found\n".to_owned()) };
        if request.header_value("metadata-flavor") != Some("Google") {
            return answer(403, "text/html; charset=UTF-8", "Missing Metadata-Flavor:Google header.\n".to_owned());
        }
        let all = self.instance(machine);
        let parts = path.split('/').filter(|part| !part.is_empty());
        let found = parts.clone().try_fold(&all, |value, part| match part.parse::<usize>() {
            Ok(index) => value.get(index),
            Err(_) => value.get(camel(part)),
        });
        match found {
            None => answer(404, "text/html; charset=UTF-8", "404 Not Found\n".to_owned()),
            Some(value) if query.split('&').any(|pair| pair == "recursive=true") => answer(200, "application/json", value.to_string()),
            Some(Value::Object(inner)) => answer(200, "application/text", inner.iter().map(|(name, value)| format!("{}{}\n", dashed(name), if value.is_object() || value.is_array() { "/" } else { "" })).collect()),
            Some(Value::Array(inner)) => answer(200, "application/text", (0..inner.len()).map(|index| format!("{index}/\n")).collect()),
            Some(Value::String(text)) => answer(200, "application/text", text.clone()),
            Some(value) => answer(200, "application/text", value.to_string()),
        }
    }

    fn instance(&self, machine: MachineId) -> Value {
        let Some(machine) = self.network.machines.get(machine as usize) else { return Value::Null };
        let node = self.get::<podarium_api::kinds::Node>(&Key::new("", &machine.name));
        let zone = node.and_then(|node| node.metadata.labels.as_ref()?.get("topology.kubernetes.io/zone").cloned()).unwrap_or_else(|| "zone-a".to_owned());
        let mut number = Fingerprint::default();
        number.write(machine.name.as_bytes());
        json!({
            "instance": {
                "hostname": format!("{}.c.{PROJECT}.internal", machine.name),
                "id": number.finish() >> 1,
                "name": &*machine.name,
                "networkInterfaces": [{"accessConfigs": [{"externalIp": ""}], "ip": machine.address.to_string()}],
                "zone": format!("projects/{PROJECT_NUMBER}/zones/{zone}"),
            },
            "project": {"numericProjectId": PROJECT_NUMBER, "projectId": PROJECT},
        })
    }
}

/// `network-interfaces` is `networkInterfaces` in JSON.
fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut upper = false;
    for c in name.chars() {
        match c {
            '-' => upper = true,
            c if upper => {
                out.push(c.to_ascii_uppercase());
                upper = false;
            }
            c => out.push(c),
        }
    }
    out
}

fn dashed(name: &str) -> String {
    name.chars().flat_map(|c| if c.is_ascii_uppercase() { vec!['-', c.to_ascii_lowercase()] } else { vec![c] }).collect()
}
