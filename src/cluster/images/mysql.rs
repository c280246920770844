//! mysql: the server with its rules for the environment, its log, its data on a volume, and the client `mysql`.
//!
//! Models: the image mysql of Docker Hub (docker-entrypoint.sh, the server's log), mysql, mysqladmin ping.
//! Simplified: SQL is that of `sql.rs`; each statement is a transaction. Client and server speak a language of their own; scripts in
//! docker-entrypoint-initdb.d are not run.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::Duration;

use podarium_machine::{ConnectionId, ExchangeId, NetError, Process, Program, Replay, Signal, Suspend, Sys};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::conversation::{Conversation, Talker, ask, open};
use super::sql::{self, Outcome, Problem, Tables};
use super::web::{say, time};
use super::{Base, Binary, Image};

const SERVER: Binary = Binary { path: "/usr/local/bin/docker-entrypoint.sh", program: Talker::<MySql>::program };
const CLIENT: Binary = Binary { path: "/usr/bin/mysql", program: || -> Box<dyn Program> { Box::new(Replay::new(client)) } };
const ADMIN: Binary = Binary { path: "/usr/bin/mysqladmin", program: || -> Box<dyn Program> { Box::new(Replay::new(admin)) } };
const VERSION_FILE: &str = "/usr/share/mysql/version";
const DATA: &str = "/var/lib/mysql";
const PORT: u16 = 3306;
const SOCKET: &str = "/var/run/mysqld/mysqld.sock";
/// Databases that are always there, and of which nothing more is simulated.
const OWN: [&str; 4] = ["information_schema", "mysql", "performance_schema", "sys"];

const TAGS: &[(&str, &str)] = &[
    ("latest", "9.5.0"), ("5.6", "5.6.51"), ("5.7", "5.7.44"), ("8", "8.4.7"), ("8.0", "8.0.44"), ("8.4", "8.4.7"), ("9", "9.5.0"), ("9.0", "9.0.1"), ("lts", "8.4.7"),
];

