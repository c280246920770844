//! `kubectl port-forward POD LOCAL:REMOTE`: listens on this computer and passes each connection on to a port of a pod.
//!
//! Models: staging/src/k8s.io/kubectl/pkg/cmd/portforward/portforward.go,
//! staging/src/k8s.io/client-go/tools/portforward/portforward.go, v1.36.
//! Simplified: a port is taken on all of the computer's addresses at once, whatever `--address` says.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::ControlFlow;

use podarium_machine::{ConnectionId, ExchangeId, Process, Ready, Source, StreamItem, Suspend};
use serde_json::Value;

use crate::builder::Builder;
use crate::client::Call;
use crate::command::Command;
use crate::failure::{Outcome, fail, usage};
use crate::flags::{Flag, Takes};
use crate::kubectl::Kubectl;
use crate::local::take_port;
use crate::unstructured::{items, name, namespace, text};

pub const COMMAND: Command = Command::new("port-forward", &[OWN], run);

const OWN: &[Flag] = &[Flag::new("address", Takes::List, "localhost"), Flag::new("pod-running-timeout", Takes::Duration, "1m0s")];

/// The protocol by which connections are carried, and what its messages are.
const PROTOCOL: &str = "portforward.k8s.io";
const OPEN: u8 = 0;
const DATA: u8 = 1;
const END: u8 = 2;
const RESET: u8 = 3;
const ERROR: u8 = 4;

/// Where kubectl reports what went wrong with a connection: a line of client-go's source.
const REPORTED_AT: &str = "portforward.go:522";
#[derive(Clone, Copy, Debug, PartialEq)]
struct Forwarded {
    local: u16,
    remote: u16,
}

/// A connection that was accepted here.
#[derive(Clone, Copy, Debug)]
struct Open {
    connection: ConnectionId,
    port: Forwarded,
    /// The local program may still say something.
    reads: bool,
}

/// What goes on between two turns of the loop.
#[derive(Clone, Debug, Default)]
struct Going {
    next: u32,
    open: BTreeMap<u32, Open>,
}

fn run(kubectl: &mut Kubectl<'_, '_>) -> Outcome<()> {
    let args = kubectl.flags.args.clone();
    let [resource, ports @ ..] = args.as_slice() else {
        return usage("kubectl port-forward", "TYPE/NAME and list of ports are required for port-forward");
    };
    if ports.is_empty() {
        return usage("kubectl port-forward", "TYPE/NAME and list of ports are required for port-forward");
    }
    let builder = Builder { default_type: Some("pods"), single_resource_type: true, ..Builder::of(kubectl, std::slice::from_ref(resource)) };
    let Some(info) = builder.find(kubectl)?.all()?.into_iter().next() else { return fail("expected a resource") };
    let pod = kubectl.attachable_pod(std::slice::from_ref(resource), kubectl.patience())?;
    let ports = if info.mapping.kind == "Service" { service_ports(ports, &info.object, &pod)? } else { pod_ports(ports, &pod)? };
    let phase = text(&pod, "/status/phase");
    if phase != "Running" {
        return fail(format!("unable to forward port because pod is not running. Current status={phase}"));
    }
    let addresses = addresses(&kubectl.flags.list("address"))?;
    let ports = ports.iter().map(|port| parse(port)).collect::<Outcome<Vec<_>>>()?;
    let call = Call::new("POST", format!("/api/v1/namespaces/{}/pods/{}/portforward", namespace(&pod), name(&pod)));
    let stream = kubectl.upgrade_to(&call, PROTOCOL)?;
    let ports = listen(kubectl, &ports, &addresses)?;
    let lost = kubectl.process.repeat(Going::default(), |process, going: &mut Going| turn(process, stream.id, &ports, going))?;
    if let Some(problem) = lost {
        kubectl.log_error(REPORTED_AT, &format!("\"Unhandled Error\" err={problem:?}"))?;
    }
    fail("lost connection to pod")
}

/// `LOCAL:REMOTE` or `PORT`, as they were given.
fn split(port: &str) -> (&str, &str) {
    match port.split(':').collect::<Vec<_>>()[..] {
        [local, remote] => (local, remote),
        ref parts => (parts[0], parts[0]),
    }
}

/// Ports of a Service become those of the pod behind it.
fn service_ports(ports: &[String], service: &Value, pod: &Value) -> Outcome<Vec<String>> {
    let declared = items(service, "/spec/ports");
    let named = |wanted: &str| match declared.iter().find(|port| text(port, "/name") == wanted).and_then(|port| port["port"].as_i64()) {
        Some(number) => Ok(number),
        None => fail(format!("Service '{}' does not have a named port '{wanted}'", name(service))),
    };
    refuse_udp(ports, declared, "port", named)?;
    let mut translated = Vec::new();
    for port in ports {
        let (local, remote) = split(port);
        let (number, local) = match remote.parse::<i64>() {
            Ok(number) => (number, local.to_owned()),
            Err(_) => {
                let number = named(remote)?;
                (number, if local == remote { number.to_string() } else { local.to_owned() })
            }
        };
        let target = target_port(service, pod, number)?.to_string();
        translated.push(if local == target { target } else { format!("{local}:{target}") });
    }
    Ok(translated)
}

