//! `gcloud builds list`, `describe`, `log` and `cancel`.

use podarium_machine::{Process, Suspend};
use serde_json::Value;

use super::super::cli::{Done, ask};
use super::super::command::Given;
use super::super::{PROJECT, format};
use super::submit;

/// `1M4S`: how long a build took.
fn took(build: &Value) -> String {
    let at = |name: &str| build[name].as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
    let (Some(start), Some(end)) = (at("startTime"), at("finishTime")) else { return "-".to_owned() };
    let seconds = ((end.as_nanosecond() - start.as_nanosecond()) as f64 / 1e9).round() as u64;
    let part = |number: u64, unit: &str| if number > 0 { format!("{number}{unit}") } else { String::new() };
    match part(seconds / 3600, "H") + &part(seconds / 60 % 60, "M") + &part(seconds % 60, "S") {
        none if none.is_empty() => "0S".to_owned(),
        text => text,
    }
}

fn row(build: &Value) -> Vec<String> {
    let text = |name: &str| build[name].as_str().unwrap_or_default().to_owned();
    let source = &build["source"]["storageSource"];
    let source = match (source["bucket"].as_str(), source["object"].as_str()) {
        (Some(bucket), Some(object)) => format!("gs://{bucket}/{object}"),
        _ => "-".to_owned(),
    };
    let images: Vec<&str> = build["results"]["images"].as_array().into_iter().flatten().filter_map(|image| image["name"].as_str()).collect();
    let images = match images.as_slice() {
        [] => "-".to_owned(),
        [one] => (*one).to_owned(),
        [first, rest @ ..] => format!("{first} (+{} more)", rest.len()),
    };
    vec![text("id"), format!("{}+00:00", &text("createTime").chars().take(19).collect::<String>()), took(build), source, images, text("status")]
}

/// The table of builds.
pub fn show(process: &mut Process<'_>, given: &Given, builds: Vec<Value>) -> Done {
    format::list(process, given, builds, &["ID", "CREATE_TIME", "DURATION", "SOURCE", "IMAGES", "STATUS"], row)
}

pub fn list(process: &mut Process<'_>, given: &Given) -> Done {
    let all = match ask(process, "GET", "/builds", &Value::Null)? {
        Ok(all) => all.as_array().cloned().unwrap_or_default(),
        Err(error) => return given.refused(process, &error),
    };
    let goes_on = |build: &Value| matches!(build["status"].as_str(), Some("QUEUED" | "WORKING"));
    show(process, given, all.into_iter().filter(|build| !given.has("ongoing") || goes_on(build)).collect())
}

pub fn describe(process: &mut Process<'_>, given: &Given) -> Done {
    match ask(process, "GET", &format!("/builds/{}", given.operands[0]), &Value::Null)? {
        Ok(build) => format::one(process, given, &build),
        Err(error) => given.refused(process, &error),
    }
}

pub fn log(process: &mut Process<'_>, given: &Given) -> Done {
    let id = given.operands[0].clone();
    let told = match ask(process, "GET", &format!("/builds/{id}/log/0"), &Value::Null)? {
        Ok(told) => told,
        Err(error) => return given.refused(process, &error),
    };
    if given.has("stream") {
        process.eprint("\ngcloud builds log --stream only displays logs from Cloud Storage. To view logs from Cloud Logging, run:\ngcloud beta builds log --stream\n\nWaiting for build to complete. Polling interval: 1 second(s).\n")?;
        submit::stream(process, &id, 1, true)?;
        return Ok(0);
    }
    if let Some(text) = told["text"].as_str().filter(|text| !text.is_empty()) {
        submit::print_log(process, text)?;
    }
    Ok(0)
}

pub fn cancel(process: &mut Process<'_>, given: &Given) -> Done {
    for id in &given.operands {
        if let Err(error) = cancel_one(process, id)? {
            return given.refused(process, &error);
        }
    }
    Ok(0)
}

/// Cancels a build, and says so.
pub fn cancel_one(process: &mut Process<'_>, id: &str) -> Result<Result<(), (u16, String)>, Suspend> {
    if let Err(error) = ask(process, "POST", &format!("/builds/{id}/cancel"), &Value::Null)? {
        return Ok(Err(error));
    }
    process.eprint(&format!("Cancelled [https://cloudbuild.googleapis.com/v1/projects/{PROJECT}/locations/global/builds/{id}].\n"))?;
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_are_those_of_gcloud() {
        let build = json!({"id": "a", "createTime": "2026-01-05T10:00:00.5Z", "startTime": "2026-01-05T10:00:01Z", "finishTime": "2026-01-05T10:01:05.2Z", "status": "SUCCESS", "results": {"images": [{"name": "x"}, {"name": "y"}]}});
        assert_eq!(row(&build), ["a", "2026-01-05T10:00:00+00:00", "1M4S", "-", "x (+1 more)", "SUCCESS"]);
        assert_eq!(row(&json!({"id": "b", "status": "QUEUED"}))[2..], ["-", "-", "-", "QUEUED"]);
    }
}
