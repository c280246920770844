//! `gcloud config`: what a person has set, in the file that gcloud keeps it in.

use podarium_machine::{Process, Suspend};

use super::{ACCOUNT, PROJECT};

/// The file below the home directory.
const FILE: &str = ".config/gcloud/configurations/config_default";

/// Sections and what stands in them, in order.
pub type Settings = Vec<(String, String, String)>;

/// Properties that gcloud knows, as far as they mean anything here.
const KNOWN: [&str; 10] =
    ["artifacts/location", "artifacts/repository", "core/account", "core/project", "core/disable_usage_reporting", "core/verbosity", "core/disable_prompts", "compute/zone", "compute/region", "container/cluster"];

fn path(process: &Process<'_>) -> String {
    format!("{}/{FILE}", process.env("HOME").unwrap_or_default())
}

/// What is set, by the environment before the file: `CLOUDSDK_COMPUTE_ZONE`.
pub fn read(process: &mut Process<'_>) -> Result<Settings, Suspend> {
    let mut settings = read_file(process)?;
    for name in KNOWN {
        let variable = format!("CLOUDSDK_{}", name.replace('/', "_").to_uppercase());
        if let Some(value) = process.env(&variable).filter(|value| !value.is_empty()) {
            let (section, own) = parts(name);
            settings.retain(|(of, known, _)| !(*of == section && *known == own));
            settings.push((section, own, value));
        }
    }
    Ok(settings)
}

/// What the file says; a new account has its project already, as in Cloud Shell.
fn read_file(process: &mut Process<'_>) -> Result<Settings, Suspend> {
    let path = path(process);
    let Ok(bytes) = process.read_file(&path)? else {
        return Ok(vec![("core".to_owned(), "account".to_owned(), ACCOUNT.to_owned()), ("core".to_owned(), "project".to_owned(), PROJECT.to_owned())]);
    };
    let (mut section, mut settings) = (String::new(), Settings::new());
    for line in String::from_utf8_lossy(&bytes).lines() {
        if let Some(name) = line.trim().strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            name.clone_into(&mut section);
        } else if let Some((name, value)) = line.split_once('=') {
            settings.push((section.clone(), name.trim().to_owned(), value.trim().to_owned()));
        }
    }
    Ok(settings)
}

pub fn text(settings: &Settings) -> String {
    let mut sections: Vec<&str> = settings.iter().map(|(section, _, _)| section.as_str()).collect();
    sections.sort_unstable();
    sections.dedup();
    let mut out = String::new();
    for section in sections {
        out.push_str(&format!("[{section}]\n"));
        let mut lines: Vec<String> = settings.iter().filter(|(of, _, _)| of == section).map(|(_, name, value)| format!("{name} = {value}\n")).collect();
        lines.sort();
        out.extend(lines);
    }
    out
}

fn save(process: &mut Process<'_>, settings: &Settings) -> Result<(), Suspend> {
    let path = path(process);
    let home = process.env("HOME").unwrap_or_default();
    for directory in [".config", ".config/gcloud", ".config/gcloud/configurations"] {
        // They are there after the first time.
        let _ = process.mkdir(&format!("{home}/{directory}"))?;
    }
    let _ = process.write_file(&path, text(settings).as_bytes(), 0o644)?;
    Ok(())
}

/// `project`, `compute/zone`: section and name.
fn parts(name: &str) -> (String, String) {
    let (section, name) = name.split_once('/').unwrap_or(("core", name));
    (section.to_owned(), name.to_owned())
}

pub fn get(settings: &Settings, name: &str) -> Option<String> {
    let (section, name) = parts(name);
    settings.iter().find(|(of, known, _)| *of == section && *known == name).map(|(_, _, value)| value.clone())
}

/// `gcloud config …`
pub fn config(process: &mut Process<'_>, words: &[&str]) -> Result<i32, Suspend> {
    let mut settings = match words.first() {
        Some(&("set" | "unset")) => read_file(process)?,
        _ => read(process)?,
    };
    let unknown = |verb: &str, name: &str| {
        let (section, name) = parts(name);
        let sections = ["artifacts", "core", "compute", "container"];
        match sections.contains(&section.as_str()) {
            true => format!("ERROR: (gcloud.config.{verb}) Section [{section}] has no property [{name}].\n"),
            false => format!("ERROR: (gcloud.config.{verb}) Section [{section}] not found.\n"),
        }
    };
    let is_known = |name: &str| {
        let (section, name) = parts(name);
        KNOWN.contains(&format!("{section}/{name}").as_str())
    };
    match words {
        ["set", name, value] => {
            if !is_known(name) {
                process.eprint(&unknown("set", name))?;
                return Ok(1);
            }
            let (section, own) = parts(name);
            settings.retain(|(of, known, _)| !(*of == section && *known == own));
            settings.push((section.clone(), own.clone(), (*value).to_owned()));
            save(process, &settings)?;
            if section == "core" && own == "project" && *value != PROJECT {
                process.eprint(&format!("WARNING: You do not appear to have access to project [{value}] or it does not exist.\n"))?;
            }
            process.eprint(&format!("Updated property [{section}/{own}].\n"))?;
            Ok(0)
        }
        ["unset", name] => {
            if !is_known(name) {
                process.eprint(&unknown("unset", name))?;
                return Ok(1);
            }
            let (section, own) = parts(name);
            settings.retain(|(of, known, _)| !(*of == section && *known == own));
            save(process, &settings)?;
            process.eprint(&format!("Unset property [{section}/{own}].\n"))?;
            Ok(0)
        }
        ["get-value" | "get", name] => {
            if !is_known(name) {
                process.eprint(&unknown("get-value", name))?;
                return Ok(1);
            }
            match get(&settings, name) {
                Some(value) => process.print(&format!("{value}\n"))?,
                None => process.eprint("(unset)\n")?,
            }
            Ok(0)
        }
        ["list"] => {
            process.print(&text(&settings))?;
            process.eprint("\nYour active configuration is: [default]\n")?;
            Ok(0)
        }
        ["set", ..] => {
            process.eprint("ERROR: (gcloud.config.set) argument VALUE: Must be specified.\nUsage: gcloud config set SECTION/PROPERTY VALUE [optional flags]\n")?;
            Ok(2)
        }
        words => {
            process.eprint(&format!("podarium: not simulated: gcloud config {}\n", words.join(" ")))?;
            Ok(1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_sorted_by_section() {
        let settings = vec![("core".to_owned(), "project".to_owned(), "p".to_owned()), ("compute".to_owned(), "zone".to_owned(), "z".to_owned())];
        assert_eq!(text(&settings), "[compute]\nzone = z\n[core]\nproject = p\n");
        assert_eq!(get(&settings, "project").as_deref(), Some("p"));
    }
}