fn target_port(service: &Value, pod: &Value, number: i64) -> Outcome<i64> {
    let Some(declared) = items(service, "/spec/ports").iter().find(|port| port["port"] == number) else {
        return fail(format!("Service {} does not have a service port {number}", name(service)));
    };
    if text(service, "/spec/clusterIP") == "None" {
        return Ok(number);
    }
    match &declared["targetPort"] {
        Value::String(wanted) => container_port(pod, wanted),
        Value::Number(target) => Ok(target.as_i64().filter(|target| *target != 0).unwrap_or(number)),
        _ => Ok(number),
    }
}

/// A port of one of the pod's containers, by its name.
fn container_port(pod: &Value, wanted: &str) -> Outcome<i64> {
    let lists = ["/spec/containers", "/spec/initContainers"];
    let mut ports = lists.iter().flat_map(|list| items(pod, list)).flat_map(|container| items(container, "/ports"));
    match ports.find(|port| text(port, "/name") == wanted).and_then(|port| port["containerPort"].as_i64()) {
        Some(number) => Ok(number),
        None => fail(format!("Pod '{}' does not have a named port '{wanted}'", name(pod))),
    }
}

fn pod_ports(ports: &[String], pod: &Value) -> Outcome<Vec<String>> {
    let declared: Vec<Value> = items(pod, "/spec/containers").iter().flat_map(|container| items(container, "/ports")).cloned().collect();
    refuse_udp(ports, &declared, "containerPort", |wanted| container_port(pod, wanted))?;
    let mut converted = Vec::new();
    for port in ports {
        let (local, remote) = split(port);
        if remote.is_empty() {
            return fail("remote port cannot be empty");
        }
        let number = match remote.parse::<i64>() {
            Ok(_) => remote.to_owned(),
            Err(_) => container_port(pod, remote)?.to_string(),
        };
        converted.push(if local == remote { number } else { format!("{local}:{number}") });
    }
    Ok(converted)
}

/// Ports that are declared for UDP alone cannot be forwarded.
fn refuse_udp(ports: &[String], declared: &[Value], field: &str, named: impl Fn(&str) -> Outcome<i64>) -> Outcome<()> {
    let is = |number: i64, protocol: &str| declared.iter().any(|port| port[field] == number && text(port, "/protocol") == protocol);
    for port in ports {
        let (_, remote) = split(port);
        let number = match remote.parse::<i64>() {
            Ok(number) => number,
            Err(_) => named(remote)?,
        };
        if is(number, "UDP") && !is(number, "TCP") {
            return fail(format!("UDP protocol is not supported for {remote}"));
        }
    }
    Ok(())
}

fn parse(port: &str) -> Outcome<Forwarded> {
    let (local, remote) = match port.split(':').collect::<Vec<_>>()[..] {
        [both] => (both, both),
        [local, remote] => (if local.is_empty() { "0" } else { local }, remote),
        _ => return fail(format!("invalid port format '{port}'")),
    };
    let number = |side: &str, word: &str| match word.parse::<u16>() {
        Ok(number) => Ok(number),
        Err(_) => {
            let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
            let why = if digits { "value out of range" } else { "invalid syntax" };
            fail(format!("error parsing {side} port '{word}': strconv.ParseUint: parsing {word:?}: {why}"))
        }
    };
    let forwarded = Forwarded { local: number("local", local)?, remote: number("remote", remote)? };
    if forwarded.remote == 0 { fail("remote port must be > 0") } else { Ok(forwarded) }
}

/// The addresses to listen on, in the order in which they are shown, and whether one of a pair is enough.
fn addresses(asked: &[String]) -> Outcome<Vec<IpAddr>> {
    let mut found: Vec<(String, IpAddr)> = Vec::new();
    for address in asked {
        let parsed: Vec<IpAddr> = match address.as_str() {
            "localhost" => vec![IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])],
            other => match other.parse() {
                Ok(ip) => vec![ip],
                Err(_) => return fail(format!("{other} is not a valid IP")),
            },
        };
        for ip in parsed {
            if found.iter().all(|(_, known)| *known != ip) {
                found.push((ip.to_string(), ip));
            }
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, ip)| ip).collect())
}

fn show(address: IpAddr, port: u16) -> String {
    match address {
        IpAddr::V4(ip) => format!("{ip}:{port}"),
        IpAddr::V6(ip) => format!("[{ip}]:{port}"),
    }
}

