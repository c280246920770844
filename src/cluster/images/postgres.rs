//! postgres: PostgreSQL with its rules for the environment, its log, its data on a volume, and `psql`.
//!
//! Models: the image postgres of Docker Hub (docker-entrypoint.sh, initdb, the server's log), psql.
//! Simplified: SQL is that of `sql.rs`; each statement is a transaction. psql and the server speak a language of their own;
//! scripts in docker-entrypoint-initdb.d are not run.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use podarium_machine::{ConnectionId, NetError, Process, Program, Replay, Signal, Suspend, Sys};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::conversation::{Conversation, Talker, ask, open};
use super::sql::{self, Outcome, Problem, Tables};
use super::web::{say, time};
use super::{Base, Binary, Image};

const SERVER: Binary = Binary { path: "/usr/local/bin/docker-entrypoint.sh", program: Talker::<Postgres>::program };
const DIRECT: Binary = Binary { path: "/usr/local/bin/postgres", program: Talker::<Postgres>::program };
const CLIENT: Binary = Binary { path: "/usr/bin/psql", program: || -> Box<dyn Program> { Box::new(Replay::new(psql)) } };
const READY: Binary = Binary { path: "/usr/bin/pg_isready", program: || -> Box<dyn Program> { Box::new(Replay::new(is_ready)) } };
const VERSION_FILE: &str = "/usr/share/postgresql/version";
const PORT: u16 = 5432;
const SOCKET: &str = "/var/run/postgresql/.s.PGSQL.5432";

const TAGS: &[(&str, &str)] = &[
    ("latest", "18.1"), ("9.6", "9.6.24"), ("10", "10.23"), ("11", "11.22"), ("12", "12.22"), ("13", "13.23"), ("14", "14.20"), ("15", "15.15"), ("16", "16.11"), ("17", "17.7"),
    ("18", "18.1"), ("alpine", "18.1"), ("13-alpine", "13.23"), ("14-alpine", "14.20"), ("15-alpine", "15.15"), ("16-alpine", "16.11"), ("17-alpine", "17.7"),
];

pub(super) fn images() -> Vec<Image> {
    TAGS.iter().map(|(tag, version)| {
        let base = if tag.contains("alpine") { Base::Alpine } else { Base::Debian };
        let mut image = Image::of(&format!("postgres:{tag}"), 150 << 20, base, SERVER);
        image.binaries.extend([DIRECT, CLIENT, READY]);
        image.args = vec!["postgres".to_owned()];
        image.tools = if base == Base::Alpine { vec!["bash"] } else { vec!["less", "openssl", "xz"] };
        image.stop_signal = Signal::Interrupt;
        let data = if version.starts_with("18") { "/var/lib/postgresql/18/docker" } else { "/var/lib/postgresql/data" };
        image.env = vec![("PGDATA".to_owned(), data.to_owned()), ("PG_VERSION".to_owned(), format!("{version}-1.pgdg13+1")), ("LANG".to_owned(), "en_US.utf8".to_owned())];
        let uid = if base == Base::Alpine { 70 } else { 999 };
        image.files = vec![
            (VERSION_FILE.to_owned(), format!("{version}\n")),
            (format!("{data}/"), String::new()),
            ("/etc/passwd".to_owned(), format!("{}postgres:x:{uid}:{uid}::/var/lib/postgresql:/bin/bash\n", base.users())),
            ("/etc/group".to_owned(), format!("{}postgres:x:{uid}:\n", base.groups())),
        ];
        image
    }).collect()
}

/// All that is kept.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Cluster {
    databases: BTreeMap<String, Tables>,
    /// Passwords by user.
    users: BTreeMap<String, Option<String>>,
    /// Connections need no password.
    trust: bool,
}

#[derive(Clone, Debug)]
struct Session {
    user: String,
    database: String,
}

#[derive(Clone)]
struct Postgres {
    version: String,
    directory: String,
    fresh: bool,
    cluster: Cluster,
    from: BTreeMap<ConnectionId, String>,
    sessions: BTreeMap<ConnectionId, Session>,
}

