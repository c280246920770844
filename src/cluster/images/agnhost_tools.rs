//! Subcommands of agnhost that look at a volume (mounttest), write a log (logs-generator), and serve what the environment says
//! (porter).
//!
//! Models: test/images/agnhost/{mounttest,logs-generator,porter}, v1.36.
//! Simplified: of porter HTTP and UDP; TLS and SCTP say that they are not simulated.

use std::ops::ControlFlow;
use std::time::Duration;

use podarium_machine::{FileKind, HttpRequest, HttpResponse, Metadata, Process, Suspend, Sys};

use super::agnhost::go_duration;
use super::web::{Flag, Flags, Reply, Service, go_answer, go_log, http_date};

/// The value of a flag in a command line of Cobra, by its names.
fn flag<'a>(words: &'a [String], names: &[&str]) -> Option<&'a str> {
    words.iter().enumerate().rev().find_map(|(place, word)| match word.split_once('=') {
        Some((name, value)) if names.contains(&name) => Some(value),
        None if names.contains(&word.as_str()) => words.get(place + 1).map(String::as_str),
        _ => None,
    })
}

const MOUNTTEST_FLAGS: [&str; 12] = [
    "--fs_type", "--new_file_0644", "--new_file_0666", "--new_file_0660", "--new_file_0777", "--file_mode", "--file_perm", "--file_owner", "--file_content", "--file_content_in_loop", "--retry_time",
    "--break_on_expected_content",
];
const NEW_FILE: &str = "mount-tester new file\n";

/// Does what its flags say, in an order of its own, so that a file can be made and looked at with one command.
pub(super) fn mounttest(process: &mut Process<'_>, words: &[String]) -> Result<i32, Suspend> {
    let named = |word: &str| word.split_once('=').map_or(word, |(name, _)| name).to_owned();
    if let Some(unknown) = words.iter().map(|word| named(word)).find(|name| name.starts_with("--") && !MOUNTTEST_FLAGS.contains(&name.as_str())) {
        process.eprint(&format!("Error: unknown flag: {unknown}\n"))?;
        return Ok(1);
    }
    let of = |name: &str| flag(words, &[name]).filter(|path| !path.is_empty()).map(str::to_owned);
    let mut went_well = true;
    if let Some(path) = of("--fs_type") {
        let text = match process.stat(&path)? {
            Ok(_) => format!("mount type of {path:?}: {}\n", kind_of_files(process, &path)?),
            Err(error) => failed(&mut went_well, format!("error from statfs({path:?}): {}\n", lower(error))),
        };
        process.print(&text)?;
    }
    for mode in [0o644, 0o666, 0o660, 0o777] {
        let Some(path) = of(&format!("--new_file_0{mode:o}")) else { continue };
        let is_new = process.stat(&path)?.is_err();
        let text = match process.write_file(&path, NEW_FILE.as_bytes(), mode)? {
            Ok(()) => {
                // Its mask lets everything pass.
                if is_new {
                    let _ = process.chmod(&path, mode)?;
                }
                content(process, &path, &mut went_well)?
            }
            Err(error) => failed(&mut went_well, format!("error writing new file {path:?}: open {path}: {}\n", lower(error))),
        };
        process.print(&text)?;
    }
    for (name, say) in [("--file_mode", mode_line as fn(&str, &Metadata) -> String), ("--file_perm", permission_line), ("--file_owner", owner_lines)] {
        let Some(path) = of(name) else { continue };
        let call = if name == "--file_owner" { "stat" } else { "Stat" };
        let text = match process.stat(&path)? {
            Ok(found) => say(&path, &found),
            Err(error) if call == "stat" => failed(&mut went_well, format!("error from stat({path:?}): {}\n", lower(error))),
            Err(error) => failed(&mut went_well, format!("error from Stat({path:?}): stat {path}: {}\n", lower(error))),
        };
        process.print(&text)?;
    }
    if let Some(path) = of("--file_content") {
        let text = content(process, &path, &mut went_well)?;
        process.print(&text)?;
    }
    if let Some(path) = of("--file_content_in_loop") {
        let patience = Duration::from_secs(of("--retry_time").and_then(|text| text.parse().ok()).unwrap_or(180));
        let breaks = of("--break_on_expected_content").as_deref() != Some("false");
        went_well &= content_in_loop(process, &path, patience, breaks)?;
    }
    Ok(i32::from(!went_well))
}

