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
    ]);
}

#[test]
fn who_may_enters_the_namespaces_of_the_node() {
    let mut student = student();
    let on_node = |command: &str| format!("kubectl exec eye -- nsenter -t 1 -m -u -i -n -p -- {command}");
    student.lines(&[
        (&on_node("hostname"), "node-1\n"),
        (&on_node("cat /etc/hostname"), "node-1\n"),
        (&on_node("sh -c 'grep ^PRETTY /etc/os-release; pwd; ls -d /bin; cat /proc/1/comm'"), "PRETTY_NAME=\"Ubuntu 24.04.3 LTS\"\n/\n/bin\ninit\n"),
        // Its programs are GNU's, and those of the container are busybox's.
        (&on_node("sh -c 'ls /nowhere 2>&1; true'"), "ls: cannot access '/nowhere': No such file or directory\n"),
        ("kubectl exec eye -- ls /nowhere 2>&1 | head -1", "ls: /nowhere: No such file or directory\n"),
        ("kubectl exec eye -- nsenter --target 1 --mount -- bash -c 'echo $BASH_VERSION' | cut -c 1-2", "5.\n"),
        (&on_node("systemctl status kubelet 2>&1 | head -1"), "podarium: not simulated: systemctl\n"),
        (&on_node("df -h / | tail -1 | awk '{print $1, $6}'"), "/dev/vda1 /\n"),
        (&on_node("nosuch 2>&1 | head -1"), "nsenter: can't execute 'nosuch': No such file or directory\n"),
        // Only what is asked for is entered.
        ("kubectl exec eye -- nsenter -t 1 -u -- sh -c 'hostname; ls -d /host 2>&1'", "node-1\nls: /host: No such file or directory\ncommand terminated with exit code 1\n"),
        ("kubectl exec eye -- sh -c 'test $(readlink /proc/1/ns/net) = $(readlink /proc/self/ns/net) || echo other; readlink /proc/1/ns/pid; readlink /proc/self/ns/pid'", "other\npid:[4026531836]\npid:[4026531836]\n"),
        ("kubectl exec eye -- nsenter -t 1 -m -n -- readlink /proc/self/ns/net", "net:[4026531840]\n"),
        // What is written there is on the node's disk, and its own logs are there.
        (&on_node("sh -c 'echo here > /root/note; ls /var/log/pods | grep -c ^default_web_'"), "1\n"),
        (&on_node("cat /root/note"), "here\n"),
        ("kubectl exec eye -- ls /root", ""),
        // Without any privilege, not even the first look.
        ("kubectl exec web -- nsenter -t 1 -m true 2>&1 | head -1", "nsenter: reassociate to namespace 'ns/mnt' failed: Operation not permitted\n"),
        ("kubectl exec web -- nsenter -t 1 true && echo nothing", "nothing\n"),
        ("kubectl exec web -- nsenter -t 999 -n true 2>&1 | head -1", "nsenter: cannot open /proc/999/ns/net: No such file or directory\n"),
        ("kubectl exec web -- nsenter -m true 2>&1 | head -1", "nsenter: neither filename nor target pid supplied for ns/mnt\n"),
        ("kubectl exec web -- unshare -n true 2>&1 | head -1", "unshare: unshare failed: Operation not permitted\n"),
        ("kubectl exec eye -- unshare -n wget -qO- -T 2 http://10.0.0.2 2>&1 | head -1", "wget: can't connect to remote host (10.0.0.2): Network is unreachable\n"),
    ]);
    student.world.put_file("weak.yaml", &MANIFEST.split("---").nth(1).unwrap().replace("eye", "weak").replace("privileged: true", "privileged: false"), false);
    student.quietly(&["kubectl apply -f weak.yaml; kubectl wait --for=condition=Ready pod/weak --timeout=60s"]);
    student.lines(&[
        ("kubectl exec weak -- nsenter -t 1 -m -u -i -n -p sh 2>&1 | head -1", "nsenter: can't open '/proc/1/ns/ipc': Permission denied\n"),
        ("kubectl exec weak -- readlink /proc/1/ns/net; true", "command terminated with exit code 1\n"),
    ]);
}