impl Conversation for Postgres {
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32> {
        let version = sys.read_file(VERSION_FILE).map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_default();
        let args = sys.args().to_vec();
        if let Some(other) = args.get(1).filter(|word| !word.starts_with('-') && *word != "postgres") {
            say(sys, 2, &format!("podarium: not simulated: {other} in the image postgres\n"));
            return Err(1);
        }
        let env = |sys: &Sys<'_>, name: &str| sys.env().get(name).filter(|value| !value.is_empty()).cloned();
        let directory = env(sys, "PGDATA").unwrap_or_else(|| "/var/lib/postgresql/data".to_owned());
        let is_there = sys.stat(&format!("{directory}/PG_VERSION")).is_ok();
        let password = env(sys, "POSTGRES_PASSWORD");
        let trust = env(sys, "POSTGRES_HOST_AUTH_METHOD").is_some_and(|method| method == "trust");
        let mut cluster = Cluster::default();
        if is_there {
            let bytes = sys.read_file(&format!("{directory}/base.json")).unwrap_or_default();
            let Ok(kept) = serde_json::from_slice(&bytes) else {
                say(sys, 2, &format!("podarium: not simulated: the files in {directory} are not those of a simulated PostgreSQL\n"));
                return Err(1);
            };
            cluster = kept;
            let major = version.split('.').next().unwrap_or_default().to_owned();
            let of_files = sys.read_file(&format!("{directory}/PG_VERSION")).map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_default();
            if of_files != major {
                say(sys, 1, "\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n");
                log(sys, "FATAL:  database files are incompatible with server");
                log(sys, &format!("DETAIL:  The data directory was initialized by PostgreSQL version {of_files}, which is not compatible with this version {version}."));
                return Err(1);
            }
        } else {
            if password.is_none() && !trust {
                say(sys, 2, NO_PASSWORD);
                return Err(1);
            }
            let left: Vec<String> = sys.read_dir(&directory).unwrap_or_default();
            if !left.is_empty() {
                say(sys, 2, &format!("initdb: error: directory \"{directory}\" exists but is not empty\ninitdb: hint: If you want to create a new database system, either remove or empty the directory \"{directory}\" or run initdb with an argument other than \"{directory}\".\n"));
                return Err(1);
            }
            let user = env(sys, "POSTGRES_USER").unwrap_or_else(|| "postgres".to_owned());
            let database = env(sys, "POSTGRES_DB").unwrap_or_else(|| user.clone());
            cluster.users.insert(user, password);
            cluster.trust = trust;
            for name in ["postgres".to_owned(), database] {
                cluster.databases.entry(name).or_default();
            }
        }
        sys.set_memory(38 << 20);
        Ok(Postgres { version, directory, fresh: !is_there, cluster, from: BTreeMap::new(), sessions: BTreeMap::new() })
    }

    fn port(&self) -> u16 {
        PORT
    }

    fn prepare(&mut self, sys: &mut Sys<'_>, step: u32) -> Result<Option<Duration>, i32> {
        let marker = format!("{}/postmaster.pid", self.directory);
        match (self.fresh, step) {
            (true, 0) => {
                say(sys, 1, &initdb(&self.directory));
                if let Err(error) = sys.write_file(&format!("{}/PG_VERSION", self.directory), format!("{}\n", self.version.split('.').next().unwrap_or_default()).as_bytes(), 0o600) {
                    say(sys, 2, &format!("initdb: error: could not change permissions of directory \"{}\": {error}\n", self.directory));
                    return Err(1);
                }
                self.save(sys);
                Ok(Some(Duration::from_millis(1200)))
            }
            (true, 1) => {
                say(sys, 1, "waiting for server to start....");
                self.tell_start(sys);
                say(sys, 1, " done\nserver started\n");
                for name in self.cluster.databases.keys().filter(|name| *name != "postgres") {
                    let _ = name;
                    say(sys, 1, "CREATE DATABASE\n");
                }
                say(sys, 1, "\n\n/usr/local/bin/docker-entrypoint.sh: ignoring /docker-entrypoint-initdb.d/*\n\n");
                Ok(Some(Duration::from_millis(500)))
            }
            (true, 2) => {
                say(sys, 1, "waiting for server to shut down....");
                tell_stop(sys);
                say(sys, 1, " done\nserver stopped\n\nPostgreSQL init process complete; ready for start up.\n\n");
                Ok(Some(Duration::from_millis(100)))
            }
            (false, 0) => {
                say(sys, 1, "\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n");
                Ok(Some(Duration::from_millis(80)))
            }
            _ => {
                self.tell_start(sys);
                let stamp = now(sys);
                match sys.stat(&marker).is_ok() {
                    true => {
                        log(sys, &format!("LOG:  database system was interrupted; last known up at {stamp}"));
                        log(sys, "LOG:  database system was not properly shut down; automatic recovery in progress");
                    }
                    false => log(sys, &format!("LOG:  database system was shut down at {stamp}")),
                }
                log(sys, "LOG:  database system is ready to accept connections");
                if sys.write_file(&marker, b"1\n", 0o600).is_err() {
                    return Err(1);
                }
                Ok(None)
            }
        }
    }

