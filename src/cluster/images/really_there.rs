//! Images that there really are and that are not simulated. A registry would send them, so nobody is to hear that they do not
//! exist: whoever pulls one is told the truth.
//!
//! Models: Docker Hub's official images and the best known of its others; public registries.
//! Simplified: which versions an image really has is guessed from its newest one; of a public registry every image counts as there.

use super::Reference;

/// Docker Hub's official images.
const OFFICIAL: &str = "adminer aerospike almalinux alpine amazoncorretto amazonlinux arangodb archlinux bash buildpack-deps busybox caddy \
    cassandra chronograf cirros clojure composer couchbase couchdb crate dart debian docker drupal eclipse-mosquitto eclipse-temurin \
    elasticsearch elixir emqx erlang fedora flink fluentd gazebo gcc ghost golang gradle groovy haproxy haskell hello-world httpd influxdb \
    jetty joomla jruby julia kapacitor kibana kong logstash mariadb matomo maven mediawiki memcached mongo mongo-express mysql nats neo4j \
    nextcloud nginx node odoo openjdk oraclelinux percona perl photon php phpmyadmin postgres pypy python r-base rabbitmq redis redmine \
    registry rethinkdb rocket.chat rockylinux ros ruby rust sapmachine solr sonarqube spark storm swift telegraf tomcat tomee traefik \
    ubuntu unit varnish wordpress xwiki znc zookeeper centos jenkins vault consul";

/// Others of Docker Hub.
const POPULAR: &str = "amazon/aws-cli argoproj/rollouts-demo bitnami/kubectl bitnami/mongodb bitnami/mysql bitnami/nginx bitnami/postgresql \
    bitnami/redis calico/node cilium/cilium confluentinc/cp-kafka curlimages/curl datadog/agent dockersamples/examplevotingapp_result \
    dockersamples/examplevotingapp_vote dockersamples/examplevotingapp_worker fluent/fluent-bit fluent/fluentd grafana/grafana grafana/loki \
    hashicorp/http-echo hashicorp/terraform hashicorp/vault infoblox/dnstools istio/pilot jaegertracing/all-in-one jenkins/jenkins \
    jmalloc/echo-server kennethreitz/httpbin minio/minio mendhak/http-https-echo nginxdemos/hello \
    nginxdemos/nginx-hello nginxinc/nginx-unprivileged nicolaka/netshoot oliver006/redis_exporter openzipkin/zipkin polinux/stress \
    prom/alertmanager prom/node-exporter prom/prometheus progrium/stress rancher/k3s stefanprodan/podinfo tutum/dnsutils vish/stress \
    wbitt/network-multitool weaveworksdemos/front-end";

/// Registries, or parts of them, whose images are for everybody and are not pushed by students.
const PUBLIC: [&str; 13] = [
    "registry.k8s.io/", "quay.io/", "ghcr.io/", "mcr.microsoft.com/", "public.ecr.aws/", "docker.elastic.co/", "nvcr.io/", "registry.gitlab.com/",
    "gcr.io/google-samples/", "gcr.io/google-containers/", "gcr.io/kubebuilder/", "gcr.io/istio-release/", "us-docker.pkg.dev/google-samples/",
];

/// What tags are made of that are no versions.
const WORDS: &str = "alpine apache bookworm bullseye buster cli current edge enterprise focal fpm glibc iron jammy jessie jod lts mainline \
    management musl nanoserver noble oraclelinux otel perl php rolling slim stable stretch trixie uclibc windowsservercore";

/// What there is of an image that is not simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum There {
    /// The image, but nothing of it is simulated.
    Image,
    /// A version of an image of which others are simulated.
    Version,
}

/// Whether there really is such an image; `simulated` are the tags that are known of it.
pub fn really_there<'a>(name: &Reference, simulated: impl Iterator<Item = &'a str> + Clone) -> Option<There> {
    let full = name.name();
    let own = full.strip_prefix("docker.io/");
    let listed = |list: &str, name: &str| list.split_ascii_whitespace().any(|known| known == name);
    let official = own.and_then(|own| own.strip_prefix("library/")).is_some_and(|name| listed(OFFICIAL, name));
    let known = official || own.is_some_and(|own| listed(POPULAR, own)) || PUBLIC.iter().any(|prefix| full.starts_with(prefix));
    match simulated.clone().next() {
        _ if !known => None,
        None => Some(There::Image),
        Some(_) if name.is_digest => Some(There::Version),
        Some(_) => may_be(&name.version, simulated).then_some(There::Version),
    }
}

/// Whether an image may have this tag: it is not newer than what is known, and of the usual words.
fn may_be<'a>(tag: &str, simulated: impl Iterator<Item = &'a str>) -> bool {
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    let is_word = |part: &str| WORDS.split_ascii_whitespace().any(|word| part.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.') == word);
    let newest = simulated.filter_map(version).max();
    match version(first) {
        Some(asked) => newest.is_none_or(|newest| !is_newer(&asked, &newest)) && parts.all(is_word),
        None => is_word(first) && parts.all(is_word),
    }
}

/// `1.27.3` or `v1.2`, also with something behind a dash.
fn version(tag: &str) -> Option<Vec<u32>> {
    let number = tag.split('-').next().unwrap_or_default();
    number.strip_prefix('v').unwrap_or(number).split('.').map(|part| part.parse().ok()).collect()
}

/// Whether the one is of a newer line than the other: only as many numbers count as both have, and patches never.
fn is_newer(one: &[u32], other: &[u32]) -> bool {
    let count = one.len().min(other.len()).min(2);
    one[..count] > other[..count]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_exists_is_told_from_what_does_not() {
        let nginx = ["latest", "1.27", "1.29.3", "1.27-alpine"];
        let there = |name: &str, simulated: &[&'static str]| really_there(&Reference::parse(name).unwrap(), simulated.iter().copied());
        for (name, simulated, expected) in [
            ("memcached:1.6", &[][..], Some(There::Image)),
            ("hashicorp/http-echo", &[][..], Some(There::Image)),
            ("registry.k8s.io/kubernetes-zookeeper:1.0-3.4.10", &[][..], Some(There::Image)),
            ("ngnix", &[][..], None),
            ("student/app:1.0.0", &[][..], None),
            ("gcr.io/my-project/app:1.0.0", &[][..], None),
            ("nginx:1.25.4", &nginx[..], Some(There::Version)),
            ("nginx:1.28.0-alpine3.21-slim", &nginx[..], Some(There::Version)),
            ("nginx:stable-perl", &nginx[..], Some(There::Version)),
            ("nginx:1.161", &nginx[..], None),
            ("nginx:9.9.9", &nginx[..], None),
            ("nginx:doesnotexist", &nginx[..], None),
            ("nginx:1.27-nope", &nginx[..], None),
        ] {
            assert_eq!(there(name, simulated), expected, "{name}");
        }
    }
}
