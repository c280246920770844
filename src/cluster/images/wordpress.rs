//! wordpress: Apache with WordPress, which needs its database before it can do anything.
//!
//! Models: the image wordpress of Docker Hub.
//! Simplified: it finds its database or it does not; the installation and what comes after it are not simulated.

use std::time::Duration;

use podarium_machine::{HttpRequest, HttpResponse, NetError, Signal, Sys};

use super::web::{Reply, Server, Service, Stop, http_date, say, split, time};
use super::{Base, Binary, Image};

const BINARY: Binary = Binary { path: "/usr/local/bin/docker-entrypoint.sh", program: Server::<WordPress>::program };
const DATABASE_PORT: u16 = 3306;
const NO_DATABASE: &str = "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head>\n\t<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\" />\n\t<title>Database Error</title>\n</head>\n<body id=\"error-page\">\n\t<div class=\"wp-die-message\"><h1>Error establishing a database connection</h1></div></body>\n</html>\n";

pub(super) fn images() -> Vec<Image> {
    let tags = ["latest", "apache", "4.8-apache", "5.8", "6", "6.2.1-apache", "6.4", "6.5", "6.7", "6.8", "6.8-apache"];
    tags.iter().map(|tag| {
        let mut image = Image::of(&format!("wordpress:{tag}"), 230 << 20, Base::Debian, BINARY);
        (image.args, image.workdir, image.stop_signal) = (vec!["apache2-foreground".to_owned()], Some("/var/www/html".to_owned()), Signal::WindowChange);
        image
    }).collect()
}

#[derive(Clone)]
struct WordPress {
    host: String,
    port: u16,
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
        Ok(WordPress { host: host.to_owned(), port })
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
        Reply::Ask(request)
    }

    fn answered(&mut self, sys: &mut Sys<'_>, request: &HttpRequest, answer: Result<HttpResponse, NetError>) -> Reply {
        let (path, _) = split(request);
        let (status, body) = match (answer, path.as_str()) {
            (Err(_), _) => (500, NO_DATABASE.to_owned()),
            (Ok(_), "/wp-admin/install.php") => (200, "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head>\n\t<title>WordPress &rsaquo; Installation</title>\n</head>\n<body>\n<p>podarium: not simulated: the installation of WordPress</p>\n</body>\n</html>\n".to_owned()),
            (Ok(_), _) => (302, String::new()),
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
