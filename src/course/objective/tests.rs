//! Objectives over worlds made by hand.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_sim::Time;

use super::{DeploymentFacts, EventFacts, NodeFacts, PodFacts, State, TrafficFacts, Watch, World};
use crate::{ObjectRef, Phase, Scenario, load};

/// A world that is written down: ready and unready pods with `app=a`, nodes, a Deployment.
#[derive(Clone, Default)]
struct Paper {
    now: Time,
    pods: Vec<Pod>,
    nodes: Vec<(&'static str, bool)>,
    deployment: Option<DeploymentFacts<'static>>,
    events: Vec<EventFacts<'static>>,
    endpoints: Option<u32>,
    labels: BTreeMap<String, String>,
}

/// A world in which every pod and node carries `app=a`.
fn paper() -> Paper {
    Paper { labels: BTreeMap::from([("app".to_string(), "a".to_string())]), ..Paper::default() }
}

#[derive(Clone)]
struct Pod {
    ready: bool,
    terminating: bool,
    phase: Phase,
    node: &'static str,
    image: &'static str,
    status: &'static str,
    restarts: u32,
}

const RUNNING: Pod = Pod {
    ready: true,
    terminating: false,
    phase: Phase::Running,
    node: "node-1",
    image: "shop/a:1",
    status: "Running",
    restarts: 0,
};

const NAMES: [&str; 9] = ["a-1", "a-2", "a-3", "a-4", "a-5", "a-6", "a-7", "a-8", "a-9"];

impl World for Paper {
    fn now(&self) -> Time {
        self.now
    }

    fn pods<'a>(&'a self, _: &'a str) -> Box<dyn Iterator<Item = PodFacts<'a>> + 'a> {
        Box::new(self.pods.iter().enumerate().map(|(index, pod)| PodFacts {
            name: NAMES[index],
            labels: Some(&self.labels),
            node: Some(pod.node),
            phase: pod.phase,
            ready: pod.ready,
            terminating: pod.terminating,
            restarts: pod.restarts,
            images: vec![pod.image],
            created: 0,
        }))
    }

    fn pod_status(&self, _: &str, name: &str) -> Option<String> {
        let index = NAMES.iter().position(|known| *known == name)?;
        Some(self.pods.get(index)?.status.to_string())
    }

    fn deployment<'a>(&'a self, _: &str, name: &str) -> Option<DeploymentFacts<'a>> {
        self.deployment.clone().filter(|_| name == "a")
    }

    fn nodes<'a>(&'a self) -> Box<dyn Iterator<Item = NodeFacts<'a>> + 'a> {
        Box::new(self.nodes.iter().map(|(name, ready)| NodeFacts {
            name,
            labels: Some(&self.labels),
            ready: *ready,
            cordoned: false,
        }))
    }

    fn events<'a>(&'a self, _: &'a str) -> Box<dyn Iterator<Item = EventFacts<'a>> + 'a> {
        Box::new(self.events.iter().cloned())
    }

    fn ready_endpoints(&self, _: &str, _: &str) -> Option<u32> {
        self.endpoints
    }

    fn traffic(&self, name: &str, seconds: Option<usize>) -> Option<TrafficFacts> {
        (name == "users").then(|| TrafficFacts {
            seconds: 5,
            sent: 210,
            succeeded: if seconds.is_some() { 10 } else { 199 },
            failed: if seconds.is_some() { 0 } else { 2 },
            versions: [("1", 149), ("2", 50)].map(|(version, count)| (version.to_owned(), count)).into(),
            p95: Some(Duration::from_millis(30)),
        })
    }

    fn exists(&self, _: &str, object: &ObjectRef) -> Option<bool> {
        (object.kind == "deployment").then_some(object.name == "a" && self.deployment.is_some())
    }
}

fn scenario(objectives: &str) -> Scenario {
    let text = format!("name: x\ntitle: X\ntimeline: [{{at: 10s, name: kick, say: now}}, {{at: 11s, start-traffic: {{name: users, service: a, clients: 1}}}}]\nobjectives:\n{objectives}");
    load("f", &text, |_| Err(String::new())).unwrap_or_else(|errors| panic!("{}", crate::report(&errors)))
}

