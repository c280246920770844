//! Every pod of day 2 to 4, second by second where the course speaks of seconds.

use crate::student::Student;

fn manifest(student: &mut Student, name: &str, text: &str) {
    student.world.put_file(name, text, false);
    let said = student.run(&format!("kubectl apply -f {name} | tail -n 1"));
    assert!(said.contains("created"), "{said}");
}

/// The seconds between the start of the container and the moment at which a condition turned.
fn since_start(student: &mut Student, pod: &str, path: &str) -> i64 {
    let of = |student: &mut Student, path: &str| student.run(&format!("date -d $(kubectl get pod {pod} -o jsonpath='{path}') +%s")).trim().parse::<i64>().expect("a time");
    of(student, path) - of(student, "{.status.containerStatuses[0].state.running.startedAt}")
}

#[test]
fn a_slow_server_is_not_ready_for_45_seconds() {
    let mut student = Student::new(false);
    manifest(&mut student, "readiness.yaml", r#"
apiVersion: v1
kind: Pod
metadata: {name: readiness-pod}
spec:
  containers:
    - name: server
      image: python:3
      command: ["/bin/sh", "-c", "sleep $(DELAY_START) && python3 -m http.server 8000"]
      env: [{name: DELAY_START, value: "45"}]
      readinessProbe: {httpGet: {path: /, port: 8000}, periodSeconds: 5}
"#);
    student.quietly(&["kubectl wait --for=jsonpath={.status.phase}=Running pod/readiness-pod --timeout=120s"]);
    student.lines(&[("kubectl get pod readiness-pod --no-headers | awk '{print $2, $3, $4}'", "0/1 Running 0\n")]);
    student.pass(30);
    student.lines(&[
        ("kubectl get pod readiness-pod --no-headers | awk '{print $2, $3, $4}'", "0/1 Running 0\n"),
        (
            "kubectl get events --field-selector reason=Unhealthy -o jsonpath='{.items[0].message}' | sed 's/10\\.[0-9.]*/IP/g'; echo",
            "Readiness probe failed: Get \"http://IP:8000/\": dial tcp IP:8000: connect: connection refused\n",
        ),
    ]);
    student.quietly(&["kubectl wait --for=condition=Ready pod/readiness-pod --timeout=120s"]);
    let ready = since_start(&mut student, "readiness-pod", "{.status.conditions[?(@.type==\"Ready\")].lastTransitionTime}");
    assert!((45..=51).contains(&ready), "ready after {ready} s");
    student.lines(&[("kubectl get pod readiness-pod --no-headers | awk '{print $2, $3, $4}'", "1/1 Running 0\n")]);
}

#[test]
fn a_liveness_probe_restarts_what_never_gets_its_file() {
    let mut student = Student::new(false);
    manifest(&mut student, "liveness.yaml", r#"
apiVersion: v1
kind: Pod
metadata: {name: liveness-pod}
spec:
  terminationGracePeriodSeconds: 1
  containers:
    - name: server
      image: python:3
      command: ["/bin/sh", "-c", "sleep $(DELAY_START) && touch index.html && python3 -m http.server 8000"]
      env: [{name: DELAY_START, value: "45"}]
      livenessProbe: {exec: {command: ["ls", "index.html"]}, periodSeconds: 10}
"#);
    student.quietly(&["kubectl wait --for=jsonpath={.status.phase}=Running pod/liveness-pod --timeout=120s"]);
    // Three failures in a row, ten seconds apart, long before the 45 seconds are over.
    let took = student.until("kubectl get pod liveness-pod -o jsonpath='{.status.containerStatuses[0].restartCount}'", "1", 60);
    assert!((19.0..36.0).contains(&took), "{took}");
    student.lines(&[
        (
            "kubectl get events --field-selector reason=Unhealthy -o jsonpath='{.items[0].message}'; echo",
            "Liveness probe failed: ls: cannot access 'index.html': No such file or directory\n\n",
        ),
        ("kubectl get events --field-selector reason=Killing -o jsonpath='{.items[0].message}'; echo", "Container server failed liveness probe, will be restarted\n"),
        ("kubectl get pod liveness-pod -o jsonpath='{.status.containerStatuses[0].lastState.terminated.exitCode}'; echo", "137\n"),
    ]);
}

#[test]
fn a_sidecar_serves_what_its_neighbour_writes() {
    let mut student = Student::new(false);
    manifest(&mut student, "sidecar.yaml", r#"
apiVersion: v1
kind: Pod
metadata: {name: pod-with-sidecar}
spec:
  volumes: [{name: shared-logs, emptyDir: {}}]
  containers:
    - name: app-container
      image: alpine
      command: ["/bin/sh"]
      args: ["-c", "while true; do date >> /var/log/app.txt; sleep 5; done"]
      volumeMounts: [{name: shared-logs, mountPath: /var/log}]
    - name: sidecar-container
      image: nginx:1.27
      ports: [{containerPort: 80}]
      volumeMounts: [{name: shared-logs, mountPath: /usr/share/nginx/html}]
"#);
    student.quietly(&["kubectl wait --for=condition=Ready pod/pod-with-sidecar --timeout=120s", "sleep 26"]);
    student.lines(&[
        ("kubectl exec pod-with-sidecar -c sidecar-container -- bash -c 'apt-get update && apt-get install -y curl' > /tmp/said 2>&1; echo $?", "0\n"),
        ("kubectl exec pod-with-sidecar -c sidecar-container -- curl -s -o /dev/null -w '%{http_code}\\n' 'http://localhost:80/'", "403\n"),
        ("kubectl exec pod-with-sidecar -c sidecar-container -- curl -s 'http://localhost:80/app.txt' | wc -l", "6\n"),
        ("kubectl exec pod-with-sidecar -c sidecar-container -- curl -s 'http://localhost:80/app.txt' | head -n 1 | cut -c 21-", "UTC 2026\n"),
        ("kubectl logs pod-with-sidecar -c sidecar-container | grep -c 'GET /app.txt HTTP/1.1\" 200'", "2\n"),
    ]);
}

#[test]
fn files_of_a_pod_with_a_security_context_belong_to_its_group() {
    let mut student = Student::new(false);
    manifest(&mut student, "security.yaml", r#"
apiVersion: v1
kind: Pod
metadata: {name: security-context-pod}
spec:
  securityContext: {runAsUser: 42, fsGroup: 231}
  volumes: [{name: simple-directory, emptyDir: {}}]
  containers:
    - name: example-container
      image: alpine
      command: ["/bin/sh"]
      args: ["-c", "while true; do date >> /etc/directory/file.txt; sleep 5; done"]
      volumeMounts: [{name: simple-directory, mountPath: /etc/directory}]
"#);
    student.quietly(&["kubectl wait --for=condition=Ready pod/security-context-pod --timeout=60s", "sleep 3"]);
    student.lines(&[
        ("kubectl exec security-context-pod -- ls -l /etc/directory | awk '{print $1, $2, $3, $4, $9}' | tail -n 1", "-rw-r--r-- 1 42 231 file.txt\n"),
        ("kubectl exec security-context-pod -- id", "uid=42 gid=0(root) groups=0(root),231\n"),
        ("kubectl exec security-context-pod -- ls -ld /etc/directory | awk '{print $1, $3, $4}'", "drwxrwsrwx root 231\n"),
        ("kubectl exec security-context-pod -- touch /etc/other; echo $?", "touch: /etc/other: Permission denied\ncommand terminated with exit code 1\n1\n"),
    ]);
}

#[test]
fn a_crash_loop_waits_10_20_40_80_160_and_300_seconds() {
    let mut student = Student::new(false);
    student.quietly(&["kubectl run crash --image=busybox:1.36 -- sh -c 'exit 3'"]);
    let restarts = "kubectl get pod crash -o jsonpath='{.status.containerStatuses[0].restartCount}'";
    student.until(restarts, "1", 60);
    let mut waits = Vec::new();
    for restart in 2..=7 {
        waits.push(student.until(restarts, &restart.to_string(), 400));
    }
    // The first restart is at once; each time the container starts, ends, and is found dead on top of the wait.
    for (wait, nominal) in waits.iter().zip([10.0, 20.0, 40.0, 80.0, 160.0, 300.0]) {
        assert!((nominal - 2.0..nominal * 1.08 + 5.0).contains(wait), "{waits:?}");
    }
    student.until("kubectl get pod crash -o jsonpath='{.status.containerStatuses[0].state.waiting.reason}'", "CrashLoopBackOff", 120);
    student.lines(&[(
        "kubectl get pod crash -o jsonpath='{.status.containerStatuses[0].state.waiting.message}' | cut -d ' ' -f 1-5",
        "back-off 5m0s restarting failed container=crash\n",
    )]);
}

#[test]
fn network_policies_are_seen_from_inside() {
    let mut student = Student::new(false);
    student.quietly(&[
        "kubectl run hello-web --labels app=hello --image=gcr.io/google-samples/hello-app:1.0 --port 8080 --expose",
        "kubectl wait --for=condition=Ready pod/hello-web --timeout=60s; sleep 2",
    ]);
    let from = |labels: &str, url: &str| format!("</dev/null kubectl run -l app={labels} --image=alpine --restart=Never --rm -i -q test -- sh -c 'sleep 1; wget -qO- --timeout=2 {url} 2>&1 | head -n 1'");
    let (foo, other) = (from("foo", "http://hello-web:8080"), from("other", "http://hello-web:8080"));
    student.lines(&[(&foo, "Hello, world!\n"), (&other, "Hello, world!\n")]);
    manifest(&mut student, "in.yaml", r#"
kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {name: hello-allow-from-foo}
spec:
  policyTypes: [Ingress]
  podSelector: {matchLabels: {app: hello}}
  ingress: [{from: [{podSelector: {matchLabels: {app: foo}}}]}]
"#);
    student.pass(3);
    student.lines(&[(&foo, "Hello, world!\n"), (&other, "wget: download timed out\n")]);
    manifest(&mut student, "out.yaml", r#"
kind: NetworkPolicy
apiVersion: networking.k8s.io/v1
metadata: {name: foo-allow-to-hello}
spec:
  policyTypes: [Egress]
  podSelector: {matchLabels: {app: foo}}
  egress:
    - to: [{podSelector: {matchLabels: {app: hello}}}]
    - ports: [{port: 53, protocol: TCP}, {port: 53, protocol: UDP}]
"#);
    student.quietly(&["kubectl run hello-web-2 --labels app=hello-2 --image=gcr.io/google-samples/hello-app:1.0 --port 8080 --expose", "kubectl wait --for=condition=Ready pod/hello-web-2 --timeout=60s; sleep 3"]);
    student.lines(&[(&foo, "Hello, world!\n"), (&from("foo", "http://hello-web-2:8080"), "wget: download timed out\n"), (&from("bar", "http://hello-web-2:8080"), "Hello, world!\n")]);
}

#[test]
fn load_makes_more_pods_and_they_go_again() {
    let mut student = Student::new(false);
    manifest(&mut student, "php-apache.yaml", r#"
apiVersion: apps/v1
kind: Deployment
metadata: {name: php-apache}
spec:
  selector: {matchLabels: {run: php-apache}}
  template:
    metadata: {labels: {run: php-apache}}
    spec:
      containers:
        - name: php-apache
          image: registry.k8s.io/hpa-example
          ports: [{containerPort: 80}]
          resources: {limits: {cpu: 500m}, requests: {cpu: 200m}}
"#);
    student.quietly(&[
        "kubectl expose deployment php-apache --port=80",
        "kubectl wait --for=condition=Available deployment/php-apache --timeout=60s",
        "kubectl autoscale deployment php-apache --cpu=50% --min=1 --max=10",
        "sleep 60",
    ]);
    student.lines(&[("kubectl get hpa php-apache --no-headers | awk '{print $3, $4, $5, $6, $7}'", "cpu: 0%/50% 1 10 1\n")]);
    student.quietly(&["kubectl run load-generator --image=busybox:1.36 --restart=Never -- /bin/sh -c 'while sleep 0.01; do wget -q -O- http://php-apache; done'"]);
    let replicas = "kubectl get deployment php-apache -o jsonpath='{.status.replicas}'";
    student.pass(240);
    let under_load: u32 = student.run(replicas).parse().expect("a number");
    assert!((3..=10).contains(&under_load), "{under_load}");
    student.lines(&[("kubectl logs deployment/php-apache 2>/dev/null | grep -c 'AH00163'", "1\n")]);
    student.quietly(&["kubectl delete pod load-generator --now"]);
    student.until(replicas, "1", 600);
}

/// As on a real 1.36.2: the numbers of the processes, who dies of which signal, and how fast the pod goes.
#[test]
fn containers_may_share_their_processes() {
    let mut student = Student::new(false);
    student.world.put_file(
        "share.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: share}\nspec:\n  shareProcessNamespace: true\n  terminationGracePeriodSeconds: 20\n  containers:\n  - {name: a, image: 'busybox:1.36', command: [sh, -c, \"trap 'echo hup' HUP; while true; do sleep 1000 & wait; done\"]}\n  - {name: b, image: 'busybox:1.36', command: [sleep, '3600']}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: plain}\nspec:\n  hostUsers: false\n  containers:\n  - {name: app, image: 'busybox:1.36', command: [sleep, '3600']}\n",
        false,
    );
    student.quietly(&["kubectl apply -f share.yaml; kubectl wait --for=condition=Ready pod/share pod/plain --timeout=60s"]);
    student.lines(&[
        ("kubectl exec share -c b -- ps -o pid,ppid,args | sed 1d", "    1     0 /pause\n    7     0 sh -c trap 'echo hup' HUP; while true; do sleep 1000 & wait; done\n   13     7 sleep 1000\n   14     0 sleep 3600\n   20     0 ps -o pid,ppid,args\n"),
        ("kubectl exec share -c b -- kill -HUP 7; sleep 1; kubectl logs share -c a", "hup\n"),
        ("kubectl exec share -c b -- kill -9 1; kubectl exec share -c b -- cat /proc/1/cmdline | tr '\\0' ' '", "/pause "),
        ("kubectl exec share -c a -- sh -c 'echo secret > /tmp/mine'; kubectl exec share -c b -- cat /proc/7/root/tmp/mine", "secret\n"),
        ("kubectl exec share -c b -- kill 7; sleep 3; kubectl get pod share --no-headers | awk '{print $2, $3, $4}'; kubectl get pod share -o jsonpath='{.status.containerStatuses[0].lastState.terminated.exitCode}'", "2/2 Running 1\n143"),
        ("kubectl exec share -c a -- kill 1; sleep 30; kubectl get pod share --no-headers | awk '{print $2, $3}'; kubectl get events --field-selector reason=SandboxChanged --no-headers | wc -l", "2/2 Running\n1\n"),
        ("for i in 1 2 3; do kubectl exec plain -- sh -c 'echo $$'; done", "7\n13\n19\n"),
        ("kubectl exec plain -- id -u; kubectl exec plain -- cat /proc/self/uid_map | awk '{print $1, $2 >= 65536, $2 % 65536, $3}'; kubectl exec share -c a -- cat /proc/self/uid_map", "0\n0 1 0 65536\n         0          0 4294967295\n"),
        ("kubectl debug plain --image=busybox:1.36 --target=app -c dbg -- sleep 3000 >/dev/null; sleep 4; kubectl exec plain -c dbg -- ps | awk '{print $1, $4, $5}' | sed 1d", "1 sleep 3600\n37 sleep 3000\n43 ps \n"),
        ("kubectl exec plain -c dbg -- kill 1; kubectl exec plain -c dbg -- kill -9 1; sleep 2; kubectl get pod plain --no-headers | awk '{print $2, $3, $4}'", "1/1 Running 0\n"),
        ("kubectl exec plain -c app -- kill 37; sleep 3; kubectl get pod plain -o jsonpath='{.status.ephemeralContainerStatuses[0].state.terminated.exitCode}'", "143"),
    ]);
    let before = student.world.now();
    student.quietly(&["kubectl delete pod share"]);
    assert!((student.world.now() - before).as_secs() < 6, "nobody is the first process, so all heed SIGTERM");
}

#[test]
fn a_small_server_runs_programs() {
    let mut student = Student::new(false);
    student.quietly(&[
        r##"kubectl run cgi --image=busybox:1.36 -- sh -c 'mkdir -p /w/cgi-bin; printf "#!/bin/sh\necho Content-Type: text/plain; echo; echo \$REQUEST_METHOD \$QUERY_STRING \$PATH_INFO; cat\n" > /w/cgi-bin/say; chmod +x /w/cgi-bin/say; exec httpd -f -p 8080 -h /w'"##,
        "kubectl wait --for=condition=Ready pod/cgi --timeout=60s; sleep 1",
    ]);
    student.lines(&[
        ("kubectl exec cgi -- wget -qO- 'http://localhost:8080/cgi-bin/say/more?a=1'", "GET a=1 /more\n"),
        ("kubectl exec cgi -- wget -qO- --post-data=x=1 http://localhost:8080/cgi-bin/say", "POST  \nx=1"),
        ("kubectl exec cgi -- wget -qO- http://localhost:8080/cgi-bin/none 2>&1 | head -1", "wget: server returned error: HTTP/1.1 404 Not Found\n"),
    ]);
}
