//! The embedded kubectl and the real one: the same lines, in order, on two clusters that began alike. What they print
//! and how they end must be the same to the byte, apart from ages, random names and addresses.
//!
//! The one cluster is asked by the simulated computer, the other is served to the real kubectl and stands still but for
//! its answers; after each line both go on to the same moment. `different.txt` lists the lines that differ, with the
//! reason (those with a `?` differ as it happens); `unordered.txt` those whose output the real kubectl has in another order
//! each time. `PARITY=show` prints every difference in full and how long each line took; `PARITY_SECTION=words` runs one
//! section alone and `PARITY_LINES=FILE` the lines of another file, and then nothing is asserted.
#![expect(clippy::disallowed_methods, reason = "a test that starts a server and a program")]

mod normal;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use normal::Normal;
use podarium_course::{Audience, Simulation};
use podarium_host::{Player, Speed};
use podarium_machine::{Endpoint, Start, Stdio};
use podarium_sim::Time;
use support::{Served, run_with};

/// Each of these begins with clusters of its own.
const LINES: &[&str] = &[
    include_str!("lines.txt"),
    include_str!("sets.txt"),
    include_str!("credentials.txt"),
    include_str!("explain.txt"),
    include_str!("kinds.txt"),
    include_str!("flags_first.txt"),
    include_str!("flags_second.txt"),
    include_str!("odd.txt"),
    include_str!("everyday.txt"),
    include_str!("descriptions.txt"),
];
const DIFFERENT: &str = include_str!("different.txt");
const UNORDERED: &str = include_str!("unordered.txt");
const SCENARIO: &str = "tests/parity/cluster.yaml";
const FILES: &str = "tests/parity/files";
/// How old the clusters are when the first line comes.
const AGE: Duration = Duration::from_secs(120);
/// How long a line may take in virtual time: longer than a Deployment waits for progress.
const LIMIT: Duration = Duration::from_secs(1200);
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
    simulation: Simulation,
}