/// A world with so many ready pods at each second, and the watch over it. `frames` adds looks in between.
fn play(objectives: &str, ready: &[usize], frames: bool) -> Watch {
    let scenario = scenario(objectives);
    let mut watch = Watch::new(&scenario);
    let mut world = paper();
    for (second, count) in ready.iter().enumerate() {
        let now = Time::from_secs(second as u64);
        if frames && second > 0 {
            for before in [700, 300, 0] {
                world.now = Time::from_nanos(now.as_nanos().saturating_sub(before * 1_000_000)).max(world.now);
                watch.advance(world.now);
                watch.observe(&world);
            }
        }
        world.now = now;
        if second == 10 {
            watch.happened("kick", world.now);
        }
        if world.pods.len() != *count || second == 0 {
            world.pods = vec![RUNNING; *count];
            watch.observe(&world);
        }
    }
    world.now = Time::from_secs(ready.len() as u64);
    watch.finish(&world);
    watch
}

/// Each report as one line: `name met at 3` or `name no (why)`.
fn outcome(watch: &Watch) -> Vec<String> {
    let line = |report: super::Report| {
        let at = report.at.map_or("-".to_string(), |at| at.as_secs_f64().to_string());
        match report.why {
            None => format!("{} {} at {at}", report.name, if report.met { "met" } else { "open" }),
            Some(why) => format!("{} no at {at}: {why}", report.name),
        }
    };
    watch.reports().into_iter().map(line).collect()
}

#[test]
fn objectives_over_time() {
    let cases: &[(&str, &[usize], &[&str])] = &[
        ("- {name: up, that: {pods: app=a, ready: 3}}", &[0, 1, 2, 3, 2], &["up met at 3"]),
        ("- {name: up, that: {pods: app=a, ready: 3}}", &[0, 1], &["up no at -: ready pods with app=a: 1, not 3"]),
        // Three are up, one goes, three are up again: the second objective does not look at what was before.
        (
            "- {name: up, that: {pods: app=a, ready: 3}}\n- {name: hurt, eventually: {after: up}, that: {pods: app=a, ready: {at-most: 2}}}\n- {name: healed, eventually: {after: hurt, within: 2s}, that: {pods: app=a, ready: 3}}",
            &[0, 3, 3, 2, 2, 3],
            &["up met at 1", "hurt met at 3", "healed met at 5"],
        ),
        // The deadline itself is still in time, a second later is not.
        (
            "- {name: up, eventually: {within: 2s}, that: {pods: app=a, ready: 3}}",
            &[0, 0, 3],
            &["up met at 2"],
        ),
        (
            "- {name: up, eventually: {within: 2s}, that: {pods: app=a, ready: 3}}",
            &[0, 0, 0, 3],
            &["up no at 2: ready pods with app=a: 0, not 3"],
        ),
        // It holds for two seconds, breaks, and then holds for three.
        (
            "- {name: calm, eventually: {for: 3s}, that: {pods: app=a, ready: 1}}",
            &[1, 1, 0, 1, 1, 1, 1, 1],
            &["calm met at 6"],
        ),
        ("- {name: calm, eventually: {for: 3s}, that: {pods: app=a}}", &[0, 1, 1], &["calm no at -: it held, but not long enough"]),
        // At the moment from which it counts, what counts is what held up to it.
        ("- {name: never-0, always: {from: 2s}, that: {pods: app=a}}", &[0, 1, 1], &["never-0 met at 3"]),
        ("- {name: never-0, always: {from: 1s}, that: {pods: app=a}}", &[0, 1, 1], &["never-0 no at 1: pods with app=a: 0, not at least 1"]),
        ("- {name: never-0, always: {from: 1s}, that: {pods: app=a}}", &[1, 1, 0, 1], &["never-0 no at 2: pods with app=a: 0, not at least 1"]),
        ("- {name: never-0, always: {until: 2s}, that: {pods: app=a}}", &[1, 1, 0, 1], &["never-0 met at 2"]),
        ("- {name: never-0, always: {from: 2s, for: 2s}, that: {pods: app=a}}", &[0, 1, 1, 1, 0], &["never-0 met at 4"]),
        ("- {name: never-0, always: {until: 9s}, that: {pods: app=a}}", &[1, 1], &["never-0 no at -: the run ended before it"]),
        ("- {name: last, at-end: true, that: {pods: app=a, ready: 2}}", &[0, 2, 2], &["last met at 3"]),
        ("- {name: last, at-end: true, that: {pods: app=a, ready: 2}}", &[2, 2, 1], &["last no at 3: ready pods with app=a: 1, not 2"]),
        (
            "- {name: up, that: {pods: all, ready: 9}}\n- {name: then, eventually: {after: up}, that: {pods: all}}",
            &[1],
            &["up no at -: ready pods: 1, not 9", "then no at -: `up` did not come"],
        ),
        // `kick` takes place at 10 s and changes nothing: what holds then is seen then.
        (
            "- {name: kicked, eventually: {after: kick}, that: {pods: all, ready: 1}}",
            &[1; 14],
            &["kicked met at 10"],
        ),
        // An objective that is met in hindsight opens the next one at that moment, not at the next change.
        (
            "- {name: calm, eventually: {for: 2s}, that: {pods: all, ready: 1}}\n- {name: then, eventually: {after: calm}, that: {pods: all, ready: 1}}",
            &[1, 1, 1, 1, 1, 0],
            &["calm met at 2", "then met at 2"],
        ),
    ];
    for (objectives, ready, expected) in cases {
        assert_eq!(outcome(&play(objectives, ready, false)), *expected, "{objectives}");
        assert_eq!(outcome(&play(objectives, ready, true)), *expected, "in frames: {objectives}");
    }
}

