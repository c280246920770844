//! Networks of docker: on one that somebody made, containers reach each other by name; on `bridge`, by address alone. By way of
//! the gateway, the workstation's address there, they reach what it has open, and the rest of the world; on `host` they are
//! where the workstation is, and on `none` nowhere.
//!
//! Simplified: a server in a container on `host` takes its port even if a program of the workstation has it.

use std::collections::BTreeMap;

use podarium_cluster::Cluster;
use podarium_machine::{ExchangeId, HttpEvent, HttpRequest, LookupAnswer, NetError, Outgoing, Record, RecordData, RecordType};
use podarium_sim::Time;
use serde_json::{Value, json};

use super::{Asked, Container, Daemon, Refusal, stamp};

/// The network that every container is on that is on no other.
pub const BRIDGE: &str = "bridge";
/// The workstation's own, and the one that is none.
pub const HOST: &str = "host";
const NONE: &str = "none";
/// The workstation's address on the first one.
pub const GATEWAY: &str = "172.17.0.1";

#[derive(Clone, Debug)]
pub struct Network {
    id: String,
    driver: &'static str,
    created_nanos: i64,
    /// `172.18` of `172.18.0.0/16`; empty: it has no addresses.
    prefix: String,
}

/// A request of one container to another, which the daemon carries: who asked, and under which number.
#[derive(Clone, Debug)]
pub struct Carried {
    container: String,
    exchange: ExchangeId,
}

/// What containers ask of others than containers.
#[derive(Clone, Debug)]
pub enum Errand {
    /// With whether it comes over a network of docker: then it reaches nothing that listens for the workstation alone.
    Request(ExchangeId, HttpRequest, bool),
    Data(ExchangeId, Vec<u8>),
    Close(ExchangeId),
}

/// A container's `/etc/hosts`.
pub fn hosts_file(hostname: &str, networks: &BTreeMap<String, String>, extra: &[(String, String)]) -> String {
    let mut text = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\nff00::\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n".to_owned();
    text.extend(extra.iter().map(|(name, address)| format!("{address}\t{name}\n")));
    text.extend(networks.values().filter(|address| !address.is_empty()).map(|address| format!("{address}\t{hostname}\n")));
    text
}

/// A container's networks as `docker inspect` shows them.
pub fn inspected(container: &Container, known: &BTreeMap<String, Network>) -> Value {
    let running = container.is_running();
    let entry = |(name, address): (&String, &String)| {
        let network = known.get(name);
        let has_addresses = running && network.is_some_and(|network| !network.prefix.is_empty());
        let gateway = network.filter(|_| has_addresses).map_or(String::new(), |network| format!("{}.0.1", network.prefix));
        (name.clone(), json!({
            "IPAMConfig": null, "Links": null, "Aliases": container.aliases, "DriverOpts": null, "NetworkID": network.map(|network| network.id.as_str()).unwrap_or_default(), "Gateway": gateway,
            "IPAddress": if running { address } else { "" }, "IPPrefixLen": if has_addresses { 16 } else { 0 }, "IPv6Gateway": "", "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0,
        }))
    };
    container.networks.iter().map(entry).collect::<serde_json::Map<String, Value>>().into()
}

/// The networks that are there from the first moment.
pub fn usual(mut id: impl FnMut() -> String, unix_nanos: i64) -> BTreeMap<String, Network> {
    let rows = [(BRIDGE, "bridge", "172.17"), (HOST, "host", ""), (NONE, "null", "")];
    rows.map(|(name, driver, prefix)| (name.to_owned(), Network { id: id(), driver, created_nanos: unix_nanos, prefix: prefix.to_owned() })).into()
}

impl Container {
    /// Whether it is on the workstation's own network.
    pub fn is_on_host(&self) -> bool {
        self.networks.contains_key(HOST)
    }

    /// Whether it is on no network.
    fn is_alone(&self) -> bool {
        self.networks.keys().all(|name| name == NONE)
    }
}

impl Daemon {
    fn network(&self, name: &str) -> Result<(&String, &Network), Refusal> {
        let found = self.networks.iter().find(|(known, network)| *known == name || network.id.starts_with(name) && name.len() > 2);
        found.ok_or_else(|| (404, format!("network {name} not found")))
    }

