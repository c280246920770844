//! A student in front of a cluster in the cloud, with the course's files at home.

use std::sync::Arc;
use std::time::Duration;

use podarium_cluster::images::ImageCatalog;
use podarium_cluster::kubelet::NodeConfig;
use podarium_cluster::{Cluster, Config};
use podarium_sim::Time;
use podarium_workstation::World;

/// The files below `manifests`, by the path that they have at home.
macro_rules! files {
    ($($folder:literal: $($path:literal)*;)*) => {
        &[$($(($path, include_str!(concat!("manifests/", $folder, "/", $path)))),*),*]
    };
}

const FILES: &[(&str, &str)] = files! {
    "orchestrate-with-kubernetes":
        "deployments/auth.yaml" "deployments/frontend.yaml" "deployments/hello.yaml" "deployments/hello-canary.yaml" "deployments/hello-green.yaml"
        "nginx/frontend.conf" "nginx/proxy.conf"
        "pods/healthy-monolith.yaml" "pods/monolith.yaml" "pods/secure-monolith.yaml"
        "services/auth.yaml" "services/frontend.yaml" "services/hello.yaml" "services/hello-blue.yaml" "services/hello-green.yaml" "services/monolith.yaml";
    "gceme":
        "k8s/canary/backend-canary.yaml" "k8s/canary/frontend-canary.yaml"
        "k8s/dev/backend-dev.yaml" "k8s/dev/default.yml" "k8s/dev/frontend-dev.yaml"
        "k8s/production/backend-production.yaml" "k8s/production/frontend-production.yaml"
        "k8s/services/backend.yaml" "k8s/services/frontend.yaml";
    ".": "tls/ca.pem" "tls/ca-key.pem" "tls/cert.pem" "tls/key.pem";
};

pub struct Student {
    pub world: World,
}

impl Student {
    /// Three nodes in a cloud.
    pub fn new(compat_2019: bool) -> Self {
        Student::of(Config { compat_2019, cloud: true, metrics_server: true, ..Config::default() })
    }

    /// Three nodes in a cluster of this kind.
    pub fn of(config: Config) -> Self {
        let mut cluster = Cluster::new(config);
        cluster.bootstrap();
        cluster.set_images(Arc::new(ImageCatalog::standard()));
        for index in 0..3 {
            let node = NodeConfig { boots_in: Duration::ZERO, network_ready_in: Duration::ZERO, zone: Some("us-central1-a".to_owned()), ..NodeConfig::new(&format!("node-{}", index + 1), index) };
            cluster.add_node(node);
        }
        let mut world = podarium_workstation::student(cluster);
        world.set_interactive(false);
        for (path, text) in FILES {
            world.put_file(path, text, false);
        }
        world.advance(Time::from_secs(10));
        Student { world }
    }

    /// Types a line, waits until it is done, and gives what appeared.
    pub fn run(&mut self, line: &str) -> String {
        self.world.type_line(line);
        let end = self.world.now() + Duration::from_secs(3600);
        while !self.world.is_idle() {
            let next = self.world.next_at().expect("something happens as long as a program runs");
            assert!(next < end, "`{line}` does not end");
            self.world.advance(next);
        }
        String::from_utf8_lossy(&self.world.take_output()).into_owned()
    }

    /// Types lines of which nothing is to be seen.
    pub fn quietly(&mut self, lines: &[&str]) {
        for line in lines {
            let said = self.run(&format!("{{ {line}\n}} > /tmp/said 2>&1 || cat /tmp/said"));
            assert_eq!(said, "", "{line}");
        }
    }

    /// Types lines, each of which has to say exactly this.
    pub fn lines(&mut self, table: &[(&str, &str)]) {
        for (line, said) in table {
            assert_eq!(self.run(line), *said, "{line}");
        }
    }

    pub fn pass(&mut self, seconds: u64) {
        let until = self.world.now() + Duration::from_secs(seconds);
        self.world.advance(until);
    }

    /// Seconds since the world began.
    pub fn seconds(&self) -> f64 {
        self.world.now().as_secs_f64()
    }

    /// Types a line again and again until it says this; the seconds that it took.
    pub fn until(&mut self, line: &str, said: &str, most: u64) -> f64 {
        let from = self.seconds();
        loop {
            let got = self.run(line);
            if got == said {
                return self.seconds() - from;
            }
            assert!(self.seconds() - from < most as f64, "`{line}` says {got:?} and not {said:?} after {most} s");
            self.pass(1);
        }
    }
}
