//! Ways into a cluster: ports of machines, and Ingresses with the controller that serves them.

use podarium_cluster::Config;

use crate::student::Student;

fn echo(name: &str) -> [String; 2] {
    [
        format!("kubectl create deployment {name} --image=registry.k8s.io/e2e-test-images/agnhost:2.53 -- /agnhost netexec --http-port=8080"),
        format!("kubectl expose deployment {name} --port=80 --target-port=8080; kubectl rollout status deployment/{name}"),
    ]
}

#[test]
fn a_port_of_the_machine_leads_to_the_pod_that_has_it() {
    let mut student = Student::new(false);
    student.world.put_file(
        "web.yaml",
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  nodeName: node-2\n  containers:\n  - name: web\n    image: nginx:1.27\n    ports: [{containerPort: 80, hostPort: 8080}]\n",
        false,
    );
    student.quietly(&["kubectl apply -f web.yaml; kubectl wait --for=condition=Ready pod/web --timeout=60s"]);
    let ask = |port: u16| format!("</dev/null kubectl run ask --image=busybox:1.36 --rm -i -q --restart=Never -- wget -q -T 3 -O- http://$(kubectl get pod web -o jsonpath='{{.status.hostIP}}'):{port} 2>&1 | grep -c 'Welcome to nginx'");
    student.lines(&[(&ask(8080), "2\n"), (&ask(8081), "0\n")]);
    student.quietly(&["kubectl delete pod web"]);
    student.lines(&[(&ask(8080).replace("$(kubectl get pod web -o jsonpath='{.status.hostIP}')", "10.0.1.2"), "0\n")]);
}

#[test]
fn ingresses_are_served_by_hosts_and_paths_over_tls_and_not_without_their_controller() {
    let mut student = Student::of(Config { cloud: true, ingress_nginx: true, ..Config::default() });
    student.quietly(&["kubectl rollout status deployment/ingress-nginx-controller --namespace=ingress-nginx"]);
    for line in echo("shop").iter().chain(&echo("cart")) {
        student.run(line);
    }
    student.quietly(&[
        "kubectl create ingress web --class=nginx '--rule=shop.example/*=shop:80' '--rule=shop.example/hostname*=cart:80' '--rule=shop.example/exact=gone:80'",
        "kubectl create secret tls certificate --cert=tls/cert.pem --key=tls/key.pem",
        "kubectl create ingress safe --class=nginx '--rule=safe.example/*=shop:80,tls=certificate'",
        "kubectl wait --for=jsonpath='{.status.loadBalancer.ingress}' service/ingress-nginx-controller --namespace=ingress-nginx --timeout=120s; sleep 3",
        "kubectl get service ingress-nginx-controller --namespace=ingress-nginx -o jsonpath='{.status.loadBalancer.ingress[0].ip}' > address",
    ]);
    let get = |host: &str, path: &str, more: &str| format!("curl -s {more} -H 'Host: {host}' http://$(cat address){path}");
    let code = "-o /dev/null -w '%{http_code}\\n'";
    student.lines(&[
        ("kubectl get ingressclass --no-headers | awk '{print $1, $3}'", "nginx k8s.io/ingress-nginx\n"),
        (&format!("{} | cut -d - -f 1", get("shop.example", "/hostname", "")), "cart\n"),
        (&format!("{} | cut -d - -f 1", get("shop.example", "/echo?msg=shop-1", "")), "shop\n"),
        (&get("shop.example", "/exact", code), "503\n"),
        (&get("other.example", "/", ""), "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"),
        (&get("safe.example", "/", code), "308\n"),
        (&format!("{} | grep -i ^location | tr -d '\\r'", get("safe.example", "/", "-i")), "Location: https://safe.example/\n"),
        (&get("safe.example", "/echo?msg=hi", "-k").replace("http://", "https://"), "hi"),
        ("kubectl get events --field-selector reason=Sync --no-headers | awk '{print $3, $4, $5, $6, $7}' | sort | uniq", "Sync ingress/safe Scheduled for sync\nSync ingress/web Scheduled for sync\n"),
        ("sleep 70; kubectl get ingress web -o jsonpath='{.status.loadBalancer.ingress[0].ip}' | diff - address && echo same", "same\n"),
        ("kubectl logs deployment/ingress-nginx-controller --namespace=ingress-nginx | grep -c 'GET /hostname HTTP/1.1\" 200'", "1\n"),
    ]);
    student.quietly(&["kubectl annotate ingress web nginx.ingress.kubernetes.io/rewrite-target=/echo; sleep 3"]);
    student.lines(&[(&get("shop.example", "/anything?msg=rewritten", ""), "rewritten")]);
    // A canary, by its header and by chance; a rate; a cookie that holds on to a pod.
    student.quietly(&[
        "kubectl create ingress main --class=nginx '--rule=canary.example/*=shop:80'",
        "kubectl create ingress new --class=nginx '--rule=canary.example/*=cart:80' --annotation=nginx.ingress.kubernetes.io/canary=true --annotation=nginx.ingress.kubernetes.io/canary-by-header=X-New --annotation=nginx.ingress.kubernetes.io/canary-weight=30",
        "kubectl create ingress slow --class=nginx '--rule=slow.example/*=shop:80' --annotation=nginx.ingress.kubernetes.io/limit-rps=1 --annotation=nginx.ingress.kubernetes.io/auth-url=http://x",
        "kubectl scale deployment cart --replicas=3; kubectl rollout status deployment/cart",
        "kubectl create ingress held --class=nginx '--rule=held.example/*=cart:80' --annotation=nginx.ingress.kubernetes.io/affinity=cookie --annotation=nginx.ingress.kubernetes.io/session-cookie-name=route; sleep 3",
    ]);
    student.lines(&[
        (&format!("{} | cut -d - -f 1", get("canary.example", "/hostname", "-H 'X-New: always'")), "cart\n"),
        (&format!("{} | cut -d - -f 1", get("canary.example", "/hostname", "-H 'X-New: never'")), "shop\n"),
        (&format!("for i in $(seq 10); do {}; done | sort | uniq -c | awk '{{print $1, $2}}'", get("slow.example", "/", code)), "6 200\n4 503\n"),
        (&format!("{} | grep -i ^set-cookie | sed -E 's/=[0-9.]+[|][0-9a-f]{{32}}/=KEY/' | tr -d '\\r'", get("held.example", "/hostname", "-i")), "Set-Cookie: route=KEY; Path=/; HttpOnly\n"),
        (&format!("for i in $(seq 9); do {}; echo; done | sort -u | wc -l", get("held.example", "/hostname", "-b 'route=1.2.30.4|x'")), "1\n"),
        (&format!("for i in $(seq 9); do {}; echo; done | sort -u | wc -l", get("held.example", "/hostname", "")), "3\n"),
        ("kubectl logs deployment/ingress-nginx-controller --namespace=ingress-nginx | grep -o 'not simulated: .*'", "not simulated: the annotation nginx.ingress.kubernetes.io/auth-url of the Ingress default/slow\n"),
    ]);
    let share = student.run(&format!("for i in $(seq 200); do {}; echo; done | grep -c cart", get("canary.example", "/hostname", "")));
    assert!((40..80).contains(&share.trim().parse::<i32>().unwrap_or(0)), "about 60 of 200: {share}");
    student.quietly(&["kubectl scale deployment ingress-nginx-controller --namespace=ingress-nginx --replicas=0 && sleep 30"]);
    assert_eq!(student.run(&format!("{}; echo $?", get("shop.example", "/", "-m 5 -o /dev/null"))).trim().parse::<i32>().map(|code| code != 0), Ok(true));
}
