//! Kubernetes' own components as pods in kube-system: what kubectl shows of them, and what stopping one does.

use std::sync::Arc;
use std::time::Duration;

use podarium_cluster::component::Signal;
use podarium_cluster::images::ImageCatalog;
use podarium_cluster::kubelet::NodeConfig;
use podarium_cluster::system::SystemPods;
use podarium_cluster::{Cluster, Config, Key};
use podarium_sim::Time;
use podarium_workstation::World;

fn world(system_pods: SystemPods) -> World {
    let mut cluster = Cluster::new(Config { cloud: true, system_pods, ..Config::default() });
    cluster.bootstrap();
    cluster.set_images(Arc::new(ImageCatalog::standard()));
    if system_pods == SystemPods::Kubeadm {
        cluster.add_control_plane_node();
    }
    for index in 0..2 {
        cluster.add_node(NodeConfig::new(&format!("node-{}", index + 1), index));
    }
    let mut world = podarium_workstation::student(cluster);
    world.set_interactive(false);
    world.advance(Time::from_secs(60));
    world
}

/// Types a line and waits for the next prompt; what has appeared.
fn line(world: &mut World, line: &str) -> String {
    world.type_line(line);
    world.advance(world.now());
    let give_up = world.now() + Duration::from_secs(400);
    while !world.is_idle() {
        let next = world.next_at().filter(|next| *next < give_up).unwrap_or_else(|| panic!("{line:?} does not end"));
        world.advance(next);
    }
    String::from_utf8_lossy(&world.take_output()).into_owned()
}

fn lines(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split_whitespace().collect()).collect()
}

#[test]
fn a_hosted_cluster_shows_dns_and_proxies() {
    let mut world = world(SystemPods::Hosted);
    let shown = line(&mut world, "kubectl get deployments --namespace=kube-system coredns");
    assert_eq!(lines(&shown)[1][..4], ["coredns", "2/2", "2", "2"], "{shown}");
    let shown = line(&mut world, "kubectl get daemonSets --namespace=kube-system kube-proxy");
    assert_eq!(lines(&shown)[1][..7], ["kube-proxy", "2", "2", "2", "2", "2", "kubernetes.io/os=linux"], "{shown}");
    let shown = line(&mut world, "kubectl get services --namespace=kube-system");
    assert_eq!(lines(&shown)[1][..5], ["kube-dns", "ClusterIP", "10.96.0.10", "<none>", "53/UDP,53/TCP,9153/TCP"], "{shown}");
    let shown = line(&mut world, "kubectl get pods -n kube-system --no-headers | awk '{print $2, $3, $4}' | sort | uniq -c");
    assert_eq!(shown.trim(), "4 1/1 Running 0");
    assert!(line(&mut world, "kubectl logs -n kube-system -l k8s-app=kube-dns --tail=1").contains("CoreDNS-1.14.2"));
    assert_eq!(line(&mut world, "kubectl get nodes --no-headers | wc -l").trim(), "2");
}