#[test]
fn the_network_of_the_node_is_entered_with_the_rest() {
    let mut student = student();
    // The API server sees from where somebody comes.
    student.quietly(&["kubectl expose pod web --port=80; sleep 2"]);
    let address = student.run("kubectl get node node-1 -o jsonpath='{.status.addresses[0].address}'");
    let ip = "$(kubectl get pod web -o jsonpath='{.status.podIP}')";
    student.lines(&[
        (&format!("kubectl exec eye -- nsenter -t 1 -n -- wget -qO- http://{ip} | grep -c Welcome | awk '{{print ($1 > 0)}}'"), "1\n"),
        (&format!("kubectl exec eye -- wget -qO- http://{ip} > /dev/null; kubectl logs web | grep -v {address} | grep -c GET"), "1\n"),
        (&format!("kubectl logs web | grep ^{address} | grep -c GET"), "1\n"),
        // Names of the cluster are nobody's there.
        ("kubectl exec eye -- nsenter -t 1 -n -- wget -qO- http://web 2>&1 | head -1", "wget: bad address 'web'\n"),
        ("kubectl exec eye -- nsenter -t 1 -n -- nc -l -p 9000 2>&1 | head -1", "podarium: not simulated: a port in a network that was entered\n"),
    ]);
}

#[test]
fn containers_of_a_pod_share_memory_and_see_what_is_mounted() {
    let mut student = student();
    student.world.put_file("two.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: two}\nspec:\n  nodeName: node-1\n  containers:\n  - {name: a, image: 'debian:12', command: [sleep, infinity]}\n  - {name: b, image: 'busybox:1.36', command: [sleep, infinity], securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: wide}\nspec:\n  nodeName: node-1\n  hostIPC: true\n  containers:\n  - {name: c, image: 'debian:12', command: [sleep, infinity]}\n", false);
    student.quietly(&["kubectl apply -f two.yaml; kubectl wait --for=condition=Ready pod/two pod/wide --timeout=120s"]);
    student.lines(&[
        ("kubectl exec two -c a -- sh -c 'echo shared > /dev/shm/x'", ""),
        ("kubectl exec two -c b -- cat /dev/shm/x", "shared\n"),
        ("kubectl exec wide -- ls /dev/shm", ""),
        ("kubectl exec two -c a -- df -h | awk '{print $1, $2, $5, $6}'", "Filesystem Size Use% Mounted\noverlay 40G 1% /\ntmpfs 64M 0% /dev\n/dev/vda1 40G 1% /etc/hosts\nshm 64M 1% /dev/shm\ntmpfs 8.0G 1% /run/secrets/kubernetes.io/serviceaccount\ntmpfs 4.0G 0% /proc/acpi\ntmpfs 4.0G 0% /proc/scsi\ntmpfs 4.0G 0% /sys/firmware\n"),
        ("kubectl exec two -c b -- df | grep -E 'shm|Filesystem|kcore'", "Filesystem           1K-blocks      Used Available Use% Mounted on\nshm                      65536         4     65532   1% /dev/shm\ntmpfs                    65536         0     65536   0% /proc/kcore\n"),
        ("kubectl exec two -c a -- grep shm /proc/mounts", "shm /dev/shm tmpfs rw,nosuid,nodev,noexec,relatime,size=65536k 0 0\n"),
        ("kubectl exec wide -- df -h /dev/shm | tail -1 | awk '{print $2}'", "4.0G\n"),
        ("kubectl exec wide -- readlink /proc/self/ns/ipc", "ipc:[4026531839]\n"),
        ("kubectl exec two -c a -- ipcs -m | cat -s", "\n------ Shared Memory Segments --------\nkey        shmid      owner      perms      bytes      nattch     status      \n\n"),
        ("kubectl exec two -c a -- cat /proc/sys/kernel/shmmni", "4096\n"),
        ("kubectl exec two -c b -- grep -E '^(Cap|NoNew|Seccomp)' /proc/self/status", "CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nCapAmb:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n"),
        ("kubectl exec two -c a -- grep -E '^(CapBnd|NoNew|Seccomp:)' /proc/self/status", "CapBnd:\t00000000a80425fb\nNoNewPrivs:\t0\nSeccomp:\t0\n"),
        ("kubectl exec two -c b -- chroot / true 2>&1 | head -1", "chroot: can't change root directory to '/': Operation not permitted\n"),
    ]);
    // Both containers have the namespaces of the pod, and their own of files.
    let same = |kind: &str| format!("test $(kubectl exec two -c a -- readlink /proc/self/ns/{kind}) = $(kubectl exec two -c b -- readlink /proc/self/ns/{kind}) && echo same || echo different");
    for (kind, expected) in [("net", "same\n"), ("ipc", "same\n"), ("uts", "same\n"), ("mnt", "different\n"), ("pid", "different\n"), ("user", "same\n")] {
        assert_eq!(student.run(&same(kind)), expected, "{kind}");
    }
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
        (&format!("kubectl exec {pod} -- chroot /host sh -c 'hostname; ls -d /etc/kubernetes; cd /; ls -d host 2>&1; cat /proc/1/comm; ps -p 1 -o comm='"), "node-1\n/etc/kubernetes\nls: cannot access 'host': No such file or directory\ninit\ninit\n"),
        (&format!("echo 'echo $0 $PWD; id -un' | kubectl exec -i {pod} -- chroot /host 2>/dev/null"), "/bin/sh /\nroot\n"),
        (&format!("kubectl exec {pod} -- chroot /nowhere 2>&1 | head -1"), "chroot: can't change root directory to '/nowhere': No such file or directory\n"),
        (&format!("kubectl exec {pod} -- sh -c 'ls /host/var/log/containers | grep -c ^node-debugger-node-1-'"), "1\n"),
        (&format!("kubectl exec {pod} -- nsenter -t 1 -a -- true 2>&1 | head -1"), "nsenter: unrecognized option: a\n"),
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
        (&format!("{} | grep -E '^kubelet_(running_pods|running_containers|active_pods|started_pods_total|started_containers_total|containers_per_pod_count_count)'", raw("metrics")), "kubelet_active_pods{static=\"\"} 2\nkubelet_active_pods{static=\"true\"} 0\nkubelet_containers_per_pod_count_count 2\nkubelet_running_containers{container_state=\"running\"} 2\nkubelet_running_pods 2\nkubelet_started_containers_total{container_type=\"container\"} 2\nkubelet_started_pods_total 2\n"),
        (&format!("{} | tail -1", raw("metrics")), "# podarium: not simulated: the other metrics of the kubelet\n"),
        (&format!("{} | grep -c probe", raw("metrics/probes")), "0\n"),
        (&format!("{} | grep href", raw("logs/")), "<a href=\"containers/\">containers/</a>\n<a href=\"pods/\">pods/</a>\n"),
        (&format!("{} | grep -oE '>web_default_web-'", raw("logs/containers/")), ">web_default_web-\n"),
        (&format!("{}/default_web_$(kubectl get pod web -o jsonpath='{{.metadata.uid}}')/web/0.log | head -1 | cut -d ' ' -f 2-4", raw("logs/pods")), "stdout F /docker-entrypoint.sh:\n"),
        (&format!("{} 2>&1", raw("logs/nosuch")), "Error from server (NotFound): the server could not find the requested resource\n"),
        (&format!("{} 2>&1", raw("nosuch")), "Error from server (NotFound): the server could not find the requested resource\n"),
        ("kubectl get --raw /api/v1/nodes/nobody/proxy/healthz 2>&1", "Error from server (NotFound): nodes \"nobody\" not found\n"),
        ("kubectl get --raw /api/v1/nodes/node-1/proxy/metrics/resource --as=nobody 2>&1 | cut -d : -f 1,2", "Error from server (Forbidden): nodes \"node-1\" is forbidden\n"),
    ]);
}

