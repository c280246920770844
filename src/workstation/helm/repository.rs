//! Where charts come from: folders, archives, and repositories on the net.
//!
//! Models: helm.sh/helm/pkg/{action/install.go,downloader,repo/v1}, v4.2.3.
//! Simplified: no registries, credentials or signatures.

use std::io::Read;

use flate2::read::GzDecoder;
use podarium_kubectl::failure::{Outcome, fail};
use podarium_machine::{Errno, HttpRequest, NetError};
use serde_json::{Value, json};

use super::chart::{Chart, File};
use super::command::Helm;
use super::functions::{Constraint, Version};

/// The files of an archive, without the folder that they are in.
pub fn unpack(bytes: &[u8]) -> Vec<File> {
    let mut plain = Vec::new();
    if GzDecoder::new(bytes).read_to_end(&mut plain).is_err() {
        return Vec::new();
    }
    let mut files = Vec::new();
    let mut archive = tar::Archive::new(plain.as_slice());
    for mut entry in archive.entries().into_iter().flatten().flatten() {
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut bytes = Vec::new();
        if !path.ends_with('/')
            && entry.read_to_end(&mut bytes).is_ok()
            && let Some((_, below)) = path.split_once('/')
        {
            files.push((below.to_owned(), bytes));
        }
    }
    files
}

impl Helm<'_, '_> {
    pub fn make_folders(&mut self, path: &str) -> Outcome<()> {
        let parts: Vec<&str> = path.split('/').collect();
        for end in 1..=parts.len() {
            let part = parts[..end].join("/");
            if part.is_empty() || part == "." {
                continue;
            }
            match self.process().mkdir(&part)? {
                Ok(()) | Err(Errno::Exists) => {}
                Err(error) => return fail(format!("mkdir {path}: {}", error.to_string().to_lowercase())),
            }
        }
        Ok(())
    }

    pub fn write_file(&mut self, path: &str, bytes: &[u8]) -> Outcome<()> {
        if let Some((above, _)) = path.rsplit_once('/') {
            self.make_folders(above)?;
        }
        match self.process().write_file(path, bytes, 0o644)? {
            Ok(()) => Ok(()),
            Err(error) => fail(format!("open {path}: {}", error.to_string().to_lowercase())),
        }
    }

    fn config_path(&mut self) -> String {
        let given = self.flags().text("repository-config").to_owned();
        if given.is_empty() { format!("{}/.config/helm/repositories.yaml", self.process().env("HOME").unwrap_or_default()) } else { given }
    }

    pub fn index_path(&mut self, name: &str) -> String {
        format!("{}/.cache/helm/repository/{name}-index.yaml", self.process().env("HOME").unwrap_or_default())
    }

    /// The repositories that were added, with their addresses.
    pub fn repositories(&mut self) -> Outcome<Vec<(String, String)>> {
        let path = self.config_path();
        let Ok(bytes) = self.process().read_file(&path)? else { return Ok(Vec::new()) };
        let data: Value = serde_yaml::from_slice(&bytes).unwrap_or(Value::Null);
        let entry = |entry: &Value| Some((entry["name"].as_str()?.to_owned(), entry["url"].as_str()?.to_owned()));
        Ok(data["repositories"].as_array().into_iter().flatten().filter_map(entry).collect())
    }

    pub fn write_repositories(&mut self, all: &[(String, String)]) -> Outcome<()> {
        let entry = |(name, url): &(String, String)| json!({"caFile": "", "certFile": "", "insecure_skip_tls_verify": false, "keyFile": "", "name": name, "pass_credentials_all": false, "password": "", "url": url, "username": ""});
        let data = json!({"apiVersion": "", "generated": "0001-01-01T00:00:00Z", "repositories": all.iter().map(entry).collect::<Vec<_>>()});
        let path = self.config_path();
        self.write_file(&path, podarium_api::yaml::document(&data).as_bytes())
    }

    pub fn download(&mut self, url: &str) -> Outcome<Vec<u8>> {
        let request = HttpRequest::get(url).header("User-Agent", "Helm/4.2.3");
        match self.process().http(request)? {
            Ok(answer) if answer.status == 200 => Ok(answer.body),
            Ok(answer) => fail(format!("failed to fetch {url} : {}", answer.status_line())),
            Err(error) => {
                let host = url.split("://").nth(1).unwrap_or_default().split('/').next().unwrap_or_default().to_owned();
                let why = match error {
                    NetError::UnknownHost => format!("dial tcp: lookup {host}: no such host"),
                    NetError::ConnectionRefused => format!("dial tcp {host}: connect: connection refused"),
                    other => other.to_string(),
                };
                fail(format!("Get {url:?}: {why}"))
            }
        }
    }

    pub fn download_index(&mut self, name: &str, url: &str) -> Outcome<()> {
        let bytes = self.download(&format!("{}/index.yaml", url.trim_end_matches('/')))?;
        let data: Value = serde_yaml::from_slice(&bytes).unwrap_or(Value::Null);
        if data["apiVersion"].as_str().is_none() {
            return fail("no API version specified");
        }
        let path = self.index_path(name);
        self.write_file(&path, &bytes)
    }