    /// The next free address of a network.
    pub(super) fn free_address(&self, network: &str) -> String {
        let prefix = self.networks.get(network).map_or("", |network| network.prefix.as_str());
        if prefix.is_empty() {
            return String::new();
        }
        let taken = |address: &str| self.containers.iter().any(|container| container.networks.values().any(|known| known == address));
        (2..=254).map(|number| format!("{prefix}.0.{number}")).find(|address| !taken(address)).unwrap_or_default()
    }

    /// The network that a new container is to be on.
    pub(super) fn network_of(&self, wanted: &str) -> Result<String, Refusal> {
        match wanted {
            "" | "default" => Ok(BRIDGE.to_owned()),
            wanted => self.network(wanted).map(|(name, _)| name.clone()),
        }
    }

    fn members(&self, network: &str) -> impl Iterator<Item = (&Container, &String)> {
        self.containers.iter().filter_map(move |container| Some((container, container.networks.get(network)?)))
    }

    fn network_json(&self, name: &str, network: &Network) -> Value {
        let containers: serde_json::Map<String, Value> = self
            .members(name)
            .filter(|(container, _)| container.is_running())
            .map(|(container, address)| (container.id.clone(), json!({"Name": container.name, "IPv4Address": format!("{address}/16"), "IPv6Address": ""})))
            .collect();
        let config = if network.prefix.is_empty() { json!(null) } else { json!([{"Subnet": format!("{}.0.0/16", network.prefix), "Gateway": format!("{}.0.1", network.prefix)}]) };
        json!({
            "Name": name, "Id": network.id, "Created": stamp(network.created_nanos), "Scope": "local", "Driver": network.driver, "EnableIPv4": true, "EnableIPv6": false,
            "IPAM": {"Driver": "default", "Options": null, "Config": config}, "Internal": false, "Attachable": false, "Ingress": false,
            "ConfigFrom": {"Network": ""}, "ConfigOnly": false, "Containers": containers, "Options": {}, "Labels": {},
        })
    }

    pub(super) fn network_request(&mut self, method: &str, asked: &Asked<'_>, unix_nanos: i64) -> Result<Value, Refusal> {
        let body: Value = serde_json::from_slice(asked.body).unwrap_or_default();
        match (method, asked.parts) {
            ("GET", ["networks"]) => Ok(self.networks.iter().map(|(name, network)| self.network_json(name, network)).collect()),
            ("POST", ["networks", "create"]) => {
                let name = body["Name"].as_str().unwrap_or_default().to_owned();
                if self.networks.contains_key(&name) {
                    return Err((409, format!("network with name {name} already exists")));
                }
                let free = (18..=255).map(|number| format!("172.{number}")).find(|prefix| self.networks.values().all(|network| network.prefix != *prefix)).unwrap_or_default();
                let id = self.hex();
                self.networks.insert(name, Network { id: id.clone(), driver: "bridge", created_nanos: unix_nanos, prefix: free });
                Ok(json!({"Id": id}))
            }
            ("POST", ["networks", "prune"]) => {
                let doomed: Vec<String> = self.networks.keys().filter(|name| ![BRIDGE, HOST, NONE].contains(&name.as_str()) && self.members(name).next().is_none()).cloned().collect();
                doomed.iter().for_each(|name| drop(self.networks.remove(name)));
                Ok(json!({"NetworksDeleted": doomed}))
            }
            ("GET", ["networks", name]) => self.network(name).map(|(name, network)| self.network_json(name, network)),
            ("DELETE", ["networks", name]) => {
                let name = self.network(name)?.0.clone();
                if [BRIDGE, HOST, NONE].contains(&name.as_str()) {
                    return Err((403, format!("{name} is a pre-defined network and cannot be removed")));
                }
                let active: Vec<String> = self.members(&name).filter(|(container, _)| container.is_running()).map(|(container, _)| format!("name:\"{}\" id:\"{}\"", container.name, &container.id[..12])).collect();
                if !active.is_empty() {
                    let id = self.networks.get(&name).map(|network| network.id.clone()).unwrap_or_default();
                    return Err((403, format!("error while removing network: network {name} has active endpoints ({}) id {id}", active.join(", "))));
                }
                self.networks.remove(&name);
                Ok(json!({}))
            }
            ("POST", ["networks", name, verb @ ("connect" | "disconnect")]) => {
                let name = self.network(name)?.0.clone();
                if [HOST, NONE].contains(&name.as_str()) {
                    return Err((501, format!("podarium: not simulated: docker network {verb} {name}")));
                }
                let address = self.free_address(&name);
                let wanted = body["Container"].as_str().unwrap_or_default().to_owned();
                let container = self.container(&wanted)?;
                let is_on = container.networks.contains_key(&name);
                match (*verb, is_on) {
                    ("connect", true) => return Err((403, format!("endpoint with name {} already exists in network {name}", container.name))),
                    ("connect", false) => drop(container.networks.insert(name, address)),
                    (_, true) => drop(container.networks.remove(&name)),
                    (_, false) => return Err((403, format!("container {} is not connected to network {name}", container.id))),
                }
                Ok(json!({}))
            }
            _ => Err((404, "page not found".to_owned())),
        }
    }

