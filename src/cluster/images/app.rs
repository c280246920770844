//! kelseyhightower/monolith, auth and hello: the same program whole, and in two parts.
//!
//! Models: github.com/kelseyhightower/app: monolith, auth, hello, handlers, health; github.com/dgrijalva/jwt-go v2.
//! Simplified: the second server has the tag's number as its version; a password is compared as it is, at the price of
//! its bcrypt hash.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use podarium_machine::{HttpRequest, HttpResponse, Signal, Sys};
use sha2::{Digest as _, Sha256};

use super::web::{Flag, Flags, Reply, Server, Service, Stop, go_answer, go_error, go_log, port_of, say, split, time};
use super::{Base, Binary, Image};

const USER: (&str, &str, &str) = ("user", "password", "user@example.com");
/// What a bcrypt comparison of cost 10 takes.
const BCRYPT: Duration = Duration::from_millis(70);
/// The CPU time of any other request.
const CPU: Duration = Duration::from_micros(80);
const TOKEN_LIVES: i64 = 72 * 3600;
/// `/secure` knows no other secret.
const SECRET: &str = "secret";

const HTTP: Flag = Flag { name: "http", kind: "string", default: "0.0.0.0:80", usage: "HTTP service address." };
const HEALTH: Flag = Flag { name: "health", kind: "string", default: "0.0.0.0:81", usage: "Health service address." };
const SIGNING: Flag = Flag { name: "secret", kind: "string", default: "secret", usage: "JWT signing secret." };

pub(super) fn images() -> Vec<Image> {
    let image = |name: &str, version: &str, path: &'static str| {
        let program = path.rsplit('/').next().unwrap_or_default();
        let mut image = Image::of(&format!("kelseyhightower/{name}:{version}"), 6 << 20, Base::Alpine, Binary { path, program: Server::<App>::program });
        image.entrypoint = vec![program.to_owned()];
        image.files.push((format!("{path}.version"), format!("{version}\n")));
        image
    };
    vec![
        image("monolith", "1.0.0", "/usr/bin/monolith"),
        image("auth", "1.0.0", "/usr/bin/auth"),
        image("auth", "2.0.0", "/usr/bin/auth"),
        image("hello", "1.0.0", "/usr/bin/hello"),
        image("hello", "2.0.0", "/usr/bin/hello"),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Monolith,
    Auth,
    Hello,
}

#[derive(Clone)]
pub(super) struct App {
    part: Part,
    version: String,
    http: String,
    health: String,
    secret: String,
    healthy: bool,
    ready: bool,
}

impl Service for App {
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32> {
        let name = sys.args().first().map(|word| word.rsplit('/').next().unwrap_or(word).to_owned()).unwrap_or_default();
        let part = match name.as_str() {
            "auth" => Part::Auth,
            "hello" => Part::Hello,
            _ => Part::Monolith,
        };
        let flags = match part {
            Part::Hello => Flags::read(sys, &[HTTP, HEALTH])?,
            _ => Flags::read(sys, &[HTTP, HEALTH, SIGNING])?,
        };
        let version = sys.read_file(&format!("/usr/bin/{name}.version")).map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_else(|_| "1.0.0".to_owned());
        let (http, health) = (flags.get("http").to_owned(), flags.get("health").to_owned());
        go_log(sys, if part == Part::Auth { "Starting Auth service..." } else { "Starting server..." });
        go_log(sys, &format!("Health service listening on {health}"));
        go_log(sys, &format!("HTTP service listening on {http}"));
        for address in [&http, &health] {
            if port_of(address).is_none() {
                go_log(sys, &format!("listen tcp: address {address}: missing port in address"));
                return Err(1);
            }
        }
        Ok(App { part, version, http, health, secret: flags.get("secret").to_owned(), healthy: true, ready: true })
    }

    fn ports(&self) -> Vec<u16> {
        [&self.http, &self.health].into_iter().filter_map(|address| port_of(address)).collect()
    }

    fn port_taken(&mut self, sys: &mut Sys<'_>, port: u16) -> i32 {
        let address = if port_of(&self.http) == Some(port) { &self.http } else { &self.health };
        go_log(sys, &format!("listen tcp {address}: bind: address already in use"));
        1
    }

