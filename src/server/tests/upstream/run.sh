#!/bin/bash
# Runs one function of Kubernetes' own tests of kubectl (test/cmd) against a cluster.
#   run.sh SOURCE PORT TOKEN FUNCTION     SOURCE: a tree of Kubernetes; PORT: where its API is served on this machine
# Works in a copy below the current folder. The last line is `passed` when the function passed.
set -o errexit
source=$1 port=$2 token=$3 function=$4
cp -rL "$source/test" "$source/hack" "$source/third_party" .
sed -i "s/admin-token/$token/g" test/cmd/*.sh
# What they fetch from the network is a file of the same tree.
sed -i 's#https://raw.githubusercontent.com/kubernetes/kubernetes/master/##' test/cmd/*.sh
export HOME=$PWD/home KUBE_TEMP=$PWD/home KUBE_JUNIT_REPORT_DIR=$PWD/home TERM=${TERM:-dumb} LANG=C
# A kubectl of another patch version than the server's is none of our business.
export SECURE_API_PORT=$port ALLOW_SKEW=1
mkdir -p "$HOME"
# A file that the server under test leaves there upstream.
[ -e /tmp/apiserver.crt ] || echo certificate > /tmp/apiserver.crt
source hack/lib/init.sh
source hack/lib/test.sh
THIS_PLATFORM_BIN=$(dirname "$(command -v kubectl)")
SED=sed
source test/cmd/legacy-script.sh
# What its `setup` does.
CONTEXT=test
{
  kubectl config set-credentials test-admin --token "$token"
  kubectl config set-cluster local --insecure-skip-tls-verify --server "https://127.0.0.1:$port"
  kubectl config set-context test --user test-admin --cluster local
  kubectl config use-context test
  echo '{"kind":"Node","apiVersion":"v1","metadata":{"name":"127.0.0.1","annotations":{"save-managers":"true"}},"status":{"capacity":{"memory":"1Gi"}}}' | kubectl create -f -
} > /dev/null
# Their authority for client certificates is called otherwise.
kube::util::test_client_certificate_authentication_enabled() {
  echo | openssl s_client -connect "127.0.0.1:$port" 2> /dev/null | grep -A1 'Acceptable client certificate CA names' | grep -q 'CN *= *kubernetes'
}
# Theirs comes after others that take minutes; a node without kubelet has conditions after one.
if [ "$function" = run_nodes_tests ]; then
  kubectl wait node/127.0.0.1 --for=condition=Ready=Unknown --timeout=120s > /dev/null
fi
# Most functions expect that one before them has made a namespace.
run_chosen_tests() {
  create_and_use_new_namespace
  "$function"
}
SUPPORTED_RESOURCES=("*")
WHAT=chosen runTests
echo passed
