//! `gcloud container clusters`.

use std::ops::ControlFlow;
use std::time::Duration;

use podarium_kubectl::failure::caught;
use podarium_kubectl::kubeconfig::Kubeconfig;
use podarium_machine::{Process, Suspend};
use serde_json::{Value, json};

use super::cli::{Done, Line, ask, confirmed, fail, not_simulated, table, values};
use super::{PROJECT, auth_plugin, settings};

/// How often gcloud looks whether an operation has ended, and shows a dot.
const POLL: Duration = Duration::from_secs(5);

pub fn clusters(process: &mut Process<'_>, verb: &str, line: &Line) -> Done {
    let known: &[&str] = match verb {
        "create" => &["num-nodes", "machine-type", "zone", "location", "region", "cluster-version", "scopes", "disk-size", "disk-type", "enable-autorepair", "enable-ip-alias", "no-enable-ip-alias", "no-enable-autoupgrade", "release-channel", "enable-autoscaling", "min-nodes", "max-nodes"],
        "update" => &["enable-autoscaling", "no-enable-autoscaling", "min-nodes", "max-nodes", "node-pool", "zone", "location", "region"],
        "resize" => &["num-nodes", "size", "node-pool", "zone", "location", "region"],
        _ => &["zone", "location", "region"],
    };
    if let Some(flag) = line.unknown(known) {
        return not_simulated(process, &format!("container clusters {verb} --{flag}"));
    }
    match verb {
        "create" => create(process, line),
        "list" => list(process, line),
        "describe" => describe(process, line),
        "get-credentials" => get_credentials(process, line),
        "resize" => resize(process, line),
        "delete" => delete(process, line),
        "update" => update(process, line),
        "create-auto" | "upgrade" => not_simulated(process, &format!("container clusters {verb}")),
        verb => {
            process.eprint(&format!("ERROR: (gcloud.container.clusters) Invalid choice: '{verb}'.\n"))?;
            Ok(2)
        }
    }
}

/// The cluster's name and its zone, or what is missing.
fn name_and_zone(process: &mut Process<'_>, verb: &str, line: &Line) -> Result<Result<(String, String), i32>, Suspend> {
    let settings = settings::read(process)?;
    let Some(name) = line.operands.first().cloned().or_else(|| settings::get(&settings, "container/cluster")) else {
        process.eprint(&format!("ERROR: (gcloud.container.clusters.{verb}) argument NAME: Must be specified.\nUsage: gcloud container clusters {verb} NAME [optional flags]\n"))?;
        return Ok(Err(2));
    };
    if line.flag("region").is_some() {
        return Ok(Err(not_simulated(process, &format!("container clusters {verb} --region (--zone is)"))?));
    }
    let zone = line.flag("zone").or_else(|| line.flag("location")).map(str::to_owned).or_else(|| settings::get(&settings, "compute/zone"));
    match zone {
        Some(zone) => Ok(Ok((name, zone))),
        None => {
            process.eprint(&format!("ERROR: (gcloud.container.clusters.{verb}) One of [--zone, --region, --location] must be supplied: Please specify location.\n"))?;
            Ok(Err(1))
        }
    }
}

fn number(line: &Line, name: &str) -> Option<u64> {
    line.flag(name).and_then(|text| text.parse().ok())
}

