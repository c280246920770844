//! redis: a key-value store, and `redis-cli`.
//!
//! Models: the image redis of Docker Hub: redis-server with RESP 2, its log, snapshots and append-only file; redis-cli.
//! Simplified: strings, lists, sets and hashes; other commands say that they are not simulated. The files that it keeps have a
//! form of their own.

mod client;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use podarium_machine::{ConnectionId, Program, Replay, Signal, Sys};
use podarium_sim::Time;
use serde::{Deserialize, Serialize};

use super::conversation::{Conversation, Talker};
use super::web::{say, time};
use super::{Base, Binary, Image};

const SERVER: Binary = Binary { path: "/usr/local/bin/redis-server", program: Talker::<Redis>::program };
const CLIENT: Binary = Binary { path: "/usr/local/bin/redis-cli", program: || -> Box<dyn Program> { Box::new(Replay::new(client::main)) } };
const VERSION_FILE: &str = "/usr/local/share/redis.version";
const PORT: u16 = 6379;
/// After so long one change is enough for a snapshot.
const SNAPSHOT: Duration = Duration::from_secs(3600);

const TAGS: &[(&str, &str)] = &[
    ("latest", "8.4.0"), ("alpine", "8.4.0"), ("5", "5.0.14"), ("5.0.4", "5.0.4"), ("6", "6.2.21"), ("6-alpine", "6.2.21"), ("6.0", "6.0.20"), ("6.2", "6.2.21"),
    ("7", "7.4.7"), ("7-alpine", "7.4.7"), ("7.0", "7.0.15"), ("7.2", "7.2.12"), ("7.4", "7.4.7"), ("8", "8.4.0"), ("8.0", "8.0.5"),
];

