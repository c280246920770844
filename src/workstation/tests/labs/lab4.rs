//! Lab 4, continuous delivery, as far as it goes without Jenkins itself.

use podarium_cluster::Config;

use crate::terminal::Terminal;

#[test]
fn lab_4_from_the_clone_to_the_push() {
    let mut terminal = Terminal::new(Config::default(), 2);
    let said = terminal.ok("git clone https://github.com/GoogleCloudPlatform/continuous-deployment-on-kubernetes.git");
    assert_eq!(said, "Cloning into 'continuous-deployment-on-kubernetes'...\n");
    terminal.ok("cd continuous-deployment-on-kubernetes");
    assert_eq!(terminal.ok("git status --short; git log --format=%s; ls"), "The files of the labs\nREADME.md\njenkins\nsample-app\n");

    // Jenkins with helm.
    assert_eq!(terminal.ok("helm repo add jenkins https://charts.jenkins.io"), "\"jenkins\" has been added to your repositories\n");
    assert!(terminal.ok("helm repo update").contains("...Successfully got an update from the \"jenkins\" chart repository\nUpdate Complete. ⎈Happy Helming!⎈\n"));
    assert!(terminal.ok("helm search repo jenkins").contains("jenkins/jenkins\t5.8.0"));
    let said = terminal.ok("helm install cd jenkins/jenkins -f jenkins/values.yaml");
    assert!(said.starts_with("NAME: cd\nLAST DEPLOYED: ") && said.contains("STATUS: deployed\nREVISION: 1\nDESCRIPTION: Install complete\n"), "{said}");
    assert_eq!(terminal.ok("kubectl get secret,svc,statefulset,serviceaccount -o name | grep jenkins"), "secret/cd-jenkins\nservice/cd-jenkins\nservice/cd-jenkins-agent\nstatefulset.apps/cd-jenkins\nserviceaccount/cd-jenkins\n");
    assert_eq!(
        terminal.ok("kubectl create clusterrolebinding jenkins-deploy --clusterrole=cluster-admin --serviceaccount=default:cd-jenkins"),
        "clusterrolebinding.rbac.authorization.k8s.io/jenkins-deploy created\n"
    );
    assert_eq!(terminal.ok("kubectl auth can-i create deployments --as=system:serviceaccount:default:cd-jenkins -n production"), "yes\n");
    let password = terminal.ok("printf $(kubectl get secret cd-jenkins -o jsonpath=\"{.data.jenkins-admin-password}\" | base64 --decode);echo");
    assert!(password.len() == 23 && password.trim().bytes().all(|byte| byte.is_ascii_alphanumeric()), "{password:?}");
    // An upgrade keeps the password.
    terminal.ok("helm upgrade cd jenkins/jenkins -f jenkins/values.yaml > /dev/null");
    assert_eq!(terminal.ok("printf $(kubectl get secret cd-jenkins -o jsonpath=\"{.data.jenkins-admin-password}\" | base64 --decode);echo"), password);
    assert_eq!(terminal.ok("helm list -q; helm history cd | cut -f1,3 | tr -d ' '"), "cd\nREVISION\tSTATUS\n1\tsuperseded\n2\tdeployed\n");

    // The sample app: production, a canary, services.
    terminal.ok("cd sample-app");
    assert_eq!(terminal.ok("kubectl create ns production"), "namespace/production created\n");
    terminal.ok("sed -i 's#extensions/v1beta1#apps/v1#' k8s/production/*.yaml k8s/canary/*.yaml");
    for folder in ["production", "canary", "services"] {
        terminal.ok(&format!("kubectl apply -f k8s/{folder} -n production"));
    }
    assert_eq!(terminal.ok("kubectl scale deployment gceme-frontend-production -n production --replicas 4"), "deployment.apps/gceme-frontend-production scaled\n");
    terminal.ok("kubectl rollout status deployment/gceme-frontend-production -n production --timeout=300s");
    terminal.ok("kubectl rollout status deployment/gceme-frontend-canary -n production --timeout=300s");
    assert_eq!(terminal.ok("kubectl get pods -n production -l app=gceme -l role=frontend --no-headers | wc -l").trim(), "5");
    assert_eq!(terminal.ok("kubectl get pods -n production -l app=gceme -l role=backend --no-headers | wc -l").trim(), "2");

    // The repository of one's own.
    assert!(terminal.ok("gcloud source repos create default").starts_with("Created [default].\n"));
    terminal.ok("git config --global init.defaultBranch master");
    let said = terminal.ok("git init");
    assert_eq!(said, "Initialized empty Git repository in /home/student/continuous-deployment-on-kubernetes/sample-app/.git/\n");
    terminal.ok("git config credential.helper gcloud.sh");
    terminal.ok("git remote add origin https://source.developers.google.com/p/podarium-lab/r/default");
    terminal.ok("git config --global user.email student@example.com && git config --global user.name Student");
    terminal.ok("git add .");
    let said = terminal.ok("git commit -m 'Initial commit'");
    assert!(said.starts_with("[master (root-commit) ") && said.contains("15 files changed"), "{said}");
    assert_eq!(terminal.ok("git push origin master"), "To https://source.developers.google.com/p/podarium-lab/r/default\n * [new branch]      master -> master\n");

    // A feature on a branch of its own.
    terminal.ok("git checkout -q -b new-feature");
    terminal.ok("sed -i 's/card blue/card orange/' html.go && sed -i 's/1.0.0/2.0.0/' main.go");
    assert_eq!(terminal.ok("git diff --stat"), " html.go | 2 +-\n main.go | 2 +-\n 2 files changed, 2 insertions(+), 2 deletions(-)\n");
    terminal.ok("git commit -q -a -m 'Version 2.0.0'");
    assert_eq!(terminal.ok("git push origin new-feature"), "To https://source.developers.google.com/p/podarium-lab/r/default\n * [new branch]      new-feature -> new-feature\n");
    // Canary, then master: the pushed files are there for whoever builds them.
    terminal.ok("git checkout -q -b canary && git push -q origin canary && git checkout -q master && git merge -q canary && git push -q origin master");
    let repository = &terminal.world.sites.repositories["source.developers.google.com/p/podarium-lab/r/default"];
    assert!(repository.file("master", "html.go").is_some_and(|text| text.contains("card orange")));
    assert_eq!(repository.refs.len(), 3);

    // Without being logged in nobody gets in, and what nobody has made is not there.
    let said = terminal.run("cd; git clone https://source.developers.google.com/p/podarium-lab/r/default");
    assert_eq!((said.status, said.text.as_str()), (128, "Cloning into 'default'...\nfatal: could not read Username for 'https://source.developers.google.com': No such device or address\n"));
    let said = terminal.run("git clone https://github.com/nobody/nothing.git");
    assert_eq!((said.status, said.text.as_str()), (128, "Cloning into 'nothing'...\nremote: Repository not found.\nfatal: repository 'https://github.com/nobody/nothing.git/' not found\n"));
    // A clone of what was pushed has all branches.
    terminal.ok("git config --global credential.helper gcloud.sh && git clone -q https://source.developers.google.com/p/podarium-lab/r/default copy && cd copy");
    assert_eq!(terminal.ok("git branch -r"), "  origin/HEAD -> origin/master\n  origin/canary\n  origin/master\n  origin/new-feature\n");

    terminal.ok("helm uninstall cd");
    assert_eq!(terminal.ok("kubectl get secret,svc,statefulset -o name"), "service/kubernetes\n");
}

