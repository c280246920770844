//! The embedded kubectl and the real one: the same lines, in order, on two clusters that began alike. What they print
//! and how they end must be the same to the byte, apart from ages, random names and addresses.
//!
//! The one cluster is asked by the simulated computer, the other is served to the real kubectl and stands still but for
//! its answers; after each line both go on to the same moment. `different.txt` lists the lines that may differ, with
//! the reason. `PARITY=show` prints every difference in full; `PARITY_SECTION=words` runs one section alone, and then nothing
//! is asserted.
#![expect(clippy::disallowed_methods, reason = "a test that starts a server and a program")]

mod normal;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use normal::Normal;
use podarium_course::Audience;
use podarium_host::{Player, Speed};
use podarium_machine::{Endpoint, Start, Stdio};
use podarium_sim::Time;
use support::{Served, run_with};

const LINES: &str = include_str!("lines.txt");
const DIFFERENT: &str = include_str!("different.txt");
const SCENARIO: &str = "tests/parity/cluster.yaml";
const FILES: &str = "tests/parity/files";
/// How old the clusters are when the first line comes.
const AGE: Duration = Duration::from_secs(120);
/// Both clusters meet again at multiples of this.
const BEAT: Duration = Duration::from_secs(5);

#[derive(Debug, Default, PartialEq)]
struct Answer {
    code: i32,
    stdout: String,
    stderr: String,
}

fn environment(home: &str) -> BTreeMap<String, String> {
    let mut environment = podarium_workstation::environment();
    for (name, value) in [("HOME", home), ("COLUMNS", "120"), ("PWD", home), ("TMPDIR", "/tmp")] {
        environment.insert(name.to_owned(), value.to_owned());
    }
    environment
}

/// The line as the shell has it.
fn shell_line(line: &str) -> String {
    line.strip_prefix("$ ").map_or_else(|| format!("kubectl {line}"), str::to_owned)
}

/// The simulated computer.
struct Embedded {
    player: Player,
}

impl Embedded {
    fn run(&mut self, line: &str) -> Answer {
        let world = self.player.simulation_mut().world_mut();
        let machine = &mut world.machine;
        let [input, output, errors] = [(); 3].map(|()| machine.open_channel());
        machine.end_input(input);
        let stdio = Stdio { stdin: Endpoint::Tty(input), stdout: Endpoint::Tty(output), stderr: Endpoint::Tty(errors) };
        let argv = ["bash", "-c", line].map(str::to_owned).into();
        let start = Start { argv, env: environment("/home/student"), cwd: "/home/student".to_owned(), stdio, credentials: podarium_workstation::credentials() };
        let pid = machine.start(start).expect("the workstation has a shell");
        let end = self.player.now() + Duration::from_secs(120);
        let code = loop {
            if let Some(status) = self.player.simulation_mut().world_mut().machine.take_exit(pid) {
                break status.code;
            }
            match self.player.simulation().next_at() {
                Some(next) if next <= end => self.player.simulation_mut().advance(next),
                _ => break -1,
            }
        };
        let machine = &mut self.player.simulation_mut().world_mut().machine;
        let mut text = |channel| String::from_utf8_lossy(&machine.take_output(channel)).into_owned();
        Answer { code, stdout: text(output), stderr: text(errors) }
    }
}

/// The real program, on the cluster that is served.
struct Real {
    served: Served,
    client: clock::Client,
    path: String,
}

impl Real {
    fn run(&self, line: &str) -> Answer {
        let home = self.served.folder().join("home");
        let mut command = Command::new("bash");
        command.args(["-c", line]).current_dir(&home).env_clear();
        command.envs(environment(home.to_str().expect("a plain path"))).env("PATH", &self.path);
        let done = run_with(&mut command, Duration::from_secs(240), || {
            self.step(Duration::from_millis(500));
        });
        let Some(done) = done else { return Answer { code: -1, ..Answer::default() } };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Answer { code: done.status.code().unwrap_or(-1), stdout: text(&done.stdout), stderr: text(&done.stderr) }
    }

    /// Lets time pass in the served cluster; the answer is its clock.
    fn step(&self, by: Duration) -> Time {
        self.client.step(by)
    }
}

/// Asks the server to let time pass.
mod clock {
    use std::process::Command;
    use std::time::Duration;

    use podarium_sim::Time;

    pub struct Client {
        pub address: std::net::SocketAddr,
        pub token: String,
    }

    impl Client {
        pub fn step(&self, by: Duration) -> Time {
            let url = format!("https://{}/podarium/step?by={}ms", self.address, by.as_millis());
            let header = format!("Authorization: Bearer {}", self.token);
            let done = Command::new("curl").args(["-sk", "-X", "POST", "-H", &header, &url]).output().expect("curl runs");
            let text = String::from_utf8_lossy(&done.stdout).trim().to_owned();
            parse(&text).unwrap_or_else(|| panic!("the clock says {text:?}"))
        }
    }

