//! Labs 2 and 3: the monolith, the secure monolith, the split, the canary, blue and green.

use std::time::Duration;

use crate::student::Student;

const HELLO: &str = "{\"message\":\"Hello\"}\n";

#[test]
fn the_monolith_greets_checks_passwords_and_keeps_a_log() {
    let mut student = Student::new(false);
    student.quietly(&["kubectl create -f pods/monolith.yaml", "kubectl wait --for=condition=Ready pod/monolith --timeout=60s"]);
    let get = |path: &str| format!("kubectl exec monolith -- wget -qO- http://127.0.0.1:80{path}");
    student.lines(&[
        (&get("/"), HELLO),
        (&get("/version"), "{\"version\":\"1.0.0\"}\n"),
        (&get("/secure"), "wget: server returned error: HTTP/1.1 401 Unauthorized\ncommand terminated with exit code 1\n"),
        ("kubectl get --raw /api/v1/namespaces/default/pods/monolith:80/proxy/secure; echo $?", "error: You must be logged in to the server (the server has asked for the client to provide credentials)\n1\n"),
        ("kubectl exec monolith -- monolith -help", "Usage of monolith:\n  -health string\n    \tHealth service address. (default \"0.0.0.0:81\")\n  -http string\n    \tHTTP service address. (default \"0.0.0.0:80\")\n  -secret string\n    \tJWT signing secret. (default \"secret\")\n"),
        ("kubectl logs monolith | head -n 3 | cut -d ' ' -f 3-", "Starting server...\nHealth service listening on 0.0.0.0:81\nHTTP service listening on 0.0.0.0:80\n"),
        ("kubectl logs monolith | grep -c '\"GET /secure HTTP/1.1\"'", "2\n"),
    ]);
    student.run("kubectl delete pod monolith");
}

#[test]
fn the_secure_monolith_answers_when_its_label_is_there() {
    let mut student = Student::new(false);
    student.quietly(&[
        "kubectl create secret generic tls-certs --from-file tls/",
        "kubectl create configmap nginx-proxy-conf --from-file nginx/proxy.conf",
        "kubectl create -f pods/secure-monolith.yaml",
        "kubectl create -f services/monolith.yaml",
        "kubectl wait --for=condition=Ready pod/secure-monolith --timeout=60s",
    ]);
    let url = "https://10.0.1.1:31000";
    student.lines(&[
        (&format!("curl -ks --max-time 5 {url}; echo $?"), "28\n"),
        ("kubectl get pods -l 'app=monolith,secure=enabled'", "No resources found in default namespace.\n"),
        ("kubectl label pods secure-monolith 'secure=enabled'; sleep 2", "pod/secure-monolith labeled\n"),
        (&format!("curl -ks {url}"), HELLO),
        (&format!("curl -s {url}; echo $?"), "60\n"),
        (
            &format!("curl -sS {url} 2>&1 | head -n 1"),
            "curl: (60) SSL certificate problem: unable to get local issuer certificate\n",
        ),
        (
            &format!("curl -sS --cacert tls/ca.pem {url} 2>&1 | head -n 1"),
            "curl: (60) SSL: no alternative certificate subject name matches target ipv4 address '10.0.1.1'\n",
        ),
        ("curl -s http://10.0.1.1:31000 | grep h1", "<center><h1>400 Bad Request</h1></center>\r\n"),
        (&format!("curl -ks {url}/login"), "authorization failed\n"),
        (&format!("TOKEN=$(curl -ks -u user:password {url}/login | jq -r '.token'); curl -ks -H \"Authorization: Bearer $TOKEN\" {url}/secure"), HELLO),
        (&format!("curl -ks -H 'Authorization: Bearer nonsense' {url}/secure"), "authorization failed\n"),
        (&format!("echo wrong | curl -ks -u user {url}/login 2>/dev/null"), "authorization failed\n"),
        ("echo $TOKEN | cut -d . -f 1 | base64 -d 2>/dev/null; echo", "{\"alg\":\"HS256\",\"typ\":\"JWT\"}\n"),
        ("kubectl logs secure-monolith -c nginx | grep -c 'GET /secure HTTP/1.1\" 200'", "1\n"),
        ("kubectl exec secure-monolith -c nginx -- nginx -t 2>&1 | tail -n 1", "nginx: configuration file /etc/nginx/nginx.conf test is successful\n"),
        ("kubectl exec secure-monolith -c nginx -- id nginx", "uid=104(nginx) gid=107(nginx) groups=107(nginx)\n"),
    ]);
}

#[test]
fn the_health_of_the_monolith_can_be_switched() {
    let mut student = Student::new(false);
    student.quietly(&["kubectl create -f pods/healthy-monolith.yaml", "kubectl wait --for=condition=Ready pod/healthy-monolith --timeout=60s"]);
    let state = "kubectl get pod healthy-monolith --no-headers | awk '{print $2, $3, $4}'";
    student.lines(&[(state, "1/1 Running 0\n")]);
    student.quietly(&["kubectl exec healthy-monolith -- wget -qO- http://127.0.0.1:81/readiness/status"]);
    // Three failures, one every ten seconds.
    let took = student.until(state, "0/1 Running 0\n", 40);
    assert!((19.0..33.0).contains(&took), "{took}");
    student.quietly(&["kubectl exec healthy-monolith -- wget -qO- http://127.0.0.1:81/readiness/status"]);
    student.until(state, "1/1 Running 0\n", 15);
    student.quietly(&["kubectl exec healthy-monolith -- wget -qO- http://127.0.0.1:81/healthz/status"]);
    // Three failures, one every fifteen seconds; then a new container, whose health is good.
    let took = student.until("kubectl get pod healthy-monolith --no-headers | awk '{print $4}'", "1\n", 60);
    assert!((29.0..52.0).contains(&took), "{took}");
    assert_eq!(student.run("kubectl logs healthy-monolith --previous | tail -n 1 | cut -d ' ' -f 3-"), "Captured terminated. Exiting...\n");
    student.until("kubectl get pod healthy-monolith --no-headers | awk '{print $2}'", "1/1\n", 40);
}

