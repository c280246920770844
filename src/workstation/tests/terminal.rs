//! The student's terminal from outside: typed lines, virtual time, what appears.

use std::time::Duration;

use podarium_cluster::{Cluster, Config};
use podarium_sim::Time;
use podarium_workstation::World;

const PROMPT: &str = "student@podarium:~$ ";

fn world(interactive: bool) -> World {
    let mut cluster = Cluster::new(Config::default());
    cluster.bootstrap();
    let mut world = podarium_workstation::student(cluster);
    world.set_interactive(interactive);
    world.advance(Time::from_secs(1));
    world
}

fn output(world: &mut World) -> String {
    String::from_utf8_lossy(&world.take_output()).into_owned()
}

fn until_idle(world: &mut World) {
    while !world.is_idle() {
        let next = world.next_at().expect("something happens as long as a program runs");
        world.advance(next);
    }
}

#[test]
fn a_prompt_an_echo_and_the_answer_appear() {
    let mut world = world(true);
    assert!(world.is_idle());
    assert_eq!(output(&mut world), PROMPT);
    world.type_line("sleep 5; echo done");
    assert!(!world.is_idle());
    let start = world.now();
    until_idle(&mut world);
    assert_eq!(world.now() - start, Duration::from_secs(5));
    assert_eq!(output(&mut world), format!("sleep 5; echo done\ndone\n{PROMPT}"));
}

#[test]
fn how_time_is_cut_makes_no_difference() {
    let mut at_once = world(true);
    at_once.type_line("sleep 5; echo $RANDOM; date; for i in 1 2 3; do sleep 0.3; echo $i; done | tr 1 x");
    let mut stepped = at_once.clone();
    at_once.advance(Time::from_secs(10));
    for second in 2..=10 {
        stepped.advance(Time::from_secs(second));
    }
    let wanted = output(&mut at_once);
    assert!(wanted.ends_with(&format!("x\n2\n3\n{PROMPT}")), "{wanted}");
    assert_eq!(output(&mut stepped), wanted);
}

#[test]
fn a_script_has_no_prompt_and_ends_with_the_last_status() {
    let mut world = world(false);
    for line in ["for i in 1 2", "do echo $i", "done", "read x", "to be read", "echo $x", "cd /nowhere"] {
        world.type_line(line);
        until_idle(&mut world);
    }
    assert_eq!(output(&mut world), "1\n2\nto be read\nbash: line 6: cd: /nowhere: No such file or directory\n");
    assert_eq!((world.shell_ended(), world.last_status()), (false, 1));
    world.end_input();
    until_idle(&mut world);
    assert_eq!((world.shell_ended(), world.last_status()), (true, 1));
}

#[test]
fn ctrl_c_ends_the_program_in_front_and_not_the_shell() {
    let mut world = world(true);
    world.type_line("sleep 1000");
    world.advance(Time::from_secs(3));
    assert!(!world.is_idle());
    world.interrupt();
    until_idle(&mut world);
    world.type_line("echo $?");
    until_idle(&mut world);
    assert_eq!(output(&mut world), format!("{PROMPT}sleep 1000\n^C\n{PROMPT}echo $?\n130\n{PROMPT}"));
}

#[test]
fn files_of_a_scenario_lie_at_home() {
    let mut world = world(false);
    world.put_file("day1/hello.sh", "#!/bin/bash\necho hello $1\n", true);
    world.type_line("day1/hello.sh you; cat .kube/config | grep server; whoami; hostname; pwd");
    until_idle(&mut world);
    let wanted = "hello you\n    server: https://10.0.0.2:6443\nstudent\npodarium\n/home/student\n";
    assert_eq!(output(&mut world), wanted);
}

#[test]
fn kubectl_reaches_the_cluster_from_the_terminal() {
    let mut world = world(false);
    world.type_line("kubectl get namespaces -o name | sort | head -n 2; kubectl get pod nope; echo $?");
    until_idle(&mut world);
    let wanted = "namespace/default\nnamespace/kube-node-lease\nError from server (NotFound): pods \"nope\" not found\n1\n";
    assert_eq!(output(&mut world), wanted);
}

