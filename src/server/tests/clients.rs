//! Other people's clients on a served cluster: forwarded ports over WebSocket and SPDY, older protocols, tokens and
//! certificates that the cluster gave out, many at once, rude ones, and the Python client where there is one.
#![expect(clippy::disallowed_methods, reason = "a test that starts a server and programs")]

mod support;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use podarium_host::Speed;
use support::{Served, kubectl, on_path, run_with};
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

const LIMIT: Duration = Duration::from_secs(90);

fn served(name: &str) -> Served {
    Served::start(name, "sandbox", Speed::Times(20.0))
}

fn command(served: &Served, kubectl: &PathBuf, arguments: &[&str]) -> Command {
    let mut command = Command::new(kubectl);
    command.arg("--kubeconfig").arg(served.kubeconfig()).args(arguments).env("HOME", served.folder());
    command
}

fn done(command: &mut Command) -> Output {
    run_with(command, LIMIT, || {}).expect("it ends in time")
}

fn good(served: &Served, kubectl: &PathBuf, arguments: &[&str]) -> String {
    let output = done(&mut command(served, kubectl, arguments));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "kubectl {}: {error}", arguments.join(" "));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A program that goes on, and is ended with the test.
struct Background(Child);

impl Drop for Background {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A request over a connection of its own, as a client writes it that is no library.
struct Plain {
    stream: StreamOwned<ClientConnection, TcpStream>,
}

impl Plain {
    fn connect(served: &Served) -> Plain {
        let authority = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, served.setting("certificate-authority-data")).expect("base64");
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(&authority).expect("a certificate")).expect("an authority");
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions").with_root_certificates(roots).with_no_client_auth();
        let name = ServerName::try_from("127.0.0.1").expect("a name");
        let connection = ClientConnection::new(Arc::new(config), name).expect("a connection");
        let socket = TcpStream::connect(served.address).expect("it listens");
        socket.set_read_timeout(Some(Duration::from_secs(30))).expect("a time limit");
        Plain { stream: StreamOwned::new(connection, socket) }
    }

    fn ask(&mut self, head: &str) {
        self.try_to_ask(head).expect("the request goes out");
    }

    fn try_to_ask(&mut self, head: &str) -> std::io::Result<()> {
        self.stream.write_all(format!("{head}\r\nHost: podarium\r\n\r\n").as_bytes())
    }

    /// Reads until this has come, or everything has.
    fn read_until(&mut self, wanted: &str) -> String {
        let mut text = Vec::new();
        let mut piece = [0; 8192];
        while !String::from_utf8_lossy(&text).contains(wanted) {
            match self.stream.read(&mut piece) {
                Ok(0) | Err(_) => break,
                Ok(count) => text.extend_from_slice(&piece[..count]),
            }
        }
        String::from_utf8_lossy(&text).into_owned()
    }
}

#[test]
fn ports_are_forwarded_over_websocket_and_over_spdy() {
    let Some(kubectl) = kubectl() else { return };
    let served = served("forward");
    good(&served, &kubectl, &["run", "web", "--image=nginx:1.27"]);
    good(&served, &kubectl, &["wait", "pod/web", "--for=condition=Ready", "--timeout=60s"]);
    for websockets in ["true", "false"] {
        let mut forward = command(&served, &kubectl, &["port-forward", "pod/web", ":80", ":81"]);
        forward.env("KUBECTL_PORT_FORWARD_WEBSOCKETS", websockets).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = Background(forward.spawn().expect("kubectl runs"));
        let mut lines = BufReader::new(running.0.stdout.take().expect("its output")).lines();
        let mut port_of = |port: &str| {
            let line = lines.by_ref().map(|line| line.expect("a line")).find(|line| line.starts_with("Forwarding from 127.0.0.1:") && line.ends_with(&format!("-> {port}"))).expect("it says where");
            line.split(':').nth(1).and_then(|rest| rest.split(' ').next()).expect("a port").parse::<u16>().expect("a number")
        };
        let (open, closed) = (port_of("80"), port_of("81"));
        for _ in 0..2 {
            let mut stream = TcpStream::connect(("127.0.0.1", open)).expect("kubectl listens");
            stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time limit");
            stream.write_all(b"GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n").expect("it takes the request");
            let mut answer = String::new();
            // The connection may be reset once everything has come.
            let _ = stream.read_to_string(&mut answer);
            assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.contains("Welcome to nginx!"), "websockets={websockets}: {answer:?}");
        }
        // Nobody listens on the other port, and kubectl is told so.
        let mut stream = TcpStream::connect(("127.0.0.1", closed)).expect("kubectl listens");
        stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time limit");
        stream.write_all(b"x").expect("it takes a byte");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.is_empty());
        let _ = running.0.kill();
        let mut said = String::new();
        running.0.stderr.take().expect("its errors").read_to_string(&mut said).expect("a text");
        assert!(said.contains("Connection refused") || said.contains("connection refused"), "websockets={websockets}: {said}");
    }
}

