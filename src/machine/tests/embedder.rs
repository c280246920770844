//! The machine as a container's runtime uses it: users, volumes, servers, look-ups, limits.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use podarium_machine::{
    Answered, Credentials, Endpoint, Hardware, HttpRequest, HttpResponse, LookupAnswer, Machine, Outgoing, Pid, Process, ProcessState,
    Record, RecordData, RecordType, Signal, Start, StartError, Stdio, Suspend, TtyId, Volume, VolumeId, install_everyday_programs,
};
use podarium_sim::{Stream, Time};

fn machine() -> Machine {
    let mut machine = Machine::new("web-0", Stream::new(1, "web-0"));
    install_everyday_programs(&mut machine);
    machine
}

fn start(machine: &mut Machine, argv: &[&str], credentials: Credentials) -> Result<(Pid, TtyId), StartError> {
    let channel = machine.open_channel();
    machine.end_input(channel);
    let argv = argv.iter().map(|word| (*word).to_owned()).collect();
    let start = Start { argv, env: BTreeMap::new(), cwd: "/".to_owned(), stdio: Stdio::all(channel), credentials };
    Ok((machine.start(start)?, channel))
}

/// Runs a script to its end as a user: output and status.
fn script(machine: &mut Machine, line: &str, credentials: Credentials) -> (String, i32) {
    let (pid, channel) = start(machine, &["bash", "-c", line], credentials).unwrap();
    machine.run(machine.now());
    while let Some(wake) = machine.next_wake().filter(|_| machine.is_running(pid)) {
        machine.run(wake);
    }
    let code = machine.take_exit(pid).map_or(-1, |exit| exit.code);
    (String::from_utf8_lossy(&machine.take_output(channel)).into_owned(), code)
}