pub(super) fn images() -> Vec<Image> {
    TAGS.iter().map(|(tag, version)| {
        let base = if tag.contains("alpine") { Base::Alpine } else { Base::Debian };
        let mut image = Image::of(&format!("redis:{tag}"), 45 << 20, base, SERVER);
        image.binaries.push(CLIENT);
        (image.entrypoint, image.args) = (Vec::new(), vec!["redis-server".to_owned()]);
        image.workdir = Some("/data".to_owned());
        image.files = vec![(VERSION_FILE.to_owned(), format!("{version}\n")), ("/data/".to_owned(), String::new())];
        image
    }).collect()
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Value {
    Text(String),
    List(VecDeque<String>),
    Set(BTreeSet<String>),
    Hash(BTreeMap<String, String>),
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Data {
    values: BTreeMap<String, Value>,
    /// When keys end, in milliseconds since 1970.
    ends: BTreeMap<String, i64>,
}

#[derive(Clone)]
struct Redis {
    version: String,
    port: u16,
    password: Option<String>,
    append_only: bool,
    snapshots: bool,
    data: Data,
    changes: u64,
    saved: Time,
    known: BTreeSet<ConnectionId>,
    started: Time,
    ended: Option<i32>,
    commands: u64,
}

/// What a command is answered.
enum Answer {
    Ok,
    Status(&'static str),
    Number(i64),
    Text(String),
    Nothing,
    Many(Vec<Answer>),
    Error(String),
}

impl Answer {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Answer::Ok => out.extend(b"+OK\r\n"),
            Answer::Status(text) => out.extend(format!("+{text}\r\n").bytes()),
            Answer::Number(number) => out.extend(format!(":{number}\r\n").bytes()),
            Answer::Text(text) => out.extend(format!("${}\r\n{text}\r\n", text.len()).bytes()),
            Answer::Nothing => out.extend(b"$-1\r\n"),
            Answer::Many(all) => {
                out.extend(format!("*{}\r\n", all.len()).bytes());
                all.iter().for_each(|one| one.write(out));
            }
            Answer::Error(text) => out.extend(format!("-{text}\r\n").bytes()),
        }
    }
}

impl Conversation for Redis {
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32> {
        let version = sys.read_file(VERSION_FILE).map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_default();
        let args: Vec<String> = sys.args().iter().skip(1).cloned().collect();
        if args.first().is_some_and(|word| word == "--version" || word == "-v") {
            say(sys, 1, &format!("Redis server v={version} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=0\n"));
            return Err(0);
        }
        let mut redis = Redis {
            version: version.clone(),
            port: PORT,
            password: None,
            append_only: false,
            snapshots: true,
            data: Data::default(),
            changes: 0,
            saved: sys.now(),
            known: BTreeSet::new(),
            started: sys.now(),
            ended: None,
            commands: 0,
        };
        let has_file = args.first().is_some_and(|word| !word.starts_with("--"));
        let mut settings: Vec<(String, String)> = Vec::new();
        if has_file {
            match sys.read_file(&args[0]) {
                Ok(bytes) => {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
                    settings.extend(lines.map(|line| line.split_once(char::is_whitespace).map_or((line.to_owned(), String::new()), |(key, value)| (key.to_owned(), value.trim().trim_matches('"').to_owned()))));
                }
                Err(_) => {
                    say(sys, 2, &format!("\n*** FATAL CONFIG FILE ERROR (Redis {version}) ***\nCan't open config file '{}'\n", args[0]));
                    return Err(1);
                }
            }
        }
        let mut words = args.iter().skip(usize::from(has_file)).peekable();
        while let Some(word) = words.next() {
            let key = word.trim_start_matches('-').to_owned();
            let mut value = Vec::new();
            while let Some(next) = words.next_if(|next| !next.starts_with("--")) {
                value.push(next.clone());
            }
            settings.push((key, value.join(" ")));
        }
        for (key, value) in settings {
            match key.as_str() {
                "port" => redis.port = value.parse().unwrap_or(PORT),
                "requirepass" => redis.password = Some(value).filter(|value| !value.is_empty()),
                "appendonly" => redis.append_only = value == "yes",
                "save" => redis.snapshots = !value.is_empty() && value != "\"\"",
                "bind" | "protected-mode" | "loglevel" | "dir" | "maxmemory" | "maxmemory-policy" | "timeout" | "tcp-keepalive" | "databases" | "daemonize" | "appendfsync" => {}
                key => say(sys, 2, &format!("podarium: not simulated: redis setting {key}\n")),
            }
        }
        let old = version.starts_with('5') || version.starts_with('6');
        let mark = if old { "#" } else { "*" };
        let stamp = |sys: &Sys<'_>, role: char| format!("{}:{role} {}", sys.pid(), time(sys, "%d %b %Y %H:%M:%S.%3f"));
        let early = stamp(sys, 'C');
        say(sys, 1, &format!("{early} {mark} oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n"));
        say(sys, 1, &format!("{early} {mark} Redis version={version}, bits=64, commit=00000000, modified=0, pid={}, just started\n", sys.pid()));
        match args.is_empty() {
            true => say(sys, 1, &format!("{early} # Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf\n")),
            false => say(sys, 1, &format!("{early} {mark} Configuration loaded\n")),
        }
        if !version.starts_with('5') {
            redis.log(sys, "* monotonic clock: POSIX clock_gettime");
        }
        redis.log(sys, &format!("* Running mode=standalone, port={}.", redis.port));
        redis.log(sys, &format!("{mark} Server initialized"));
        sys.set_memory(8 << 20);
        Ok(redis)
    }

    fn port(&self) -> u16 {
        self.port
    }

    fn prepare(&mut self, sys: &mut Sys<'_>, step: u32) -> Result<Option<Duration>, i32> {
        if step == 0 {
            return Ok(Some(Duration::from_millis(20)));
        }
        let file = if self.append_only { "/data/appendonly.aof" } else { "/data/dump.rdb" };
        match sys.read_file(file) {
            Ok(bytes) => match bytes.strip_prefix(b"REDIS0012\n").and_then(|bytes| serde_json::from_slice(bytes).ok()) {
                Some(data) => {
                    self.data = data;
                    let (age, keys) = (0, self.data.values.len());
                    match self.append_only {
                        true => self.log(sys, "* DB loaded from append only file: 0.000 seconds"),
                        false => {
                            self.log(sys, &format!("* Loading RDB produced by version {}", self.version.clone()));
                            self.log(sys, &format!("* RDB age {age} seconds"));
                            self.log(sys, &format!("* Done loading RDB, keys loaded: {keys}, keys expired: 0."));
                            self.log(sys, "* DB loaded from disk: 0.000 seconds");
                        }
                    }
                }
                None => {
                    self.log(sys, "# Wrong signature trying to load DB from file");
                    return Err(1);
                }
            },
            Err(podarium_machine::Errno::NoEntry) => {}
            Err(error) => {
                self.log(sys, &format!("# Fatal error: can't open the RDB file {file} for reading: {error}"));
                return Err(1);
            }
        }
        let tcp = if self.version.starts_with('5') || self.version.starts_with('6') { "" } else { " tcp" };
        self.log(sys, &format!("* Ready to accept connections{tcp}"));
        Ok(None)
    }

    fn hear(&mut self, sys: &mut Sys<'_>, id: ConnectionId, heard: &mut Vec<u8>) -> Result<Vec<u8>, Vec<u8>> {
        let mut out = Vec::new();
        while let Some((words, length)) = read_command(heard) {
            heard.drain(..length);
            if words.is_empty() {
                continue;
            }
            sys.use_cpu(Duration::from_micros(15));
            self.commands += 1;
            // Somebody speaks HTTP to it.
            if words[0].eq_ignore_ascii_case("POST") || words[0].eq_ignore_ascii_case("host:") {
                self.log(sys, "# Possible SECURITY ATTACK detected. It looks like somebody is sending POST or Host: commands to Redis. This is likely due to an attacker attempting to use Cross Protocol Scripting to compromise your Redis instance. Connection aborted.");
                return Err(out);
            }
            let answer = self.execute(sys, id, &words);
            answer.write(&mut out);
            if words[0].eq_ignore_ascii_case("QUIT") {
                return Err(out);
            }
        }
        Ok(out)
    }

    fn left(&mut self, id: ConnectionId) {
        self.known.remove(&id);
    }

    fn stop(&mut self, sys: &mut Sys<'_>, signal: Signal) -> Option<i32> {
        let name = if signal == Signal::Interrupt { "SIGINT" } else { "SIGTERM" };
        let seconds = sys.unix_nanos() / 1_000_000_000;
        let pid = sys.pid();
        say(sys, 1, &format!("{pid}:signal-handler ({seconds}) Received {name} scheduling shutdown...\n"));
        self.shut_down(sys);
        Some(0)
    }

    fn wakes(&mut self, sys: &mut Sys<'_>) -> Option<Time> {
        if !self.snapshots || self.changes == 0 {
            return None;
        }
        let due = self.saved + SNAPSHOT;
        if due > sys.now() {
            return Some(due);
        }
        self.log(sys, "* 1 changes in 3600 seconds. Saving...");
        self.save(sys);
        self.log(sys, "* Background saving terminated with success");
        None
    }

    fn ends(&self) -> Option<i32> {
        self.ended
    }
}

impl Redis {
    fn log(&self, sys: &mut Sys<'_>, text: &str) {
        let line = format!("{}:M {} {text}\n", sys.pid(), time(sys, "%d %b %Y %H:%M:%S.%3f"));
        say(sys, 1, &line);
    }

    fn shut_down(&mut self, sys: &mut Sys<'_>) {
        let mark = if self.version.starts_with('5') || self.version.starts_with('6') { "#" } else { "*" };
        self.log(sys, &format!("{mark} User requested shutdown..."));
        if self.append_only {
            self.log(sys, "* Calling fsync() on the AOF file.");
        }
        if self.snapshots {
            self.log(sys, "* Saving the final RDB snapshot before exiting.");
            self.save(sys);
        }
        self.log(sys, "# Redis is now ready to exit, bye bye...");
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"REDIS0012\n".to_vec();
        bytes.extend(serde_json::to_vec(&self.data).unwrap_or_default());
        bytes
    }

    fn save(&mut self, sys: &mut Sys<'_>) -> bool {
        (self.changes, self.saved) = (0, sys.now());
        match sys.write_file("/data/dump.rdb", &self.bytes(), 0o600) {
            Ok(()) => {
                self.log(sys, "* DB saved on disk");
                true
            }
            Err(error) => {
                self.log(sys, &format!("# Failed opening the temp RDB file temp-{}.rdb (in server root dir /data) for saving: {error}", sys.pid()));
                false
            }
        }
    }

    fn changed(&mut self, sys: &mut Sys<'_>) {
        self.changes += 1;
        if self.append_only {
            let bytes = self.bytes();
            if let Err(error) = sys.write_file("/data/appendonly.aof", &bytes, 0o644) {
                self.log(sys, &format!("# Error writing to the AOF file: {error}"));
            }
        }
    }

    fn execute(&mut self, sys: &mut Sys<'_>, id: ConnectionId, words: &[String]) -> Answer {
        let now = sys.unix_nanos() / 1_000_000;
        let over: Vec<String> = self.data.ends.iter().filter(|(_, at)| **at <= now).map(|(key, _)| key.clone()).collect();
        for key in over {
            self.data.values.remove(&key);
            self.data.ends.remove(&key);
        }
        let name = words[0].to_ascii_uppercase();
        if let Some(password) = &self.password {
            if name == "AUTH" {
                return match words.last() == Some(password) {
                    true => {
                        self.known.insert(id);
                        Answer::Ok
                    }
                    false => Answer::Error("WRONGPASS invalid username-password pair or user is disabled.".to_owned()),
                };
            }
            if !self.known.contains(&id) && name != "QUIT" {
                return Answer::Error("NOAUTH Authentication required.".to_owned());
            }
        }
        match self.command(sys, &name, &words[1..], now) {
            Ok((answer, changed)) => {
                if changed {
                    self.changed(sys);
                }
                answer
            }
            Err(answer) => answer,
        }
    }

    /// The answer, and whether anything has changed.
    fn command(&mut self, sys: &mut Sys<'_>, name: &str, args: &[String], now: i64) -> Result<(Answer, bool), Answer> {
        let lower = name.to_ascii_lowercase();
        let wrong = || Answer::Error(format!("ERR wrong number of arguments for '{lower}' command"));
        let arg = |index: usize| args.get(index).cloned().ok_or_else(wrong);
        let at_least = |count: usize| if args.len() < count { Err(wrong()) } else { Ok(()) };
        let number = |text: &str| text.parse::<i64>().map_err(|_| Answer::Error("ERR value is not an integer or out of range".to_owned()));
        let kind = || Answer::Error("WRONGTYPE Operation against a key holding the wrong kind of value".to_owned());
        let count = |number: usize| Answer::Number(i64::try_from(number).unwrap_or(i64::MAX));
        let texts = |all: Vec<String>| Answer::Many(all.into_iter().map(Answer::Text).collect());
        let text_of = |data: &Data, key: &str| match data.values.get(key) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text.clone())),
            Some(_) => Err(kind()),
        };
        let keep = |answer: Answer| Ok((answer, false));
        let change = |answer: Answer| Ok((answer, true));
        match name {
            "PING" => keep(args.first().map_or(Answer::Status("PONG"), |text| Answer::Text(text.clone()))),
            "ECHO" => keep(Answer::Text(arg(0)?)),
            "AUTH" => Err(Answer::Error("ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?".to_owned())),
            "SELECT" => match number(&arg(0)?)? {
                0 => keep(Answer::Ok),
                1..=15 => Err(Answer::Error("ERR podarium: not simulated: databases other than 0".to_owned())),
                _ => Err(Answer::Error("ERR DB index is out of range".to_owned())),
            },
            "QUIT" | "CLIENT" | "RESET" => keep(Answer::Ok),
            "HELLO" => Err(Answer::Error("ERR unknown command 'HELLO'".to_owned())),
            "DBSIZE" => keep(count(self.data.values.len())),
            "FLUSHALL" | "FLUSHDB" => {
                self.data = Data::default();
                change(Answer::Ok)
            }
            "SAVE" => keep(if self.save(sys) { Answer::Ok } else { Answer::Error("ERR".to_owned()) }),
            "BGSAVE" => {
                self.save(sys);
                keep(Answer::Status("Background saving started"))
            }
            "LASTSAVE" => keep(Answer::Number(now / 1000)),
            "SHUTDOWN" => {
                self.shut_down(sys);
                self.ended = Some(0);
                keep(Answer::Ok)
            }
            "TIME" => keep(texts(vec![(now / 1000).to_string(), (now % 1000 * 1000).to_string()])),
            "INFO" => keep(Answer::Text(self.info(sys))),
            "CONFIG" if arg(0)?.eq_ignore_ascii_case("get") => {
                let key = arg(1)?;
                let value = match key.as_str() {
                    "port" => self.port.to_string(),
                    "appendonly" => if self.append_only { "yes" } else { "no" }.to_owned(),
                    "dir" => "/data".to_owned(),
                    "save" => if self.snapshots { "3600 1 300 100 60 10000" } else { "" }.to_owned(),
                    "maxmemory" => "0".to_owned(),
                    _ => return keep(Answer::Many(Vec::new())),
                };
                keep(texts(vec![key, value]))
            }
            "SET" => {
                at_least(2)?;
                let (mut ends, mut keep_time, mut old) = (None, false, false);
                let exists = self.data.values.contains_key(&args[0]);
                let before = text_of(&self.data, &args[0]).unwrap_or_default();
                let mut rest = args[2..].iter();
                while let Some(word) = rest.next() {
                    let mut value = || rest.next().map(|text| number(text)).unwrap_or(Err(Answer::Error("ERR syntax error".to_owned())));
                    match word.to_ascii_uppercase().as_str() {
                        "EX" => ends = Some(now + value()? * 1000),
                        "PX" => ends = Some(now + value()?),
                        "NX" if exists => return keep(Answer::Nothing),
                        "XX" if !exists => return keep(Answer::Nothing),
                        "NX" | "XX" => {}
                        "KEEPTTL" => keep_time = true,
                        "GET" => old = true,
                        _ => return Err(Answer::Error("ERR syntax error".to_owned())),
                    }
                }
                self.data.values.insert(args[0].clone(), Value::Text(args[1].clone()));
                match ends {
                    Some(at) => {
                        self.data.ends.insert(args[0].clone(), at);
                    }
                    None if !keep_time => {
                        self.data.ends.remove(&args[0]);
                    }
                    None => {}
                }
                change(if old { before.map_or(Answer::Nothing, Answer::Text) } else { Answer::Ok })
            }
            "SETEX" => {
                at_least(3)?;
                let ends = now + number(&args[1])? * 1000;
                self.data.values.insert(args[0].clone(), Value::Text(args[2].clone()));
                self.data.ends.insert(args[0].clone(), ends);
                change(Answer::Ok)
            }
            "SETNX" => {
                at_least(2)?;
                if self.data.values.contains_key(&args[0]) {
                    return keep(Answer::Number(0));
                }
                self.data.values.insert(args[0].clone(), Value::Text(args[1].clone()));
                change(Answer::Number(1))
            }
            "GET" => keep(text_of(&self.data, &arg(0)?)?.map_or(Answer::Nothing, Answer::Text)),
            "GETDEL" => {
                let text = text_of(&self.data, &arg(0)?)?;
                self.data.values.remove(&args[0]);
                change(text.map_or(Answer::Nothing, Answer::Text))
            }
            "MGET" => keep(Answer::Many(args.iter().map(|key| text_of(&self.data, key).ok().flatten().map_or(Answer::Nothing, Answer::Text)).collect())),
            "MSET" => {
                if args.is_empty() || args.len() % 2 == 1 {
                    return Err(wrong());
                }
                for pair in args.chunks(2) {
                    self.data.values.insert(pair[0].clone(), Value::Text(pair[1].clone()));
                }
                change(Answer::Ok)
            }
            "APPEND" => {
                at_least(2)?;
                let text = text_of(&self.data, &args[0])?.unwrap_or_default() + &args[1];
                let length = text.len();
                self.data.values.insert(args[0].clone(), Value::Text(text));
                change(count(length))
            }
            "STRLEN" => keep(count(text_of(&self.data, &arg(0)?)?.map_or(0, |text| text.len()))),
            "INCR" | "DECR" | "INCRBY" | "DECRBY" => {
                let key = arg(0)?;
                let by = if name.ends_with("BY") { number(&arg(1)?)? } else { 1 };
                let by = if name.starts_with("DECR") { -by } else { by };
                let next = number(&text_of(&self.data, &key)?.unwrap_or_else(|| "0".to_owned()))? + by;
                self.data.values.insert(key, Value::Text(next.to_string()));
                change(Answer::Number(next))
            }
            "DEL" | "UNLINK" => {
                at_least(1)?;
                let gone = args.iter().filter(|key| self.data.values.remove(*key).is_some()).count();
                self.data.ends.retain(|key, _| !args.contains(key));
                Ok((count(gone), gone > 0))
            }
            "EXISTS" => keep(count(args.iter().filter(|key| self.data.values.contains_key(*key)).count())),
            "TYPE" => keep(Answer::Status(match self.data.values.get(&arg(0)?) {
                None => "none",
                Some(Value::Text(_)) => "string",
                Some(Value::List(_)) => "list",
                Some(Value::Set(_)) => "set",
                Some(Value::Hash(_)) => "hash",
            })),
            "KEYS" => {
                let pattern = arg(0)?;
                let fits = |key: &str| glob(pattern.as_bytes(), key.as_bytes());
                keep(texts(self.data.values.keys().filter(|key| fits(key)).cloned().collect()))
            }
            "RENAME" => {
                at_least(2)?;
                let value = self.data.values.remove(&args[0]).ok_or_else(|| Answer::Error("ERR no such key".to_owned()))?;
                self.data.values.insert(args[1].clone(), value);
                change(Answer::Ok)
            }
            "EXPIRE" | "PEXPIRE" => {
                at_least(2)?;
                let by = number(&args[1])? * if name == "EXPIRE" { 1000 } else { 1 };
                let there = self.data.values.contains_key(&args[0]);
                if there {
                    self.data.ends.insert(args[0].clone(), now + by);
                }
                Ok((Answer::Number(i64::from(there)), there))
            }
            "TTL" | "PTTL" => {
                let key = arg(0)?;
                let left = match (self.data.values.contains_key(&key), self.data.ends.get(&key)) {
                    (false, _) => -2,
                    (true, None) => -1,
                    (true, Some(at)) if name == "TTL" => (at - now + 500) / 1000,
                    (true, Some(at)) => at - now,
                };
                keep(Answer::Number(left))
            }
            "PERSIST" => {
                let had = self.data.ends.remove(&arg(0)?).is_some();
                Ok((Answer::Number(i64::from(had)), had))
            }
            "LPUSH" | "RPUSH" => {
                at_least(2)?;
                let Value::List(list) = self.data.values.entry(args[0].clone()).or_insert_with(|| Value::List(VecDeque::new())) else { return Err(kind()) };
                for word in &args[1..] {
                    if name == "LPUSH" { list.push_front(word.clone()) } else { list.push_back(word.clone()) }
                }
                change(count(list.len()))
            }
            "LPOP" | "RPOP" => {
                let key = arg(0)?;
                let popped = match self.data.values.get_mut(&key) {
                    None => None,
                    Some(Value::List(list)) => if name == "LPOP" { list.pop_front() } else { list.pop_back() },
                    Some(_) => return Err(kind()),
                };
                if matches!(self.data.values.get(&key), Some(Value::List(list)) if list.is_empty()) {
                    self.data.values.remove(&key);
                }
                let changed = popped.is_some();
                Ok((popped.map_or(Answer::Nothing, Answer::Text), changed))
            }
            "LLEN" => match self.data.values.get(&arg(0)?) {
                None => keep(Answer::Number(0)),
                Some(Value::List(list)) => keep(count(list.len())),
                Some(_) => Err(kind()),
            },
            "LRANGE" => {
                at_least(3)?;
                let (from, to) = (number(&args[1])?, number(&args[2])?);
                match self.data.values.get(&args[0]) {
                    None => keep(Answer::Many(Vec::new())),
                    Some(Value::List(list)) => {
                        let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
                        let place = |index: i64| if index < 0 { index + length } else { index };
                        let (from, to) = (place(from).max(0), place(to).min(length - 1));
                        keep(texts((from..=to).filter_map(|index| list.get(usize::try_from(index).ok()?).cloned()).collect()))
                    }
                    Some(_) => Err(kind()),
                }
            }
            "SADD" | "SREM" => {
                at_least(2)?;
                let Value::Set(set) = self.data.values.entry(args[0].clone()).or_insert_with(|| Value::Set(BTreeSet::new())) else { return Err(kind()) };
                let changed = args[1..].iter().filter(|word| if name == "SADD" { set.insert((*word).clone()) } else { set.remove(*word) }).count();
                if set.is_empty() {
                    self.data.values.remove(&args[0]);
                }
                Ok((count(changed), changed > 0))
            }
            "SMEMBERS" | "SCARD" | "SISMEMBER" => {
                let empty = BTreeSet::new();
                let set = match self.data.values.get(&arg(0)?) {
                    None => &empty,
                    Some(Value::Set(set)) => set,
                    Some(_) => return Err(kind()),
                };
                keep(match name {
                    "SMEMBERS" => texts(set.iter().cloned().collect()),
                    "SCARD" => count(set.len()),
                    _ => Answer::Number(i64::from(set.contains(&arg(1)?))),
                })
            }
            "HSET" | "HMSET" => {
                if args.len() < 3 || args.len() % 2 == 0 {
                    return Err(wrong());
                }
                let Value::Hash(hash) = self.data.values.entry(args[0].clone()).or_insert_with(|| Value::Hash(BTreeMap::new())) else { return Err(kind()) };
                let fresh = args[1..].chunks(2).filter(|pair| hash.insert(pair[0].clone(), pair[1].clone()).is_none()).count();
                change(if name == "HSET" { count(fresh) } else { Answer::Ok })
            }
            "HGET" | "HGETALL" | "HKEYS" | "HVALS" | "HLEN" | "HEXISTS" | "HDEL" => {
                let mut empty = BTreeMap::new();
                let key = arg(0)?;
                let hash = match self.data.values.get_mut(&key) {
                    None => &mut empty,
                    Some(Value::Hash(hash)) => hash,
                    Some(_) => return Err(kind()),
                };
                match name {
                    "HGET" => keep(hash.get(&arg(1)?).cloned().map_or(Answer::Nothing, Answer::Text)),
                    "HGETALL" => keep(texts(hash.iter().flat_map(|(key, value)| [key.clone(), value.clone()]).collect())),
                    "HKEYS" => keep(texts(hash.keys().cloned().collect())),
                    "HVALS" => keep(texts(hash.values().cloned().collect())),
                    "HLEN" => keep(count(hash.len())),
                    "HEXISTS" => keep(Answer::Number(i64::from(hash.contains_key(&arg(1)?)))),
                    _ => {
                        let gone = args[1..].iter().filter(|field| hash.remove(*field).is_some()).count();
                        Ok((count(gone), gone > 0))
                    }
                }
            }
            _ if NOT_SIMULATED.contains(&name) => Err(Answer::Error(format!("ERR podarium: not simulated: {name}"))),
            _ => {
                let shown: String = args.iter().map(|word| format!("'{word}' ")).collect();
                Err(Answer::Error(format!("ERR unknown command '{lower}', with args beginning with: {shown}")))
            }
        }
    }

    fn info(&self, sys: &Sys<'_>) -> String {
        let up = sys.now().since(self.started).as_secs();
        let keys = match self.data.values.len() {
            0 => String::new(),
            keys => format!("db0:keys={keys},expires={},avg_ttl=0,subexpiry=0\r\n", self.data.ends.len()),
        };
        format!(
            "# Server\r\nredis_version:{}\r\nredis_mode:standalone\r\nprocess_id:{}\r\ntcp_port:{}\r\nuptime_in_seconds:{up}\r\n\r\n# Clients\r\nconnected_clients:1\r\n\r\n# Persistence\r\nloading:0\r\nrdb_changes_since_last_save:{}\r\naof_enabled:{}\r\n\r\n# Stats\r\ntotal_commands_processed:{}\r\n\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n\r\n# Keyspace\r\n{keys}",
            self.version,
            sys.pid(),
            self.port,
            self.changes,
            u8::from(self.append_only),
            self.commands
        )
    }
}