    /// The container that another means by a name or an address.
    fn meant(&self, by: usize, host: &str) -> Option<usize> {
        let own = &self.containers[by].networks;
        self.containers.iter().position(|other| {
            let shared = |network: &String| own.contains_key(network);
            let named = other.name == host || other.id[..12] == *host || other.aliases.iter().any(|alias| alias == host);
            other.is_running() && other.networks.iter().any(|(network, address)| shared(network) && (address == host || named && network != BRIDGE))
        })
    }

    /// Carries what containers ask of each other; what they ask of others the world is to carry.
    pub(super) fn carry(&mut self, cluster: &Cluster) {
        let now = cluster.now();
        for by in 0..self.containers.len() {
            for outgoing in std::mem::take(&mut self.containers[by].outgoing) {
                match outgoing {
                    Outgoing::Request { id, request, .. } => self.carry_request(by, id, &request, now),
                    Outgoing::Lookup { id, name, record, .. } => {
                        let answer = self.look_up(by, name.trim_end_matches('.'), record);
                        let is_alone = self.containers[by].is_alone();
                        let answer = if answer == LookupAnswer::NxDomain && !is_alone { cluster.look_up_outside(&name, record) } else { answer };
                        self.containers[by].lookup_reply(id, answer);
                    }
                    Outgoing::Data { id, bytes } => {
                        if let Some(exchange) = self.carried_for(by, id)
                            && !self.stream_data(exchange, &bytes, now)
                        {
                            self.errands.push(Errand::Data(exchange, bytes));
                        }
                    }
                    Outgoing::Close { id } => {
                        if let Some(exchange) = self.carried_for(by, id) {
                            self.carried.remove(&exchange);
                            self.close(exchange);
                            self.errands.push(Errand::Close(exchange));
                        }
                    }
                }
            }
        }
    }

    /// What containers have asked of others since the last call.
    pub fn take_errands(&mut self) -> Vec<Errand> {
        std::mem::take(&mut self.errands)
    }

    /// Where nobody carries what containers ask of others, it is not reached.
    pub fn refuse_errands(&mut self) {
        for errand in self.take_errands() {
            let Errand::Request(id, request, _) = errand else { continue };
            let authority = request.url.split("://").nth(1).unwrap_or_default().split(['/', '?', ':']).next().unwrap_or_default();
            let error = if authority.parse::<std::net::Ipv4Addr>().is_ok() { NetError::NetworkUnreachable } else { NetError::UnknownHost };
            self.answer_container(id, &HttpEvent::Failed(error));
        }
    }

    /// The daemon's number for what a container has asked under its own.
    fn carried_for(&self, by: usize, own: ExchangeId) -> Option<ExchangeId> {
        let container = &self.containers[by].id;
        self.carried.iter().find(|(_, carried)| carried.exchange == own && carried.container == *container).map(|(exchange, _)| *exchange)
    }