#[test]
fn a_watch_can_be_cloned_in_the_middle() {
    let scenario = scenario("- {name: up, that: {pods: app=a, ready: 1}}");
    let mut watch = Watch::new(&scenario);
    let mut world = paper();
    watch.observe(&world);
    let mut branch = watch.clone();
    (world.now, world.pods) = (Time::from_secs(5), vec![RUNNING]);
    branch.observe(&world);
    assert_eq!(branch.state("up"), Some(State::Met { at: Time::from_secs(5) }));
    assert_eq!(watch.state("up"), Some(State::Open { since: Time::ZERO }));
}

#[test]
fn the_next_deadline_is_known() {
    let scenario = scenario("- {name: up, eventually: {within: 7s}, that: {pods: all}}");
    let mut watch = Watch::new(&scenario);
    watch.observe(&paper());
    assert_eq!(watch.next_deadline(), Some(Time::from_secs(7) + Duration::from_nanos(1)));
}

/// Whether a condition holds, and why not.
fn holds(condition: &str, world: &Paper) -> Result<(), String> {
    scenario(&format!("- {{name: c, that: {condition}}}")).objectives[0].that.verdict(world)
}

#[test]
fn conditions_see_what_kubernetes_shows() {
    let world = Paper {
        pods: vec![
            RUNNING,
            Pod { ready: false, status: "ImagePullBackOff", phase: Phase::Pending, image: "shop/a:2", ..RUNNING },
            Pod { terminating: true, node: "node-2", ..RUNNING },
            Pod { phase: Phase::Succeeded, ready: false, ..RUNNING },
            Pod { node: "node-3", restarts: 4, ..RUNNING },
        ],
        nodes: vec![("node-1", true), ("node-2", false)],
        deployment: Some(DeploymentFacts {
            generation: 2,
            observed_generation: 2,
            replicas: 3,
            status_replicas: 4,
            ready: 3,
            updated: 1,
            available: 3,
            revision: 2,
            images: vec!["shop/a:2"],
        }),
        events: vec![EventFacts { reason: "Killing", message: "Stopping container a", kind: "Pod", name: "a-1", count: 2 }],
        endpoints: Some(2),
        ..paper()
    };
    let yes = [
        "{pods: app=a, count: 3, ready: 2}",
        "{pods: app=a, phase: Succeeded, count: 1}",
        "{pods: app=a, image: \"shop/a:2\", count: 1}",
        "{pods: app=a, reason: ImagePullBackOff}",
        "{pods: app=a, on-node: node-2, count: 0}",
        "{pods: app=a, restarts: {at-least: 4, at-most: 4}}",
        "{pods: app=b, count: 0}",
        "{deployment: a, replicas: 3, ready: 3, updated: 1, revision: 2, rolled-out: false, image: \"shop/a:2\"}",
        "{service: a, endpoints: 2}",
        "{traffic: users, failed: 2, sent: {at-least: 200}, success: {at-least: 99}, p95: 30ms}",
        "{traffic: users, over: 5s, failed: 0, success: 100}",
        "{traffic: users, version: \"2\", share: 25}",
        "{node: node-2, ready: false, cordoned: false}",
        "{nodes: all, count: 2, ready: 1}",
        "{event: Killing, kind: pod, about: a, says: container, count: 2}",
        "{exists: deployment/a}",
        "{gone: [deployment/b]}",
        "{all: [{pods: all}, {nodes: all}]}",
        "{any: [{pods: app=b}, {nodes: all}]}",
        "{not: {pods: app=b}}",
    ];
    for condition in yes {
        assert_eq!(holds(condition, &world), Ok(()), "{condition}");
    }
    let no = [
        ("{deployment: b, ready: 1}", "there is no Deployment b"),
        ("{deployment: a, ready: {at-most: 2}}", "ready replicas of Deployment a: 3, not at most 2"),
        ("{deployment: a, rolled-out: true}", "the rollout of Deployment a is not complete"),
        ("{deployment: a, image: \"shop/a:1\"}", "the image of Deployment a is shop/a:2, not shop/a:1"),
        ("{service: a, endpoints: {at-least: 3}}", "ready endpoints of Service a: 2, not at least 3"),
        ("{traffic: users, failed: 0}", "failed requests of traffic users: 2, not 0"),
        ("{traffic: users, success: 100}", "percentage of good answers of traffic users: 99, not 100"),
        ("{traffic: users, over: 6s, failed: 0}", "traffic users has run for 5 s, not for 6 s"),
        ("{traffic: users, version: \"3\", share: {at-least: 1}}", "percentage of answers of version 3 to traffic users: 0, not at least 1"),
        ("{traffic: users, p95: 20ms}", "95 of 100 answers to traffic users came within 30 ms, not within 20ms"),
        ("{node: node-1, ready: false}", "node node-1 is ready"),
        ("{nodes: gpu=yes}", "nodes: 0, not at least 1"),
        ("{event: Killing, says: sandbox}", "events Killing: 0, not at least 1"),
        ("{exists: [deployment/a, deployment/b]}", "deployment/b does not exist"),
        ("{exists: unicorn/a}", "the cluster knows no kind `unicorn`"),
        ("{gone: deployment/a}", "deployment/a exists"),
        ("{any: [{pods: app=b}, {pods: app=c}]}", "pods with app=b: 0, not at least 1; and pods with app=c: 0, not at least 1"),
        ("{not: {pods: all}}", "what must not be so is so"),
    ];
    for (condition, why) in no {
        assert_eq!(holds(condition, &world), Err(why.to_string()), "{condition}");
    }
}