fn failed(went_well: &mut bool, text: String) -> String {
    *went_well = false;
    text
}

fn lower(error: impl std::fmt::Display) -> String {
    error.to_string().to_lowercase()
}

fn content(process: &mut Process<'_>, path: &str, went_well: &mut bool) -> Result<String, Suspend> {
    Ok(match process.read_file(path)? {
        Ok(bytes) => format!("content of file {path:?}: {}\n", String::from_utf8_lossy(&bytes)),
        Err(error) => failed(went_well, format!("error reading file content for {path:?}: open {path}: {}\n", lower(error))),
    })
}

/// Reads every two seconds. Whether the last time went well.
fn content_in_loop(process: &mut Process<'_>, path: &str, patience: Duration, breaks: bool) -> Result<bool, Suspend> {
    let start = process.now()?;
    process.repeat(true, |process, well: &mut bool| {
        if process.now()?.since(start) >= patience {
            return Ok(ControlFlow::Break(*well));
        }
        match process.read_file(path)? {
            Ok(bytes) => {
                *well = true;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                process.print(&format!("content of file {path:?}: {text}\n"))?;
                if breaks && text == NEW_FILE {
                    return Ok(ControlFlow::Break(true));
                }
                if breaks {
                    process.print(&format!("Unexpected content. Expected: {NEW_FILE}. Retrying\n"))?;
                }
            }
            Err(error) => {
                *well = false;
                process.print(&format!("Error reading file {path}: open {path}: {}, retrying\n", lower(error)))?;
            }
        }
        process.sleep(Duration::from_secs(2))?;
        Ok(ControlFlow::Continue(()))
    })
}

/// The type of the file system as the kernel numbers it; the one in memory by its name.
fn kind_of_files(process: &mut Process<'_>, path: &str) -> Result<String, Suspend> {
    let mounts = process.read_file("/proc/mounts")?.unwrap_or_default();
    let mounts = String::from_utf8_lossy(&mounts).into_owned();
    let holds = |place: &str| place == "/" || path == place || path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'));
    let rows = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let kind = rows.filter(|(place, _)| holds(place)).max_by_key(|(place, _)| place.len()).map_or("", |(_, kind)| kind);
    Ok(match kind {
        "tmpfs" => "tmpfs",
        "overlay" => "2035054128",
        "proc" => "40864",
        _ => "61267",
    }
    .to_owned())
}

/// Permissions as Go writes them: the special bits come first.
fn go_mode(found: &Metadata, special: bool) -> String {
    let marks = [
        (found.kind == FileKind::Directory, 'd'),
        (found.kind == FileKind::Device, 'D'),
        (found.mode & 0o4000 != 0, 'u'),
        (found.mode & 0o2000 != 0, 'g'),
        (found.kind == FileKind::Device, 'c'),
        (found.mode & 0o1000 != 0, 't'),
    ];
    let marks: String = marks.into_iter().filter(|(is_set, _)| *is_set && special).map(|(_, mark)| mark).collect();
    let bits: String = "rwxrwxrwx".chars().zip((0..9).rev()).map(|(letter, bit)| if found.mode & (1 << bit) == 0 { '-' } else { letter }).collect();
    format!("{}{bits}", if marks.is_empty() { "-" } else { &marks })
}

fn mode_line(path: &str, found: &Metadata) -> String {
    format!("mode of file {path:?}: {}\n", go_mode(found, true))
}

fn permission_line(path: &str, found: &Metadata) -> String {
    format!("perms of file {path:?}: {}\n", go_mode(found, false))
}

fn owner_lines(path: &str, found: &Metadata) -> String {
    format!("owner UID of {path:?}: {}\nowner GID of {path:?}: {}\n", found.uid, found.gid)
}