#[test]
fn helm_installs_upgrades_and_rolls_back_a_web_app() {
    let mut terminal = Terminal::new(Config::default(), 2);
    terminal.ok("helm create web > /dev/null && sed -i 's/appVersion: .*/appVersion: \"1.27\"/' web/Chart.yaml");
    let said = terminal.ok("helm install web ./web --wait --create-namespace -n shop");
    assert!(said.contains("STATUS: deployed") && said.contains("NOTES:\n1. Get the application URL"), "{said}");
    assert_eq!(terminal.ok("kubectl get deploy web -n shop -o jsonpath='{.status.availableReplicas}'"), "1");
    let said = terminal.ok("helm upgrade web ./web -n shop --set replicaCount=3 --wait");
    assert!(said.starts_with("Release \"web\" has been upgraded. Happy Helming!\nNAME: web\n"), "{said}");
    assert_eq!(terminal.ok("kubectl get deploy web -n shop -o jsonpath='{.status.availableReplicas}'"), "3");
    assert_eq!(terminal.ok("helm get values web -n shop"), "USER-SUPPLIED VALUES:\nreplicaCount: 3\n");
    // One that cannot work is told of, and rolled back.
    let said = terminal.run("helm upgrade web ./web -n shop --set image.tag=nope --wait --timeout 20s");
    assert_eq!(said.status, 1);
    assert!(said.text.contains("Error: UPGRADE FAILED: resource Deployment/shop/web not ready. status: InProgress, message: ") && said.text.contains("context deadline exceeded"), "{}", said.text);
    assert_eq!(terminal.ok("helm rollback web 2 -n shop --wait"), "Rollback was a success! Happy Helming!\n");
    assert_eq!(terminal.ok("helm history web -n shop | grep '^[0-9]' | cut -f1,3 | tr -d ' '"), "1\tsuperseded\n2\tsuperseded\n3\tfailed\n4\tdeployed\n");
    assert_eq!(terminal.ok("kubectl get deploy web -n shop -o jsonpath='{.spec.template.spec.containers[0].image}'"), "nginx:1.27");
    let said = terminal.ok("helm status web -n shop");
    assert!(said.contains("RESOURCES:\n==> v1/ServiceAccount\nNAME   AGE\nweb    ") && said.contains("==> v1/Pod(related)\n"), "{said}");
    // What belongs to somebody else is left alone.
    terminal.ok("kubectl create serviceaccount other -n shop");
    let said = terminal.run("helm install other ./web -n shop --set fullnameOverride=other");
    assert_eq!(
        said.text,
        "Error: INSTALLATION FAILED: unable to continue with install: ServiceAccount \"other\" in namespace \"shop\" exists and cannot be imported into the current release: invalid ownership metadata; label validation error: missing key \"app.kubernetes.io/managed-by\": must be set to \"Helm\"; annotation validation error: missing key \"meta.helm.sh/release-name\": must be set to \"other\"; annotation validation error: missing key \"meta.helm.sh/release-namespace\": must be set to \"shop\"\n"
    );
    assert_eq!(terminal.run("helm install web ./web -n shop").text, "level=ERROR msg=\"release name check failed\" error=\"cannot reuse a name that is still in use\"\nError: INSTALLATION FAILED: release name check failed: cannot reuse a name that is still in use\n");
    assert_eq!(terminal.ok("helm uninstall web -n shop"), "release \"web\" uninstalled\n");
    assert_eq!(terminal.run("helm status web -n shop").text, "Error: release: not found\n");
    assert_eq!(terminal.ok("kubectl get deploy,svc -n shop -o name"), "");
}

