//! `gcloud`: which command it is, its flags, and how lists are printed.
//!
//! Simplified: the groups `artifacts`, `config`, `auth`, `builds`, `projects`, `container clusters|images`, `compute instances|firewall-rules|zones`
//! and `source repos`, with the flags that labs use.

use podarium_machine::{HttpRequest, Process, Suspend};
use serde_json::Value;

use super::{ACCOUNT, PROJECT, artifacts, builds, compute, container, images, settings};

/// The address of the cloud's APIs.
pub const API: &str = "https://cloud.podarium.example";

pub type Done = Result<i32, Suspend>;

/// A command line without its command: flags and operands.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub flags: Vec<(String, String)>,
    pub operands: Vec<String>,
}

/// Flags without a value.
const SWITCHES: [&str; 10] =
    ["quiet", "help", "async", "enable-autoscaling", "no-enable-autoscaling", "enable-autorepair", "enable-ip-alias", "no-enable-autoupgrade", "no-enable-ip-alias", "enable-network-policy"];
const LETTERS: [(&str, &str); 2] = [("-q", "quiet"), ("-z", "zone")];

impl Line {
    fn read(words: &[&str]) -> Line {
        let mut line = Line::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let long = LETTERS.iter().find(|(letter, _)| letter == word).map(|(_, name)| *name).or_else(|| word.strip_prefix("--"));
            let Some(long) = long else {
                line.operands.push((*word).to_owned());
                continue;
            };
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, value.to_owned()),
                None if SWITCHES.contains(&long) => (long, "true".to_owned()),
                None => (long, words.next().map_or_else(String::new, |value| (*value).to_owned())),
            };
            line.flags.push((name.to_owned(), value));
        }
        line
    }

    pub fn flag(&self, name: &str) -> Option<&str> {
        self.flags.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first flag that is not among these.
    pub fn unknown(&self, known: &[&str]) -> Option<&str> {
        self.flags.iter().map(|(name, _)| name.as_str()).find(|name| !known.contains(name) && !["quiet", "project", "format", "verbosity"].contains(name))
    }
}

pub fn main(process: &mut Process<'_>) -> Done {
    let words: Vec<String> = process.args().into_iter().skip(1).filter(|word| word != "beta" && word != "alpha").collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["version" | "--version" | "-v", ..] => {
            process.print("Google Cloud SDK 535.0.0\nbq 2.1.22\ncore 2025.08.15\ngcloud-crc32c 1.0.0\ngke-gcloud-auth-plugin 0.5.10\ngsutil 5.35\n")?;
            Ok(0)
        }
        ["info", ..] => info(process),
        ["config", rest @ ..] => settings::config(process, rest),
        ["auth", rest @ ..] => auth(process, rest),
        ["projects", "list", ..] => {
            let rows = vec![vec!["PROJECT_ID", "NAME", "PROJECT_NUMBER"], vec![PROJECT, PROJECT, super::PROJECT_NUMBER]];
            process.print(&table(&rows.into_iter().map(|row| row.into_iter().map(str::to_owned).collect()).collect::<Vec<_>>()))?;
            Ok(0)
        }
        ["artifacts", rest @ ..] => artifacts::main(process, rest),
        ["builds", rest @ ..] => builds::main(process, rest),
        ["container", "images", rest @ ..] => images::main(process, rest),
        ["container", "clusters", verb, rest @ ..] => container::clusters(process, verb, &Line::read(rest)),
        ["compute", group @ ("instances" | "firewall-rules" | "zones"), verb, rest @ ..] => compute::main(process, group, verb, &Line::read(rest)),
        ["source", "repos", verb, rest @ ..] => repositories(process, verb, &Line::read(rest)),
        [] | ["--help" | "-h" | "help", ..] => {
            process.print("NAME\n    gcloud - manage Google Cloud resources and developer workflow\n\nSYNOPSIS\n    gcloud GROUP | COMMAND\n\nGROUPS AND COMMANDS of this simulation\n     artifacts repositories create|list|describe|delete\n     artifacts docker images list|delete\n     artifacts docker tags list\n     auth login|list|configure-docker\n     builds submit|list|describe|log|cancel\n     compute firewall-rules create|list|delete\n     compute instances list\n     config set|unset|get-value|list\n     container clusters create|list|describe|get-credentials|resize|delete\n     container images list|list-tags|describe|delete\n     info\n     projects list\n     source repos create|list\n     version\n")?;
            Ok(0)
        }
        words => {
            let real = ["app", "artifacts", "auth", "bigtable", "builds", "components", "compute", "container", "dataproc", "deploy", "dns", "functions", "iam", "init", "kms", "logging", "monitoring", "pubsub", "run", "scheduler", "secrets", "services", "source", "sql", "storage"];
            if real.contains(&words[0]) {
                process.eprint(&format!("podarium: not simulated: gcloud {}\n", words.join(" ")))?;
                return Ok(1);
            }
            process.eprint(&format!("ERROR: (gcloud) Invalid choice: '{}'.\n\nTo search the help text of gcloud commands, run:\n  gcloud help -- SEARCH_TERMS\n", words[0]))?;
            Ok(2)
        }
    }
}

