//! mongo: a store of documents, and `mongosh`.
//!
//! Models: the image mongo of Docker Hub (docker-entrypoint.sh, the server's log), mongosh --eval.
//! Simplified: inserting, finding, counting, changing with $set and $inc, and deleting, by fields that are equal; client and server
//! speak a language of their own; users are not checked.

use std::collections::BTreeMap;
use std::time::Duration;

use podarium_machine::{ConnectionId, NetError, Process, Program, Replay, Signal, Suspend, Sys};
use serde_json::{Map, Value, json};

use super::conversation::{Conversation, Talker, ask, open};
use super::web::{say, time};
use super::{Base, Binary, Image};

const SERVER: Binary = Binary { path: "/usr/local/bin/docker-entrypoint.sh", program: Talker::<Mongo>::program };
const CLIENT: Binary = Binary { path: "/usr/bin/mongosh", program: || -> Box<dyn Program> { Box::new(Replay::new(client)) } };
const VERSION_FILE: &str = "/etc/mongod.version";
const DATA: &str = "/data/db";
const PORT: u16 = 27_017;

pub(super) fn images() -> Vec<Image> {
    let tags = [("latest", "8.2.2"), ("4.4", "4.4.29"), ("5", "5.0.31"), ("5.0", "5.0.31"), ("6", "6.0.26"), ("6.0", "6.0.26"), ("7", "7.0.25"), ("7.0", "7.0.25"), ("8", "8.2.2"), ("8.0", "8.0.15")];
    tags.iter().map(|(tag, version)| {
        let mut image = Image::of(&format!("mongo:{tag}"), 280 << 20, Base::Ubuntu, SERVER);
        image.tools = vec!["jq", "openssl"];
        image.binaries.push(CLIENT);
        image.args = vec!["mongod".to_owned()];
        image.env = vec![("MONGO_VERSION".to_owned(), (*version).to_owned())];
        image.files = vec![(VERSION_FILE.to_owned(), format!("{version}\n")), (format!("{DATA}/"), String::new())];
        image
    }).collect()
}

/// Collections by database, with their documents.
type Databases = BTreeMap<String, BTreeMap<String, Vec<Map<String, Value>>>>;

#[derive(Clone)]
struct Mongo {
    version: String,
    data: Databases,
}

fn log(sys: &mut Sys<'_>, component: &str, id: u32, context: &str, text: &str, attr: &Value) {
    let attr = if attr.is_null() { String::new() } else { format!(",\"attr\":{attr}") };
    let at = time(sys, "%Y-%m-%dT%H:%M:%S.%3f+00:00");
    let component = format!("\"{component}\",");
    say(sys, 1, &format!("{{\"t\":{{\"$date\":\"{at}\"}},\"s\":\"I\",  \"c\":{component:<11} \"id\":{id},   \"ctx\":\"{context}\",\"msg\":\"{text}\"{attr}}}\n"));
}

