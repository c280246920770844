//! What a wrong scenario file is told: every error with its place, all of them at once.

use podarium_course::load;

/// The smallest scenario, with something behind it.
fn with(rest: &str) -> String {
    format!("name: x\ntitle: X\n{rest}")
}

fn summaries(text: &str) -> Vec<String> {
    let fetch = |path: &str| match path {
        "good.yaml" => Ok("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n".to_string()),
        "bad.yaml" => Ok("apiVersion: v1\nkind: Pod\nmetadata: {}\n---\nkind: 3\n".to_string()),
        "empty.yaml" => Ok("# nothing\n".to_string()),
        _ => Err("there is no such file".to_string()),
    };
    match load("f", text, fetch) {
        Ok(_) => vec![],
        Err(errors) => errors.iter().map(|error| error.summary()).collect(),
    }
}

#[test]
fn each_slip_has_its_own_message() {
    let cases: &[(&str, &[&str])] = &[
        ("sede: 3\n", &["f:3:1: unknown key `sede`; did you mean `seed`?"]),
        ("day: 5\n", &["f:3:6: the number `5`; expected a number from 1 to 4"]),
        ("seed: soon\n", &["f:3:7: the text `soon`; expected a whole number"]),
        ("seed: 1.5\n", &["f:3:7: the number `1.5`; expected a whole number"]),
        ("seed: -1\n", &["f:3:7: the number `-1`; expected a number of at least 0"]),
        ("seed:\n", &["f:3:5: nothing; expected a whole number"]),
        ("summary: 3\n", &["f:3:10: the number `3`; expected text; put it in quotes: \"3\""]),
        ("until: 10x\n", &[
            "f:3:8: `10x`; expected a duration such as `500ms`, `10s`, `1.5m` or `1h30m`; `x` is no unit: the units are ms, s, m and h",
        ]),
        ("until: 10\n", &[
            "f:3:8: the number `10`; expected a duration such as `500ms`, `10s`, `1.5m` or `1h30m`; put it in quotes: \"10\"",
        ]),
        ("compat: course-2018\n", &[
            "f:3:9: `course-2018`; expected one of `course-2019` or `none`; did you mean `course-2019`?",
        ]),
        ("cluster:\n  nodes: many\n", &["f:4:10: the text `many`; expected a whole number, or a list"]),
        ("cluster:\n  nodes: [{cpu: 4G, memory: 8GB}]\n", &[
            "f:4:29: `8GB`; expected a quantity such as `4`, `250m`, `64Mi` or `8Gi`; `GB` is no suffix: did you mean `8G`?",
        ]),
        ("cluster:\n  nodes: [{name: a}, {name: a, count: 2}]\n", &[
            "f:4:29: a second node `a`; expected each name once",
            "f:4:32: `count` beside `name`; expected either `name`, for one node, or `count` with `prefix`",
        ]),
        ("cluster:\n  nodes: [{count: 5000}, {count: 5000}]\n", &["f:4:10: 10000 nodes; expected at most 5000"]),
        ("cluster:\n  scheduler:\n    percentageOfNodesToScore: 101\n    profiles:\n      - schedulerNam: x\n", &[
            "f:7:23: a scheduler that cannot start: strict decoding error: unknown field \"profiles[0].schedulerNam\"",
        ]),
        ("cluster:\n  scheduler:\n    percentageOfNodesToScore: 101\n", &[
            "f:5:31: a scheduler that cannot start: percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]",
        ]),
        ("cluster:\n  kubelet:\n    maxPods: 5\n", &["f:5:5: a kubelet that cannot start: not simulated: maxPods of a KubeletConfiguration"]),
        ("cluster:\n  scheduler: fast\n", &["f:4:14: the text `fast`; expected a mapping"]),
        ("images: [{size: 3Mi}]\n", &[
            "f:3:10: the key `name` is missing; `name`: The name with the tag, as pods ask for it",
        ]),
        ("images: [{name: hello}]\n", &[
            "f:3:17: `hello`; expected an image with a tag such as `shop/hello:1.0.0`; the tag is missing: `hello:1.0`?",
        ]),
        ("images: [{name: \"a:1\", logs: [{every: 0s, line: x}]}]\n", &[
            "f:3:39: no time, which would be a line without end at one moment; expected more than `0s`",
        ]),
        ("manifests: [{path: gone.yaml}]\n", &[
            "f:3:20: the file `gone.yaml` cannot be read: there is no such file; expected a path from the scenario's folder",
        ]),
        ("manifests: [{path: ../../etc/passwd}]\nfiles: [{path: x, from: /etc/passwd}]\n", &[
            "f:3:20: the path `../../etc/passwd`; expected a path inside the scenario's folder",
            "f:4:25: the path `/etc/passwd`; expected a path inside the scenario's folder",
        ]),
        ("manifests: [{path: empty.yaml}]\n", &["f:3:20: no objects in `empty.yaml`"]),
        ("manifests: [{path: bad.yaml}]\n", &[
            "bad.yaml:3:11: the key `name` of a Kubernetes object is missing",
            "bad.yaml:5:1: the key `apiVersion` of a Kubernetes object is missing",
            "bad.yaml:5:1: the key `metadata` of a Kubernetes object is missing",
            "bad.yaml:5:7: the number `3` as `kind`; expected text",
        ]),
        ("manifests:\n  - |\n    apiVersion: v1\n    kind: Pod\n    metadata: {nam: a}\n", &[
            "f:7:15: the key `name` of a Kubernetes object is missing; is `nam` meant to be it?",
        ]),
        ("manifests:\n  - |\n    apiVersion: v1\n    kind: Pod: x\n", &[
            "f:6:14: not YAML: mapping values are not allowed in this context",
        ]),
        ("files: [{path: ../x, text: y}, {path: z}]\n", &[
            "f:3:16: the path `../x`; expected a path inside the home folder",
            "f:3:32: a file without text; expected `text`, or `from` with the file to copy",
        ]),
        ("timeline:\n  - {at: 20s, say: a}\n  - {at: 10s, say: b}\n", &[
            "f:5:10: time goes back from `20s` to `10s`; expected entries in the order of time",
        ]),
        ("images:\n  - {name: \"a/b:1\", command: [sh, run.sh], serves: [{port: 80}]}\n", &[
            "f:4:44: `serves` beside `command`; expected one of them: a command really runs, and does what it does",
        ]),
        ("images:\n  - {name: \"a/b:1\", files: {index.html: hi}, leaks: {per-day: 1Mi}, base: windows}\n", &[
            "f:4:29: `index.html` in `files`; expected a path from the root, such as `/srv/index.html`",
            "f:4:54: unknown key `per-day`; expected one of `per-request` or `per-second`",
            "f:4:75: `windows`; expected one of `alpine`, `busybox`, `debian` or `scratch`",
        ]),
        ("timeline:\n  - {at: 1s, stop-nod: node-1}\n", &[
            "f:4:14: unknown key `stop-nod`; did you mean `stop-node`?",
        ]),
        ("timeline:\n  - {at: 1s, say: a, stop-node: node-1}\n", &[
            "f:4:22: `stop-node` beside `say`; expected one of them: write two items",
        ]),
        ("timeline:\n  - {at: 1s, stop-node: nod-1}\n", &[
            "f:4:25: unknown node `nod-1`; expected a node of the cluster: node-1, node-2, node-3; did you mean `node-1`?",
        ]),
        ("timeline:\n  - {at: 1s, stop-traffic: users}\n", &[
            "f:4:28: no traffic `users` was started before; expected the name of a `start-traffic` further up",
        ]),
        ("timeline:\n  - {at: 1s, start-traffic: {name: users, service: a}}\n", &[
            "f:4:29: traffic without a number; expected `per-second` or `clients`",
        ]),
        ("timeline:\n  - {at: 1s, start-traffic: {name: users, service: a, per-second: 5, clients: 3}}\n", &[
            "f:4:70: `clients` beside `per-second`; expected one of them",
        ]),
        ("timeline:\n  - {at: 1s, start-traffic: {name: users, service: a, per-second: 5, pause: 1s}}\n", &[
            "f:4:70: `pause` without `clients`; expected `clients` beside it",
        ]),
        ("timeline: [{at: 1s, change-traffic: {name: users, per-second: 5}}]\n", &[
            "f:3:44: no traffic `users` was started before; expected the name of a `start-traffic` further up",
        ]),
        ("timeline: [{at: 1s, start-traffic: {name: users, service: a, clients: 5}}]\nobjectives: [{name: a, that: {traffic: user, over: 1.5s, share: 3}}]\n", &[
            "f:4:40: unknown traffic `user`; did you mean `users`?",
            "f:4:52: the time `1.5s`; expected whole seconds, from `1s` to `10m`",
            "f:4:58: `share` without `version`; expected `version` beside it",
        ]),
        ("timeline:\n  - {at: 1s, kill-pod: {selector: app in hello}}\n", &[
            "f:4:35: `app in hello`; expected a label selector such as `app=hello`, `app in (a,b),!canary`, or `all`; \
             unable to parse requirement: found 'hello' expected: '('",
        ]),
        ("timeline:\n  - {at: 1s, scale: {target: hello, replicas: 3}}\n", &[
            "f:4:30: `hello`; expected a kind and a name such as `deployment/hello`",
        ]),
        ("timeline:\n  - {at: 1s, line: 3, say: x}\n", &[
            "f:4:14: unknown key `line`; expected one of `add-node`, `apply`, `at`, `by`, `change-traffic`, `cut-off-node`, \
             `delete`, `kill-pod`, `kill-process`, `name`, `reconnect-node`, `say`, `scale`, `set-image`, `shut-down-node`, \
             `start-node`, `start-traffic`, `stop-node`, `stop-traffic` or `type`",
        ]),
        ("objectives: [{name: a, that: {pod: app=x}}]\n", &["f:3:31: unknown key `pod`; did you mean `pods`?"]),
        ("objectives: [{name: a, that: {count: 3}}]\n", &[
            "f:3:30: a mapping that does not say what it is about; expected one of `all`, `any`, `deployment`, `event`, \
             `exists`, `gone`, `node`, `nodes`, `not`, `pods`, `service` or `traffic`",
        ]),
        ("objectives: [{name: a, that: {pods: all, node: node-1}}]\n", &[
            "f:3:30: `node` and `pods` together; expected one of them",
        ]),
        ("objectives: [{name: a, that: {pods: all, ready: {at-leest: 3}}}]\n", &[
            "f:3:50: unknown key `at-leest`; did you mean `at-least`?",
        ]),
        ("objectives: [{name: a, that: {pods: all, ready: {at-least: 3, at-most: 2}}}]\n", &[
            "f:3:49: at least 3 and at most 2; expected numbers that can be",
        ]),
        ("objectives: [{name: a, that: {pods: all}}, {name: a, that: {pods: all}}]\n", &[
            "f:3:51: a second name `a`; expected names that differ: objectives and timeline entries share them, and line 3 has it",
        ]),
        ("objectives:\n- {name: a, eventually: {after: b}, that: {pods: all}}\n- {name: b, eventually: {after: a}, that: {pods: all}}\n", &[
            "f:4:33: `a` waits for itself; expected objectives in some order",
            "f:5:33: `b` waits for itself; expected objectives in some order",
        ]),
        ("timeline: [{at: 1s, name: kill, by: student, kill-pod: x}]\nobjectives: [{name: a, eventually: {after: kill}, that: {pods: all}}]\n", &[
            "f:4:44: `kill` is done by the student; expected a moment of every run: with a person at the keyboard this \
             entry is left out; refer to an objective that sees what the student did",
        ]),
        ("objectives: [{name: a, always: {from: 20s, until: 10s}, that: {pods: all}}]\n", &[
            "f:3:51: until 10s, but from 20s; expected a later time",
        ]),
        ("objectives: [{name: up, always: {}, that: {pods: all}}]\nsteps: [{title: T, text: t, done-when: up}]\n", &[
            "f:4:40: `up` is decided only at the end of the run; expected an objective that is met in between: give its \
             `always` an `until` or a `for`",
        ]),
        ("objectives: [{name: healed, that: {pods: all}}]\nsteps: [{title: T, text: t, done-when: heald}]\n", &[
            "f:4:40: unknown objective `heald`; did you mean `healed`?",
        ]),
    ];
    let mut wrong = Vec::new();
    for (rest, expected) in cases {
        let found = summaries(&with(rest));
        if found != *expected {
            wrong.push(format!("{rest}\nsays     {found:#?}\nnot      {expected:#?}\n"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_errors_come_at_once_and_in_order() {
    let text = "nme: x\ntitle: 7\nuntil: 1y\ntimeline:\n  - {at: 5s, say: a}\n  - {at: 1s, say: b}\nsteps:\n  - {title: T, done-when: u}\n";
    let places: Vec<String> = summaries(text).iter().map(|error| error.split(';').next().unwrap().to_string()).collect();
    assert_eq!(
        places,
        [
            "f:1:1: the key `name` is missing",
            "f:1:1: unknown key `nme`",
            "f:2:8: the number `7`",
            "f:3:8: `1y`",
            "f:6:10: time goes back from `5s` to `1s`",
            "f:8:5: the key `text` is missing",
            "f:8:27: unknown objective `u`",
        ]
    );
}

#[test]
fn what_is_no_scenario_at_all_is_said_to_be_none() {
    for (text, expected) in [
        ("", "f:1:1: nothing; expected a scenario"),
        ("# only a comment\n", "f:1:1: nothing; expected a scenario"),
        ("- a\n- b\n", "f:1:1: a list; expected a mapping"),
        ("hello\n", "f:1:1: the text `hello`; expected a mapping"),
        ("name: x\ntitle: X\n---\nname: y\n", "f:4:1: a second document; expected one scenario in a file"),
        ("name: [x\n", "not YAML"),
    ] {
        let errors = summaries(text);
        assert!(errors.first().is_some_and(|error| error.contains(expected)), "{text:?}: {errors:?}");
    }
}

#[test]
fn the_smallest_scenario_has_sensible_defaults() {
    let scenario = load("f", &with(""), |_| Err(String::new())).expect("it loads");
    let machines = scenario.cluster.machines();
    let names: Vec<_> = machines.iter().map(|(_, machine)| machine.name.as_str()).collect();
    assert_eq!(names, ["node-1", "node-2", "node-3"]);
    assert_eq!((scenario.seed, scenario.until.to_string().as_str()), (1, "2m"));
}

#[test]
fn nodes_of_several_groups_are_numbered_on() {
    let text = with(
        "cluster:\n  nodes:\n    - {count: 3, zones: [a, b]}\n    - {name: big, cpu: 16}\n    - {zone: c, taints: [\"gpu=yes:NoSchedule\"]}\n",
    );
    let scenario = load("f", &text, |_| Err(String::new())).expect("it loads");
    let machines: Vec<_> = scenario.cluster.machines().into_iter().map(|(_, machine)| machine).collect();
    let shown: Vec<_> = machines
        .iter()
        .map(|machine| format!("{} {} {}", machine.name, machine.cpu.0, machine.zone.as_deref().unwrap_or("-")))
        .collect();
    assert_eq!(shown, ["node-1 4 a", "node-2 4 b", "node-3 4 a", "big 16 -", "node-4 4 c"]);
    assert_eq!(machines[4].taints[0].effect, "NoSchedule");
}
