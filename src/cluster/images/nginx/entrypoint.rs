//! What runs before nginx in its image: it goes through the scripts of `/docker-entrypoint.d`, fills in templates, and
//! becomes nginx.
//!
//! Models: docker-entrypoint.sh and its scripts of the image nginx, from 1.19 on.
//! Simplified: the image's own scripts are done by this program; scripts to be sourced (`.envsh`) are not run.

use podarium_machine::{Errno, Pid, Program, Spawn, Sys, Turn};

use super::process::say;
use super::{DEFAULT_SERVER, ENTRYPOINT, FIRST_WORKER, SCRIPTS};

const DIRECTORY: &str = "/docker-entrypoint.d";
const SERVER_FILE: &str = "/etc/nginx/conf.d/default.conf";
const TEMPLATES: &str = "/etc/nginx/templates";

#[derive(Clone, Default)]
pub(super) struct Entrypoint {
    /// Scripts that are still to be run; `None` before it has looked.
    left: Option<Vec<String>>,
    running: Option<Pid>,
}

impl Entrypoint {
    pub fn program() -> Box<dyn Program> {
        Box::new(Entrypoint::default())
    }
}

/// What it says when nothing has been added or changed.
pub(super) fn unchanged() -> Vec<String> {
    let mut all = vec![
        format!("{ENTRYPOINT}: {DIRECTORY}/ is not empty, will attempt to perform configuration"),
        format!("{ENTRYPOINT}: Looking for shell scripts in {DIRECTORY}/"),
    ];
    for name in SCRIPTS {
        let verb = if name.ends_with(".envsh") { "Sourcing" } else { "Launching" };
        all.push(format!("{ENTRYPOINT}: {verb} {DIRECTORY}/{name}"));
        if name == SCRIPTS[0] {
            all.push(format!("{name}: info: Getting the checksum of {SERVER_FILE}"));
            all.push(format!("{name}: info: Enabled listen on IPv6 in {SERVER_FILE}"));
        }
    }
    all.push(format!("{ENTRYPOINT}: Configuration complete; ready for start up"));
    all
}

impl Program for Entrypoint {
    fn resume(&mut self, sys: &mut Sys<'_>) -> Turn {
        let args = sys.args().to_vec();
        if let Some(pid) = self.running {
            let Some(status) = sys.wait_child(pid) else { return Turn::Wait };
            self.running = None;
            // `set -e`
            if let Ok(status) = status
                && status.code != 0
            {
                return Turn::Exit(status.code);
            }
        }
        if args.get(1).is_some_and(|program| program == "nginx" || program == "nginx-debug") {
            if self.left.is_none() {
                let mut names = sys.read_dir(DIRECTORY).unwrap_or_default();
                names.sort();
                match names.is_empty() {
                    true => tell(sys, &format!("{ENTRYPOINT}: No files found in {DIRECTORY}/, skipping configuration")),
                    false => {
                        tell(sys, &format!("{ENTRYPOINT}: {DIRECTORY}/ is not empty, will attempt to perform configuration"));
                        tell(sys, &format!("{ENTRYPOINT}: Looking for shell scripts in {DIRECTORY}/"));
                    }
                }
                // With nothing to go through nothing is complete either.
                if names.is_empty() {
                    return become_it(sys, &args);
                }
                self.left = Some(names);
            }
            while let Some(name) = self.left.as_mut().filter(|left| !left.is_empty()).map(|left| left.remove(0)) {
                let path = format!("{DIRECTORY}/{name}");
                if self.run_script(sys, &name, &path) {
                    return Turn::Wait;
                }
            }
            tell(sys, &format!("{ENTRYPOINT}: Configuration complete; ready for start up"));
        }
        become_it(sys, &args)
    }

    fn clone_box(&self) -> Box<dyn Program> {
        Box::new(self.clone())
    }
}

impl Entrypoint {
    /// Whether there is something to wait for.
    fn run_script(&mut self, sys: &mut Sys<'_>, name: &str, path: &str) -> bool {
        let own = SCRIPTS.contains(&name);
        let executable = own || sys.stat(path).is_ok_and(|found| found.is_executable());
        if !name.ends_with(".sh") && !name.ends_with(".envsh") {
            tell(sys, &format!("{ENTRYPOINT}: Ignoring {path}"));
            return false;
        }
        if !executable {
            tell(sys, &format!("{ENTRYPOINT}: Ignoring {path}, not executable"));
            return false;
        }
        let verb = if name.ends_with(".envsh") { "Sourcing" } else { "Launching" };
        tell(sys, &format!("{ENTRYPOINT}: {verb} {path}"));
        match name {
            _ if name == SCRIPTS[0] => tell_of_server(sys),
            _ if name == SCRIPTS[2] => fill_in(sys),
            _ if own => {}
            _ if name.ends_with(".envsh") => say(sys, 2, &format!("podarium: not simulated: sourcing {path}\n")),
            _ => match sys.spawn(Spawn::new(&[path])) {
                Ok(pid) => {
                    self.running = Some(pid);
                    // It is told when the script has ended.
                    return sys.wait_child(pid).is_none();
                }
                Err(error) => say(sys, 2, &format!("{ENTRYPOINT}: line 31: {path}: {error}\n")),
            },
        }
        false
    }
}

