//! What kubeadm writes down of a cluster that it has made: how it was made, for nodes that come later, and what these may do.
//!
//! Models: cmd/kubeadm/app/phases/{uploadconfig,kubelet,bootstraptoken}, cmd/kubeadm/app/componentconfigs/checksums.go, v1.36.
//! Simplified: the token with which nodes join in the first day is gone already, and so is its signature in cluster-info.

use base64::Engine as _;
use podarium_api::Kind;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::Config;

/// What kubeadm 1.36.2 wrote for a cluster with these networks.
const CLUSTER: &str = include_str!("kubeadm/cluster.yaml");
const KUBELET: &str = include_str!("kubeadm/kubelet.yaml");
/// The networks and the name server of that cluster.
const SERVICES: &str = "10.96.0.0/12";
const NAME_SERVER: &str = "10.96.0.10";
/// Who joins.
const JOINING: &str = "system:bootstrappers:kubeadm:default-node-token";
const RBAC: &str = "rbac.authorization.k8s.io";

/// All of it. `authority` is the certificate of the cluster's own authority.
pub(super) fn objects(config: &Config, authority: &str) -> Vec<(Kind, Value)> {
    let services = config.flags.services;
    let cluster = CLUSTER.replace(SERVICES, &services.to_string());
    let kubelet = KUBELET.replace(NAME_SERVER, &services.name_server());
    let authority = base64::engine::general_purpose::STANDARD.encode(authority);
    let info = format!(
        "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: {authority}\n    server: https://10.0.0.2:6443\n  name: \"\"\ncontexts: null\ncurrent-context: \"\"\nkind: Config\nusers: null\n"
    );
    let map = |namespace: &str, name: &str, key: &str, text: String| (Kind::ConfigMap, json!({"metadata": {"namespace": namespace, "name": name}, "data": {key: text}}));
    let (joining, nodes) = (("Group", JOINING), ("Group", "system:nodes"));
    let mut objects = vec![
        map("kube-system", "kubeadm-config", "ClusterConfiguration", cluster),
        signed(map("kube-system", "kubelet-config", "kubelet", kubelet)),
        map("kube-public", "cluster-info", "kubeconfig", info),
        (Kind::ClusterRole, json!({"metadata": {"name": "kubeadm:get-nodes"}, "rules": [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get"]}]})),
    ];
    for (name, role, subject) in [
        ("kubeadm:cluster-admins", "cluster-admin", ("Group", "kubeadm:cluster-admins")),
        ("kubeadm:get-nodes", "kubeadm:get-nodes", joining),
        ("kubeadm:kubelet-bootstrap", "system:node-bootstrapper", joining),
        ("kubeadm:node-autoapprove-bootstrap", "system:certificates.k8s.io:certificatesigningrequests:nodeclient", joining),
        ("kubeadm:node-autoapprove-certificate-rotation", "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient", nodes),
        ("kubeadm:apiserver-kubelet-client", "system:kubelet-api-admin", ("User", "kube-apiserver-kubelet-client")),
    ] {
        objects.push((Kind::ClusterRoleBinding, json!({"metadata": {"name": name}, "roleRef": role_ref("ClusterRole", role), "subjects": subjects(&[subject])})));
    }
    let anybody: &[(&str, &str)] = &[("User", "system:anonymous")];
    for (namespace, name, config_map, who) in [
        ("kube-system", "kubeadm:nodes-kubeadm-config", "kubeadm-config", &[joining, nodes][..]),
        ("kube-system", "kubeadm:kubelet-config", "kubelet-config", &[nodes, joining]),
        ("kube-system", "kube-proxy", "kube-proxy", &[joining]),
        ("kube-public", "kubeadm:bootstrap-signer-clusterinfo", "cluster-info", anybody),
    ] {
        let metadata = json!({"namespace": namespace, "name": name});
        let rules = json!([{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": [config_map], "verbs": ["get"]}]);
        objects.push((Kind::Role, json!({"metadata": metadata, "rules": rules})));
        objects.push((Kind::RoleBinding, json!({"metadata": metadata, "roleRef": role_ref("Role", name), "subjects": subjects(who)})));
    }
    objects
}

fn role_ref(kind: &str, name: &str) -> Value {
    json!({"apiGroup": RBAC, "kind": kind, "name": name})
}

fn subjects(who: &[(&str, &str)]) -> Value {
    who.iter().map(|(kind, name)| json!({"apiGroup": RBAC, "kind": kind, "name": name})).collect()
}

/// Notes the digest of a configuration, by which kubeadm sees whether somebody has changed it.
pub(super) fn signed((kind, mut map): (Kind, Value)) -> (Kind, Value) {
    let texts = map["data"].as_object().into_iter().flatten();
    let mut sorted: Vec<(&String, &str)> = texts.filter_map(|(key, text)| Some((key, text.as_str()?))).collect();
    sorted.sort_unstable();
    let digest = sorted.iter().fold(Sha256::new(), |digest, (_, text)| digest.chain_update(text)).finalize();
    map["metadata"]["annotations"] = json!({"kubeadm.kubernetes.io/component-config.hash": format!("sha256:{digest:x}")});
    (kind, map)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest that kubeadm 1.36.2 gave to this very text.
    #[test]
    fn the_digest_is_that_of_kubeadm() {
        let (_, map) = signed((Kind::ConfigMap, json!({"metadata": {}, "data": {"kubelet": KUBELET}})));
        assert_eq!(map["metadata"]["annotations"]["kubeadm.kubernetes.io/component-config.hash"], "sha256:26488e9fc7c5cb5fdda9996cda2e6651a9af5febce07ea02de11bd3ef3f49e9c");
    }
}
