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

const SETTINGS: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {color: green, size: big}\n";

fn owners(rig: &mut Rig) -> Vec<String> {
    let lines = rig.run("get cm settings --show-managed-fields -o jsonpath='{range .metadata.managedFields[*]}{.manager}:{.operation}{\"\\n\"}{end}'", "").stdout;
    let mut owners: Vec<String> = lines.lines().map(str::to_owned).collect();
    owners.sort();
    owners
}

#[test]
fn server_side_apply_takes_over_what_was_applied_client_side() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("apply -f -", SETTINGS).stdout, "configmap/settings created\n");
    assert_eq!(owners(&mut rig), ["kubectl-client-side-apply:Update"]);
    let black = SETTINGS.replace("green", "black");
    let done = rig.run("apply --server-side -f -", &black);
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("configmap/settings serverside-applied\n", ""));
    assert_eq!(owners(&mut rig), ["kubectl-last-applied:Apply", "kubectl:Apply"]);
    assert_eq!(
        rig.run("apply view-last-applied cm settings", "").stdout,
        "apiVersion: v1\ndata:\n  color: black\n  size: big\nkind: ConfigMap\nmetadata:\n  name: settings\n  namespace: shop\n"
    );
    assert!(!rig.run("get cm settings -o yaml", "").stdout.contains("managedFields"));
}

#[test]
fn fields_of_others_are_not_changed_without_force() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("apply --server-side -f -", SETTINGS).stdout, "configmap/settings serverside-applied\n");
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {color: red}\n";
    let refused = rig.run("apply --server-side --field-manager=other -f -", other);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.starts_with("error: Apply failed with 1 conflict: conflict with \"kubectl\": .data.color\nPlease review the fields above--they currently have other managers. Here\nare the ways"), "{}", refused.stderr);
    assert!(refused.stderr.ends_with("See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts\n"), "{}", refused.stderr);
    assert_eq!(rig.run("apply --server-side --field-manager=other --force-conflicts -f -", other).stdout, "configmap/settings serverside-applied\n");
    let small = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {}\n";
    rig.run("apply --server-side -f -", small);
    assert_eq!(rig.run("get cm settings -o jsonpath={.data}", "").stdout, "{\"color\":\"red\"}", "what nobody else owns goes");
    assert_eq!(
        rig.run("apply --server-side -f -", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndate: {}\n").stderr,
        "Error from server: failed to create typed patch object (shop/settings; /v1, Kind=ConfigMap): .date: field not declared in schema\n"
    );
}

#[test]
fn what_is_no_longer_in_the_files_is_pruned() {
    let mut rig = Rig::new();
    let labelled = |name: &str| format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, labels: {{app: shop}}}}\n");
    rig.run("apply -f -", &format!("{}---\n{}", labelled("a"), labelled("b")));
    let refused = rig.run("apply --prune -f -", &labelled("a"));
    assert!(refused.stderr.starts_with("error: all resources selected for prune without explicitly passing --all."), "{}", refused.stderr);
    assert_eq!(rig.run("apply --prune -l app=shop --prune-allowlist=core/v1/ConfigMap -f -", &labelled("a")).stdout, "configmap/a unchanged\nconfigmap/b pruned\n");
    assert_eq!(rig.run("get cm -l app=shop -o name", "").stdout, "configmap/a\n");
}

#[test]
fn the_last_applied_configuration_can_be_set() {
    let mut rig = Rig::new();
    rig.run("create -f -", SETTINGS);
    assert_eq!(
        rig.run("apply set-last-applied -f -", SETTINGS).stderr,
        "error: no last-applied-configuration annotation found on resource: settings, to create the annotation, run the command with --create-annotation\n"
    );
    assert_eq!(rig.run("apply set-last-applied --create-annotation -f -", SETTINGS).stdout, "configmap/settings configured\n");
    assert_eq!(rig.run("apply set-last-applied -f -", SETTINGS).stdout, "set-last-applied settings: no changes required.\n");
}