    fn greet(&mut self, _sys: &mut Sys<'_>, id: ConnectionId, from: &str) -> Vec<u8> {
        self.from.insert(id, from.to_owned());
        Vec::new()
    }

    fn hear(&mut self, sys: &mut Sys<'_>, id: ConnectionId, heard: &mut Vec<u8>) -> Result<Vec<u8>, Vec<u8>> {
        let mut out = Vec::new();
        while let Some(length) = super::conversation::line(heard) {
            let line: Vec<u8> = heard.drain(..length).collect();
            let Ok(question) = serde_json::from_slice::<Value>(&line) else {
                log(sys, "LOG:  invalid length of startup packet");
                return Err(out);
            };
            let answer = match self.sessions.get(&id).cloned() {
                None => match self.log_in(id, &question) {
                    Ok(()) => json!({"ok": self.version}),
                    Err(text) => {
                        log(sys, &text);
                        out.extend(format!("{}\n", json!({"fatal": text})).bytes());
                        return Err(out);
                    }
                },
                Some(session) => self.answer(sys, &session, question["sql"].as_str().unwrap_or_default()),
            };
            out.extend(format!("{answer}\n").bytes());
        }
        Ok(out)
    }

    fn left(&mut self, id: ConnectionId) {
        self.sessions.remove(&id);
        self.from.remove(&id);
    }

    fn stop(&mut self, sys: &mut Sys<'_>, signal: Signal) -> Option<i32> {
        log(sys, match signal {
            Signal::Interrupt => "LOG:  received fast shutdown request",
            Signal::Quit => "LOG:  received immediate shutdown request",
            _ => "LOG:  received smart shutdown request",
        });
        if signal != Signal::Quit {
            tell_stop(sys);
            let _ = sys.remove(&format!("{}/postmaster.pid", self.directory));
        }
        Some(0)
    }
}

const NO_PASSWORD: &str = "\
Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, \"-e POSTGRES_PASSWORD=password\" on \"docker run\".

       You may also use \"POSTGRES_HOST_AUTH_METHOD=trust\" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about \"trust\":
       https://www.postgresql.org/docs/current/auth-trust.html
";

fn initdb(directory: &str) -> String {
    format!(
        "The files belonging to this database system will be owned by user \"postgres\".
This user must also own the server process.

The database cluster will be initialized with locale \"en_US.utf8\".
The default database encoding has accordingly been set to \"UTF8\".
The default text search configuration will be set to \"english\".

Data page checksums are disabled.

fixing permissions on existing directory {directory} ... ok
creating subdirectories ... ok
selecting dynamic shared memory implementation ... posix
selecting default \"max_connections\" ... 100
selecting default \"shared_buffers\" ... 128MB
selecting default time zone ... Etc/UTC
creating configuration files ... ok
running bootstrap script ... ok
performing post-bootstrap initialization ... ok
syncing data to disk ... ok


Success. You can now start the database server using:

    pg_ctl -D {directory} -l logfile start

"
    )
}

fn now(sys: &Sys<'_>) -> String {
    time(sys, "%Y-%m-%d %H:%M:%S.%3f UTC")
}

