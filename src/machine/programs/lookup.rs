//! Questions to name servers: `nslookup`, `host`, `dig`, `getent`.

use std::net::Ipv4Addr;

use super::arguments::{self, program_name};
use super::clock::Clock;
use super::names::{Found, Resolver, addresses, reverse, search};
use crate::users::Names;
use crate::{LookupAnswer, Process, Record, RecordData, RecordType, Suspend};

/// What a server said when it gave no records.
fn code(answer: &LookupAnswer) -> &'static str {
    match answer {
        LookupAnswer::NxDomain => "NXDOMAIN",
        LookupAnswer::ServFail => "SERVFAIL",
        LookupAnswer::Refused => "REFUSED",
        LookupAnswer::Records(_) | LookupAnswer::TimedOut => "NOERROR",
    }
}

fn silent_server(server: &str) -> String {
    let line = format!(";; communications error to {server}#53: timed out\n");
    format!("{line}{line}{line};; no servers could be reached\n")
}

/// A record's value as `dig` shows it.
fn value(data: &RecordData) -> String {
    match data {
        RecordData::A(address) => address.to_string(),
        RecordData::Aaaa(address) => address.to_string(),
        RecordData::Cname(name) | RecordData::Ns(name) | RecordData::Ptr(name) | RecordData::Soa(name) => name.clone(),
        RecordData::Mx { preference, exchange } => format!("{preference} {exchange}"),
        RecordData::Srv { priority, weight, port, target } => format!("{priority} {weight} {port} {target}"),
        RecordData::Txt(text) => format!("\"{text}\""),
    }
}

/// A record as `nslookup` shows it.
fn described(record: &Record) -> String {
    let name = record.name.trim_end_matches('.');
    match &record.data {
        RecordData::A(address) => format!("Name:\t{name}\nAddress: {address}\n"),
        RecordData::Aaaa(address) => format!("Name:\t{name}\nAddress: {address}\n"),
        RecordData::Cname(target) => format!("{name}\tcanonical name = {target}\n"),
        RecordData::Ptr(target) => format!("{name}\tname = {target}\n"),
        RecordData::Ns(target) => format!("{name}\tnameserver = {target}\n"),
        RecordData::Mx { preference, exchange } => format!("{name}\tmail exchanger = {preference} {exchange}\n"),
        RecordData::Srv { priority, weight, port, target } => format!("{name}\tservice = {priority} {weight} {port} {target}\n"),
        RecordData::Txt(text) => format!("{name}\ttext = \"{text}\"\n"),
        RecordData::Soa(text) => format!("{name}\n\t{text}\n"),
    }
}

pub(super) fn nslookup(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let of_busybox = process.is_busybox();
    ask_about(process, of_busybox)
}

/// BIND's, on a machine that has its package beside busybox.
pub(super) fn bind_nslookup(process: &mut Process<'_>) -> Result<i32, Suspend> {
    ask_about(process, false)
}

