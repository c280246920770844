//! Kubernetes' own components: what their containers look like from outside. What they do is in `system`.
//!
//! Models: the images of registry.k8s.io that kubeadm uses, v1.36.
//! Simplified: their logs are not written, and say so; their metrics are not served.

use std::time::Duration;

use super::{Base, Behavior, Image};
use crate::system::{IMAGES, Part};

pub(super) fn images() -> Vec<Image> {
    IMAGES.iter().map(|(part, name, tag, bytes)| Image::new(&format!("{name}:{tag}"), *bytes).on(Base::Scratch).with(behavior(*part))).collect()
}

fn behavior(part: Part) -> Behavior {
    // Ports, whether they speak TLS, where one asks for its health, memory and CPU when it has little to do.
    let (ports, tls, paths, memory, cpu): (&[u16], bool, &[&str], u64, u64) = match part {
        Part::Etcd => (&[2381, 2379], false, &["/livez", "/readyz", "/health"], 48 << 20, 20),
        Part::ApiServer => (&[6443], true, &["/livez", "/readyz", "/healthz"], 280 << 20, 45),
        Part::ControllerManager => (&[10257], true, &["/healthz"], 55 << 20, 15),
        Part::Scheduler => (&[10259], true, &["/livez", "/readyz", "/healthz"], 28 << 20, 4),
        Part::KubeProxy => (&[10256], false, &["/healthz", "/livez"], 18 << 20, 1),
        Part::CoreDns => (&[8080, 8181], false, &["/health", "/ready"], 16 << 20, 2),
    };
    let mut behavior = Behavior { starts_in: Duration::from_millis(800), tls, memory_bytes: memory, cpu_millis: cpu, ..Behavior::default() };
    for port in ports {
        for path in paths {
            behavior = behavior.and_serving(*port, Some(path), 200, if matches!(*path, "/ready" | "/health") { "OK" } else { "ok" });
        }
    }
    if part == Part::CoreDns {
        // It hands over its connections for five seconds before it ends (lameduck).
        let behavior = Behavior { stops_in: Some(Duration::from_secs(5)), ..behavior }.and_serving(53, None, 400, "");
        return behavior.log(".:53").log("CoreDNS-1.14.2");
    }
    behavior.log("podarium: not simulated: the log of this component")
}
