# gcloud builds, container images, artifacts
mkdir -p ~/web && cd ~/web
gcloud builds submit --tag gcr.io/$DEVSHELL_PROJECT_ID/web:v1; echo $?
#? ERROR: (gcloud.builds.submit) Invalid value for [source]: Dockerfile required when specifying --tag
#? 1
gcloud builds submit; echo $?
#? ERROR: (gcloud.builds.submit) Unable to read file [cloudbuild.yaml]: [Errno 2] No such file or directory: 'cloudbuild.yaml'
#? 1
cat > server.js <<'D'
var http = require('http');
http.createServer(function (request, response) {
  response.writeHead(200);
  response.end('built in the cloud\n');
}).listen(8080);
D
cat > Dockerfile <<'D'
FROM node:6.9.2
EXPOSE 8080
COPY server.js .
RUN echo compiled > result && cat result
CMD node server.js
D
gcloud builds submit --tag web:v1
#? ERROR: (gcloud.builds.submit) Invalid value for [--tag]: Tag value must be in the *gcr.io* or *pkg.dev* namespace.
gcloud builds submit --tags gcr.io/podarium-lab/web:v1 . ; echo $?
#? ERROR: (gcloud.builds.submit) unrecognized arguments:
#?   --tags (did you mean '--tag'?)
#?   gcloud help -- SEARCH_TERMS
#? 2
gcloud builds submit --tag gcr.io/podarium-lab/web:v1 nowhere
#? ERROR: (gcloud.builds.submit) could not find source [nowhere]
gcloud builds sumbit
#? ERROR: (gcloud.builds) Invalid choice: 'sumbit'.
#? gcloud help -- SEARCH_TERMS
gcloud builds list
#? Listed 0 items.
gcloud container images list
#? Listed 0 items.
#? Only listing images in gcr.io/podarium-lab. Use --repository to list images in other repositories.
gcloud builds submit --tag gcr.io/$DEVSHELL_PROJECT_ID/web:v1 .; echo $?
#? Creating temporary archive of 2 file(s) totalling 266 bytes before compression.
#? Uploading tarball of [.] to [gs://podarium-lab_cloudbuild/source/
#? .tgz]
#? Created [https://cloudbuild.googleapis.com/v1/projects/podarium-lab/locations/global/builds/
#? Logs are available at [ https://console.cloud.google.com/cloud-build/builds/
#? ?project=271828182845 ].
#? Waiting for build to complete. Polling interval: 1 second(s).
#? ----- REMOTE BUILD OUTPUT -----
#? starting build "
#? FETCHSOURCE
#? Fetching storage object: gs://podarium-lab_cloudbuild/source/
#? / [1 files][
#? Operation completed over 1 objects/
#? BUILD
#? Already have image (with digest): gcr.io/cloud-builders/docker
#? Sending build context to Docker daemon  3.072kB
#? Step 1/5 : FROM node:6.9.2
#? 6.9.2: Pulling from library/node
#? Status: Downloaded newer image for node:6.9.2
#?  ---> 
#? Step 2/5 : EXPOSE 8080
#?  ---> Running in 
#? Removing intermediate container 
#? Step 3/5 : COPY server.js .
#? Step 4/5 : RUN echo compiled > result && cat result
#? compiled
#? Step 5/5 : CMD node server.js
#? Successfully built 
#? Successfully tagged gcr.io/podarium-lab/web:v1
#? PUSH
#? Pushing gcr.io/podarium-lab/web:v1
#? The push refers to repository [gcr.io/podarium-lab/web]
#? v1: digest: sha256:
#? DONE
#? -----
#? ID                                    CREATE_TIME                DURATION  SOURCE
#? gs://podarium-lab_cloudbuild/source/
#? gcr.io/podarium-lab/web:v1  SUCCESS
#? 0
#! Using default tag
gcloud builds list
#? gcr.io/podarium-lab/web:v1  SUCCESS
gcloud container images list
#? NAME
#? gcr.io/podarium-lab/web
gcloud container images list-tags gcr.io/podarium-lab/web
#? DIGEST        TAGS  TIMESTAMP
#?   v1    2
gcloud config set compute/zone us-central1-a; gcloud container clusters create io --num-nodes 1 2> /dev/null
kubectl create deployment web --image=gcr.io/podarium-lab/web:v1; kubectl rollout status deployment/web; kubectl expose deployment web --port 8080 --type NodePort > /dev/null
#? deployment "web" successfully rolled out
kubectl run ask --restart=Never --image=curlimages/curl -- -s http://web:8080; sleep 20; kubectl logs ask
#? built in the cloud
# a configuration with steps, substitutions and a deployment
cat > cloudbuild.yaml <<'D'
steps:
- name: gcr.io/cloud-builders/docker
  id: make
  args: ['build', '-t', 'gcr.io/$PROJECT_ID/web:${_TAG}', '.']
