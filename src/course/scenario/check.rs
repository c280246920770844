//! What must be consistent in a scenario beyond its form: names once, references that lead somewhere, time that does
//! not go backwards.
//!
//! The checks look at the tree of the file and not at the types, so they report what they can about a file that has
//! other errors too.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_cluster::flags::Flags;
use podarium_cluster::kubelet::KubeletConfiguration;
use podarium_cluster::scheduler::configuration::SchedulerConfiguration;

use super::cluster::{Addon, Cluster};
use super::reference::References;
use super::values::Period;
use crate::error::{Errors, Source, did_you_mean};
use crate::schema::ParsedText;
use crate::yaml::{Node, Place};

pub(crate) fn check(root: &Node, source: Source<'_>, errors: &mut Errors) {
    let mut check = Check { root, source, errors };
    let machines = check.cluster();
    check.scheduler();
    check.kubelet();
    check.api_server();
    check.images();
    check.files();
    check.timeline(machines.as_deref());
    check.conditions(machines.as_deref());
    References::of(root).check(source, check.errors);
}

struct Check<'a> {
    root: &'a Node,
    source: Source<'a>,
    errors: &'a mut Errors,
}

/// The items of a list in a mapping; none when it is not there or no list.
pub(super) fn items<'a>(node: &'a Node, key: &str) -> &'a [Node] {
    node.get(key).map(Node::items).unwrap_or_default()
}

impl<'a> Check<'a> {
    fn add(&mut self, place: Place, found: impl Into<String>) -> &mut crate::FileError {
        self.errors.add(self.source, place, found)
    }

    /// Reports a value that stands in the list twice.
    fn unique(&mut self, list: &str, key: &str) {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for node in items(self.root, list).iter().filter_map(|item| item.get(key)) {
            let Some(text) = node.text() else { continue };
            match seen.get(text) {
                Some(line) => {
                    let expected = format!("each {key} once: it is already on line {line}");
                    self.add(node.place, format!("a second `{text}` in `{list}`")).expected(expected);
                }
                None => {
                    seen.insert(text, node.place.line);
                }
            }
        }
    }

    /// Groups that come and go have bounds that make sense, and an add-on that looks after them.
    fn autoscaling(&mut self, cluster: &Cluster) {
        let groups = self.root.nearest(&["cluster", "nodes"]).items();
        let has_addon = cluster.addons.contains(&Addon::ClusterAutoscaler);
        let scaled = cluster.autoscaled();
        if has_addon && scaled.is_empty() {
            let place = self.root.nearest(&["cluster", "addons"]).place;
            self.add(place, "`cluster-autoscaler` without a group that has `autoscale`".to_owned()).expected("`autoscale: {min: 1, max: 5}` in an entry of `nodes`");
        }
        for (index, group, bounds) in scaled {
            let place = groups.get(index).map_or(self.root.place, |group| group.nearest(&["autoscale"]).place);
            let count = group.count.unwrap_or(1);
            if !has_addon {
                self.add(place, "`autoscale` without the add-on".to_owned()).expected("`addons: [cluster-autoscaler]` beside `nodes`");
            }
            if group.name.is_some() || !group.zones.is_empty() {
                self.add(place, "`autoscale` beside `name` or `zones`".to_owned()).expected("`count` and `prefix`, and one `zone`");
            }
            if bounds.min > bounds.max || count < bounds.min || count > bounds.max {
                self.add(place, format!("{count} nodes between {} and {}", bounds.min, bounds.max)).expected("min ≤ count ≤ max");
            }
        }
    }

