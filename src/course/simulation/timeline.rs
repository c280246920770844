//! What a scenario is made of becomes what happens: its machines and images a cluster, its events inputs and commands.
//!
//! Events that a person would do with kubectl are done with kubectl, on the student's computer but beside the terminal,
//! so they take the same way and the same time as if they had been typed.

use std::fmt::Write as _;

use podarium_api::{Pod, Resource as _};
use podarium_cluster::Key;
use podarium_sim::Time;
use podarium_workstation::World;

use super::{Input, Simulation};
use crate::{Event, Manifest, PodChoice, Scenario, Selector, TimelineEntry, Which};

/// The world as it is at the start.
pub(super) fn build(scenario: &Scenario, seed: u64) -> World {
    let cluster = super::machines::cluster(scenario, seed);
    let mut world = podarium_workstation::student(cluster);
    for file in &scenario.files {
        world.put_file(&file.path, &file.text);
    }
    world
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

impl Simulation {
    pub(super) fn apply_manifests(&mut self) {
        let scenario = self.scenario.clone();
        self.apply(&scenario.manifests);
    }

    fn apply(&mut self, manifests: &[Manifest]) {
        if manifests.is_empty() {
            return;
        }
        let mut text = String::new();
        for manifest in manifests {
            let _ = writeln!(text, "---\n{}", manifest.object);
        }
        self.run(words(&["kubectl", "apply", "-f", "-"]), &text);
    }

    /// Does what one entry of the timeline says.
    pub(super) fn play(&mut self, entry: &TimelineEntry) {
        let command = |simulation: &mut Simulation, argv: Vec<String>| simulation.input(Input::Command { argv, stdin: String::new() });
        match &entry.event {
            Event::Apply(manifests) => {
                self.world.begin_input();
                self.apply(manifests);
            }
            Event::Delete(objects) => {
                for object in objects.as_slice() {
                    command(self, words(&["kubectl", "delete", "--wait=false", &object.to_string()]));
                }
            }
            Event::KillPod(choice) => self.kill_pods(choice),
            Event::KillProcess(kill) => {
                let container = kill.container.as_ref().map_or(String::new(), |name| name.0.clone());
                for pod in self.choose(&kill.namespace.0, &kill.selector, kill.which) {
                    self.input(Input::KillProcess {
                        namespace: pod.namespace.to_string(),
                        pod: pod.name.to_string(),
                        container: container.clone(),
                        exit_code: kill.exit_code,
                    });
                }
            }
            Event::StopNode(node) => self.input(Input::StopNode { node: node.0.clone() }),
            Event::StartNode(node) => self.input(Input::StartNode { node: node.0.clone() }),
            Event::CutOffNode(node) => self.input(Input::CutOffNode { node: node.0.clone() }),
            Event::ReconnectNode(node) => self.input(Input::ReconnectNode { node: node.0.clone() }),
            Event::Scale(scale) => {
                let replicas = format!("--replicas={}", scale.replicas);
                command(self, words(&["kubectl", "scale", "-n", &scale.namespace.0, &scale.target.to_string(), &replicas]));
            }
            Event::SetImage(set) => {
                let container = set.container.as_ref().map_or("*", |name| name.0.as_str());
                let image = format!("{container}={}", set.image.0);
                command(self, words(&["kubectl", "set", "image", "-n", &set.namespace.0, &set.target.to_string(), &image]));
            }
            Event::StartTraffic(traffic) => self.note(format!("not simulated: traffic to {}", traffic.service), true),
            Event::StopTraffic(name) => self.note(format!("not simulated: the traffic {name}"), true),
            Event::Say(text) => self.note(text.clone(), false),
            Event::Type(line) => self.input(Input::Type(line.clone())),
        }
    }

    fn kill_pods(&mut self, choice: &PodChoice) {
        let (pods, grace) = match choice {
            PodChoice::Name(name) => (vec![Key::new("default", &name.0)], None),
            PodChoice::Selected(selection) => {
                let grace = selection.grace.map(|grace| i64::try_from(grace.0.as_secs()).unwrap_or(i64::MAX));
                (self.choose(&selection.namespace.0, &selection.selector, selection.which), grace)
            }
        };
        for pod in pods {
            self.input(Input::DeletePod { namespace: pod.namespace.to_string(), name: pod.name.to_string(), grace_seconds: grace });
        }
    }

    /// The pods that a selection means at this moment; those that are already terminating do not count.
    fn choose(&mut self, namespace: &str, selector: &Selector, which: Which) -> Vec<Key> {
        let empty = std::collections::BTreeMap::new();
        let mut pods: Vec<(Option<Time>, Key)> = self
            .cluster()
            .list::<Pod>()
            .filter(|pod| pod.namespace() == namespace && pod.metadata.deletion_timestamp.is_none())
            .filter(|pod| selector.matches(pod.metadata.labels.as_ref().unwrap_or(&empty)))
            .map(|pod| {
                let created = pod.metadata.creation_timestamp.as_ref().map(|time| self.cluster().config().epoch.time(time.0));
                (created, Key::of_meta(&pod.metadata))
            })
            .collect();
        pods.sort();
        let keys: Vec<Key> = pods.into_iter().map(|(_, key)| key).collect();
        let chosen = match which {
            Which::All => return keys,
            _ if keys.is_empty() => None,
            Which::Oldest => keys.first(),
            Which::Newest => keys.last(),
            Which::Any => keys.get(self.draws.below(keys.len())),
        };
        if chosen.is_none() {
            self.note(format!("there is no pod {selector} to choose"), true);
        }
        chosen.into_iter().cloned().collect()
    }
}
