//! Programs about the network, the processes and the packages of a machine, as an embedder's network answers them.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_machine::{
    Credentials, HttpEvent, HttpRequest, HttpResponse, LookupAnswer, Machine, NetError, Outgoing, Record, RecordData, RecordType, RequestReader, Start, Stdio, write_response,
    Volume, VolumeId, install_busybox, install_everyday_programs, install_programs,
};
use podarium_sim::{Stream, Time};

fn machine() -> Machine {
    let mut machine = Machine::new("web-0", Stream::new(1, "web-0"));
    install_everyday_programs(&mut machine);
    machine
}

fn busybox() -> Machine {
    let mut machine = Machine::new("box", Stream::new(1, "box"));
    install_busybox(&mut machine);
    machine
}

/// Two services and an outside name.
fn answer(name: &str, record: RecordType) -> LookupAnswer {
    let a = |name: &str, address: [u8; 4]| Record { name: name.to_owned(), ttl_seconds: 30, data: RecordData::A(address.into()) };
    match (name, record) {
        ("web.shop.svc.cluster.local.", RecordType::A) => LookupAnswer::Records(vec![a(name, [10, 96, 0, 7])]),
        ("db.data.svc.cluster.local.", RecordType::A) => LookupAnswer::Records(vec![a(name, [10, 1, 0, 4]), a(name, [10, 1, 0, 5])]),
        ("web.shop.svc.cluster.local." | "db.data.svc.cluster.local." | "example.com.", RecordType::Aaaa | RecordType::Mx) => LookupAnswer::Records(Vec::new()),
        ("_http._tcp.web.shop.svc.cluster.local.", RecordType::Srv) => LookupAnswer::Records(vec![Record {
            name: name.to_owned(),
            ttl_seconds: 30,
            data: RecordData::Srv { priority: 0, weight: 100, port: 80, target: "web.shop.svc.cluster.local.".to_owned() },
        }]),
        ("7.0.96.10.in-addr.arpa.", RecordType::Ptr) => LookupAnswer::Records(vec![Record {
            name: name.to_owned(),
            ttl_seconds: 30,
            data: RecordData::Ptr("web.shop.svc.cluster.local.".to_owned()),
        }]),
        ("example.com.", RecordType::A) => LookupAnswer::Records(vec![a(name, [93, 184, 216, 34])]),
        ("silent.", _) => LookupAnswer::TimedOut,
        _ => LookupAnswer::NxDomain,
    }
}

/// Only 10.96.0.7, also by its name, answers on port 80; 10.9.9.9 swallows everything.
fn network(request: &HttpRequest) -> HttpEvent {
    let host = request.url.split_once("://").map_or("", |(_, rest)| rest).split(['/', ':']).next().unwrap_or_default();
    let is_web = matches!(host, "10.96.0.7" | "web");
    match (request.method.as_str(), request.url.as_str()) {
        (_, url) if url.contains("10.9.9.9") => HttpEvent::Failed(NetError::TimedOut),
        ("ECHO", _) if is_web => HttpEvent::Response(HttpResponse::new(64, "")),
        ("CONNECT", "tcp://web:80" | "tcp://10.96.0.7:80") if is_web => HttpEvent::Head { status: 200, headers: Vec::new() },
        ("GET", _) if is_web => HttpEvent::Response(HttpResponse::new(200, "hello\n").with_header("Server", "test")),
        _ => HttpEvent::Failed(NetError::ConnectionRefused),
    }
}