    /// The names of the machines, or `None` when they cannot be known.
    fn cluster(&mut self) -> Option<Vec<String>> {
        let groups = self.root.nearest(&["cluster", "nodes"]).items();
        for group in groups {
            for (key, other, why) in [
                ("name", "count", "either `name`, for one node, or `count` with `prefix`"),
                ("name", "prefix", "either `name`, for one node, or `count` with `prefix`"),
                ("zone", "zones", "one of them"),
            ] {
                if let (Some(_), Some(second)) = (group.entry(key), group.entry(other)) {
                    let place = second.key_place;
                    self.add(place, format!("`{other}` beside `{key}`")).expected(why);
                }
            }
        }
        let cluster = match self.root.get("cluster") {
            None => Cluster::default(),
            Some(node) => serde_json::from_value::<Cluster>(node.json()).ok()?,
        };
        self.autoscaling(&cluster);
        if cluster.size() > MOST_NODES {
            let place = self.root.nearest(&["cluster", "nodes"]).place;
            self.add(place, format!("{} nodes", cluster.size())).expected(format!("at most {MOST_NODES}"));
            return None;
        }
        let mut names: Vec<String> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for (index, machine) in cluster.machines() {
            if !seen.insert(machine.name.clone()) {
                let place = groups.get(index).map_or(self.root.place, |group| group.nearest(&["name"]).place);
                self.add(place, format!("a second node `{}`", machine.name)).expected("each name once");
            }
            names.push(machine.name);
        }
        // Those that the autoscaler may order.
        for (_, group, bounds) in cluster.autoscaled() {
            let free = (1..).map(|number| format!("{}-{number}", group.prefix())).filter(|name| !names.contains(name));
            let more: Vec<String> = free.take(bounds.max.saturating_sub(group.count.unwrap_or(1)) as usize).collect();
            names.extend(more);
        }
        for added in items(self.root, "timeline").iter().filter_map(|entry| entry.get("add-node")) {
            let Some(name) = added.text() else { continue };
            if seen.insert(name.to_owned()) {
                names.push(name.to_owned());
            } else {
                self.add(added.place, format!("a second node `{name}`")).expected("each name once");
            }
        }
        Some(names)
    }

    /// The scheduler's configuration is checked by the scheduler; its errors begin with the field.
    fn scheduler(&mut self) {
        let Some(configuration) = self.root.get("cluster").and_then(|cluster| cluster.get("scheduler")) else { return };
        if configuration.described() != "a mapping" && configuration.entries().is_empty() {
            return;
        }
        for error in SchedulerConfiguration::parse(&configuration.json()).err().unwrap_or_default() {
            let (field, quoted) = (error.split(": ").next().unwrap_or_default(), error.split('"').nth(1).unwrap_or_default());
            let field = if error.contains("unknown field") { quoted } else { field };
            let path: Vec<&str> = field.split(['.', '[', ']']).filter(|step| !step.is_empty()).collect();
            let place = configuration.nearest(&path).place;
            self.add(Place { width: place.width.min(1), ..place }, format!("a scheduler that cannot start: {error}"));
        }
    }

    /// The kubelet's configuration is checked by the kubelet.
    fn kubelet(&mut self) {
        let Some(configuration) = self.root.get("cluster").and_then(|cluster| cluster.get("kubelet")) else { return };
        if configuration.described() != "a mapping" {
            return;
        }
        if let Err(error) = KubeletConfiguration::parse(&configuration.json()) {
            let named = configuration.entries().iter().find(|entry| error.contains(&format!("{} of a", entry.key)));
            let place = named.map_or(configuration.place, |entry| entry.key_place);
            self.add(Place { width: place.width.min(1), ..place }, format!("a kubelet that cannot start: {error}"));
        }
    }

    /// The flags are checked by the server that they are for.
    fn api_server(&mut self) {
        let Some(flags) = self.root.get("cluster").and_then(|cluster| cluster.get("api-server")) else { return };
        if let Err(error) = Flags::parse(&flags.json()) {
            self.add(Place { width: flags.place.width.min(1), ..flags.place }, format!("an API server that cannot start: {error}"));
        }
    }

