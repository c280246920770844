//! kubectl against a simulated cluster: what takes time and several objects.

mod rig;

use std::time::Duration;

use rig::Rig;

const WEB: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      terminationGracePeriodSeconds: 2
      containers: [{name: nginx, image: 'nginx:1.27'}]
";

fn with_web() -> Rig {
    let mut rig = Rig::new();
    assert_eq!(rig.run("apply -f -", WEB).stdout, "deployment.apps/web created\n");
    let done = rig.run("rollout status deployment/web", "");
    assert!(done.stdout.ends_with("deployment \"web\" successfully rolled out\n"), "{done:?}");
    rig
}

#[test]
fn applying_a_file_again_changes_nothing_and_a_change_is_seen() {
    let mut rig = with_web();
    assert_eq!(rig.run("apply -f -", WEB).stdout, "deployment.apps/web unchanged\n");
    // What others have set stays, as the file does not speak of it.
    rig.run("annotate deployment web note=hello", "");
    assert_eq!(rig.run("apply -f -", &WEB.replace("replicas: 3", "replicas: 2")).stdout, "deployment.apps/web configured\n");
    assert_eq!(rig.run("get deployment web -o jsonpath={.spec.replicas}{.metadata.annotations.note}", "").stdout, "2hello");
    assert_eq!(rig.run("apply -f -", &WEB.replace("1.27", "1.28")).stdout, "deployment.apps/web configured\n");
    assert_eq!(rig.run("get deployment web -o jsonpath={.spec.template.spec.containers[0].image}", "").stdout, "nginx:1.28");
}

#[test]
fn an_update_is_followed_undone_and_remembered() {
    let mut rig = with_web();
    assert_eq!(rig.run("set image deployment/web nginx=nginx:1.28", "").stdout, "deployment.apps/web image updated\n");
    let done = rig.run("rollout status deployment/web", "");
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert!(lines.iter().any(|line| line.contains("out of 3 new replicas have been updated")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("old replicas are pending termination")), "{lines:?}");
    assert_eq!(lines.last(), Some(&"deployment \"web\" successfully rolled out"));
    assert_eq!(rig.run("rollout history deploy web", "").stdout, "deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         <none>\n2         <none>\n\n");
    assert_eq!(rig.run("rollout undo deploy/web", "").stdout, "deployment.apps/web rolled back\n");
    assert_eq!(rig.run("get deploy web -o jsonpath={..image}", "").stdout, "nginx:1.27");
    rig.wait(Duration::from_secs(1));
    assert_eq!(rig.run("rollout history deploy web", "").stdout, "deployment.apps/web \nREVISION  CHANGE-CAUSE\n2         <none>\n3         <none>\n\n");
}

#[test]
fn delete_waits_until_the_pod_is_gone() {
    let mut rig = with_web();
    let name = rig.run("get pods -o jsonpath={.items[0].metadata.name}", "").stdout;
    let before = rig.cluster.now();
    assert_eq!(rig.run(&format!("delete pod {name}"), "").stdout, format!("pod \"{name}\" deleted from shop namespace\n"));
    assert!(rig.cluster.now().since(before) < Duration::from_secs(35));
    assert_eq!(rig.run(&format!("get pod {name}"), "").stderr, format!("Error from server (NotFound): pods \"{name}\" not found\n"));
    rig.wait(Duration::from_secs(10));
    assert_eq!(rig.run("get deploy web -o jsonpath={.status.readyReplicas}", "").stdout, "3");
}

#[test]
fn a_watch_prints_rows_as_they_come_and_ends_at_its_time() {
    let mut rig = with_web();
    let before = rig.cluster.now();
    let done = rig.run("get pods -w --request-timeout=3s", "");
    assert!(rig.cluster.now().since(before) >= Duration::from_secs(3));
    assert_eq!((done.code, done.stdout.lines().count()), (0, 4), "{done:?}");
}

#[test]
fn drain_empties_a_node() {
    let mut rig = with_web();
    let node = rig.run("get pods -o jsonpath={.items[0].spec.nodeName}", "").stdout;
    let done = rig.run(&format!("drain {node} --ignore-daemonsets"), "");
    assert_eq!(done.code, 0, "{done:?}");
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert_eq!(lines.first(), Some(&format!("node/{node} cordoned").as_str()));
    assert!(lines[1].starts_with("evicting pod shop/web-"), "{lines:?}");
    assert_eq!(lines.last(), Some(&format!("node/{node} drained").as_str()));
    assert_eq!(rig.run(&format!("get pods --field-selector spec.nodeName={node}"), "").stderr, "No resources found in shop namespace.\n");
    assert_eq!(rig.run(&format!("uncordon {node}"), "").stdout, format!("node/{node} uncordoned\n"));
}

#[test]
fn wait_ends_with_its_condition_or_its_time() {
    let mut rig = with_web();
    assert_eq!(rig.run("wait --for=condition=Available deployment/web --timeout=5s", "").stdout, "deployment.apps/web condition met\n");
    let before = rig.cluster.now();
    let done = rig.run("wait --for=condition=Nope deployment/web --timeout=2s", "");
    assert_eq!((done.code, done.stderr.as_str()), (1, "error: timed out waiting for the condition on deployments/web\n"));
    assert!(rig.cluster.now().since(before) >= Duration::from_secs(2));
}

#[test]
fn old_forms_say_what_has_taken_their_place() {
    let mut rig = Rig::new();
    for (line, hint) in [("create deployment a --image=b --record", "kubernetes.io/change-cause"), ("run x --image=a --generator=run/v1", "create deployment")] {
        let done = rig.run(line, "");
        let lines: Vec<&str> = done.stderr.lines().collect();
        assert!(lines[0].starts_with("error: unknown flag: --") && lines[1].starts_with("See 'kubectl ") && lines[2].contains(hint), "{lines:?}");
    }
    for (line, said) in [("top pods", "kubectl top"), ("create job x --image=y", "kubectl create job"), ("exec p -- ls", "kubectl exec"), ("apply -k x", "-k (kustomize)")] {
        assert_eq!(rig.run(line, "").stderr, format!("error: not simulated: {said}\n"), "{line}");
    }
    assert_eq!(rig.run("rolout", "").stderr, "error: unknown command \"rolout\" for \"kubectl\"\n\nDid you mean this?\n\trollout\n");
}
