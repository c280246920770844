//! Artifact Registry: the project's repositories, and what was pushed to them.
//!
//! Simplified: Docker repositories only; that of `gcr.io` is made by the first push, as projects have it that came from
//! Container Registry.

use std::collections::BTreeMap;

use podarium_cluster::Cluster;
use podarium_cluster::images::Reference;
use serde_json::{Value, json};

use super::PROJECT;
use super::artifacts::LOCATIONS;
use crate::docker::{nanos, stamp};

#[derive(Clone, Debug)]
struct Repository {
    description: String,
    created_nanos: i64,
}

/// The repositories that somebody has made, by location and name.
#[derive(Clone, Debug, Default)]
pub struct Registry(BTreeMap<(String, String), Repository>);

type Refusal = (u16, String);

/// What is at a place, as `gcr.io/project/` and `us-docker.pkg.dev/project/repository/` name it: each image once, with its
/// tags, the newest first.
fn versions(cluster: &Cluster, prefix: &str) -> Vec<Value> {
    let all: Vec<(Reference, i64, u64, String)> = cluster
        .pushed_images()
        .below(prefix)
        .map(|(name, kept)| {
            let at = nanos(cluster) - i64::try_from((cluster.now() - kept.at).as_nanos()).unwrap_or(0);
            (name, at, kept.image.layers.iter().map(|layer| layer.bytes).sum(), kept.image.digest.clone().unwrap_or_default())
        })
        .collect();
    let mut rows: Vec<Value> = Vec::new();
    for (name, at, bytes, digest) in all.iter().filter(|(name, ..)| name.is_digest) {
        let of_it = || all.iter().filter(|(tag, _, _, of)| !tag.is_digest && tag.name() == name.name() && of == digest);
        let tags: Vec<&str> = of_it().map(|(tag, ..)| tag.version.as_str()).collect();
        let updated = of_it().map(|(_, at, ..)| *at).chain([*at]).max().unwrap_or(*at);
        rows.push(json!({"package": name.name(), "version": digest, "tags": tags, "createTime": stamp(*at), "updateTime": stamp(updated), "bytes": bytes}));
    }
    rows.sort_by(|a, b| b["createTime"].as_str().cmp(&a["createTime"].as_str()));
    rows
}

fn not_found() -> Refusal {
    (404, "NOT_FOUND: Requested entity was not found.".to_owned())
}

/// The prefix of what is pushed to a repository.
fn place(location: &str, name: &str) -> String {
    match name.ends_with("gcr.io") {
        true => format!("{name}/{PROJECT}/"),
        false => format!("{location}-docker.pkg.dev/{PROJECT}/{name}/"),
    }
}

impl Registry {
    fn json(location: &str, name: &str, repository: &Repository, cluster: &Cluster) -> Value {
        let found = versions(cluster, &place(location, name));
        let updated = found.iter().filter_map(|version| version["updateTime"].as_str()).max().map_or_else(|| stamp(repository.created_nanos), str::to_owned);
        let mut shown = json!({
            "name": format!("projects/{PROJECT}/locations/{location}/repositories/{name}"), "format": "DOCKER", "mode": "STANDARD_REPOSITORY",
            "createTime": stamp(repository.created_nanos), "updateTime": updated, "registryUri": place(location, name).trim_end_matches('/'),
            "sizeBytes": found.iter().filter_map(|version| version["bytes"].as_u64()).sum::<u64>(),
        });
        if !repository.description.is_empty() {
            shown["description"] = json!(repository.description);
        }
        shown
    }

    /// All of them, with those that pushes have made.
    fn all(&self, cluster: &Cluster) -> BTreeMap<(String, String), Repository> {
        let mut all = self.0.clone();
        for (location, name) in [("us", "gcr.io"), ("us", "us.gcr.io"), ("europe", "eu.gcr.io"), ("asia", "asia.gcr.io")] {
            let prefix = place(location, name);
            let first = cluster.pushed_images().below(&prefix).map(|(_, kept)| kept.at).min();
            if let Some(at) = first {
                let created_nanos = nanos(cluster) - i64::try_from((cluster.now() - at).as_nanos()).unwrap_or(0);
                all.entry((location.to_owned(), name.to_owned())).or_insert(Repository { description: String::new(), created_nanos });
            }
        }
        all
    }

    pub fn answer(&mut self, method: &str, parts: &[&str], body: &Value, cluster: &mut Cluster) -> Result<Value, Refusal> {
        match (method, parts) {
            ("GET", ["repositories"]) => Ok(self.all(cluster).iter().map(|((location, name), repository)| Self::json(location, name, repository, cluster)).collect()),
            ("GET", ["repositories", location, name]) => {
                let all = self.all(cluster);
                let found = all.get(&((*location).to_owned(), (*name).to_owned())).ok_or_else(not_found)?;
                Ok(Self::json(location, name, found, cluster))
            }
            ("POST", ["repositories"]) => {
                let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
                let (location, name) = (text("location"), text("name"));
                if !LOCATIONS.contains(&location.as_str()) {
                    return Err((403, format!("PERMISSION_DENIED: Location {location} is not found or access is unauthorized.")));
                }
                let key = (location.clone(), name.clone());
                if self.all(cluster).contains_key(&key) {
                    return Err((409, "ALREADY_EXISTS: the repository already exists".to_owned()));
                }
                let repository = Repository { description: text("description"), created_nanos: nanos(cluster) };
                let shown = Self::json(&location, &name, &repository, cluster);
                self.0.insert(key, repository);
                Ok(shown)
            }
            ("DELETE", ["repositories", location, name]) => {
                let key = ((*location).to_owned(), (*name).to_owned());
                if !self.all(cluster).contains_key(&key) {
                    return Err(not_found());
                }
                self.0.remove(&key);
                let gone: Vec<Reference> = cluster.pushed_images().below(&place(location, name)).map(|(name, _)| name).collect();
                for name in &gone {
                    cluster.delete_pushed_image(name);
                }
                Ok(json!({}))
            }
            ("GET", ["versions", place @ ..]) => Ok(versions(cluster, &place.join("/")).into()),
            ("DELETE", ["image", name @ ..]) => {
                let name = Reference::parse(&name.join("/")).map_err(|_| not_found())?;
                match cluster.delete_pushed_image(&name) {
                    true => Ok(json!({})),
                    false => Err(not_found()),
                }
            }
            _ => Err(not_found()),
        }
    }
}
