# Lab 1: Hello Node
cat > server.js <<'JS'
var http = require('http');
var handleRequest = function(request, response) {
  response.writeHead(200);
  response.end("Hello World!");
};
var www = http.createServer(handleRequest);
www.listen(8080);
JS
#tab 1
node server.js #front
#tab 0
curl localhost:8080; echo
#? Hello World!
curl -si localhost:8080
#? HTTP/1.1 200 OK
#? Connection: keep-alive
#? Transfer-Encoding: chunked
node server.js
#? Error: listen EADDRINUSE: address already in use :::8080
pkill node; sleep 1
curl -sS localhost:8080
#? curl: (7) Failed to connect to localhost port 8080
cat > Dockerfile <<'D'
FROM node:6.9.2
EXPOSE 8080
COPY server.js .
CMD node server.js
D
docker build -t gcr.io/PROJECT_ID/hello-node:v1 .
#? ERROR: failed to build: invalid tag "gcr.io/PROJECT_ID/hello-node:v1": invalid reference format: repository name (PROJECT_ID/hello-node) must be lowercase
docker build -t gcr.io/$GOOGLE_CLOUD_PROJECT/hello-node:v1 .
#? #2 [internal] load metadata for docker.io/library/node:6.9.2
#? #5 [1/2] FROM docker.io/library/node:6.9.2@sha256:
#? #6 [2/2] COPY server.js .
#? #7 naming to gcr.io/podarium-lab/hello-node:v1 done
#? 1 warning found
docker build -t gcr.io/$GOOGLE_CLOUD_PROJECT/hello-node:v1 .
#? #6 [2/2] COPY server.js .
#? #6 CACHED
docker images
#? REPOSITORY                       TAG       IMAGE ID
#? gcr.io/podarium-lab/hello-node   v1
docker run -d -p 8080:8080 --name hello gcr.io/$GOOGLE_CLOUD_PROJECT/hello-node:v1
sleep 1
curl http://localhost:8080; echo
#? Hello World!
docker ps
#? CONTAINER ID   IMAGE                               COMMAND                  CREATED
#? gcr.io/podarium-lab/hello-node:v1   "/bin/sh -c 'node se…"
#? 0.0.0.0:8080->8080/tcp, [::]:8080->8080/tcp   hello
docker stop hello
#? hello
docker ps -a
#? Exited (137)
docker push gcr.io/$GOOGLE_CLOUD_PROJECT/hello-node:v1
#? The push refers to repository [gcr.io/podarium-lab/hello-node]
#? denied: Unauthenticated request.
gcloud auth configure-docker
#? "gcr.io": "gcloud",
#? Docker configuration file updated.
docker push gcr.io/$(gcloud config get-value project)/hello-node:v1
#? : Pushed
#? v1: digest: sha256:
gcloud container clusters create hello-world --num-nodes 2 --machine-type n1-standard-1 --zone us-central1-a
#? Creating cluster hello-world in us-central1-a...
#? done.
#? Created [https://container.googleapis.com/v1/projects/podarium-lab/zones/us-central1-a/clusters/hello-world].
#? kubeconfig entry generated for hello-world.
#? hello-world  us-central1-a
#? n1-standard-1
#? RUNNING
kubectl get nodes
#? gke-hello-world-default-pool-
#? Ready
#? gke-hello-world-default-pool-
kubectl create deployment hello-node --image=gcr.io/$GOOGLE_CLOUD_PROJECT/hello-node:v1
#? deployment.apps/hello-node created
kubectl rollout status deployment/hello-node
#? successfully rolled out
kubectl get deployments
#? hello-node   1/1     1            1
kubectl get pods
#? hello-node-
#? 1/1     Running   0
kubectl cluster-info
#? Kubernetes control plane is running at https://10.0.0.2:6443
kubectl config view
#? current-context: gke_podarium-lab_us-central1-a_hello-world
kubectl get events
#? SuccessfulCreate
kubectl expose deployment hello-node --type=LoadBalancer --port=8080
#? service/hello-node exposed
sleep 60
kubectl get services
#? hello-node   LoadBalancer
#? 203.0.113.10   8080:
curl http://203.0.113.10:8080; echo
#? Hello World!
kubectl scale deployment hello-node --replicas=4
#? scaled
kubectl rollout status deployment/hello-node
#? successfully rolled out
kubectl get pods --no-headers | wc -l
#? 4
sed -i 's/Hello World!/Hello Kubernetes World!/' server.js
docker build -t gcr.io/$GOOGLE_CLOUD_PROJECT/hello-node:v2 .
#! CACHED\n\n#7
#? naming to gcr.io/podarium-lab/hello-node:v2 done
docker push gcr.io/$GOOGLE_CLOUD_PROJECT/hello-node:v2
#? : Layer already exists
#? v2: digest: sha256:
KUBE_EDITOR="sed -i s/hello-node:v1/hello-node:v2/" kubectl edit deployment hello-node
#? deployment.apps/hello-node edited
kubectl rollout status deployment/hello-node
#? successfully rolled out
kubectl get deployment hello-node -o jsonpath='{.spec.template.spec.containers[0].image}'
#? hello-node:v2
sleep 40
curl http://203.0.113.10:8080; echo
#? Hello Kubernetes World!