fn log(sys: &mut Sys<'_>, text: &str) {
    let line = format!("{} [{}] {text}\n", now(sys), sys.pid());
    say(sys, 2, &line);
}

fn tell_stop(sys: &mut Sys<'_>) {
    for text in ["LOG:  aborting any active transactions", "LOG:  shutting down", "LOG:  checkpoint starting: shutdown immediate", "LOG:  database system is shut down"] {
        log(sys, text);
    }
}

impl Postgres {
    fn long_version(&self) -> String {
        format!("PostgreSQL {0} (Debian {0}-1.pgdg13+1) on x86_64-pc-linux-gnu, compiled by gcc (Debian 14.2.0-19) 14.2.0, 64-bit", self.version)
    }

    fn tell_start(&self, sys: &mut Sys<'_>) {
        log(sys, &format!("LOG:  starting {}", self.long_version()));
        log(sys, &format!("LOG:  listening on IPv4 address \"0.0.0.0\", port {PORT}"));
        log(sys, &format!("LOG:  listening on IPv6 address \"::\", port {PORT}"));
        log(sys, &format!("LOG:  listening on Unix socket \"{SOCKET}\""));
    }

    fn save(&self, sys: &mut Sys<'_>) {
        let bytes = serde_json::to_vec(&self.cluster).unwrap_or_default();
        if let Err(error) = sys.write_file(&format!("{}/base.json", self.directory), &bytes, 0o600) {
            log(sys, &format!("PANIC:  could not write to file \"pg_wal/xlogtemp.1\": {error}"));
        }
    }

    fn log_in(&mut self, id: ConnectionId, question: &Value) -> Result<(), String> {
        let text = |name: &str| question[name].as_str().unwrap_or_default().to_owned();
        let (user, database) = (text("user"), text("database"));
        let Some(password) = self.cluster.users.get(&user) else {
            return Err(match question["local"] == json!(true) {
                true => format!("FATAL:  role \"{user}\" does not exist"),
                false => format!("FATAL:  password authentication failed for user \"{user}\""),
            });
        };
        let needs = !self.cluster.trust && question["local"] != json!(true);
        if needs && password.as_deref() != question["password"].as_str() {
            return Err(format!("FATAL:  password authentication failed for user \"{user}\""));
        }
        if !self.cluster.databases.contains_key(&database) {
            return Err(format!("FATAL:  database \"{database}\" does not exist"));
        }
        self.sessions.insert(id, Session { user, database });
        Ok(())
    }

