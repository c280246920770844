//! nginx against what a real one (1.22.1) said to the same configurations and requests.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use imbl::Vector;
use podarium_machine::{Answered, HttpEvent, HttpResponse, NetError, Outgoing};
use podarium_sim::Time;

use super::super::{Computer, Disks, Ended, Exec, ExecEvent, ImageCatalog, LogLine, Output, PodVolume, ProcessNamespaces, Spawned, Storage, Taken};
use crate::network::{Asked, Ip, Peer};

struct Container {
    computer: Computer,
    volumes: BTreeMap<Arc<str>, PodVolume>,
    disks: Disks,
    now: Time,
    log: Vec<String>,
    ended: Option<Ended>,
    out: Output,
}

fn peer() -> Peer {
    Peer { ip: Ip(u32::from_be_bytes([10, 244, 0, 1])), port: 40_000 }
}

impl Container {
    /// One whose server is configured so.
    fn with(tag: &str, server: &str) -> Self {
        Container::of(tag, &[("/etc/nginx/conf.d/default.conf", server)], &["nginx", "-g", "daemon off;"])
    }

    fn of(tag: &str, files: &[(&str, &str)], args: &[&str]) -> Self {
        let catalog = ImageCatalog::standard();
        let image = catalog.get(&format!("nginx:{tag}")).unwrap().clone();
        let now = Time::from_secs(10);
        let mut spawned = Spawned::plain(now);
        spawned.command = args.iter().map(|word| (*word).to_owned()).collect();
        spawned.files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        spawned.cpus = 1;
        let (mut volumes, mut disks) = (BTreeMap::new(), Disks::default());
        let mut processes = ProcessNamespaces::default();
        let mut storage = Storage { pod: &mut volumes, disks: &mut disks, processes: &mut processes };
        let computer = catalog.start(&image, spawned, &mut storage).unwrap();
        let mut container = Container { computer, volumes, disks, now, log: Vec::new(), ended: None, out: Output::default() };
        container.pass(Duration::from_millis(100));
        container
    }

    fn storage<'a>(volumes: &'a mut BTreeMap<Arc<str>, PodVolume>, disks: &'a mut Disks, processes: &'a mut ProcessNamespaces) -> Storage<'a> {
        Storage { pod: volumes, disks, processes }
    }

    fn run(&mut self) {
        let mut out = Output::default();
        self.computer.run(self.now, &mut Self::storage(&mut self.volumes, &mut self.disks, &mut ProcessNamespaces::default()), &mut out);
        self.log.extend(out.lines.iter().map(|line| line.text.to_string()));
        self.ended = self.ended.or(out.ended);
        self.out.answers.append(&mut out.answers);
        self.out.outgoing.append(&mut out.outgoing);
        self.out.execs.append(&mut out.execs);
    }

    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.computer.next_at().filter(|at| *at <= end && self.ended.is_none()) {
            self.now = self.now.max(at);
            self.run();
        }
        self.now = end;
    }

    fn ask(&mut self, asked: Asked) -> HttpResponse {
        match self.try_ask(asked) {
            Some(response) => response,
            None => panic!("no answer; the log says {:#?}", self.log),
        }
    }

    fn try_ask(&mut self, asked: Asked) -> Option<HttpResponse> {
        let mut log: Vector<LogLine> = Vector::new();
        let port = if asked.tls { 443 } else { 80 };
        let taken = self.computer.take(port, &Arc::new(asked), peer(), self.now, &mut Self::storage(&mut self.volumes, &mut self.disks, &mut ProcessNamespaces::default()), &mut log);
        self.log.extend(log.iter().map(|line| line.text.to_string()));
        let id = match taken {
            Taken::Answer { answered, .. } => return Some(HttpResponse { status: answered.status, headers: answered.headers.clone(), body: answered.body.clone() }),
            Taken::Later(id) => id,
            _ => return None,
        };
        self.run();
        let place = self.out.answers.iter().position(|(of, _)| *of == id)?;
        match self.out.answers.remove(place).1 {
            Answered::Response(response) => Some(response),
            _ => None,
        }
    }

    fn get(&mut self, path: &str) -> (u16, String) {
        let response = self.ask(Asked::get("web", path));
        (response.status, String::from_utf8_lossy(&response.body).into_owned())
    }

    fn exec(&mut self, command: &[&str]) -> (i32, String) {
        let exec = Exec { command: command.iter().map(|word| (*word).to_owned()).collect(), ..Exec::default() };
        let id = self.computer.exec(&exec, self.now, &mut Self::storage(&mut self.volumes, &mut self.disks, &mut ProcessNamespaces::default())).unwrap();
        self.run();
        let mut text = String::new();
        let mut code = -1;
        for (of, event) in std::mem::take(&mut self.out.execs) {
            match event {
                ExecEvent::Stdout(bytes) | ExecEvent::Stderr(bytes) if of == id => text.push_str(&String::from_utf8_lossy(&bytes)),
                ExecEvent::Ended(ended) if of == id => code = ended,
                _ => {}
            }
        }
        (code, text)
    }
}