    fn images(&mut self) {
        self.unique("images", "name");
        for image in items(self.root, "images") {
            if let (Some(layers), Some(size)) = (image.get("layers"), image.entry("size"))
                && !layers.items().is_empty()
            {
                self.add(size.key_place, "`size` beside `layers`").expected("one of them: the layers add up");
            }
            let command = image.get("command").filter(|command| !command.items().is_empty());
            for key in ["serves", "logs", "exits", "leaks", "workers", "cpu", "memory", "starts-in", "ready-after", "stops-in"] {
                if let (Some(_), Some(played)) = (command, image.entry(key)) {
                    self.add(played.key_place, format!("`{key}` beside `command`")).expected("one of them: a command really runs, and does what it does");
                }
            }
            for file in image.get("files").map(Node::entries).unwrap_or_default() {
                if !file.key.starts_with('/') {
                    self.add(file.key_place, format!("`{}` in `files`", file.key)).expected("a path from the root, such as `/srv/index.html`");
                }
            }
            for line in items(image, "logs") {
                self.not_zero(line.get("every"), "a line without end at one moment");
            }
        }
    }

    fn not_zero(&mut self, node: Option<&Node>, means: &str) {
        let Some(node) = node else { return };
        if node.text().and_then(|text| Period::parse(text).ok()).is_some_and(|period| period.0.is_zero()) {
            self.add(node.place, format!("no time, which would be {means}")).expected("more than `0s`");
        }
    }

    fn files(&mut self) {
        self.unique("files", "path");
        for file in items(self.root, "files") {
            match (file.entry("text"), file.entry("from")) {
                (Some(_), Some(from)) => {
                    self.add(from.key_place, "`from` beside `text`").expected("one of them");
                }
                (None, None) => {
                    let place = Place { width: 1, ..file.place };
                    self.add(place, "a file without text").expected("`text`, or `from` with the file to copy");
                }
                _ => {}
            }
            let Some(path) = file.get("path") else { continue };
            let text = path.text().unwrap_or_default();
            if text.starts_with('/') || text.split('/').any(|part| part == "..") {
                self.add(path.place, format!("the path `{text}`")).expected("a path inside the home folder");
            }
        }
    }

    fn timeline(&mut self, machines: Option<&[String]>) {
        let mut last: Option<(Duration, &str)> = None;
        let mut traffic: Vec<&str> = Vec::new();
        for entry in items(self.root, "timeline") {
            if let Some((at, text)) = time_of(entry) {
                match last {
                    Some((before, shown)) if at < before => {
                        let place = entry.nearest(&["at"]).place;
                        self.add(place, format!("time goes back from `{shown}` to `{text}`"))
                            .expected("entries in the order of time");
                    }
                    _ => last = Some((at, text)),
                }
            }
            for key in ["stop-node", "shut-down-node", "start-node", "cut-off-node", "reconnect-node"] {
                self.node_exists(entry.get(key), machines);
            }
            if let Some(start) = entry.get("start-traffic") {
                self.start_traffic(start);
                traffic.extend(start.get("name").and_then(Node::text));
            }
            self.traffic_exists(entry.get("stop-traffic"), &traffic);
            self.traffic_exists(entry.get("change-traffic").and_then(|change| change.get("name")), &traffic);
        }
    }

    /// Either a rate or a number of clients, with what belongs to it.
    fn start_traffic(&mut self, start: &Node) {
        match (start.entry("per-second"), start.entry("clients")) {
            (Some(_), Some(clients)) => {
                self.add(clients.key_place, "`clients` beside `per-second`").expected("one of them");
            }
            (None, None) if !start.entries().is_empty() => {
                self.add(Place { width: 1, ..start.place }, "traffic without a number").expected("`per-second` or `clients`");
            }
            _ => {}
        }
        for (key, needed) in [("pause", "clients"), ("arrivals", "per-second")] {
            if let (Some(entry), None) = (start.entry(key), start.entry(needed)) {
                self.add(entry.key_place, format!("`{key}` without `{needed}`")).expected(format!("`{needed}` beside it"));
            }
        }
        self.not_zero(start.get("timeout"), "an answer that is never waited for");
    }

    fn traffic_exists(&mut self, node: Option<&Node>, started: &[&str]) {
        let Some(node) = node else { return };
        let Some(name) = node.text().filter(|name| !started.contains(name)) else { return };
        let help = did_you_mean(name, started.iter().copied());
        let error = self.add(node.place, format!("no traffic `{name}` was started before"));
        match help {
            Some(help) => error.help(help),
            None => error.expected("the name of a `start-traffic` further up"),
        };
    }