/// Takes the local ports; those that could be had.
fn listen(kubectl: &mut Kubectl<'_, '_>, ports: &[Forwarded], addresses: &[IpAddr]) -> Outcome<Vec<Forwarded>> {
    let mut listening = Vec::new();
    for port in ports {
        match take_port(kubectl.process, port.local)? {
            Ok(local) => {
                for address in addresses {
                    kubectl.print(&format!("Forwarding from {} -> {}\n", show(*address, local), port.remote))?;
                }
                listening.push(Forwarded { local, ..*port });
            }
            Err(error) => {
                let protocol = |address: IpAddr| if address.is_ipv4() { "tcp4" } else { "tcp6" };
                let why = error.to_string().to_lowercase();
                let errors = addresses.iter().map(|address| format!("unable to create listener: Error listen {} {}: bind: {why}", protocol(*address), show(*address, port.local)));
                let errors = errors.collect::<Vec<_>>().join(" ");
                kubectl.eprint(&format!("Unable to listen on port {}: Listeners failed to create with the following errors: [{errors}]\n", port.local))?;
            }
        }
    }
    if listening.is_empty() {
        let all = ports.iter().map(|port| format!("{{{} {}}}", port.local, port.remote)).collect::<Vec<_>>().join(" ");
        return fail(format!("unable to listen on any of the requested ports: [{all}]"));
    }
    Ok(listening)
}

fn send(process: &mut Process<'_>, stream: ExchangeId, number: u32, kind: u8, bytes: &[u8]) -> Result<(), Suspend> {
    process.http_write(stream, &[&number.to_be_bytes()[..], &[kind], bytes].concat())
}

/// Waits for one thing to come from either side and passes it on. It ends when the connection to the pod is lost, with
/// what was the matter, if that was said.
fn turn(process: &mut Process<'_>, stream: ExchangeId, ports: &[Forwarded], going: &mut Going) -> Result<ControlFlow<Option<String>>, Suspend> {
    let talking: Vec<(u32, Open)> = going.open.iter().filter(|(_, open)| open.reads).map(|(number, open)| (*number, *open)).collect();
    let mut sources = vec![Source::Stream(stream)];
    sources.extend(ports.iter().map(|port| Source::Connection(port.local)));
    sources.extend(talking.iter().map(|(_, open)| Source::Received(open.connection)));
    let Ready::Source(ready) = process.poll(&sources, None)? else { return Ok(ControlFlow::Continue(())) };
    if let Some(port) = ready.checked_sub(1).and_then(|place| ports.get(place)) {
        let (connection, _) = process.accept_stream(port.local)?;
        process.print(&format!("Handling connection for {}\n", port.local))?;
        send(process, stream, going.next, OPEN, &port.remote.to_be_bytes())?;
        going.open.insert(going.next, Open { connection, port: *port, reads: true });
        going.next += 1;
        return Ok(ControlFlow::Continue(()));
    }
    if let Some((number, open)) = ready.checked_sub(1 + ports.len()).and_then(|place| talking.get(place)) {
        let bytes = process.stream_read(open.connection)?;
        let kind = if bytes.is_empty() { END } else { DATA };
        if let Some(open) = going.open.get_mut(number) {
            open.reads = !bytes.is_empty();
        }
        send(process, stream, *number, kind, &bytes)?;
        return Ok(ControlFlow::Continue(()));
    }
    let StreamItem::Chunk(message) = process.http_next(stream, None)? else { return Ok(ControlFlow::Break(None)) };
    let Some((number, [kind, bytes @ ..])) = message.split_first_chunk::<4>() else { return Ok(ControlFlow::Continue(())) };
    let number = u32::from_be_bytes(*number);
    let Some(open) = going.open.get(&number).copied() else { return Ok(ControlFlow::Continue(())) };
    match *kind {
        DATA => process.stream_write(open.connection, bytes)?,
        END => {
            process.stream_close(open.connection)?;
            send(process, stream, number, RESET, &[])?;
            going.open.remove(&number);
        }
        ERROR => {
            process.stream_close(open.connection)?;
            let text = String::from_utf8_lossy(bytes);
            return Ok(ControlFlow::Break(Some(format!("an error occurred forwarding {} -> {}: {text}", open.port.local, open.port.remote))));
        }
        _ => {}
    }
    Ok(ControlFlow::Continue(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::{Failure, Stop};

    fn parsed(port: &str) -> Result<(u16, u16), String> {
        match parse(port) {
            Ok(port) => Ok((port.local, port.remote)),
            Err(Stop::Failed(Failure::Message(message))) => Err(message),
            Err(other) => Err(format!("{other:?}")),
        }
    }

    #[test]
    fn ports_are_read_as_kubectl_reads_them() {
        let wrong = |message: &str| Err(message.to_owned());
        assert_eq!(parsed("5000"), Ok((5000, 5000)));
        assert_eq!(parsed("8888:5000"), Ok((8888, 5000)));
        assert_eq!(parsed(":5000"), Ok((0, 5000)));
        assert_eq!(parsed("1:2:3"), wrong("invalid port format '1:2:3'"));
        assert_eq!(parsed("x:80"), wrong("error parsing local port 'x': strconv.ParseUint: parsing \"x\": invalid syntax"));
        assert_eq!(parsed("80:65536"), wrong("error parsing remote port '65536': strconv.ParseUint: parsing \"65536\": value out of range"));
        assert_eq!(parsed("80:0"), wrong("remote port must be > 0"));
    }
}