#[test]
fn hooks_run_in_their_order() {
    let mut terminal = Terminal::new(Config::default(), 1);
    terminal.ok("mkdir -p c/templates && printf 'apiVersion: v2\\nname: c\\nversion: 1.0.0\\n' > c/Chart.yaml");
    let job = |name: &str, hook: &str, extra: &str, command: &str| {
        format!(
            "printf 'apiVersion: batch/v1\\nkind: Job\\nmetadata:\\n  name: {name}\\n  annotations:\\n    \"helm.sh/hook\": {hook}\\n{extra}spec:\\n  backoffLimit: 0\\n  template:\\n    spec:\\n      restartPolicy: Never\\n      containers:\\n      - {{name: c, image: busybox, command: [sh, -c, \"{command}\"]}}\\n' > c/templates/{name}.yaml"
        )
    };
    terminal.ok(&job("first", "pre-install", "    \"helm.sh/hook-delete-policy\": hook-succeeded\\n", "exit 0"));
    terminal.ok(&job("last", "post-install", "", "exit 0"));
    terminal.ok("printf 'apiVersion: v1\\nkind: ConfigMap\\nmetadata: {name: m}\\n' > c/templates/m.yaml");
    terminal.ok("helm install r c");
    assert_eq!(terminal.ok("kubectl get jobs,cm -o name"), "job.batch/last\nconfigmap/kube-root-ca.crt\nconfigmap/m\n");
    assert!(terminal.ok("helm get hooks r").contains("# Source: c/templates/first.yaml\n"));
    terminal.ok(&job("bad", "pre-upgrade", "", "exit 1"));
    let said = terminal.run("helm upgrade r c");
    assert!(said.status == 1 && said.text.contains("Error: UPGRADE FAILED: pre-upgrade hooks failed: "), "{}", said.text);
    assert_eq!(terminal.ok("helm list --failed -q"), "r\n");
}
