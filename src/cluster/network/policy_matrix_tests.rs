//! Every connection of small clusters drawn at random, decided twice: by the compiled policies, and by reading the
//! objects again for each single connection.

use std::collections::BTreeMap;
use std::sync::Arc;

use podarium_api::{Kind, Namespace, NetworkPolicy, Object, Pod, Resource as _};
use podarium_sim::Stream;
use serde_json::{Value, json};

use super::Ip;
use super::policy::Policies;
use super::rules::Protocol;

const NAMESPACES: [&str; 3] = ["a", "b", "c"];
const PORTS: [u16; 4] = [80, 81, 443, 8080];

struct World {
    pods: Vec<Arc<Pod>>,
    namespaces: BTreeMap<String, Arc<Namespace>>,
    policies: Vec<Arc<NetworkPolicy>>,
    /// The same as JSON, for the second opinion.
    plain: Vec<Value>,
}

fn parse<T: podarium_api::Resource>(kind: Kind, value: Value) -> Arc<T> {
    let mut object: Object = kind.parse(value).unwrap_or_else(|error| panic!("{error:?}"));
    object.set_defaults();
    T::from_object(&object).expect("of this kind").clone()
}

fn pick<'a, T>(stream: &mut Stream, from: &'a [T]) -> &'a T {
    &from[stream.below(from.len())]
}

fn selector(stream: &mut Stream, key: &str) -> Value {
    match stream.below(4) {
        0 => json!({}),
        1 => json!({"matchLabels": {key: pick(stream, &["x", "y"])}}),
        2 => json!({"matchExpressions": [{"key": key, "operator": "NotIn", "values": [pick(stream, &["x", "y"])]}]}),
        _ => json!({"matchExpressions": [{"key": key, "operator": "Exists"}]}),
    }
}

fn peer(stream: &mut Stream) -> Value {
    match stream.below(5) {
        0 => json!({"podSelector": selector(stream, "app")}),
        1 => json!({"namespaceSelector": selector(stream, "team")}),
        2 => json!({"namespaceSelector": selector(stream, "team"), "podSelector": selector(stream, "app")}),
        3 => json!({"ipBlock": {"cidr": pick(stream, &["0.0.0.0/0", "10.244.0.0/24", "198.51.100.0/24"])}}),
        _ => json!({"ipBlock": {"cidr": "10.244.0.0/16", "except": [pick(stream, &["10.244.0.0/24", "10.244.1.4/32"])]}}),
    }
}

fn port(stream: &mut Stream) -> Value {
    match stream.below(5) {
        0 => json!({"port": pick(stream, &PORTS)}),
        1 => json!({"port": 80, "endPort": pick(stream, &[81, 500])}),
        2 => json!({"port": "web"}),
        3 => json!({"protocol": "UDP", "port": pick(stream, &["80", "web"]).parse::<u16>().map_or(json!("web"), |port| json!(port))}),
        _ => json!({"protocol": "TCP"}),
    }
}

fn rules(stream: &mut Stream, peers: &str) -> Value {
    let rule = |stream: &mut Stream| {
        let mut rule = json!({});
        if stream.below(4) > 0 {
            rule[peers] = (0..=stream.below(2)).map(|_| peer(stream)).collect();
        }
        if stream.below(2) > 0 {
            rule["ports"] = (0..=stream.below(2)).map(|_| port(stream)).collect();
        }
        rule
    };
    (0..stream.below(3)).map(|_| rule(stream)).collect()
}