    fn answer(&mut self, sys: &mut Sys<'_>, port: u16, request: &HttpRequest) -> Reply {
        let (path, _) = split(request);
        let agent = request.header_value("user-agent").unwrap_or_default();
        let line = format!("{} - - [{}] \"{} {path} HTTP/1.1\" {agent}\n", request.from, time(sys, "%a, %d %b %Y %H:%M:%S UTC"), request.method);
        say(sys, 1, &line);
        if port_of(&self.health) == Some(port) {
            return Reply::Now(self.of_health(sys, &path));
        }
        match (self.part, path.as_str()) {
            (Part::Monolith | Part::Auth, "/login") => match basic_user(request) {
                Some((user, password)) if user == USER.0 => Reply::Work(BCRYPT, if password == USER.1 { self.token(sys) } else { refused(sys) }),
                _ => Reply::Now(refused(sys)),
            },
            (_, "/version") => Reply::Work(CPU, json(sys, "version", &self.version)),
            (Part::Monolith | Part::Hello, "/secure") => Reply::Work(CPU, if is_authorized(sys, request) { hello(sys) } else { refused(sys) }),
            (Part::Monolith | Part::Hello, _) => Reply::Work(CPU, hello(sys)),
            (Part::Auth, _) => Reply::Now(go_error(sys, 404, "404 page not found")),
        }
    }

    fn stop(&mut self, sys: &mut Sys<'_>, signal: Signal) -> Option<Stop> {
        let name = match signal {
            Signal::Terminate => "terminated",
            Signal::Interrupt => "interrupt",
            _ => return Some(Stop::Now(2)),
        };
        go_log(sys, &format!("Captured {name}. Exiting..."));
        self.ready = false;
        Some(Stop::WhenDone(0))
    }
}

impl App {
    fn of_health(&mut self, sys: &Sys<'_>, path: &str) -> HttpResponse {
        let status = |good: bool| if good { 200 } else { 503 };
        match path {
            "/healthz" => go_answer(sys, status(self.healthy), ""),
            "/readiness" => go_answer(sys, status(self.ready), ""),
            "/healthz/status" => {
                self.healthy = !self.healthy;
                go_answer(sys, 200, "")
            }
            "/readiness/status" => {
                self.ready = !self.ready;
                go_answer(sys, 200, "")
            }
            _ => go_error(sys, 404, "404 page not found"),
        }
    }

    fn token(&self, sys: &Sys<'_>) -> HttpResponse {
        let now = sys.unix_nanos() / 1_000_000_000;
        let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let claims = format!("{{\"email\":\"{}\",\"exp\":{},\"iat\":{now},\"iss\":\"auth.service\",\"sub\":\"{}\"}}", USER.2, now + TOKEN_LIVES, USER.0);
        let text = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims));
        let signature = URL_SAFE_NO_PAD.encode(hmac(self.secret.as_bytes(), text.as_bytes()));
        json(sys, "token", &format!("{text}.{signature}"))
    }
}

fn json(sys: &Sys<'_>, key: &str, value: &str) -> HttpResponse {
    go_answer(sys, 200, format!("{{\"{key}\":\"{value}\"}}\n"))
}

fn hello(sys: &Sys<'_>) -> HttpResponse {
    json(sys, "message", "Hello")
}

fn refused(sys: &Sys<'_>) -> HttpResponse {
    go_error(sys, 401, "authorization failed")
}

fn basic_user(request: &HttpRequest) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(request.header_value("authorization")?.strip_prefix("Basic ")?).ok()?).ok()?;
    text.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()))
}

/// Whether a request brings a token that was signed with the secret and is still good.
fn is_authorized(sys: &Sys<'_>, request: &HttpRequest) -> bool {
    let header = request.header_value("authorization").unwrap_or_default();
    let Some(token) = header.get(..6).filter(|word| word.eq_ignore_ascii_case("bearer")).and_then(|_| header.get(7..)) else { return false };
    let Some((text, signature)) = token.rsplit_once('.') else { return false };
    let claims = || {
        let claims = URL_SAFE_NO_PAD.decode(text.split_once('.')?.1).ok()?;
        serde_json::from_slice::<serde_json::Value>(&claims).ok()?["exp"].as_i64()
    };
    let signed = URL_SAFE_NO_PAD.decode(signature).is_ok_and(|signature| signature == hmac(SECRET.as_bytes(), text.as_bytes()));
    signed && claims().is_none_or(|expires| sys.unix_nanos() / 1_000_000_000 <= expires)
}

/// HMAC with SHA-256, RFC 2104.
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    const BLOCK: usize = 64;
    let mut block = [0; BLOCK];
    match key.len() > BLOCK {
        true => block[..32].copy_from_slice(&Sha256::digest(key)),
        false => block[..key.len()].copy_from_slice(key),
    }
    let pad = |byte: u8| block.map(|own| own ^ byte);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_standard() {
        // RFC 4231, case 2.
        let hex: String = hmac(b"Jefe", b"what do ya want for nothing?").iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