fn run(machine: &mut Machine, line: &str, credentials: Credentials) -> (String, i32) {
    machine.files.write("/etc/resolv.conf", "nameserver 10.96.0.10\nsearch shop.svc.cluster.local svc.cluster.local cluster.local\noptions ndots:5\n", 0o644, Time::ZERO).unwrap();
    machine.files.write("/etc/hosts", "127.0.0.1\tlocalhost\n10.1.0.9\tweb-0\n", 0o644, Time::ZERO).unwrap();
    let channel = machine.open_channel();
    machine.end_input(channel);
    let argv = ["sh", "-c", line].map(str::to_owned).into();
    let start = Start { argv, env: BTreeMap::new(), cwd: "/tmp".to_owned(), stdio: Stdio::all(channel), credentials };
    let pid = machine.start(start).unwrap();
    machine.run(machine.now());
    while machine.is_running(pid) {
        let outgoing = machine.take_outgoing();
        if !outgoing.is_empty() {
            // An answer takes a millisecond.
            machine.run(machine.now() + Duration::from_millis(1));
        }
        for outgoing in outgoing {
            match outgoing {
                Outgoing::Request { id, request, .. } => machine.http_reply(id, network(&request)),
                Outgoing::Lookup { id, name, record, .. } => machine.lookup_reply(id, answer(&name, record)),
                // A server that reads HTTP and closes the connection after one answer.
                Outgoing::Data { id, bytes } => {
                    let mut reader = RequestReader::default();
                    reader.push(&bytes);
                    let response = match reader.next_request() {
                        Ok(Some(_)) => HttpResponse::new(200, "hello\n").with_header("Server", "test"),
                        _ => HttpResponse::new(400, ""),
                    };
                    machine.http_reply(id, HttpEvent::Chunk(write_response(&response, "GET", false)));
                    machine.http_reply(id, HttpEvent::End);
                }
                _ => {}
            }
        }
        let next = machine.next_wake().unwrap_or(machine.now());
        machine.run(next);
    }
    let code = machine.take_exit(pid).map_or(-1, |exit| exit.code);
    (String::from_utf8_lossy(&machine.take_output(channel)).into_owned(), code)
}

fn check(machine: &mut Machine, table: &[(&str, &str, i32)]) {
    for (line, output, status) in table {
        assert_eq!(run(machine, line, Credentials::default()), ((*output).to_owned(), *status), "{line}");
    }
}

#[test]
fn names_are_looked_up_through_the_search_domains() {
    let head = "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10#53\n\n";
    check(&mut machine(), &[
        ("nslookup web", &format!("{head}Name:\tweb.shop.svc.cluster.local\nAddress: 10.96.0.7\n\n"), 0),
        ("nslookup db.data", &format!("{head}Name:\tdb.data.svc.cluster.local\nAddress: 10.1.0.4\nName:\tdb.data.svc.cluster.local\nAddress: 10.1.0.5\n\n"), 0),
        ("nslookup nope", &format!("{head}** server can't find nope: NXDOMAIN\n\n"), 1),
        ("nslookup example.com", &format!("{head}Non-authoritative answer:\nName:\texample.com\nAddress: 93.184.216.34\n\n"), 0),
        ("nslookup 10.96.0.7", &format!("{head}7.0.96.10.in-addr.arpa\tname = web.shop.svc.cluster.local.\n\n"), 0),
        ("nslookup -type=SRV _http._tcp.web", &format!("{head}_http._tcp.web.shop.svc.cluster.local\tservice = 0 100 80 web.shop.svc.cluster.local.\n\n"), 0),
        ("host web", "web.shop.svc.cluster.local has address 10.96.0.7\n", 0),
        ("host -t A web", "web.shop.svc.cluster.local has address 10.96.0.7\n", 0),
        ("host nope", "Host nope not found: 3(NXDOMAIN)\n", 1),
        ("dig +short web.shop.svc.cluster.local", "10.96.0.7\n", 0),
        ("dig +short web", "", 0),
        ("dig +short +search web", "10.96.0.7\n", 0),
        ("dig +noall +answer SRV _http._tcp.web.shop.svc.cluster.local", "_http._tcp.web.shop.svc.cluster.local. 30\tIN\tSRV\t0 100 80 web.shop.svc.cluster.local.\n", 0),
        ("getent hosts web", "10.96.0.7       web.shop.svc.cluster.local\n", 0),
        ("getent hosts web-0", "10.1.0.9        web-0\n", 0),
        ("getent hosts nope; echo $?", "2\n", 0),
        ("getent passwd root; getent group 0", "root:x:0:0:root:/root:/bin/bash\nroot:x:0:\n", 0),
    ]);
}