impl Conversation for Mongo {
    fn start(sys: &mut Sys<'_>) -> Result<Self, i32> {
        let version = sys.read_file(VERSION_FILE).map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned()).unwrap_or_default();
        let env = |name: &str| sys.env().get(name).is_some_and(|value| !value.is_empty());
        let (user, password) = (env("MONGO_INITDB_ROOT_USERNAME"), env("MONGO_INITDB_ROOT_PASSWORD"));
        if user != password {
            say(sys, 2, "error: missing 'MONGO_INITDB_ROOT_USERNAME' or 'MONGO_INITDB_ROOT_PASSWORD'\n       both must be specified for a user to be created\n");
            return Err(1);
        }
        if user {
            say(sys, 2, "podarium: not simulated: users of mongo; everybody may do everything\n");
        }
        sys.set_memory(90 << 20);
        let data = sys.read_file(&format!("{DATA}/base.json")).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        log(sys, "CONTROL", 4_615_611, "initandlisten", "MongoDB starting", &json!({"pid": 1, "port": PORT, "dbPath": DATA, "architecture": "64-bit", "host": sys.hostname()}));
        Ok(Mongo { version, data })
    }

    fn port(&self) -> u16 {
        PORT
    }

    fn prepare(&mut self, sys: &mut Sys<'_>, step: u32) -> Result<Option<Duration>, i32> {
        if step == 0 {
            return Ok(Some(Duration::from_millis(900)));
        }
        if let Err(error) = sys.write_file(&format!("{DATA}/mongod.lock"), b"1\n", 0o600) {
            log(sys, "STORAGE", 20_557, "initandlisten", "DBException in initAndListen, terminating", &json!({"error": format!("DBPathInUse: Unable to create/open the lock file: {DATA}/mongod.lock ({error})")}));
            return Err(100);
        }
        log(sys, "NETWORK", 23_015, "listener", "Listening on", &json!({"address": "0.0.0.0"}));
        log(sys, "NETWORK", 23_016, "listener", "Waiting for connections", &json!({"port": PORT, "ssl": "off"}));
        Ok(None)
    }

    fn greet(&mut self, sys: &mut Sys<'_>, id: ConnectionId, from: &str) -> Vec<u8> {
        log(sys, "NETWORK", 22_943, "listener", "Connection accepted", &json!({"remote": from, "connectionId": id.0}));
        Vec::new()
    }

    fn hear(&mut self, sys: &mut Sys<'_>, _id: ConnectionId, heard: &mut Vec<u8>) -> Result<Vec<u8>, Vec<u8>> {
        let mut out = Vec::new();
        while let Some(length) = super::conversation::line(heard) {
            let line: Vec<u8> = heard.drain(..length).collect();
            let Ok(question) = serde_json::from_slice::<Value>(&line) else { return Err(out) };
            let answer = self.answer(sys, &question);
            out.extend(format!("{answer}\n").bytes());
        }
        Ok(out)
    }

    fn stop(&mut self, sys: &mut Sys<'_>, _signal: Signal) -> Option<i32> {
        log(sys, "CONTROL", 23_377, "SignalHandler", "Received signal", &json!({"signal": 15, "error": "Terminated"}));
        log(sys, "CONTROL", 23_138, "SignalHandler", "Shutting down", &json!({"exitCode": 0}));
        Some(0)
    }
}