fn ask_about(process: &mut Process<'_>, of_busybox: bool) -> Result<i32, Suspend> {
    let (mut record, mut words) = (None, Vec::new());
    for word in process.args().into_iter().skip(1) {
        match word.strip_prefix('-') {
            None => words.push(word),
            Some(option) => match option.split_once('=') {
                Some(("type" | "querytype" | "query" | "q", name)) => match RecordType::parse(name) {
                    Some(found) => record = Some(found),
                    None => process.eprint(&format!("unknown query type: {name}\n"))?,
                },
                _ => return arguments::not_simulated(process, &format!("nslookup {word}")),
            },
        }
    }
    let Some(name) = words.first() else { return arguments::not_simulated(process, "nslookup without a name") };
    let resolver = Resolver::read(process)?;
    let server = words.get(1).cloned();
    let shown = server.clone().unwrap_or_else(|| resolver.server.clone());
    if of_busybox {
        return busybox_nslookup(process, &resolver, name, server.as_deref(), &shown, record);
    }
    let head = format!("Server:\t\t{shown}\nAddress:\t{shown}#53\n\n");
    let (candidates, records) = match name.parse::<Ipv4Addr>() {
        Ok(address) => (vec![reverse(address)], vec![RecordType::Ptr]),
        Err(_) => (resolver.candidates(name), record.map_or_else(|| vec![RecordType::A, RecordType::Aaaa], |record| vec![record])),
    };
    let mut found: Vec<Found> = Vec::new();
    for record in records {
        // The second question is about the name that answered the first.
        let names = found.first().map_or_else(|| candidates.clone(), |first| vec![first.name.clone()]);
        let next = search(process, server.as_deref(), &names, record)?;
        let stop = !matches!(next.answer, LookupAnswer::Records(_));
        found.push(next);
        if stop {
            break;
        }
    }
    let first = &found[0];
    match &first.answer {
        LookupAnswer::TimedOut => {
            process.print(&format!("{}\n\n", silent_server(&shown).trim_end()))?;
            return Ok(1);
        }
        LookupAnswer::Records(_) => {}
        answer => {
            process.print(&format!("{head}** server can't find {}: {}\n\n", first.name, code(answer)))?;
            return Ok(1);
        }
    }
    let is_empty = |found: &Found| matches!(&found.answer, LookupAnswer::Records(records) if records.is_empty());
    if found.iter().all(is_empty) {
        process.print(&format!("{head}*** Can't find {name}: No answer\n\n"))?;
        return Ok(1);
    }
    let mut out = head;
    if !resolver.is_own(&first.name) {
        out.push_str("Non-authoritative answer:\n");
    }
    for (index, answer) in found.iter().enumerate() {
        let LookupAnswer::Records(records) = &answer.answer else { continue };
        // The way to the name is told once.
        let news = records.iter().filter(|record| index == 0 || !matches!(record.data, RecordData::Cname(_)));
        out.extend(news.map(described));
    }
    process.print(&format!("{out}\n"))?;
    Ok(0)
}

/// Busybox asks for a name without dots in all search domains at once and shows every answer; a name with a dot it
/// takes as it is.
fn busybox_nslookup(
    process: &mut Process<'_>,
    resolver: &Resolver,
    name: &str,
    server: Option<&str>,
    shown: &str,
    record: Option<RecordType>,
) -> Result<i32, Suspend> {
    let (names, records) = match name.parse::<Ipv4Addr>() {
        Ok(address) => (vec![reverse(address)], vec![RecordType::Ptr]),
        Err(_) => {
            let plain = name.contains('.') || resolver.search.is_empty();
            let names = if plain { vec![name.trim_end_matches('.').to_owned()] } else { resolver.search.iter().map(|domain| format!("{name}.{domain}")).collect() };
            (names, record.map_or_else(|| vec![RecordType::A, RecordType::Aaaa], |record| vec![record]))
        }
    };
    let mut out = format!("Server:\t\t{shown}\nAddress:\t{shown}:53\n\n");
    let mut status = 0;
    for record in records {
        for name in &names {
            match process.lookup(server, &format!("{name}."), record)? {
                LookupAnswer::TimedOut => {
                    process.print(";; connection timed out; no servers could be reached\n\n")?;
                    return Ok(1);
                }
                LookupAnswer::Records(records) => {
                    if !resolver.is_own(name) {
                        out.push_str("Non-authoritative answer:\n");
                    }
                    if records.is_empty() && record != RecordType::Aaaa {
                        out.push_str(&format!("*** Can't find {name}: No answer\n"));
                    }
                    out.extend(records.iter().map(described));
                }
                answer => {
                    out.push_str(&format!("** server can't find {name}: {}\n", code(&answer)));
                    status = 1;
                }
            }
            out.push('\n');
        }
    }
    process.print(&out)?;
    Ok(status)
}