#[test]
fn without_its_pods_names_are_not_found_and_rules_stay() {
    let mut world = world(SystemPods::Hosted);
    line(&mut world, "kubectl create deployment web --image=nginx:1.27; kubectl expose deployment web --port=80; kubectl run box --image=busybox:1.36 -- sleep 100000");
    line(&mut world, "kubectl wait --for=condition=Ready pod/box --timeout=120s; kubectl rollout status deployment/web; sleep 3");
    let fetch = "kubectl exec box -- wget -qO- -T 20 http://web 2>&1 | head -4 | tail -1";
    assert!(line(&mut world, fetch).contains("Welcome"), "names are found");
    line(&mut world, "kubectl scale deployment coredns -n kube-system --replicas=0; sleep 15");
    let failed = line(&mut world, "kubectl exec box -- wget -qO- -T 20 http://web 2>&1");
    assert!(failed.contains("bad address 'web'"), "{failed}");
    let by_address = line(&mut world, "kubectl exec box -- wget -qO- -T 5 http://$(kubectl get svc web -o jsonpath='{.spec.clusterIP}') | wc -l");
    assert_ne!(by_address.trim(), "0", "addresses work as ever");
    line(&mut world, "kubectl scale deployment coredns -n kube-system --replicas=2; kubectl rollout status -n kube-system deployment/coredns; sleep 3");
    assert!(line(&mut world, fetch).contains("Welcome"));
    // No kube-proxy anywhere: a new Service is on no node.
    line(&mut world, "kubectl patch daemonset kube-proxy -n kube-system -p '{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{\"none\":\"such\"}}}}}'; sleep 40");
    assert_eq!(line(&mut world, "kubectl get pods -n kube-system -l k8s-app=kube-proxy 2>&1"), "No resources found in kube-system namespace.\n");
    line(&mut world, "kubectl expose deployment web --name=web2 --port=80; sleep 3");
    assert!(line(&mut world, fetch).contains("Welcome"), "old rules are still there");
    let lost = line(&mut world, "kubectl exec box -- wget -qO- -T 3 http://web2 2>&1");
    assert!(lost.contains("timed out"), "{lost}");
}

#[test]
fn dns_needs_its_ports_where_a_policy_closes_a_pod() {
    let mut world = world(SystemPods::Hosted);
    line(&mut world, "kubectl create deployment web --image=nginx:1.27; kubectl expose deployment web --port=80; kubectl run box --image=busybox:1.36 --labels=app=box -- sleep 100000");
    line(&mut world, "kubectl wait --for=condition=Ready pod/box --timeout=120s; kubectl rollout status deployment/web; sleep 3");
    let policy = |ports: &str| {
        format!("kubectl apply -f - <<'EOF'\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: box}}\nspec:\n  podSelector: {{matchLabels: {{app: box}}}}\n  policyTypes: [Egress]\n  egress:\n  - to: [{{podSelector: {{matchLabels: {{app: web}}}}}}]\n{ports}EOF")
    };
    for typed in policy("").lines() {
        world.type_line(typed);
    }
    line(&mut world, "sleep 3");
    assert!(line(&mut world, "kubectl exec box -- wget -qO- -T 20 http://web 2>&1").contains("bad address"), "no name is found");
    for typed in policy("  - ports: [{port: 53, protocol: UDP}]\n").lines() {
        world.type_line(typed);
    }
    line(&mut world, "sleep 3");
    assert!(line(&mut world, "kubectl exec box -- wget -qO- -T 5 http://web 2>&1").contains("Welcome"));
}

#[test]
fn kubeadms_control_plane_is_static_pods_of_its_node() {
    let mut world = world(SystemPods::Kubeadm);
    let shown = line(&mut world, "kubectl get nodes");
    assert_eq!(lines(&shown)[1][..3], ["control-plane", "Ready", "control-plane"], "{shown}");
    let pods = line(&mut world, "kubectl get pods -n kube-system");
    for name in ["etcd-control-plane", "kube-apiserver-control-plane", "kube-controller-manager-control-plane", "kube-scheduler-control-plane"] {
        let row = lines(&pods).into_iter().find(|row| row[0] == name).unwrap_or_else(|| panic!("{name} in {pods}"));
        assert_eq!(row[1..4], ["1/1", "Running", "0"], "{pods}");
    }
    let described = line(&mut world, "kubectl describe pod kube-scheduler-control-plane -n kube-system");
    for part in ["Priority Class Name:  system-node-critical", "kubernetes.io/config.source: file", "Controlled By:  Node/control-plane", "--leader-elect=true", ":NoExecute op=Exists"] {
        assert!(described.contains(part), "{part}: {described}");
    }
    assert!(described.contains("Container started"), "the events of the pod that it mirrors: {described}");
    // A mirror pod comes back at once, and what it mirrors does not notice.
    let started = "kubectl get pod kube-scheduler-control-plane -n kube-system -o jsonpath='{.status.containerStatuses[0].containerID}'";
    let before = line(&mut world, started);
    assert!(before.starts_with("containerd://"), "{before}");
    line(&mut world, "kubectl delete pod kube-scheduler-control-plane -n kube-system; sleep 5");
    assert_eq!(line(&mut world, started), before);
}

