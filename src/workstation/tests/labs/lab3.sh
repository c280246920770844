# Lab 3: managing deployments. The manifests are typed in the place of a repository that is cloned.
gcloud config set compute/zone us-central1-a
gcloud container clusters create bootcamp --num-nodes 5 --machine-type n1-standard-1
#? 5          RUNNING
kubectl explain deployment | head -n 2
#? KIND:       Deployment
kubectl explain deployment --recursive | grep -c .
kubectl explain deployment.metadata.name
#? FIELD: name <string>
cat > hello.yaml <<'Y'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello
spec:
  replicas: 3
  selector:
    matchLabels: {app: hello, track: stable, version: 1.0.0}
  template:
    metadata:
      labels: {app: hello, track: stable, version: 1.0.0}
    spec:
      containers:
        - name: hello
          image: kelseyhightower/hello:1.0.0
          ports:
            - {name: http, containerPort: 80}
            - {name: health, containerPort: 81}
          readinessProbe: {httpGet: {path: /readiness, port: 81}}
Y
cat > hello-canary.yaml <<'Y'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: hello-canary
spec:
  replicas: 1
  selector:
    matchLabels: {app: hello, track: canary, version: 2.0.0}
  template:
    metadata:
      labels: {app: hello, track: canary, version: 2.0.0}
    spec:
      containers:
        - name: hello
          image: kelseyhightower/hello:2.0.0
          ports:
            - {name: http, containerPort: 80}
            - {name: health, containerPort: 81}
          readinessProbe: {httpGet: {path: /readiness, port: 81}}
Y
cat > service.yaml <<'Y'
kind: Service
apiVersion: v1
metadata:
  name: hello
spec:
  selector: {app: hello}
  type: LoadBalancer
  ports: [{protocol: TCP, port: 80, targetPort: 80}]
Y
kubectl create -f hello.yaml -f service.yaml
#? deployment.apps/hello created
#? service/hello created
kubectl rollout status deployment/hello
#? successfully rolled out
sleep 60
kubectl get svc hello
#? 203.0.113.10
curl -s http://$(kubectl get svc hello -o=jsonpath="{.status.loadBalancer.ingress[0].ip}")
#? {"message":"Hello"}
kubectl explain deployment.spec.replicas
#? FIELD: replicas <integer>
kubectl scale deployment hello --replicas=5; sleep 3
kubectl get pods | grep hello- | wc -l
#? 5
kubectl scale deployment hello --replicas=3; sleep 40
kubectl get pods | grep hello- | wc -l
#? 3
KUBE_EDITOR="sed -i s/hello:1.0.0/hello:2.0.0/" kubectl edit deployment hello
#? deployment.apps/hello edited
sleep 2; kubectl get replicaset
#? hello-
kubectl rollout history deployment/hello
#? REVISION  CHANGE-CAUSE
#? 2         <none>
kubectl rollout pause deployment/hello
#? deployment.apps/hello paused
kubectl get pods -o jsonpath --template='{range .items[*]}{.metadata.name}{"\t"}{.spec.containers[0].image}{"\n"}{end}'
#? kelseyhightower/hello:
kubectl rollout resume deployment/hello
#? deployment.apps/hello resumed
kubectl rollout status deployment/hello
#? successfully rolled out
kubectl rollout undo deployment/hello
#? deployment.apps/hello rolled back
kubectl rollout history deployment/hello
#? 3         <none>
kubectl rollout status deployment/hello; sleep 40
kubectl get pods -o jsonpath='{.items[*].spec.containers[0].image}'
#? kelseyhightower/hello:1.0.0
#! hello:2.0.0
kubectl create -f hello-canary.yaml
#? deployment.apps/hello-canary created
kubectl rollout status deployment/hello-canary; sleep 3
kubectl get deployments
#? hello
#? hello-canary
IP=$(kubectl get svc hello -o=jsonpath="{.status.loadBalancer.ingress[0].ip}")
for i in $(seq 40); do curl -s http://$IP/version; done | sort | uniq -c | tee counts
#? {"version":"1.0.0"}
#? {"version":"2.0.0"}
test $(grep -c 2.0.0 counts) = 1 && awk '/2.0.0/ { if ($1 >= 3 && $1 <= 20) print "about a quarter" }' counts
#? about a quarter
kubectl patch service hello -p '{"spec":{"selector":{"app":"hello","version":"2.0.0"}}}'
#? service/hello patched
sleep 3; for i in $(seq 10); do curl -s http://$IP/version; done | sort | uniq -c
#? 10 {"version":"2.0.0"}
kubectl patch service hello -p '{"spec":{"selector":{"app":"hello","version":"1.0.0"}}}'
sleep 3; for i in $(seq 10); do curl -s http://$IP/version; done | sort | uniq -c
#? 10 {"version":"1.0.0"}
