//! Lab 4's application: frontend and backend, production and canary.

use crate::student::Student;

#[test]
fn gceme_shows_the_machine_and_its_version() {
    let mut student = Student::new(false);
    student.quietly(&[
        "kubectl create ns production",
        "kubectl apply -f k8s/production -n production; kubectl apply -f k8s/canary -n production; kubectl apply -f k8s/services -n production",
        "kubectl scale deployment gceme-frontend-production -n production --replicas 4",
        "kubectl wait --for=condition=Available deployment --all -n production --timeout=180s",
        "while [ -z \"$IP\" ]; do sleep 2; IP=$(kubectl get svc gceme-frontend -n production -o jsonpath=\"{.status.loadBalancer.ingress[0].ip}\"); done; sleep 10",
    ]);
    student.lines(&[
        ("kubectl get pods -n production -l app=gceme -l role=frontend --no-headers | wc -l", "5\n"),
        ("curl -s http://$IP/version", "1.0.0\n"),
        ("curl -s http://$IP/ | grep -c 'card blue'", "2\n"),
        ("curl -s http://$IP/ | grep -A 1 '<td>Version</td>' | tail -n 1", "  <td>1.0.0</td>\n"),
        ("curl -s http://$IP/ | grep -A 1 '<td>Zone</td>' | tail -n 1", "  <td>us-central1-a</td>\n"),
        ("curl -s http://$IP/ | grep -A 1 '<td>Name</td>' | tail -n 1 | grep -c node-", "1\n"),
        ("kubectl exec -n production deploy/gceme-backend-production -- curl -s http://localhost:8080/ | jq -r .Error", "\n"),
        ("kubectl logs -n production deploy/gceme-backend-production | head -n 1 | cut -d ' ' -f 3-", "Operating in backend mode...\n"),
        ("kubectl logs -n production deploy/gceme-frontend-production 2>/dev/null | head -n 1 | cut -d ' ' -f 3-", "Operating in frontend mode...\n"),
    ]);
    // The canary's new version is seen by one in five, its card is orange.
    student.quietly(&[
        "kubectl set image -n production deployment/gceme-frontend-canary frontend=gcr.io/cloud-solutions-images/gceme:2.0.0",
        "kubectl rollout status -n production deployment/gceme-frontend-canary --timeout=120s",
        "sleep 10",
    ]);
    let new: f64 = student.run("for i in $(seq 500); do curl -s http://$IP/version; done | grep -c 2.0.0").trim().parse().expect("a number");
    assert!((60.0..145.0).contains(&new), "{new} of 500");
    student.quietly(&[
        "kubectl set image -n production deployment/gceme-frontend-production frontend=gcr.io/cloud-solutions-images/gceme:2.0.0",
        "kubectl rollout status -n production deployment/gceme-frontend-production --timeout=180s",
        "sleep 40",
    ]);
    student.lines(&[("for i in $(seq 40); do curl -s http://$IP/version; done | sort -u", "2.0.0\n"), ("curl -s http://$IP/ | grep -c 'card orange'", "2\n")]);
    // Without its backend the frontend is not ready, and says why.
    student.quietly(&["kubectl scale -n production deployment/gceme-backend-production deployment/gceme-backend-canary --replicas=0", "sleep 60"]);
    student.lines(&[
        ("kubectl get pods -n production -l role=frontend --no-headers | awk '{print $2}' | sort -u", "0/1\n"),
        ("kubectl exec -n production deploy/gceme-frontend-production -- curl -s http://localhost/healthz", "Backend could not be connected to: Get http://gceme-backend:8080: dial tcp gceme-backend:8080: connect: connection refused"),
    ]);
}

#[test]
fn a_branch_gets_a_namespace_of_its_own() {
    let mut student = Student::new(false);
    student.quietly(&[
        "kubectl create ns new-feature",
        "kubectl apply -f k8s/services -n new-feature",
    ]);
    student.lines(&[(
        "kubectl get --raw /api/v1/namespaces/new-feature/services/gceme-frontend:80/proxy/version; echo $?",
        "Error from server (ServiceUnavailable): no endpoints available for service \"gceme-frontend\"\n1\n",
    )]);
    student.quietly(&["kubectl apply -f k8s/dev/backend-dev.yaml -f k8s/dev/frontend-dev.yaml -n new-feature", "kubectl wait --for=condition=Available deployment --all -n new-feature --timeout=180s", "sleep 3"]);
    student.lines(&[("kubectl get --raw /api/v1/namespaces/new-feature/services/gceme-frontend:80/proxy/version", "1.0.0\n")]);
}