- name: gcr.io/cloud-builders/docker
  args: ['push', 'gcr.io/$PROJECT_ID/web:${_TAG}']
- name: alpine
  entrypoint: sh
  args: ['-c', 'ls > seen.txt; echo "$$GREETING from $BUILD_ID" | cut -c 1-11; wc -l < seen.txt']
  env: ['GREETING=hello']
- name: gcr.io/$PROJECT_ID/web:${_TAG}
  entrypoint: cat
  args: [/result]
- name: gcr.io/cloud-builders/kubectl
  args: ['set', 'image', 'deployment/web', 'web=gcr.io/$PROJECT_ID/web:${_TAG}']
  env: ['CLOUDSDK_COMPUTE_ZONE=us-central1-a', 'CLOUDSDK_CONTAINER_CLUSTER=io']
substitutions:
  _TAG: v2
images: ['gcr.io/$PROJECT_ID/web:${_TAG}']
D
sed -i 's/in the cloud/by steps/' server.js
gcloud builds submit --config cloudbuild.yaml --substitutions _TAG=v3; echo $?
#? Starting Step #0 - "make"
#? Step #0 - "make": Already have image (with digest): gcr.io/cloud-builders/docker
#? Step #0 - "make": Step 1/5 : FROM node:6.9.2
#? Step #0 - "make": Successfully tagged gcr.io/podarium-lab/web:v3
#? Finished Step #0 - "make"
#? Starting Step #1
#? Step #1: The push refers to repository [gcr.io/podarium-lab/web]
#? : Layer already exists
#? Step #1: v3: digest: sha256:
#? Finished Step #1
#? Starting Step #2
#? Step #2: Pulling image: alpine
#? Step #2: Using default tag: latest
#? Step #2: latest: Pulling from library/alpine
#? Step #2: docker.io/library/alpine:latest
#? Step #2: hello from 
#? Step #2: 4
#? Starting Step #3
#? Step #3: Already have image: gcr.io/podarium-lab/web:v3
#? Step #3: compiled
#? Starting Step #4
#? Step #4: Running: gcloud container clusters get-credentials --project="podarium-lab" --zone="us-central1-a" "io"
#? Step #4: Fetching cluster endpoint and auth data.
#? Step #4: kubeconfig entry generated for io.
#? Step #4: Running: kubectl set image deployment/web web=gcr.io/podarium-lab/web:v3
#? Step #4: deployment.apps/web image updated
#? Finished Step #4
#? PUSH
#? Layer already exists
#? DONE
#? SUCCESS
#? 0
kubectl rollout status deployment/web; kubectl run again --restart=Never --image=curlimages/curl -- -s http://web:8080; sleep 20; kubectl logs again
#? built by steps
gcloud builds submit --substitutions _COLOR=red
#? ERROR: (gcloud.builds.submit) INVALID_ARGUMENT: generic::invalid_argument: key "_COLOR" in the substitution data is not matched in the template
gcloud builds submit --substitutions _TAG
#? ERROR: (gcloud.builds.submit) argument --substitutions: Bad syntax for dict arg: [_TAG].
# failures
printf 'FROM alpine\nRUN exit 7\n' > Dockerfile; gcloud builds submit -t gcr.io/podarium-lab/bad; echo $?
#? Step 2/2 : RUN exit 7
#?  ---> Running in 
#? The command '/bin/sh -c exit 7' returned a non-zero code: 7
#? ERROR
#? ERROR: build step 0 "gcr.io/cloud-builders/docker" failed: step exited with non-zero status: 1
#? -----
#? BUILD FAILURE: Build step failure: build step 0 "gcr.io/cloud-builders/docker" failed: step exited with non-zero status: 1
#? ERROR: (gcloud.builds.submit) build 
#?  completed with status "FAILURE"
#? 1
printf 'FROM alpine\nCOPY missing /\n' > Dockerfile; gcloud builds submit -t gcr.io/podarium-lab/bad 2>&1 | grep failed:
#? COPY failed: file not found in build context or excluded by .dockerignore: stat missing: file does not exist
printf 'FROM alpine\nRUN sleep 100\n' > Dockerfile; gcloud builds submit --timeout 20 -t gcr.io/podarium-lab/slow; echo $?
#? TIMEOUT
#? ERROR: context deadline exceeded
#? Your build timed out. Use the [--timeout=DURATION] flag to change the timeout threshold.
#?  completed with status "TIMEOUT"
#? 1
gcloud builds submit --async -t gcr.io/podarium-lab/slow
#? -         gs://podarium-lab_cloudbuild/source/
#?   -       QUEUED
#wait 10
gcloud builds list --ongoing --format 'value(status)'
#? WORKING
gcloud builds cancel $(gcloud builds list --ongoing --format='value(id)' --limit 1)
#? Cancelled [https://cloudbuild.googleapis.com/v1/projects/podarium-lab/locations/global/builds/
gcloud builds log $(gcloud builds list --limit 1 --format='value(id)')
#? ----- REMOTE BUILD OUTPUT -----
#? CANCELLED
#? ERROR: context canceled
gcloud builds describe $(gcloud builds list --filter status=SUCCESS --limit 1 --format='value(id)')
#? artifacts:
#?   images:
#?   - gcr.io/podarium-lab/web:v3
#? createTime: '2
#? images:
#? - gcr.io/podarium-lab/web:v3
#? projectId: podarium-lab
#?     name: gcr.io/podarium-lab/web:v3
#? status: SUCCESS
#?   _TAG: v3
#? timeout: 3600s
gcloud builds describe nonsense
#? ERROR: (gcloud.builds.describe) NOT_FOUND: Requested entity was not found. This command is authenticated as student@podarium.example which is the active account specified by the [core/account] property.
printf 'steps:\n- name: gcr.io/cloud-builders/mvn\n  args: [package]\n' > other.yaml; gcloud builds submit --config other.yaml
#? podarium: not simulated: the builder gcr.io/cloud-builders/mvn
printf 'steps:\n- name: alpine\n  arguments: [x]\n' > other.yaml; gcloud builds submit --config other.yaml
#? ERROR: (gcloud.builds.submit) interpreting other.yaml as build config: .steps[0].arguments: unused
printf 'steps:\n- name: alpine\n  args: [echo, $HOME]\n' > other.yaml; gcloud builds submit --config other.yaml
#? ERROR: (gcloud.builds.submit) INVALID_ARGUMENT: generic::invalid_argument: invalid value for 'build.substitutions': key in the template "HOME" is not a valid built-in substitution
printf 'steps:\n- name: alpine\n  args: [nosuch]\n' > other.yaml; gcloud builds submit --no-source --config other.yaml 2>&1 | tail -3
#? BUILD FAILURE: Build step failure: build step 0 "alpine" failed: starting step container failed: Error response from daemon: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nosuch": executable file not found in $PATH: unknown
printf 'steps:\n- name: alpine\n  args: [echo, made]\nimages: [gcr.io/podarium-lab/none]\n' > other.yaml; gcloud builds submit --no-source --config other.yaml 2>&1 | grep -E '^made|^ERROR:'
#? made
#? ERROR: failed to find one or more images after execution of build steps: ["gcr.io/podarium-lab/none"]
#?  completed with status "FAILURE"
# what is sent
git init -q . ; printf 'node_modules\n*.log\n' > .gitignore; mkdir -p node_modules; touch node_modules/a b.log; printf 'steps:\n- name: alpine\n  args: [sh, -c, "find . -type f | sort | tr \\"\\\\n\\" \\" \\""]\n' > list.yaml
gcloud builds submit --config list.yaml
#? Creating temporary archive of 5 file(s)
#? Some files were not included in the source upload.
#? Check the gcloud log [/home/student/.config/gcloud/logs/
#? ./Dockerfile ./cloudbuild.yaml ./list.yaml ./other.yaml ./server.js
printf '.gcloudignore\n*.yaml\n.git\n' > .gcloudignore; gcloud builds submit --config list.yaml
#? Creating temporary archive of 5 file(s)
#? ./.gitignore ./Dockerfile ./b.log ./node_modules/a ./server.js
#! Some files were not included
# registries
printf 'FROM alpine\nCMD echo hi\n' > Dockerfile; gcloud builds submit --tag us-central1-docker.pkg.dev/podarium-lab/shop/web 2>&1 | grep -c 'name unknown: Repository "shop" not found'
#? 10
gcloud builds log $(gcloud builds list --limit 1 --format='value(id)') | tail -4
#? ERROR: failed to push because we ran out of retries.
#? ERROR
#? ERROR: error pushing image "us-central1-docker.pkg.dev/podarium-lab/shop/web": retry budget exhausted (10 attempts): step exited with non-zero status: 1
gcloud artifacts repositories create shop --location us-central1; echo $?
#? ERROR: (gcloud.artifacts.repositories.create) argument --repository-format: Must be specified.
#? 2
gcloud artifacts repositories create shop --repository-format docker
#? Failed to find attribute [location]. The attribute can be set in the following ways: 
gcloud artifacts repositories create Shop --repository-format docker --location us-central1
#? Names may only contain lowercase letters, numbers, and hyphens
gcloud artifacts repositories create shop --repository-format=docker --location=us-central1 --description="The shop"
#? Create request issued for: [shop]
#? Waiting for operation [projects/podarium-lab/locations/us-central1/operations/
#? ] to complete.......done.
#? Created repository [shop].
gcloud artifacts repositories create shop --repository-format=docker --location=us-central1
#? ERROR: (gcloud.artifacts.repositories.create) ALREADY_EXISTS: the repository already exists
gcloud artifacts repositories list
#? Listing items under project podarium-lab, across all locations.
#? ARTIFACT_REGISTRY
#? REPOSITORY  FORMAT  MODE                 DESCRIPTION  LOCATION     LABELS  ENCRYPTION          CREATE_TIME
#? gcr.io      DOCKER  STANDARD_REPOSITORY               us
#? shop        DOCKER  STANDARD_REPOSITORY  The shop     us-central1
gcloud builds submit --tag us-central1-docker.pkg.dev/podarium-lab/shop/web 2> /dev/null | tail -2
#? us-central1-docker.pkg.dev/podarium-lab/shop/web (+1 more)  SUCCESS
docker pull -q alpine > /dev/null; docker tag alpine us-central1-docker.pkg.dev/podarium-lab/shop/base:1; docker push us-central1-docker.pkg.dev/podarium-lab/shop/base:1
#? denied: Unauthenticated request.
gcloud auth configure-docker us-central1-docker.pkg.dev --quiet 2> /dev/null; docker push us-central1-docker.pkg.dev/podarium-lab/shop/base:1
#? 1: digest: sha256:
docker tag alpine us-central1-docker.pkg.dev/podarium-lab/none/base:1; docker push us-central1-docker.pkg.dev/podarium-lab/none/base:1
#? name unknown: Repository "none" not found
gcloud artifacts docker images list us-central1-docker.pkg.dev/podarium-lab/shop --include-tags
#? Listing items under project podarium-lab, location us-central1, repository shop.
#? IMAGE                                              DIGEST
#? us-central1-docker.pkg.dev/podarium-lab/shop/base  sha256:
#? us-central1-docker.pkg.dev/podarium-lab/shop/web   sha256:
gcloud artifacts docker images list us-central1-docker.pkg.dev/podarium-lab/none
#? ERROR: (gcloud.artifacts.docker.images.list) NOT_FOUND: Requested entity was not found. This command is authenticated as
gcloud artifacts docker images list shop
#? Invalid Docker string.
gcloud artifacts docker images delete us-central1-docker.pkg.dev/podarium-lab/shop/base:1 --quiet
#? Digests:
#? Delete request issued.
gcloud artifacts docker tags list us-central1-docker.pkg.dev/podarium-lab/shop
#? TAG     IMAGE                                             DIGEST
#? latest  us-central1-docker.pkg.dev/podarium-lab/shop/web  sha256:
#! base
gcloud artifacts repositories delete shop --location us-central1 --quiet
#? You are about to delete repository [shop]
#? Deleted repository [shop].
kubectl run gone --image us-central1-docker.pkg.dev/podarium-lab/shop/web; sleep 20; kubectl get pod gone --no-headers | grep -c -E 'ErrImagePull|ImagePullBackOff'
#? 1
docker pull gcr.io/podarium-lab/web@$(gcloud container images list-tags gcr.io/podarium-lab/web --filter tags:v1 --format 'get(digest)') | tail -1
#? gcr.io/podarium-lab/web@sha256:
gcloud container images delete gcr.io/podarium-lab/web:v1 --quiet
#? WARNING: Successfully resolved tag to sha256, but it is recommended to use sha256 directly.
#? Digests:
#?   Associated tags:
#?  - v1
#? Tags:
#? - gcr.io/podarium-lab/web:v1
#? Deleted [gcr.io/podarium-lab/web:v1].
#? Deleted [gcr.io/podarium-lab/web@sha256:
gcloud container images list-tags gcr.io/podarium-lab/web:v1
#? Image names must not be fully-qualified. Remove the tag or digest and try again.
gcloud container images list-tags gcr.io/podarium-lab/other
#? ERROR: (gcloud.container.images.list-tags) Not found: gcr.io/podarium-lab/other
# docker without BuildKit
printf 'FROM alpine\nENV A=1\nRUN echo $A\n' > Dockerfile; DOCKER_BUILDKIT=0 docker build -t old .
#? DEPRECATED: The legacy builder is deprecated
#? Step 3/3 : RUN echo $A
#? 1
#? Successfully tagged old:latest
DOCKER_BUILDKIT=0 docker build -t old . 2> /dev/null | grep -c 'Using cache'
#? 2
# what else is typed
gcloud artifacts repositories crate x
#? ERROR: (gcloud.artifacts.repositories) Invalid choice: 'crate'.
gcloud artifacts repositories
#? ERROR: (gcloud.artifacts.repositories) Command name argument expected.
gcloud container images list-tag x
#? ERROR: (gcloud.container.images) Invalid choice: 'list-tag'.
gcloud builds submit --tag gcr.io/podarium-lab/Web
#? ERROR: (gcloud.builds.submit) INVALID_ARGUMENT: generic::invalid_argument: invalid image name "gcr.io/podarium-lab/Web" contains uppercase letters
gcloud source repos create infra 2> /dev/null; printf 'steps:\n- name: gcr.io/cloud-builders/git\n  args: [clone, "https://source.developers.google.com/p/$PROJECT_ID/r/infra"]\n- name: gcr.io/cloud-builders/gcloud\n  args: [config, get-value, project]\n- name: debian\n  script: |\n    #!/usr/bin/env bash\n    echo "hello $NAME in $PWD"\n    ls\n  env: ["NAME=you"]\n  dir: infra\n' > more.yaml; gcloud builds submit --no-source --config more.yaml; echo $?
#? Step #0: Cloning into 'infra'...
#? Step #1: podarium-lab
#? Step #2: hello you in /workspace/infra
#? SUCCESS
#? 0
printf 'steps:\n- name: gcr.io/cloud-builders/docker\n  args: [run, --rm, alpine, sh, -c, "echo inside; exit 4"]\n  allowFailure: true\n- name: gcr.io/cloud-builders/docker\n  args: [version]\n  timeout: 5s\n- name: alpine\n  args: [sleep, "60"]\n  timeout: 10s\n' > more.yaml; gcloud builds submit --no-source --config more.yaml
#? Step #0: inside
#? Finished Step #0
#? Step #1: podarium: not simulated: docker version in a build step
#? ERROR: build step 1 "gcr.io/cloud-builders/docker" failed: step exited with non-zero status: 1
printf 'steps:\n- name: alpine\n  args: [sleep, "60"]\n  timeout: 10s\n' > more.yaml; gcloud builds submit --no-source --config more.yaml
#? ERROR: build step 0 "alpine" failed: context deadline exceeded
printf 'steps:\n- name: alpine\n  args: [echo, "$SHORT_SHA"]\nimages: ["gcr.io/$PROJECT_ID/web:$SHORT_SHA"]\n' > more.yaml; gcloud builds submit --no-source --config more.yaml
#? ERROR: (gcloud.builds.submit) INVALID_ARGUMENT: generic::invalid_argument: invalid image name "gcr.io/podarium-lab/web:"
gcloud builds submit --no-source --config more.yaml --substitutions SHORT_SHA=abc,COLOR=red
#? substitution key "COLOR" does not respect format "^_[A-Z0-9_]+$" and is not an overridable built-in substitutions
gcloud builds submit --no-source --config more.yaml --substitutions SHORT_SHA=abc 2>&1 | grep -E '^abc|one or more images'
#? abc
#? ERROR: failed to find one or more images after execution of build steps: ["gcr.io/podarium-lab/web:abc"]

