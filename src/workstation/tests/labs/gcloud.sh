# gcloud, beyond what lab 1 needs
gcloud config list
#? account = student@podarium.example
#? project = podarium-lab
#? Your active configuration is: [default]
gcloud config get-value compute/zone
#? (unset)
gcloud container clusters create io
#? ERROR: (gcloud.container.clusters.create) One of [--zone, --region, --location] must be supplied: Please specify location.
gcloud config set compute/zone us-central1-b
#? Updated property [compute/zone].
gcloud config set compute/zon x
#? ERROR: (gcloud.config.set) Section [compute] has no property [zon].
echo $(gcloud config get-value project) ${DEVSHELL_PROJECT_ID}
#? podarium-lab podarium-lab
gcloud container clusters list
gcloud container clusters get-credentials io
#? No cluster named 'io' in podarium-lab.
gcloud container clusters create io --machine-type huge-1
#? Invalid machine type
gcloud container clusters create io
#? e2-medium
#? 3          RUNNING
kubectl get nodes --no-headers | grep -c ' Ready '
#? 3
kubectl get nodes -o jsonpath='{.items[0].status.addresses[?(@.type=="ExternalIP")].address}'
#? 198.51.100.1
kubectl create deployment web --image=nginx:1.10.0
kubectl create service nodeport web --tcp=80:80 --node-port=31000
kubectl rollout status deployment/web
sleep 2
curl -s -m 5 http://198.51.100.10:31000; echo $?
#? 28
gcloud compute firewall-rules create allow-web --allow=tcp:31000
#? Created [https://www.googleapis.com/compute/v1/projects/podarium-lab/global/firewalls/allow-web].
#? allow-web  default  INGRESS    1000      tcp:31000        False
curl -s -m 5 http://198.51.100.10:31000 | head -n 4
#? Welcome to nginx!
gcloud compute firewall-rules create allow-web --allow=tcp:31000
#? already exists
gcloud compute firewall-rules list
#? default-allow-ssh
#? allow-web
gcloud compute firewall-rules delete allow-web
#? Deleted [https://www.googleapis.com/compute/v1/projects/podarium-lab/global/firewalls/allow-web].
curl -s -m 5 http://198.51.100.10:31000; echo $?
#? 28
gcloud compute instances list
#? NAME                               ZONE           MACHINE_TYPE
#? gke-io-default-pool-
#? 10.0.1.1     198.51.100.10  RUNNING
gcloud container clusters resize io --num-nodes 5
#? Resizing io...
#? done.
sleep 10; kubectl get nodes --no-headers | grep -c ' Ready '
#? 5
gcloud container clusters resize io --num-nodes 2
sleep 10; kubectl get nodes --no-headers | wc -l
#? 2
gcloud container clusters create other
#? podarium: not simulated: a second cluster (io is there)
gcloud container clusters delete io
#? Deleting cluster io...
#? Deleted [https://container.googleapis.com/v1/projects/podarium-lab/zones/us-central1-b/clusters/io].
gcloud container clusters list
kubectl get nodes --request-timeout=3s
#! Ready
gcloud app deploy
#? podarium: not simulated: gcloud app deploy
gcloud nonsense
#? ERROR: (gcloud) Invalid choice: 'nonsense'.
