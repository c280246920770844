//! What a scenario is made of becomes what happens: its machines and images a cluster, its events inputs and commands.
//!
//! Events that a person would do with kubectl are done with kubectl, on the student's computer but beside the terminal,
//! so they take the same way and the same time as if they had been typed.

use std::fmt::Write as _;

use podarium_api::time::Epoch;
use podarium_workstation::World;

use super::{Input, Simulation};
use crate::{Event, Manifest, PodChoice, PodSelection, Scenario, TimelineEntry};

/// The world as it is at the start.
pub(super) fn build(scenario: &Scenario, seed: u64, epoch: Epoch) -> World {
    let cluster = super::machines::cluster(scenario, seed, epoch);
    let mut world = podarium_workstation::student(cluster);
    for file in &scenario.files {
        world.put_file(&file.path, &file.text, file.executable);
    }
    world
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

impl Simulation {
    pub(super) fn apply_manifests(&mut self) {
        let scenario = self.scenario().clone();
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
    pub(super) fn carry_out(&mut self, entry: &TimelineEntry) {
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
                let namespace = kill.namespace.0.clone();
                for pod in self.play.pods_of(&kill.selector, kill.which, &namespace, &self.world.cluster) {
                    let (namespace, container) = (namespace.clone(), container.clone());
                    self.input(Input::KillProcess { namespace, pod, container, exit_code: kill.exit_code });
                }
            }
            Event::AddNode(node) => self.input(Input::AddNode { node: node.0.clone() }),
            Event::StopNode(node) => self.input(Input::StopNode { node: node.0.clone() }),
            Event::ShutDownNode(node) => self.input(Input::ShutDownNode { node: node.0.clone() }),
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
            Event::StartTraffic(traffic) => {
                self.world.begin_input();
                self.world.cluster.start_traffic(super::traffic::plan(traffic));
            }
            Event::ChangeTraffic(change) => {
                self.world.begin_input();
                if !self.world.cluster.change_traffic(&change.name.0, f64::from(change.per_second), change.within.0) {
                    self.note(format!("the traffic {} has no rate to change", change.name), true);
                }
            }
            Event::StopTraffic(name) => {
                self.world.begin_input();
                if !self.world.cluster.stop_traffic(&name.0) {
                    self.note(format!("there is no traffic {name} to stop"), true);
                }
            }
            Event::Say(text) => self.note(text.clone(), false),
            Event::Type(line) => self.input(Input::Type(line.clone())),
        }
    }

    fn kill_pods(&mut self, choice: &PodChoice) {
        let (namespace, names) = self.play.pods_to_kill(choice, &self.world.cluster);
        if names.is_empty() {
            self.note("there is no such pod to kill", true);
        }
        let grace_seconds = match choice {
            PodChoice::Selected(PodSelection { grace: Some(grace), .. }) => i64::try_from(grace.0.as_secs()).ok(),
            _ => None,
        };
        for name in names {
            self.input(Input::DeletePod { namespace: namespace.clone(), name, grace_seconds });
        }
    }
}