#[test]
fn a_patch_can_be_tried_without_the_server() {
    let mut rig = Rig::new();
    assert_eq!(rig.run("patch --local -f - --type=merge -p '{\"data\":{\"color\":\"red\"}}' -o jsonpath={.data.color}", SETTINGS).stdout, "red");
    assert_eq!(rig.run("patch --local -f - -p '{\"data\":{\"color\":\"green\"}}'", SETTINGS).stdout, "configmap/settings patched (no change)\n");
    rig.run("create -f -", SETTINGS);
    assert_eq!(rig.run("patch cm settings --dry-run=client -p '{\"data\":{\"size\":\"small\"}}'", "").stdout, "configmap/settings patched\n");
    assert_eq!(rig.run("get cm settings -o jsonpath={.data.size}", "").stdout, "big");
}

#[test]
fn replace_by_force_makes_a_new_object() {
    let mut rig = Rig::new();
    rig.run("create -f -", SETTINGS);
    let uid = rig.run("get cm settings -o jsonpath={.metadata.uid}", "").stdout;
    assert_eq!(rig.run("replace --force -f -", SETTINGS).stdout, "configmap \"settings\" deleted from shop namespace\nconfigmap/settings replaced\n");
    assert_ne!(rig.run("get cm settings -o jsonpath={.metadata.uid}", "").stdout, uid);
    assert_eq!(rig.run("replace --grace-period=1 -f -", SETTINGS).stderr, "error: --grace-period must have --force specified\n");
}

#[test]
fn a_difference_is_shown_and_told_by_the_exit_code() {
    let mut rig = Rig::new();
    rig.run("apply -f -", SETTINGS);
    rig.machine.files.mkdir_all("/tmp", podarium_sim::Time::ZERO).unwrap();
    let same = rig.run("diff -f -", SETTINGS);
    assert_eq!((same.code, same.stdout.as_str(), same.stderr.as_str()), (0, "", ""));
    let done = rig.run("diff -f -", &SETTINGS.replace("green", "black"));
    assert_eq!(done.code, 1, "{done:?}");
    let lines: Vec<&str> = done.stdout.lines().collect();
    assert!(lines[0].starts_with("diff -u -N /tmp/LIVE-") && lines[0].ends_with("/v1.ConfigMap.shop.settings"), "{lines:?}");
    assert!(lines.contains(&"-  color: green") && lines.contains(&"+  color: black"), "{lines:?}");
    assert_eq!(rig.run("get cm settings -o jsonpath={.data.color}", "").stdout, "green");
    assert_eq!(rig.run("diff", "").code, 2);
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
    let done = rig.run("run x --image=a --generator=run/v1", "");
    let lines: Vec<&str> = done.stderr.lines().collect();
    assert!(lines[0].starts_with("error: unknown flag: --") && lines[1].starts_with("See 'kubectl ") && lines[2].contains("create deployment"), "{lines:?}");
    assert_eq!(rig.run("rolout", "").stderr, "error: unknown command \"rolout\" for \"kubectl\"\n\nDid you mean this?\n\trollout\n");
}

/// An editor that is a shell command.
fn editing(rig: &mut Rig, editor: &str, line: &str) -> rig::Done {
    rig.machine.files.mkdir_all("/tmp", podarium_sim::Time::ZERO).unwrap();
    rig.run_with(line, "", &[("KUBE_EDITOR", editor)])
}