/// Shows dots until the cluster has come to a state; `None`: until it is no more.
fn wait_for(process: &mut Process<'_>, zone: &str, name: &str, status: Option<&str>) -> Result<(), Suspend> {
    let (path, status) = (format!("/clusters/{zone}/{name}"), status.map(str::to_owned));
    process.repeat((), |process, ()| {
        process.sleep(POLL)?;
        process.eprint(".")?;
        let found = ask(process, "GET", &path, &Value::Null)?;
        let over = match (&found, &status) {
            (Ok(found), Some(status)) => found["status"] == **status,
            (Err((404, _)), None) => true,
            (Err(_), _) => true,
            _ => false,
        };
        Ok(if over { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })
}

fn create(process: &mut Process<'_>, line: &Line) -> Done {
    let (name, zone) = match name_and_zone(process, "create", line)? {
        Ok(found) => found,
        Err(code) => return Ok(code),
    };
    let size = number(line, "num-nodes").unwrap_or(3);
    let machine_type = line.flag("machine-type").unwrap_or("e2-medium");
    let mut body = json!({"name": name, "zone": zone, "type": machine_type, "size": size});
    match autoscaling(line) {
        Some(Ok(bounds)) => body["autoscaling"] = bounds,
        Some(Err(what)) => return not_simulated(process, &format!("container clusters create {what}")),
        None => {}
    }
    if let Err(error) = ask(process, "POST", "/clusters", &body)? {
        return fail(process, "container.clusters.create", &error);
    }
    process.eprint("Note: The Kubelet readonly port (10255) is now deprecated. Please update your workloads to use the recommended alternatives. See https://cloud.google.com/kubernetes-engine/docs/how-to/disable-kubelet-readonly-port for ways to check usage and for migration instructions.\n")?;
    process.eprint(&format!("Creating cluster {name} in {zone}... Cluster is being configured..."))?;
    wait_for(process, &zone, &name, Some("RUNNING"))?;
    process.eprint(&format!(
        "done.\nCreated [https://container.googleapis.com/v1/projects/{PROJECT}/zones/{zone}/clusters/{name}].\nTo inspect the contents of your cluster, go to: https://console.cloud.google.com/kubernetes/workload_/gcloud/{zone}/{name}?project={PROJECT}\n"
    ))?;
    if !generate_entry(process, "create", &zone, &name)? {
        return Ok(1);
    }
    match ask(process, "GET", &format!("/clusters/{zone}/{name}"), &Value::Null)? {
        Ok(cluster) => {
            process.print(&rows(&[cluster]))?;
            Ok(0)
        }
        Err(error) => fail(process, "container.clusters.create", &error),
    }
}

/// What the flags say of the autoscaler: its bounds, or what is not simulated.
fn autoscaling(line: &Line) -> Option<Result<Value, &'static str>> {
    let (enabled, min, max) = (line.flag("enable-autoscaling").is_some(), number(line, "min-nodes"), number(line, "max-nodes"));
    match (enabled, min, max) {
        (false, None, None) => None,
        (true, min, Some(max)) => Some(Ok(json!({"min": min.unwrap_or(0), "max": max}))),
        (true, _, None) => Some(Err("--enable-autoscaling without --max-nodes")),
        (false, ..) => Some(Err("--min-nodes and --max-nodes without --enable-autoscaling")),
    }
}

/// Turns the autoscaler on or off.
fn update(process: &mut Process<'_>, line: &Line) -> Done {
    let (name, zone) = match name_and_zone(process, "update", line)? {
        Ok(found) => found,
        Err(code) => return Ok(code),
    };
    let bounds = match (line.flag("no-enable-autoscaling").is_some(), autoscaling(line)) {
        (true, _) => json!(null),
        (false, Some(Ok(bounds))) => bounds,
        (false, Some(Err(what))) => return not_simulated(process, &format!("container clusters update {what}")),
        (false, None) => return not_simulated(process, "container clusters update without --enable-autoscaling or --no-enable-autoscaling"),
    };
    if let Err(error) = ask(process, "POST", &format!("/clusters/{zone}/{name}/autoscaling"), &json!({"autoscaling": bounds}))? {
        return fail(process, "container.clusters.update", &error);
    }
    process.eprint(&format!("Updating {name}..."))?;
    wait_for(process, &zone, &name, Some("RUNNING"))?;
    process.eprint(&format!(
        "done.\nUpdated [https://container.googleapis.com/v1/projects/{PROJECT}/zones/{zone}/clusters/{name}].\nTo inspect the contents of your cluster, go to: https://console.cloud.google.com/kubernetes/workload_/gcloud/{zone}/{name}?project={PROJECT}\n"
    ))?;
    Ok(0)
}

fn text(value: &Value, name: &str) -> String {
    match &value[name] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn rows(clusters: &[Value]) -> String {
    let mut rows = vec![["NAME", "LOCATION", "MASTER_VERSION", "MASTER_IP", "MACHINE_TYPE", "NODE_VERSION", "NUM_NODES", "STATUS"].map(str::to_owned).to_vec()];
    for cluster in clusters {
        let address = text(cluster, "endpoint").split(':').next().unwrap_or_default().to_owned();
        rows.push(vec![
            text(cluster, "name"), text(cluster, "location"), text(cluster, "version"), address, text(cluster, "type"), text(cluster, "version"), text(cluster, "size"), text(cluster, "status"),
        ]);
    }
    table(&rows)
}

fn list(process: &mut Process<'_>, line: &Line) -> Done {
    let list = match ask(process, "GET", "/clusters", &Value::Null)? {
        Ok(list) => list.as_array().cloned().unwrap_or_default(),
        Err(error) => return fail(process, "container.clusters.list", &error),
    };
    if let Some(format) = line.flag("format") {
        let names = [("name", "name"), ("location", "location"), ("zone", "location"), ("status", "status"), ("endpoint", "endpoint"), ("currentNodeCount", "size")];
        return match values(format, &list, &names) {
            Some(text) => process.print(&text).map(|()| 0),
            None => not_simulated(process, &format!("container clusters list --format={format}")),
        };
    }
    if !list.is_empty() {
        process.print(&rows(&list))?;
    }
    Ok(0)
}

fn describe(process: &mut Process<'_>, line: &Line) -> Done {
    let (name, zone) = match name_and_zone(process, "describe", line)? {
        Ok(found) => found,
        Err(code) => return Ok(code),
    };
    let cluster = match ask(process, "GET", &format!("/clusters/{zone}/{name}"), &Value::Null)? {
        Ok(cluster) => cluster,
        Err(error) => return fail(process, "container.clusters.describe", &error),
    };
    let address = text(&cluster, "endpoint").split(':').next().unwrap_or_default().to_owned();
    process.print(&format!(
        "currentMasterVersion: {version}\ncurrentNodeCount: {size}\ncurrentNodeVersion: {version}\nendpoint: {address}\nlocation: {zone}\nname: {name}\nnodeConfig:\n  machineType: {kind}\nnodePools:\n- {autoscaling}initialNodeCount: {size}\n  name: default-pool\n  status: RUNNING\nselfLink: https://container.googleapis.com/v1/projects/{PROJECT}/zones/{zone}/clusters/{name}\nstatus: {status}\nzone: {zone}\n",
        version = text(&cluster, "version"),
        size = text(&cluster, "size"),
        kind = text(&cluster, "type"),
        autoscaling = match (cluster["autoscaling"]["min"].as_u64(), cluster["autoscaling"]["max"].as_u64()) {
            (Some(min), Some(max)) => format!("autoscaling:\n    enabled: true\n    maxNodeCount: {max}\n    minNodeCount: {min}\n  "),
            _ => String::new(),
        },
        status = text(&cluster, "status"),
    ))?;
    Ok(0)
}

/// Writes the cluster into the kubeconfig, as `gcloud` does with its own code, and makes it the current one.
fn write_kubeconfig(process: &mut Process<'_>, zone: &str, name: &str) -> Result<Result<(), String>, Suspend> {
    let context = format!("gke_{PROJECT}_{zone}_{name}");
    let home = process.env("HOME").unwrap_or_default();
    let listed = process.env("KUBECONFIG").unwrap_or_default();
    let path = listed.split(':').find(|path| !path.is_empty()).map_or_else(|| format!("{home}/.kube/config"), str::to_owned);
    let bytes = process.read_file(&path)?.unwrap_or_default();
    let mut config = match caught(Kubeconfig::parse(&path, &bytes)) {
        Ok(Ok(config)) => config,
        Ok(Err(failure)) => return Ok(Err(failure.to_string())),
        Err(_) => return Ok(Err(path)),
    };
    *config.entry_mut("clusters", &context).0 = json!({"server": crate::API_SERVER});
    *config.entry_mut("users", &context).0 = auth_plugin::user();
    *config.entry_mut("contexts", &context).0 = json!({"cluster": context, "user": context});
    config.data["current-context"] = context.into();
    if let Some((folder, _)) = path.rsplit_once('/') {
        // It is there after the first time.
        let _ = process.mkdir(folder)?;
    }
    Ok(process.write_file(&path, config.to_yaml().as_bytes(), 0o600)?.map_err(|error| format!("Unable to write file [{path}]: {error}")))
}

/// Writes it, and says so or why not.
fn generate_entry(process: &mut Process<'_>, verb: &str, zone: &str, name: &str) -> Result<bool, Suspend> {
    match write_kubeconfig(process, zone, name)? {
        Ok(()) => process.eprint(&format!("kubeconfig entry generated for {name}.\n"))?,
        Err(why) => {
            process.eprint(&format!("ERROR: (gcloud.container.clusters.{verb}) {why}\n"))?;
            return Ok(false);
        }
    }
    Ok(true)
}

fn get_credentials(process: &mut Process<'_>, line: &Line) -> Done {
    let (name, zone) = match name_and_zone(process, "get-credentials", line)? {
        Ok(found) => found,
        Err(code) => return Ok(code),
    };
    process.eprint("Fetching cluster endpoint and auth data.\n")?;
    match ask(process, "GET", &format!("/clusters/{zone}/{name}"), &Value::Null)? {
        Ok(cluster) if cluster["status"] == "PROVISIONING" => {
            process.eprint(&format!("ERROR: (gcloud.container.clusters.get-credentials) cluster {name} is missing endpoint. Is it still PROVISIONING?\n"))?;
            Ok(1)
        }
        Ok(_) => {
            Ok(i32::from(!generate_entry(process, "get-credentials", &zone, &name)?))
        }
        Err(error) => fail(process, "container.clusters.get-credentials", &error),
    }
}

fn resize(process: &mut Process<'_>, line: &Line) -> Done {
    let (name, zone) = match name_and_zone(process, "resize", line)? {
        Ok(found) => found,
        Err(code) => return Ok(code),
    };
    let Some(size) = number(line, "num-nodes").or_else(|| number(line, "size")) else {
        process.eprint("ERROR: (gcloud.container.clusters.resize) argument (--num-nodes | --size): Must be specified.\nUsage: gcloud container clusters resize NAME (--num-nodes=NUM_NODES | --size=NUM_NODES) [optional flags]\n")?;
        return Ok(2);
    };
    process.eprint(&format!("Pool [default-pool] for [{name}] will be resized to {size} node(s) each zone it spans.\n\n"))?;
    if !confirmed(process, line, "Do you want to continue (Y/n)?  ")? {
        return Ok(1);
    }
    if let Err(error) = ask(process, "POST", &format!("/clusters/{zone}/{name}/resize"), &json!({"size": size}))? {
        return fail(process, "container.clusters.resize", &error);
    }
    process.eprint(&format!("Resizing {name}..."))?;
    wait_for(process, &zone, &name, Some("RUNNING"))?;
    process.eprint(&format!("done.\nUpdated [https://container.googleapis.com/v1/projects/{PROJECT}/zones/{zone}/clusters/{name}].\n"))?;
    Ok(0)
}

fn delete(process: &mut Process<'_>, line: &Line) -> Done {
    let (name, zone) = match name_and_zone(process, "delete", line)? {
        Ok(found) => found,
        Err(code) => return Ok(code),
    };
    process.eprint(&format!("The following clusters will be deleted.\n - [{name}] in [{zone}]\n\n"))?;
    if !confirmed(process, line, "Do you want to continue (Y/n)?  ")? {
        return Ok(1);
    }
    if let Err(error) = ask(process, "DELETE", &format!("/clusters/{zone}/{name}"), &Value::Null)? {
        return fail(process, "container.clusters.delete", &error);
    }
    process.eprint(&format!("Deleting cluster {name}..."))?;
    wait_for(process, &zone, &name, None)?;
    process.eprint(&format!("done.\nDeleted [https://container.googleapis.com/v1/projects/{PROJECT}/zones/{zone}/clusters/{name}].\n"))?;
    Ok(0)
}
