//! A student's computer and a cluster whose pods the stand-in starts: the set-up of the recordings.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_cluster::component::WatchId;
use podarium_cluster::{Cluster, Config};
use podarium_machine::{Endpoint, Start, Stdio};
use podarium_sim::Time;
use podarium_workstation::World;

use super::stand_in::StandIn;

pub struct Laboratory {
    pub world: World,
    pub stand_in: StandIn,
}

/// What a command line did.
pub struct Answer {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Laboratory {
    /// Four nodes; the pods of one namespace are started and stopped.
    pub fn new(namespace: &str) -> Self {
        let mut cluster = Cluster::new(Config::default());
        cluster.bootstrap();
        let mut world = podarium_workstation::student(cluster);
        let stand_in = StandIn::new(&mut world.cluster, namespace);
        Laboratory { world, stand_in }
    }

    /// One thing happens, but nothing after `until`. `hear` gets each watch that has news.
    pub fn turn(&mut self, until: Time, hear: &mut dyn FnMut(&mut World, WatchId)) {
        let until = until.min(self.stand_in.next_at());
        if !self.world.step(until) {
            self.world.advance(until);
        }
        for watch in self.world.cluster.take_watch_news() {
            self.stand_in.hear(&mut self.world.cluster, watch);
            hear(&mut self.world, watch);
        }
        self.stand_in.tick(&mut self.world.cluster);
    }

    pub fn pass(&mut self, duration: Duration, hear: &mut dyn FnMut(&mut World, WatchId)) {
        let until = self.world.now() + duration;
        while self.world.now() < until {
            self.turn(until, hear);
        }
    }

    /// Runs a line of the shell to its end, with that standard input.
    pub fn run(&mut self, line: &str, stdin: &str, environment: BTreeMap<String, String>, hear: &mut dyn FnMut(&mut World, WatchId)) -> Answer {
        let machine = &mut self.world.machine;
        let [input, output, errors] = [(); 3].map(|()| machine.open_channel());
        machine.type_bytes(input, stdin.as_bytes());
        machine.end_input(input);
        let stdio = Stdio { stdin: Endpoint::Tty(input), stdout: Endpoint::Tty(output), stderr: Endpoint::Tty(errors) };
        let argv = ["bash", "-c", line].map(str::to_owned).into();
        let credentials = podarium_workstation::credentials();
        let start = Start { argv, env: environment, cwd: "/home/student".to_owned(), stdio, credentials };
        let pid = machine.start(start).expect("the workstation has a shell");
        self.world.begin_input();
        let end = self.world.now() + Duration::from_secs(180);
        let status = loop {
            if let Some(status) = self.world.machine.take_exit(pid) {
                break status;
            }
            assert!(self.world.now() < end, "`{line}` did not end within 180 s");
            self.turn(end, hear);
        };
        let machine = &mut self.world.machine;
        let mut text = |channel| String::from_utf8_lossy(&machine.take_output(channel)).into_owned();
        Answer { code: status.code, stdout: text(output), stderr: text(errors) }
    }
}