pub(super) fn images() -> Vec<Image> {
    TAGS.iter().map(|(tag, version)| {
        let mut image = Image::of(&format!("mysql:{tag}"), 230 << 20, Base::OracleLinux, SERVER);
        image.tools = vec!["openssl"];
        image.binaries.extend([CLIENT, ADMIN]);
        image.args = vec!["mysqld".to_owned()];
        image.env = vec![("MYSQL_VERSION".to_owned(), format!("{version}-1.el9"))];
        image.files = vec![
            (VERSION_FILE.to_owned(), format!("{version}\n")),
            (format!("{DATA}/"), String::new()),
            ("/etc/passwd".to_owned(), format!("{}mysql:x:999:999::/var/lib/mysql:/bin/bash\n", Base::OracleLinux.users())),
            ("/etc/group".to_owned(), format!("{}mysql:x:999:\n", Base::OracleLinux.groups())),
        ];
        image
    }).collect()
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Kept {
    databases: BTreeMap<String, Tables>,
    users: BTreeMap<String, String>,
}

#[derive(Clone)]
struct MySql {
    version: String,
    fresh: bool,
    kept: Kept,
    sessions: BTreeMap<ConnectionId, (String, String)>,
}

/// A line of the entry point.
fn note(sys: &mut Sys<'_>, kind: &str, text: &str) {
    let line = format!("{} [{kind}] [Entrypoint]: {text}\n", time(sys, "%Y-%m-%d %H:%M:%S+00:00"));
    say(sys, if kind == "ERROR" { 2 } else { 1 }, &line);
}

/// A line of the server.
fn log(sys: &mut Sys<'_>, text: &str) {
    let line = format!("{} 0 {text}\n", time(sys, "%Y-%m-%dT%H:%M:%S.%6fZ"));
    say(sys, 2, &line);
}

impl Conversation for MySql {
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32> {
        let version = sys.read_file(VERSION_FILE).map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_default();
        if let Some(other) = sys.args().get(1).filter(|word| !word.starts_with('-') && *word != "mysqld").cloned() {
            say(sys, 2, &format!("podarium: not simulated: {other} in the image mysql\n"));
            return Err(1);
        }
        let greeting = format!("Entrypoint script for MySQL Server {version}-1.el9 started.");
        note(sys, "Note", &greeting);
        note(sys, "Note", "Switching to dedicated user 'mysql'");
        note(sys, "Note", &greeting);
        let env = |sys: &Sys<'_>, name: &str| sys.env().get(name).filter(|value| !value.is_empty()).cloned();
        let is_there = sys.stat(&format!("{DATA}/mysql")).is_ok();
        let mut kept = Kept::default();
        if is_there {
            let bytes = sys.read_file(&format!("{DATA}/base.json")).unwrap_or_default();
            let Ok(found) = serde_json::from_slice(&bytes) else {
                say(sys, 2, &format!("podarium: not simulated: the files in {DATA} are not those of a simulated MySQL\n"));
                return Err(1);
            };
            kept = found;
        } else {
            let root = env(sys, "MYSQL_ROOT_PASSWORD");
            let empty = env(sys, "MYSQL_ALLOW_EMPTY_PASSWORD").is_some();
            let random = env(sys, "MYSQL_RANDOM_ROOT_PASSWORD").is_some();
            if root.is_none() && !empty && !random {
                note(
                    sys,
                    "ERROR",
                    "Database is uninitialized and password option is not specified\n    You need to specify one of the following as an environment variable:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD",
                );
                return Err(1);
            }
            let generated = format!("{:016x}", sys.random_bits());
            let password = if random { generated.clone() } else { root.unwrap_or_default() };
            kept.users.insert("root".to_owned(), password);
            if let Some(database) = env(sys, "MYSQL_DATABASE") {
                kept.databases.insert(database, Tables::new());
            }
            if let (Some(user), Some(password)) = (env(sys, "MYSQL_USER"), env(sys, "MYSQL_PASSWORD")) {
                if user == "root" {
                    note(sys, "ERROR", "MYSQL_USER=\"root\", MYSQL_USER and MYSQL_PASSWORD are for configuring a regular user and cannot be used for the root user\n    Remove MYSQL_USER=\"root\" and use one of the following to control the root user password:\n    - MYSQL_ROOT_PASSWORD\n    - MYSQL_ALLOW_EMPTY_PASSWORD\n    - MYSQL_RANDOM_ROOT_PASSWORD");
                    return Err(1);
                }
                kept.users.insert(user, password);
            }
            if random {
                note(sys, "Note", &format!("GENERATED ROOT PASSWORD: {generated}"));
            }
        }
        sys.set_memory(if version.starts_with('5') { 190 << 20 } else { 380 << 20 });
        Ok(MySql { version, fresh: !is_there, kept, sessions: BTreeMap::new() })
    }

    fn port(&self) -> u16 {
        PORT
    }

    fn prepare(&mut self, sys: &mut Sys<'_>, step: u32) -> Result<Option<Duration>, i32> {
        match (self.fresh, step) {
            (true, 0) => {
                note(sys, "Note", "Initializing database files");
                Ok(Some(Duration::from_millis(4200)))
            }
            (true, 1) => {
                if let Err(error) = sys.write_file(&format!("{DATA}/mysql"), b"", 0o640) {
                    log(sys, &format!("[ERROR] [MY-010187] [Server] Could not open file '{DATA}/mysql' for error logging: {error}"));
                    return Err(1);
                }
                self.save(sys);
                note(sys, "Note", "Database files initialized");
                note(sys, "Note", "Starting temporary server");
                Ok(Some(Duration::from_millis(1800)))
            }
            (true, 2) => {
                note(sys, "Note", "Temporary server started.");
                for name in self.kept.databases.keys().cloned().collect::<Vec<_>>() {
                    note(sys, "Note", &format!("Creating database {name}"));
                }
                for name in self.kept.users.keys().filter(|name| *name != "root").cloned().collect::<Vec<_>>() {
                    note(sys, "Note", &format!("Creating user {name}"));
                }
                note(sys, "Note", "Stopping temporary server");
                Ok(Some(Duration::from_millis(1500)))
            }
            (true, 3) => {
                note(sys, "Note", "Temporary server stopped");
                say(sys, 1, "\n");
                note(sys, "Note", "MySQL init process done. Ready for start up.");
                say(sys, 1, "\n");
                Ok(Some(Duration::from_millis(100)))
            }
            (true, 4) | (false, 0) => {
                log(sys, &format!("[System] [MY-010116] [Server] /usr/sbin/mysqld (mysqld {}) starting as process 1", self.version));
                log(sys, "[System] [MY-013576] [InnoDB] InnoDB initialization has started.");
                Ok(Some(Duration::from_millis(700)))
            }
            _ => {
                log(sys, "[System] [MY-013577] [InnoDB] InnoDB initialization has ended.");
                log(sys, &format!("[System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '{}'  socket: '{SOCKET}'  port: {PORT}  MySQL Community Server - GPL.", self.version));
                Ok(None)
            }
        }
    }

    fn hear(&mut self, sys: &mut Sys<'_>, id: ConnectionId, heard: &mut Vec<u8>) -> Result<Vec<u8>, Vec<u8>> {
        let mut out = Vec::new();
        while let Some(length) = super::conversation::line(heard) {
            let line: Vec<u8> = heard.drain(..length).collect();
            let Ok(question) = serde_json::from_slice::<Value>(&line) else { return Err(out) };
            let answer = match self.sessions.contains_key(&id) {
                false => match self.log_in(id, &question) {
                    Ok(()) => json!({"ok": self.version}),
                    Err(text) => {
                        out.extend(format!("{}\n", json!({"fatal": text})).bytes());
                        return Err(out);
                    }
                },
                true => self.answer(sys, id, question["sql"].as_str().unwrap_or_default()),
            };
            out.extend(format!("{answer}\n").bytes());
        }
        Ok(out)
    }

    fn left(&mut self, id: ConnectionId) {
        self.sessions.remove(&id);
    }

    fn stop(&mut self, sys: &mut Sys<'_>, _signal: Signal) -> Option<i32> {
        log(sys, &format!("[System] [MY-013172] [Server] Received SHUTDOWN from user <via user signal>. Shutting down mysqld (Version: {}).", self.version));
        log(sys, &format!("[System] [MY-010910] [Server] /usr/sbin/mysqld: Shutdown complete (mysqld {})  MySQL Community Server - GPL.", self.version));
        Some(0)
    }
}

impl MySql {
    fn save(&self, sys: &mut Sys<'_>) {
        let bytes = serde_json::to_vec(&self.kept).unwrap_or_default();
        if let Err(error) = sys.write_file(&format!("{DATA}/base.json"), &bytes, 0o640) {
            log(sys, &format!("[ERROR] [MY-012592] [InnoDB] Operating system error: {error}"));
        }
    }

    fn log_in(&mut self, id: ConnectionId, question: &Value) -> Result<(), String> {
        let text = |name: &str| question[name].as_str().unwrap_or_default().to_owned();
        let (user, password, database, from) = (text("user"), text("password"), text("database"), text("from"));
        if self.kept.users.get(&user).is_none_or(|known| *known != password) {
            let using = if password.is_empty() { "NO" } else { "YES" };
            return Err(format!("ERROR 1045 (28000): Access denied for user '{user}'@'{from}' (using password: {using})"));
        }
        if !database.is_empty() && !self.knows(&database) {
            return Err(format!("ERROR 1049 (42000): Unknown database '{database}'"));
        }
        self.sessions.insert(id, (user, database));
        Ok(())
    }

    fn knows(&self, database: &str) -> bool {
        self.kept.databases.contains_key(database) || OWN.contains(&database)
    }

    fn answer(&mut self, sys: &mut Sys<'_>, id: ConnectionId, text: &str) -> Value {
        sys.use_cpu(Duration::from_micros(400));
        let (user, database) = self.sessions.get(&id).cloned().unwrap_or_default();
        let lower = text.to_lowercase().replace('`', "");
        let words: Vec<&str> = lower.split_whitespace().collect();
        let fail = |number: u32, state: &str, text: String| json!({"error": format!("ERROR {number} ({state}) at line 1: {text}")});
        let column = |name: String, values: Vec<String>| json!({"names": [name], "rows": values.into_iter().map(|value| vec![Some(value)]).collect::<Vec<_>>()});
        match words.as_slice() {
            ["show", "databases"] => {
                let mut all: Vec<String> = self.kept.databases.keys().cloned().chain(OWN.map(str::to_owned)).collect();
                all.sort();
                return column("Database".to_owned(), all);
            }
            ["show", "tables"] if database.is_empty() => return fail(1046, "3D000", "No database selected".to_owned()),
            ["show", "tables"] => return column(format!("Tables_in_{database}"), self.kept.databases.get(&database).map(|tables| tables.keys().cloned().collect()).unwrap_or_default()),
            ["use", name] => {
                if !self.knows(name) {
                    return fail(1049, "42000", format!("Unknown database '{name}'"));
                }
                self.sessions.insert(id, (user, (*name).to_owned()));
                return json!({"changed": name});
            }
            ["create", "database" | "schema", rest @ ..] => {
                let name = rest.iter().find(|word| !matches!(**word, "if" | "not" | "exists")).map_or("", |name| name);
                if self.knows(name) {
                    return if rest.contains(&"exists") { json!({"done": 1}) } else { fail(1007, "HY000", format!("Can't create database '{name}'; database exists")) };
                }
                self.kept.databases.insert(name.to_owned(), Tables::new());
                self.save(sys);
                return json!({"done": 1});
            }
            ["drop", "database" | "schema", rest @ ..] => {
                let name = rest.last().map_or("", |name| name);
                if self.kept.databases.remove(name).is_none() && !rest.contains(&"exists") {
                    return fail(1008, "HY000", format!("Can't drop database '{name}'; database doesn't exist"));
                }
                self.save(sys);
                return json!({"done": 0});
            }
            ["show" | "describe" | "desc", ..] => return fail(1235, "42000", format!("podarium: not simulated: {text}")),
            _ => {}
        }
        let values: BTreeMap<String, String> = [
            ("version", self.version.clone()),
            ("@@version", self.version.clone()),
            ("now", time(sys, "%Y-%m-%d %H:%M:%S")),
            ("current_timestamp", time(sys, "%Y-%m-%d %H:%M:%S")),
            ("curdate", time(sys, "%Y-%m-%d")),
            ("database", database.clone()),
            ("user", format!("{user}@localhost")),
            ("current_user", format!("{user}@%")),
            ("@@hostname", sys.hostname().to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let needs = !words.first().is_some_and(|word| *word == "select") || words.contains(&"from");
        // `shop.cats` names its database itself.
        let named = words.iter().filter_map(|word| word.split_once('.')).map(|(name, _)| name.to_owned()).find(|name| self.kept.databases.contains_key(name));
        let own = named.unwrap_or(database);
        let mut none = Tables::new();
        let tables = match self.kept.databases.get_mut(&own) {
            Some(tables) => tables,
            None if needs && OWN.contains(&own.as_str()) => return fail(1235, "42000", format!("podarium: not simulated: the database {own}")),
            None if needs => return fail(1046, "3D000", "No database selected".to_owned()),
            None => &mut none,
        };
        let before = tables.clone();
        let outcome = sql::execute(tables, text, false, &values);
        let changed = *tables != before;
        if changed {
            self.save(sys);
        }
        match outcome {
            Ok(Outcome::Done(_, count)) => json!({"done": count}),
            Ok(Outcome::Rows { names, rows, .. }) => json!({"names": names, "rows": rows}),
            Err(problem) => match problem {
                Problem::Syntax(_, place) => fail(1064, "42000", format!("You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '{}' at line 1", &text[place.min(text.len())..])),
                Problem::NoTable(name) => fail(1146, "42S02", format!("Table '{own}.{name}' doesn't exist")),
                Problem::TableExists(name) => fail(1050, "42S01", format!("Table '{name}' already exists")),
                Problem::NoColumn(name, _) => fail(1054, "42S22", format!("Unknown column '{name}' in 'field list'")),
                Problem::Duplicate { table, column, value } => {
                    let key = if column == "id" { "PRIMARY" } else { column.as_str() };
                    fail(1062, "23000", format!("Duplicate entry '{value}' for key '{table}.{key}'"))
                }
                Problem::Null { column, .. } => fail(1048, "23000", format!("Column '{column}' cannot be null")),
                Problem::NotANumber(kind, text) => fail(1366, "HY000", format!("Incorrect {kind} value: '{text}'")),
                Problem::NotSimulated(what) => fail(1235, "42000", format!("podarium: not simulated: {what}")),
            },
        }
    }
}

struct Options {
    host: String,
    port: u16,
    user: String,
    password: Option<String>,
    asks: bool,
    database: String,
    commands: Vec<String>,
    boxed: bool,
    headless: bool,
    rest: Vec<String>,
}

fn options(process: &Process<'_>) -> Result<Options, String> {
    let args = process.args();
    let mut options = Options {
        host: process.env("MYSQL_HOST").unwrap_or_else(|| "localhost".to_owned()),
        port: PORT,
        user: "root".to_owned(),
        password: process.env("MYSQL_PWD"),
        asks: false,
        database: String::new(),
        commands: Vec::new(),
        boxed: process.is_tty(1),
        headless: false,
        rest: Vec::new(),
    };
    let mut words = args.iter().skip(1);
    while let Some(word) = words.next() {
        let (name, attached) = match word.strip_prefix("--") {
            Some(long) => long.split_once('=').map_or((long, None), |(name, value)| (name, Some(value.to_owned()))),
            None if word.starts_with('-') && word.len() > 1 => (&word[1..2], (word.len() > 2).then(|| word[2..].to_owned())),
            None => {
                options.rest.push(word.clone());
                continue;
            }
        };
        let mut value = || attached.clone().or_else(|| words.next().cloned()).unwrap_or_default();
        match name {
            "h" | "host" => options.host = value(),
            "P" | "port" => options.port = value().parse().unwrap_or(PORT),
            "u" | "user" => options.user = value(),
            "p" | "password" => match attached {
                Some(password) => options.password = Some(password),
                None => options.asks = true,
            },
            "D" | "database" => options.database = value(),
            "e" | "execute" => options.commands.push(value()),
            "t" | "table" => options.boxed = true,
            "N" | "skip-column-names" => options.headless = true,
            "s" | "silent" | "B" | "batch" => options.boxed = false,
            "protocol" => drop(value()),
            _ => return Err(word.clone()),
        }
    }
    Ok(options)
}

/// Connects and logs in. `Err`: the error is written, and the program ends with this code.
fn connect(process: &mut Process<'_>, options: &Options, program: &str) -> Result<Result<(ExchangeId, String), i32>, Suspend> {
    if process.args().iter().any(|word| word.len() > 2 && (word.starts_with("-p") && !word.starts_with("-P") || word.starts_with("--password="))) {
        process.eprint(&format!("{program}: [Warning] Using a password on the command line interface can be insecure.\n"))?;
    }
    let mut password = options.password.clone();
    if options.asks {
        process.eprint("Enter password: ")?;
        password = process.read_line()?.map(|line| line.trim_end().to_owned());
    }
    let local = options.host == "localhost";
    let host = if local { "127.0.0.1" } else { &options.host };
    let stream = match open(process, host, options.port)? {
        Ok(stream) => stream,
        Err(error) => {
            let text = match error {
                _ if local => format!("ERROR 2002 (HY000): Can't connect to local MySQL server through socket '{SOCKET}' (2)"),
                NetError::UnknownHost => format!("ERROR 2005 (HY000): Unknown MySQL server host '{}' (-2)", options.host),
                NetError::TimedOut => format!("ERROR 2003 (HY000): Can't connect to MySQL server on '{}:{}' (110)", options.host, options.port),
                _ => format!("ERROR 2003 (HY000): Can't connect to MySQL server on '{}:{}' (111)", options.host, options.port),
            };
            process.eprint(&format!("{text}\n"))?;
            return Ok(Err(1));
        }
    };
    let database = options.rest.first().filter(|_| program == "mysql").cloned().unwrap_or_else(|| options.database.clone());
    let from = if local || host == "127.0.0.1" { "localhost" } else { "%" };
    let hello = json!({"user": options.user, "password": password.unwrap_or_default(), "database": database, "from": from});
    let answer: Value = ask(process, stream, &hello.to_string())?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    match (answer["ok"].as_str(), answer["fatal"].as_str()) {
        (Some(version), _) => Ok(Ok((stream, version.to_owned()))),
        (None, fatal) => {
            process.eprint(&format!("{}\n", fatal.unwrap_or("ERROR 2013 (HY000): Lost connection to MySQL server at 'reading initial communication packet', system error: 0")))?;
            Ok(Err(1))
        }
    }
}

fn client(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let options = match options(process) {
        Ok(options) => options,
        Err(word) => {
            process.eprint(&format!("podarium: not simulated: mysql {word}\n"))?;
            return Ok(1);
        }
    };
    let (stream, version) = match connect(process, &options, "mysql")? {
        Ok(connected) => connected,
        Err(code) => return Ok(code),
    };
    if !options.commands.is_empty() {
        for statement in options.commands.iter().flat_map(|text| sql::statements(text)) {
            if !run(process, stream, &statement, &options)? {
                return Ok(1);
            }
        }
        return Ok(0);
    }
    let prompt = process.is_tty(0);
    if prompt {
        process.print(&format!("Welcome to the MySQL monitor.  Commands end with ; or \\g.\nYour MySQL connection id is 8\nServer version: {version} MySQL Community Server - GPL\n\nType 'help;' or '\\h' for help. Type '\\c' to clear the current input statement.\n\n"))?;
    }
    process.repeat(String::new(), |process, text: &mut String| {
        if prompt {
            process.print(if text.is_empty() { "mysql> " } else { "    -> " })?;
        }
        let Some(line) = process.read_line()? else { return Ok(ControlFlow::Break(0)) };
        let trimmed = line.trim();
        if text.is_empty() && matches!(trimmed.trim_end_matches(';'), "exit" | "quit" | "\\q") {
            process.print("Bye\n")?;
            return Ok(ControlFlow::Break(0));
        }
        text.push_str(&line);
        if trimmed.ends_with(';') {
            for statement in sql::statements(&std::mem::take(text)) {
                if !run(process, stream, &statement, &options)? && !prompt {
                    return Ok(ControlFlow::Break(1));
                }
            }
        } else if text.trim().is_empty() {
            text.clear();
        }
        Ok(ControlFlow::Continue(()))
    })
}

fn run(process: &mut Process<'_>, stream: ExchangeId, statement: &str, options: &Options) -> Result<bool, Suspend> {
    let Some(answer) = ask(process, stream, &json!({"sql": statement}).to_string())? else {
        process.eprint("ERROR 2013 (HY000) at line 1: Lost connection to MySQL server during query\n")?;
        return Ok(false);
    };
    let answer: Value = serde_json::from_str(&answer).unwrap_or_default();
    if let Some(error) = answer["error"].as_str() {
        process.eprint(&format!("{error}\n"))?;
        return Ok(false);
    }
    if answer["changed"].is_string() {
        if options.boxed {
            process.print("Database changed\n")?;
        }
        return Ok(true);
    }
    if let Some(count) = answer["done"].as_u64() {
        if options.boxed {
            process.print(&format!("Query OK, {count} row{} affected (0.01 sec)\n\n", if count == 1 { "" } else { "s" }))?;
        }
        return Ok(true);
    }
    let cells = |value: &Value| value.as_array().into_iter().flatten().map(|one| one.as_str().unwrap_or("NULL").to_owned()).collect::<Vec<_>>();
    let (names, rows): (Vec<String>, Vec<Vec<String>>) = (cells(&answer["names"]), answer["rows"].as_array().into_iter().flatten().map(cells).collect());
    let mut out = String::new();
    if !options.boxed {
        if !rows.is_empty() {
            let all = (!options.headless).then_some(&names).into_iter().chain(&rows);
            all.for_each(|row| out.push_str(&format!("{}\n", row.join("\t"))));
        }
    } else if rows.is_empty() {
        out.push_str("Empty set (0.00 sec)\n\n");
    } else {
        let widths: Vec<usize> = names.iter().enumerate().map(|(index, name)| rows.iter().map(|row| row[index].chars().count()).chain([name.chars().count()]).max().unwrap_or(0)).collect();
        let rule = format!("+{}+\n", widths.iter().map(|width| "-".repeat(width + 2)).collect::<Vec<_>>().join("+"));
        let row = |cells: &Vec<String>| {
            let all = cells.iter().zip(&widths).map(|(cell, width)| match cell.parse::<f64>() {
                Ok(_) => format!(" {cell:>width$} "),
                Err(_) => format!(" {cell:<width$} "),
            });
            format!("|{}|\n", all.collect::<Vec<_>>().join("|"))
        };
        out = format!("{rule}{}{rule}{}{rule}", row(&names), rows.iter().map(row).collect::<String>());
        if process.is_tty(1) {
            out.push_str(&format!("{} row{} in set (0.00 sec)\n\n", rows.len(), if rows.len() == 1 { "" } else { "s" }));
        }
    }
    process.print(&out)?;
    Ok(true)
}

/// `mysqladmin ping`: what probes ask.
fn admin(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let options = match options(process) {
        Ok(options) => options,
        Err(word) => {
            process.eprint(&format!("podarium: not simulated: mysqladmin {word}\n"))?;
            return Ok(1);
        }
    };
    if options.rest.first().map(String::as_str) != Some("ping") {
        process.eprint(&format!("podarium: not simulated: mysqladmin {}\n", options.rest.join(" ")))?;
        return Ok(1);
    }
    let host = if options.host == "localhost" { "127.0.0.1" } else { &options.host };
    match open(process, host, options.port)? {
        // It lives, whoever asks.
        Ok(_) => {
            process.print("mysqld is alive\n")?;
            Ok(0)
        }
        Err(_) => {
            process.eprint(&format!("mysqladmin: connect to server at '{}' failed\nerror: 'Can't connect to local MySQL server through socket '{SOCKET}' (2)'\nCheck that mysqld is running and that the socket: '{SOCKET}' exists!\n", options.host))?;
            Ok(1)
        }
    }
}
