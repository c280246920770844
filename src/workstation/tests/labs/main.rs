//! The labs of the course and other sessions at the student's terminal, line by line.
//!
//! A script is what a student types. After a line, `#? text` says what must appear in its output (in this order) and
//! `#! text` what must not; `#tab 1` goes to another tab, which is opened if it is not there; `#wait 5` lets seconds pass.
#![expect(clippy::disallowed_methods, reason = "the scripts are files")]

mod lab4;
mod terminal;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use podarium_cluster::images::ImageCatalog;
use podarium_cluster::{Cluster, Config};
use podarium_sim::Time;
use podarium_workstation::World;

/// A project in the cloud with nothing in it.
fn world() -> World {
    let mut cluster = Cluster::new(Config { cloud: true, ..Config::default() });
    cluster.bootstrap();
    cluster.set_images(Arc::new(ImageCatalog::standard()));
    let mut world = podarium_workstation::student(cluster);
    world.set_interactive(false);
    world.advance(Time::from_secs(2));
    world
}

/// Lets time pass until the next line can be typed.
fn run(world: &mut World, command: &str) -> String {
    world.type_line(command);
    let latest = world.now() + Duration::from_secs(3600);
    while !world.is_idle() {
        let next = world.next_at().unwrap_or_else(|| panic!("nothing happens any more: {command}"));
        assert!(next < latest, "it does not end: {command}");
        world.advance(next);
    }
    String::from_utf8_lossy(&world.take_output()).into_owned()
}

fn play(name: &str) {
    let path = Path::new("tests/labs").join(name);
    let script = std::fs::read_to_string(&path).unwrap();
    let mut world = world();
    let (mut output, mut rest, mut command, mut checked) = (String::new(), 0, String::new(), 0);
    let mut transcript = String::new();
    for (index, line) in script.lines().enumerate() {
        let at = format!("{name}:{}: after `{command}`", index + 1);
        if let Some(wanted) = line.strip_prefix("#? ") {
            checked += 1;
            match output[rest..].find(wanted) {
                Some(found) => rest += found + wanted.len(),
                None => panic!("{at}: no {wanted:?} in\n{output}\nbefore:\n{transcript}"),
            }
        } else if let Some(unwanted) = line.strip_prefix("#! ") {
            assert!(!output.contains(unwanted), "{at}: {unwanted:?} in\n{output}");
        } else if let Some(tab) = line.strip_prefix("#tab ") {
            let tab: usize = tab.trim().parse().unwrap();
            if tab == world.tabs() {
                world.open_tab();
            }
            world.select_tab(tab);
            let now = world.now();
            world.advance(now + Duration::from_millis(100));
            output = String::from_utf8_lossy(&world.take_output()).into_owned();
            rest = 0;
        } else if let Some(seconds) = line.strip_prefix("#wait ") {
            let now = world.now();
            world.advance(now + Duration::from_secs(seconds.trim().parse().unwrap()));
            output.push_str(&String::from_utf8_lossy(&world.take_output()));
        } else if let Some(front) = line.strip_suffix(" #front") {
            // It stays in front of its tab.
            world.type_line(front);
            let now = world.now();
            world.advance(now + Duration::from_secs(3));
            (output, rest, command) = (String::from_utf8_lossy(&world.take_output()).into_owned(), 0, front.to_owned());
        } else if !line.starts_with('#') {
            // A shell that reads a here-document says nothing until its end.
            (output, rest, command) = (run(&mut world, line), 0, line.to_owned());
        }
        transcript.push_str(&format!("{line}\n{output}"));
    }
    assert!(checked > 5, "{name} checks too little");
}

#[test]
fn lab_1_hello_node() {
    play("lab1.sh");
}

#[test]
fn lab_2_orchestrating_the_cloud() {
    play("lab2.sh");
}

#[test]
fn lab_3_managing_deployments() {
    play("lab3.sh");
}

#[test]
fn openssl_makes_keys_requests_and_certificates() {
    play("tls.sh");
}

#[test]
fn kubectl_reads_addresses_and_waits() {
    play("kubectl.sh");
}

#[test]
fn docker_builds_and_runs() {
    play("docker.sh");
}

#[test]
fn gcloud_makes_and_changes_clusters() {
    play("gcloud.sh");
}

#[test]
fn gcloud_builds_and_keeps_images() {
    play("builds.sh");
}

