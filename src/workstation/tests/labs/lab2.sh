# Lab 2: orchestrating the cloud. The manifests are typed in the place of a repository that is cloned.
gcloud config set compute/zone us-central1-b
#? Updated property [compute/zone].
gcloud container clusters create io
#? RUNNING
kubectl create deployment nginx --image=nginx:1.10.0
#? deployment.apps/nginx created
sleep 3; kubectl get pods
#? nginx-
kubectl expose deployment nginx --port 80 --type LoadBalancer
#? service/nginx exposed
sleep 60
kubectl get services nginx
#? 203.0.113.10
curl -s http://203.0.113.10:80 | head -n 4
#? Welcome to nginx!
mkdir -p pods services tls nginx; printf 'certificate\n' > tls/cert.pem; printf 'key\n' > tls/key.pem; printf 'server {}\n' > nginx/proxy.conf
for name in monolith secure-monolith; do cat > pods/$name.yaml <<Y
apiVersion: v1
kind: Pod
metadata:
  name: $name
  labels:
    app: monolith
spec:
  containers:
    - name: monolith
      image: kelseyhightower/monolith:1.0.0
      args: ["-http=0.0.0.0:80", "-health=0.0.0.0:81", "-secret=secret"]
      ports:
        - {name: http, containerPort: 80}
        - {name: health, containerPort: 81}
      livenessProbe: {httpGet: {path: /healthz, port: 81, scheme: HTTP}, initialDelaySeconds: 5, periodSeconds: 15, timeoutSeconds: 5}
      readinessProbe: {httpGet: {path: /readiness, port: 81, scheme: HTTP}, initialDelaySeconds: 1, timeoutSeconds: 1}
      resources:
        limits: {cpu: 0.2, memory: 10Mi}
Y
done
cat > services/monolith.yaml <<Y
kind: Service
apiVersion: v1
metadata:
  name: monolith
spec:
  selector:
    app: monolith
    secure: enabled
  ports:
    - {protocol: TCP, port: 80, targetPort: 80, nodePort: 31000}
  type: NodePort
Y
kubectl explain pods | head -n 2
#? KIND:       Pod
kubectl create -f pods/monolith.yaml
#? pod/monolith created
kubectl wait --for=condition=Ready pod/monolith --timeout=60s
#? pod/monolith condition met
kubectl describe pods monolith
#? Image:         kelseyhightower/monolith:1.0.0
#? Limits:
#? cpu:     200m
#? memory:  10Mi
#tab 1
kubectl port-forward monolith 10080:80 #front
#? Forwarding from 127.0.0.1:10080 -> 80
#tab 0
curl -s http://127.0.0.1:10080
#? {"message":"Hello"}
curl -s http://127.0.0.1:10080/secure
#? authorization failed
#tab 2
kubectl logs -f monolith #front
#tab 0
kubectl exec monolith -c monolith -- ping -c 3 google.com < /dev/null
#? 3 packets transmitted, 3 packets received
kubectl create secret generic tls-certs --from-file tls/
#? secret/tls-certs created
kubectl describe secrets tls-certs
#? cert.pem:
kubectl create configmap nginx-proxy-conf --from-file nginx/proxy.conf
#? configmap/nginx-proxy-conf created
kubectl create -f pods/secure-monolith.yaml
#? pod/secure-monolith created
kubectl create -f services/monolith.yaml
#? service/monolith created
gcloud compute firewall-rules create allow-monolith-nodeport --allow=tcp:31000
#? tcp:31000
gcloud compute instances list
#? 198.51.100.10
curl -m 5 -s http://198.51.100.10:31000; echo $?
#! Hello
kubectl get services monolith
#? 80:31000/TCP
kubectl get pods -l "app=monolith,secure=enabled"
#? No resources found in default namespace.
kubectl describe services monolith | grep Endpoints
#? Endpoints:
kubectl label pods secure-monolith 'secure=enabled'
#? pod/secure-monolith labeled
kubectl get pods secure-monolith --show-labels
#? app=monolith,secure=enabled
kubectl wait --for=condition=Ready pod/secure-monolith --timeout=60s; sleep 3
curl -s -m 5 http://198.51.100.10:31000
#? {"message":"Hello"}
