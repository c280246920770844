//! nginx: the web server and proxy, which really reads its configuration.
//!
//! One with the configuration of its image, with which nobody has meddled, is played by a timetable; so thousands are
//! cheap. As soon as anybody looks inside (`kubectl exec`), stops it, or mounts something where it looks, it runs.
//!
//! Models: the images nginx of Docker Hub, 1.7 to 1.29.
//! Simplified: each tag is one version. Mounted templates are filled in, scripts in `/docker-entrypoint.d` run, but those
//! ending in `.envsh` do not.

mod config;
mod directives;
mod entrypoint;
mod pages;
mod process;
mod request;
mod resolve;
mod rewrite;
mod settings;
mod syntax;
mod variables;
mod worker;

#[cfg(test)]
mod tests;

use std::time::Duration;

use podarium_machine::Signal;

use super::{AccessFormat, Base, Behavior, Binary, Image, Layer, LogText};

/// Tags, and the versions that they are.
const TAGS: &[(&str, &str)] = &[
    ("latest", "1.29.3"), ("mainline", "1.29.3"), ("alpine", "1.29.3"), ("mainline-alpine", "1.29.3"), ("stable", "1.28.0"), ("stable-alpine", "1.28.0"),
    ("1", "1.29.3"), ("1.7.9", "1.7.9"), ("1.9", "1.9.15"), ("1.9.1", "1.9.1"), ("1.9.14", "1.9.14"), ("1.10", "1.10.3"), ("1.10.0", "1.10.0"),
    ("1.10.1", "1.10.1"), ("1.11", "1.11.13"), ("1.12", "1.12.2"), ("1.13", "1.13.12"), ("1.14", "1.14.2"), ("1.14.0", "1.14.0"), ("1.14.2", "1.14.2"),
    ("1.15", "1.15.12"), ("1.15-alpine", "1.15.12"), ("1.16", "1.16.1"), ("1.16.0", "1.16.0"), ("1.16.1", "1.16.1"), ("1.17", "1.17.10"),
    ("1.17.1", "1.17.1"), ("1.18", "1.18.0"), ("1.19", "1.19.10"), ("1.19.0", "1.19.0"), ("1.20", "1.20.2"), ("1.21", "1.21.6"), ("1.21-alpine", "1.21.6"), ("1.22", "1.22.1"),
    ("1.23", "1.23.4"), ("1.23-alpine", "1.23.4"), ("1.24", "1.24.0"), ("1.25", "1.25.5"), ("1.25-alpine", "1.25.5"), ("1.25.3", "1.25.3"),
    ("1.26", "1.26.3"), ("1.26-alpine", "1.26.3"), ("1.27", "1.27.5"), ("1.27-alpine", "1.27.5"), ("1.27.0", "1.27.0"), ("1.28", "1.28.0"),
    ("1.28-alpine", "1.28.0"), ("1.29", "1.29.3"), ("1.29-alpine", "1.29.3"), ("1.29.3", "1.29.3"),
];

const ROOT: &str = "/usr/share/nginx/html";
const BINARY: &str = "/usr/sbin/nginx";
pub(super) const ENTRYPOINT: &str = "/docker-entrypoint.sh";
/// What runs before nginx, in the images from 1.19 on.
const SCRIPTS: [&str; 4] = ["10-listen-on-ipv6-by-default.sh", "15-local-resolvers.envsh", "20-envsubst-on-templates.sh", "30-tune-worker-processes.sh"];

const DEFAULT_SERVER: &str = "server {
    listen       80;
    server_name  localhost;

    location / {
        root   /usr/share/nginx/html;
        index  index.html index.htm;
    }

    error_page   500 502 503 504  /50x.html;
    location = /50x.html {
        root   /usr/share/nginx/html;
    }
}
";

pub(super) fn images() -> Vec<Image> {
    TAGS.iter().map(|(tag, version)| image(tag, version)).collect()
}

/// The page of a status of a server that does not tell its version.
pub(super) fn error_page(status: u16) -> Vec<u8> {
    pages::standard(status, "", false)
}

/// What differs from version to version.
struct Edition {
    version: [u32; 3],
    alpine: bool,
}

impl Edition {
    /// A script prepares the configuration, and the log tells of it and of nginx's start.
    fn has_entrypoint(&self) -> bool {
        self.version >= [1, 19, 0]
    }