/// So many lines in so much time, like those of an API server.
pub(super) fn logs_generator(process: &mut Process<'_>, words: &[String]) -> Result<i32, Suspend> {
    let lines = flag(words, &["--log-lines-total", "-t"]).and_then(|text| text.parse::<u32>().ok()).unwrap_or(0);
    let duration = flag(words, &["--run-duration", "-d"]).and_then(go_duration).unwrap_or_default();
    let header = |process: &mut Process<'_>, letter: char, line: u32| -> Result<String, Suspend> {
        let stamp = jiff::Timestamp::from_nanosecond(process.unix_nanos()?.into()).unwrap_or_default().strftime("%m%d %H:%M:%S.%6f").to_string();
        Ok(format!("{letter}{stamp} {:>7} logs_generator.go:{line}] ", process.pid()))
    };
    if lines == 0 || duration.is_zero() {
        let (line, problem) = if lines == 0 { (64, format!("Invalid total number of lines: {lines}")) } else { (68, "Invalid duration: 0s".to_owned()) };
        let header = header(process, 'F', line)?;
        process.eprint(&format!("{header}{problem}\n"))?;
        return Ok(255);
    }
    process.repeat(0, |process, number: &mut u32| {
        if *number == lines {
            return Ok(ControlFlow::Break(0));
        }
        let header = header(process, 'I', 76)?;
        let mut bits = process.random_bits()?;
        let mut draw = |below: u64| {
            let drawn = bits % below;
            bits /= below;
            drawn
        };
        let method = ["GET", "POST", "PUT"][draw(3) as usize];
        let namespace = ["kube-system", "default", "ns"][draw(3) as usize];
        let length = 3 + draw(2);
        // The letters of Kubernetes' random names.
        let letters = b"bcdfghjklmnpqrstvwxz2456789";
        let pod: String = (0..length).map(|_| char::from(letters[draw(letters.len() as u64) as usize])).collect();
        let status = 200 + draw(400);
        process.eprint(&format!("{header}{number} {method} /api/v1/namespaces/{namespace}/pods/{pod} {status}\n"))?;
        process.sleep(duration / lines)?;
        *number += 1;
        Ok(ControlFlow::Continue(()))
    })
}

/// Serves on each port that the environment names what it says for it.
#[derive(Clone)]
pub(super) struct Porter {
    http: Vec<(u16, String)>,
    udp: Vec<(u16, String)>,
    as_json: bool,
}

impl Service for Porter {
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32> {
        let flags = Flags::read(sys, &[Flag { name: "json-response", kind: "", default: "false", usage: "Responds to requests with a json response that includes the default value with the http.Request Method" }])?;
        let env: Vec<(String, String)> = sys.env().iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        let mut porter = Porter { http: Vec::new(), udp: Vec::new(), as_json: flags.is_on("json-response") };
        for (name, value) in env {
            let port = |prefix: &str| name.strip_prefix(prefix).and_then(|port| port.parse::<u16>().ok());
            if let Some(port) = port("SERVE_PORT_").or_else(|| port("SERVE_TCP_PORT_")) {
                porter.http.push((port, value));
            } else if let Some(port) = port("SERVE_UDP_PORT_") {
                go_log(sys, &format!("Started UDP server on port {port}"));
                porter.udp.push((port, value));
            } else if name.starts_with("SERVE_TLS_PORT_") || name.starts_with("SERVE_SCTP_PORT_") {
                go_log(sys, &format!("podarium: not simulated: agnhost porter with {name}"));
            }
        }
        Ok(porter)
    }

    fn ports(&self) -> Vec<u16> {
        self.http.iter().map(|(port, _)| *port).collect()
    }

    fn answer(&mut self, sys: &mut Sys<'_>, port: u16, request: &HttpRequest) -> Reply {
        let value = self.http.iter().find(|(of, _)| *of == port).map_or("", |(_, value)| value);
        Reply::Now(match self.as_json {
            true => {
                let body = format!("{{\"Method\":{:?},\"Body\":{}}}", request.method, serde_json::json!(value));
                HttpResponse::new(200, body.clone()).with_header("Content-Type", "application/json").with_header("Date", &http_date(sys)).with_header("Content-Length", &body.len().to_string())
            }
            false => go_answer(sys, 200, value),
        })
    }

    fn datagram_ports(&self) -> Vec<u16> {
        self.udp.iter().map(|(port, _)| *port).collect()
    }

    fn datagram(&mut self, _sys: &mut Sys<'_>, port: u16, _from: &str, _bytes: &[u8]) -> Option<Vec<u8>> {
        self.udp.iter().find(|(of, _)| *of == port).map(|(_, value)| value.as_bytes().to_vec())
    }
}