pub(super) fn host(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let (mut record, mut words) = (None, Vec::new());
    let mut given = process.args().into_iter().skip(1);
    while let Some(word) = given.next() {
        match word.as_str() {
            "-t" => {
                let name = given.next().unwrap_or_default();
                let Some(found) = RecordType::parse(&name) else {
                    process.eprint(&format!("host: invalid type: {name}\n"))?;
                    return Ok(2);
                };
                record = Some(found);
            }
            option if option.starts_with('-') => return arguments::not_simulated(process, &format!("host {option}")),
            _ => words.push(word),
        }
    }
    let Some(name) = words.first() else {
        process.eprint("Usage: host [-t type] {hostname | address} [server]\n")?;
        return Ok(1);
    };
    let resolver = Resolver::read(process)?;
    let server = words.get(1).cloned();
    if let Some(server) = &server {
        process.print(&format!("Using domain server:\nName: {server}\nAddress: {server}#53\nAliases: \n\n"))?;
    }
    let (candidates, records) = match name.parse::<Ipv4Addr>() {
        Ok(address) => (vec![reverse(address)], vec![RecordType::Ptr]),
        Err(_) => (resolver.candidates(name), record.map_or_else(|| vec![RecordType::A, RecordType::Aaaa, RecordType::Mx], |record| vec![record])),
    };
    let mut settled: Option<String> = None;
    let only = records.len() == 1;
    for record in records {
        let names = settled.clone().map_or_else(|| candidates.clone(), |name| vec![name]);
        let found = search(process, server.as_deref(), &names, record)?;
        match &found.answer {
            LookupAnswer::Records(records) => {
                for it in records {
                    let name = it.name.trim_end_matches('.');
                    let line = match &it.data {
                        RecordData::A(address) => format!("{name} has address {address}\n"),
                        RecordData::Aaaa(address) => format!("{name} has IPv6 address {address}\n"),
                        RecordData::Cname(_) if settled.is_some() => continue,
                        RecordData::Cname(target) => format!("{name} is an alias for {target}\n"),
                        RecordData::Ptr(target) => format!("{name} domain name pointer {target}\n"),
                        RecordData::Mx { .. } => format!("{name} mail is handled by {}\n", value(&it.data)),
                        data => format!("{name} has {} record {}\n", data.record_type().name(), value(data)),
                    };
                    process.print(&line)?;
                }
                if records.is_empty() && only {
                    process.print(&format!("{} has no {} record\n", found.name, record.name()))?;
                    return Ok(1);
                }
                settled = Some(found.name);
            }
            LookupAnswer::TimedOut => {
                process.print(&silent_server(server.as_deref().unwrap_or(&resolver.server)))?;
                return Ok(1);
            }
            answer => {
                let number = match answer {
                    LookupAnswer::ServFail => 2,
                    LookupAnswer::Refused => 5,
                    _ => 3,
                };
                process.print(&format!("Host {} not found: {number}({})\n", if only { &found.name } else { name }, code(answer)))?;
                return Ok(1);
            }
        }
    }
    Ok(0)
}

/// What the command line of `dig` says.
#[derive(Default)]
struct Dig {
    server: Option<String>,
    name: Option<String>,
    record: Option<RecordType>,
    short: bool,
    search: bool,
    answer_only: bool,
}

fn read_dig(words: &[String]) -> Result<Dig, String> {
    let mut dig = Dig::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match word.as_str() {
            "+short" => dig.short = true,
            "+search" => dig.search = true,
            "+noall" => dig.answer_only = true,
            "+answer" | "+nocmd" | "+recurse" | "+nocomments" | "+noquestion" | "+nostats" | "-4" => {}
            "-t" => {
                let name = words.next().map_or("", String::as_str);
                dig.record = Some(RecordType::parse(name).ok_or_else(|| format!("dig -t {name}"))?);
            }
            "-x" => {
                let text = words.next().map_or("", String::as_str);
                let address: Ipv4Addr = text.parse().map_err(|_| format!("dig -x {text}"))?;
                (dig.name, dig.record) = (Some(reverse(address)), Some(RecordType::Ptr));
            }
            option if option.starts_with(['+', '-']) => return Err(format!("dig {option}")),
            other => match (other.strip_prefix('@'), RecordType::parse(other)) {
                (Some(server), _) => dig.server = Some(server.to_owned()),
                (None, Some(record)) if dig.name.is_some() || !other.contains('.') && dig.record.is_none() => dig.record = Some(record),
                (None, _) if other.eq_ignore_ascii_case("IN") => {}
                (None, _) => dig.name = Some(other.trim_end_matches('.').to_owned()),
            },
        }
    }
    Ok(dig)
}