    fn answer(&mut self, sys: &mut Sys<'_>, session: &Session, text: &str) -> Value {
        sys.use_cpu(Duration::from_micros(300));
        let lower = text.to_lowercase();
        let words: Vec<&str> = lower.split_whitespace().collect();
        let fail = |text: String| json!({"error": text});
        match words.as_slice() {
            ["create", "database", name, ..] => {
                let name = name.trim_matches('"').to_owned();
                if self.cluster.databases.contains_key(&name) {
                    return fail(format!("ERROR:  database \"{name}\" already exists"));
                }
                self.cluster.databases.insert(name, Tables::new());
                self.save(sys);
                return json!({"done": "CREATE DATABASE"});
            }
            ["drop", "database", rest @ ..] => {
                let name = rest.last().map_or("", |name| name.trim_matches('"'));
                if name == session.database {
                    return fail("ERROR:  cannot drop the currently open database".to_owned());
                }
                if self.cluster.databases.remove(name).is_none() && !rest.contains(&"exists") {
                    return fail(format!("ERROR:  database \"{name}\" does not exist"));
                }
                self.save(sys);
                return json!({"done": "DROP DATABASE"});
            }
            ["create", "user" | "role", name, rest @ ..] => {
                let password = text.split('\'').nth(1).filter(|_| rest.contains(&"password")).map(str::to_owned);
                if self.cluster.users.contains_key(*name) {
                    return fail(format!("ERROR:  role \"{name}\" already exists"));
                }
                self.cluster.users.insert((*name).to_owned(), password);
                self.save(sys);
                return json!({"done": "CREATE ROLE"});
            }
            ["\\l"] => return json!({"names": self.cluster.databases.keys().collect::<Vec<_>>()}),
            ["\\dt"] => return json!({"names": self.cluster.databases[&session.database].keys().collect::<Vec<_>>()}),
            ["\\du"] => return json!({"names": self.cluster.users.keys().collect::<Vec<_>>()}),
            ["\\d", name] => {
                return match self.cluster.databases[&session.database].get(*name) {
                    Some(table) => json!({"columns": table.columns}),
                    None => fail(format!("Did not find any relation named \"{name}\".")),
                };
            }
            _ => {}
        }
        let stamp = time(sys, "%Y-%m-%d %H:%M:%S.%6f+00");
        let values: BTreeMap<String, String> = [
            ("version", self.long_version()),
            ("now", stamp.clone()),
            ("current_timestamp", stamp),
            ("current_date", time(sys, "%Y-%m-%d")),
            ("current_user", session.user.clone()),
            ("session_user", session.user.clone()),
            ("user", session.user.clone()),
            ("current_database", session.database.clone()),
            ("inet_server_addr", String::new()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let tables = self.cluster.databases.entry(session.database.clone()).or_default();
        let before = tables.clone();
        let outcome = sql::execute(tables, text, true, &values);
        let changed = *tables != before;
        if changed {
            self.save(sys);
        }
        match outcome {
            Ok(Outcome::Done(verb, count)) => {
                let counted = matches!(verb.as_str(), "INSERT 0" | "UPDATE" | "DELETE");
                json!({"done": if counted { format!("{verb} {count}") } else { verb }})
            }
            Ok(Outcome::Rows { names, numeric, rows }) => json!({"names": names, "numeric": numeric, "rows": rows}),
            Err(problem) => {
                let (text_of, place) = words_for(&problem);
                log(sys, &text_of);
                log(sys, &format!("STATEMENT:  {text}"));
                let mut said = text_of;
                if let Some(place) = place {
                    let place = place.min(text.len());
                    let line = text[..place].matches('\n').count();
                    let begin = text[..place].rfind('\n').map_or(0, |at| at + 1);
                    let shown = text[begin..].lines().next().unwrap_or_default();
                    let head = format!("LINE {}: ", line + 1);
                    said.push_str(&format!("\n{head}{shown}\n{}^", " ".repeat(head.len() + text[begin..place].chars().count())));
                }
                fail(said)
            }
        }
    }
}

/// A problem in PostgreSQL's words, and where it is in the statement.
fn words_for(problem: &Problem) -> (String, Option<usize>) {
    match problem {
        Problem::Syntax(word, place) if word.is_empty() => ("ERROR:  syntax error at end of input".to_owned(), Some(*place)),
        Problem::Syntax(word, place) => (format!("ERROR:  syntax error at or near \"{word}\""), Some(*place)),
        Problem::NoTable(name) => (format!("ERROR:  relation \"{name}\" does not exist"), None),
        Problem::TableExists(name) => (format!("ERROR:  relation \"{name}\" already exists"), None),
        Problem::NoColumn(name, place) => (format!("ERROR:  column \"{name}\" does not exist"), Some(*place)),
        Problem::Duplicate { table, column, value } => {
            let constraint = if column == "id" { format!("{table}_pkey") } else { format!("{table}_{column}_key") };
            (format!("ERROR:  duplicate key value violates unique constraint \"{constraint}\"\nDETAIL:  Key ({column})=({value}) already exists."), None)
        }
        Problem::Null { table, column } => (format!("ERROR:  null value in column \"{column}\" of relation \"{table}\" violates not-null constraint"), None),
        Problem::NotANumber(kind, text) => (format!("ERROR:  invalid input syntax for type {kind}: \"{text}\""), None),
        Problem::NotSimulated(what) => (format!("ERROR:  podarium: not simulated: {what}"), None),
    }
}

struct Options {
    host: Option<String>,
    port: u16,
    user: String,
    database: String,
    commands: Vec<String>,
    tuples_only: bool,
    unaligned: bool,
}

fn options(process: &Process<'_>) -> Result<Options, String> {
    let env = |name: &str| process.env(name).filter(|value| !value.is_empty());
    let own = if process.credentials().is_root() { "root" } else { "postgres" };
    let mut options = Options {
        host: env("PGHOST"),
        port: env("PGPORT").and_then(|port| port.parse().ok()).unwrap_or(PORT),
        user: env("PGUSER").unwrap_or_else(|| own.to_owned()),
        database: env("PGDATABASE").unwrap_or_default(),
        commands: Vec::new(),
        tuples_only: false,
        unaligned: false,
    };
    let args = process.args();
    let (mut words, mut plain) = (args.iter().skip(1), Vec::new());
    while let Some(word) = words.next() {
        let (name, attached) = match word.strip_prefix("--") {
            Some(long) => long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value.to_owned()))),
            None if word.starts_with('-') && word.len() > 1 => (&word[1..2], (word.len() > 2).then(|| word[2..].to_owned())),
            None => {
                plain.push(word.clone());
                continue;
            }
        };
        let mut value = || attached.clone().or_else(|| words.next().cloned()).unwrap_or_default();
        match name {
            "h" | "host" => options.host = Some(value()),
            "p" | "port" => options.port = value().parse().unwrap_or(PORT),
            "U" | "username" => options.user = value(),
            "d" | "dbname" => options.database = value(),
            "c" | "command" => options.commands.push(value()),
            "t" | "tuples-only" | "A" | "no-align" | "q" | "w" | "W" | "X" => {
                let letters = if word.starts_with("--") { name.chars().next().unwrap_or(' ').to_string() } else { word[1..].to_owned() };
                options.tuples_only |= letters.contains('t');
                options.unaligned |= letters.contains('A') || name == "no-align";
            }
            _ => return Err(word.clone()),
        }
    }
    let mut plain = plain.into_iter();
    if let Some(database) = plain.next() {
        match database.strip_prefix("postgresql://").or(database.strip_prefix("postgres://")) {
            Some(url) => {
                let (user, rest) = url.split_once('@').unwrap_or(("postgres", url));
                let (place, name) = rest.split_once('/').unwrap_or((rest, ""));
                options.user = user.split(':').next().unwrap_or_default().to_owned();
                options.host = place.split(':').next().map(str::to_owned);
                options.database = name.split('?').next().unwrap_or_default().to_owned();
            }
            None => options.database = database,
        }
    }
    if let Some(user) = plain.next() {
        options.user = user;
    }
    if options.database.is_empty() {
        options.database = options.user.clone();
    }
    Ok(options)
}

