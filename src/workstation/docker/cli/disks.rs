//! `docker commit`, `diff` and `export`: what is on a container's disk.

use podarium_machine::Process;
use serde_json::{Value, json};

use super::containers::fail;
use super::flags::{Flags, Parsed};
use super::{Done, ask, encoded, refusal, request, unreachable_daemon};

pub const COMMIT: Flags = &[
    ("author", 'a', "string", "Author (e.g., \"John Hannibal Smith <hannibal@a-team.com>\")"),
    ("change", 'c', "list", "Apply Dockerfile instruction to the created image"),
    ("message", 'm', "string", "Commit message"),
    ("pause", 'p', "", "Pause container during commit (default true)"),
];
pub const EXPORT: Flags = &[("output", 'o', "string", "Write to a file, instead of STDOUT")];

pub fn commit(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let body = json!({"Target": parsed.operands.get(1), "Changes": parsed.values("change")});
    match ask(process, request("POST", &format!("/containers/{}/commit", encoded(&parsed.operands[0]))).body(body.to_string()))? {
        Ok(made) => {
            process.print(&format!("{}\n", made["Id"].as_str().unwrap_or_default()))?;
            Ok(0)
        }
        Err(problem) => fail(process, &problem),
    }
}

pub fn diff(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    match ask(process, request("GET", &format!("/containers/{}/changes", encoded(&parsed.operands[0]))))? {
        Ok(all) => {
            let text: String = all.as_array().into_iter().flatten().map(|one| format!("{} {}\n", one["Kind"].as_str().unwrap_or_default(), one["Path"].as_str().unwrap_or_default())).collect();
            process.print(&text)?;
            Ok(0)
        }
        Err(problem) => fail(process, &problem),
    }
}

pub fn export(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    if parsed.value("output").is_none() && process.is_tty(1) {
        return fail(process, "failed to export container: cowardly refusing to save to a terminal. Use the -o flag or redirect");
    }
    let response = match process.http(request("GET", &format!("/containers/{}/export", encoded(&parsed.operands[0]))))? {
        Ok(response) => response,
        Err(error) => return fail(process, &unreachable_daemon(error)),
    };
    if response.status >= 300 {
        let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
        return fail(process, &refusal(&body));
    }
    match parsed.value("output") {
        None => process.write_stdout(&response.body).map(|()| 0),
        Some(path) => match process.write_file(path, &response.body, 0o600)? {
            Ok(()) => Ok(0),
            Err(error) => fail(process, &format!("failed to export container: open {path}: {}", error.to_string().to_lowercase())),
        },
    }
}