#[test]
fn commands_run_over_spdy_where_a_client_has_no_websockets() {
    let Some(kubectl) = kubectl() else { return };
    let served = served("spdy");
    good(&served, &kubectl, &["run", "box", "--image=busybox:1.36", "--command", "--", "sleep", "100000"]);
    good(&served, &kubectl, &["wait", "pod/box", "--for=condition=Ready", "--timeout=60s"]);
    let spdy = |arguments: &[&str]| {
        let mut command = command(&served, &kubectl, arguments);
        command.env("KUBECTL_REMOTE_COMMAND_WEBSOCKETS", "false");
        command
    };
    let failed = done(&mut spdy(&["exec", "box", "--", "sh", "-c", "echo out; echo err >&2; exit 3"]));
    assert_eq!(String::from_utf8_lossy(&failed.stdout), "out\n");
    assert_eq!(String::from_utf8_lossy(&failed.stderr), "err\ncommand terminated with exit code 3\n");
    assert_eq!(failed.status.code(), Some(3));
    let mut cat = spdy(&["exec", "-i", "box", "--", "cat"]);
    let mut cat = cat.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("kubectl runs");
    let typed = "x".repeat(100_000);
    let mut input = cat.stdin.take().expect("its input");
    let writer = std::thread::spawn({
        let typed = typed.clone();
        move || input.write_all(typed.as_bytes()).expect("it reads")
    });
    let echoed = cat.wait_with_output().expect("it ends");
    writer.join().expect("all was written");
    assert_eq!(String::from_utf8_lossy(&echoed.stdout).len(), typed.len(), "{}", String::from_utf8_lossy(&echoed.stderr));
    let missing = done(&mut spdy(&["exec", "box", "-c", "nope", "--", "ls"]));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("container nope is not valid for pod box"));
}

