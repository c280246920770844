//! `docker`, version 28: what it prints, and what it asks of the daemon.
//!
//! Simplified: compose, swarm, contexts, plugins and the options that a command does not list in its help; `inspect` lists the keys of an object by
//! the alphabet.

mod build;
mod classic;
mod containers;
mod disks;
mod flags;
mod images;
mod run;
mod system;
mod table;
mod volumes;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use podarium_machine::{HttpRequest, HttpResponse, NetError, Process, Suspend};
use serde_json::Value;

use flags::{Flags, Parsed};

use super::daemon::SOCKET;

/// The version of client and daemon.
const VERSION: &str = "28.3.3";
/// The one of Cloud Build's docker builder.
const CLASSIC_VERSION: &str = "20.10.24";

/// What a command comes to: its exit code.
type Done = Result<i32, Suspend>;

/// A command: its names, what follows in its usage line, what it does, its flags, how many operands it needs.
struct Command {
    name: &'static str,
    usage: &'static str,
    about: &'static str,
    flags: Flags,
    least: usize,
    most: usize,
    run: fn(&mut Process<'_>, &Parsed) -> Done,
}

const COMMANDS: &[Command] = &[
    Command { name: "run", usage: "[OPTIONS] IMAGE [COMMAND] [ARG...]", about: "Create and run a new container from an image", flags: run::RUN, least: 1, most: usize::MAX, run: run::run },
    Command { name: "exec", usage: "[OPTIONS] CONTAINER COMMAND [ARG...]", about: "Execute a command in a running container", flags: run::EXEC, least: 2, most: usize::MAX, run: run::exec },
    Command { name: "ps", usage: "[OPTIONS]", about: "List containers", flags: containers::PS, least: 0, most: 0, run: containers::ps },
    Command { name: "build", usage: "[OPTIONS] PATH | URL | -", about: "Build an image from a Dockerfile", flags: build::BUILD, least: 1, most: 1, run: build::build },
    Command { name: "pull", usage: "[OPTIONS] NAME[:TAG|@DIGEST]", about: "Download an image from a registry", flags: images::PULL, least: 1, most: 1, run: images::pull },
    Command { name: "push", usage: "[OPTIONS] NAME[:TAG]", about: "Upload an image to a registry", flags: images::PULL, least: 1, most: 1, run: images::push },
    Command { name: "images", usage: "[OPTIONS] [REPOSITORY[:TAG]]", about: "List images", flags: images::IMAGES, least: 0, most: 1, run: images::images },
    Command { name: "login", usage: "[OPTIONS] [SERVER]", about: "Authenticate to a registry", flags: images::LOGIN, least: 0, most: 1, run: images::login },
    Command { name: "logout", usage: "[SERVER]", about: "Log out from a registry", flags: &[], least: 0, most: 1, run: images::logout },
    Command { name: "version", usage: "[OPTIONS]", about: "Show the Docker version information", flags: &[], least: 0, most: 0, run: version },
    Command { name: "history", usage: "[OPTIONS] IMAGE", about: "Show the history of an image", flags: images::HISTORY, least: 1, most: 1, run: images::history },
    Command { name: "inspect", usage: "[OPTIONS] NAME|ID [NAME|ID...]", about: "Return low-level information on Docker objects", flags: containers::INSPECT, least: 1, most: usize::MAX, run: containers::inspect },
    Command { name: "kill", usage: "[OPTIONS] CONTAINER [CONTAINER...]", about: "Kill one or more running containers", flags: &[], least: 1, most: usize::MAX, run: containers::kill },
    Command { name: "logs", usage: "[OPTIONS] CONTAINER", about: "Fetch the logs of a container", flags: containers::LOGS, least: 1, most: 1, run: containers::logs },
    Command { name: "port", usage: "CONTAINER [PRIVATE_PORT[/PROTO]]", about: "List port mappings or a specific mapping for the container", flags: &[], least: 1, most: 2, run: containers::port },
    Command { name: "restart", usage: "[OPTIONS] CONTAINER [CONTAINER...]", about: "Restart one or more containers", flags: containers::STOP, least: 1, most: usize::MAX, run: containers::restart },
    Command { name: "rm", usage: "[OPTIONS] CONTAINER [CONTAINER...]", about: "Remove one or more containers", flags: containers::RM, least: 1, most: usize::MAX, run: containers::rm },
    Command { name: "rmi", usage: "[OPTIONS] IMAGE [IMAGE...]", about: "Remove one or more images", flags: images::RMI, least: 1, most: usize::MAX, run: images::rmi },
    Command { name: "start", usage: "[OPTIONS] CONTAINER [CONTAINER...]", about: "Start one or more stopped containers", flags: &[], least: 1, most: usize::MAX, run: containers::start },
    Command { name: "stop", usage: "[OPTIONS] CONTAINER [CONTAINER...]", about: "Stop one or more running containers", flags: containers::STOP, least: 1, most: usize::MAX, run: containers::stop },
    Command { name: "tag", usage: "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", about: "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE", flags: &[], least: 2, most: 2, run: images::tag },
    Command { name: "commit", usage: "[OPTIONS] CONTAINER [REPOSITORY[:TAG]]", about: "Create a new image from a container's changes", flags: disks::COMMIT, least: 1, most: 2, run: disks::commit },
    Command { name: "diff", usage: "CONTAINER", about: "Inspect changes to files or directories on a container's filesystem", flags: &[], least: 1, most: 1, run: disks::diff },
    Command { name: "export", usage: "[OPTIONS] CONTAINER", about: "Export a container's filesystem as a tar archive", flags: disks::EXPORT, least: 1, most: 1, run: disks::export },
    Command { name: "container prune", usage: "[OPTIONS]", about: "Remove all stopped containers", flags: volumes::PRUNE, least: 0, most: 0, run: system::prune_containers },
    Command { name: "cp", usage: "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-", about: "Copy files/folders between a container and the local filesystem", flags: system::CP, least: 2, most: 2, run: system::cp },
    Command { name: "network connect", usage: "[OPTIONS] NETWORK CONTAINER", about: "Connect a container to a network", flags: &[], least: 2, most: 2, run: volumes::connect },
    Command { name: "network create", usage: "[OPTIONS] NETWORK", about: "Create a network", flags: volumes::CREATE_NETWORK, least: 1, most: 1, run: volumes::create_network },
    Command { name: "network disconnect", usage: "[OPTIONS] NETWORK CONTAINER", about: "Disconnect a container from a network", flags: volumes::DISCONNECT, least: 2, most: 2, run: volumes::disconnect },
    Command { name: "network inspect", usage: "[OPTIONS] NETWORK [NETWORK...]", about: "Display detailed information on one or more networks", flags: containers::INSPECT, least: 1, most: usize::MAX, run: volumes::inspect_networks },
    Command { name: "network ls", usage: "[OPTIONS]", about: "List networks", flags: volumes::LIST, least: 0, most: 0, run: volumes::list_networks },
    Command { name: "network prune", usage: "[OPTIONS]", about: "Remove all unused networks", flags: volumes::PRUNE, least: 0, most: 0, run: volumes::prune_networks },
    Command { name: "network rm", usage: "NETWORK [NETWORK...]", about: "Remove one or more networks", flags: volumes::RM, least: 1, most: usize::MAX, run: volumes::rm_networks },
    Command { name: "stats", usage: "[OPTIONS] [CONTAINER...]", about: "Display a live stream of container(s) resource usage statistics", flags: system::STATS, least: 0, most: usize::MAX, run: system::stats },
    Command { name: "system df", usage: "[OPTIONS]", about: "Show docker disk usage", flags: &[], least: 0, most: 0, run: system::df },
    Command { name: "system prune", usage: "[OPTIONS]", about: "Remove unused data", flags: system::PRUNE, least: 0, most: 0, run: system::prune },
    Command { name: "volume create", usage: "[OPTIONS] [VOLUME]", about: "Create a volume", flags: volumes::CREATE_VOLUME, least: 0, most: 1, run: volumes::create },
    Command { name: "volume inspect", usage: "[OPTIONS] VOLUME [VOLUME...]", about: "Display detailed information on one or more volumes", flags: containers::INSPECT, least: 1, most: usize::MAX, run: volumes::inspect },
    Command { name: "volume ls", usage: "[OPTIONS]", about: "List volumes", flags: volumes::LIST, least: 0, most: 0, run: volumes::list },
    Command { name: "volume prune", usage: "[OPTIONS]", about: "Remove unused local volumes", flags: volumes::PRUNE, least: 0, most: 0, run: volumes::prune },
    Command { name: "volume rm", usage: "[OPTIONS] VOLUME [VOLUME...]", about: "Remove one or more volumes", flags: volumes::RM, least: 1, most: usize::MAX, run: volumes::rm },
    Command { name: "wait", usage: "CONTAINER [CONTAINER...]", about: "Block until one or more containers stop, then print their exit codes", flags: &[], least: 1, most: usize::MAX, run: containers::wait },
];

/// Commands that docker has and we do not.
const ABSENT: [&str; 26] = [
    "attach", "bake", "builder", "buildx", "checkpoint", "compose", "config", "context", "create", "events", "import", "info",
    "init", "load", "manifest", "node", "pause", "plugin", "rename", "save", "scout", "search", "service", "stack", "swarm", "top",
];

pub fn main(process: &mut Process<'_>) -> Done {
    run(process, false)
}

/// `docker` of Cloud Build's builder, which builds without BuildKit unless it is told to use it.
pub fn classic_main(process: &mut Process<'_>) -> Done {
    run(process, true)
}

fn run(process: &mut Process<'_>, classic: bool) -> Done {
    let words: Vec<String> = process.args().into_iter().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (name, rest) = match words.as_slice() {
        [] | ["--help" | "-h" | "help"] => return help(process),
        ["help", name, ..] => (*name, vec!["--help"]),
        ["-v" | "--version", ..] => {
            let (version, build) = if classic { (CLASSIC_VERSION, "2e53e85") } else { (VERSION, "980b856") };
            process.print(&format!("Docker version {version}, build {build}\n"))?;
            return Ok(0);
        }
        ["container", "prune", rest @ ..] => ("container prune", rest.to_vec()),
        ["volume" | "network" | "system", ..] => match group(&words) {
            Some((name, rest)) => (name, rest),
            None => return management(process, words[0], words.get(1).copied()),
        },
        ["container", verb, rest @ ..] => (if matches!(*verb, "ls" | "list") { "ps" } else { *verb }, rest.to_vec()),
        ["image", verb, rest @ ..] => (if matches!(*verb, "ls" | "list") { "images" } else if *verb == "rm" { "rmi" } else { *verb }, rest.to_vec()),
        ["buildx", "build", rest @ ..] | ["builder", "build", rest @ ..] => ("build", rest.to_vec()),
        [name, rest @ ..] => (*name, rest.to_vec()),
    };
    let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
        if ABSENT.contains(&name) {
            process.eprint(&format!("podarium: not simulated: docker {name}\n"))?;
            return Ok(1);
        }
        if name.starts_with('-') {
            process.eprint(&format!("unknown flag: {name}\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information\n"))?;
            return Ok(125);
        }
        process.eprint(&format!("docker: unknown command: docker {name}\n\nRun 'docker --help' for more information\n"))?;
        return Ok(1);
    };
    let usage = format!("Usage:  docker {name} {}\n", command.usage);
    if rest.iter().take_while(|word| **word != "--").any(|word| *word == "--help") && !matches!(name, "run" | "exec") || rest.first() == Some(&"--help") {
        process.print(&format!("{usage}\n{}\n{}", command.about, flags::help(command.flags)))?;
        return Ok(0);
    }
    let stops_early = matches!(name, "run" | "exec");
    let parsed = match flags::parse(command.flags, &rest, stops_early) {
        Ok(mut parsed) => {
            parsed.classic = classic;
            parsed
        }
        Err(problem) => {
            process.eprint(&format!("{problem}\n\n{usage}\nRun 'docker {name} --help' for more information\n"))?;
            return Ok(125);
        }
    };
    let count = parsed.operands.len();
    if count < command.least || count > command.most {
        let plural = |number: usize| if number == 1 { "" } else { "s" };
        let wants = match (command.least, command.most) {
            (0, 0) => "accepts no arguments".to_owned(),
            (least, most) if least == most => format!("requires {least} argument{}", plural(least)),
            (least, usize::MAX) => format!("requires at least {least} argument{}", plural(least)),
            (_, most) if count > most => format!("requires at most {most} argument{}", plural(most)),
            (least, _) => format!("requires at least {least} argument{}", plural(least)),
        };
        process.eprint(&format!("docker: 'docker {name}' {wants}\n\n{usage}\nSee 'docker {name} --help' for more information\n"))?;
        return Ok(1);
    }
    (command.run)(process, &parsed)
}

