//! Datagrams: Services, ports of machines, policies and programs that speak UDP.

use crate::student::Student;

const MANIFEST: &str = "apiVersion: apps/v1
kind: Deployment
metadata: {name: echo}
spec:
  replicas: 3
  selector: {matchLabels: {app: echo}}
  template:
    metadata: {labels: {app: echo}}
    spec:
      containers:
      - name: echo
        image: registry.k8s.io/e2e-test-images/agnhost:2.53
        args: [netexec, --http-port=8080, --udp-port=8081]
        ports: [{containerPort: 8080}, {name: words, containerPort: 8081, protocol: UDP}]
---
apiVersion: v1
kind: Service
metadata: {name: echo}
spec:
  type: NodePort
  selector: {app: echo}
  ports:
  - {name: http, port: 80, targetPort: 8080}
  - {name: words, port: 80, targetPort: words, protocol: UDP, nodePort: 30081}
---
apiVersion: v1
kind: Pod
metadata: {name: tools}
spec:
  containers:
  - {name: box, image: 'busybox:1.36', command: [sleep, infinity]}
  - {name: debian, image: 'debian:12', command: [sleep, infinity]}
  - {name: agnhost, image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: [netexec, --http-port=9090, --udp-port=-1]}
---
apiVersion: v1
kind: Pod
metadata: {name: host-port}
spec:
  nodeName: node-2
  containers:
  - name: echo
    image: registry.k8s.io/e2e-test-images/agnhost:2.53
    args: [netexec]
    ports: [{containerPort: 8081, hostPort: 5353, protocol: UDP}]
";

fn student() -> Student {
    let mut student = Student::new(false);
    student.world.put_file("udp.yaml", MANIFEST, false);
    student.quietly(&["kubectl apply -f udp.yaml; kubectl rollout status deployment/echo; kubectl wait --for=condition=Ready pod/tools pod/host-port --timeout=120s; sleep 3"]);
    student
}

#[test]
fn services_and_ports_of_machines_carry_datagrams() {
    let mut student = student();
    let say = |words: &str, to: &str| format!("kubectl exec tools -c box -- sh -c \"echo {words} | nc -u -w1 {to}\"");
    student.lines(&[
        ("kubectl get svc echo --no-headers | awk '{print $5}' | sed 's/80:3[0-9]*.TCP/80:N\\/TCP/'", "80:N/TCP,80:30081/UDP\n"),
        (&say("echo Hello", "echo 80"), "hello"),
        (&format!("{} | cut -d : -f 1 | grep -c \"^$(kubectl get pod tools -o jsonpath='{{.status.podIP}}')$\"", say("clientip", "echo 80")), "1\n"),
    ]);
    // Every socket is sent to an endpoint of its own; a client that sticks comes back.
    let names = "for i in $(seq 12); do kubectl exec tools -c box -- sh -c 'echo hostname | nc -u -w1 echo 80'; echo; done | sort | uniq | grep -c ^echo-";
    student.lines(&[(names, "3\n")]);
    student.quietly(&["kubectl patch svc echo -p '{\"spec\":{\"sessionAffinity\":\"ClientIP\"}}'; sleep 3"]);
    student.lines(&[(names, "1\n")]);
    student.lines(&[
        (&say("echo port", "$(kubectl get pod host-port -o jsonpath='{.status.hostIP}') 30081"), "port"),
        (&say("hostname", "$(kubectl get pod host-port -o jsonpath='{.status.hostIP}') 5353"), "host-port"),
        // The port of TCP has the same number and another process.
        ("kubectl exec tools -c debian -- bash -c 'exec 3<>/dev/udp/echo/80; echo echo bash >&3; head -c 4 <&3; exec 3>&-; exec 3<>/dev/tcp/echo/80; printf \"GET /echo?msg=tcp HTTP/1.0\\r\\n\\r\\n\" >&3; tail -n 1 <&3'", "bashtcp"),
        ("kubectl exec tools -c debian -- bash -c 'echo x > /dev/tcp/127.0.0.1/81' 2>&1 | grep -v ^command", "bash: connect: Connection refused\nbash: line 1: /dev/tcp/127.0.0.1/81: Connection refused\n"),
        ("kubectl exec tools -c agnhost -- /agnhost connect --protocol=udp echo:80 --timeout=3s && echo well", "well\n"),
        ("kubectl exec tools -c agnhost -- /agnhost connect --protocol=udp --timeout=3s 127.0.0.1:5999 2>&1 | grep -o REFUSED", "REFUSED\n"),
        ("kubectl exec tools -c agnhost -- curl -s 'http://localhost:9090/dial?host=echo&port=80&protocol=udp&request=echo%20dialed&tries=2'", "{\"responses\":[\"dialed\",\"dialed\"]}"),
        // Its nslookup is BIND's, which goes through the domains that are searched.
        ("kubectl exec tools -c agnhost -- nslookup kubernetes.default | grep -E '^Name|^Address: '", "Name:\tkubernetes.default.svc.cluster.local\nAddress: 10.96.0.1\n"),
        ("kubectl logs deployment/echo --all-pods=true | grep -c 'Echoing dialed to UDP client'", "2\n"),
    ]);
    // Nobody is behind it: the machine says so; and with the pods gone the flow ends.
    student.quietly(&["kubectl scale deployment echo --replicas=0; kubectl wait --for=delete pod -l app=echo --timeout=60s; sleep 3"]);
    student.lines(&[
        ("kubectl exec tools -c agnhost -- /agnhost connect --protocol=udp echo:80 --timeout=3s 2>&1 | grep -o REFUSED", "REFUSED\n"),
    ]);
}