pub(super) fn dig(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    let dig = match read_dig(&words[1..]) {
        Ok(dig) => dig,
        Err(what) => return arguments::not_simulated(process, &what),
    };
    let Some(name) = &dig.name else { return arguments::not_simulated(process, "dig without a name") };
    let (resolver, record) = (Resolver::read(process)?, dig.record.unwrap_or(RecordType::A));
    // A name server that is named is itself looked up.
    let server = match &dig.server {
        Some(server) => match addresses(process, server)? {
            Ok((list, _)) => Some(list[0].to_string()),
            Err(_) => {
                process.eprint(&format!("dig: couldn't get address for '{server}': not found\n"))?;
                return Ok(10);
            }
        },
        None => None,
    };
    let before = process.now()?;
    let candidates = if dig.search { resolver.candidates(name) } else { vec![name.clone()] };
    let found = search(process, server.as_deref(), &candidates, record)?;
    let shown = server.clone().unwrap_or_else(|| resolver.server.clone());
    let command = format!("\n; <<>> DiG 9.20.11 <<>> {}\n;; global options: +cmd\n", words[1..].join(" "));
    let records = match &found.answer {
        LookupAnswer::TimedOut => {
            let head = if dig.short { String::new() } else { command };
            process.print(&format!("{head}{}", silent_server(&shown)))?;
            return Ok(9);
        }
        LookupAnswer::Records(records) => records.clone(),
        _ => Vec::new(),
    };
    if dig.short {
        let lines: String = records.iter().map(|record| format!("{}\n", value(&record.data))).collect();
        process.print(&lines)?;
        return Ok(0);
    }
    let width = |text: &str| if text.len() < 8 { "\t\t\t" } else if text.len() < 16 { "\t\t" } else if text.len() < 24 { "\t" } else { " " };
    let line = |record: &Record| {
        format!("{}{}{}\tIN\t{}\t{}\n", record.name, width(&record.name), record.ttl_seconds, record.data.record_type().name(), value(&record.data))
    };
    let answers: String = records.iter().map(line).collect();
    if dig.answer_only {
        process.print(&answers)?;
        return Ok(0);
    }
    let own = resolver.is_own(&found.name);
    let id = process.random_bits()? & 0xffff;
    let clock = Clock::read(process)?;
    let took = process.now()?.since(before).as_millis();
    let flags = if own { "qr aa rd" } else { "qr rd ra" };
    let warning = if own { ";; WARNING: recursion requested but not available\n" } else { "" };
    let question = format!("{}.", found.name);
    let section = if records.is_empty() { String::new() } else { format!(";; ANSWER SECTION:\n{answers}\n") };
    let size = 12 + found.name.len() + 2 + 4 + 11 + records.iter().map(|record| 12 + wire_length(&record.data)).sum::<usize>();
    process.print(&format!(
        "{command};; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: {}, id: {id}\n;; flags: {flags}; QUERY: 1, ANSWER: {}, AUTHORITY: 0, ADDITIONAL: 1\n{warning}\n;; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags:; udp: 1232\n;; QUESTION SECTION:\n;{question}{}IN\t{}\n\n{section};; Query time: {took} msec\n;; SERVER: {shown}#53({shown}) (UDP)\n;; WHEN: {}\n;; MSG SIZE  rcvd: {size}\n\n",
        code(&found.answer),
        records.len(),
        if question.len() < 7 { "\t\t\t\t" } else if question.len() < 15 { "\t\t\t" } else if question.len() < 23 { "\t\t" } else if question.len() < 31 { "\t" } else { " " },
        record.name(),
        clock.format(clock.now, "%a %b %d %H:%M:%S UTC %Y")
    ))?;
    Ok(0)
}