/// Commands that the real one has.
const NOT_SIMULATED: &[&str] = &[
    "ZADD", "ZRANGE", "ZREM", "ZSCORE", "ZCARD", "ZINCRBY", "PUBLISH", "SUBSCRIBE", "PSUBSCRIBE", "MULTI", "EXEC", "DISCARD", "WATCH", "EVAL", "SCRIPT", "XADD",
    "XREAD", "XRANGE", "XGROUP", "SCAN", "HSCAN", "SSCAN", "BLPOP", "BRPOP", "GETSET", "GETRANGE", "SETRANGE", "SETBIT", "GETBIT", "BITCOUNT", "PFADD", "PFCOUNT",
    "GEOADD", "SINTER", "SUNION", "SDIFF", "SPOP", "SMOVE", "LINDEX", "LSET", "LREM", "LTRIM", "LINSERT", "HINCRBY", "INCRBYFLOAT", "SORT", "DUMP", "RESTORE", "MIGRATE",
    "REPLICAOF", "SLAVEOF", "CLUSTER", "ACL", "MODULE", "MONITOR", "DEBUG", "COMMAND", "OBJECT", "MEMORY", "SLOWLOG", "LATENCY", "CONFIG", "ROLE", "WAIT", "RANDOMKEY",
    "BGREWRITEAOF", "SWAPDB", "FUNCTION", "FCALL", "COPY", "TOUCH", "GETEX", "HMGET", "HSETNX", "MSETNX", "EXPIREAT", "PEXPIREAT",
];

