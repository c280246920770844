//! Helm 4 on a served cluster: the life of a release of the chart `shop`, which has its own kind, hooks, a test and a lookup.
//! Helm is found on the path; without it the test says so.
#![expect(clippy::disallowed_methods, reason = "a test that starts a server and programs")]

#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use podarium_host::Speed;
use support::{Served, on_path, run_with};

const CHART: &str = "tests/helm/shop";

struct Helm {
    helm: PathBuf,
    kubectl: PathBuf,
    served: Served,
}

impl Helm {
    fn start(name: &str) -> Option<Helm> {
        let version = |helm: &PathBuf| Command::new(helm).arg("version").output().is_ok_and(|said| String::from_utf8_lossy(&said.stdout).contains("\"v4."));
        let Some(helm) = on_path("helm").filter(version) else {
            eprintln!("skipped: no helm 4 on the path");
            return None;
        };
        Some(Helm { helm, kubectl: support::kubectl()?, served: Served::start(name, "sandbox", Speed::Times(10.0)) })
    }

    fn run(&self, program: &PathBuf, line: &str) -> (bool, String) {
        let mut command = Command::new(program);
        command.args(line.split(' ')).env("KUBECONFIG", self.served.kubeconfig()).env("HOME", self.served.folder());
        let done = run_with(&mut command, Duration::from_secs(120), || {}).expect("it ends in time");
        (done.status.success(), String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr))
    }

    fn good(&self, line: &str) -> String {
        let (good, said) = self.run(&self.helm, line);
        assert!(good, "helm {line}: {said}");
        said
    }

    fn bad(&self, line: &str) -> String {
        let (good, said) = self.run(&self.helm, line);
        assert!(!good, "helm {line} went well: {said}");
        said
    }

    fn kubectl(&self, line: &str) -> String {
        let (good, said) = self.run(&self.kubectl, line);
        assert!(good, "kubectl {line}: {said}");
        said
    }

    /// Status and description of each revision.
    fn history(&self) -> Vec<String> {
        let json: serde_json::Value = serde_json::from_str(&self.good("history a -o json")).expect("JSON");
        let text = |entry: &serde_json::Value, field: &str| entry[field].as_str().unwrap_or_default().to_owned();
        json.as_array().into_iter().flatten().map(|entry| format!("{}: {}", text(entry, "status"), text(entry, "description"))).collect()
    }
}

#[test]
fn a_release_lives_from_install_to_uninstall() {
    let Some(helm) = Helm::start("helm") else { return };
    // The chart's own kind is not there yet, and a server is asked.
    let unknown = helm.bad(&format!("install a {CHART} --dry-run=server"));
    assert!(unknown.contains("no matches for kind \"Cart\" in version \"shop.example.com/v1\""), "{unknown}");
    let installed = helm.good(&format!("upgrade --install a {CHART} --wait --timeout 90s"));
    assert!(installed.contains("STATUS: deployed\nREVISION: 1") && installed.contains("The shop a has revision 1."), "{installed}");
    assert_eq!(helm.kubectl("get deploy a-web -o jsonpath={.status.readyReplicas}"), "2", "--wait waited");
    assert_eq!(helm.kubectl("get cart a -o jsonpath={.spec.size}"), "2");
    // Hooks ran by their weights, one after the other.
    let jobs = helm.kubectl("get jobs --sort-by=.metadata.creationTimestamp -o jsonpath={range.items[*]}{.metadata.name}:{.status.succeeded};{end}");
    assert_eq!(jobs, "a-first:1;a-second:1;");
    assert!(helm.kubectl("get deploy a-web --show-managed-fields -o jsonpath={.metadata.managedFields[*].manager}:{.metadata.managedFields[*].operation}").contains("helm"), "helm applies on the server");
    let listed = helm.good("list -A");
    assert!(listed.contains("deployed\tshop-0.1.0\t1.27"), "{listed}");
    let tested = helm.good("test a --logs");
    assert!(tested.contains("Phase:          Succeeded") && tested.contains("Welcome to nginx!"), "{tested}");

    // What a lookup found stays; a dry run with the server finds it as well, a template without one does not.
    let password = helm.kubectl("get secret a-web -o jsonpath={.data.password}");
    assert!(helm.good(&format!("upgrade a {CHART} --dry-run=server")).contains(&password));
    assert!(!helm.good(&format!("template a {CHART}")).contains(&password));
    assert!(helm.good(&format!("template a {CHART} --dry-run=server")).contains(&password));
    let upgraded = helm.good(&format!("upgrade a {CHART} --set replicas=3 --wait --timeout 90s"));
    assert!(upgraded.contains("REVISION: 2"), "{upgraded}");
    assert_eq!(helm.kubectl("get secret a-web -o jsonpath={.data.password}"), password);
    assert_eq!(helm.kubectl("get cart a -o jsonpath={.spec.size}"), "3");
    assert!(helm.good("get values a").contains("replicas: 3") && helm.good("get values a --revision 1 --all").contains("replicas: 2"));

    // An image that there is not, and a hook that fails.
    let failed = helm.bad(&format!("upgrade a {CHART} --set image=nginx:nosuch --rollback-on-failure --wait --timeout 60s"));
    assert!(failed.contains("has been rolled back due to rollback-on-failure being set: resource Deployment/default/a-web not ready. status: Failed, message: Progress deadline exceeded"), "{failed}");
    let hook = helm.bad(&format!("upgrade a {CHART} --set-string migrate=false"));
    assert!(hook.contains("UPGRADE FAILED: pre-upgrade hooks failed"), "{hook}");
    let history = helm.history();
    assert_eq!(history[..2], ["superseded: Install complete", "superseded: Upgrade complete"]);
    assert!(history[2].starts_with("failed: Upgrade \"a\" failed: resource Deployment/default/a-web not ready") && history[3] == "deployed: Rollback to 2", "{history:?}");
    assert!(history[4].starts_with("failed: Pre-upgrade hooks failed") || history[4].starts_with("failed: Upgrade \"a\" failed"), "{history:?}");

    assert!(helm.good("rollback a 1 --wait --timeout 90s").contains("Rollback was a success!"));
    assert_eq!(helm.kubectl("get deploy a-web -o jsonpath={.spec.replicas}{.spec.template.spec.containers[0].image}"), "2nginx:1.27");
    for part in ["all", "hooks", "manifest", "notes", "metadata"] {
        helm.good(&format!("get {part} a"));
    }
    assert!(helm.good("status a").contains("==> v1/Deployment\nNAME    READY"), "the status has tables of its objects");
    assert!(helm.good("get manifest a").contains("# Source: shop/templates/web.yaml"));

    assert!(helm.good("uninstall a --keep-history --wait").contains("release \"a\" uninstalled"));
    assert!(helm.good("list -A --uninstalled").contains("uninstalled"));
    assert_eq!(helm.kubectl("get cm a-gone -o jsonpath={.data.was}"), "here", "what runs after the end has run");
    helm.good("rollback a 2 --wait --timeout 90s");
    assert_eq!(helm.kubectl("get deploy a-web -o jsonpath={.spec.replicas}"), "3");
    helm.good("uninstall a");
    assert_eq!(helm.kubectl("get deploy,svc,secret,cart -l app.kubernetes.io/instance=a -o name"), "");
    assert_eq!(helm.kubectl("get crd carts.shop.example.com -o name"), "customresourcedefinition.apiextensions.k8s.io/carts.shop.example.com\n", "kinds stay");
    assert!(helm.bad("status a").contains("release: not found"));
}
