//! kubectl against a cluster that is measured, and in which certificates are asked for.

mod rig;

use std::time::Duration;

use podarium_cluster::Config;
use rig::Rig;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {nodeName: node-1, containers: [{name: nginx, image: 'nginx:1.27'}]}\n";

#[test]
fn what_is_used_is_shown_where_somebody_measures() {
    let mut rig = Rig::new();
    let none = rig.run("top nodes", "");
    assert_eq!((none.code, none.stderr.as_str()), (1, "error: Metrics API not available\n"));
    let mut rig = Rig::with(Config { metrics_server: true, ..Config::default() });
    assert_eq!(rig.run("apply -f -", POD).stdout, "pod/web created\n");
    rig.wait(Duration::from_secs(5));
    assert_eq!(rig.run("top pod web", "").stderr, "Error from server (NotFound): podmetrics.metrics.k8s.io \"shop/web\" not found\n");
    rig.wait(Duration::from_secs(60));
    let nodes = rig.run("top nodes", "").stdout;
    assert!(nodes.starts_with("NAME     CPU(cores)   CPU(%)   MEMORY(bytes)   MEMORY(%)   \nnode-1   "), "{nodes}");
    assert_eq!(nodes.lines().count(), 5, "{nodes}");
    let pods = rig.run("top pods", "").stdout;
    assert!(pods.starts_with("NAME   CPU(cores)   MEMORY(bytes)   \nweb    ") && pods.contains("9Mi"), "{pods}");
    let service = rig.run("get apiservice v1beta1.metrics.k8s.io", "").stdout;
    assert!(service.contains("v1beta1.metrics.k8s.io   kube-system/metrics-server   True"), "{service}");
}

/// Of the key of the user `jane` in the group `dev`, made once with OpenSSL.
const REQUEST: &str = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlIWU1IOENBUUF3SFRFTU1Bb0dBMVVFQ2d3RFpHVjJNUTB3Q3dZRFZRUUREQVJxWVc1bE1Ga3dFd1lIS29aSQp6ajBDQVFZSUtvWkl6ajBEQVFjRFFnQUVhOXRqQmppd2hKRTFwYUVXTUVuV29YSzdUZHBHdFNhaFA2dlR1cmVrCmNGbE1qL0djaExldnA2VGM0ZDNWWjBRZ1NWYU9NdW5rTTh2UlJCUnBJS2dhaDZBQU1Bb0dDQ3FHU000OUJBTUMKQTBrQU1FWUNJUUNnQ0xvOENQNGNlUjBXY3FFSDlrQ2N6eGNBVldVVU1hYTFoNmx4L2ZDUWhRSWhBUHFwRUNKWApZWFlsWWd3bDRsVjlDa0M5WE5YeUpoRFFvQnlBMGQ4Y091dE4KLS0tLS1FTkQgQ0VSVElGSUNBVEUgUkVRVUVTVC0tLS0tCg==";

#[test]
fn a_person_decides_on_a_certificate() {
    let mut rig = Rig::new();
    let request = |name: &str| {
        format!("apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata: {{name: {name}}}\nspec:\n  signerName: kubernetes.io/kube-apiserver-client\n  expirationSeconds: 86400\n  usages: [client auth]\n  request: {REQUEST}\n")
    };
    let made = rig.run("apply -f -", &request("jane"));
    assert_eq!(made.stdout, "certificatesigningrequest.certificates.k8s.io/jane created\n", "{made:?}");
    let listed = rig.run("get csr jane", "").stdout;
    assert!(listed.contains("Pending") && listed.contains("24h"), "{listed}");
    let approved = rig.run("certificate approve jane", "");
    assert_eq!(approved.stdout, "certificatesigningrequest.certificates.k8s.io/jane approved\n", "{approved:?}");
    rig.wait(Duration::from_secs(2));
    let described = rig.run("describe csr jane", "").stdout;
    assert!(described.contains("Status:              Approved,Issued\n"), "{described}");
    assert!(described.contains("Common Name:    jane\n") && described.contains("Organization:   dev\n"), "{described}");
    let denied = rig.run("certificate deny jane", "");
    assert_eq!((denied.code, denied.stderr.as_str()), (1, "error: certificate signing request \"jane\" is already Approved\n"));
    rig.run("apply -f -", &request("other"));
    assert_eq!(rig.run("certificate deny other", "").stdout, "certificatesigningrequest.certificates.k8s.io/other denied\n");
    assert!(rig.run("get csr other", "").stdout.contains("Denied"));
    assert_eq!(rig.run("certificate approve", "").stderr, "error: one or more CSRs must be specified as <name> or -f <filename>\n");
    let missing = rig.run("certificate approve nobody", "");
    assert_eq!(missing.stderr, "Error from server (NotFound): certificatesigningrequests.certificates.k8s.io \"nobody\" not found\n");
}