#[test]
fn programs_in_pods_listen_for_datagrams() {
    let mut student = student();
    student.quietly(&[
        "kubectl run sink --image=busybox:1.36 --restart=Never -- sh -c 'nc -u -l -p 5000'",
        "kubectl wait --for=condition=Ready pod/sink --timeout=60s; kubectl expose pod sink --port=5000 --protocol=UDP; sleep 3",
        "kubectl exec tools -c box -- sh -c 'echo one | nc -u -w1 sink 5000; echo other | nc -u -w1 sink 5000'",
    ]);
    // The second client is another one, to whom the first nc does not listen.
    student.lines(&[("kubectl logs sink", "one\n"), ("kubectl get pod sink --no-headers | awk '{print $3}'", "Running\n")]);
    let policy = |port: &str| format!("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {{name: echo}}\nspec:\n  podSelector: {{matchLabels: {{app: echo}}}}\n  policyTypes: [Ingress]\n  ingress: [{{ports: [{port}]}}]\n");
    let ask = |protocol: &str| format!("kubectl exec tools -c agnhost -- /agnhost connect --protocol={protocol} echo:80 --timeout=2s 2>&1 | grep -oE '^[A-Z]+' || echo well");
    for (port, tcp, udp) in [
        ("{protocol: UDP, port: 8081}", "TIMEOUT\n", "well\n"),
        ("{protocol: UDP, port: words}", "TIMEOUT\n", "well\n"),
        ("{protocol: TCP, port: 8080}", "well\n", "TIMEOUT\n"),
        ("{protocol: TCP, port: words}", "TIMEOUT\n", "TIMEOUT\n"),
        ("{protocol: UDP}", "TIMEOUT\n", "well\n"),
    ] {
        student.world.put_file("policy.yaml", &policy(port), false);
        student.quietly(&["kubectl apply -f policy.yaml; sleep 3"]);
        student.lines(&[(&ask("tcp"), tcp), (&ask("udp"), udp)]);
    }
}

#[test]
fn agnhost_serves_its_name_looks_at_volumes_and_ports() {
    let mut student = Student::new(false);
    student.world.put_file("agnhost.yaml", MORE, false);
    student.quietly(&["kubectl apply -f agnhost.yaml; kubectl wait --for=condition=Ready pod/named pod/porter pod/looks --timeout=120s; sleep 2"]);
    let on = |command: &str| format!("kubectl exec looks -- {command}");
    let ip = |pod: &str| format!("$(kubectl get pod {pod} -o jsonpath='{{.status.podIP}}')");
    student.lines(&[
        (&on(&format!("sh -c \"echo | nc -w 1 {} 9376\"", ip("named"))), "named"),
        (&on(&format!("sh -c \"echo | nc -u -w 1 {} 9376\"", ip("named"))), "named"),
        ("kubectl logs named | cut -d ' ' -f 3-5", "Serving on port\nTCP request from\nUDP request from\n"),
        (&on(&format!("curl -s {}:9001", ip("porter"))), "foo"),
        (&on("/agnhost mounttest --fs_type=/mem --new_file_0644=/mem/f --file_perm=/mem/f"), "mount type of \"/mem\": tmpfs\ncontent of file \"/mem/f\": mount-tester new file\n\nperms of file \"/mem/f\": -rw-r--r--\n"),
        (&on("/agnhost mounttest --file_mode=/mem --file_owner=/mem/f"), "mode of file \"/mem\": dtrwxrwxrwx\nowner UID of \"/mem/f\": 0\nowner GID of \"/mem/f\": 0\n"),
        (&on("/agnhost mounttest --file_content=/nowhere 2>&1 | head -1"), "error reading file content for \"/nowhere\": open /nowhere: no such file or directory\n"),
        (&on("/agnhost logs-generator --log-lines-total 3 --run-duration 3s 2>&1 | grep -cE 'logs_generator.go:76] [012] (GET|POST|PUT) /api/v1/namespaces/'"), "3\n"),
        (&on("/agnhost webhook 2>&1 | head -1"), "podarium: not simulated: agnhost webhook\n"),
    ]);
}

const MORE: &str = "apiVersion: v1
kind: Pod
metadata: {name: named}
spec:
  containers:
  - {name: c, image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: [serve-hostname, --http=false, --tcp, --udp]}
---
apiVersion: v1
kind: Pod
metadata: {name: porter}
spec:
  containers:
  - {name: c, image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', args: [porter], env: [{name: SERVE_PORT_9001, value: foo}]}
---
apiVersion: v1
kind: Pod
metadata: {name: looks}
spec:
  containers:
  - {name: c, image: 'registry.k8s.io/e2e-test-images/agnhost:2.53', volumeMounts: [{name: mem, mountPath: /mem}]}
  volumes: [{name: mem, emptyDir: {medium: Memory}}]
";
