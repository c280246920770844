//! Programs for Node: what they print, what they answer, how they fail.
#![expect(clippy::disallowed_methods, reason = "the programs are files")]

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_machine::{Answered, HttpRequest, Machine, Pid, Signal, Stdio, TtyId, install_everyday_programs, install_programs};
use podarium_sim::{Stream, Time};

fn machine() -> Machine {
    let mut machine = Machine::new("web-0", Stream::new(1, "web-0"));
    install_everyday_programs(&mut machine);
    assert!(install_programs(&mut machine, &["node"]).is_empty());
    machine.set_next_pid(100);
    machine.files.mkdir_all("/app", Time::ZERO).unwrap();
    machine
}

fn start(machine: &mut Machine, source: &str) -> (Pid, TtyId) {
    machine.files.write("/app/server.js", source, 0o644, Time::ZERO).unwrap();
    let tty = machine.open_channel();
    let pid = machine.spawn(&["node", "server.js"], BTreeMap::from([("PATH".to_owned(), "/usr/bin".to_owned())]), "/app", Stdio::all(tty)).unwrap();
    (pid, tty)
}

/// Runs a program to its end, and gives what it printed and its exit code.
fn run(source: &str) -> (String, i32) {
    let mut machine = machine();
    let (pid, tty) = start(&mut machine, source);
    let mut now = Time::ZERO;
    for _ in 0..1000 {
        machine.run(now);
        if let Some(exit) = machine.take_exit(pid) {
            return (String::from_utf8(machine.take_output(tty)).unwrap(), exit.code);
        }
        now = machine.next_wake().expect("the program goes on");
    }
    panic!("it does not end: {}", String::from_utf8_lossy(&machine.take_output(tty)));
}

/// `tests/node/*.js` were run with Node 22.14.0, whose output lies beside them.
#[test]
fn programs_print_what_they_print_in_node() {
    let folder = std::path::Path::new("tests/node");
    let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|it| it == "js")).collect();
    names.sort();
    let mut wrong = Vec::new();
    for path in &names {
        let wanted = std::fs::read_to_string(path.with_extension("out")).unwrap();
        let (printed, code) = run(&std::fs::read_to_string(path).unwrap());
        let got = format!("{printed}exit {code}\n");
        if got != wanted {
            let difference = got.lines().zip(wanted.lines()).find(|(got, wanted)| got != wanted);
            wrong.push(format!("{}: {difference:?}\n{got}", path.display()));
        }
    }
    assert!(names.len() >= 30, "{}", names.len());
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), names.len(), wrong.join("\n"));
}

const HELLO: &str = "var http = require('http');
var handleRequest = function(request, response) {
  console.log('Received request for URL: ' + request.url);
  response.writeHead(200);
  response.end('Hello World!');
};
var www = http.createServer(handleRequest);
www.listen(8080);
";

#[test]
fn a_server_answers_and_ends_with_a_signal() {
    let mut machine = machine();
    let (pid, tty) = start(&mut machine, HELLO);
    machine.run(Time::ZERO);
    assert!(!machine.listens(8080), "starting takes a while");
    machine.run(Time::from_secs(1));
    let id = machine.deliver(8080, HttpRequest::get("http://localhost:8080/a?b=1")).expect("it listens");
    let mut copy = machine.clone();
    for machine in [&mut machine, &mut copy] {
        machine.run(Time::from_secs(1));
        let answers = machine.take_answers();
        let [(of, Answered::Response(response))] = answers.as_slice() else { panic!("{answers:?}") };
        assert_eq!((*of, response.status, response.body.as_slice()), (id, 200, b"Hello World!".as_slice()));
        assert_eq!(response.header("date"), Some("Thu, 01 Jan 2026 08:00:01 GMT"));
        assert_eq!(response.header("transfer-encoding"), Some("chunked"));
        assert_eq!(machine.take_output(tty), b"Received request for URL: /a?b=1\n");
    }
    machine.kill(pid, Signal::Terminate).unwrap();
    machine.run(Time::from_secs(2));
    assert_eq!(machine.take_exit(pid).map(|exit| exit.code), Some(143));
}