/// `volume ls` and the like: the command's name and what follows.
fn group<'a>(words: &[&'a str]) -> Option<(&'static str, Vec<&'a str>)> {
    let [kind, verb, rest @ ..] = words else { return None };
    let verb = match *verb {
        "list" => "ls",
        "remove" => "rm",
        verb => verb,
    };
    let name = format!("{kind} {verb}");
    COMMANDS.iter().find(|command| command.name == name).map(|command| (command.name, rest.to_vec()))
}

/// The help of a group of commands, or what is said of one that it does not have.
fn management(process: &mut Process<'_>, kind: &str, verb: Option<&str>) -> Done {
    let own = COMMANDS.iter().filter_map(|command| Some((command.name.strip_prefix(kind)?.strip_prefix(' ')?, command.about)));
    let list: String = own.map(|(verb, about)| format!("  {verb:<11} {about}\n")).collect();
    match verb {
        None | Some("--help") => process.print(&format!("Usage:  docker {kind} COMMAND\n\nCommands:\n{list}\nRun 'docker {kind} COMMAND --help' for more information on a command.\n"))?,
        Some(verb @ ("info" | "events" | "update")) => {
            process.eprint(&format!("podarium: not simulated: docker {kind} {verb}\n"))?;
            return Ok(1);
        }
        Some(verb) => {
            process.eprint(&format!("docker: unknown command: docker {kind} {verb}\n\nUsage:  docker {kind} COMMAND\n\nRun 'docker {kind} COMMAND --help' for more information\n"))?;
            return Ok(1);
        }
    }
    Ok(0)
}