fn info(process: &mut Process<'_>) -> Done {
    let set = settings::read(process)?;
    let home = process.env("HOME").unwrap_or_default();
    let mut text = String::from("Google Cloud SDK [535.0.0]\n\nPlatform: [Linux, x86_64]\nPython Version: [3.12.8]\nSite Packages: [Disabled]\n\n");
    text.push_str(&format!("User Config Directory: [{home}/.config/gcloud]\nActive Configuration Name: [default]\nActive Configuration Path: [{home}/.config/gcloud/configurations/config_default]\n\n"));
    text.push_str(&format!("Account: [{}]\nProject: [{}]\n\nCurrent Properties:\n", settings::get(&set, "account").unwrap_or_default(), settings::get(&set, "project").unwrap_or_default()));
    let mut section = String::new();
    for line in settings::text(&set).lines() {
        match line.strip_prefix('[') {
            Some(_) => section = line.to_owned(),
            None => {
                let (name, value) = line.split_once(" = ").unwrap_or((line, ""));
                if !section.is_empty() {
                    text.push_str(&format!("  {section}\n"));
                    section.clear();
                }
                text.push_str(&format!("    {name}: [{value}] (property file)\n"));
            }
        }
    }
    process.print(&text)?;
    Ok(0)
}

fn auth(process: &mut Process<'_>, words: &[&str]) -> Done {
    match words {
        ["list", ..] => {
            process.print(&format!("Credentialed Accounts\n\nACTIVE: *\nACCOUNT: {ACCOUNT}\n\nTo set the active account, run:\n    $ gcloud config set account `ACCOUNT`\n\n"))?;
            Ok(0)
        }
        ["login", ..] => {
            process.eprint(&format!("\nYou are already authenticated with {ACCOUNT}.\n\nYou are now logged in as [{ACCOUNT}].\nYour current project is [{PROJECT}].  You can change this setting by running:\n  $ gcloud config set project PROJECT_ID\n"))?;
            Ok(0)
        }
        ["print-access-token", ..] => {
            process.print("ya29.podarium-simulated-token\n")?;
            Ok(0)
        }
        ["configure-docker", rest @ ..] => configure_docker(process, &Line::read(rest)),
        words => {
            process.eprint(&format!("podarium: not simulated: gcloud auth {}\n", words.join(" ")))?;
            Ok(1)
        }
    }
}