#[test]
fn steps_are_done_one_after_the_other() {
    let text = "name: x\ntitle: X\nobjectives:\n- {name: one, that: {pods: all, ready: 1}}\n- {name: two, that: {pods: all, ready: 2}}\nsteps:\n- {title: 2, text: t, done-when: two}\n- {title: 1, text: t, done-when: one}\n";
    let text = text.replace("title: 2", "title: two").replace("title: 1", "title: one");
    let scenario = load("f", &text, |_| Err(String::new())).expect("it loads");
    let mut watch = Watch::new(&scenario);
    let mut world = Paper { pods: vec![RUNNING], ..paper() };
    watch.observe(&world);
    assert_eq!(watch.steps_done(&scenario), 0, "the second step is done, but the first is not");
    world.pods.push(RUNNING);
    watch.observe(&world);
    assert_eq!(watch.steps_done(&scenario), 2);
}

#[test]
fn the_pods_that_are_meant_are_chosen() {
    let gone = Pod { terminating: true, ..RUNNING };
    let world = Paper { pods: vec![gone, RUNNING, RUNNING, RUNNING], ..paper() };
    let scenario = std::sync::Arc::new(scenario("- {name: c, that: {pods: app=a}}"));
    let crate::Condition::Pods(crate::PodsCondition { pods: selector, .. }) = &scenario.objectives[0].that else {
        panic!("a condition on pods")
    };
    let mut play = crate::Play::new(scenario.clone(), 1, crate::Audience::Student);
    let mut chosen = |which| play.pods_of(selector, which, "default", &world);
    assert_eq!(chosen(crate::Which::Oldest), ["a-2"], "of the same age, the first by name; and none that is going");
    assert_eq!(chosen(crate::Which::Newest), ["a-4"]);
    assert_eq!(chosen(crate::Which::All), ["a-2", "a-3", "a-4"]);
    assert_eq!(chosen(crate::Which::Any).len(), 1);
}
