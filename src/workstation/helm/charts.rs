//! The charts that come with Podarium, as a repository serves them: our own work, with the names that the course uses.

use serde_json::{Value, json};

use super::chart::Chart;
use super::{scaffold, time};

/// Embeds the files of a chart in the folder `charts/`.
macro_rules! embedded {
    ($chart:literal: $($file:literal),* $(,)?) => {
        &[$(($file, include_str!(concat!("charts/", $chart, "/", $file)))),*]
    };
}

const JENKINS: &[(&str, &str)] = embedded!("jenkins": "Chart.yaml", "values.yaml", "templates/NOTES.txt", "templates/_helpers.tpl", "templates/rbac.yaml", "templates/secret.yaml", "templates/service-account.yaml", "templates/service.yaml", "templates/statefulset.yaml");

/// Every chart of the repository: its files.
fn charts() -> Vec<Vec<(String, String)>> {
    let own = |files: &[(&str, &str)]| files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect::<Vec<_>>();
    // The web app is what `helm create` makes, with an image that is there.
    let web = scaffold::files("web").into_iter().map(|(path, text)| {
        let text = match path.as_str() {
            "Chart.yaml" => text.replace("description: A Helm chart for Kubernetes", "description: A small web application behind a Service").replace("appVersion: \"1.16.0\"", "appVersion: \"1.27\""),
            _ => text,
        };
        (path, text)
    });
    vec![own(JENKINS), web.collect()]
}

/// A file of the repository: `index.yaml`, or a chart's archive. The epoch in seconds.
pub fn repository(epoch: i64, file: &str) -> Option<Vec<u8>> {
    let created = time::rfc3339(epoch * 1_000_000_000);
    let mut entries = serde_json::Map::new();
    for files in charts() {
        let files: Vec<(String, Vec<u8>)> = files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
        let chart = Chart::from_files(files.clone()).ok()?;
        let archive = chart.to_archive(chart.name(), &files, u64::try_from(epoch).unwrap_or(0));
        let name = format!("{}-{}.tgz", chart.name(), chart.version());
        if name == file {
            return Some(archive);
        }
        let mut entry = chart.metadata.clone();
        entry["created"] = created.clone().into();
        entry["urls"] = json!([name]);
        entry["digest"] = sha256(&archive).into();
        entries.insert(chart.name().to_owned(), Value::Array(vec![entry]));
    }
    let index = json!({"apiVersion": "v1", "entries": entries, "generated": created});
    (file == "index.yaml").then(|| podarium_api::yaml::document(&index).into_bytes())
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