    fn compiler(&self) -> &'static str {
        match (self.alpine, self.version) {
            (true, [_, minor, _]) if minor >= 27 => "gcc 14.2.0 (Alpine 14.2.0)",
            (true, _) => "gcc 12.2.1 20220924 (Alpine 12.2.1_git20220924-r10)",
            (false, [_, minor, _]) if minor >= 29 => "gcc 14.2.0 (Debian 14.2.0-19)",
            (false, [_, minor, _]) if minor >= 25 => "gcc 12.2.0 (Debian 12.2.0-14)",
            (false, [_, minor, _]) if minor >= 21 => "gcc 10.2.1 20210110 (Debian 10.2.1-6)",
            _ => "gcc 8.3.0 (Debian 8.3.0-6)",
        }
    }

    fn pid_file(&self) -> &'static str {
        if self.version >= [1, 27, 0] { "/run/nginx.pid" } else { "/var/run/nginx.pid" }
    }

    fn main_file(&self) -> String {
        let (workers, level) = if self.version >= [1, 19, 0] { ("auto", "notice") } else { ("1", "warn") };
        format!(
            "
user  nginx;
worker_processes  {workers};

error_log  /var/log/nginx/error.log {level};
pid        {};


events {{
    worker_connections  1024;
}}


http {{
    include       /etc/nginx/mime.types;
    default_type  application/octet-stream;

    log_format  main  '$remote_addr - $remote_user [$time_local] \"$request\" '
                      '$status $body_bytes_sent \"$http_referer\" '
                      '\"$http_user_agent\" \"$http_x_forwarded_for\"';

    access_log  /var/log/nginx/access.log  main;

    sendfile        on;
    #tcp_nopush     on;

    keepalive_timeout  65;

    #gzip  on;

    include /etc/nginx/conf.d/*.conf;
}}
",
            self.pid_file()
        )
    }

    fn welcome(&self) -> String {
        let text = if self.version >= [1, 29, 0] { include_str!("files/welcome_129.html") } else { include_str!("files/welcome.html") };
        match self.version >= [1, 21, 0] {
            true => text.to_owned(),
            // Pages before that knew no dark mode.
            false => text
                .replace("html { color-scheme: light dark; }\nbody { width: 35em; margin: 0 auto;\nfont-family: Tahoma, Verdana, Arial, sans-serif; }", "    body {\n        width: 35em;\n        margin: 0 auto;\n        font-family: Tahoma, Verdana, Arial, sans-serif;\n    }"),
        }
    }

    /// The accounts of the base with nginx's own.
    fn accounts(&self, base: Base) -> [(String, String); 2] {
        let (uid, gid) = if self.version < [1, 14, 0] && !self.alpine { (104, 107) } else { (101, 101) };
        let (home, name, shell) = match self.alpine {
            true => ("/var/cache/nginx", "nginx", "/sbin/nologin"),
            false if self.version < [1, 14, 0] => ("/nonexistent", "nginx user,,,", "/bin/false"),
            false => ("/nonexistent", "nginx user", "/bin/false"),
        };
        let users = format!("{}nginx:x:{uid}:{gid}:{name}:{home}:{shell}\n", base.users());
        let members = if self.alpine { "nginx" } else { "" };
        [("/etc/passwd".to_owned(), users), ("/etc/group".to_owned(), format!("{}nginx:x:{gid}:{members}\n", base.groups()))]
    }

    /// What the log says when nothing has been changed.
    fn greeting(&self) -> Vec<LogText> {
        if !self.has_entrypoint() {
            return Vec::new();
        }
        let said = entrypoint::unchanged().into_iter().map(LogText::Once);
        let dated = [
            "using the \"epoll\" event method".to_owned(),
            format!("nginx/{}", self.number()),
            format!("built by {} ", self.compiler()),
            format!("OS: Linux {KERNEL}"),
            "getrlimit(RLIMIT_NOFILE): 1048576:1048576".to_owned(),
            "start worker processes".to_owned(),
        ];
        let dated = dated.into_iter().map(|line| LogText::Dated(format!("%Y/%m/%d %H:%M:%S [notice] 1#1: {line}")));
        said.chain(dated).chain([LogText::Workers(FIRST_WORKER)]).collect()
    }

    fn number(&self) -> String {
        let [major, minor, patch] = self.version;
        format!("{major}.{minor}.{patch}")
    }
}

/// The kernel that the nodes say they have.
const KERNEL: &str = "6.12.0";
/// The number of the first worker: the script has used up those before.
const FIRST_WORKER: u32 = 29;

fn image(tag: &str, version: &str) -> Image {
    let alpine = tag.contains("alpine");
    let edition = Edition { version: process::numbers(version), alpine };
    let base = if alpine { Base::Alpine } else { Base::Debian };
    let welcome = edition.welcome();
    let behavior = Behavior {
        starts_in: Duration::from_millis(150),
        stops_in: Some(Duration::from_millis(60)),
        memory_bytes: 9 << 20,
        root: Some(ROOT.to_owned()),
        logs: edition.greeting(),
        access_log: Some(AccessFormat::Nginx),
        ..Behavior::default()
            .and_serving(80, Some("/"), 200, &welcome)
            .and_serving(80, Some("/index.html"), 200, &welcome)
            .and_serving(80, Some("/50x.html"), 200, include_str!("files/50x.html"))
            .and_serving(80, None, 404, &String::from_utf8_lossy(&pages::standard(404, &edition.number(), true)))
    };
    let size = if alpine { 18 << 20 } else { 30 << 20 };
    let mut image = Image::new(&format!("nginx:{tag}"), size).on(base).with(behavior);
    image.binaries = vec![Binary { path: BINARY, program: process::Nginx::program }];
    image.resumes = Some(Binary { path: BINARY, program: process::Nginx::running });
    image.looks_at = [ROOT, "/etc/nginx", "/docker-entrypoint.d", "/var/cache/nginx", "/var/log/nginx", "/etc/passwd"].map(str::to_owned).into();
    image.programs = Vec::new();
    (image.entrypoint, image.args) = (Vec::new(), ["nginx", "-g", "daemon off;"].map(str::to_owned).into());
    if edition.has_entrypoint() {
        image.entrypoint = vec![ENTRYPOINT.to_owned()];
        image.binaries.push(Binary { path: ENTRYPOINT, program: entrypoint::Entrypoint::program });
    }
    image.stop_signal = if edition.version >= [1, 17, 9] { Signal::Quit } else { Signal::Terminate };
    image.tools = match (alpine, edition.version >= [1, 19, 6]) {
        (true, true) => vec!["curl", "envsubst"],
        (true, false) => vec!["envsubst"],
        (false, true) => vec!["curl", "envsubst", "openssl"],
        (false, false) => vec!["envsubst", "openssl"],
    };
    image.env = vec![("NGINX_VERSION".to_owned(), edition.number())];
    image.files = files(&edition, base, welcome);
    image.links = vec![("/var/log/nginx/access.log".to_owned(), "/dev/stdout".to_owned()), ("/var/log/nginx/error.log".to_owned(), "/dev/stderr".to_owned())];
    if alpine {
        image.layers.push(Layer { name: "alpine".to_owned(), bytes: 4 << 20 });
    } else {
        // All versions stand on the same base, so the second one is pulled faster.
        image.layers.push(Layer { name: "debian".to_owned(), bytes: 28 << 20 });
    }
    image
}

fn files(edition: &Edition, base: Base, welcome: String) -> Vec<(String, String)> {
    let mut files = vec![
        (process::VERSION_FILE.to_owned(), format!("{}\n{}\n", edition.number(), edition.compiler())),
        ("/etc/nginx/nginx.conf".to_owned(), edition.main_file()),
        ("/etc/nginx/mime.types".to_owned(), include_str!("files/mime.types").to_owned()),
        ("/etc/nginx/conf.d/default.conf".to_owned(), DEFAULT_SERVER.to_owned()),
        (format!("{ROOT}/index.html"), welcome),
        (format!("{ROOT}/50x.html"), include_str!("files/50x.html").to_owned()),
        ("/var/cache/nginx/".to_owned(), String::new()),
        ("/docker-entrypoint.d/".to_owned(), String::new()),
    ];
    files.extend(edition.accounts(base));
    if edition.has_entrypoint() {
        let script = "#!/bin/sh\n# What this script does is part of the simulated program /docker-entrypoint.sh.\n";
        files.extend(SCRIPTS.map(|name| (format!("/docker-entrypoint.d/{name}"), script.to_owned())));
    }
    files
}