fn help(process: &mut Process<'_>) -> Done {
    let mut text = String::from("Usage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n\nCommands:\n");
    for command in COMMANDS.iter().filter(|command| !command.name.contains(' ')) {
        text.push_str(&format!("  {:<11} {}\n", command.name, command.about));
    }
    text.push_str("\nRun 'docker COMMAND --help' for more information on a command.\n");
    process.print(&text)?;
    Ok(0)
}

fn version(process: &mut Process<'_>, parsed: &Parsed) -> Done {
    if parsed.classic {
        process.eprint("podarium: not simulated: docker version in a build step (docker --version is)\n")?;
        return Ok(1);
    }
    process.print(&format!(
        "Client: Docker Engine - Community\n Version:           {VERSION}\n API version:       1.51\n Go version:        go1.24.5\n Git commit:        980b856\n Built:             Fri Jul 25 11:34:00 2025\n OS/Arch:           linux/amd64\n Context:           default\n\nServer: Docker Engine - Community\n Engine:\n  Version:          {VERSION}\n  API version:      1.51 (minimum version 1.24)\n  Go version:       go1.24.5\n  Git commit:       bea959c\n  Built:            Fri Jul 25 11:34:00 2025\n  OS/Arch:          linux/amd64\n  Experimental:     false\n containerd:\n  Version:          v1.7.27\n  GitCommit:        05044ec0a9a75232cad458027ca83437aae3f4da\n runc:\n  Version:          1.2.5\n  GitCommit:        v1.2.5-0-g59923ef\n docker-init:\n  Version:          0.19.0\n  GitCommit:        de40ad0\n"
    ))?;
    Ok(0)
}