#[test]
fn a_build_goes_on_in_a_copy_of_the_world() {
    let mut world = world();
    run(&mut world, "mkdir web; cd web; printf 'FROM alpine\nRUN sleep 5; echo $RANDOM; hostname\n' > Dockerfile");
    world.type_line("gcloud builds submit --tag gcr.io/podarium-lab/web; gcloud builds list; gcloud container images list-tags gcr.io/podarium-lab/web");
    // While the step sleeps.
    let begun = world.now() + Duration::from_secs(12);
    world.advance(begun);
    let (mut copy, until) = (world.clone(), begun + Duration::from_secs(90));
    world.advance(until);
    while copy.now() < until {
        let next = copy.now() + Duration::from_millis(370);
        copy.advance(next.min(until));
    }
    let output = String::from_utf8_lossy(&world.take_output()).into_owned();
    assert!(output.contains("DONE\n") && output.contains("latest  2"), "{output}");
    assert_eq!(output, String::from_utf8_lossy(&copy.take_output()));
}

#[test]
fn ctrl_c_cancels_the_build_and_its_end_is_waited_for() {
    let mut world = world();
    run(&mut world, "mkdir web; cd web; printf 'FROM alpine\nRUN sleep 500\n' > Dockerfile");
    world.set_interactive(true);
    world.type_line("cd web; gcloud builds submit --tag gcr.io/podarium-lab/web");
    let until = world.now() + Duration::from_secs(12);
    world.advance(until);
    world.interrupt();
    world.interrupt();
    let output = run(&mut world, "echo ended $?; gcloud builds list | awk '{print $NF}'");
    let tail = &output[output.find("^C").unwrap_or_default()..];
    assert!(tail.contains("Cancelling...\nCancelled [https://cloudbuild.googleapis.com/v1/projects/podarium-lab/locations/global/builds/"), "{output}");
    assert!(tail.contains("CANCELLED\nERROR: context canceled\n") && tail.contains("completed with status \"CANCELLED\"\n"), "{output}");
    assert!(tail.contains("ended 1\nSTATUS\nCANCELLED\n") && tail.matches("Cancelling...").count() == 1, "{output}");
}

#[test]
fn tabs_run_at_the_same_time() {
    let mut world = world();
    world.type_line("sleep 5; echo first > a; echo done");
    let second = world.open_tab();
    assert_eq!((second, world.tabs(), world.front_tab()), (1, 2, 1));
    assert_eq!(run(&mut world, "cat a; sleep 6; cat a; tty"), "cat: a: No such file or directory\nfirst\nnot a tty\n");
    world.select_tab(0);
    assert_eq!(world.take_output(), b"done\n");
    assert_eq!(world.typed_lines(), ["sleep 5; echo first > a; echo done"]);
    run(&mut world, "true");
    world.select_tab(1);
    world.type_line("sleep 1000");
    let now = world.now();
    world.advance(now + Duration::from_secs(1));
    world.close_tab(1);
    assert_eq!((world.tabs(), world.front_tab()), (1, 0));
    assert_eq!(run(&mut world, "pgrep sleep; echo $?"), "1\n");
}

#[test]
fn the_tab_key_offers_commands_files_and_what_kubectl_knows() {
    let mut world = world();
    run(&mut world, "mkdir -p dir/inner; touch dir/file diary; cd dir");
    let texts = |world: &World| world.completion().map(|completion| completion.candidates.iter().map(|it| it.text.clone()).collect::<Vec<_>>());
    for (line, wanted) in [("kubec", vec!["kubectl"]), ("cat ", vec!["file", "inner/"]), ("cat ~/di", vec!["~/diary", "~/dir/"])] {
        world.complete(line, line.len());
        assert_eq!(texts(&world).unwrap(), wanted, "{line}");
    }
    for (line, wanted) in [("kubectl ex", "exec"), ("kubectl get names", "namespaces"), ("k get namespace kube-s", "kube-system"), ("kubectl get --output-w", "")] {
        world.complete(line, line.len());
        let found = loop {
            if let Some(found) = texts(&world) {
                break found;
            }
            let next = world.next_at().expect("kubectl answers");
            world.advance(next);
        };
        assert!(wanted.is_empty() || found.iter().any(|text| text == wanted), "{line}: {found:?}");
    }
    let mut copy = world.clone();
    assert_eq!(run(&mut world, "date; echo $RANDOM"), run(&mut copy, "date; echo $RANDOM"));
}