/// auth, hello and frontend as Deployments with Services, on a cluster of 2019.
fn split() -> Student {
    let mut student = Student::new(true);
    student.quietly(&[
        "kubectl create secret generic tls-certs --from-file tls/",
        "kubectl create configmap nginx-frontend-conf --from-file=nginx/frontend.conf",
        "kubectl create -f deployments/auth.yaml; kubectl create -f services/auth.yaml",
        "kubectl create -f deployments/hello.yaml; kubectl create -f services/hello.yaml",
        "kubectl create -f deployments/frontend.yaml; kubectl create -f services/frontend.yaml",
        "kubectl wait --for=condition=Available deployment --all --timeout=120s",
        "while [ -z \"$IP\" ]; do sleep 2; IP=$(kubectl get svc frontend -o=jsonpath=\"{.status.loadBalancer.ingress[0].ip}\"); done; sleep 5",
    ]);
    student
}

#[test]
fn the_frontend_sends_each_to_the_right_part() {
    let mut student = split();
    student.lines(&[
        ("curl -ks https://$IP", HELLO),
        ("curl -ks https://$IP/version", "{\"version\":\"1.0.0\"}\n"),
        ("TOKEN=$(curl -ks https://$IP/login -u user:password | jq -r '.token'); curl -ks -H \"Authorization: Bearer $TOKEN\" https://$IP/secure", HELLO),
        ("curl -ks https://$IP/login", "authorization failed\n"),
        ("curl -ks -o /dev/null -w '%{http_code}\\n' https://$IP/secure", "401\n"),
        ("curl -ksI https://$IP | grep -i server", "Server: nginx/1.9.14\r\n"),
        // Without hello's pods there is nobody to pass requests on to.
        ("kubectl scale deployment hello --replicas=0 > /dev/null; sleep 10; curl -ks https://$IP | grep h1", "<center><h1>502 Bad Gateway</h1></center>\r\n"),
        ("kubectl scale deployment hello --replicas=3 > /dev/null; kubectl wait --for=condition=Available deployment/hello > /dev/null; sleep 3; curl -ks https://$IP", HELLO),
        ("kubectl scale deployment hello --replicas=5 > /dev/null; kubectl rollout status deployment hello > /dev/null; kubectl get pods | grep hello- | wc -l", "5\n"),
    ]);
    // A rolling update to the second version, while somebody asks.
    student.quietly(&["kubectl set image deployment/hello hello=kelseyhightower/hello:2.0.0", "kubectl rollout status deployment/hello"]);
    student.lines(&[("curl -ks https://$IP/version", "{\"version\":\"2.0.0\"}\n")]);
}

#[test]
fn a_frontend_that_finds_no_hello_crashes_and_says_so() {
    let mut student = Student::new(true);
    student.quietly(&[
        "kubectl create secret generic tls-certs --from-file tls/",
        "kubectl create configmap nginx-frontend-conf --from-file=nginx/frontend.conf",
        "kubectl create -f deployments/frontend.yaml",
    ]);
    student.pass(30);
    let text = "host not found in upstream \"hello.default.svc.cluster.local\" in /etc/nginx/conf.d/frontend.conf:2";
    student.lines(&[
        ("kubectl logs deployment/frontend | tail -n 1", &format!("nginx: [emerg] {text}\n")),
        ("kubectl get pods -l app=frontend -o jsonpath='{.items[0].status.containerStatuses[0].lastState.terminated.exitCode}{\"\\n\"}'", "1\n"),
    ]);
}

#[test]
fn a_canary_gets_its_quarter() {
    let mut student = split();
    student.quietly(&["kubectl create -f deployments/hello-canary.yaml", "kubectl rollout status deployment/hello-canary --timeout=60s", "sleep 10"]);
    let count: f64 = student.run("for i in $(seq 10000); do curl -ks https://$IP/version; done | grep -c 2.0.0").trim().parse().expect("a number");
    // One of four; five standard deviations of 10,000 draws.
    let deviation = (10_000.0_f64 * 0.25 * 0.75).sqrt();
    assert!((count - 2500.0).abs() < 5.0 * deviation, "{count} of 10000");
}

#[test]
fn blue_turns_green_and_no_request_is_lost() {
    let mut student = split();
    student.quietly(&[
        "kubectl apply -f services/hello-blue.yaml",
        "kubectl create -f deployments/hello-green.yaml",
        "kubectl rollout status deployment/hello-green --timeout=60s",
        "sleep 5",
    ]);
    student.lines(&[("curl -ks https://$IP/version", "{\"version\":\"1.0.0\"}\n")]);
    student.quietly(&["for i in $(seq 400); do curl -ks --max-time 5 https://$IP/version || echo lost; done > answers &", "sleep 5"]);
    let began = student.world.now();
    student.quietly(&["kubectl apply -f services/hello-green.yaml", "sleep 5", "kubectl apply -f services/hello-blue.yaml", "sleep 5", "wait"]);
    assert!(student.world.now() - began > Duration::from_secs(10));
    student.lines(&[("grep -vc version answers", "0\n"), ("wc -l < answers", "400\n")]);
    let green: u32 = student.run("grep -c 2.0.0 answers").trim().parse().expect("a number");
    assert!((50..350).contains(&green), "{green} of 400 were green");
    student.lines(&[("curl -ks https://$IP/version", "{\"version\":\"1.0.0\"}\n")]);
}