#[test]
fn ports_and_hosts_answer_or_not() {
    check(&mut machine(), &[
        ("nc -zv web 80", "Connection to web (10.96.0.7) 80 port [tcp/http] succeeded!\n", 0),
        ("nc -zv 10.96.0.7 80", "Connection to 10.96.0.7 80 port [tcp/http] succeeded!\n", 0),
        ("nc -zv web 81", "nc: connect to web (10.96.0.7) port 81 (tcp) failed: Connection refused\n", 1),
        ("nc -z web 80", "", 0),
        ("nc -zv -w 2 10.9.9.9 80", "nc: connect to 10.9.9.9 port 80 (tcp) timed out: Operation now in progress\n", 1),
        ("nc -zv nope 80", "nc: getaddrinfo for host \"nope\" port 80: Name or service not known\n", 1),
        ("printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc web 80", "HTTP/1.1 200 OK\r\nServer: test\r\nContent-Length: 6\r\n\r\nhello\n", 0),
        ("echo PING | nc web 80", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", 0),
        ("ping -c 2 web", "PING web (10.96.0.7) 56(84) bytes of data.\n64 bytes from 10.96.0.7: icmp_seq=1 ttl=64 time=1.00 ms\n64 bytes from 10.96.0.7: icmp_seq=2 ttl=64 time=1.00 ms\n\n--- web ping statistics ---\n2 packets transmitted, 2 received, 0% packet loss, time 1001ms\nrtt min/avg/max/mdev = 1.000/1.000/1.000/0.000 ms\n", 0),
        ("ping -c 1 nope", "ping: nope: Name or service not known\n", 2),
    ]);
}

#[test]
fn pages_are_fetched_into_files() {
    let head = "--2026-01-01 08:00:01--  http://web/\nResolving web (web)... 10.96.0.7\nConnecting to web (web)|10.96.0.7|:80... ";
    check(&mut machine(), &[
        ("cd /tmp; wget -q web; cat index.html; wget -q web; ls", "hello\nindex.html\nindex.html.1\n", 0),
        ("wget -t 2 10.9.9.9; echo $?", "--2026-01-01 08:00:00--  http://10.9.9.9/\nConnecting to 10.9.9.9:80... failed: Connection timed out.\nRetrying.\n\n--2026-01-01 08:00:01--  (try: 2)  http://10.9.9.9/\nConnecting to 10.9.9.9:80... failed: Connection timed out.\nGiving up.\n\n4\n", 0),
        ("wget nope; echo $?", "--2026-01-01 08:00:01--  http://nope/\nResolving nope (nope)... failed: Name or service not known.\nwget: unable to resolve host address ‘nope’\n4\n", 0),
        ("wget -q nope; echo $?", "4\n", 0),
        ("wget -O /tmp/page web 2>&1 | head -5", &format!("{head}connected.\nHTTP request sent, awaiting response... 200 OK\nLength: 6\n"), 0),
        ("wget -O /tmp/page web 2>&1 | tail -5 | sed 's/[0-9.]* [KM]*B.s/RATE/; s/[0-9.]*[KM]*=.*/R/'", "\n     0K                                                       100% R\n\n2026-01-01 08:00:01 (RATE) - ‘/tmp/page’ saved [6/6]\n\n", 0),
    ]);
}

#[test]
fn busybox_says_it_in_its_own_words() {
    let head = "Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n";
    check(&mut busybox(), &[
        ("foo", "sh: foo: not found\n", 127),
        ("cd /nope", "sh: cd: line 1: can't cd to /nope: No such file or directory\n", 1),
        ("cat /nope", "cat: can't open '/nope': No such file or directory\n", 1),
        ("ls /nope", "ls: /nope: No such file or directory\n", 1),
        ("rm /nope", "rm: can't remove '/nope': No such file or directory\n", 1),
        ("mkdir /tmp", "mkdir: can't create directory '/tmp': File exists\n", 1),
        ("cp /nope x", "cp: can't stat '/nope': No such file or directory\n", 1),
        ("mv /nope x", "mv: can't rename '/nope': No such file or directory\n", 1),
        ("touch /nope/x", "touch: /nope/x: No such file or directory\n", 1),
        ("nc -zv web 80", "web (10.96.0.7:80) open\n", 0),
        ("ping -c 1 nope", "ping: bad address 'nope'\n", 1),
        ("ping -c 1 web", "PING web (10.96.0.7): 56 data bytes\n64 bytes from 10.96.0.7: seq=0 ttl=64 time=1.000 ms\n\n--- web ping statistics ---\n1 packets transmitted, 1 packets received, 0% packet loss\nround-trip min/avg/max = 1.000/1.000/1.000 ms\n", 0),
        ("nslookup web.shop.svc.cluster.local", &format!("{head}Name:\tweb.shop.svc.cluster.local\nAddress: 10.96.0.7\n\n\n"), 0),
        ("wget -qO- http://web/", "hello\n", 0),
        ("wget -O- web", "Connecting to web (10.96.0.7:80)\nwriting to stdout\nhello\n-                    100% |********************************|     6  0:00:00 ETA\nwritten to stdout\n", 0),
        ("wget --spider http://web/", "Connecting to web (10.96.0.7:80)\nremote file exists\n", 0),
        ("wget nope", "wget: bad address 'nope'\n", 1),
        ("wget -O- 10.9.9.9", "Connecting to 10.9.9.9 (10.9.9.9:80)\nwget: can't connect to remote host (10.9.9.9): Connection timed out\n", 1),
        ("wget -T 3 -qO- 10.9.9.9", "wget: download timed out\n", 1),
        ("which bash; echo $?", "1\n", 0),
    ]);
    let (output, _) = run(&mut busybox(), "ps", Credentials::default());
    assert_eq!(output, "PID   USER     TIME  COMMAND\n    1 root      0:00 ps\n");
}

#[test]
fn a_web_server_of_files() {
    let mut machine = machine();
    machine.files.mkdir("/srv", Time::ZERO).unwrap();
    machine.files.write("/srv/index.txt", "hi\n", 0o644, Time::ZERO).unwrap();
    let (out, err) = (machine.open_channel(), machine.open_channel());
    let stdio = Stdio { stdin: podarium_machine::Endpoint::Null, stdout: podarium_machine::Endpoint::Tty(out), stderr: podarium_machine::Endpoint::Tty(err) };
    let argv = ["python3", "-u", "-m", "http.server", "8080", "-d", "/srv"].map(str::to_owned).into();
    machine.start(Start { argv, env: BTreeMap::new(), cwd: "/".to_owned(), stdio, credentials: Credentials::default() }).unwrap();
    machine.run(Time::ZERO);
    assert_eq!(machine.take_output(out), b"Serving HTTP on 0.0.0.0 port 8080 (http://0.0.0.0:8080/) ...\n");
    let mut ask = |method: &str, path: &str| {
        let request = HttpRequest { from: "10.1.0.2".to_owned(), ..HttpRequest::new(method, format!("http://web:8080{path}")) };
        machine.deliver(8080, request).unwrap();
        machine.run(Time::ZERO);
        let answers = machine.take_answers();
        let [(_, podarium_machine::Answered::Response(response))] = answers.as_slice() else { panic!("{answers:?}") };
        (response.status, String::from_utf8(response.body.clone()).unwrap(), String::from_utf8(machine.take_output(err)).unwrap())
    };
    let listing = "<!DOCTYPE HTML>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Directory listing for /</title>\n</head>\n<body>\n<h1>Directory listing for /</h1>\n<hr>\n<ul>\n<li><a href=\"index.txt\">index.txt</a></li>\n</ul>\n<hr>\n</body>\n</html>\n";
    assert_eq!(ask("GET", "/"), (200, listing.to_owned(), "10.1.0.2 - - [01/Jan/2026 08:00:00] \"GET / HTTP/1.1\" 200 -\n".to_owned()));
    assert_eq!(ask("GET", "/index.txt").1, "hi\n");
    let (status, body, log) = ask("GET", "/../nope");
    assert!(status == 404 && body.contains("<p>Error code: 404</p>"), "{body}");
    assert_eq!(log, "10.1.0.2 - - [01/Jan/2026 08:00:00] code 404, message File not found\n10.1.0.2 - - [01/Jan/2026 08:00:00] \"GET /../nope HTTP/1.1\" 404 -\n");
}

#[test]
fn processes_are_listed() {
    let mut machine = machine();
    let channel = machine.open_channel();
    let argv = ["sleep", "1000"].map(str::to_owned).into();
    machine.start(Start { argv, env: BTreeMap::new(), cwd: "/".to_owned(), stdio: Stdio::all(channel), credentials: Credentials::user(1000, 1000) }).unwrap();
    machine.run(Time::ZERO);
    for (line, output) in [
        ("ps -ef", "UID          PID    PPID  C STIME TTY          TIME CMD\n1000           1       0  0 08:00 ?        00:00:00 sleep 1000\nroot           2       0  0 08:00 ?        00:00:00 ps -ef\n"),
        ("ps -o pid,comm,user -p 1", "    PID COMMAND         USER\n      1 sleep           1000\n"),
        ("ps -eo args= | head -1", "sleep 1000\n"),
        ("pgrep -a sleep", "1 sleep 1000\n"),
        ("pidof sleep", "1\n"),
        ("ps aux | head -2 | tail -1", "1000           1  0.0  0.0   2048  1024 ?        Ss   08:00   0:00 sleep 1000\n"),
    ] {
        let (got, _) = run(&mut machine.clone(), line, Credentials::default());
        if line.contains("aux") || line == "ps -ef" {
            // How busy the machine is in its first millisecond is nobody's business.
            let plain = |text: &str| text.split_whitespace().filter(|word| !word.contains('.') && word.len() != 2).map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(plain(&got), plain(output), "{line}: {got}");
            continue;
        }
        assert_eq!(got, output, "{line}");
    }
    let (top, _) = run(&mut machine, "top -b -n1 | sed -n '2p;7p'", Credentials::default());
    assert!(top.starts_with("Tasks:   4 total,"), "{top}");
    assert!(top.ends_with("    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n"), "{top}");
}

#[test]
fn memory_and_disks_are_shown() {
    let mut machine = machine();
    machine.files.set_volume(VolumeId(1), Volume::in_memory().with_capacity(Some(1 << 20)));
    machine.files.mount("/cache", VolumeId(1), None, false).unwrap();
    machine.files.set_overlay(false);
    check(&mut machine, &[
        ("head -c 524288 /dev/zero > /cache/x; df /cache", "Filesystem     1K-blocks  Used Available Use% Mounted on\ntmpfs               1024   512       512  50% /cache\n", 0),
        ("df -h /cache | tail -1", "tmpfs           1.0M  512K  512K  50% /cache\n", 0),
        ("mount | grep cache", "tmpfs on /cache type tmpfs (rw,relatime,size=1024k)\n", 0),
        ("head -c 1048577 /dev/zero > /cache/y", "head: write error: No space left on device\n", 1),
        ("dd if=/dev/zero of=/cache/z bs=1M count=2 status=none", "dd: error writing '/cache/z': No space left on device\n", 1),
        ("dd if=/dev/zero of=/cache/z bs=1024 count=1000 2>&1 | head -3; stat -c %s /cache/z", "dd: error writing '/cache/z': No space left on device\n513+0 records in\n512+0 records out\n524288\n", 0),
        ("dd if=/dev/zero of=/dev/full count=1 2>&1 | head -3", "dd: error writing '/dev/full': No space left on device\n1+0 records in\n0+0 records out\n", 0),
        ("stat -c %h /", "1\n", 0),
        ("free -b | sed -n 2p | tr -s ' ' | cut -d' ' -f1,2", "Mem: 8589934592\n", 0),
        ("echo a > /dev/full", "sh: 1: echo: echo: I/O error\n", 1),
        ("nproc", "4\n", 0),
    ]);
}

#[test]
fn what_a_process_has_open_is_opened_by_its_number() {
    check(&mut machine(), &[
        ("echo one > /proc/self/fd/1; echo two > /proc/$$/fd/1; p=$$; sh -c \"echo three > /proc/$p/fd/1\"", "one\ntwo\nthree\n", 0),
        ("echo no > /proc/self/fd/77", "sh: 1: cannot create /proc/self/fd/77: Directory nonexistent\n", 2),
    ]);
}

#[test]
fn a_zombie_has_its_name_alone() {
    let line = "sh -c 'sleep 0 & exec sleep 9' & sleep 1; ps -o args | grep '^\\['";
    let mut machine = machine();
    assert_eq!(run(&mut machine.clone(), &line.replace("-o", "-e -o"), Credentials::default()).0, "[sleep] <defunct>\n");
    machine.set_busybox(true);
    assert_eq!(run(&mut machine, line, Credentials::default()).0, "[sleep]\n");
}

#[test]
fn packages_bring_programs() {
    let mut machine = Machine::new("debian", Stream::new(1, "debian"));
    assert_eq!(install_programs(&mut machine, &["sh", "apt-get", "echo", "cat", "mkdir", "nonsense"]), ["nonsense"]);
    check(&mut machine, &[
        ("curl -s http://web/", "sh: 1: curl: not found\n", 127),
        ("apt-get install -y curl", "Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\nE: Unable to locate package curl\n", 100),
        ("apt-get update", "podarium: packages come from the simulator; no server is asked\nReading package lists... Done\n", 0),
        ("apt-get install -y -q curl", "Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\nSetting up curl ...\n", 0),
        ("curl -s http://web/", "hello\n", 0),
        ("apt-get install nginx", "Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\npodarium: not simulated: the package nginx\n", 100),
    ]);
    let user = Credentials::user(1000, 1000);
    assert_eq!(run(&mut machine, "apt-get update", user).1, 100);
}

#[test]
fn nothing_endless_fills_the_real_memory() {
    let (output, status) = run(&mut machine(), "tail /dev/zero", Credentials::default());
    assert_eq!((output.as_str(), status), ("", 137));
}