#[test]
fn what_cannot_be_started_says_why() {
    let mut machine = machine();
    machine.files.write("/app", "#!/bin/sh\n", 0o644, Time::ZERO).unwrap();
    machine.files.write("/script", "#!/opt/interpreter\n", 0o755, Time::ZERO).unwrap();
    machine.files.write("/data", [0x7f, 0xff, 0xfe], 0o755, Time::ZERO).unwrap();
    machine.files.write("/secret", "#!/bin/sh\n", 0o700, Time::ZERO).unwrap();
    let user = Credentials::user(1000, 1000);
    for (argv, credentials, text) in [
        ("nope", Credentials::default(), "exec: \"nope\": executable file not found in $PATH"),
        ("/nope", Credentials::default(), "exec: \"/nope\": stat /nope: no such file or directory"),
        ("/etc", Credentials::default(), "exec: \"/etc\": is a directory"),
        ("/app", Credentials::default(), "exec: \"/app\": permission denied"),
        ("/secret", user.clone(), "exec: \"/secret\": permission denied"),
        ("/root/x", user, "exec: \"/root/x\": stat /root/x: permission denied"),
        ("/script", Credentials::default(), "exec /script: no such file or directory"),
        ("/data", Credentials::default(), "exec /data: exec format error"),
    ] {
        let error = start(&mut machine, &[argv], credentials).unwrap_err();
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn both_outputs_go_their_own_ways() {
    let mut machine = machine();
    let (out, err) = (machine.open_channel(), machine.open_channel());
    let stdio = Stdio { stdin: Endpoint::Null, stdout: Endpoint::Tty(out), stderr: Endpoint::Tty(err) };
    let argv = ["sh", "-c", "echo out; echo err >&2; cat"].map(str::to_owned).into();
    let start = Start { argv, env: BTreeMap::new(), cwd: "/srv/app".to_owned(), stdio, credentials: Credentials::default() };
    let pid = machine.start(start).unwrap();
    machine.run(Time::ZERO);
    assert_eq!((machine.take_output(out), machine.take_output(err)), (b"out\n".to_vec(), b"err\n".to_vec()));
    assert_eq!(machine.take_exit(pid).unwrap().code, 0);
    assert!(machine.files.stat("/srv/app", true).unwrap().is_dir());
    machine.close_terminal(out);
}

#[test]
fn programs_know_who_they_are() {
    let mut machine = machine();
    let nobody_knows = Credentials { groups: vec![2000], ..Credentials::user(1000, 3000) };
    for (line, output, status) in [
        ("id", "uid=1000 gid=3000 groups=3000,2000\n", 0),
        ("id -u; id -g; id -G", "1000\n3000\n3000 2000\n", 0),
        ("whoami", "whoami: cannot find name for user ID 1000\n", 1),
        ("echo $UID $EUID", "1000 1000\n", 0),
        ("touch /etc/x", "touch: cannot touch '/etc/x': Permission denied\n", 1),
        ("echo x > /etc/x", "bash: line 1: /etc/x: Permission denied\n", 1),
        ("ls /root", "ls: cannot open directory '/root': Permission denied\n", 2),
        ("cd /root", "bash: line 1: cd: /root: Permission denied\n", 1),
        ("cat /etc/shadow", "cat: /etc/shadow: Permission denied\n", 1),
        ("touch /tmp/a; chown 5 /tmp/a", "chown: changing ownership of '/tmp/a': Operation not permitted\n", 1),
        ("chgrp 2000 /tmp/a; ls -ln /tmp | tail -1 | cut -d' ' -f3,4", "1000 2000\n", 0),
        ("chmod 600 /etc/passwd", "chmod: changing permissions of '/etc/passwd': Operation not permitted\n", 1),
        ("rm -f /etc/passwd", "rm: cannot remove '/etc/passwd': Permission denied\n", 1),
        ("kill 1", "bash: line 1: kill: (1) - Operation not permitted\n", 1),
        ("[ -r /etc/shadow ] || echo no; [ -w /tmp ] && echo yes", "no\nyes\n", 0),
    ] {
        machine.files.write("/etc/shadow", "root:*:\n", 0o600, Time::ZERO).unwrap();
        if machine.processes().is_empty() {
            start(&mut machine, &["sleep", "infinity"], Credentials::default()).unwrap();
        }
        assert_eq!(script(&mut machine, line, nobody_knows.clone()), (output.to_owned(), status), "{line}");
    }
    assert_eq!(script(&mut machine, "id; whoami", Credentials::default()).0, "uid=0(root) gid=0(root) groups=0(root)\nroot\n");
}

#[test]
fn a_read_only_disk_and_volumes() {
    let mut machine = machine();
    machine.files.mount("/data", VolumeId(1), None, false).unwrap();
    machine.files.mount("/config", VolumeId(1), None, true).unwrap();
    machine.files.set_root_read_only(true);
    for (line, output, status) in [
        ("echo x > /x", "bash: line 1: /x: Read-only file system\n", 1),
        ("touch /etc/y", "touch: cannot touch '/etc/y': Read-only file system\n", 1),
        ("mkdir /new", "mkdir: cannot create directory '/new': Read-only file system\n", 1),
        ("echo one > /data/x && cat /config/x && echo > /dev/null", "one\n", 0),
        ("echo two > /config/x", "bash: line 1: /config/x: Read-only file system\n", 1),
        ("mkdir /data/d && mv /data/x /data/d && ls /config/d", "x\n", 0),
    ] {
        assert_eq!(script(&mut machine, line, Credentials::default()), (output.to_owned(), status), "{line}");
    }
    assert_eq!(machine.files.volume(VolumeId(1)).unwrap().read("/d/x").unwrap(), b"one\n");
}

#[test]
fn moving_to_another_file_system_copies() {
    let mut machine = machine();
    machine.files.mount("/data", VolumeId(1), None, false).unwrap();
    let line = "mkdir -p /tmp/d/e; echo hi > /tmp/d/e/f; chmod 640 /tmp/d/e/f; mv /tmp/d /data && ls /tmp; ls -l /data/d/e/f | cut -c1-10; cat /data/d/e/f";
    assert_eq!(script(&mut machine, line, Credentials::default()).0, "-rw-r-----\nhi\n");
}

/// Answers each request with its own path, after a second.
fn server(process: &mut Process<'_>) -> Result<i32, Suspend> {
    if let Err(error) = process.listen(80)? {
        process.eprint(&format!("listen: {error}\n"))?;
        return Ok(1);
    }
    process.repeat((), |process, ()| {
        let (id, request) = process.accept(80)?;
        process.sleep(Duration::from_secs(1))?;
        process.respond(id, HttpResponse::new(200, format!("{} {}", request.from, request.path())))?;
        Ok(ControlFlow::Continue(()))
    })
}

#[test]
fn a_server_answers_what_is_delivered() {
    let mut machine = machine();
    machine.install("server", server);
    assert_eq!(machine.deliver(80, HttpRequest::get("http://web/")), None);
    let (pid, _) = start(&mut machine, &["server"], Credentials::user(1000, 1000)).unwrap();
    machine.run(Time::ZERO);
    assert!(machine.listens(80) && !machine.listens(81));
    let request = HttpRequest { from: "10.0.0.9".to_owned(), ..HttpRequest::get("http://web/a?b=1") };
    let first = machine.deliver(80, request).unwrap();
    let second = machine.deliver(80, HttpRequest::get("http://web/")).unwrap();
    machine.run(Time::ZERO);
    let mut copy = machine.clone();
    for machine in [&mut machine, &mut copy] {
        machine.run(Time::from_secs(1));
        assert_eq!(machine.take_answers(), [(first, Answered::Response(HttpResponse::new(200, "10.0.0.9 /a?b=1")))]);
        machine.kill(pid, Signal::Kill).unwrap();
        machine.run(Time::from_secs(1));
        assert_eq!(machine.take_answers(), [(second, Answered::Reset)]);
        assert_eq!(machine.take_exit(pid).unwrap().code, 137);
        assert!(!machine.listens(80));
    }
}

#[test]
fn a_port_is_taken_once() {
    let mut machine = machine();
    machine.install("server", server);
    start(&mut machine, &["server"], Credentials::default()).unwrap();
    let (pid, channel) = start(&mut machine, &["server"], Credentials::default()).unwrap();
    machine.run(Time::ZERO);
    assert_eq!(machine.take_output(channel), b"listen: Address already in use\n");
    assert_eq!(machine.take_exit(pid).unwrap().code, 1);
}

fn resolve(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let answer = process.lookup(None, "web.shop.", RecordType::A)?;
    process.print(&format!("{answer:?}\n"))?;
    Ok(0)
}

#[test]
fn names_are_looked_up_outside() {
    let mut machine = machine();
    machine.install("resolve", resolve);
    let (_, channel) = start(&mut machine, &["resolve"], Credentials::default()).unwrap();
    machine.run(Time::ZERO);
    let outgoing = machine.take_outgoing();
    let [Outgoing::Lookup { id, server: None, name, record: RecordType::A, .. }] = outgoing.as_slice() else { panic!("{outgoing:?}") };
    assert_eq!(name, "web.shop.");
    let record = Record { name: name.clone(), ttl_seconds: 5, data: RecordData::A([10, 0, 0, 1].into()) };
    machine.lookup_reply(*id, LookupAnswer::Records(vec![record]));
    machine.run(Time::from_secs(1));
    assert!(String::from_utf8(machine.take_output(channel)).unwrap().contains("10.0.0.1"));
}

#[test]
fn a_busy_loop_is_a_cpu_and_a_quota_stretches_it() {
    let mut machine = machine();
    start(&mut machine, &["bash", "-c", "while true; do :; done"], Credentials::default()).unwrap();
    let used_in_ten_seconds = |machine: &mut Machine| {
        let (before, end) = (machine.cpu_time(), machine.now() + Duration::from_secs(10));
        machine.run(machine.now());
        while let Some(wake) = machine.next_wake().filter(|wake| *wake < end) {
            machine.run(wake);
        }
        machine.run(end);
        (machine.cpu_time() - before).as_millis()
    };
    let free = used_in_ten_seconds(&mut machine);
    assert!((9_900..10_100).contains(&free), "{free}");
    assert_eq!(machine.processes()[0].state, ProcessState::Running);
    machine.set_hardware(Hardware { cpu_limit_millis: Some(200), ..Hardware::default() });
    let limited = used_in_ten_seconds(&mut machine);
    assert!((1_950..2_050).contains(&limited), "{limited}");
}

fn hoard(process: &mut Process<'_>) -> Result<i32, Suspend> {
    process.repeat(1_u64, |process, megabytes| {
        *megabytes += 10;
        process.set_memory(*megabytes << 20)?;
        process.sleep(Duration::from_secs(1))?;
        Ok(ControlFlow::Continue(()))
    })
}

#[test]
fn too_much_memory_ends_everything() {
    let mut machine = machine();
    machine.install("hoard", hoard);
    machine.set_hardware(Hardware { memory_limit_bytes: Some(64 << 20), ..Hardware::default() });
    let (init, _) = start(&mut machine, &["sh", "-c", "hoard & sleep 1000"], Credentials::default()).unwrap();
    machine.run(Time::ZERO);
    assert!(!machine.take_out_of_memory() && machine.memory_bytes() >= 12 << 20);
    while let Some(wake) = machine.next_wake() {
        machine.run(wake);
    }
    assert!(machine.take_out_of_memory() && !machine.take_out_of_memory());
    assert_eq!(machine.take_exit(init).unwrap().code, 137);
    assert_eq!(machine.now(), Time::from_secs(6));
}

#[test]
fn a_stopped_process_waits_to_be_continued() {
    let mut machine = machine();
    machine.set_next_pid(10);
    let (pid, channel) = start(&mut machine, &["bash", "-c", "sleep 1; echo done"], Credentials::default()).unwrap();
    machine.run(Time::ZERO);
    machine.kill(pid, Signal::Stop).unwrap();
    machine.run(Time::from_secs(2));
    machine.run(Time::from_secs(3));
    assert_eq!((machine.take_output(channel), machine.processes()[0].state), (Vec::new(), ProcessState::Stopped));
    machine.kill(pid, Signal::Continue).unwrap();
    machine.run(Time::from_secs(4));
    assert_eq!(machine.take_output(channel), b"done\n");
}

#[test]
fn prototypes_are_cloned_and_named() {
    let prototype = machine();
    let mut names = Vec::new();
    for number in 0..2 {
        let mut machine = prototype.clone();
        machine.set_hostname(&format!("web-{number}"));
        machine.set_random(Stream::new(1, &format!("web-{number}")));
        machine.files.set_volume(VolumeId(7), Volume::in_memory());
        names.push(script(&mut machine, "hostname; cat /etc/hostname; echo $RANDOM", Credentials::default()).0);
    }
    assert!(names[0].starts_with("web-0\nweb-0\n") && names[1].starts_with("web-1\nweb-1\n"), "{names:?}");
    assert_ne!(names[0].lines().last(), names[1].lines().last());
    assert_eq!(prototype.hostname(), "web-0");
}

#[test]
fn the_kernel_shows_its_processes_as_files() {
    let mut machine = machine();
    machine.files.mount("/data", VolumeId(1), None, true).unwrap();
    let (output, _) = script(&mut machine, "cat /proc/$$/comm; cat /proc/self/comm; tr '\\0' ' ' < /proc/1/cmdline; echo; grep data /proc/mounts; cd /proc/self && ls -d comm; echo x > /proc/1/comm", Credentials::default());
    assert_eq!(
        output,
        "bash\ncat\nbash -c cat /proc/$$/comm; cat /proc/self/comm; tr '\\0' ' ' < /proc/1/cmdline; echo; grep data /proc/mounts; cd /proc/self && ls -d comm; echo x > /proc/1/comm \n/dev/vda1 /data ext4 ro,relatime 0 0\ncomm\nbash: line 1: /proc/1/comm: Read-only file system\n"
    );
}
