//! `docker stats`, `docker cp` and `docker system`.

use podarium_kubectl::base64;
use podarium_machine::{FileKind, Process, Suspend};
use serde_json::{Value, json};

use super::containers::fail;
use super::flags::{Flags, NONE, Parsed};
use super::table::{size, table};
use super::volumes::confirmed;
use super::{Done, ask, encoded, request};

pub const STATS: Flags = &[("no-stream", NONE, "", "Disable streaming stats and only pull the first result"), ("all", 'a', "", "Show all containers (default shows just running)")];
pub const CP: Flags = &[("archive", 'a', "", "Archive mode (copy all uid/gid information)"), ("quiet", 'q', "", "Suppress progress output during copy")];
pub const PRUNE: Flags = &[("all", 'a', "", "Remove all unused images not just dangling ones"), ("force", 'f', "", "Do not prompt for confirmation"), ("volumes", NONE, "", "Prune anonymous volumes")];
/// How tar counts.
const BLOCK: usize = 512;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// `4.5MiB`: four significant digits.
fn binary(bytes: u64) -> String {
    let (mut value, mut unit) = (bytes as f64, "B");
    for next in ["KiB", "MiB", "GiB", "TiB"] {
        if value < 1024.0 {
            break;
        }
        (value, unit) = (value / 1024.0, next);
    }
    let digits = if value >= 1000.0 { 0 } else if value >= 100.0 { 1 } else if value >= 10.0 { 2 } else { 3 };
    let number = format!("{value:.digits$}");
    let number = if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.').to_owned() } else { number };
    format!("{number}{unit}")
}

pub fn stats(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    if !parsed.has("no-stream") {
        process.eprint("podarium: not simulated: docker stats without --no-stream\n")?;
        return Ok(1);
    }
    let all = match ask(process, request("GET", "/stats"))? {
        Ok(all) => all,
        Err(problem) => return fail(process, &problem),
    };
    let meant = |one: &Value| parsed.operands.is_empty() || parsed.operands.iter().any(|name| text(one, "Name") == name || text(one, "Id").starts_with(name.as_str()));
    let shown: Vec<&Value> = all.as_array().into_iter().flatten().filter(|one| meant(one)).collect();
    for name in &parsed.operands {
        if !shown.iter().any(|one| text(one, "Name") == name || text(one, "Id").starts_with(name.as_str())) {
            return fail(process, &format!("Error response from daemon: No such container: {name}"));
        }
    }
    let mut rows = vec![["CONTAINER ID", "NAME", "CPU %", "MEM USAGE / LIMIT", "MEM %", "NET I/O", "BLOCK I/O", "PIDS"].map(str::to_owned).to_vec()];
    for one in shown {
        let number = |name: &str| one[name].as_u64().unwrap_or(0);
        rows.push(vec![
            text(one, "Id").chars().take(12).collect(),
            text(one, "Name").to_owned(),
            format!("{:.2}%", number("Millis") as f64 / 10.0),
            format!("{} / {}", binary(number("Memory")), binary(number("Limit"))),
            format!("{:.2}%", number("Memory") as f64 * 100.0 / number("Limit").max(1) as f64),
            // Nobody counts what goes over the network and to the disk.
            "--".to_owned(),
            "--".to_owned(),
            number("Processes").to_string(),
        ]);
    }
    process.print(&table(&rows))?;
    Ok(0)
}

/// How long the tar is in which docker sends the entries.
fn tar_bytes(entries: &[Value]) -> u64 {
    let of = |entry: &Value| match text(entry, "kind") {
        "file" => BLOCK + base64::decode(text(entry, "data")).unwrap_or_default().len().div_ceil(BLOCK) * BLOCK,
        _ => BLOCK,
    };
    (entries.iter().map(of).sum::<usize>() + 2 * BLOCK) as u64
}

/// What is at a path here, with all that is below.
fn collect(process: &mut Process<'_>, path: &str, below: &str, out: &mut Vec<Value>) -> Result<bool, Suspend> {
    let Ok(found) = process.lstat(path)? else { return Ok(false) };
    let entry = |kind: &str, data: String| json!({"path": below, "kind": kind, "mode": found.mode, "data": data});
    match found.kind {
        FileKind::Directory => {
            out.push(entry("directory", String::new()));
            for name in process.read_dir(path)?.unwrap_or_default() {
                collect(process, &format!("{}/{name}", path.trim_end_matches('/')), &format!("{below}/{name}"), out)?;
            }
        }
        FileKind::File => {
            let bytes = process.read_file(path)?.unwrap_or_default();
            out.push(entry("file", base64::encode(&bytes)));
        }
        FileKind::Symlink => out.push(entry("link", base64::encode(found.target.as_deref().unwrap_or_default().as_bytes()))),
        FileKind::Device => {}
    }
    Ok(true)
}

fn last_name(path: &str) -> String {
    path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned()
}

/// `web:/etc/hosts` in two; nothing: it is a path here.
fn place(text: &str) -> Option<(&str, &str)> {
    text.split_once(':').filter(|(name, path)| !name.is_empty() && !name.contains('/') && !name.starts_with('.') && !path.is_empty())
}