#[test]
fn a_real_terminal_edits_lines_and_starts_them_on_the_left() {
    let Some(kubectl) = kubectl() else { return };
    if on_path("script").is_none() {
        eprintln!("skipped: no script to make a terminal with");
        return;
    }
    let served = served("terminal");
    good(&served, &kubectl, &["run", "box", "--image=busybox:1.36", "--command", "--", "sleep", "100000"]);
    good(&served, &kubectl, &["wait", "pod/box", "--for=condition=Ready", "--timeout=60s"]);
    let line = format!("{} --kubeconfig {} exec -it box -- sh", kubectl.display(), served.kubeconfig().display());
    for websockets in ["true", "false"] {
        let mut terminal = Command::new("script");
        terminal.args(["-qec", &line, "/dev/null"]).env("HOME", served.folder()).env("KUBECTL_REMOTE_COMMAND_WEBSOCKETS", websockets);
        let mut running = Background(terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script runs"));
        let mut keys = running.0.stdin.take().expect("its keyboard");
        let mut screen = running.0.stdout.take().expect("its screen");
        let mut shown = Vec::new();
        let mut until = |wanted: &str| {
            let mut piece = [0; 1024];
            while !String::from_utf8_lossy(&shown).contains(wanted) {
                let count = screen.read(&mut piece).expect("it shows something");
                assert!(count > 0, "{wanted:?} does not come: {:?}", String::from_utf8_lossy(&shown));
                shown.extend_from_slice(&piece[..count]);
            }
        };
        until("# ");
        keys.write_all(b"echo abx\x7fc\r").expect("it takes keys");
        until("echo abx\x08 \x08c\r\nabc\r\n");
        // Ctrl-C ends what runs, and Ctrl-D the shell.
        keys.write_all(b"sleep 1000\r").expect("it takes keys");
        until("sleep 1000\r\n");
        std::thread::sleep(Duration::from_millis(300));
        keys.write_all(b"\x03").expect("it takes keys");
        until("^C\r\n");
        keys.write_all(b"exit 3\r").expect("it takes keys");
        until("command terminated with exit code 3");
    }
}

#[test]
fn tokens_and_certificates_of_the_cluster_open_it() {
    let Some(kubectl) = kubectl() else { return };
    let served = served("who");
    let server = format!("--server=https://{}", served.address);
    let strange = |arguments: &[&str]| {
        let mut command = Command::new(&kubectl);
        command.args(["--kubeconfig=/dev/null", "--insecure-skip-tls-verify", &server]).args(arguments).env("HOME", served.folder());
        let output = done(&mut command);
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let token = good(&served, &kubectl, &["create", "token", "default"]);
    let token = format!("--token={}", token.trim());
    let (code, _, said) = strange(&[&token, "get", "pods"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("User \"system:serviceaccount:default:default\" cannot list resource \"pods\""), "{said}");
    good(&served, &kubectl, &["create", "rolebinding", "reads", "--clusterrole=view", "--serviceaccount=default:default"]);
    assert_eq!(strange(&[&token, "get", "configmaps", "-o", "name"]).1, "configmap/kube-root-ca.crt\n");
    let (code, _, said) = strange(&["--token=wrong", "get", "pods"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("You must be logged in to the server"), "{said}");

    let mut nobody = Plain::connect(&served);
    nobody.ask("GET /version HTTP/1.1");
    assert!(nobody.read_until("}").starts_with("HTTP/1.1 200"), "everybody may ask for the version");
    nobody.ask("GET /api/v1/pods HTTP/1.1");
    let refused = nobody.read_until("403\n}");
    assert!(refused.starts_with("HTTP/1.1 403") && refused.contains("User \\\"system:anonymous\\\" cannot list"), "{refused}");

    if on_path("openssl").is_none() {
        eprintln!("skipped: no openssl to make a certificate request with");
        return;
    }
    let folder = served.folder().to_owned();
    let openssl = |arguments: &[&str]| {
        let output = Command::new("openssl").args(arguments).current_dir(&folder).output().expect("openssl runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    openssl(&["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "jane.key"]);
    openssl(&["req", "-new", "-key", "jane.key", "-subj", "/O=dev/CN=jane", "-out", "jane.csr"]);
    let request = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, std::fs::read(folder.join("jane.csr")).expect("a request"));
    let file = folder.join("csr.yaml");
    let text = format!(
        "apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata: {{name: jane}}\nspec:\n  signerName: kubernetes.io/kube-apiserver-client\n  usages: [client auth]\n  request: {request}\n"
    );
    std::fs::write(&file, text).expect("a file");
    good(&served, &kubectl, &["create", "-f", file.to_str().expect("a plain path")]);
    good(&served, &kubectl, &["certificate", "approve", "jane"]);
    good(&served, &kubectl, &["wait", "csr/jane", "--for=jsonpath={.status.certificate}", "--timeout=60s"]);
    let certificate = good(&served, &kubectl, &["get", "csr", "jane", "-o", "jsonpath={.status.certificate}"]);
    let certificate = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, certificate.trim()).expect("base64");
    std::fs::write(folder.join("jane.crt"), certificate).expect("a file");
    let path = |name: &str| folder.join(name).to_str().expect("a plain path").to_owned();
    let (crt, key) = (format!("--client-certificate={}", path("jane.crt")), format!("--client-key={}", path("jane.key")));
    let (_, who, said) = strange(&[&crt, &key, "auth", "whoami", "-o", "jsonpath={.status.userInfo.username} {.status.userInfo.groups[0]}"]);
    assert_eq!(who, "jane dev", "{said}");
    let (_, _, said) = strange(&[&crt, &key, "get", "nodes"]);
    assert!(said.contains("User \"jane\" cannot list resource \"nodes\""), "{said}");
    // A certificate that somebody else gave out opens nothing.
    openssl(&["req", "-x509", "-key", "jane.key", "-subj", "/O=system:masters/CN=admin", "-days", "1", "-out", "own.crt"]);
    let own = format!("--client-certificate={}", path("own.crt"));
    let (code, _, said) = strange(&[&own, &key, "get", "pods"]);
    assert!(code == Some(1) && said.contains("You must be logged in to the server"), "{said}");
}

#[test]
fn large_answers_are_compressed_and_small_ones_are_not() {
    let served = Served::start("gzip", "sandbox", Speed::Times(1.0));
    let authorized = format!("Authorization: Bearer {}", served.setting("token"));
    let head_of = |path: &str, encoding: &str| {
        let mut plain = Plain::connect(&served);
        plain.ask(&format!("GET {path} HTTP/1.1\r\n{authorized}\r\nAccept-Encoding: {encoding}"));
        let text = plain.read_until("\r\n\r\n");
        text.split("\r\n\r\n").next().unwrap_or_default().to_lowercase()
    };
    assert!(head_of("/openapi/v3/api/v1", "gzip").contains("content-encoding: gzip"));
    assert!(!head_of("/openapi/v3/api/v1", "identity").contains("content-encoding"));
    assert!(!head_of("/api/v1/nodes", "gzip").contains("content-encoding"));
}

#[test]
fn a_hundred_watchers_and_fifty_clients_come_at_once() {
    let served = Served::start("crowd", "sandbox", Speed::Times(1.0));
    let token = served.setting("token");
    let watch = format!("GET /api/v1/configmaps?watch=1 HTTP/1.1\r\nAuthorization: Bearer {token}");
    let mut watchers: Vec<Plain> = (0..100).map(|_| Plain::connect(&served)).collect();
    for watcher in &mut watchers {
        watcher.ask(&watch);
    }
    // One that never reads must hold up nobody.
    let mut silent = Plain::connect(&served);
    silent.ask(&watch);
    let began = Instant::now();
    let served = &served;
    std::thread::scope(|scope| {
        for client in 0..50 {
            let token = &token;
            scope.spawn(move || {
                let mut plain = Plain::connect(served);
                for number in 0..4 {
                    let body = format!("{{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{{\"name\":\"c-{client}-{number}\"}}}}");
                    plain.ask(&format!(
                        "POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nX-End: 1",
                        body.len()
                    ));
                    plain.stream.write_all(body.as_bytes()).expect("the body goes out");
                    let answer = plain.read_until(&format!("\"c-{client}-{number}\""));
                    assert!(answer.contains("201 Created"), "{answer}");
                }
            });
        }
    });
    println!("50 clients wrote 200 objects before 100 watchers in {:?}", began.elapsed());
    std::thread::scope(|scope| {
        for watcher in &mut watchers {
            scope.spawn(move || {
                let mut seen = String::new();
                while seen.matches("\"type\":\"ADDED\"").count() < 200 || !seen.contains("c-49-3") {
                    let more = watcher.read_until("\n");
                    assert!(!more.is_empty(), "the watch ended early");
                    seen.push_str(&more);
                }
            });
        }
    });
}

#[test]
fn rude_clients_are_stopped_and_others_go_on() {
    let served = Served::start("rude", "bare", Speed::Times(1.0));
    let authorized = format!("Authorization: Bearer {}", served.setting("token"));
    let mut long = Plain::connect(&served);
    // It may be hung up on before it has said everything.
    let _ = long.try_to_ask(&format!("GET /version HTTP/1.1\r\nX-Long: {}", "x".repeat(200 << 10)));
    let answer = long.read_until("\r\n\r\n");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    let mut heavy = Plain::connect(&served);
    heavy.ask(&format!("POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\n{authorized}\r\nContent-Type: application/json\r\nContent-Length: {}", 17 << 20));
    let piece = vec![b' '; 1 << 20];
    for _ in 0..17 {
        if heavy.stream.write_all(&piece).is_err() {
            break;
        }
    }
    let answer = heavy.read_until("\r\n\r\n");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413"), "{answer}");
    // Whoever says nothing is hung up on, and takes no place for ever.
    let silent: Vec<TcpStream> = (0..40).map(|_| TcpStream::connect(served.address).expect("it listens")).collect();
    let mut polite = Plain::connect(&served);
    polite.ask("GET /version HTTP/1.1");
    assert!(polite.read_until("}").starts_with("HTTP/1.1 200"));
    let mut first = silent.into_iter().next().expect("one of them");
    first.set_read_timeout(Some(Duration::from_secs(20))).expect("a time limit");
    assert_eq!(first.read(&mut [0; 16]).ok(), Some(0), "it is closed after its time for a greeting");
}

#[test]
fn the_python_client_works() {
    let python = std::env::var_os("PYTHON").map(PathBuf::from).unwrap_or_else(|| "python3".into());
    let there = Command::new(&python).args(["-c", "import kubernetes"]).output().is_ok_and(|done| done.status.success());
    if !there {
        eprintln!("skipped: no Python with the package kubernetes; set PYTHON to one");
        return;
    }
    let served = served("python");
    let mut command = Command::new(python);
    let output = run_with(command.arg("tests/python.py").arg(served.kubeconfig()), Duration::from_secs(300), || {}).expect("it ends in time");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "python agrees\n", "{}", String::from_utf8_lossy(&output.stderr));
}
