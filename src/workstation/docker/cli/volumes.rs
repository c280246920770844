//! `docker volume` and `docker network`.

use podarium_machine::{Process, Suspend};
use serde_json::{Value, json};

use super::containers::{fail, pretty};
use super::flags::{Flags, NONE, Parsed};
use super::table::{size, table};
use super::{Done, ask, encoded, request};

pub const LIST: Flags = &[("quiet", 'q', "", "Only display names"), ("no-trunc", NONE, "", "Do not truncate the output")];
pub const CREATE_VOLUME: Flags = &[("driver", 'd', "string", "Specify volume driver name (default \"local\")"), ("label", NONE, "list", "Set metadata for a volume")];
pub const CREATE_NETWORK: Flags = &[("driver", 'd', "string", "Driver to manage the Network (default \"bridge\")")];
pub const RM: Flags = &[("force", 'f', "", "Force the removal of one or more volumes")];
pub const PRUNE: Flags = &[("all", 'a', "", "Remove all unused volumes, not just anonymous ones"), ("force", 'f', "", "Do not prompt for confirmation")];
pub const DISCONNECT: Flags = &[("force", 'f', "", "Force the container to disconnect from a network")];

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

pub fn list(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let all = match ask(process, request("GET", "/volumes"))? {
        Ok(all) => all,
        Err(problem) => return fail(process, &problem),
    };
    let names = all.as_array().into_iter().flatten().map(|volume| text(volume, "Name").to_owned());
    if parsed.has("quiet") {
        process.print(&names.map(|name| name + "\n").collect::<String>())?;
        return Ok(0);
    }
    let rows: Vec<Vec<String>> = [vec!["DRIVER".to_owned(), "VOLUME NAME".to_owned()]].into_iter().chain(names.map(|name| vec!["local".to_owned(), name])).collect();
    process.print(&table(&rows))?;
    Ok(0)
}

pub fn create(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    if let Some(driver) = parsed.value("driver").filter(|driver| *driver != "local") {
        process.eprint(&format!("podarium: not simulated: docker volume create --driver {driver}\n"))?;
        return Ok(1);
    }
    let body = json!({"Name": parsed.operands.first(), "Labels": parsed.values("label")});
    match ask(process, request("POST", "/volumes/create").body(body.to_string()))? {
        Ok(made) => {
            process.print(&format!("{}\n", text(&made, "Name")))?;
            Ok(0)
        }
        Err(problem) => fail(process, &problem),
    }
}

pub fn inspect(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    several(process, parsed, "volumes")
}

fn several(process: &mut Process<'_>, parsed: &Parsed, kind: &str) -> Done {
    let (mut found, mut code) = (Vec::new(), 0);
    for name in &parsed.operands {
        match ask(process, request("GET", &format!("/{kind}/{}", encoded(name))))? {
            Ok(one) => found.push(one),
            Err(problem) => code = fail(process, &problem)?,
        }
    }
    pretty(process, parsed, &found, code)
}

pub fn rm(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let query = if parsed.has("force") { "?force=1" } else { "" };
    super::each(process, &parsed.operands, |name| request("DELETE", &format!("/volumes/{}{query}", encoded(name))))
}

/// Asks whether to go on, unless it is forced.
pub fn confirmed(process: &mut Process<'_>, parsed: &Parsed, warning: &str) -> Result<bool, Suspend> {
    if parsed.has("force") {
        return Ok(true);
    }
    process.print(&format!("{warning}\nAre you sure you want to continue? [y/N] "))?;
    let answer = process.read_line()?.unwrap_or_default();
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

pub fn prune(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let all = parsed.has("all");
    let what = if all { "all local volumes" } else { "anonymous local volumes" };
    if !confirmed(process, parsed, &format!("WARNING! This will remove {what} not used by at least one container."))? {
        return Ok(1);
    }
    match ask(process, request("POST", &format!("/volumes/prune{}", if all { "?all=1" } else { "" })))? {
        Ok(done) => {
            let names: Vec<&str> = done["VolumesDeleted"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            if !names.is_empty() {
                process.print(&format!("Deleted Volumes:\n{}\n\n", names.join("\n")))?;
            }
            process.print(&format!("Total reclaimed space: {}\n", size(done["SpaceReclaimed"].as_u64().unwrap_or(0))))?;
            Ok(0)
        }
        Err(problem) => fail(process, &problem),
    }
}

pub fn list_networks(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    let all = match ask(process, request("GET", "/networks"))? {
        Ok(all) => all,
        Err(problem) => return fail(process, &problem),
    };
    let short = |id: &str| if parsed.has("no-trunc") { id.to_owned() } else { id.chars().take(12).collect() };
    if parsed.has("quiet") {
        process.print(&all.as_array().into_iter().flatten().map(|network| short(text(network, "Id")) + "\n").collect::<String>())?;
        return Ok(0);
    }
    let row = |network: &Value| vec![short(text(network, "Id")), text(network, "Name").to_owned(), text(network, "Driver").to_owned(), text(network, "Scope").to_owned()];
    let rows: Vec<Vec<String>> = [["NETWORK ID", "NAME", "DRIVER", "SCOPE"].map(str::to_owned).to_vec()].into_iter().chain(all.as_array().into_iter().flatten().map(row)).collect();
    process.print(&table(&rows))?;
    Ok(0)
}

pub fn create_network(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    if let Some(driver) = parsed.value("driver").filter(|driver| *driver != "bridge") {
        process.eprint(&format!("podarium: not simulated: docker network create --driver {driver}\n"))?;
        return Ok(1);
    }
    match ask(process, request("POST", "/networks/create").body(json!({"Name": parsed.operands[0]}).to_string()))? {
        Ok(made) => {
            process.print(&format!("{}\n", text(&made, "Id")))?;
            Ok(0)
        }
        Err(problem) => fail(process, &problem),
    }
}

pub fn inspect_networks(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    several(process, parsed, "networks")
}

pub fn rm_networks(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    super::each(process, &parsed.operands, |name| request("DELETE", &format!("/networks/{}", encoded(name))))
}

fn joining(process: &mut Process<'_>, parsed: &Parsed, verb: &str) -> Done {
    let body = json!({"Container": parsed.operands[1]});
    match ask(process, request("POST", &format!("/networks/{}/{verb}", encoded(&parsed.operands[0]))).body(body.to_string()))? {
        Ok(_) => Ok(0),
        Err(problem) => fail(process, &problem),
    }
}

pub fn connect(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    joining(process, parsed, "connect")
}

pub fn disconnect(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    joining(process, parsed, "disconnect")
}

pub fn prune_networks(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    if !confirmed(process, parsed, "WARNING! This will remove all custom networks not used by at least one container.")? {
        return Ok(1);
    }
    match ask(process, request("POST", "/networks/prune"))? {
        Ok(done) => {
            let names: Vec<&str> = done["NetworksDeleted"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            if !names.is_empty() {
                process.print(&format!("Deleted Networks:\n{}\n\n", names.join("\n")))?;
            }
            Ok(0)
        }
        Err(problem) => fail(process, &problem),
    }
}