    /// `1:02:03.456` or `02:03.456`, as times are shown.
    fn parse(text: &str) -> Option<Time> {
        let seconds = text.split(':').try_fold(0.0, |total, part| Some(total * 60.0 + part.parse::<f64>().ok()?))?;
        Some(Time::ZERO + Duration::from_secs_f64(seconds))
    }
}

/// The next meeting: a multiple of the beat that lies behind both.
fn meeting(one: Time, other: Time) -> Time {
    let beat = u64::try_from(BEAT.as_nanos()).expect("a short time");
    let latest = one.max(other).as_nanos();
    Time::from_nanos((latest / beat + 1) * beat)
}

#[test]
#[ignore = "48 of 843 lines differed when it last ran through; what is left of them has to be mended or listed with its reason"]
fn the_embedded_kubectl_answers_as_the_real_one() {
    let Some(kubectl) = support::kubectl() else { return };
    if support::on_path("curl").is_none() {
        eprintln!("skipped: no curl");
        return;
    }
    let mut embedded = Embedded { player: Player::beginning_now(podarium_host::load(SCENARIO).expect("the scenario"), Some(1), Audience::Nobody) };
    embedded.player.step_by(AGE + Duration::from_secs(1));
    let served = Served::start("parity", SCENARIO, Speed::Times(0.0), AGE);
    let home = served.folder().join("home");
    std::fs::create_dir_all(home.join(".kube")).expect("a folder");
    for file in std::fs::read_dir(FILES).expect("files").flatten() {
        let name = file.file_name().into_string().expect("a plain name");
        let text = std::fs::read_to_string(file.path()).expect("a text");
        std::fs::write(home.join(&name), &text).expect("a file");
        embedded.player.simulation_mut().world_mut().put_file(&name, &text, false);
    }
    // The same kubeconfig for both, but for what leads to the cluster.
    let config = std::fs::read_to_string(served.kubeconfig()).expect("a kubeconfig").replace("    user: admin\n", "    namespace: shop\n    user: admin\n");
    std::fs::write(home.join(".kube/config"), &config).expect("a file");
    let own = config.replace(&format!("https://{}", served.address), podarium_workstation::API_SERVER).replace(&served.setting("token"), podarium_workstation::TOKEN);
    embedded.player.simulation_mut().world_mut().put_file(".kube/config", &own, false);
    let client = clock::Client { address: served.address, token: served.setting("token") };
    let folder = kubectl.parent().expect("a folder").to_string_lossy().into_owned();
    let real = Real { served, client, path: format!("{folder}:/usr/local/bin:/usr/bin:/bin") };
    let normal = Normal::new(&[home.to_str().expect("a plain path"), &real.client.token, podarium_workstation::TOKEN]);

    let show = std::env::var("PARITY").is_ok();
    let listed: Vec<&str> = DIFFERENT.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    let (mut equal, mut different) = (0, Vec::new());
    let only = std::env::var("PARITY_SECTION").unwrap_or_default();
    let mut section = "";
    for line in LINES.lines().filter(|line| !line.is_empty()) {
        section = line.strip_prefix("# --- ").unwrap_or(section);
        if line.starts_with('#') || !section.contains(&only) {
            continue;
        }
        if let Some(seconds) = line.strip_prefix("~ ") {
            let pause = Duration::from_secs(seconds.parse().expect("seconds"));
            embedded.player.step_by(pause);
            real.step(pause);
            continue;
        }
        let (found, wanted) = (embedded.run(&shell_line(line)), real.run(&shell_line(line)));
        match normal.difference((wanted.code, &wanted.stdout, &wanted.stderr), (found.code, &found.stdout, &found.stderr)) {
            None => equal += 1,
            Some(text) => {
                if show {
                    println!("### {line}\n{text}");
                }
                different.push(line);
            }
        }
        let clock = real.step(Duration::ZERO);
        let meeting = meeting(clock, embedded.player.now());
        embedded.player.simulation_mut().advance(meeting);
        real.step(meeting - clock);
    }
    println!("{equal} equal, {} different", different.len());
    if !only.is_empty() {
        return;
    }
    let unlisted: Vec<&&str> = different.iter().filter(|line| !listed.contains(line)).collect();
    assert!(unlisted.is_empty(), "{} lines differ and are not listed:\n{}", unlisted.len(), unlisted.iter().map(|line| **line).collect::<Vec<_>>().join("\n"));
    assert!(equal >= 400, "too few lines are equal: {equal}");
}