pub fn cp(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let (from, to) = (parsed.operands[0].clone(), parsed.operands[1].clone());
    match (place(&from), place(&to)) {
        (None, None) => fail(process, "must specify at least one container source"),
        (Some(_), Some(_)) => fail(process, "copying between containers is not supported"),
        (None, Some((container, path))) => {
            let mut entries = Vec::new();
            if !collect(process, &from, "", &mut entries)? {
                let folder = process.cwd()?;
                let whole = if from.starts_with('/') { from.clone() } else { format!("{folder}/{from}") };
                return fail(process, &format!("lstat {whole}: no such file or directory"));
            }
            let body = json!({"name": last_name(&from), "entries": entries});
            match ask(process, request("PUT", &format!("/containers/{}/archive?path={}", encoded(container), encoded(path))).body(body.to_string()))? {
                Ok(_) => told(process, parsed, &entries, &to),
                Err(problem) => fail(process, &problem),
            }
        }
        (Some((container, path)), None) => {
            let answer = match ask(process, request("GET", &format!("/containers/{}/archive?path={}", encoded(container), encoded(path))))? {
                Ok(answer) => answer,
                Err(problem) => return fail(process, &problem),
            };
            let entries = answer["entries"].as_array().cloned().unwrap_or_default();
            if to == "-" {
                return fail(process, "podarium: not simulated: docker cp to standard output");
            }
            let is_directory = process.stat(&to)?.is_ok_and(|found| found.is_dir());
            let base = if is_directory { format!("{}/{}", to.trim_end_matches('/'), last_name(path)) } else { to.clone() };
            for entry in &entries {
                let target = format!("{base}{}", text(entry, "path"));
                let mode = entry["mode"].as_u64().and_then(|mode| u32::try_from(mode).ok()).unwrap_or(0o644);
                let data = base64::decode(text(entry, "data")).unwrap_or_default();
                let done = match text(entry, "kind") {
                    "directory" => process.mkdir(&target)?.or_else(|error| if error == podarium_machine::Errno::Exists { Ok(()) } else { Err(error) }),
                    "link" => process.symlink(&String::from_utf8_lossy(&data), &target)?,
                    _ => process.write_file(&target, &data, mode)?,
                };
                if let Err(error) = done {
                    return fail(process, &format!("open {target}: {}", error.to_string().to_lowercase()));
                }
            }
            told(process, parsed, &entries, &to)
        }
    }
}

fn told(process: &mut Process<'_>, parsed: &Parsed, entries: &[Value], to: &str) -> Done {
    if !parsed.has("quiet") {
        process.eprint(&format!("Successfully copied {} to {to}\n", size(tar_bytes(entries))))?;
    }
    Ok(0)
}

pub fn df(process: &mut Process<'_>, _: &Parsed) -> Done {
    let all = match ask(process, request("GET", "/system/df"))? {
        Ok(all) => all,
        Err(problem) => return fail(process, &problem),
    };
    let mut rows = vec![["TYPE", "TOTAL", "ACTIVE", "SIZE", "RECLAIMABLE"].map(str::to_owned).to_vec()];
    for one in all.as_array().into_iter().flatten() {
        let number = |name: &str| one[name].as_u64().unwrap_or(0);
        let percent = (number("Reclaimable") * 100).checked_div(number("Size")).map_or(String::new(), |percent| format!(" ({percent}%)"));
        rows.push(vec![text(one, "Type").to_owned(), number("Total").to_string(), number("Active").to_string(), size(number("Size")), format!("{}{percent}", size(number("Reclaimable")))]);
    }
    process.print(&table(&rows))?;
    Ok(0)
}

pub fn prune_containers(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    if !confirmed(process, parsed, "WARNING! This will remove all stopped containers.")? {
        return Ok(1);
    }
    match ask(process, request("POST", "/containers/prune"))? {
        Ok(done) => {
            deleted(process, "Deleted Containers:", &done["ContainersDeleted"])?;
            process.print(&format!("Total reclaimed space: {}\n", size(done["SpaceReclaimed"].as_u64().unwrap_or(0))))?;
            Ok(0)
        }
        Err(problem) => fail(process, &problem),
    }
}

fn deleted(process: &mut Process<'_>, title: &str, names: &Value) -> Result<(), Suspend> {
    let names: Vec<&str> = names.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    match names.is_empty() {
        true => Ok(()),
        false => process.print(&format!("{title}\n{}\n\n", names.join("\n"))),
    }
}

pub fn prune(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    if parsed.has("all") {
        process.eprint("podarium: not simulated: docker system prune --all\n")?;
        return Ok(1);
    }
    let volumes = if parsed.has("volumes") { "  - all anonymous volumes not used by at least one container\n" } else { "" };
    let warning = format!("WARNING! This will remove:\n  - all stopped containers\n  - all networks not used by at least one container\n{volumes}  - all dangling images\n  - unused build cache\n");
    if !confirmed(process, parsed, &warning)? {
        return Ok(1);
    }
    let mut freed = 0;
    let paths = [("/containers/prune", "ContainersDeleted", "Deleted Containers:"), ("/networks/prune", "NetworksDeleted", "Deleted Networks:"), ("/volumes/prune", "VolumesDeleted", "Deleted Volumes:")];
    for (path, key, title) in paths.iter().take(if parsed.has("volumes") { 3 } else { 2 }) {
        match ask(process, request("POST", path))? {
            Ok(done) => {
                deleted(process, title, &done[key])?;
                freed += done["SpaceReclaimed"].as_u64().unwrap_or(0);
            }
            Err(problem) => return fail(process, &problem),
        }
    }
    process.print(&format!("Total reclaimed space: {}\n", size(freed)))?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_four_digits() {
        let shown: Vec<String> = [0, 1000, 4_718_592, 8 << 30, 1536].iter().map(|bytes| binary(*bytes)).collect();
        assert_eq!(shown, ["0B", "1000B", "4.5MiB", "8GiB", "1.5KiB"]);
        assert_eq!(tar_bytes(&[json!({"kind": "file", "data": base64::encode(b"hello")})]), 2048);
        assert_eq!((place("web:/x"), place("./a:b"), place("/x")), (Some(("web", "/x")), None, None));
    }
}