#[test]
fn bodies_signals_and_timers_reach_a_program() {
    let source = "
const http = require('http');
const server = http.createServer((req, res) => {
  let body = '';
  req.on('data', (piece) => { body += piece; });
  req.on('end', () => {
    res.setHeader('Content-Type', 'application/json');
    res.statusCode = req.method === 'POST' ? 201 : 200;
    res.end(JSON.stringify({ got: body, type: req.headers['content-type'] }));
  });
});
server.listen(process.env.PORT || 3000, () => console.log('listening on', server.address().port));
let ticks = 0;
const timer = setInterval(() => { if (++ticks === 3) { clearInterval(timer); console.log('three'); } }, 1000);
process.on('SIGTERM', () => { console.log('bye'); server.close(() => process.exit(3)); });
";
    let mut machine = machine();
    let (pid, tty) = start(&mut machine, source);
    for second in 0..5 {
        machine.run(Time::from_secs(second));
        machine.run(Time::from_secs(second) + Duration::from_millis(500));
    }
    machine.deliver(3000, HttpRequest::new("POST", "/x").header("Content-Type", "text/plain").body("abc")).expect("it listens");
    machine.run(Time::from_secs(6));
    let answers = machine.take_answers();
    let [(_, Answered::Response(response))] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!((response.status, String::from_utf8_lossy(&response.body).as_ref()), (201, r#"{"got":"abc","type":"text/plain"}"#));
    assert_eq!(response.header("content-length"), Some("33"));
    machine.kill(pid, Signal::Terminate).unwrap();
    machine.run(Time::from_secs(7));
    assert_eq!(machine.take_exit(pid).map(|exit| exit.code), Some(3));
    assert_eq!(String::from_utf8_lossy(&machine.take_output(tty)), "listening on 3000\nthree\nbye\n");
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let mut machine = machine();
    start(&mut machine, HELLO);
    machine.run(Time::from_secs(0));
    machine.run(Time::from_secs(1));
    let (pid, tty) = start(&mut machine, HELLO);
    machine.run(Time::from_secs(1));
    machine.run(Time::from_secs(2));
    assert_eq!(machine.take_exit(pid).map(|exit| exit.code), Some(1));
    let text = String::from_utf8_lossy(&machine.take_output(tty)).into_owned();
    let start = "node:events:496\n      throw er; // Unhandled 'error' event\n      ^\n\nError: listen EADDRINUSE: address already in use :::8080\n";
    assert!(text.starts_with(start), "{text}");
    assert!(text.contains("    at Server.listen (node:net:2099:7)\n    at Object.<anonymous> (/app/server.js:8:5)\n"), "{text}");
}

#[test]
fn what_is_not_simulated_says_so_with_its_line() {
    for (source, wanted) in [
        ("let x = 1;\nasync function f() {}\n", "/app/server.js:2\npodarium: not simulated: node: async functions\n"),
        ("\nrequire('crypto');\n", "/app/server.js:2: podarium: not simulated: node: require('crypto')\n"),
        ("while (true) {}\n", "/app/server.js:0: podarium: not simulated: node: a program that computes for that long without a pause\n"),
        ("const f = () => f();\nf();\n", "/app/server.js:1: podarium: not simulated: node: calls that are nested that deep (a function that calls itself for ever?)\n"),
    ] {
        assert_eq!(run(source), (wanted.to_owned(), 1), "{source}");
    }
}

#[test]
fn an_old_node_speaks_in_its_own_words() {
    let mut machine = machine();
    machine.files.mkdir_all("/usr/local/include/node", Time::ZERO).unwrap();
    let header = "#define NODE_MAJOR_VERSION 6\n#define NODE_MINOR_VERSION 9\n#define NODE_PATCH_VERSION 2\n";
    machine.files.write("/usr/local/include/node/node_version.h", header, 0o644, Time::ZERO).unwrap();
    let (pid, tty) = start(&mut machine, "var x;\nx.y;\n");
    machine.run(Time::ZERO);
    machine.run(Time::from_secs(1));
    assert_eq!(machine.take_exit(pid).map(|exit| exit.code), Some(1));
    let text = String::from_utf8_lossy(&machine.take_output(tty)).into_owned();
    let wanted = "/app/server.js:2\nx.y;\n ^\n\nTypeError: Cannot read property 'y' of undefined\n    at Object.<anonymous> (/app/server.js:2:2)\n    at Module._compile (module.js:570:32)\n";
    assert!(text.starts_with(wanted), "{text}");
}
