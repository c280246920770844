//! `gcloud compute instances`, `firewall-rules` and `zones`.

use std::ops::ControlFlow;
use std::time::Duration;

use podarium_machine::{Process, Suspend};
use serde_json::{Value, json};

use super::PROJECT;
use super::cli::{Done, Line, ask, confirmed, not_simulated, table, values};

pub fn main(process: &mut Process<'_>, group: &str, verb: &str, line: &Line) -> Done {
    let known: &[&str] = match (group, verb) {
        ("firewall-rules", "create") => &["allow", "source-ranges", "network", "direction", "description", "action", "rules", "target-tags"],
        _ => &["zones", "zone", "filter"],
    };
    if let Some(flag) = line.unknown(known) {
        return not_simulated(process, &format!("compute {group} {verb} --{flag}"));
    }
    match (group, verb) {
        ("instances", "list") => instances(process, line),
        ("firewall-rules", "list") => rules(process),
        ("firewall-rules", "create") => create(process, line),
        ("firewall-rules", "delete") => delete(process, line),
        _ => not_simulated(process, &format!("compute {group} {verb}")),
    }
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn list(process: &mut Process<'_>, path: &str) -> Result<Vec<Value>, Suspend> {
    Ok(ask(process, "GET", path, &Value::Null)?.ok().and_then(|list| list.as_array().cloned()).unwrap_or_default())
}

fn instances(process: &mut Process<'_>, line: &Line) -> Done {
    if line.flag("filter").is_some() {
        return not_simulated(process, "compute instances list --filter");
    }
    let list = list(process, "/instances")?;
    if let Some(format) = line.flag("format") {
        let external = "external";
        let names = [
            ("name", "name"),
            ("zone", "zone"),
            ("status", "status"),
            ("EXTERNAL_IP", external),
            ("INTERNAL_IP", "internal"),
            ("networkInterfaces[0].accessConfigs[0].natIP", external),
            ("networkInterfaces[0].networkIP", "internal"),
        ];
        return match values(format, &list, &names) {
            Some(text) => process.print(&text).map(|()| 0),
            None => not_simulated(process, &format!("compute instances list --format={format}")),
        };
    }
    if list.is_empty() {
        process.eprint("Listed 0 items.\n")?;
        return Ok(0);
    }
    let mut rows = vec![["NAME", "ZONE", "MACHINE_TYPE", "PREEMPTIBLE", "INTERNAL_IP", "EXTERNAL_IP", "STATUS"].map(str::to_owned).to_vec()];
    for machine in &list {
        rows.push(vec![text(machine, "name"), text(machine, "zone"), text(machine, "type"), String::new(), text(machine, "internal"), text(machine, "external"), text(machine, "status")]);
    }
    process.print(&table(&rows))?;
    Ok(0)
}

fn words(value: &Value, name: &str) -> String {
    value[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
}

fn rows(rules: &[Value]) -> String {
    let mut rows = vec![["NAME", "NETWORK", "DIRECTION", "PRIORITY", "ALLOW", "DENY", "DISABLED"].map(str::to_owned).to_vec()];
    for rule in rules {
        let name = text(rule, "name");
        let priority = if name.starts_with("default-allow-") { "65534" } else { "1000" };
        rows.push(vec![name, "default".to_owned(), "INGRESS".to_owned(), priority.to_owned(), words(rule, "allowed"), String::new(), "False".to_owned()]);
    }
    table(&rows)
}

fn rules(process: &mut Process<'_>) -> Done {
    let list = list(process, "/rules")?;
    process.print(&rows(&list))?;
    process.eprint("\nTo show all fields of the firewall, please show in JSON format: --format=json\nTo show all fields in table format, please see the examples in --help.\n\n")?;
    Ok(0)
}

/// Waits until a rule is there, or is not any more.
fn wait_for(process: &mut Process<'_>, name: &str, there: bool) -> Result<(), Suspend> {
    let name = name.to_owned();
    process.repeat((), |process, ()| {
        process.sleep(Duration::from_secs(1))?;
        process.eprint(".")?;
        let found = list(process, "/rules")?.iter().any(|rule| text(rule, "name") == name);
        Ok(if found == there { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })
}

fn create(process: &mut Process<'_>, line: &Line) -> Done {
    let Some(name) = line.operands.first().cloned() else {
        process.eprint("ERROR: (gcloud.compute.firewall-rules.create) argument NAME: Must be specified.\nUsage: gcloud compute firewall-rules create NAME (--action=ACTION | --allow=PROTOCOL[:PORT[-PORT]],[…]) [optional flags]\n")?;
        return Ok(2);
    };
    if line.flag("direction").is_some_and(|direction| !direction.eq_ignore_ascii_case("ingress")) || line.flag("action").is_some_and(|action| !action.eq_ignore_ascii_case("allow")) {
        return not_simulated(process, "compute firewall-rules create of anything but what lets traffic in");
    }
    let Some(allowed) = line.flag("allow").or_else(|| line.flag("rules")) else {
        process.eprint("ERROR: (gcloud.compute.firewall-rules.create) Exactly one of (--action | --allow) must be specified.\n")?;
        return Ok(2);
    };
    let allowed: Vec<String> = allowed.split(',').map(str::to_lowercase).collect();
    let bad = allowed.iter().find(|rule| {
        let (protocol, ports) = rule.split_once(':').map_or((rule.as_str(), None), |(protocol, ports)| (protocol, Some(ports)));
        let numbers = ports.is_none_or(|ports| ports.split('-').all(|port| port.parse::<u16>().is_ok()));
        !numbers || !["tcp", "udp", "icmp", "all", "esp", "ah", "sctp"].contains(&protocol)
    });
    if let Some(bad) = bad {
        process.eprint(&format!("ERROR: (gcloud.compute.firewall-rules.create) Firewall rules must be of the form PROTOCOL[:PORT[-PORT]]; received [{bad}].\n"))?;
        return Ok(1);
    }
    let sources: Vec<String> = line.flag("source-ranges").unwrap_or("0.0.0.0/0").split(',').map(str::to_owned).collect();
    process.eprint("Creating firewall...")?;
    match ask(process, "POST", "/rules", &json!({"name": name, "allowed": allowed, "sources": sources}))? {
        Ok(rule) => {
            process.eprint(&format!("Created [https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/firewalls/{name}].\nCreating firewall..."))?;
            wait_for(process, &name, true)?;
            process.eprint("done.\n")?;
            process.print(&rows(&[rule]))?;
            Ok(0)
        }
        Err((_, problem)) => {
            process.eprint(&format!("failed.\nERROR: (gcloud.compute.firewall-rules.create) Could not fetch resource:\n - {problem}\n\n"))?;
            Ok(1)
        }
    }
}

fn delete(process: &mut Process<'_>, line: &Line) -> Done {
    let list: String = line.operands.iter().map(|name| format!(" - [{name}]\n")).collect();
    process.eprint(&format!("The following firewalls will be deleted:\n{list}\n"))?;
    if !confirmed(process, line, "Do you want to continue (Y/n)?  ")? {
        return Ok(1);
    }
    for name in &line.operands {
        match ask(process, "DELETE", &format!("/rules/{name}"), &Value::Null)? {
            Ok(_) => {
                wait_for(process, name, false)?;
                process.eprint(&format!("Deleted [https://www.googleapis.com/compute/v1/projects/{PROJECT}/global/firewalls/{name}].\n"))?;
            }
            Err((_, problem)) => {
                process.eprint(&format!("ERROR: (gcloud.compute.firewall-rules.delete) Could not fetch resource:\n - {problem}\n\n"))?;
                return Ok(1);
            }
        }
    }
    Ok(0)
}