    /// The names of all traffic in the scenario.
    fn all_traffic(&self) -> Vec<&'a str> {
        let starts = items(self.root, "timeline").iter().filter_map(|entry| entry.get("start-traffic"));
        starts.filter_map(|start| start.get("name")?.text()).collect()
    }

    fn traffic_condition(&mut self, condition: &Node, traffic: &[&str]) {
        let Some(node) = condition.get("traffic") else { return };
        if let Some(name) = node.text().filter(|name| !traffic.contains(name)) {
            let help = did_you_mean(name, traffic.iter().copied());
            let error = self.add(node.place, format!("unknown traffic `{name}`"));
            match help {
                Some(help) => error.help(help),
                None => error.expected("the name of a `start-traffic` of the timeline"),
            };
        }
        for (key, other) in [("share", "version"), ("version", "share")] {
            if let (Some(entry), None) = (condition.entry(key), condition.entry(other)) {
                self.add(entry.key_place, format!("`{key}` without `{other}`")).expected(format!("`{other}` beside it"));
            }
        }
        if let Some(over) = condition.get("over")
            && let Some(text) = over.text()
            && let Ok(period) = Period::parse(text)
            && (period.0.is_zero() || period.0.subsec_nanos() != 0 || period.0.as_secs() > 600)
        {
            self.add(over.place, format!("the time `{text}`")).expected("whole seconds, from `1s` to `10m`");
        }
    }

    fn node_exists(&mut self, node: Option<&Node>, machines: Option<&[String]>) {
        let (Some(node), Some(machines)) = (node, machines) else { return };
        let Some(name) = node.text().filter(|name| !machines.iter().any(|machine| machine == name)) else { return };
        let help = did_you_mean(name, machines.iter().map(String::as_str));
        let some: Vec<&str> = machines.iter().map(String::as_str).take(5).collect();
        let expected = match (some.is_empty(), machines.len() > some.len()) {
            (true, _) => "a node, but the cluster has none".to_string(),
            (false, true) => format!("a node of the cluster: {}, …", some.join(", ")),
            (false, false) => format!("a node of the cluster: {}", some.join(", ")),
        };
        let error = self.add(node.place, format!("unknown node `{name}`")).expected(expected);
        if let Some(help) = help {
            error.help(help);
        }
    }

    fn conditions(&mut self, machines: Option<&[String]>) {
        let mut open: Vec<&Node> = items(self.root, "objectives").iter().filter_map(|item| item.get("that")).collect();
        let traffic = self.all_traffic();
        while let Some(condition) = open.pop() {
            open.extend(items(condition, "all").iter().chain(items(condition, "any")).chain(condition.get("not")));
            self.node_exists(condition.get("node"), machines);
            self.node_exists(condition.get("on-node"), machines);
            self.traffic_condition(condition, &traffic);
            for entry in condition.entries() {
                self.bounds(&entry.key, &entry.node);
            }
        }
    }

    fn bounds(&mut self, key: &str, node: &Node) {
        let compared = ["count", "ready", "restarts", "replicas", "updated", "available", "revision", "endpoints", "sent", "succeeded", "failed", "success", "share"];
        if !compared.contains(&key) || !matches!(node.value, crate::yaml::Value::Map(_)) {
            return;
        }
        let number = |key: &str| node.get(key).and_then(Node::scalar).and_then(|scalar| scalar.text.parse::<u32>().ok());
        match (number("at-least"), number("at-most")) {
            (Some(least), Some(most)) if least > most => {
                self.add(node.place, format!("at least {least} and at most {most}")).expected("numbers that can be");
            }
            (None, None) if node.entries().is_empty() => {
                self.add(node.place, format!("`{key}` without a bound")).expected("`at-least`, `at-most` or both");
            }
            _ => {}
        }
    }
}

/// More nodes than this are more than Kubernetes itself supports.
const MOST_NODES: u64 = 5000;

/// The time of a timeline entry, as a duration and as it is written.
pub(super) fn time_of(entry: &Node) -> Option<(Duration, &str)> {
    let text = entry.get("at")?.text()?;
    Period::parse(text).ok().map(|period| (period.0, text))
}