fn world(seed: u64) -> World {
    let mut stream = Stream::new(seed, "policies");
    let namespaces = NAMESPACES.map(|name| {
        let labels = if stream.below(3) == 0 { json!({}) } else { json!({"team": pick(&mut stream, &["x", "y"])}) };
        (name.to_owned(), parse(Kind::Namespace, json!({"metadata": {"name": name, "labels": labels}})))
    });
    let pods = (0..9_u32).map(|number| {
        let labels = if stream.below(4) == 0 { json!({}) } else { json!({"app": pick(&mut stream, &["x", "y"])}) };
        parse(Kind::Pod, json!({
            "metadata": {"name": format!("p{number}"), "namespace": NAMESPACES[number as usize % 3], "labels": labels},
            "spec": {"hostNetwork": number == 8, "containers": [{"name": "c", "image": "i", "ports": [{"name": "web", "protocol": pick(&mut stream, &["TCP", "TCP", "UDP"]), "containerPort": pick(&mut stream, &PORTS)}]}]},
            "status": {"phase": if number == 7 { "Succeeded" } else { "Running" }, "podIP": if number == 8 { "10.0.1.1".to_owned() } else { format!("10.244.{}.{}", number % 2, number + 2) }},
        }))
    });
    let pods = pods.collect();
    let plain: Vec<Value> = (0..=stream.below(4))
        .map(|number| {
            let mut spec = json!({"podSelector": selector(&mut stream, "app")});
            if stream.below(4) > 0 {
                spec["ingress"] = rules(&mut stream, "from");
            }
            if stream.below(2) > 0 {
                spec["egress"] = rules(&mut stream, "to");
            }
            match stream.below(4) {
                0 => spec["policyTypes"] = json!(["Ingress", "Egress"]),
                1 => spec["policyTypes"] = json!(["Egress"]),
                _ => {}
            }
            json!({"metadata": {"name": format!("n{number}"), "namespace": pick(&mut stream, &NAMESPACES)}, "spec": spec})
        })
        .collect();
    let policies = plain.iter().map(|policy| parse(Kind::NetworkPolicy, policy.clone())).collect();
    World { pods, namespaces: namespaces.into(), policies, plain }
}

/// A second opinion, in the words of the API's documentation: one connection, looked up in the plain objects.
impl World {
    fn labels(&self, pod: &Pod) -> BTreeMap<String, String> {
        pod.metadata.labels.clone().unwrap_or_default()
    }

    fn selects(selector: &Value, labels: &BTreeMap<String, String>) -> bool {
        let wanted = selector["matchLabels"].as_object().into_iter().flatten().all(|(key, value)| labels.get(key).map(String::as_str) == value.as_str());
        let expressions = selector["matchExpressions"].as_array().into_iter().flatten().all(|one| {
            let value = labels.get(one["key"].as_str().unwrap());
            match one["operator"].as_str().unwrap() {
                "Exists" => value.is_some(),
                "NotIn" => value.is_none_or(|value| one["values"][0] != *value),
                other => panic!("{other}"),
            }
        });
        wanted && expressions
    }

    fn has_own_address(pod: &Pod) -> bool {
        pod.spec.host_network != Some(true) && pod.status.phase.as_deref() == Some("Running")
    }

    fn pod_at(&self, ip: &str) -> Option<&Pod> {
        self.pods.iter().map(AsRef::as_ref).find(|pod| Self::has_own_address(pod) && pod.status.pod_ip.as_deref() == Some(ip))
    }

    fn in_range(ip: &str, cidr: &str) -> bool {
        let number = |text: &str| text.split('.').fold(0_u64, |sum, part| sum * 256 + part.parse::<u64>().unwrap());
        let (base, bits) = cidr.split_once('/').unwrap();
        let size = 1_u64 << (32 - bits.parse::<u32>().unwrap());
        number(ip) / size == number(base) / size
    }

    fn peer_is(&self, peer: &Value, namespace: &str, ip: &str) -> bool {
        if let Some(block) = peer.get("ipBlock") {
            let excepted = block["except"].as_array().into_iter().flatten().any(|cidr| Self::in_range(ip, cidr.as_str().unwrap()));
            return Self::in_range(ip, block["cidr"].as_str().unwrap()) && !excepted;
        }
        let Some(pod) = self.pod_at(ip) else { return false };
        let place = match peer.get("namespaceSelector") {
            None => pod.namespace() == namespace,
            Some(selector) => Self::selects(selector, &self.namespaces[pod.namespace()].metadata.labels.clone().unwrap_or_default()),
        };
        place && peer.get("podSelector").is_none_or(|selector| Self::selects(selector, &self.labels(pod)))
    }