/// What it says about a configuration when it starts, without time and process.
fn complaint(http: &str) -> String {
    let main = format!("pid /tmp/p; events {{}} http {{ {http} }}\n");
    let container = Container::of("1.22", &[("/etc/nginx/nginx.conf", &main)], &["nginx", "-g", "daemon off;"]);
    let line = container.log.iter().find(|line| line.starts_with("nginx: [emerg]")).cloned().unwrap_or_else(|| format!("{:?}", container.log));
    line.trim_start_matches("nginx: [emerg] ").replace("/etc/nginx/nginx.conf", "F")
}

#[test]
fn mistakes_are_named_in_nginxs_words() {
    let of_server = |server: &str| complaint(&format!("server {{ {server} }}"));
    let cases = [
        ("listen 8080 ", "unexpected \"}\" in F:1"),
        ("lisen 8080;", "unknown directive \"lisen\" in F:1"),
        ("listen 8081; location / { proxy_pass 127.0.0.1; }", "invalid URL prefix in F:1"),
        ("listen 8081 ssl;", "no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive in F:1"),
        ("listen 8081 ssl; ssl_certificate /nope.pem; ssl_certificate_key /nope.key;", "cannot load certificate \"/nope.pem\": BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory:calling fopen(/nope.pem, r) error:10000080:BIO routines::no such file)"),
        ("listen 8081; root;", "invalid number of arguments in \"root\" directive in F:1"),
        ("listen 8081; root a b;", "invalid number of arguments in \"root\" directive in F:1"),
        ("listen 8081; root /a; root /b;", "\"root\" directive is duplicate in F:1"),
        ("listen 99999;", "invalid port in \"99999\" of the \"listen\" directive in F:1"),
        ("listen abc:8081;", "host not found in \"abc:8081\" of the \"listen\" directive in F:1"),
        ("listen 8081; location / {} location / {}", "duplicate location \"/\" in F:1"),
        ("listen 8081; location ~ \"[\" {}", "pcre2_compile() failed: missing terminating ] for character class in \"[\" in F:1"),
        ("listen 8081; location ^ / {}", "invalid location modifier \"^\" in F:1"),
        ("listen 8081; proxy_pass http://127.0.0.1;", "\"proxy_pass\" directive is not allowed here in F:1"),
        ("listen 8081; return 200 \"$nope\";", "unknown \"nope\" variable"),
        ("listen 8081; error_page 404;", "invalid number of arguments in \"error_page\" directive in F:1"),
        ("listen 8081; if ($a = 1) { return 200; }", "unknown \"a\" variable"),
        ("listen 8081; rewrite ^/a;", "invalid number of arguments in \"rewrite\" directive in F:1"),
        ("listen 8081; autoindex maybe;", "invalid value \"maybe\" in \"autoindex\" directive, it must be \"on\" or \"off\" in F:1"),
        ("listen 8081; client_max_body_size x;", "\"client_max_body_size\" directive invalid value in F:1"),
        ("listen 8081; keepalive_timeout x;", "\"keepalive_timeout\" directive invalid value in F:1"),
        ("listen 8081; location / { try_files $uri; }", "invalid number of arguments in \"try_files\" directive in F:1"),
        ("listen 8081; location / { alias /a; root /b; }", "\"root\" directive is duplicate, \"alias\" directive was specified earlier in F:1"),
    ];
    for (server, expected) in cases {
        assert_eq!(of_server(server), expected, "{server}");
    }
    let cases = [
        ("server { listen 8080; ", "unexpected end of file, expecting \"}\" in F:2"),
        ("server { listen 8081; location / { return 200 \"x }  }", "unexpected end of file, expecting \";\" or \"}\" in F:2"),
        ("include /nope/x.conf;", "open() \"/nope/x.conf\" failed (2: No such file or directory) in F:1"),
        ("upstream a { } server { listen 8081; }", "no servers are inside upstream in F:1"),
        ("server { listen 8081 default_server; } server { listen 8081 default_server; }", "a duplicate default server for 0.0.0.0:8081 in F:1"),
        ("log_format main \"$remote_addr\"; access_log /tmp/x.log nope;", "unknown log format \"nope\" in F:1"),
    ];
    for (http, expected) in cases {
        assert_eq!(complaint(http), expected, "{http}");
    }
}