/// The words of the next command, and how many bytes it has: RESP, or a plain line. `None`: there is more to come.
fn read_command(heard: &[u8]) -> Option<(Vec<String>, usize)> {
    let text_line = |from: usize| {
        let end = heard.get(from..)?.iter().position(|byte| *byte == b'\n')? + from;
        let text = String::from_utf8_lossy(&heard[from..end]);
        Some((text.trim_end_matches('\r').to_owned(), end + 1))
    };
    let (first, mut at) = text_line(0)?;
    let Some(count) = first.strip_prefix('*') else {
        return Some((first.split_whitespace().map(str::to_owned).collect(), at));
    };
    let mut words = Vec::new();
    for _ in 0..count.parse::<usize>().unwrap_or(0) {
        let (head, next) = text_line(at)?;
        let length: usize = head.strip_prefix('$').and_then(|length| length.parse().ok()).unwrap_or(0);
        let bytes = heard.get(next..next + length)?;
        words.push(String::from_utf8_lossy(bytes).into_owned());
        at = next + length + 2;
    }
    (at <= heard.len()).then_some((words, at))
}

fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some(b'*'), _) => glob(&pattern[1..], text) || !text.is_empty() && glob(pattern, &text[1..]),
        (Some(b'?'), Some(_)) => glob(&pattern[1..], &text[1..]),
        (Some(wanted), Some(found)) if wanted == found => glob(&pattern[1..], &text[1..]),
        _ => false,
    }
}