#[test]
fn objects_are_edited_and_mistakes_reopen_the_file() {
    let mut rig = Rig::new();
    rig.run("apply -f -", SETTINGS);
    assert_eq!(editing(&mut rig, "sed -i s/green/red/", "edit cm settings").stdout, "configmap/settings edited\n");
    assert_eq!(rig.run("get cm settings -o jsonpath={.data.color}", "").stdout, "red");
    let same = editing(&mut rig, "true", "edit cm settings");
    assert_eq!((same.code, same.stderr.as_str()), (0, "Edit cancelled, no changes made.\n"));
    let failed = editing(&mut rig, "false", "edit cm settings");
    assert_eq!((failed.code, failed.stderr.as_str()), (1, "error: there was a problem with the editor \"false\"\n"));
    let missing = editing(&mut rig, "nosuchprogram", "edit cm settings");
    assert_eq!(missing.stderr, "error: unable to launch the editor \"nosuchprogram\"\n");
    // The name cannot be changed; what was written is kept.
    let renamed = editing(&mut rig, "sed -i 's/^  name: settings/  name: other/'", "edit cm settings");
    let lines: Vec<&str> = renamed.stderr.lines().collect();
    assert!(lines[0].starts_with("A copy of your changes has been stored to \"/tmp/kubectl-edit-"), "{renamed:?}");
    assert_eq!(lines[1], "error: At least one of apiVersion, kind and name was changed");
    // What the server finds invalid is opened again with the reasons; without a change in between that is the end.
    rig.run("create deployment web --image=nginx:1.27", "");
    let invalid = editing(&mut rig, "sh -c 'cat $0 >> /tmp/seen; sed -i s/replicas:.1/replicas:\\ -1/ $0'", "edit deploy web");
    assert!(invalid.stderr.starts_with("error: deployments.apps \"web\" is invalid\nA copy of your changes has been stored to "), "{invalid:?}");
    assert!(invalid.stderr.ends_with("error: Edit cancelled, no valid changes were saved.\n"), "{invalid:?}");
    let seen = String::from_utf8(rig.machine.files.read("/tmp/seen").unwrap().to_vec()).unwrap();
    assert!(seen.contains("# deployments.apps \"web\" was not valid:\n# * spec.replicas: Invalid value: -1: must be greater than or equal to 0\n#\n"), "{seen}");
}

#[test]
fn the_last_applied_configuration_is_edited_and_an_object_before_it_is_made() {
    let mut rig = Rig::new();
    rig.run("apply -f -", SETTINGS);
    assert_eq!(editing(&mut rig, "sed -i s/green/blue/", "apply edit-last-applied cm settings").stdout, "configmap/settings edited\n");
    assert!(rig.run("apply view-last-applied cm settings", "").stdout.contains("color: blue"));
    assert_eq!(rig.run("get cm settings -o jsonpath={.data.color}", "").stdout, "green");
    rig.machine.files.write("/root/cm.yaml", SETTINGS.replace("settings", "later"), 0o644, podarium_sim::Time::ZERO).unwrap();
    assert_eq!(editing(&mut rig, "sed -i s/green/white/", "create --edit -f cm.yaml").stdout, "configmap/later created\n");
    assert_eq!(rig.run("get cm later -o jsonpath={.data.color}", "").stdout, "white");
}

#[test]
fn a_kustomization_is_built_and_applied() {
    let mut rig = Rig::new();
    rig.machine.files.mkdir_all("/root/k", podarium_sim::Time::ZERO).unwrap();
    for (path, text) in [
        ("/root/k/cm.yaml", SETTINGS),
        ("/root/k/kustomization.yaml", "resources: [cm.yaml]\nnamePrefix: my-\nconfigMapGenerator:\n- name: conf\n  literals: [a=1, b=2]\n"),
    ] {
        rig.machine.files.write(path, text, 0o644, podarium_sim::Time::ZERO).unwrap();
    }
    let built = rig.run("kustomize k", "").stdout;
    assert!(built.contains("  name: my-conf-7gdc49gk6d\n") && built.contains("  name: my-settings\n"), "{built}");
    assert_eq!(rig.run("apply -k k", "").stdout, "configmap/my-conf-7gdc49gk6d created\nconfigmap/my-settings created\n");
    assert_eq!(rig.run("kustomize nope", "").stderr, "error: must build at directory: not a valid directory: evalsymlink failure on 'nope' : lstat /root/nope: no such file or directory\n");
}

#[test]
fn the_shell_is_told_what_can_be_typed() {
    let mut rig = with_web();
    let found = rig.run("__complete rollout ''", "");
    assert!(found.stdout.starts_with("history\tView rollout history\npause\t") && found.stdout.ends_with(":4\n"), "{found:?}");
    assert_eq!(found.stderr, "Completion ended with directive: ShellCompDirectiveNoFileComp\n");
    assert_eq!(rig.run("__complete get deployments w", "").stdout, "web\n:4\n");
    assert_eq!(rig.run("__completeNoDesc get deploy", "").stdout, "deployments.apps\n:4\n");
    assert!(rig.run("completion bash", "").stdout.contains("complete -o default -F __start_kubectl kubectl"));
    assert_eq!(rig.run("completion tcsh", "").stderr, "error: Unsupported shell type \"tcsh\".\nSee 'kubectl completion -h' for help and examples\n");
}