impl Mongo {
    fn answer(&mut self, sys: &mut Sys<'_>, question: &Value) -> Value {
        sys.use_cpu(Duration::from_micros(200));
        let text = |name: &str| question[name].as_str().unwrap_or_default().to_owned();
        let (database, collection, operation) = (text("db"), text("collection"), text("operation"));
        let args = question["args"].as_array().cloned().unwrap_or_default();
        let filter = args.first().and_then(Value::as_object).cloned().unwrap_or_default();
        if let Some(key) = filter.iter().find(|(key, value)| key.starts_with('$') || value.as_object().is_some_and(|inner| inner.keys().any(|key| key.starts_with('$') && key != "$oid")))
            && !operation.starts_with("insert")
        {
            return json!({"error": format!("podarium: not simulated: the query operator in {}", key.0)});
        }
        let fits = |document: &Map<String, Value>| filter.iter().all(|(key, value)| document.get(key) == Some(value));
        match operation.as_str() {
            "version" => return json!({"value": self.version}),
            "databases" => return json!({"value": self.data.keys().collect::<Vec<_>>()}),
            "collections" => return json!({"value": self.data.get(&database).map(|all| all.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()}),
            "ping" => return json!({"value": {"ok": 1}}),
            "dropDatabase" => {
                self.data.remove(&database);
                self.save(sys);
                return json!({"value": {"ok": 1, "dropped": database}});
            }
            _ => {}
        }
        let documents = self.data.entry(database.clone()).or_default().entry(collection.clone()).or_default();
        let mut changed = true;
        let value = match operation.as_str() {
            "insertOne" | "insertMany" => {
                let fresh: Vec<Map<String, Value>> = match args.first() {
                    Some(Value::Array(all)) => all.iter().filter_map(|one| one.as_object().cloned()).collect(),
                    _ => vec![filter],
                };
                let mut ids = Vec::new();
                for mut document in fresh {
                    let seconds = sys.unix_nanos() / 1_000_000_000;
                    let id = document.remove("_id").unwrap_or_else(|| json!({"$oid": format!("{seconds:08x}{:016x}", sys.random_bits())}));
                    if documents.iter().any(|known| known.get("_id") == Some(&id)) {
                        return json!({"error": format!("MongoServerError: E11000 duplicate key error collection: {database}.{collection} index: _id_ dup key: {{ _id: {} }}", shown(&id, 0))});
                    }
                    ids.push(id.clone());
                    let mut whole = Map::new();
                    whole.insert("_id".to_owned(), id);
                    whole.extend(document);
                    documents.push(whole);
                }
                match operation.as_str() {
                    "insertOne" => json!({"acknowledged": true, "insertedId": ids.first()}),
                    _ => {
                        let all: Map<String, Value> = ids.into_iter().enumerate().map(|(index, id)| (index.to_string(), id)).collect();
                        json!({"acknowledged": true, "insertedIds": all})
                    }
                }
            }
            "updateOne" | "updateMany" => {
                let change = args.get(1).and_then(Value::as_object).cloned().unwrap_or_default();
                if let Some(other) = change.keys().find(|key| !["$set", "$inc"].contains(&key.as_str())) {
                    return match other.starts_with('$') {
                        true => json!({"error": format!("podarium: not simulated: {other}")}),
                        false => json!({"error": "MongoInvalidArgumentError: Update document requires atomic operators"}),
                    };
                }
                let (mut matched, mut modified) = (0, 0);
                for document in documents.iter_mut().filter(|document| fits(document)) {
                    if operation == "updateOne" && matched == 1 {
                        break;
                    }
                    matched += 1;
                    let before = document.clone();
                    for (key, value) in change.get("$set").and_then(Value::as_object).into_iter().flatten() {
                        document.insert(key.clone(), value.clone());
                    }
                    for (key, value) in change.get("$inc").and_then(Value::as_object).into_iter().flatten() {
                        let sum = document.get(key).and_then(Value::as_i64).unwrap_or(0) + value.as_i64().unwrap_or(0);
                        document.insert(key.clone(), json!(sum));
                    }
                    modified += i32::from(*document != before);
                }
                json!({"acknowledged": true, "insertedId": null, "matchedCount": matched, "modifiedCount": modified, "upsertedCount": 0})
            }
            "deleteOne" | "deleteMany" => {
                let before = documents.len();
                let mut gone = false;
                documents.retain(|document| {
                    let goes = fits(document) && !(operation == "deleteOne" && gone);
                    gone |= goes;
                    !goes
                });
                json!({"acknowledged": true, "deletedCount": before - documents.len()})
            }
            "drop" => {
                let was = self.data.get_mut(&database).is_some_and(|all| all.remove(&collection).is_some_and(|documents| !documents.is_empty()));
                json!(was)
            }
            _ => {
                changed = false;
                let found: Vec<Value> = documents.iter().filter(|document| fits(document)).cloned().map(Value::Object).collect();
                if documents.is_empty() {
                    self.data.get_mut(&database).map(|all| all.remove(&collection));
                }
                match operation.as_str() {
                    "find" => json!(found),
                    "findOne" => found.first().cloned().unwrap_or(Value::Null),
                    "countDocuments" | "count" | "estimatedDocumentCount" => json!(found.len()),
                    other => return json!({"error": format!("podarium: not simulated: {other}()")}),
                }
            }
        };
        self.data.retain(|_, all| !all.is_empty());
        if changed {
            self.save(sys);
        }
        json!({"value": value})
    }

    fn save(&self, sys: &mut Sys<'_>) {
        let bytes = serde_json::to_vec(&self.data).unwrap_or_default();
        if let Err(error) = sys.write_file(&format!("{DATA}/base.json"), &bytes, 0o600) {
            log(sys, "STORAGE", 22_435, "conn", "WiredTiger error message", &json!({"error": error.to_string()}));
        }
    }
}

/// A value as mongosh shows it.
fn shown(value: &Value, indent: usize) -> String {
    let pad = " ".repeat(indent + 2);
    match value {
        Value::String(text) => format!("'{}'", text.replace('\'', "\\'")),
        Value::Object(fields) if fields.len() == 1 && fields.contains_key("$oid") => format!("ObjectId('{}')", fields["$oid"].as_str().unwrap_or_default()),
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Object(fields) => {
            let parts: Vec<String> = fields.iter().map(|(key, value)| {
                let plain = !key.starts_with(|c: char| c.is_ascii_digit()) && key.chars().all(|c| c.is_alphanumeric() || c == '_');
                format!("{}: {}", if plain { key.clone() } else { format!("'{key}'") }, shown(value, indent + 2))
            }).collect();
            let one = format!("{{ {} }}", parts.join(", "));
            if one.len() + indent <= 76 && !one.contains('\n') { one } else { format!("{{\n{pad}{}\n{}}}", parts.join(&format!(",\n{pad}")), " ".repeat(indent)) }
        }
        Value::Array(all) if all.is_empty() => "[]".to_owned(),
        Value::Array(all) => {
            let parts: Vec<String> = all.iter().map(|one| shown(one, indent + 2)).collect();
            let one = format!("[ {} ]", parts.join(", "));
            let objects = all.len() > 1 && all.iter().any(Value::is_object);
            if !objects && one.len() + indent <= 76 && !one.contains('\n') { one } else { format!("[\n{pad}{}\n{}]", parts.join(&format!(",\n{pad}")), " ".repeat(indent)) }
        }
        other => other.to_string(),
    }
}

/// JavaScript's way to write a value, as JSON: bare names of fields, single quotes.
fn to_json(text: &str) -> Option<Value> {
    let mut out = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\'' => {
                let mut inner = String::new();
                loop {
                    match chars.next()? {
                        '\\' => inner.extend(chars.next()),
                        end if end == c => break,
                        other => inner.push(other),
                    }
                }
                out.push_str(&json!(inner).to_string());
            }
            c if c.is_alphabetic() || c == '_' || c == '$' => {
                let mut word = c.to_string();
                while let Some(next) = chars.next_if(|next| next.is_alphanumeric() || matches!(next, '_' | '$' | '.')) {
                    word.push(next);
                }
                if word == "ObjectId" && chars.next_if_eq(&'(').is_some() {
                    let id: String = chars.by_ref().take_while(|c| *c != ')').filter(char::is_ascii_hexdigit).collect();
                    out.push_str(&json!({"$oid": id}).to_string());
                } else if matches!(word.as_str(), "true" | "false" | "null") {
                    out.push_str(&word);
                } else {
                    out.push_str(&json!(word).to_string());
                }
            }
            c => out.push(c),
        }
    }
    serde_json::from_str(&format!("[{}]", out.replace(",}", "}").replace(",]", "]"))).ok()
}

