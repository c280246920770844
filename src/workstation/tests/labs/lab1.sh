cat > server.js <<'JS'
var http = require('http');
var handleRequest = function(request, response) {
  response.writeHead(200);
  response.end("Hello World!");
};
var www = http.createServer(handleRequest);
www.listen(8080);
JS
node server.js &
sleep 1
curl localhost:8080; echo
kill %1; wait
curl -sS localhost:8080
cat > Dockerfile <<'D'
FROM node:6.9.2
EXPOSE 8080
COPY server.js .
CMD node server.js
D
docker build -t gcr.io/$GOOGLE_CLOUD_PROJECT/hello-node:v1 .
docker images
docker run -d -p 8080:8080 --name hello gcr.io/$GOOGLE_CLOUD_PROJECT/hello-node:v1 > /dev/null
sleep 1
curl http://localhost:8080; echo
docker ps
docker run -d -p 8080:8080 nginx > /dev/null
docker stop hello
docker ps -a
docker rm hello
docker push gcr.io/$GOOGLE_CLOUD_PROJECT/hello-node:v1
gcloud auth configure-docker
docker push gcr.io/$(gcloud config get-value project)/hello-node:v1
gcloud container clusters create hello-world --num-nodes 2 --machine-type n1-standard-1 --zone us-central1-a
kubectl get nodes
kubectl create deployment hello-node --image=gcr.io/$GOOGLE_CLOUD_PROJECT/hello-node:v1
kubectl rollout status deployment/hello-node
kubectl get deployments
kubectl get pods
kubectl cluster-info
kubectl config view
kubectl get events | tail -n 3
kubectl expose deployment hello-node --type=LoadBalancer --port=8080
sleep 60
kubectl get services
curl http://$(kubectl get service hello-node -o jsonpath='{.status.loadBalancer.ingress[0].ip}'):8080; echo
kubectl logs deployment/hello-node
kubectl scale deployment hello-node --replicas=4
kubectl rollout status deployment/hello-node
kubectl get pods
sed -i 's/Hello World!/Hello Kubernetes World!/' server.js
docker build -q -t gcr.io/$GOOGLE_CLOUD_PROJECT/hello-node:v2 . > /dev/null
docker push gcr.io/$GOOGLE_CLOUD_PROJECT/hello-node:v2 | tail -n 1
KUBE_EDITOR="sed -i s/hello-node:v1/hello-node:v2/" kubectl edit deployment hello-node
kubectl rollout status deployment/hello-node
curl http://$(kubectl get service hello-node -o jsonpath='{.status.loadBalancer.ingress[0].ip}'):8080; echo
gcloud compute instances list
gcloud container clusters list
