//! A node from inside and from the API server: its processes, its files, what its kubelet tells.

use crate::student::Student;

const MANIFEST: &str = "apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  nodeName: node-1
  containers:
  - {name: web, image: 'nginx:1.27', resources: {limits: {memory: 64Mi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: eye}
spec:
  nodeName: node-1
  hostPID: true
  containers:
  - {name: eye, image: 'busybox:1.36', command: [sleep, infinity], securityContext: {privileged: true}}
";

fn student() -> Student {
    let mut student = Student::new(false);
    student.world.put_file("node.yaml", MANIFEST, false);
    student.quietly(&["kubectl apply -f node.yaml; kubectl wait --for=condition=Ready pod/web pod/eye --timeout=120s; sleep 5"]);
    student
}

#[test]
fn a_pod_with_the_nodes_processes_sees_them_and_may_end_them() {
    let mut student = student();
    let processes = student.run("kubectl exec eye -- ps");
    let expected = ["/sbin/init", "/usr/bin/kubelet --", "/usr/bin/containerd\n", "containerd-shim-runc-v2 -namespace k8s.io -id", "/pause", "nginx: master process nginx", "sleep infinity", " ps\n"];
    for one in expected {
        assert!(processes.contains(one), "{one}: {processes}");
    }
    assert!(!processes.contains("    1 root      0:00 sleep"), "its own first process has another number: {processes}");
    student.lines(&[
        ("kubectl exec eye -- cat /proc/1/comm", "init\n"),
        ("kubectl exec web -- sh -c 'ls -d /proc/[0-9]* | wc -l' | awk '{print ($1 < 10)}'", "1\n"),
        ("kubectl exec eye -- sh -c 'kill -9 $(ps | grep \"nginx: master\" | grep -v grep | awk \"{print \\$1}\")'; sleep 5; kubectl get pod web --no-headers | awk '{print $2, $3, $4}'", "1/1 Running 1\n"),
        ("kubectl get pod web -o jsonpath='{.status.containerStatuses[0].lastState.terminated.exitCode}'", "137"),
        // busybox shows the same whatever letters it is given, and tells that users are the node's own.
        ("kubectl exec eye -- ps ax | head -2", "PID   USER     TIME  COMMAND\n    1 root      0:00 /sbin/init\n"),
        ("kubectl exec eye -- readlink /proc/self/ns/user", "user:[4026531837]\n"),
        ("kubectl exec eye -- nsenter -t 1 -m sh 2>&1 | head -1", "podarium: not simulated: nsenter\n"),
    ]);
}

#[test]
fn a_nodes_files_are_below_host_in_its_debugger() {
    let mut student = Student::new(false);
    student.quietly(&["kubectl debug node/node-1 --image=busybox:1.36 --profile=sysadmin -- sleep infinity; kubectl wait --for=condition=Ready pod --all --timeout=60s"]);
    let pod = "$(kubectl get pods -o name | grep debugger)";
    student.lines(&[
        (&format!("kubectl exec {pod} -- cat /host/etc/hostname"), "node-1\n"),
        (&format!("kubectl exec {pod} -- sh -c 'grep ^PRETTY /host/etc/os-release; grep staticPodPath /host/var/lib/kubelet/config.yaml; ls -d /host/etc/kubernetes/manifests'"), "PRETTY_NAME=\"Ubuntu 24.04.3 LTS\"\nstaticPodPath: /etc/kubernetes/manifests\n/host/etc/kubernetes/manifests\n"),
        (&format!("kubectl exec {pod} -- ps | grep -c /usr/bin/kubelet | awk '{{print ($1 > 0)}}'"), "1\n"),
    ]);
    // Somebody leaves a manifest there.
    student.quietly(&[&format!("kubectl exec {pod} -- sh -c 'printf \"apiVersion: v1\\nkind: Pod\\nmetadata: {{name: left}}\\nspec: {{containers: [{{name: c, image: nginx:1.27}}]}}\\n\" > /host/etc/kubernetes/manifests/left.yaml'; sleep 40")]);
    student.lines(&[("kubectl get pod left-node-1 --no-headers | awk '{print $2, $3}'", "1/1 Running\n")]);
}

#[test]
fn the_kubelet_tells_what_its_pods_use() {
    let mut student = student();
    let raw = |path: &str| format!("kubectl get --raw /api/v1/nodes/node-1/proxy/{path}");
    student.lines(&[
        (&raw("healthz"), "ok"),
        (&format!("{} | jq -r '.pods[].podRef.name' | sort", raw("stats/summary")), "eye\nweb\n"),
        (&format!("{} | jq '.pods[] | select(.podRef.name == \"web\") | .containers[0].memory | .availableBytes + .workingSetBytes'", raw("stats/summary")), "67108864\n"),
        (&format!("{} | jq -r '.node | .nodeName, (.cpu.usageCoreNanoSeconds > 0), (.fs.usedBytes < .fs.capacityBytes)'", raw("stats/summary")), "node-1\ntrue\ntrue\n"),
        (&format!("{} | head -3 | cut -d ' ' -f 1-3", raw("stats/summary")), "{\n \"node\": {\n  \"nodeName\":\n"),
        (&format!("{} | grep -c '^container_memory_working_set_bytes'", raw("metrics/resource")), "2\n"),
        (&format!("{} | grep -v '^#' | grep ^container_start | cut -d '}}' -f 1", raw("metrics/resource")), "container_start_time_seconds{container=\"eye\",namespace=\"default\",pod=\"eye\"\ncontainer_start_time_seconds{container=\"web\",namespace=\"default\",pod=\"web\"\n"),
        (&format!("{} | jq -r '.kubeletconfig | .maxPods, .evictionHard[\"memory.available\"], .kind'", raw("configz")), "110\n100Mi\nKubeletConfiguration\n"),
        (&format!("{} | jq -r '.kind, .items[0].metadata.namespace'", raw("pods")), "PodList\ndefault\n"),
        (&format!("{} | wc -l | awk '{{print ($1 > 3)}}'", raw("containerLogs/default/web/web")), "1\n"),
        (&format!("{} 2>&1", raw("nosuch")), "Error from server (NotFound): the server could not find the requested resource\n"),
        ("kubectl get --raw /api/v1/nodes/nobody/proxy/healthz 2>&1", "Error from server (NotFound): nodes \"nobody\" not found\n"),
        ("kubectl get --raw /api/v1/nodes/node-1/proxy/metrics/resource --as=nobody 2>&1 | cut -d : -f 1,2", "Error from server (Forbidden): nodes \"node-1\" is forbidden\n"),
    ]);
}

#[test]
fn openssl_looks_at_certificates() {
    let mut student = Student::new(false);
    student.quietly(&[
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.crt -days 100 -subj '/O=Shop/CN=Shop CA'",
        "openssl req -newkey rsa:2048 -nodes -keyout web.key -out web.csr -subj '/CN=shop.example'; openssl x509 -req -in web.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out web.crt",
        "kubectl create secret tls web --cert=web.crt --key=web.key",
        "printf 'server {\\n listen 443 ssl;\\n server_name shop.example;\\n ssl_certificate /tls/tls.crt;\\n ssl_certificate_key /tls/tls.key;\\n location / { return 200 \"safe\\\\n\"; }\\n}\\nserver { listen 80; }\\n' > web.conf; kubectl create configmap web --from-file=default.conf=web.conf",
    ]);
    student.world.put_file("tls.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: web}}\nspec:\n  containers:\n  - name: web\n    image: nginx:1.27\n    volumeMounts: [{name: tls, mountPath: /tls}, {name: conf, mountPath: /etc/nginx/conf.d}]\n  volumes: [{name: tls, secret: {secretName: web}}, {name: conf, configMap: {name: web}}]\n", false);
    student.quietly(&["kubectl apply -f tls.yaml; kubectl expose pod web --type=NodePort --port=443 --overrides='{\"spec\":{\"ports\":[{\"name\":\"s\",\"port\":443,\"nodePort\":30443},{\"name\":\"p\",\"port\":80,\"nodePort\":30080}]}}'; kubectl wait --for=condition=Ready pod/web --timeout=60s; sleep 3"]);
    student.lines(&[
        ("echo | openssl s_client -connect 10.0.1.1:30443 2>/dev/null | openssl x509 -noout -subject -issuer", "subject=CN = shop.example\nissuer=O = Shop, CN = Shop CA\n"),
        ("echo | openssl s_client -connect 10.0.1.1:30443 -CAfile ca.crt 2>/dev/null | grep -E '^Verif|^New'", "Verification: OK\nNew, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384\nVerify return code: 0 (ok)\n"),
        ("echo | openssl s_client -connect 10.0.1.1:30443 -servername shop.example 2>&1 >/dev/null", "depth=0 CN = shop.example\nverify error:num=20:unable to get local issuer certificate\nverify return:1\ndepth=0 CN = shop.example\nverify error:num=21:unable to verify the first certificate\nverify return:1\ndepth=0 CN = shop.example\nverify return:1\nDONE\n"),
        ("printf 'GET / HTTP/1.1\\r\\nHost: shop.example\\r\\nConnection: close\\r\\n\\r\\n' | openssl s_client -quiet -connect 10.0.1.1:30443 2>/dev/null | tail -n 1", "safe\n"),
        ("openssl s_client -connect 10.0.1.1:30080 </dev/null 2>&1 | grep -oE 'wrong version number|no peer certificate available'", "no peer certificate available\nwrong version number\n"),
        ("openssl s_client -connect 10.0.1.1:30999 </dev/null 2>&1 | tail -n 1", "connect:errno=111\n"),
        // The API server's is signed by the authority that everybody in the cluster trusts.
        ("kubectl get configmap kube-root-ca.crt -o jsonpath='{.data.ca\\.crt}' > root.crt; echo | openssl s_client -connect 10.0.0.2:6443 -CAfile root.crt 2>/dev/null | grep -E '^subject|^Verify'", "subject=CN = kube-apiserver\nVerify return code: 0 (ok)\n"),
        ("echo | openssl s_client -connect 10.0.0.2:6443 2>/dev/null | openssl x509 -noout -ext subjectAltName | tail -n 1", "    DNS:kubernetes, DNS:kubernetes.default, DNS:kubernetes.default.svc, DNS:kubernetes.default.svc.cluster.local, IP Address:10.96.0.1, IP Address:10.0.0.2\n"),
    ]);
}