#[test]
fn what_happens_to_the_pods_happens_to_the_components() {
    let mut world = world(SystemPods::Kubeadm);
    // Somebody on the node moves the scheduler's manifest away.
    let mover = "kubectl apply -f - <<'EOF'\napiVersion: v1\nkind: Pod\nmetadata: {name: hand}\nspec:\n  nodeName: control-plane\n  tolerations: [{operator: Exists}]\n  containers:\n  - {name: hand, image: busybox:1.36, command: [sleep, '100000'], volumeMounts: [{name: etc, mountPath: /etc/kubernetes}]}\n  volumes: [{name: etc, hostPath: {path: /etc/kubernetes}}]\nEOF";
    for typed in mover.lines() {
        world.type_line(typed);
    }
    line(&mut world, "kubectl wait --for=condition=Ready pod/hand --timeout=120s");
    line(&mut world, "kubectl exec hand -- mv /etc/kubernetes/manifests/kube-scheduler.yaml /etc/kubernetes/; sleep 35");
    assert!(!line(&mut world, "kubectl get pods -n kube-system").contains("kube-scheduler"));
    line(&mut world, "kubectl run web --image=nginx:1.27; sleep 20");
    let pending = line(&mut world, "kubectl get pod web --no-headers");
    assert_eq!(lines(&pending)[0][2], "Pending", "nobody schedules: {pending}");
    assert!(line(&mut world, "kubectl get componentstatuses scheduler 2>/dev/null").contains("connection refused"));
    line(&mut world, "kubectl exec hand -- mv /etc/kubernetes/kube-scheduler.yaml /etc/kubernetes/manifests/");
    assert!(line(&mut world, "kubectl wait --for=condition=Ready pod/web --timeout=120s").contains("condition met"));
    // The API server's process dies and is started again by its kubelet.
    let kubelet = world.cluster.kubelet_id("control-plane").expect("a kubelet");
    world.cluster.signal(kubelet, Signal::KillProcess { pod: Key::new("kube-system", "kube-apiserver-control-plane"), container: String::new(), exit_code: 137 });
    world.advance(world.now() + Duration::from_millis(300));
    let refused = line(&mut world, "kubectl get pods 2>&1");
    assert_eq!(refused, "The connection to the server 10.0.0.2:6443 was refused - did you specify the right host or port?\n");
    line(&mut world, "sleep 60");
    let again = line(&mut world, "kubectl get pods --no-headers");
    assert!(again.contains("web"), "{again}");
    let restarted = line(&mut world, "kubectl get pod kube-apiserver-control-plane -n kube-system --no-headers");
    assert_eq!(lines(&restarted)[0][1..4], ["1/1", "Running", "1"], "{restarted}");
}

#[test]
fn a_container_leaves_a_message_about_its_end() {
    let mut world = world(SystemPods::None);
    let manifest = "kubectl apply -f - <<'EOF'\napiVersion: v1\nkind: Pod\nmetadata: {name: told}\nspec:\n  restartPolicy: Never\n  containers:\n  - {name: c, image: 'busybox:1.36', command: [sh, -c, 'echo out of cheese > /dev/termination-log; exit 3']}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: logged}\nspec:\n  restartPolicy: Never\n  containers:\n  - {name: c, image: 'busybox:1.36', command: [sh, -c, 'echo one; echo two; exit 4'], terminationMessagePolicy: FallbackToLogsOnError}\nEOF";
    for typed in manifest.lines() {
        world.type_line(typed);
    }
    line(&mut world, "sleep 20");
    let message = |pod: &str| format!("kubectl get pod {pod} -o jsonpath='{{.status.containerStatuses[0].state.terminated.message}}'");
    assert_eq!(line(&mut world, &message("told")), "out of cheese\n");
    assert_eq!(line(&mut world, &message("logged")), "one\ntwo\n");
}
