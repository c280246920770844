# what else kubectl reads: addresses, standard input, the environment, and what it waits for
gcloud container clusters create bootcamp --num-nodes 2 --zone europe-west1-b
#? RUNNING
kubectl apply -f https://raw.githubusercontent.com/googlecodelabs/orchestrate-with-kubernetes/master/kubernetes/pods/monolith.yaml
#? pod/monolith created
kubectl apply -f https://raw.githubusercontent.com/googlecodelabs/orchestrate-with-kubernetes/master/nothing.yaml; echo "exit $?"
#? error: unable to read URL "https://raw.githubusercontent.com/googlecodelabs/orchestrate-with-kubernetes/master/nothing.yaml", server reported 404 Not Found, status code=404
#? exit 1
time kubectl apply -f https://nowhere.example/x.yaml
#? Unable to connect to the server: dial tcp: lookup nowhere.example: no such host
#? real	0m2.
kubectl cluster-info
#? Kubernetes control plane is running at https://
#? To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.
kubectl create deployment web --image=nginx:1.27 --replicas=0
#? deployment.apps/web created
(sleep 4; kubectl scale deployment web --replicas=1 >/dev/null) & time kubectl logs deployment/web --pod-running-timeout=10s
#? real	0m
kubectl wait --for=condition=available deployment/web >/dev/null; kubectl scale deployment web --replicas=0 >/dev/null; kubectl wait --for=delete pod -l app=web --timeout=60s >/dev/null
time kubectl exec deployment/web --pod-running-timeout=3s -- true; echo "exit $?"
#? error: timed out waiting for the condition
#? real	0m3.
#? exit 1
kubectl scale deployment web --replicas=3 --timeout=30s; kubectl get deployment web -o jsonpath='{.status.replicas}{"\n"}'
#? deployment.apps/web scaled
#? 3
kubectl create quota few --hard=pods=4 >/dev/null; kubectl scale deployment web --replicas=9 --timeout=4s; echo "exit $?"
#? error: timed out waiting for "web" to be synced
#? exit 1
kubectl scale deployment web --replicas=2 --timeout=30s >/dev/null; kubectl delete quota few >/dev/null
printf 'MODE=fast # not slow\n# none\nLEVEL=3\n' | kubectl set env deployment/web -
#? deployment.apps/web env updated
kubectl set env deployment/web --list
#? MODE=fast
#? LEVEL=3
printf 'COLOR=green\nEDITION\n' > env; EDITION=second kubectl create configmap paint --from-env-file=env; kubectl get cm paint -o jsonpath='{.data}{"\n"}'
#? configmap/paint created
#? {"COLOR":"green","EDITION":"second"}
printf 'a b=c\n' > env; kubectl create configmap other --from-env-file=env; echo "exit $?"
#? error: "a b" is not a valid key name: a valid environment variable name must consist of
#? exit 1
echo '{"auths":{}}' > config.json; kubectl create secret docker-registry pull --from-file=config.json; kubectl get secret pull -o jsonpath='{.type}{.data}{"\n"}'
#? secret/pull created
#? kubernetes.io/dockerconfigjson{".dockerconfigjson":"eyJhdXRocyI6e319Cg=="}
printf 'env:\n- {name: TOKEN, value: abc}\nsecurityContext: {runAsUser: 0}\n' > custom.yaml; kubectl debug monolith --image=busybox -c look --custom=custom.yaml
kubectl get pod monolith -o jsonpath='{.spec.ephemeralContainers[0].env}{.spec.ephemeralContainers[0].securityContext.runAsUser}{"\n"}'
#? [{"name":"TOKEN","value":"abc"}]0
echo 'image: alpine' > custom.yaml; kubectl debug monolith --image=busybox --custom=custom.yaml; echo "exit $?"
#? error: name, command, image, lifecycle and volume devices are not modifiable via custom profile
#? exit 1
kubectl get --raw /openid/v1/jwks | cut -c1-34; kubectl exec monolith -- cat /var/run/secrets/kubernetes.io/serviceaccount/token | tr -cd . ; echo; kubectl create token default | tr -cd .; echo
#? {"keys":[{"use":"sig","kty":"RSA",
#? ..
#? ..