# steps that do not wait for each other run at once, in one workspace
printf 'steps:\n- name: alpine\n  id: slow\n  args: [sh, -c, "echo slow begins; sleep 20; cat quick.txt"]\n- name: alpine\n  id: quick\n  args: [sh, -c, "sleep 5; echo from quick > quick.txt; echo quick ends"]\n  waitFor: ["-"]\n- name: alpine\n  id: third\n  args: [echo, third]\n  waitFor: [quick]\n- name: alpine\n  args: [cat, quick.txt]\n' > more.yaml; gcloud builds submit --no-source --config more.yaml; echo $?
#? Starting Step #0 - "slow"
#? Starting Step #1 - "quick"
#? Step #0 - "slow": slow begins
#? Step #1 - "quick": quick ends
#? Finished Step #1 - "quick"
#? Starting Step #2 - "third"
#? Step #2 - "third": third
#? Step #0 - "slow": from quick
#? Finished Step #0 - "slow"
#? Starting Step #3
#? Step #3: from quick
#? 0
printf 'steps:\n- name: alpine\n  args: [sleep, "100"]\n- name: alpine\n  args: [sh, -c, "sleep 2; exit 3"]\n  waitFor: ["-"]\n- name: alpine\n  args: [echo, never]\n' > more.yaml; gcloud builds submit --no-source --config more.yaml; gcloud builds list --limit 1 --format json | grep '"status"'
#? ERROR: build step 1 "alpine" failed: step exited with non-zero status: 3
#? "status": "FAILURE"
#? "status": "CANCELLED"
#? "status": "FAILURE"
#? "status": "QUEUED"
#! never