fn configure_docker(process: &mut Process<'_>, line: &Line) -> Done {
    let home = process.env("HOME").unwrap_or_default();
    let path = format!("{home}/.docker/config.json");
    let named: Vec<String> = line.operands.first().map(|list| list.split(',').map(str::to_owned).collect()).unwrap_or_default();
    let registries = match named.is_empty() {
        true => ["gcr.io", "us.gcr.io", "eu.gcr.io", "asia.gcr.io", "staging-k8s.gcr.io", "marketplace.gcr.io"].map(str::to_owned).to_vec(),
        false => named.clone(),
    };
    let mut config: Value = process.read_file(&path)?.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_else(|| serde_json::json!({}));
    let helpers = config["credHelpers"].as_object().cloned().unwrap_or_default();
    if !helpers.is_empty() {
        let shown = serde_json::to_string_pretty(&serde_json::json!({"credHelpers": helpers})).unwrap_or_default();
        process.eprint(&format!("WARNING: Your config file at [{path}] contains these credential helper entries:\n\n{shown}\n"))?;
    }
    match named.is_empty() {
        true => process.eprint("Adding credentials for all GCR repositories.\nWARNING: A long list of credential helpers may cause delays running 'docker build'. We recommend passing the registry name to configure only the registry you are using.\n")?,
        false => process.eprint(&format!("Adding credentials for: {}\n", named.join(", ")))?,
    }
    let missing: Vec<&String> = registries.iter().filter(|registry| !helpers.contains_key(*registry)).collect();
    if missing.is_empty() {
        process.eprint("gcloud credential helpers already registered correctly.\n")?;
        return Ok(0);
    }
    for registry in registries {
        config["credHelpers"][registry] = "gcloud".into();
    }
    let shown = serde_json::to_string_pretty(&serde_json::json!({"credHelpers": config["credHelpers"]})).unwrap_or_default();
    process.eprint(&format!("After update, the following will be written to your Docker config file located at [{path}]:\n {shown}\n\n"))?;
    if !confirmed(process, line, "Do you want to continue (Y/n)?  ")? {
        return Ok(1);
    }
    let _ = process.mkdir(&format!("{home}/.docker"))?;
    let text = serde_json::to_string_pretty(&config).unwrap_or_default();
    let _ = process.write_file(&path, text.as_bytes(), 0o600)?;
    process.eprint("Docker configuration file updated.\n")?;
    Ok(0)
}

/// Asks the person, if there is one at a terminal; else the answer is yes.
pub fn confirmed(process: &mut Process<'_>, line: &Line, question: &str) -> Result<bool, Suspend> {
    ask_to_go_on(process, line.flag("quiet").is_some(), question, "Aborted by user.")
}

/// The same, where only `--quiet` is known; and what is said to whoever does not agree.
pub fn ask_to_go_on(process: &mut Process<'_>, quiet: bool, question: &str, refused: &str) -> Result<bool, Suspend> {
    if quiet || !process.is_tty(0) || !process.is_tty(2) {
        return Ok(true);
    }
    process.eprint(question)?;
    let answer = process.read_line()?.unwrap_or_default();
    if matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes") {
        process.eprint("\n")?;
        return Ok(true);
    }
    process.eprint(&format!("\n{refused}\n"))?;
    Ok(false)
}

/// Asks the cloud.
pub fn ask(process: &mut Process<'_>, method: &str, path: &str, body: &Value) -> Result<Result<Value, (u16, String)>, Suspend> {
    ask_with(process, method, path, if body.is_null() { Vec::new() } else { body.to_string().into_bytes() })
}

/// The same, with any bytes.
pub fn ask_with(process: &mut Process<'_>, method: &str, path: &str, body: Vec<u8>) -> Result<Result<Value, (u16, String)>, Suspend> {
    Ok(match process.http(HttpRequest::new(method, format!("{API}{path}")).body(body))? {
        Ok(response) => {
            let answer: Value = serde_json::from_slice(&response.body).unwrap_or_default();
            match response.status {
                200 => Ok(answer),
                status => Err((status, answer["error"].as_str().unwrap_or_default().to_owned())),
            }
        }
        Err(error) => Err((0, error.to_string())),
    })
}

