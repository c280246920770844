//! A terminal in front of a cluster, for scripts.

use std::sync::Arc;

use podarium_cluster::images::ImageCatalog;
use podarium_cluster::kubelet::NodeConfig;
use podarium_cluster::{Cluster, Config};
use podarium_sim::Time;
use podarium_workstation::World;

/// What a line said, and its status.
#[derive(Debug)]
pub struct Said {
    pub text: String,
    pub status: u8,
}

pub struct Terminal {
    pub world: World,
}

impl Terminal {
    /// A cluster with some nodes, as `sandbox` has it, and a shell that reads a script.
    pub fn new(config: Config, nodes: u32) -> Self {
        let mut cluster = Cluster::new(config);
        cluster.bootstrap();
        cluster.set_images(Arc::new(ImageCatalog::standard()));
        for number in 1..=nodes {
            cluster.add_node(NodeConfig::new(&format!("node-{number}"), number - 1));
        }
        let mut world = podarium_workstation::student(cluster);
        world.set_interactive(false);
        world.advance(Time::from_secs(10));
        Terminal { world }
    }

    pub fn run(&mut self, line: &str) -> Said {
        self.world.type_line(line);
        while !self.world.is_idle() {
            let next = self.world.next_at().expect("something happens as long as a program runs");
            self.world.advance(next);
        }
        let text = String::from_utf8_lossy(&self.world.take_output()).into_owned();
        Said { text, status: self.world.last_status() }
    }

    /// A line that has to succeed.
    #[track_caller]
    pub fn ok(&mut self, line: &str) -> String {
        let said = self.run(line);
        assert_eq!(said.status, 0, "$ {line}\n{}", said.text);
        said.text
    }
}
