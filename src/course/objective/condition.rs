//! Deciding a condition in a cluster, and saying why it does not hold.

use std::fmt::Write as _;

use super::world::{DeploymentFacts, World};
use crate::{
    Comparison, Condition, DeploymentCondition, EventCondition, Name, NodeCondition, NodesCondition, ObjectRef, Phase,
    PodsCondition, ServiceCondition, TrafficCondition,
};

/// What a condition comes to: nothing where it holds, and otherwise the reason why not.
pub(super) type Verdict = Result<(), String>;

impl Condition {
    pub(super) fn verdict(&self, world: &dyn World) -> Verdict {
        match self {
            Condition::Pods(pods) => pods.verdict(world),
            Condition::Deployment(deployment) => deployment.verdict(world),
            Condition::Service(service) => service.verdict(world),
            Condition::Traffic(traffic) => traffic.verdict(world),
            Condition::Node(node) => node.verdict(world),
            Condition::Nodes(nodes) => nodes.verdict(world),
            Condition::Event(event) => event.verdict(world),
            Condition::Exists(these) => existence(world, &these.namespace, these.exists.as_slice(), true),
            Condition::Gone(these) => existence(world, &these.namespace, these.gone.as_slice(), false),
            Condition::All(all) => all.all.iter().try_for_each(|condition| condition.verdict(world)),
            Condition::Any(any) => {
                let mut reasons = Vec::new();
                for condition in &any.any {
                    match condition.verdict(world) {
                        Ok(()) => return Ok(()),
                        Err(why) => reasons.push(why),
                    }
                }
                Err(reasons.join("; and "))
            }
            Condition::Not(not) => match not.not.verdict(world) {
                Ok(()) => Err("what must not be so is so".to_string()),
                Err(_) => Ok(()),
            },
        }
    }
}

impl Comparison {
    pub fn holds(self, number: u32) -> bool {
        match self {
            Comparison::Exactly(exact) => number == exact,
            Comparison::Bounds(bounds) => {
                bounds.at_least.is_none_or(|least| number >= least) && bounds.at_most.is_none_or(|most| number <= most)
            }
        }
    }
}

impl std::fmt::Display for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Comparison::Exactly(exact) => write!(f, "{exact}"),
            Comparison::Bounds(bounds) => match (bounds.at_least, bounds.at_most) {
                (Some(least), Some(most)) => write!(f, "{least} to {most}"),
                (Some(least), None) => write!(f, "at least {least}"),
                (None, Some(most)) => write!(f, "at most {most}"),
                (None, None) => f.write_str("any number"),
            },
        }
    }
}

/// Holds the number against the comparison, if there is one.
fn compare(number: u32, comparison: Option<Comparison>, what: impl FnOnce() -> String) -> Verdict {
    match comparison {
        Some(comparison) if !comparison.holds(number) => Err(format!("{}: {number}, not {comparison}", what())),
        _ => Ok(()),
    }
}

/// What is counted when nothing else is said: that there is one at all.
const SOME: Comparison = Comparison::Bounds(crate::Bounds { at_least: Some(1), at_most: None });

impl PodsCondition {
    fn verdict(&self, world: &dyn World) -> Verdict {
        let (mut count, mut ready, mut restarts) = (0, 0, 0);
        for pod in world.pods(&self.namespace.0) {
            let active = !pod.terminating
                && (self.phase.is_some() || !matches!(pod.phase, Phase::Succeeded | Phase::Failed));
            let wanted = active
                && self.pods.matches(pod.labels)
                && self.phase.is_none_or(|phase| pod.phase == phase)
                && self.image.as_ref().is_none_or(|image| pod.images.contains(&image.0.as_str()))
                && self.on_node.as_ref().is_none_or(|node| pod.node == Some(node.0.as_str()))
                && self.reason.as_ref().is_none_or(|reason| {
                    world.pod_status(&self.namespace.0, pod.name).as_ref() == Some(reason)
                });
            if wanted {
                count += 1;
                ready += u32::from(pod.ready);
                restarts += pod.restarts;
            }
        }
        let nothing_said = self.count.is_none() && self.ready.is_none() && self.restarts.is_none();
        let wanted = self.count.or(nothing_said.then_some(SOME));
        compare(count, wanted, || self.described())?;
        compare(ready, self.ready, || format!("ready {}", self.described()))?;
        compare(restarts, self.restarts, || format!("restarts of {}", self.described()))
    }

    fn described(&self) -> String {
        let mut text = match self.pods.is_all() {
            true => "pods".to_string(),
            false => format!("pods with {}", self.pods),
        };
        if let Some(image) = &self.image {
            let _ = write!(text, " and image {}", image.0);
        }
        if let Some(phase) = self.phase {
            let _ = write!(text, " in phase {phase:?}");
        }
        if let Some(node) = &self.on_node {
            let _ = write!(text, " on {node}");
        }
        if let Some(reason) = &self.reason {
            let _ = write!(text, " in status {reason}");
        }
        text
    }
}

impl DeploymentCondition {
    fn verdict(&self, world: &dyn World) -> Verdict {
        let name = &self.deployment;
        let Some(facts) = world.deployment(&self.namespace.0, &name.0) else {
            return Err(format!("there is no Deployment {name}"));
        };
        for (number, comparison, what) in [
            (facts.replicas, self.replicas, "desired replicas"),
            (facts.ready, self.ready, "ready replicas"),
            (facts.updated, self.updated, "updated replicas"),
            (facts.available, self.available, "available replicas"),
            (facts.revision, self.revision, "revision"),
        ] {
            compare(number, comparison, || format!("{what} of Deployment {name}"))?;
        }
        match (self.rolled_out, facts.rolled_out()) {
            (Some(true), false) => return Err(format!("the rollout of Deployment {name} is not complete")),
            (Some(false), true) => return Err(format!("the rollout of Deployment {name} is complete")),
            _ => {}
        }
        match &self.image {
            Some(image) if !facts.images.contains(&image.0.as_str()) => {
                Err(format!("the image of Deployment {name} is {}, not {}", facts.images.join(", "), image.0))
            }
            _ => Ok(()),
        }
    }
}