/// How long a record's value is in a message.
fn wire_length(data: &RecordData) -> usize {
    match data {
        RecordData::A(_) => 4,
        RecordData::Aaaa(_) => 16,
        RecordData::Cname(name) | RecordData::Ns(name) | RecordData::Ptr(name) | RecordData::Soa(name) => name.len() + 1,
        RecordData::Mx { exchange, .. } => exchange.len() + 3,
        RecordData::Srv { target, .. } => target.len() + 7,
        RecordData::Txt(text) => text.len() + 1,
    }
}

pub(super) fn getent(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    let Some(database) = words.get(1) else {
        process.eprint("Usage: getent [OPTION...] database [key ...]\n")?;
        return Ok(1);
    };
    let (keys, mut status) = (&words[2..], 0);
    match database.as_str() {
        "hosts" | "ahosts" | "ahostsv4" => {
            for key in keys {
                match key.parse::<Ipv4Addr>() {
                    Ok(address) if database == "hosts" => {
                        let found = search(process, None, &[reverse(address)], RecordType::Ptr)?;
                        let name = match &found.answer {
                            LookupAnswer::Records(records) => records.iter().find_map(|record| match &record.data {
                                RecordData::Ptr(name) => Some(name.trim_end_matches('.').to_owned()),
                                _ => None,
                            }),
                            _ => None,
                        };
                        match name {
                            Some(name) => process.print(&format!("{key:<15} {name}\n"))?,
                            None => status = 2,
                        }
                    }
                    _ => match addresses(process, key)? {
                        Ok((list, name)) => {
                            for (index, address) in list.iter().enumerate() {
                                let line = match database.as_str() {
                                    "hosts" => format!("{:<15} {name}\n", address.to_string()),
                                    _ => ["STREAM", "DGRAM", "RAW"].iter().enumerate().map(|(kind, word)| {
                                        let name = if index == 0 && kind == 0 { name.as_str() } else { "" };
                                        format!("{:<15} {word:<6} {name}\n", address.to_string())
                                    }).collect(),
                                };
                                process.print(&line)?;
                            }
                        }
                        Err(_) => status = 2,
                    },
                }
            }
        }
        "passwd" => {
            let names = Names::read(process)?;
            let shown = names.users.iter().filter(|user| keys.is_empty() || keys.iter().any(|key| *key == user.name || *key == user.uid.to_string()));
            let lines: Vec<String> = shown.map(|user| format!("{}:x:{}:{}:{}:{}:{}\n", user.name, user.uid, user.gid, user.full_name, user.home, user.shell)).collect();
            status = if lines.len() < keys.len() { 2 } else { 0 };
            process.print(&lines.concat())?;
        }
        "group" => {
            let names = Names::read(process)?;
            let shown = names.groups.iter().filter(|group| keys.is_empty() || keys.iter().any(|key| *key == group.name || *key == group.gid.to_string()));
            let lines: Vec<String> = shown.map(|group| format!("{}:x:{}:{}\n", group.name, group.gid, group.members.join(","))).collect();
            status = if lines.len() < keys.len() { 2 } else { 0 };
            process.print(&lines.concat())?;
        }
        "services" | "protocols" | "networks" | "ethers" | "shadow" | "netgroup" | "rpc" | "aliases" | "initgroups" => {
            return arguments::not_simulated(process, &format!("{} {database}", program_name(&words[0])));
        }
        other => {
            process.eprint(&format!("Unknown database: {other}\nTry `getent --help' or `getent --usage' for more information.\n"))?;
            return Ok(1);
        }
    }
    Ok(status)
}