/// Prints an error of the cloud, and gives the exit code.
pub fn fail(process: &mut Process<'_>, command: &str, error: &(u16, String)) -> Done {
    let text = match error {
        (_, text) if text.starts_with("podarium:") => format!("{text}\n"),
        (400, text) => format!("ERROR: (gcloud.{command}) ResponseError: code=400, message={text}\n"),
        (code, text) => format!("ERROR: (gcloud.{command}) ResponseError: code={code}, message={text}\n"),
    };
    process.eprint(&text)?;
    Ok(1)
}

pub fn not_simulated(process: &mut Process<'_>, what: &str) -> Done {
    process.eprint(&format!("podarium: not simulated: gcloud {what}\n"))?;
    Ok(1)
}

/// A list with two blanks between columns, as gcloud prints it.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns).map(|column| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()).collect();
    rows.iter()
        .map(|row| {
            let cells: Vec<String> = row.iter().enumerate().map(|(column, cell)| format!("{cell:<width$}", width = widths[column])).collect();
            format!("{}\n", cells.join("  ").trim_end())
        })
        .collect()
}

/// `--format=value(name)` and the like: the columns that it names, without heads. `None`: another format.
pub fn values(format: &str, rows: &[Value], names: &[(&str, &str)]) -> Option<String> {
    let inner = format.strip_prefix("value(")?.strip_suffix(')')?;
    let mut out = String::new();
    for row in rows {
        let mut cells = Vec::new();
        for key in inner.split(',') {
            let (_, own) = names.iter().find(|(known, _)| *known == key.trim())?;
            cells.push(match &row[*own] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
        }
        out.push_str(&format!("{}\n", cells.join("\t")));
    }
    Some(out)
}

/// Asks for repositories: they are kept where git finds them (`sites`).
fn ask_source(process: &mut Process<'_>, method: &str, body: &Value) -> Result<Result<Value, String>, Suspend> {
    let address = format!("https://sourcerepo.googleapis.com/v1/projects/{PROJECT}/repos");
    let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
    Ok(match process.http(HttpRequest::new(method, address).body(body))? {
        Ok(response) => {
            let answer: Value = serde_json::from_slice(&response.body).unwrap_or_default();
            if response.status == 200 { Ok(answer) } else { Err(answer["error"]["message"].as_str().unwrap_or_default().to_owned()) }
        }
        Err(error) => Err(error.to_string()),
    })
}

fn repositories(process: &mut Process<'_>, verb: &str, line: &Line) -> Done {
    let address = |name: &str| format!("https://source.developers.google.com/p/{PROJECT}/r/{name}");
    match (verb, line.operands.first()) {
        ("create", Some(name)) => match ask_source(process, "POST", &serde_json::json!({"name": format!("projects/{PROJECT}/repos/{name}")}))? {
            Ok(_) => {
                process.eprint(&format!("Created [{name}].\nWARNING: You may be billed for this repository. See https://cloud.google.com/source-repositories/docs/pricing for details.\n"))?;
                Ok(0)
            }
            Err(text) => {
                process.eprint(&format!("ERROR: (gcloud.source.repos.create) ALREADY_EXISTS: {text}\n"))?;
                Ok(1)
            }
        },
        ("list", _) => {
            let list = ask_source(process, "GET", &Value::Null)?.unwrap_or_default();
            let names = list["repos"].as_array().into_iter().flatten().filter_map(|repo| repo["name"].as_str()).map(|name| name.rsplit('/').next().unwrap_or_default().to_owned());
            let mut rows = vec![["REPO_NAME", "PROJECT_ID", "URL"].map(str::to_owned).to_vec()];
            rows.extend(names.map(|name| vec![name.clone(), PROJECT.to_owned(), address(&name)]));
            if rows.len() == 1 {
                process.eprint("Listed 0 items.\n")?;
                return Ok(0);
            }
            process.print(&table(&rows))?;
            Ok(0)
        }
        _ => not_simulated(process, &format!("source repos {verb}")),
    }
}