#[test]
fn a_name_that_nobody_knows_ends_it_before_it_begins() {
    let mut container = Container::with("1.27", "upstream hello { server hello.default.svc.cluster.local; }\nserver { listen 80; location / { proxy_pass http://hello; } }\n");
    let asked = container.out.outgoing.iter().filter(|outgoing| matches!(outgoing, Outgoing::Lookup { .. })).count();
    assert_eq!((asked, container.ended), (1, None), "it waits for the name server");
    let Some(Outgoing::Lookup { id, .. }) = container.out.outgoing.pop() else { panic!("a look-up") };
    container.computer.lookup_reply(id, podarium_machine::LookupAnswer::NxDomain);
    container.pass(Duration::from_secs(1));
    assert_eq!(container.ended, Some(Ended::code(1)));
    let last: Vec<&String> = container.log.iter().rev().take(2).collect();
    let text = "host not found in upstream \"hello.default.svc.cluster.local\" in /etc/nginx/conf.d/default.conf:1";
    assert_eq!(last[0], &format!("nginx: [emerg] {text}"));
    assert!(last[1].ends_with(&format!(" [emerg] 1#1: {text}")), "{}", last[1]);
}

const SITE: &str = r#"
upstream dead { server 127.0.0.1:1; }
upstream two { server 10.0.0.1:80; server 10.0.0.2:80 weight=2; }
map $http_x_color $card { default blue; ~*^o orange; }
server {
    listen 80; root /srv; autoindex off;
    location /dead { proxy_pass http://dead; }
    location /two/ { proxy_pass http://two/inner/; proxy_set_header X-Real-IP $remote_addr; }
    location /list/ { autoindex on; alias /srv/sub/; }
    location /ret { return 200 "hello\n"; }
    location /r2 { return 301 /x; }
    location = /exact { add_header X-A b; return 404; }
    location /den { deny all; }
    location /loop { rewrite ^ /loop2 last; }
    location /loop2 { rewrite ^ /loop last; }
    location /card { return 200 "$card $uri$is_args$args"; }
    location ~ ^/user/(?<name>\w+)$ { return 200 "I am $name, $1"; }
    location ^~ /user/static { return 200 static; }
    location /try { try_files $uri $uri/ /file; }
    location /named { try_files $uri @other; }
    location @other { return 200 "other $uri"; }
    location /old { rewrite ^/old/(.*)$ /file?was=$1 break; }
    location /if { if ($arg_a = 1) { return 200 one; } return 200 else; }
    error_page 403 /denied.html;
    location = /denied.html { internal; return 403 "no\n"; }
}
server { listen 80; server_name other.example *.wild.example; location / { return 200 "$host on $server_name"; } }
"#;

fn site() -> Container {
    let files = [("/etc/nginx/conf.d/default.conf", SITE), ("/srv/sub/a.txt", "hi\n"), ("/srv/sub/index.html", "idx\n"), ("/srv/file", "data\n"), ("/srv/empty/x/y", "")];
    Container::of("1.22", &files, &["nginx", "-g", "daemon off;"])
}

fn page(title: &str) -> String {
    format!("<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n")
}

#[test]
fn requests_find_their_way() {
    let mut site = site();
    let cases = [
        ("/none", 404, page("404 Not Found")),
        ("/", 403, "no\n".to_owned()),
        ("/sub", 301, page("301 Moved Permanently")),
        ("/sub/", 200, "idx\n".to_owned()),
        ("/file", 200, "data\n".to_owned()),
        ("/list/a.txt", 200, "hi\n".to_owned()),
        ("/list/", 200, "idx\n".to_owned()),
        ("/ret", 200, "hello\n".to_owned()),
        ("/r2", 301, page("301 Moved Permanently")),
        ("/exact", 404, page("404 Not Found")),
        ("/den", 403, "no\n".to_owned()),
        ("/loop", 500, page("500 Internal Server Error")),
        ("/card?a=b", 200, "blue /card?a=b".to_owned()),
        ("/user/ann", 200, "I am ann, ann".to_owned()),
        ("/user/static", 200, "static".to_owned()),
        ("/try", 200, "data\n".to_owned()),
        ("/named", 200, "other /named".to_owned()),
        ("/old/x", 200, "data\n".to_owned()),
        ("/if?a=1", 200, "one".to_owned()),
        ("/if", 200, "else".to_owned()),
        ("/denied.html", 404, page("404 Not Found")),
        ("/%2e%2e/%2e%2e/x", 400, page("400 Bad Request")),
    ];
    for (path, status, body) in cases {
        assert_eq!(site.get(path), (status, body), "{path}");
    }
    let orange = Asked { headers: vec![("X-Color".to_owned(), "Orange".to_owned())], ..Asked::get("web", "/card") };
    assert_eq!(site.ask(orange).body, b"orange /card");
    for (host, body) in [("other.example", "other.example on other.example"), ("a.wild.example", "a.wild.example on other.example"), ("x", "")] {
        let response = site.ask(Asked::get(host, "/anything"));
        assert_eq!(response.status == 200, !body.is_empty(), "{host}");
        if !body.is_empty() {
            assert_eq!(String::from_utf8_lossy(&response.body), body);
        }
    }
}

#[test]
fn headers_come_in_nginxs_order() {
    let mut site = site();
    let names = |response: &HttpResponse| response.headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>().join(" ");
    let file = site.ask(Asked::get("web", "/file"));
    assert_eq!(names(&file), "Server Date Content-Type Content-Length Last-Modified Connection ETag Accept-Ranges");
    assert_eq!(file.header("Server"), Some("nginx/1.22.1"));
    let away = site.ask(Asked::get("web", "/sub?a=b"));
    assert_eq!((names(&away).as_str(), away.header("Location")), ("Server Date Content-Type Content-Length Location Connection", Some("http://web/sub/?a=b")));
    let exact = site.ask(Asked::get("web", "/exact"));
    assert_eq!(exact.header("X-A"), None, "add_header is for good answers");
    let known = Asked { headers: vec![("If-None-Match".to_owned(), file.header("ETag").unwrap().to_owned())], ..Asked::get("web", "/file") };
    let same = site.ask(known);
    assert_eq!((same.status, names(&same).as_str()), (304, "Server Date Last-Modified Connection ETag"));
    let posted = site.ask(Asked { method: "POST".to_owned(), body: b"xx".to_vec(), ..Asked::get("web", "/file") });
    assert_eq!((posted.status, posted.body), (405, page("405 Not Allowed").into_bytes()));
}

#[test]
fn logs_say_what_a_real_one_says() {
    let mut site = site();
    site.log.clear();
    let asked = Asked { headers: vec![("User-Agent".to_owned(), "curl/8".to_owned())], ..Asked::get("web", "/none") };
    site.ask(asked);
    assert_eq!(site.log.len(), 2, "{:#?}", site.log);
    assert!(site.log[0].ends_with("*1 open() \"/srv/none\" failed (2: No such file or directory), client: 10.244.0.1, server: , request: \"GET /none HTTP/1.1\", host: \"web\""), "{}", site.log[0]);
    assert_eq!(site.log[1], "10.244.0.1 - - [01/Jan/1970:00:00:10 +0000] \"GET /none HTTP/1.1\" 404 153 \"-\" \"curl/8\" \"-\"");
}

#[test]
fn an_upstream_is_asked_in_turn_and_its_failures_are_told() {
    let mut site = site();
    let mut chosen = Vec::new();
    for _ in 0..3 {
        assert!(site.try_ask(Asked::get("web", "/two/x?y=1")).is_none(), "it asks somebody else first");
        let Some(Outgoing::Request { id, request, .. }) = site.out.outgoing.pop() else { panic!("a request") };
        assert_eq!((request.header_value("host"), request.header_value("x-real-ip"), request.header_value("connection")), (Some("two"), Some("10.244.0.1"), Some("close")));
        chosen.push(request.url);
        site.computer.http_reply(id, HttpEvent::Response(HttpResponse::new(200, "inner")));
        site.run();
        assert!(matches!(&site.out.answers.pop(), Some((_, Answered::Response(response))) if response.body == b"inner"));
    }
    assert_eq!(chosen, ["http://10.0.0.2:80/inner/x?y=1", "http://10.0.0.1:80/inner/x?y=1", "http://10.0.0.2:80/inner/x?y=1"]);
    site.log.clear();
    assert!(site.try_ask(Asked::get("web", "/dead")).is_none());
    let Some(Outgoing::Request { id, .. }) = site.out.outgoing.pop() else { panic!("a request") };
    site.computer.http_reply(id, HttpEvent::Failed(NetError::ConnectionRefused));
    site.run();
    let Some((_, Answered::Response(response))) = site.out.answers.pop() else { panic!("an answer") };
    assert_eq!((response.status, response.body), (502, page("502 Bad Gateway").into_bytes()));
    assert!(site.log[0].ends_with("*4 connect() failed (111: Connection refused) while connecting to upstream, client: 10.244.0.1, server: , request: \"GET /dead HTTP/1.1\", upstream: \"http://127.0.0.1:1/dead\", host: \"web\""), "{}", site.log[0]);
}

#[test]
fn it_is_tested_reloaded_and_stopped_by_itself() {
    let mut site = site();
    let (code, text) = site.exec(&["nginx", "-t"]);
    assert_eq!((code, text.as_str()), (0, "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n"));
    assert_eq!(site.exec(&["nginx", "-v"]), (0, "nginx version: nginx/1.22.1\n".to_owned()));
    assert_eq!(site.exec(&["sh", "-c", "echo 'server { listen 80; return 200 new; }' > /etc/nginx/conf.d/default.conf; nginx -s reload"]).0, 0);
    site.pass(Duration::from_millis(50));
    assert_eq!(site.get("/anything"), (200, "new".to_owned()));
    site.exec(&["sh", "-c", "echo 'server { lisen 80; }' > /etc/nginx/conf.d/default.conf"]);
    let (code, text) = site.exec(&["nginx", "-t"]);
    assert!(code == 1 && text.ends_with("nginx: [emerg] unknown directive \"lisen\" in /etc/nginx/conf.d/default.conf:1\nnginx: configuration file /etc/nginx/nginx.conf test failed\n"), "{text}");
    let (code, text) = site.exec(&["nginx", "-s", "reload"]);
    assert!(code == 1 && text.contains("unknown directive"), "{text}");
    assert_eq!(site.get("/anything"), (200, "new".to_owned()), "the old one goes on");
    site.exec(&["sh", "-c", "echo 'server { listen 80; }' > /etc/nginx/conf.d/default.conf; nginx -s quit"]);
    site.pass(Duration::from_millis(50));
    assert_eq!(site.ended, Some(Ended::code(0)));
    assert!(site.log.iter().any(|line| line.ends_with("1#1: signal 3 (SIGQUIT) received, shutting down")), "{:#?}", site.log);
    assert!(site.log.last().unwrap().ends_with("1#1: exit"));
}

/// A played one and a real one cannot be told apart.
#[test]
fn what_is_played_is_what_runs() {
    let mut played = Container::of("1.27", &[], &[]);
    let mut real = Container::of("1.27", &[], &["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"]);
    for container in [&mut played, &mut real] {
        container.pass(Duration::from_secs(1));
    }
    assert_eq!(played.log, real.log);
    for path in ["/", "/index.html", "/none", "/50x.html"] {
        let of = |container: &mut Container| {
            let response = container.ask(Asked { headers: vec![("User-Agent".to_owned(), "curl/8".to_owned())], ..Asked::get("web", path) });
            (response.status, response.body)
        };
        let (played, real) = (of(&mut played), of(&mut real));
        assert_eq!((played.0, String::from_utf8_lossy(&played.1)), (real.0, String::from_utf8_lossy(&real.1)), "{path}");
    }
    let after = |log: &[String]| log.iter().filter(|line| line.contains("\"GET ")).filter(|line| !line.contains("[error]")).cloned().collect::<Vec<_>>();
    assert_eq!(after(&played.log), after(&real.log));
    // The image has no `ps`.
    let listed = "for it in /proc/[0-9]*; do tr '\\0' ' ' < $it/cmdline; echo; done";
    assert_eq!(played.exec(&["sh", "-c", listed]).1.lines().filter(|line| line.contains("nginx:")).count(), 2);
    assert_eq!(played.exec(&["cat", "/etc/nginx/conf.d/default.conf"]), real.exec(&["cat", "/etc/nginx/conf.d/default.conf"]));
    assert_eq!(played.exec(&["sh", "-c", "ls -d /proc/[0-9]* | head -n 2"]), real.exec(&["sh", "-c", "ls -d /proc/[0-9]* | head -n 2"]));
    assert_eq!(played.exec(&["sh", "-c", "ps"]).0, 127);
    assert_eq!(played.get("/").1.len(), 615);
    assert_eq!(played.exec(&["nginx", "-s", "quit"]).0, 0);
    played.pass(Duration::from_millis(100));
    assert_eq!(played.ended, Some(Ended::code(0)));
}

#[test]
fn who_may_not_write_gets_nowhere() {
    let catalog = ImageCatalog::standard();
    let image = catalog.get("nginx:1.27").unwrap().clone();
    let mut spawned = Spawned::plain(Time::from_secs(10));
    spawned.credentials = podarium_machine::Credentials::user(1000, 1000);
    let (mut volumes, mut disks) = (BTreeMap::new(), Disks::default());
    let computer = catalog.start(&image, spawned, &mut Storage { pod: &mut volumes, disks: &mut disks, processes: &mut ProcessNamespaces::default() }).unwrap();
    let mut container = Container { computer, volumes, disks, now: Time::from_secs(10), log: Vec::new(), ended: None, out: Output::default() };
    container.pass(Duration::from_secs(1));
    assert_eq!(container.ended, Some(Ended::code(1)), "{:#?}", container.log);
    assert!(container.log.iter().any(|line| line == "nginx: [emerg] mkdir() \"/var/cache/nginx/client_temp\" failed (13: Permission denied)"), "{:#?}", container.log);
    assert!(container.log.iter().any(|line| line == "nginx: [warn] the \"user\" directive makes sense only if the master process runs with super-user privileges, ignored in /etc/nginx/nginx.conf:2"), "{:#?}", container.log);
}