    fn look_up(&self, by: usize, name: &str, record: RecordType) -> LookupAnswer {
        let Some(found) = self.meant(by, name) else { return LookupAnswer::NxDomain };
        let own = &self.containers[by].networks;
        let address = self.containers[found].networks.iter().find(|(network, _)| own.contains_key(*network)).and_then(|(_, address)| address.parse().ok());
        let data = address.filter(|_| record == RecordType::A).map(RecordData::A);
        LookupAnswer::Records(data.map(|data| Record { name: format!("{name}."), ttl_seconds: 600, data }).into_iter().collect())
    }

    fn carry_request(&mut self, by: usize, id: ExchangeId, request: &HttpRequest, now: Time) {
        let (scheme, rest) = request.url.split_once("://").unwrap_or(("http", &request.url));
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = authority.rsplit_once(':').map_or((authority, None), |(host, port)| (host, port.parse::<u16>().ok()));
        let port = port.unwrap_or(if scheme == "https" { 443 } else { 80 });
        let host = self.containers[by].extra_hosts.iter().find(|(name, _)| name == host).map_or(host, |(_, address)| address).to_owned();
        let host = host.as_str();
        let is_own = host == "localhost" || host.starts_with("127.");
        let on_host = self.containers[by].is_on_host();
        let answers_itself = scheme == "icmp" || if scheme == "udp" { self.containers[by].takes_datagrams(port, now) } else { self.containers[by].listens(port, now) };
        let found = if is_own { Some(by).filter(|_| !on_host || answers_itself) } else { self.meant(by, host) };
        if found.is_none() && self.containers[by].is_alone() {
            let error = if host.parse::<std::net::Ipv4Addr>().is_ok() { NetError::NetworkUnreachable } else { NetError::UnknownHost };
            return self.containers[by].http_reply(id, HttpEvent::Failed(error));
        }
        // Numbers of its own, far from those of the workstation.
        self.next_carried += 1;
        let exchange = ExchangeId(u64::MAX - self.next_carried);
        self.carried.insert(exchange, Carried { container: self.containers[by].id.clone(), exchange: id });
        let mut request = request.clone();
        if request.header_value("host").is_none() {
            request.headers.push(("Host".to_owned(), authority.to_owned()));
        }
        let Some(found) = found else {
            // The workstation's address is the workstation.
            let is_gateway = self.containers[by].networks.keys().any(|name| self.networks.get(name).is_some_and(|network| !network.prefix.is_empty() && format!("{}.0.1", network.prefix) == host));
            if is_gateway {
                request.url = format!("{scheme}://localhost:{port}{}", rest.strip_prefix(authority).unwrap_or_default());
            }
            return self.errands.push(Errand::Request(exchange, request, !on_host));
        };
        match scheme {
            "http" | "https" => {}
            "udp" => {
                let from = self.containers[by].address().to_owned();
                return self.open_datagrams(found, port, exchange, &from, now);
            }
            "tcp" => {
                let from = self.containers[by].address().to_owned();
                return self.connect(found, port, exchange, &from, false, now);
            }
            "icmp" => return self.reply(now, exchange, HttpEvent::Response(podarium_machine::HttpResponse::new(64, ""))),
            _ => {
                self.carried.remove(&exchange);
                return self.containers[by].http_reply(id, HttpEvent::Failed(NetError::BadUrl));
            }
        }
        let reply = self.containers[found].take(port, exchange, &request, now, &mut self.volumes);
        // Nobody stands between two containers: who does not listen refuses.
        let reply = reply.map(|(at, to, event)| (at, to, if event == HttpEvent::Failed(NetError::ConnectionReset) { HttpEvent::Failed(NetError::ConnectionRefused) } else { event }));
        self.take(reply.into_iter().collect());
    }

    /// Hands an answer to the container that asked. Whether it was one's.
    pub fn answer_container(&mut self, to: ExchangeId, event: &HttpEvent) -> bool {
        let Some(carried) = self.carried.get(&to).cloned() else { return false };
        if matches!(event, HttpEvent::Response(_) | HttpEvent::End | HttpEvent::Failed(_)) {
            self.carried.remove(&to);
        }
        if let Some(container) = self.containers.iter_mut().find(|container| container.id == carried.container) {
            container.http_reply(carried.exchange, event.clone());
        }
        true
    }
}