/// A statement of the shell as a question. `Err`: it is not simulated.
fn read(text: &str, database: &str) -> Result<Value, String> {
    let question = |collection: &str, operation: &str, args: Value| Ok(json!({"db": database, "collection": collection, "operation": operation, "args": args}));
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        ["show", "dbs" | "databases"] => return question("", "databases", json!([])),
        ["show", "collections" | "tables"] => return question("", "collections", json!([])),
        _ => {}
    }
    let unknown = || Err(format!("podarium: not simulated: {text}"));
    let Some(rest) = text.strip_prefix("db.") else { return unknown() };
    let Some((path, after)) = rest.split_once('(') else { return unknown() };
    // What turns a cursor into a list changes nothing here.
    let mut body = after.trim_end();
    for tail in [".toArray()", ".pretty()", ".count()"] {
        body = body.strip_suffix(tail).unwrap_or(body);
    }
    let counts = after.trim_end().ends_with(".count()");
    let Some(body) = body.strip_suffix(')') else { return unknown() };
    let Some(args) = to_json(body) else { return Err("SyntaxError: Unexpected token".to_owned()) };
    match path.rsplit_once('.') {
        None => match path {
            "version" => question("", "version", args),
            "dropDatabase" => question("", "dropDatabase", args),
            "getCollectionNames" => question("", "collections", args),
            "adminCommand" | "runCommand" if args[0] == json!("ping") || args[0] == json!({"ping": 1}) => question("", "ping", args),
            _ => unknown(),
        },
        Some((collection, operation)) => question(collection, if counts { "count" } else { operation }, args),
    }
}

