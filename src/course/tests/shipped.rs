//! The scenarios that come with the program.

use std::collections::BTreeSet;

use podarium_course::{Actor, SHIPPED, Timing, report, shipped_file};

#[test]
fn every_shipped_scenario_loads_and_is_a_lesson() {
    for shipped in SHIPPED {
        let scenario = shipped.load().unwrap_or_else(|errors| panic!("{}", report(&errors)));
        assert_eq!(scenario.name.0, shipped.name, "the file is named after the scenario");
        assert!(!scenario.steps.is_empty(), "{}: has steps", shipped.name);
        assert!(!scenario.summary.is_empty(), "{}: has a summary for the menu", shipped.name);
        for step in &scenario.steps {
            assert!(!step.tries.is_empty(), "{}: `{}` says what to try", shipped.name, step.title);
        }
        let done: BTreeSet<_> = scenario.steps.iter().map(|step| &step.done_when).collect();
        assert_eq!(done.len(), scenario.steps.len(), "{}: each step has an objective of its own", shipped.name);
    }
}

/// A step waits until the one before is done, or it would be ticked off before the student has read it.
#[test]
fn the_objective_of_a_step_comes_after_that_of_the_step_before() {
    let free = ["course-deployments", "sandbox"];
    for shipped in SHIPPED.iter().filter(|one| !free.contains(&one.name)) {
        let scenario = shipped.load().expect("it loads");
        for pair in scenario.steps.windows(2) {
            let mut name = pair[1].done_when.0.clone();
            while name != pair[0].done_when.0 {
                let objective = scenario.objectives.iter().find(|one| one.name.0 == name).expect("it exists");
                name = match objective.timing() {
                    Timing::Eventually(timing) => match timing.after {
                        Some(podarium_course::Moment::Of(after)) => after,
                        _ => panic!("{}: `{}` does not come after the step before", shipped.name, pair[1].title),
                    },
                    _ => panic!("{}: `{}` is a step's objective and not an `eventually`", shipped.name, name),
                };
            }
        }
    }
}

/// With nobody at the keyboard the timeline does what the steps ask for, and everything is over before the end.
#[test]
fn every_shipped_scenario_plays_by_itself() {
    for shipped in SHIPPED {
        let scenario = shipped.load().expect("it loads");
        assert!(scenario.timeline.iter().any(|entry| entry.by == Actor::Student), "{}", shipped.name);
        assert!(scenario.timeline.iter().all(|entry| entry.at < scenario.until), "{}", shipped.name);
    }
}

#[test]
fn the_manifests_of_the_course_are_complete_and_unchanged() {
    for (path, part) in [
        ("course/deployments/hello.yaml", "extensions/v1beta1"),
        ("course/deployments/auth.yaml", "kelseyhightower/auth:2.0.0"),
        ("course/deployments/frontend.yaml", "nginx:1.9.14"),
    ] {
        assert!(shipped_file(path).is_ok_and(|text| text.contains(part)), "{path}");
    }
    let scenario = podarium_course::shipped("course-deployments").expect("shipped").load().expect("it loads");
    assert_eq!(scenario.compat, podarium_course::Compat::Course2019);
    // A number in a manifest stays a number, and a version stays a text.
    let hello = scenario.timeline.iter().find_map(|entry| match &entry.event {
        podarium_course::Event::Apply(manifests) if manifests[0].file.ends_with("hello.yaml") => Some(&manifests[0]),
        _ => None,
    });
    let template = &hello.expect("hello is applied").object["spec"]["template"];
    assert_eq!(template["metadata"]["labels"]["version"], "1.0.0");
    assert_eq!(template["spec"]["containers"][0]["resources"]["limits"]["cpu"], 0.2);
}
