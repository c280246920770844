//! Playing a scenario: which entry of the timeline is next, which pods it means, and where the objectives stand.
//!
//! [`Play`] decides nothing about how an event is carried out. Whoever drives the cluster asks it what is due, sends
//! that to the cluster, and shows it the cluster after every change. It follows from the scenario and the seed alone,
//! so a recording need not hold the timeline.

use std::sync::Arc;

use podarium_sim::{Stream, Time};

use crate::{Actor, PodChoice, PodFacts, Report, Scenario, Selector, TimelineEntry, Watch, Which, World};

/// Whether somebody is at the keyboard, who does what the steps ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The timeline plays the student's part too.
    Nobody,
    Student,
}

/// A scenario on its way.
#[derive(Clone, Debug)]
pub struct Play {
    scenario: Arc<Scenario>,
    audience: Audience,
    next: usize,
    watch: Watch,
    stream: Stream,
}

impl Play {
    pub fn new(scenario: Arc<Scenario>, seed: u64, audience: Audience) -> Self {
        let watch = Watch::new(&scenario);
        let mut play = Play { scenario, audience, next: 0, watch, stream: Stream::new(seed, "scenario") };
        play.skip();
        play
    }

    pub fn scenario(&self) -> &Arc<Scenario> {
        &self.scenario
    }

    /// When the next entry of the timeline is due.
    pub fn next_entry_at(&self) -> Option<Time> {
        self.scenario.timeline.get(self.next).map(TimelineEntry::time)
    }

    /// Takes the next entry if it is due by `now`. Objectives that refer to its name count from its time on.
    pub fn take_due(&mut self, now: Time) -> Option<TimelineEntry> {
        let entry = self.scenario.timeline.get(self.next).filter(|entry| entry.time() <= now)?.clone();
        self.next += 1;
        self.skip();
        if let Some(name) = &entry.name {
            self.watch.happened(&name.0, entry.time());
        }
        Some(entry)
    }

    /// Leaves out what a person at the keyboard does.
    fn skip(&mut self) {
        let left_out = |entry: &TimelineEntry| self.audience == Audience::Student && entry.by == Actor::Student;
        while self.scenario.timeline.get(self.next).is_some_and(left_out) {
            self.next += 1;
        }
    }

    /// Looks at the cluster; to be called once at the start, and after every change of its objects.
    pub fn observe(&mut self, world: &dyn World) {
        self.watch.observe(world);
    }

    /// Lets time pass with nothing changing in the cluster.
    pub fn advance(&mut self, to: Time) {
        self.watch.advance(to);
    }

    /// Decides what is decided only at the end of a run. The play itself could go on: this is a look ahead.
    pub fn reports_at_end(&self, world: &dyn World) -> Vec<Report> {
        let mut watch = self.watch.clone();
        watch.finish(world);
        watch.reports()
    }

    /// Where the objectives stand.
    pub fn watch(&self) -> &Watch {
        &self.watch
    }

    /// How many of the steps are done.
    pub fn steps_done(&self) -> usize {
        self.watch.steps_done(&self.scenario)
    }

    /// The namespace and the names of the pods that a `kill-pod` means now.
    pub fn pods_to_kill(&mut self, choice: &PodChoice, world: &dyn World) -> (String, Vec<String>) {
        match choice {
            PodChoice::Name(name) => (crate::scenario::default_namespace().0, vec![name.0.clone()]),
            PodChoice::Selected(one) => {
                let namespace = one.namespace.0.clone();
                let pods = self.pods_of(&one.selector, one.which, &namespace, world);
                (namespace, pods)
            }
        }
    }

    /// The names of the selected pods that are not on their way out, or of the one that is meant.
    pub fn pods_of(&mut self, selector: &Selector, which: Which, namespace: &str, world: &dyn World) -> Vec<String> {
        let living = |pod: &PodFacts<'_>| !pod.terminating && selector.matches(pod.labels);
        let mut pods: Vec<(i64, String)> =
            world.pods(namespace).filter(living).map(|pod| (pod.created, pod.name.to_string())).collect();
        pods.sort();
        let chosen = match which {
            Which::All => return pods.into_iter().map(|(_, name)| name).collect(),
            Which::Oldest => pods.first(),
            Which::Newest => pods.last(),
            Which::Any if pods.is_empty() => None,
            Which::Any => pods.get(self.stream.below(pods.len())),
        };
        chosen.map(|(_, name)| name.clone()).into_iter().collect()
    }
}

impl TimelineEntry {
    /// Its moment.
    pub fn time(&self) -> Time {
        Time::ZERO + self.at.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Event, load};

    fn scenario() -> Arc<Scenario> {
        let text = "name: x\ntitle: X\ntimeline:\n- {at: 1s, by: student, say: a}\n- {at: 2s, say: b}\n- {at: 2s, name: c, say: c}\n- {at: 9s, by: student, say: d}\n";
        Arc::new(load("f", text, |_| Err(String::new())).expect("it loads"))
    }

    fn said(audience: Audience, times: &[u64]) -> Vec<String> {
        let mut play = Play::new(scenario(), 1, audience);
        let mut said = Vec::new();
        for now in times {
            while let Some(entry) = play.take_due(Time::from_secs(*now)) {
                let Event::Say(text) = entry.event else { panic!("this timeline only talks") };
                said.push(text);
            }
        }
        assert_eq!(play.next_entry_at(), None);
        said
    }

    #[test]
    fn the_student_does_what_the_student_does() {
        assert_eq!(said(Audience::Nobody, &[20]), ["a", "b", "c", "d"]);
        assert_eq!(said(Audience::Nobody, &[0, 1, 2, 8, 9]), ["a", "b", "c", "d"]);
        assert_eq!(said(Audience::Student, &[2, 2, 9]), ["b", "c"]);
    }
}