impl Embedded {
    fn run(&mut self, line: &str) -> Answer {
        let machine = &mut self.simulation.world_mut().machine;
        let [input, output, errors] = [(); 3].map(|()| machine.open_channel());
        machine.end_input(input);
        let stdio = Stdio { stdin: Endpoint::Tty(input), stdout: Endpoint::Tty(output), stderr: Endpoint::Tty(errors) };
        let argv = ["bash", "-c", line].map(str::to_owned).into();
        let start = Start { argv, env: environment("/home/student"), cwd: "/home/student".to_owned(), stdio, credentials: podarium_workstation::credentials() };
        let pid = machine.start(start).expect("the workstation has a shell");
        let end = self.simulation.now() + LIMIT;
        let code = loop {
            if let Some(status) = self.simulation.world_mut().machine.take_exit(pid) {
                break status.code;
            }
            match self.simulation.next_at() {
                Some(next) if next <= end => self.simulation.advance(next),
                _ => break -1,
            }
        };
        let machine = &mut self.simulation.world_mut().machine;
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
        let mut steps = 0;
        let done = run_with(&mut command, Duration::from_secs(240), || {
            // Who waits long waits for minutes.
            steps += 1;
            self.step(Duration::from_millis(if steps > 40 { 5000 } else { 500 }));
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

/// A difference, or nothing where there is none.
fn compare(normal: &Normal, line: &str, wanted: &Answer, found: &Answer) -> Option<String> {
    let sorted = |text: &str| {
        let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
        lines.sort_unstable();
        lines.concat()
    };
    let difference = |of: &dyn Fn(&str) -> String| {
        let [wanted_out, wanted_err, found_out, found_err] = [&wanted.stdout, &wanted.stderr, &found.stdout, &found.stderr].map(|text| of(text));
        normal.difference((wanted.code, &wanted_out, &wanted_err), (found.code, &found_out, &found_err))
    };
    if listed(UNORDERED).any(|unordered| is_one_of(line, unordered)) { difference(&sorted) } else { difference(&str::to_owned) }
}

/// Whether a line is the one that a list has, or one of those that it has as `A … B`.
fn is_one_of(line: &str, known: &str) -> bool {
    match known.split_once(" … ") {
        Some((start, end)) => line.strip_prefix(start).is_some_and(|rest| rest.contains(end)),
        None => line == known,
    }
}

/// The lines of a list, without its remarks.
fn listed(list: &str) -> impl Iterator<Item = &str> {
    list.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// The two clusters, which begin as the same one, with the same files and the same kubeconfig but for what leads there.
fn clusters(kubectl: &std::path::Path) -> (Embedded, Real, Normal) {
    let mut player = Player::new(podarium_host::load(SCENARIO).expect("the scenario"), Some(1), Audience::Nobody);
    player.step_by(AGE);
    let mut embedded = Embedded { simulation: player.simulation().clone() };
    let served = Served::play("parity", player, Speed::Times(0.0));
    let home = served.folder().join("home");
    std::fs::create_dir_all(home.join(".kube")).expect("a folder");
    for file in std::fs::read_dir(FILES).expect("files").flatten() {
        let name = file.file_name().into_string().expect("a plain name");
        let text = std::fs::read_to_string(file.path()).expect("a text");
        std::fs::write(home.join(&name), &text).expect("a file");
        embedded.simulation.world_mut().put_file(&name, &text, false);
    }
    let config = std::fs::read_to_string(served.kubeconfig()).expect("a kubeconfig").replace("    user: admin\n", "    namespace: shop\n    user: admin\n");
    std::fs::write(home.join(".kube/config"), &config).expect("a file");
    let own = config.replace(&format!("https://{}", served.address), podarium_workstation::API_SERVER).replace(&served.setting("token"), podarium_workstation::TOKEN);
    embedded.simulation.world_mut().put_file(".kube/config", &own, false);
    let client = clock::Client { address: served.address, token: served.setting("token") };
    let folder = kubectl.parent().expect("a folder").to_string_lossy().into_owned();
    let normal = Normal::new(&[home.to_str().expect("a plain path"), &client.token, podarium_workstation::TOKEN]);
    let real = Real { served, client, path: format!("{folder}:/usr/local/bin:/usr/bin:/bin") };
    meet(&mut embedded, &real);
    (embedded, real, normal)
}

/// Both go on to the same moment.
fn meet(embedded: &mut Embedded, real: &Real) {
    let clock = real.step(Duration::ZERO);
    let meeting = meeting(clock, embedded.simulation.now());
    std::thread::scope(|scope| {
        scope.spawn(|| real.step(meeting - clock));
        embedded.simulation.advance(meeting);
    });
}

/// Whether a line changes nothing.
fn reads(line: &str) -> bool {
    let words = ["get", "describe", "logs", "events", "top", "rollout status", "rollout history", "explain", "api-resources", "auth can-i"];
    words.iter().any(|word| line.starts_with(&format!("{word} ")))
}

/// Runs a line on both sides, and brings their clocks together again. What differs, if anything does.
fn ask(embedded: &mut Embedded, real: &Real, normal: &Normal, line: &str, show: bool) -> Option<String> {
    let start = Instant::now();
    let (found, own, wanted, theirs) = std::thread::scope(|scope| {
        let wanted = scope.spawn(|| (real.run(&shell_line(line)), start.elapsed()));
        let (found, own) = (embedded.run(&shell_line(line)), start.elapsed());
        let (wanted, theirs) = wanted.join().expect("the real kubectl is run");
        (found, own, wanted, theirs)
    });
    let difference = compare(normal, line, &wanted, &found);
    meet(embedded, real);
    if show {
        let mark = if difference.is_some() { "###" } else { "  =" };
        println!("{mark} {line} ({} and {} of {} ms)\n{}", own.as_millis(), theirs.as_millis(), start.elapsed().as_millis(), difference.as_deref().unwrap_or_default());
    }
    difference
}

/// All lines once: how many are equal, and which differ how.
fn pass<'l>(kubectl: &std::path::Path, files: &[&'l str], only: &str) -> (usize, Vec<(&'l str, String)>) {
    let has_section = |lines: &str| lines.lines().any(|line| line.strip_prefix("# --- ").is_some_and(|section| section.contains(only)));
    let waiting = Mutex::new(files.iter().copied().filter(|lines| has_section(lines)));
    let work = || {
        let (mut equal, mut different) = (0, Vec::new());
        // What is locked ends with the statement: the other takes its next file meanwhile.
        while let Some(lines) = { waiting.lock().expect("no panic").next() } {
            let (more, differ) = pass_file(kubectl, lines, only);
            equal += more;
            different.extend(differ);
        }
        (equal, different)
    };
    // A real kubectl waits for its server most of the time, so two keep two cores busy.
    let (equal, different) = std::thread::scope(|scope| {
        let other = scope.spawn(work);
        let (mut equal, mut different) = work();
        let (more, differ) = other.join().expect("the lines are run");
        equal += more;
        different.extend(differ);
        (equal, different)
    });
    println!("{equal} equal, {} different", different.len());
    (equal, different)
}

/// The lines of a file, on clusters of their own.
fn pass_file<'l>(kubectl: &std::path::Path, lines: &'l str, only: &str) -> (usize, Vec<(&'l str, String)>) {
    let (mut embedded, real, normal) = clusters(kubectl);
    let show = std::env::var("PARITY").is_ok();
    let (mut equal, mut different, mut section) = (0, Vec::new(), "");
    for line in lines.lines().filter(|line| !line.is_empty()) {
        section = line.strip_prefix("# --- ").unwrap_or(section);
        if line.starts_with('#') || !section.contains(only) {
            continue;
        }
        if let Some(seconds) = line.strip_prefix("~ ") {
            let pause = Duration::from_secs(seconds.parse().expect("seconds"));
            let until = embedded.simulation.now() + pause;
            embedded.simulation.advance(until);
            real.step(pause);
            continue;
        }
        let mut difference = ask(&mut embedded, &real, &normal, line, show);
        // The real kubectl takes its time, so what changes by the second may have changed in between; it is asked again.
        for _ in 0..if reads(line) { 2 } else { 0 } {
            if difference.is_some() {
                difference = ask(&mut embedded, &real, &normal, line, show);
            }
        }
        match difference {
            None => equal += 1,
            Some(difference) => different.push((line, difference)),
        }
    }
    (equal, different)
}

#[test]
fn the_embedded_kubectl_answers_as_the_real_one() {
    let Some(kubectl) = support::kubectl() else { return };
    if support::on_path("curl").is_none() {
        eprintln!("skipped: no curl");
        return;
    }
    let only = std::env::var("PARITY_SECTION").unwrap_or_default();
    let other = std::env::var("PARITY_LINES").ok().map(|path| std::fs::read_to_string(path).expect("a file of lines"));
    let (equal, different) = match &other {
        Some(lines) => pass(&kubectl, &[lines], &only),
        None => pass(&kubectl, LINES, &only),
    };
    if !only.is_empty() || other.is_some() {
        return;
    }
    let is_listed = |line: &str| listed(DIFFERENT).any(|known| known.trim_start_matches("? ") == line);
    let mut unlisted: Vec<(&str, String)> = different.iter().filter(|(line, _)| !is_listed(line)).cloned().collect();
    if !unlisted.is_empty() {
        // What differs because of the moment at which a busy computer asked does not differ every time.
        println!("once more because of {:?}", unlisted.iter().map(|(line, _)| line).collect::<Vec<_>>());
        let files: Vec<&str> = LINES.iter().copied().filter(|lines| unlisted.iter().any(|(line, _)| lines.lines().any(|known| known == *line))).collect();
        let again = pass(&kubectl, &files, &only).1;
        unlisted.retain(|(line, _)| again.iter().any(|(other, _)| other == line));
    }
    let told: Vec<String> = unlisted.iter().map(|(line, difference)| format!("{line}\n{difference}")).collect();
    assert!(told.is_empty(), "{} lines differ and are not listed:\n{}", told.len(), told.join("\n"));
    let mended: Vec<&str> = listed(DIFFERENT).filter(|known| !known.starts_with("? ") && different.iter().all(|(line, _)| line != known)).collect();
    assert!(mended.is_empty(), "these are listed and do not differ any more:\n{}", mended.join("\n"));
    assert!(equal >= 400, "too few lines are equal: {equal}");
}