#[test]
fn curl_reaches_a_node_port_and_is_refused_where_nobody_listens() {
    let mut cluster = Cluster::new(Config::default());
    cluster.bootstrap();
    cluster.set_images(std::sync::Arc::new(podarium_cluster::images::ImageCatalog::standard()));
    cluster.add_node(podarium_cluster::kubelet::NodeConfig::new("node-1", 0));
    let mut world = podarium_workstation::student(cluster);
    world.set_interactive(false);
    world.advance(Time::from_secs(5));
    let lines = [
        "kubectl create deployment web --image=gcr.io/google-samples/hello-app:1.0 > /dev/null",
        "kubectl create service nodeport web --tcp=80:8080 --node-port=31000 > /dev/null",
        "curl -s http://10.0.1.1:31000/; echo $?",
        "kubectl wait --for=condition=Available deployment/web > /dev/null; sleep 3",
        "curl -s http://10.0.1.1:31000/ | grep -v Hostname; curl -s http://10.0.1.1:31001/; echo $?; curl -s --max-time 2 http://10.244.0.2:8080/; echo $?",
        "curl -sk https://10.0.1.1:31000/; echo $?; kubectl get --raw /api/v1/namespaces/default/services/web:80/proxy/ | head -n 1",
    ];
    for line in lines {
        world.type_line(line);
        until_idle(&mut world);
    }
    let hello = "Hello, world!\nVersion: 1.0.0\n";
    assert_eq!(output(&mut world), format!("7\n{hello}7\n28\n35\nHello, world!\n"));
}

#[test]
fn editors_hand_their_text_to_whoever_shows_the_terminal() {
    let mut world = world(true);
    let mut edit = |line: &str, change: &dyn Fn(&str) -> Option<String>| {
        world.type_line(line);
        while world.waiting_edit().is_none() {
            let next = world.next_at().expect("an editor opens");
            world.advance(next);
        }
        let waiting = world.waiting_edit().expect("just seen").clone();
        world.edited(change(&String::from_utf8_lossy(&waiting.text)).map(String::into_bytes));
        until_idle(&mut world);
        output(&mut world);
        world.type_line("echo $?; cat notes 2> /dev/null; kubectl get configmap c -o jsonpath='{.data}'");
        until_idle(&mut world);
        let said = output(&mut world);
        (waiting.name, said.lines().skip(1).filter(|line| !line.starts_with("Error")).map(|line| line.trim_end_matches(PROMPT).to_owned()).collect::<Vec<_>>())
    };
    let (name, said) = edit("vi notes", &|_| Some("first\n".into()));
    assert_eq!((name.as_str(), said), ("notes", vec!["0".to_owned(), "first".to_owned(), String::new()]));
    let (_, said) = edit("nano notes", &|text| Some(format!("{text}second\n")));
    assert_eq!(said, ["0", "first", "second", ""]);
    let (_, said) = edit("vim notes", &|_| None);
    assert_eq!(said[0], "1");
    let (name, said) = edit("rm notes; kubectl create configmap c --from-literal=a=1 > /dev/null; kubectl edit configmap c", &|text| Some(text.replace("a: \"1\"", "a: \"2\"")));
    assert!(name.starts_with("kubectl-edit-") && name.ends_with(".yaml"), "{name}");
    assert_eq!(said, ["0", "{\"a\":\"2\"}"]);
}

#[test]
fn what_is_typed_into_a_program_is_no_command() {
    let mut world = world(true);
    for line in ["cat", "hello"] {
        world.type_line(line);
        until_idle(&mut world);
    }
    assert!(!world.next_line_is_command());
    world.end_input();
    until_idle(&mut world);
    assert!(world.next_line_is_command());
    world.type_line("sleep 5");
    let now = world.now();
    world.advance(now + Duration::from_secs(1));
    // Nobody but the shell reads this, when the sleep is over.
    assert!(world.next_line_is_command());
    world.type_line("echo done");
    until_idle(&mut world);
    assert_eq!(world.typed_lines(), ["cat", "sleep 5", "echo done"]);
}
