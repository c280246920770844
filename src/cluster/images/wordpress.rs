//! wordpress: Apache with WordPress, which needs its database before it can do anything.
//!
//! Models: the image wordpress of Docker Hub.
//! Simplified: it logs in to its database and looks for its own there; the installation and what comes after it are not
//! simulated. Images before 5 make their database when they are first asked, not at the start.

use std::time::Duration;

use podarium_machine::{HttpRequest, HttpResponse, NetError, Signal, Sys};
use serde_json::{Value, json};

use super::web::{Reply, Server, Service, Stop, http_date, say, split, time};
use super::{Base, Binary, Image};

const BINARY: Binary = Binary { path: "/usr/local/bin/docker-entrypoint.sh", program: Server::<WordPress>::program };
const DATABASE_PORT: u16 = 3306;
const VERSION_FILE: &str = "/usr/src/wordpress/version";
const NO_DATABASE: &str = "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head>\n\t<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\" />\n\t<title>Database Error</title>\n</head>\n<body id=\"error-page\">\n\t<div class=\"wp-die-message\"><h1>Error establishing a database connection</h1></div></body>\n</html>\n";

pub(super) fn images() -> Vec<Image> {
    let tags = ["latest", "apache", "4.8-apache", "5.8", "6", "6.2.1-apache", "6.4", "6.5", "6.7", "6.8", "6.8-apache"];
    tags.iter().map(|tag| {
        let mut image = Image::of(&format!("wordpress:{tag}"), 230 << 20, Base::Debian, BINARY);
        image.tools = vec!["curl", "gcc", "make", "openssl", "xz"];
        image.files = vec![(VERSION_FILE.to_owned(), format!("{tag}\n"))];
        (image.args, image.workdir, image.stop_signal) = (vec!["apache2-foreground".to_owned()], Some("/var/www/html".to_owned()), Signal::WindowChange);
        image
    }).collect()
}

#[derive(Clone)]
struct WordPress {
    host: String,
    port: u16,
    user: String,
    password: String,
    database: String,
    /// Early images make the database if there is none.
    makes_database: bool,
}

impl Service for WordPress {
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32> {
        let words = sys.args().to_vec();
        if words.get(1).is_some_and(|word| !word.starts_with("apache2")) {
            say(sys, 2, &format!("podarium: not simulated: wordpress {}\n", words[1..].join(" ")));
            return Err(1);
        }
        if sys.stat("/var/www/html/index.php").is_err() {
            say(sys, 2, "WordPress not found in /var/www/html - copying now...\n");
            for (name, text) in [("index.php", "<?php\n"), ("wp-settings.php", "<?php\n")] {
                if let Err(error) = sys.write_file(&format!("/var/www/html/{name}"), text.as_bytes(), 0o644) {
                    say(sys, 2, &format!("tar: ./{name}: Cannot open: {error}\n"));
                    return Err(2);
                }
            }
            say(sys, 2, "Complete! WordPress has been successfully copied to /var/www/html\n");
        }
        let stamp = time(sys, "%a %b %d %H:%M:%S.%6f %Y");
        say(sys, 2, &format!("[{stamp}] [mpm_prefork:notice] [pid 1:tid 1] AH00163: Apache/2.4.65 (Debian) PHP/8.3.28 configured -- resuming normal operations\n"));
        say(sys, 2, &format!("[{stamp}] [core:notice] [pid 1:tid 1] AH00094: Command line: 'apache2 -D FOREGROUND'\n"));
        let address = sys.env().get("WORDPRESS_DB_HOST").cloned().unwrap_or_else(|| "mysql".to_owned());
        let (host, port) = address.split_once(':').map_or((address.as_str(), DATABASE_PORT), |(host, port)| (host, port.parse().unwrap_or(DATABASE_PORT)));
        let makes_database = sys.read_file(VERSION_FILE).is_ok_and(|version| version.starts_with(b"4."));
        let env = |name: &str, default: &str| sys.env().get(name).cloned().unwrap_or_else(|| default.to_owned());
        let (user, password) = if makes_database { ("root", "") } else { ("example username", "example password") };
        Ok(WordPress {
            host: host.to_owned(),
            port,
            user: env("WORDPRESS_DB_USER", user),
            password: env("WORDPRESS_DB_PASSWORD", password),
            database: env("WORDPRESS_DB_NAME", "wordpress"),
            makes_database,
        })
    }

    fn ports(&self) -> Vec<u16> {
        vec![80]
    }

    fn memory_bytes(&self) -> u64 {
        45 << 20
    }

    fn answer(&mut self, _sys: &mut Sys<'_>, _port: u16, _request: &HttpRequest) -> Reply {
        let mut request = HttpRequest::connect(&self.host, self.port);
        request.timeout = Some(Duration::from_secs(10));
        let hello = json!({"user": self.user, "password": self.password, "database": "", "from": "%"});
        let make = self.makes_database.then(|| format!("create database if not exists {}", self.database));
        let statements = make.into_iter().chain([format!("use {}", self.database)]).map(|sql| json!({ "sql": sql }));
        Reply::Say(request, [hello].into_iter().chain(statements).map(|line| line.to_string()).collect())
    }

    fn answered(&mut self, sys: &mut Sys<'_>, request: &HttpRequest, answer: Result<HttpResponse, NetError>) -> Reply {
        let (path, _) = split(request);
        let found = answer.ok().and_then(|answer| serde_json::from_str::<Value>(String::from_utf8_lossy(&answer.body).lines().last()?).ok());
        let (status, body) = match (found.filter(|last| last["changed"].is_string()), path.as_str()) {
            (None, _) => (500, NO_DATABASE.to_owned()),
            (Some(_), "/wp-admin/install.php") => (200, "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head>\n\t<title>WordPress &rsaquo; Installation</title>\n</head>\n<body>\n<p>podarium: not simulated: the installation of WordPress</p>\n</body>\n</html>\n".to_owned()),
            (Some(_), _) => (302, String::new()),
        };
        let (from, agent) = (request.from.split(':').next().unwrap_or_default().to_owned(), request.header_value("user-agent").unwrap_or("-").to_owned());
        let (stamp, referer) = (time(sys, "%d/%b/%Y:%H:%M:%S +0000"), request.header_value("referer").unwrap_or("-").to_owned());
        let length = if body.is_empty() { "-".to_owned() } else { body.len().to_string() };
        say(sys, 1, &format!("{from} - - [{stamp}] \"{} {} HTTP/1.1\" {status} {length} \"{referer}\" \"{agent}\"\n", request.method, request.path()));
        let mut response = HttpResponse::new(status, body.clone()).with_header("Date", &http_date(sys)).with_header("Server", "Apache/2.4.65 (Debian)").with_header("X-Powered-By", "PHP/8.3.28");
        if status == 302 {
            let host = request.header_value("host").unwrap_or_default().to_owned();
            response = response.with_header("Location", &format!("http://{host}/wp-admin/install.php"));
        }
        Reply::Work(Duration::from_millis(25), response.with_header("Content-Length", &body.len().to_string()).with_header("Content-Type", "text/html; charset=utf-8"))
    }

    fn stop(&mut self, _sys: &mut Sys<'_>, _signal: Signal) -> Option<Stop> {
        Some(Stop::WhenDone(0))
    }
}