    pub fn read_index(&mut self, name: &str) -> Outcome<Option<Value>> {
        let path = self.index_path(name);
        let Ok(bytes) = self.process().read_file(&path)? else { return Ok(None) };
        Ok(serde_yaml::from_slice(&bytes).ok())
    }

    /// The chart that a reference means: a folder, an archive, an address, or `repository/name`.
    pub fn locate(&mut self, reference: &str) -> Outcome<Chart> {
        let reference = reference.trim();
        if let Ok(found) = self.process().stat(reference)? {
            if found.is_dir() {
                if self.process().stat(&format!("{reference}/Chart.yaml"))?.is_err() {
                    let cwd = self.process().cwd()?;
                    let folder = if reference.starts_with('/') { reference.to_owned() } else { crate::git::clean_path(&format!("{cwd}/{reference}")) };
                    return fail(format!("unable to detect chart at {folder}/Chart.yaml: open {folder}/Chart.yaml: no such file or directory"));
                }
                return Chart::from_folder(self.process(), reference.trim_end_matches('/'));
            }
            let bytes = self.process().read_file(reference)?.unwrap_or_default();
            return Chart::from_archive(&bytes);
        }
        if reference.starts_with('/') || reference.starts_with('.') {
            return fail(format!("path {reference:?} not found"));
        }
        let (_, bytes) = self.download_chart(reference)?;
        Chart::from_archive(&bytes)
    }

    /// A chart's archive from the net, with its name.
    pub fn download_chart(&mut self, reference: &str) -> Outcome<(String, Vec<u8>)> {
        if reference.starts_with("oci://") {
            return fail("not simulated: charts in a registry (oci://)");
        }
        let last = |url: &str| url.rsplit('/').next().unwrap_or_default().to_owned();
        if reference.contains("://") {
            return Ok((last(reference), self.download(reference)?));
        }
        let given = self.flags().text("repo").trim_end_matches('/').to_owned();
        let (repo, url, index, name) = if given.is_empty() {
            let Some((repo, name)) = reference.split_once('/') else {
                return fail(format!("non-absolute URLs should be in form of repo_name/path_to_chart, got: {reference}"));
            };
            let known = self.repositories()?;
            let Some((_, url)) = known.into_iter().find(|(known, _)| known == repo) else { return fail(format!("repo {repo} not found")) };
            let Some(index) = self.read_index(repo)? else {
                let path = self.index_path(repo);
                return fail(format!("no cached repo found. (try 'helm repo update'): open {path}: no such file or directory"));
            };
            (repo.to_owned(), url, index, name.to_owned())
        } else {
            let bytes = self.download(&format!("{given}/index.yaml"))?;
            (String::new(), given, serde_yaml::from_slice(&bytes).unwrap_or(Value::Null), reference.to_owned())
        };
        let asked = self.flags().text("version").to_owned();
        let devel = self.flags().bool("devel");
        let range = match (asked.as_str(), devel) {
            ("", true) => ">0.0.0-0".to_owned(),
            ("", false) => "*".to_owned(),
            (text, _) => text.to_owned(),
        };
        let Some(constraint) = Constraint::parse(&range) else { return fail(format!("improper constraint: {range}")) };
        let missing = |why: &str| match repo.is_empty() {
            true => fail(format!("chart {name:?} {}not found in {url} repository", if asked.is_empty() { String::new() } else { format!("version {asked:?} ") })),
            false => fail(format!("chart {name:?} matching {asked} not found in {repo} index. (try 'helm repo update'): {why}")),
        };
        let Some(versions) = index["entries"][&name].as_array() else { return missing("no chart name found") };
        let mut fitting: Vec<(Version, &Value)> = versions.iter().filter_map(|entry| Some((Version::parse(entry["version"].as_str()?)?, entry))).collect();
        fitting.sort_by(|a, b| b.0.cmp(&a.0));
        // A version that is named exactly counts, whatever its form.
        let exact = fitting.iter().find(|(_, entry)| entry["version"] == asked.as_str()).map(|(_, entry)| *entry);
        let Some(entry) = exact.or_else(|| fitting.iter().find(|(version, _)| constraint.allows(version)).map(|(_, entry)| *entry)) else {
            return missing(&format!("no chart version found for {name}-{asked}"));
        };
        let Some(file) = entry["urls"].as_array().and_then(|urls| urls.first()).and_then(Value::as_str).map(str::to_owned) else {
            return fail(format!("chart {reference:?} has no downloadable URLs"));
        };
        let address = if file.contains("://") { file.clone() } else { format!("{}/{file}", url.trim_end_matches('/')) };
        Ok((last(&file), self.download(&address)?))
    }

    /// Complains of dependencies that `Chart.yaml` names and `charts/` has not.
    pub fn check_dependencies(&mut self, chart: &Chart) -> Outcome<()> {
        let wanted = chart.metadata["dependencies"].as_array().cloned().unwrap_or_default();
        let has = |name: &str| chart.dependencies.iter().any(|dependency| dependency.name() == name);
        let missing: Vec<&str> = wanted.iter().filter_map(|entry| entry["name"].as_str()).filter(|name| !has(name)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        fail(format!(
            "an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: found in Chart.yaml, but missing in charts/ directory: {}",
            missing.join(", ")
        ))
    }
}