impl DeploymentFacts<'_> {
    /// What `kubectl rollout status` waits for: the controller has seen the newest spec, all replicas are of the
    /// newest template, none of an older one is left, and all of them are available.
    pub fn rolled_out(&self) -> bool {
        self.observed_generation >= self.generation
            && self.updated >= self.replicas
            && self.status_replicas <= self.updated
            && self.available >= self.updated
    }
}

impl ServiceCondition {
    fn verdict(&self, world: &dyn World) -> Verdict {
        match world.ready_endpoints(&self.namespace.0, &self.service.0) {
            None => Err(format!("there is no Service {}", self.service)),
            Some(ready) => compare(ready, self.endpoints, || format!("ready endpoints of Service {}", self.service)),
        }
    }
}

impl TrafficCondition {
    fn verdict(&self, world: &dyn World) -> Verdict {
        let name = &self.traffic;
        let seconds = self.over.map(|over| usize::try_from(over.0.as_secs()).unwrap_or(usize::MAX));
        let Some(facts) = world.traffic(&name.0, seconds) else { return Err(format!("there is no traffic {name}")) };
        if let Some(wanted) = seconds.filter(|wanted| facts.seconds < *wanted) {
            return Err(format!("traffic {name} has run for {} s, not for {wanted} s", facts.seconds));
        }
        let number = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        for (count, comparison, what) in [
            (facts.sent, self.sent, "sent requests"),
            (facts.succeeded, self.succeeded, "good answers"),
            (facts.failed, self.failed, "failed requests"),
        ] {
            compare(number(count), comparison, || format!("{what} of traffic {name}"))?;
        }
        let ended = facts.succeeded + facts.failed;
        if self.success.is_some() {
            let percent = (facts.succeeded * 100).checked_div(ended).ok_or_else(|| nothing_ended(name))?;
            compare(number(percent), self.success, || format!("percentage of good answers of traffic {name}"))?;
        }
        if self.share.is_some() {
            let version = self.version.as_deref().unwrap_or_default();
            let answered = facts.versions.get(version).copied().unwrap_or(0);
            let percent = (answered * 200 + facts.succeeded).checked_div(facts.succeeded * 2).ok_or_else(|| nothing_ended(name))?;
            compare(number(percent), self.share, || format!("percentage of answers of version {version} to traffic {name}"))?;
        }
        match (self.p95, facts.p95) {
            (None, _) => Ok(()),
            (Some(_), None) => Err(nothing_ended(name)),
            (Some(most), Some(took)) if took <= most.0 => Ok(()),
            (Some(most), Some(took)) => {
                Err(format!("95 of 100 answers to traffic {name} came within {} ms, not within {most}", took.as_millis()))
            }
        }
    }
}

fn nothing_ended(name: &Name) -> String {
    format!("no request of traffic {name} has ended")
}

impl NodeCondition {
    fn verdict(&self, world: &dyn World) -> Verdict {
        let name = &self.node;
        let Some(node) = world.nodes().find(|node| node.name == name.0) else {
            return Err(format!("there is no node {name}"));
        };
        for (wanted, is, word) in [(self.ready, node.ready, "ready"), (self.cordoned, node.cordoned, "cordoned")] {
            match (wanted, is) {
                (Some(true), false) => return Err(format!("node {name} is not {word}")),
                (Some(false), true) => return Err(format!("node {name} is {word}")),
                _ => {}
            }
        }
        Ok(())
    }
}

impl NodesCondition {
    fn verdict(&self, world: &dyn World) -> Verdict {
        let (mut count, mut ready) = (0, 0);
        for node in world.nodes().filter(|node| self.nodes.matches(node.labels)) {
            count += 1;
            ready += u32::from(node.ready);
        }
        let nothing_said = self.count.is_none() && self.ready.is_none();
        compare(count, self.count.or(nothing_said.then_some(SOME)), || "nodes".to_string())?;
        compare(ready, self.ready, || "ready nodes".to_string())
    }
}

impl EventCondition {
    fn verdict(&self, world: &dyn World) -> Verdict {
        let seen = world
            .events(&self.namespace.0)
            .filter(|event| {
                event.reason == self.event
                    && self.kind.as_ref().is_none_or(|kind| kind.eq_ignore_ascii_case(event.kind))
                    && self.about.as_ref().is_none_or(|name| event.name.starts_with(name.as_str()))
                    && self.says.as_ref().is_none_or(|part| event.message.contains(part.as_str()))
            })
            .map(|event| event.count)
            .sum();
        compare(seen, Some(self.count.unwrap_or(SOME)), || format!("events {}", self.event))
    }
}

fn existence(world: &dyn World, namespace: &Name, objects: &[ObjectRef], wanted: bool) -> Verdict {
    for object in objects {
        match world.exists(&namespace.0, object) {
            None => return Err(format!("the cluster knows no kind `{}`", object.kind)),
            Some(there) if there == wanted => {}
            Some(true) => return Err(format!("{object} exists")),
            Some(false) => return Err(format!("{object} does not exist")),
        }
    }
    Ok(())
}