    fn port_is(&self, wanted: &Value, to: &str, (protocol, port): (&str, u16)) -> bool {
        if wanted["protocol"].as_str().unwrap_or("TCP") != protocol {
            return false;
        }
        match &wanted["port"] {
            Value::Null => true,
            Value::String(name) => self.pod_at(to).is_some_and(|pod| {
                pod.spec.containers.iter().flat_map(|container| container.ports.iter().flatten()).any(|declared| declared.name.as_ref() == Some(name) && declared.protocol.as_deref().unwrap_or("TCP") == protocol && declared.container_port == i32::from(port))
            }),
            number => (number.as_u64().unwrap()..=wanted["endPort"].as_u64().unwrap_or(number.as_u64().unwrap())).contains(&u64::from(port)),
        }
    }

    /// One direction: `subject` is the pod that policies select, `other` the other end, `to` the receiver.
    fn direction(&self, type_: &str, rules: &str, peers: &str, subject: &str, other: &str, to: &str, port: (&str, u16)) -> bool {
        let Some(pod) = self.pod_at(subject) else { return true };
        let has_type = |policy: &Value| match policy["spec"]["policyTypes"].as_array() {
            Some(types) => types.iter().any(|one| one == type_),
            None => type_ == "Ingress" || policy["spec"]["egress"].as_array().is_some_and(|rules| !rules.is_empty()),
        };
        let selecting: Vec<&Value> = self
            .plain
            .iter()
            .filter(|policy| policy["metadata"]["namespace"] == *pod.namespace() && Self::selects(&policy["spec"]["podSelector"], &self.labels(pod)) && has_type(policy))
            .collect();
        if selecting.is_empty() {
            return true;
        }
        let full = |value: &Value| value.as_array().filter(|items| !items.is_empty()).cloned();
        selecting.iter().any(|policy| {
            let namespace = policy["metadata"]["namespace"].as_str().unwrap();
            policy["spec"][rules].as_array().into_iter().flatten().any(|rule| {
                full(&rule[peers]).is_none_or(|all| all.iter().any(|peer| self.peer_is(peer, namespace, other)))
                    && full(&rule["ports"]).is_none_or(|all| all.iter().any(|wanted| self.port_is(wanted, to, port)))
            })
        })
    }

    fn allowed(&self, from: &str, to: &str, port: (&str, u16)) -> bool {
        from == to || (self.direction("Egress", "egress", "to", from, to, to, port) && self.direction("Ingress", "ingress", "from", to, from, to, port))
    }
}

#[test]
fn the_whole_matrix_of_connections_agrees_with_a_second_opinion() {
    let (mut allowed, mut denied) = (0, 0);
    for seed in 0..400 {
        let world = world(seed);
        let policies = Policies::new(world.policies.iter(), &world.pods, &world.namespaces);
        let pods = world.pods.iter().filter_map(|pod| pod.status.pod_ip.clone());
        let addresses: Vec<String> = pods.chain(["198.51.100.7".to_owned(), "10.0.1.2".to_owned()]).collect();
        for from in &addresses {
            for to in &addresses {
                for (port, udp) in PORTS.into_iter().flat_map(|port| [(port, false), (port, true)]) {
                    let (protocol, name) = if udp { (Protocol::Udp, "UDP") } else { (Protocol::Tcp, "TCP") };
                    let (source, target): (Ip, Ip) = (from.parse().unwrap(), to.parse().unwrap());
                    let got = policies.lets_out(source, target, (protocol, port)) && policies.lets_in(source, target, (protocol, port));
                    assert_eq!(got, world.allowed(from, to, (name, port)), "seed {seed}: {from} → {to}:{port}/{name}\n{:#?}", world.plain);
                    *(if got { &mut allowed } else { &mut denied }) += 1;
                }
            }
        }
    }
    assert!(allowed > 10_000 && denied > 10_000, "{allowed} {denied}");
}