fn psql(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let options = match options(process) {
        Ok(options) => options,
        Err(word) if word == "--version" || word == "-V" => {
            process.print("psql (PostgreSQL)\n")?;
            return Ok(0);
        }
        Err(word) => {
            process.eprint(&format!("podarium: not simulated: psql {word}\n"))?;
            return Ok(1);
        }
    };
    let host = options.host.clone().unwrap_or_else(|| "127.0.0.1".to_owned());
    let local = matches!(host.as_str(), "127.0.0.1" | "localhost");
    let place = match &options.host {
        None => format!("on socket \"{SOCKET}\""),
        Some(host) => format!("at \"{host}\", port {}", options.port),
    };
    let stream = match open(process, &host, options.port)? {
        Ok(stream) => stream,
        Err(error) => {
            let text = match (error, &options.host) {
                (NetError::UnknownHost, Some(host)) => format!("psql: error: could not translate host name \"{host}\" to address: Name or service not known\n"),
                (_, None) => format!("psql: error: connection to server {place} failed: No such file or directory\n\tIs the server running locally and accepting connections on that socket?\n"),
                (NetError::TimedOut, Some(_)) => format!("psql: error: connection to server {place} failed: Connection timed out\n\tIs the server running on that host and accepting TCP/IP connections?\n"),
                (_, Some(_)) => format!("psql: error: connection to server {place} failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?\n"),
            };
            process.eprint(&text)?;
            return Ok(2);
        }
    };
    let mut password = process.env("PGPASSWORD");
    let in_url = process.args().iter().find_map(|word| word.split_once("://")?.1.split_once('@')?.0.split_once(':').map(|(_, password)| password.to_owned()));
    password = in_url.or(password);
    if password.is_none() && !local {
        process.eprint(&format!("Password for user {}: ", options.user))?;
        password = process.read_line()?.map(|line| line.trim_end().to_owned());
        process.eprint("\n")?;
    }
    let hello = json!({"user": options.user, "database": options.database, "password": password, "local": local});
    let answer = ask(process, stream, &hello.to_string())?.and_then(|text| serde_json::from_str::<Value>(&text).ok()).unwrap_or_default();
    if let Some(fatal) = answer["fatal"].as_str() {
        process.eprint(&format!("psql: error: connection to server {place} failed: {fatal}\n"))?;
        return Ok(2);
    }
    let version = answer["ok"].as_str().unwrap_or_default().to_owned();
    if !options.commands.is_empty() {
        let mut code = 0;
        for command in &options.commands {
            for statement in sql::statements(command) {
                if !run(process, stream, &statement, &options)? {
                    code = 1;
                    break;
                }
            }
        }
        return Ok(code);
    }
    let prompt = process.is_tty(0);
    if prompt {
        process.print(&format!("psql ({version} (Debian {version}-1.pgdg13+1))\nType \"help\" for help.\n\n"))?;
    }
    process.repeat(String::new(), |process, text: &mut String| {
        if prompt {
            process.print(&format!("{}{}# ", options.database, if text.is_empty() { "=" } else { "-" }))?;
        }
        let Some(line) = process.read_line()? else { return Ok(ControlFlow::Break(0)) };
        let trimmed = line.trim();
        if text.is_empty() && matches!(trimmed, "\\q" | "quit" | "exit") {
            return Ok(ControlFlow::Break(0));
        }
        text.push_str(&line);
        if trimmed.ends_with(';') || text.trim_start().starts_with('\\') {
            for statement in sql::statements(&std::mem::take(text)) {
                run(process, stream, &statement, &options)?;
            }
        } else if text.trim().is_empty() {
            text.clear();
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// Sends a statement and shows what comes back. Whether it went well.
fn run(process: &mut Process<'_>, stream: podarium_machine::ExchangeId, statement: &str, options: &Options) -> Result<bool, Suspend> {
    let meta = statement.trim_start().starts_with('\\');
    let known = ["\\l", "\\dt", "\\du", "\\d", "\\conninfo"];
    if meta && !known.contains(&statement.split_whitespace().next().unwrap_or_default()) {
        process.eprint(&format!("podarium: not simulated: psql's {statement}\n"))?;
        return Ok(false);
    }
    if statement.trim() == "\\conninfo" {
        process.print(&format!("You are connected to database \"{}\" as user \"{}\" via socket in \"/var/run/postgresql\" at port \"5432\".\n", options.database, options.user))?;
        return Ok(true);
    }
    let Some(answer) = ask(process, stream, &json!({"sql": statement}).to_string())? else {
        process.eprint("server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.\nconnection to server was lost\n")?;
        return Ok(false);
    };
    let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
    if let Some(error) = answer["error"].as_str() {
        process.eprint(&format!("{error}\n"))?;
        return Ok(false);
    }
    if let Some(done) = answer["done"].as_str() {
        process.print(&format!("{done}\n"))?;
        return Ok(true);
    }
    let texts = |value: &Value| value.as_array().into_iter().flatten().map(|one| one.as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>();
    let mut rows: Vec<Vec<String>> = answer["rows"].as_array().into_iter().flatten().map(texts).collect();
    let (mut names, mut title) = (texts(&answer["names"]), None);
    let first = statement.split_whitespace().next().unwrap_or_default();
    let mut numeric: Vec<bool> = answer["numeric"].as_array().into_iter().flatten().map(|one| one == &json!(true)).collect();
    if meta {
        let of = |names: &[String], make: &dyn Fn(&str) -> Vec<String>| names.iter().map(|name| make(name)).collect::<Vec<_>>();
        let owner = options.user.clone();
        (title, rows, names) = match first {
            "\\l" => (Some("List of databases"), of(&names, &|name| vec![name.to_owned(), owner.clone(), "UTF8".to_owned()]), vec!["Name".to_owned(), "Owner".to_owned(), "Encoding".to_owned()]),
            "\\dt" if names.is_empty() => {
                process.eprint("Did not find any relations.\n")?;
                return Ok(true);
            }
            "\\dt" => (
                Some("List of relations"),
                of(&names, &|name| vec!["public".to_owned(), name.to_owned(), "table".to_owned(), owner.clone()]),
                ["Schema", "Name", "Type", "Owner"].map(str::to_owned).into(),
            ),
            "\\du" => (Some("List of roles"), of(&names, &|name| vec![name.to_owned(), String::new()]), vec!["Role name".to_owned(), "Attributes".to_owned()]),
            _ => (
                Some("Columns"),
                answer["columns"].as_array().into_iter().flatten().map(|column| vec![column["name"].as_str().unwrap_or_default().to_owned(), column["kind"].as_str().unwrap_or_default().to_owned()]).collect(),
                vec!["Column".to_owned(), "Type".to_owned()],
            ),
        };
        numeric = vec![false; names.len()];
    }
    process.print(&table(title, &names, &numeric, &rows, options))?;
    Ok(true)
}

/// Rows as psql shows them.
fn table(title: Option<&str>, names: &[String], numeric: &[bool], rows: &[Vec<String>], options: &Options) -> String {
    let mut out = String::new();
    let count = if rows.len() == 1 { "(1 row)\n".to_owned() } else { format!("({} rows)\n", rows.len()) };
    if options.unaligned {
        if !options.tuples_only {
            out.push_str(&format!("{}\n", names.join("|")));
        }
        rows.iter().for_each(|row| out.push_str(&format!("{}\n", row.join("|"))));
        return if options.tuples_only { out } else { out + &count };
    }
    let length = |text: &str| text.chars().count();
    let widths: Vec<usize> = names.iter().enumerate().map(|(index, name)| rows.iter().map(|row| length(&row[index])).chain([length(name)]).max().unwrap_or(0)).collect();
    if let Some(title) = title {
        let whole = widths.iter().map(|width| width + 3).sum::<usize>().saturating_sub(1);
        out.push_str(&format!("{}{title}\n", " ".repeat(whole.saturating_sub(title.len()) / 2)));
    }
    if !options.tuples_only {
        let head = names.iter().zip(&widths).map(|(name, width)| {
            let left = (width - length(name)) / 2;
            format!(" {}{name}{} ", " ".repeat(left), " ".repeat(width - length(name) - left))
        });
        out.push_str(&format!("{}\n", head.collect::<Vec<_>>().join("|")));
        out.push_str(&format!("{}\n", widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>().join("+")));
    }
    for row in rows {
        let cells = row.iter().enumerate().map(|(index, cell)| {
            let pad = " ".repeat(widths[index] - length(cell));
            let last = index + 1 == row.len();
            match (numeric.get(index) == Some(&true), last) {
                (true, true) => format!(" {pad}{cell}"),
                (true, false) => format!(" {pad}{cell} "),
                (false, true) => format!(" {cell}"),
                (false, false) => format!(" {cell}{pad} "),
            }
        });
        out.push_str(&format!("{}\n", cells.collect::<Vec<_>>().join("|")));
    }
    if !options.tuples_only {
        out.push_str(&count);
    }
    out + "\n"
}

/// `pg_isready`: what probes ask.
fn is_ready(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let host = match options(process) {
        Ok(options) => options.host,
        Err(word) => {
            process.eprint(&format!("podarium: not simulated: pg_isready {word}\n"))?;
            return Ok(3);
        }
    };
    let place = host.clone().unwrap_or_else(|| "/var/run/postgresql".to_owned());
    let (said, code) = match open(process, host.as_deref().unwrap_or("127.0.0.1"), PORT)? {
        Ok(_) => ("accepting connections", 0),
        Err(_) => ("no response", 2),
    };
    process.print(&format!("{place}:{PORT} - {said}\n"))?;
    Ok(code)
}