fn client(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let args = process.args();
    let (mut host, mut port, mut database, mut scripts, mut quiet) = ("127.0.0.1".to_owned(), PORT, "test".to_owned(), Vec::new(), false);
    let mut words = args.iter().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--eval" => scripts.extend(words.next().cloned()),
            "--quiet" => quiet = true,
            "--host" => words.next().map_or("", String::as_str).clone_into(&mut host),
            "--port" => port = words.next().and_then(|port| port.parse().ok()).unwrap_or(PORT),
            "-u" | "-p" | "--username" | "--password" | "--authenticationDatabase" => drop(words.next()),
            word if word.starts_with("mongodb://") => {
                let rest = &word["mongodb://".len()..];
                let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
                let (place, name) = rest.split_once('/').unwrap_or((rest, ""));
                let (name_of_host, number) = place.split_once(':').unwrap_or((place, "27017"));
                (host, port) = (name_of_host.to_owned(), number.parse().unwrap_or(PORT));
                if let Some(name) = name.split('?').next().filter(|name| !name.is_empty()) {
                    name.clone_into(&mut database);
                }
            }
            word if word.starts_with('-') => {
                process.eprint(&format!("podarium: not simulated: mongosh {word}\n"))?;
                return Ok(1);
            }
            word => word.clone_into(&mut database),
        }
    }
    if scripts.is_empty() {
        process.eprint("podarium: not simulated: mongosh without --eval\n")?;
        return Ok(1);
    }
    let _ = quiet;
    let stream = match open(process, &host, port)? {
        Ok(stream) => stream,
        Err(NetError::UnknownHost) => {
            process.eprint(&format!("MongoNetworkError: getaddrinfo ENOTFOUND {host}\n"))?;
            return Ok(1);
        }
        Err(_) => {
            process.eprint(&format!("MongoNetworkError: connect ECONNREFUSED {host}:{port}\n"))?;
            return Ok(1);
        }
    };
    for statement in scripts.iter().flat_map(|script| script.split(';')).map(str::trim).filter(|statement| !statement.is_empty()) {
        let question = match read(statement, &database) {
            Ok(question) => question,
            Err(text) => {
                process.eprint(&format!("{text}\n"))?;
                return Ok(1);
            }
        };
        let answer: Value = ask(process, stream, &question.to_string())?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        if let Some(error) = answer["error"].as_str() {
            process.eprint(&format!("{error}\n"))?;
            return Ok(1);
        }
        let listed = matches!(question["operation"].as_str(), Some("databases" | "collections")) && statement.starts_with("show");
        let text = match &answer["value"] {
            Value::Array(all) if listed => all.iter().map(|one| format!("{}\n", one.as_str().unwrap_or_default())).collect(),
            Value::String(text) => format!("{text}\n"),
            value => format!("{}\n", shown(value, 0)),
        };
        process.print(&text)?;
    }
    Ok(0)
}