/// A request to the daemon.
fn request(method: &str, path: &str) -> HttpRequest {
    HttpRequest::new(method, format!("{SOCKET}{path}"))
}

/// A part of a path, or a value in a query.
fn encoded(text: &str) -> String {
    const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b':');
    utf8_percent_encode(text, ESCAPED).to_string()
}

/// Asks the daemon: its answer, or its refusal in words.
fn ask(process: &mut Process<'_>, request: HttpRequest) -> Result<Result<Value, String>, Suspend> {
    Ok(match process.http(request)? {
        Ok(response) => read(&response),
        Err(error) => Err(unreachable_daemon(error)),
    })
}

fn read(response: &HttpResponse) -> Result<Value, String> {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    if response.status < 300 { Ok(body) } else { Err(refusal(&body)) }
}

fn refusal(body: &Value) -> String {
    let message = body["message"].as_str().unwrap_or_default();
    if message.starts_with("podarium:") { message.to_owned() } else { format!("Error response from daemon: {message}") }
}

fn unreachable_daemon(_: NetError) -> String {
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?".to_owned()
}

/// Does something to each operand in turn, and prints its name.
fn each(process: &mut Process<'_>, names: &[String], act: impl Fn(&str) -> HttpRequest) -> Done {
    let mut code = 0;
    for name in names {
        match ask(process, act(name))? {
            Ok(_) => process.print(&format!("{name}\n"))?,
            Err(problem) => {
                process.eprint(&format!("{problem}\n"))?;
                code = 1;
            }
        }
    }
    Ok(code)
}
