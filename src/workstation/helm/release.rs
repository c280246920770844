//! Releases: what was installed, revision by revision, as Secrets `sh.helm.release.v1.NAME.vN`.
//!
//! Models: helm.sh/helm/pkg/{storage,release/v1}, v4.2.3.
//! Simplified: Secrets are the only driver.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use podarium_kubectl::base64;
use podarium_kubectl::client::{Call, JSON};
use podarium_kubectl::failure::{Outcome, caught, fail};
use serde_json::{Value, json};

use super::chart::Chart;
use super::command::Helm;
use super::time;

/// A revision, as helm writes it in JSON.
#[derive(Clone, Debug)]
pub struct Release(pub Value);

impl Release {
    pub fn new(name: &str, namespace: &str, version: u64, chart: &Chart, config: &Value, now: i64) -> Release {
        let now = time::rfc3339(now);
        let mut value = json!({
            "name": name,
            "info": {"first_deployed": now, "last_deployed": now, "description": "Initial install underway", "status": "pending-install"},
            "chart": chart.to_json(),
            "version": version,
            "namespace": namespace,
            "apply_method": "ssa",
        });
        if config.as_object().is_some_and(|map| !map.is_empty()) {
            value["config"] = config.clone();
        }
        Release(value)
    }

    pub fn name(&self) -> &str {
        self.0["name"].as_str().unwrap_or_default()
    }

    pub fn namespace(&self) -> &str {
        self.0["namespace"].as_str().unwrap_or_default()
    }

    pub fn version(&self) -> u64 {
        self.0["version"].as_u64().unwrap_or(0)
    }

    pub fn status(&self) -> &str {
        self.info("status")
    }

    pub fn info(&self, field: &str) -> &str {
        self.0["info"][field].as_str().unwrap_or_default()
    }

    pub fn manifest(&self) -> &str {
        self.0["manifest"].as_str().unwrap_or_default()
    }

    pub fn chart(&self) -> Chart {
        Chart::from_json(&self.0["chart"])
    }

    pub fn config(&self) -> Value {
        self.0.get("config").cloned().unwrap_or(Value::Null)
    }

    pub fn hooks(&self) -> Vec<Value> {
        self.0["hooks"].as_array().cloned().unwrap_or_default()
    }

    pub fn set_status(&mut self, status: &str, description: &str) {
        self.0["info"]["status"] = status.into();
        self.0["info"]["description"] = description.into();
    }

    /// `web-0.1.0`
    pub fn chart_name(&self) -> String {
        let metadata = &self.0["chart"]["metadata"];
        format!("{}-{}", metadata["name"].as_str().unwrap_or_default(), metadata["version"].as_str().unwrap_or_default())
    }

    pub fn app_version(&self) -> String {
        self.0["chart"]["metadata"]["appVersion"].as_str().unwrap_or_default().to_owned()
    }

    fn key(&self) -> String {
        format!("sh.helm.release.v1.{}.v{}", self.name(), self.version())
    }
}

/// The text of a release: JSON, zipped, in base64.
pub fn encode(release: &Value) -> String {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Memory takes everything.
    let _ = encoder.write_all(release.to_string().as_bytes());
    base64::encode(&encoder.finish().unwrap_or_default())
}

pub fn decode(text: &str) -> Option<Value> {
    let bytes = base64::decode(text)?;
    let mut plain = Vec::new();
    match bytes.starts_with(&[0x1f, 0x8b, 0x08]) {
        true => drop(GzDecoder::new(bytes.as_slice()).read_to_end(&mut plain).ok()?),
        false => plain = bytes,
    }
    serde_json::from_slice(&plain).ok()
}

/// Where releases are kept.
impl Helm<'_, '_> {
    fn secret_of(release: &Release, stamp: (&str, i64)) -> Value {
        json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": release.key(),
                "namespace": release.namespace(),
                "labels": {
                    "name": release.name(),
                    "owner": "helm",
                    "status": release.status(),
                    "version": release.version().to_string(),
                    stamp.0: (stamp.1 / 1_000_000_000).to_string(),
                },
            },
            "type": "helm.sh/release.v1",
            "data": {"release": base64::encode(encode(&release.0).as_bytes())},
        })
    }

    pub fn create_release(&mut self, release: &Release) -> Outcome<()> {
        let now = self.now()?;
        let call = Call::new("POST", format!("/api/v1/namespaces/{}/secrets", release.namespace())).body(JSON, &Self::secret_of(release, ("createdAt", now)));
        match caught(self.kubectl.send(&call))? {
            Ok(_) => Ok(()),
            Err(failure) => fail(format!("create: failed to create: {}", failure.text())),
        }
    }

    /// Writes a revision anew.
    pub fn record(&mut self, release: &Release) -> Outcome<()> {
        let now = self.now()?;
        let path = format!("/api/v1/namespaces/{}/secrets/{}", release.namespace(), release.key());
        match caught(self.kubectl.send(&Call::new("PUT", path).body(JSON, &Self::secret_of(release, ("modifiedAt", now)))))? {
            Ok(_) => Ok(()),
            Err(failure) => fail(format!("update: failed to update: {}", failure.text())),
        }
    }

    pub fn forget(&mut self, release: &Release) -> Outcome<()> {
        let path = format!("/api/v1/namespaces/{}/secrets/{}", release.namespace(), release.key());
        self.kubectl.send(&Call::new("DELETE", path).body(JSON, &json!({"kind": "DeleteOptions", "apiVersion": "v1"})))?;
        Ok(())
    }

    /// Revisions that fit a selector, the oldest first; an empty namespace means all.
    pub fn releases(&mut self, namespace: &str, selector: &str) -> Outcome<Vec<Release>> {
        let path = if namespace.is_empty() { "/api/v1/secrets".to_owned() } else { format!("/api/v1/namespaces/{namespace}/secrets") };
        let list = match caught(self.kubectl.send(&Call::get(path).query("labelSelector", selector)))? {
            Ok(list) => list,
            Err(failure) => return fail(format!("list: failed to list: {}", failure.text())),
        };
        let read = |secret: &Value| {
            let data = base64::decode(secret.pointer("/data/release")?.as_str()?)?;
            decode(std::str::from_utf8(&data).ok()?).map(Release)
        };
        let mut found: Vec<Release> = list["items"].as_array().into_iter().flatten().filter_map(read).collect();
        found.sort_by_key(|release| (release.name().to_owned(), release.version()));
        Ok(found)
    }

    /// The revisions of one release; none is an error.
    pub fn history(&mut self, name: &str) -> Outcome<Vec<Release>> {
        let namespace = self.namespace()?;
        let found = self.releases(&namespace, &format!("name={name},owner=helm"))?;
        if found.is_empty() { fail("release: not found") } else { Ok(found) }
    }

    /// A revision; 0 is the last.
    pub fn release(&mut self, name: &str, version: u64) -> Outcome<Release> {
        let all = self.history(name)?;
        let found = if version == 0 { all.last().cloned() } else { all.into_iter().find(|release| release.version() == version) };
        found.map_or_else(|| fail("release: not found"), Ok)
    }
}

/// Whether a release may be called so.
pub fn check_name(name: &str) -> Result<(), &'static str> {
    let part = |part: &str| {
        let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        !part.is_empty() && part.chars().all(inner) && !part.starts_with('-') && !part.ends_with('-')
    };
    if name.is_empty() {
        return Err("no name provided");
    }
    if name.len() > 53 || !name.split('.').all(part) {
        return Err("invalid release name, must match regex ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not be longer than 53");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        let value = json!({"name": "web", "version": 3});
        assert_eq!(decode(&encode(&value)), Some(value));
    }
}