#[test]
fn a_kubelet_counts_its_probes() {
    let mut student = student();
    student.world.put_file("probed.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: probed}\nspec:\n  nodeName: node-1\n  containers:\n  - name: c\n    image: busybox:1.36\n    command: [sleep, infinity]\n    livenessProbe: {exec: {command: ['true']}, periodSeconds: 5}\n    readinessProbe: {exec: {command: ['false']}, periodSeconds: 5}\n", false);
    student.quietly(&["kubectl apply -f probed.yaml; sleep 30"]);
    let probes = "kubectl get --raw /api/v1/nodes/node-1/proxy/metrics/probes";
    student.lines(&[
        (&format!("{probes} | grep ^prober_probe_total | cut -d , -f 1-3,5- | cut -d '}}' -f 1"), "prober_probe_total{container=\"c\",namespace=\"default\",pod=\"probed\",probe_type=\"Liveness\",result=\"successful\"\nprober_probe_total{container=\"c\",namespace=\"default\",pod=\"probed\",probe_type=\"Readiness\",result=\"failed\"\n"),
        (&format!("{probes} | grep ^prober_probe_total | awk '{{print ($2 >= 4 && $2 <= 7)}}'"), "1\n1\n"),
        (&format!("{probes} | grep -c ^prober_probe_duration_seconds_bucket"), "12\n"),
    ]);
    student.quietly(&["kubectl delete pod probed --now"]);
    student.lines(&[(&format!("{probes} | grep -c ^prober"), "0\n")]);
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
