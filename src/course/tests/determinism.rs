//! The same seed and the same inputs give the same trace: twice, in one go, in steps, in uneven frames, from a clone in
//! the middle, and from a recording. Asserted for every shipped scenario, write by write.

use std::sync::Arc;
use std::time::Duration;

use podarium_cluster::Write;
use podarium_course::{Audience, Input, Recording, SHIPPED, Scenario, Simulation};
use podarium_sim::Time;

fn shipped() -> Vec<Arc<Scenario>> {
    SHIPPED.iter().map(|shipped| Arc::new(shipped.load().expect("a shipped scenario is valid"))).collect()
}

fn start(scenario: &Arc<Scenario>) -> Simulation {
    Simulation::new(scenario.clone(), None, Audience::Nobody)
}

fn writes(simulation: &Simulation) -> Vec<Write> {
    simulation.cluster().writes().iter().collect()
}

/// The first write that differs, so that a failure says where to look.
fn assert_same(name: &str, how: &str, expected: &Simulation, got: &Simulation) {
    let (expected_writes, got_writes) = (writes(expected), writes(got));
    for (index, (a, b)) in expected_writes.iter().zip(&got_writes).enumerate() {
        assert_eq!(a, b, "{name}: {how}: write {index} differs");
    }
    assert_eq!(expected_writes.len(), got_writes.len(), "{name}: {how}: one run wrote more");
    assert_eq!(expected.cluster().trace_hash(), got.cluster().trace_hash(), "{name}: {how}");
    assert_eq!(expected.reports(), got.reports(), "{name}: {how}: the objectives");
}

#[test]
fn every_scenario_is_the_same_however_time_is_cut() {
    for scenario in shipped() {
        let name = scenario.name.0.clone();
        let end = Time::ZERO + scenario.until.0;
        let mut at_once = start(&scenario);
        at_once.advance(end);
        assert!(writes(&at_once).len() > 10, "{name} does something");

        let mut again = start(&scenario);
        again.advance(end);
        assert_same(&name, "a second run", &at_once, &again);

        let mut in_steps = start(&scenario);
        while in_steps.now() < end {
            let next = end.min(in_steps.now() + Duration::from_secs(1));
            in_steps.advance(next);
        }
        assert_same(&name, "in steps of 1 s", &at_once, &in_steps);

        let mut in_frames = start(&scenario);
        let frame = scenario.until.0.as_nanos() as u64 / 600;
        for number in 1..=600_u64 {
            // Frames of unlike lengths: up to 3 ms longer or shorter than even ones.
            let wobble = number * 7919 % 6_000_000;
            let at = Time::from_nanos((number * frame + wobble).saturating_sub(3_000_000));
            in_frames.advance(end.min(at));
        }
        in_frames.advance(end);
        assert_same(&name, "in 600 uneven frames", &at_once, &in_frames);

        let mut original = start(&scenario);
        original.advance(Time::ZERO + scenario.until.0 / 2);
        let mut copy = original.clone();
        original.advance(end);
        assert_same(&name, "the original of a clone", &at_once, &original);
        copy.advance(end);
        assert_same(&name, "a clone that went on from the middle", &at_once, &copy);
    }
}

#[test]
fn another_seed_is_another_run() {
    let scenario = shipped().into_iter().find(|scenario| scenario.name.0 == "self-healing").expect("it is shipped");
    let run = |seed| {
        let mut simulation = Simulation::new(scenario.clone(), Some(seed), Audience::Nobody);
        simulation.advance(Time::from_secs(30));
        simulation.cluster().trace_hash()
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

#[test]
fn a_recording_gives_the_identical_run() {
    let scenario = shipped().into_iter().find(|scenario| scenario.name.0 == "self-healing").expect("it is shipped");
    let mut recording = Recording::new("self-healing", "", 5);
    let mut played = Simulation::new(scenario.clone(), Some(5), Audience::Student);
    let inputs = [
        (4_000, Input::Type("kubectl get pods".to_owned())),
        (6_321, Input::Type("kubectl delete pod -l app=hello --wait=false".to_owned())),
        (9_777, Input::StopNode { node: "node-2".to_owned() }),
        (20_000, Input::Cordon { node: "node-1".to_owned() }),
        (21_500, Input::Type("for i in 1 2 3; do kubectl scale deployment hello --replicas=$i; sleep 2; done".to_owned())),
    ];
    for (millis, input) in inputs {
        played.advance(Time::from_millis(millis));
        recording.add(played.now(), input.clone());
        played.input(input);
    }
    played.advance(Time::from_secs(60));

    let text = serde_json::to_string(&recording).expect("a recording is JSON");
    let recording: Recording = serde_json::from_str(&text).expect("and reads back");
    let mut replayed = Simulation::new(scenario, Some(recording.seed), Audience::Student);
    for recorded in &recording.inputs {
        replayed.advance(Time::from_nanos(recorded.at_nanos));
        replayed.input(recorded.input.clone());
    }
    replayed.advance(Time::from_secs(60));
    assert_same("self-healing", "from its recording", &played, &replayed);
    assert!(text.len() < 4096, "a recording is a few kilobytes: {}", text.len());
}

#[test]
fn every_shipped_scenario_meets_its_objectives() {
    let mut problems = Vec::new();
    for scenario in shipped() {
        let mut simulation = start(&scenario);
        simulation.advance(Time::ZERO + scenario.until.0);
        let unmet = simulation.reports_at_end().into_iter().filter(|report| !report.met);
        problems.extend(unmet.map(|report| format!("{}: {}: {:?}", scenario.name.0, report.name, report.why)));
        let failed = simulation.notes().iter().filter(|note| note.failed);
        problems.extend(failed.map(|note| format!("{}: {note:?}", scenario.name.0)));
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Every write leads back to an input, to the start or to a clock, over writes that came before it.
#[test]
fn every_write_knows_its_cause() {
    let scenario = shipped().into_iter().find(|scenario| scenario.name.0 == "self-healing").expect("it is shipped");
    let mut simulation = start(&scenario);
    simulation.advance(Time::from_secs(30));
    let mut from_inputs = 0;
    for write in writes(&simulation) {
        match write.cause {
            podarium_cluster::Cause::Write(of) => assert!(of < write.resource_version, "{write:?}"),
            podarium_cluster::Cause::Input(_) => from_inputs += 1,
            podarium_cluster::Cause::Start | podarium_cluster::Cause::Timer(_) => {}
        }
    }
    assert!(from_inputs > 0, "somebody did something");
}