fn tell(sys: &mut Sys<'_>, text: &str) {
    if sys.env().get("NGINX_ENTRYPOINT_QUIET_LOGS").is_none_or(String::is_empty) {
        say(sys, 1, &format!("{text}\n"));
    }
}

fn become_it(sys: &mut Sys<'_>, args: &[String]) -> Turn {
    let rest = args[1..].to_vec();
    let env = sys.env().clone();
    sys.skip_pids(FIRST_WORKER);
    match sys.load(&rest, &env) {
        Ok((program, argv)) => {
            sys.set_identity(argv, env);
            Turn::Become(program)
        }
        Err(error) => {
            let (name, code) = (rest.first().map_or("", String::as_str), if error == Errno::AccessDenied { 126 } else { 127 });
            say(sys, 2, &format!("{ENTRYPOINT}: 47: exec: {name}: not found\n"));
            Turn::Exit(code)
        }
    }
}

/// The first script: it would have nginx listen on IPv6, too.
fn tell_of_server(sys: &mut Sys<'_>) {
    let name = SCRIPTS[0];
    let text = match sys.read_file(SERVER_FILE) {
        Err(_) => return tell(sys, &format!("{name}: info: {SERVER_FILE} is not a file or does not exist")),
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
    };
    if sys.touch(SERVER_FILE).is_err() {
        return tell(sys, &format!("{name}: info: can not modify {SERVER_FILE} (read-only file system?)"));
    }
    if text.contains("listen  [::]:80;") {
        return tell(sys, &format!("{name}: info: IPv6 listen already enabled"));
    }
    tell(sys, &format!("{name}: info: Getting the checksum of {SERVER_FILE}"));
    if text != DEFAULT_SERVER {
        return tell(sys, &format!("{name}: info: {SERVER_FILE} differs from the packaged version"));
    }
    if enable_ipv6(sys, &text) {
        tell(sys, &format!("{name}: info: Enabled listen on IPv6 in {SERVER_FILE}"));
    }
}

fn enable_ipv6(sys: &mut Sys<'_>, text: &str) -> bool {
    let text = text.replace("listen       80;", "listen       80;\n    listen  [::]:80;");
    sys.write_file(SERVER_FILE, text.as_bytes(), 0o644).is_ok()
}

/// Does without a word what it does when nothing has been added or changed.
pub(super) fn prepare(sys: &mut Sys<'_>) {
    sys.skip_pids(FIRST_WORKER);
    enable_ipv6(sys, DEFAULT_SERVER);
}

/// The third script: templates with the environment's values become configuration.
fn fill_in(sys: &mut Sys<'_>) {
    let name = SCRIPTS[2];
    let value = |sys: &Sys<'_>, key: &str, default: &str| sys.env().get(key).filter(|value| !value.is_empty()).cloned().unwrap_or_else(|| default.to_owned());
    let directory = value(sys, "NGINX_ENVSUBST_TEMPLATE_DIR", TEMPLATES);
    let suffix = value(sys, "NGINX_ENVSUBST_TEMPLATE_SUFFIX", ".template");
    let output = value(sys, "NGINX_ENVSUBST_OUTPUT_DIR", "/etc/nginx/conf.d");
    let Ok(names) = sys.read_dir(&directory) else { return };
    if sys.access(&output, 2).is_err() {
        return tell(sys, &format!("{name}: ERROR: {directory} exists, but {output} is not writable"));
    }
    for file in names {
        let Some(stem) = file.strip_suffix(&suffix).filter(|_| !file.starts_with('.')) else { continue };
        let (from, to) = (format!("{directory}/{file}"), format!("{output}/{stem}"));
        let Ok(bytes) = sys.read_file(&from) else { continue };
        tell(sys, &format!("{name}: Running envsubst on {from} to {to}"));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let env = sys.env().clone();
        // Only what the environment has is filled in: nginx's own variables stay.
        let filled = super::variables::expand(&text, &mut |key| env.get(key).cloned().unwrap_or_else(|| format!("${key}")));
        if let Err(error) = sys.write_file(&to, filled.as_bytes(), 0o644) {
            say(sys, 2, &format!("/docker-entrypoint.d/{name}: line 34: can't create {to}: {error}\n"));
        }
    }
}
