//! `jq`: filters JSON. The language is that of the library `jaq`; options, layout and messages are jq's.
//!
//! Simplified: `input`, `inputs`, `debug`, `stderr` and `halt` are not simulated, modules are not read, and terminals get
//! no colours.

use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, data, unwrap_valr};
use jaq_json::{Num, Val, read};

use super::lines::read_all;
use crate::{Process, Suspend};

const INVALID_ARGUMENT: &str = "jq: Invalid JSON text passed to --argjson\nUse jq --help for help with command-line options,\nor see the jq manpage, or online docs  at https://jqlang.github.io/jq";

/// What the command line says.
struct Request {
    filter: String,
    paths: Vec<String>,
    indent: Option<String>,
    raw: bool,
    joined: bool,
    slurps: bool,
    raw_input: bool,
    no_input: bool,
    sorts: bool,
    status: bool,
    /// `--arg` and `--argjson`: names and values.
    variables: Vec<(String, Val)>,
}

fn parse(words: &[String]) -> Result<Option<Request>, String> {
    let mut request = Request {
        filter: String::new(),
        paths: Vec::new(),
        indent: Some("  ".to_owned()),
        raw: false,
        joined: false,
        slurps: false,
        raw_input: false,
        no_input: false,
        sorts: false,
        status: false,
        variables: Vec::new(),
    };
    let (mut filter, mut options) = (None, true);
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if !options || !word.starts_with('-') || word == "-" {
            match filter {
                None => filter = Some(word.clone()),
                Some(_) => request.paths.push(word.clone()),
            }
            continue;
        }
        let letters: Vec<String> = match word.strip_prefix("--") {
            Some("") => {
                options = false;
                continue;
            }
            Some(long) => vec![long.to_owned()],
            None => word[1..].chars().map(|letter| letter.to_string()).collect(),
        };
        for option in letters {
            match option.as_str() {
                "r" | "raw-output" => request.raw = true,
                "j" | "join-output" => (request.raw, request.joined) = (true, true),
                "c" | "compact-output" => request.indent = None,
                "s" | "slurp" => request.slurps = true,
                "R" | "raw-input" => request.raw_input = true,
                "n" | "null-input" => request.no_input = true,
                "S" | "sort-keys" => request.sorts = true,
                "e" | "exit-status" => request.status = true,
                "M" | "monochrome-output" | "C" | "color-output" | "unbuffered" => {}
                "tab" => request.indent = Some("\t".to_owned()),
                "indent" => {
                    let width = words.next().and_then(|text| text.parse::<usize>().ok()).filter(|width| *width < 8);
                    let Some(width) = width else { return Err("jq: Cannot indent more than 7 characters".to_owned()) };
                    request.indent = (width > 0).then(|| " ".repeat(width));
                }
                "arg" | "argjson" => {
                    let (Some(name), Some(text)) = (words.next(), words.next()) else {
                        return Err(format!("jq: --{option} takes two parameters (e.g. --{option} varname value)"));
                    };
                    let value = match option.as_str() {
                        "arg" => Val::from(text.clone()),
                        _ => read::parse_single(text.as_bytes()).map_err(|_| INVALID_ARGUMENT.to_owned())?,
                    };
                    request.variables.push((format!("${name}"), value));
                }
                "V" | "version" => return Ok(None),
                other => return Err(format!("podarium: not simulated: jq {}{other}", if other.len() > 1 { "--" } else { "-" })),
            }
        }
    }
    match filter {
        Some(filter) => request.filter = filter,
        None if request.no_input || !request.paths.is_empty() => {}
        None => request.filter = ".".to_owned(),
    }
    Ok(Some(request))
}

pub(super) fn main(process: &mut Process<'_>) -> Result<i32, Suspend> {
    let words = process.args();
    if words.len() < 2 && process.is_tty(0) {
        process.eprint("jq - commandline JSON processor [version 1.7.1]\n\nUsage:\tjq [OPTIONS] FILTER [FILES...]\n")?;
        return Ok(2);
    }
    let request = match parse(&words[1..]) {
        Ok(Some(request)) => request,
        Ok(None) => {
            process.print("jq-1.7.1\n")?;
            return Ok(0);
        }
        Err(problem) => {
            process.eprint(&format!("{problem}\n"))?;
            return Ok(2);
        }
    };
    let environment: Vec<(Val, Val)> = process.all_env().into_iter().map(|(name, value)| (Val::from(name), Val::from(value))).collect();
    let now = process.unix_nanos()? as f64 / 1e9;
    let mut variables = request.variables.clone();
    variables.push(("$ENV".to_owned(), Val::obj(environment.into_iter().collect())));
    variables.push(("$__now".to_owned(), Val::from(now)));
    let mut inputs: Vec<(String, Vec<u8>)> = Vec::new();
    let mut status = 0;
    if !request.no_input {
        let paths = if request.paths.is_empty() { vec!["-".to_owned()] } else { request.paths.clone() };
        for path in paths {
            match read_all(process, &path)? {
                Ok(bytes) => inputs.push((path, bytes)),
                Err(error) => {
                    process.eprint(&format!("jq: error: Could not open file {path}: {error}\n"))?;
                    status = 2;
                }
            }
        }
    }
    let mut last = None;
    let (outs, problem) = match run(&request, &variables, &inputs) {
        Ok(ran) => ran,
        Err(problem) => {
            process.eprint(&format!("{problem}\n"))?;
            return Ok(if problem.starts_with("podarium") { 2 } else { 3 });
        }
    };
    for out in outs {
        match out {
            Out::Value(text, is_true) => {
                process.print(&text)?;
                last = Some(is_true);
            }
            Out::Error(problem) => {
                process.eprint(&format!("{problem}\n"))?;
                status = 5;
            }
        }
    }
    if let Some(problem) = problem {
        process.eprint(&format!("jq: error (at {}): {}\n", problem.0, problem.1).replace("jq: error (at ): ", "parse error: "))?;
        return Ok(2);
    }
    Ok(match (status, request.status, last) {
        (0, true, None) => 4,
        (0, true, Some(false)) => 1,
        (status, ..) => status,
    })
}

/// What a filter gave for its inputs, in order.
enum Out {
    Value(String, bool),
    Error(String),
}

type Ran = (Vec<Out>, Option<(String, String)>);

/// What jaq lacks here is said, where it is used.
const OWN: &str = "def env: $ENV; def now: $__now; def unsimulated($what): \"podarium: not simulated: jq \" + $what | error_empty; def input: unsimulated(\"input\"); def inputs: unsimulated(\"inputs\"); def debug_empty: unsimulated(\"debug\"); def stderr_empty: unsimulated(\"stderr\"); def halt($code): unsimulated(\"halt\"); def localtime: gmtime; def strflocaltime($format): strftime($format);";
/// Formats that the library leaves to its own command line.
const FORMATS: &str = "def @csv: [.[] | if type == \"string\" then \"\\\"\" + gsub(\"\\\"\"; \"\\\"\\\"\") + \"\\\"\" elif . == null then \"\" else tostring end] | join(\",\"); def @tsv: [.[] | if . == null then \"\" else tostring | gsub(\"\\\\\\\\\"; \"\\\\\\\\\") | gsub(\"\\t\"; \"\\\\t\") | gsub(\"\\n\"; \"\\\\n\") end] | join(\"\\t\");";

/// Native filters that would look at the real machine. The time zone is UTC.
const LEFT_OUT: [&str; 7] = ["env", "now", "localtime", "strflocaltime", "debug_empty", "stderr_empty", "halt"];

fn run(request: &Request, variables: &[(String, Val)], inputs: &[(String, Vec<u8>)]) -> Result<Ran, String> {
    let own = load::parse(OWN, |parser| parser.defs()).unwrap_or_default();
    let defs = own.into_iter().chain(jaq_core::defs()).chain(jaq_std::defs()).chain(jaq_json::defs());
    let defs = defs.chain(load::parse(FORMATS, |parser| parser.defs()).unwrap_or_default());
    let funs = jaq_core::funs::<data::JustLut<Val>>().chain(jaq_std::funs()).chain(jaq_json::funs());
    let funs = funs.filter(|(name, ..)| !LEFT_OUT.contains(name));
    let (loader, arena) = (Loader::new(defs), Arena::default());
    let filter = if request.filter.trim().is_empty() { "." } else { request.filter.as_str() };
    let compile_error = |what: String| format!("jq: error: {what} at <top-level>, line 1:\n{}\njq: 1 compile error", request.filter);
    let modules = loader.load(&arena, File { code: filter, path: () }).map_err(|errors| {
        let at_end = errors.iter().any(|(_, error)| match error {
            load::Error::Lex(errors) => errors.iter().any(|(_, rest)| rest.is_empty()),
            load::Error::Parse(errors) => errors.iter().any(|(_, rest)| rest.is_empty()),
            load::Error::Io(_) => false,
        });
        compile_error(format!("syntax error, unexpected {} (Unix shell quoting issues?)", if at_end { "end of file" } else { "token" }))
    })?;
    let compiled = Compiler::default().with_funs(funs).with_global_vars(variables.iter().map(|(name, _)| name.as_str())).compile(modules);
    let compiled = compiled.map_err(|errors| {
        let first = errors.into_iter().flat_map(|(_, errors)| errors).next();
        compile_error(match first {
            Some((name, jaq_core::compile::Undefined::Filter(arity))) => format!("{name}/{arity} is not defined"),
            Some((name, _)) => format!("{name} is not defined"),
            None => "syntax error".to_owned(),
        })
    })?;
    let values: Vec<Val> = variables.iter().map(|(_, value)| value.clone()).collect();
    let mut outs = Vec::new();
    let mut each = |input: Val, place: &str| {
        let ctx = Ctx::<data::JustLut<Val>>::new(&compiled.lut, Vars::new(values.clone()));
        for result in compiled.id.run((ctx, input)).map(unwrap_valr) {
            match result {
                Ok(value) => outs.push(Out::Value(shown(&value, request), !matches!(value, Val::Null | Val::Bool(false)))),
                Err(error) => {
                    outs.push(Out::Error(message(&error, place)));
                    break;
                }
            }
        }
    };
    if request.no_input {
        each(Val::Null, "<unknown>");
        return Ok((outs, None));
    }
    let mut all = Vec::new();
    for (path, bytes) in inputs {
        let place = if path == "-" { "<stdin>" } else { path.as_str() };
        if request.raw_input {
            let text = String::from_utf8_lossy(bytes).into_owned();
            match request.slurps {
                true => each(Val::from(text), place),
                false => text.lines().enumerate().for_each(|(index, line)| each(Val::from(line.to_owned()), &format!("{place}:{}", index + 1))),
            }
            continue;
        }
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
        for value in read::parse_many(bytes) {
            match value {
                Ok(value) if request.slurps => all.push(value),
                Ok(value) => each(value, &format!("{place}:{lines}")),
                Err(_) => return Ok((outs, Some((String::new(), complaint(bytes))))),
            }
        }
    }
    if request.slurps && !request.raw_input {
        each(all.into_iter().collect(), "<stdin>:0");
    }
    Ok((outs, None))
}

/// What is wrong with a JSON text, in jq's words, and where.
fn complaint(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut depth = 0_i64;
    let (mut line, mut column, mut in_string, mut escaped, mut literal) = (1, 0, false, false, String::new());
    let known = |word: &str| matches!(word, "" | "true" | "false" | "null" | "nan") || word.parse::<f64>().is_ok();
    for c in text.chars() {
        column += 1;
        if in_string {
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
        } else if c.is_alphanumeric() || "+-.".contains(c) {
            literal.push(c);
            continue;
        } else {
            if !known(&literal) {
                let what = if literal.starts_with(|c: char| c.is_ascii_alphabetic()) && matches!(literal.chars().next(), Some('t' | 'f' | 'n')) { "Invalid literal" } else { "Invalid numeric literal" };
                if c == '\n' {
                    (line, column) = (line + 1, 0);
                }
                return format!("{what} at line {line}, column {column}");
            }
            literal.clear();
            match c {
                '"' => in_string = true,
                '{' | '[' => depth += 1,
                '}' | ']' => depth -= 1,
                '\'' => return format!("Invalid string literal; expected \", but got ' at line {line}, column {column}"),
                _ => {}
            }
            if depth < 0 {
                return format!("Unmatched '{c}' at line {line}, column {column}");
            }
        }
        if c == '\n' {
            (line, column) = (line + 1, 0);
        }
    }
    match (in_string, depth > 0, known(&literal)) {
        (true, ..) => format!("Unfinished string at EOF at line {line}, column {column}"),
        (_, true, _) => format!("Unfinished JSON term at EOF at line {line}, column {column}"),
        (.., false) => format!("Invalid literal at EOF at line {line}, column {column}"),
        _ => format!("Expected value before this token at line {line}, column {column}"),
    }
}

fn kind(value: &Val) -> &'static str {
    match value {
        Val::Null => "null",
        Val::Bool(_) => "boolean",
        Val::Num(_) => "number",
        Val::BStr(_) | Val::TStr(_) => "string",
        Val::Arr(_) => "array",
        Val::Obj(_) => "object",
    }
}

/// A value as messages show it: eleven characters, if it has more than fourteen.
fn brief(value: &Val) -> String {
    let mut text = String::new();
    write(value, None, false, 0, &mut text);
    if text.len() > 14 { format!("{}...", text.chars().take(11).collect::<String>()) } else { text }
}

/// The library's words for an error, as jq says it.
fn message(error: &jaq_core::Error<Val>, place: &str) -> String {
    let text = error.to_string();
    let value = |text: &str| read::parse_single(text.as_bytes()).ok();
    let described = |value: &Val| format!("{} ({})", kind(value), brief(value));
    // Values may hold the words between them: the place where both sides are values is the right one.
    let two = |text: &str, between: &str| {
        text.match_indices(between).find_map(|(at, _)| Some((value(&text[..at])?, value(&text[at + between.len()..])?)))
    };
    let known = if let Some(rest) = text.strip_prefix("cannot index ") {
        two(rest, " with ").map(|(of, index)| match &index {
            Val::TStr(_) => format!("Cannot index {} with \"{}\"", kind(&of), shown_raw(&index)),
            index => format!("Cannot index {} with {}", kind(&of), kind(index)),
        })
    } else if let Some(rest) = text.strip_prefix("cannot calculate ") {
        [(" + ", "added"), (" - ", "subtracted"), (" * ", "multiplied"), (" / ", "divided"), (" % ", "divided (remainder)")]
            .iter()
            .find_map(|(operator, did)| two(rest, operator).map(|(a, b)| format!("{} and {} cannot be {did}", described(&a), described(&b))))
    } else if let Some(rest) = text.strip_prefix("cannot use ") {
        rest.rsplit_once(" as ").and_then(|(of, wanted)| {
            let of = value(of)?;
            Some(match wanted {
                wanted if wanted.starts_with("iterable") => format!("Cannot iterate over {}", described(&of)),
                "number" => format!("{} cannot be parsed as a number", described(&of)),
                wanted => format!("{} is not {wanted}", described(&of)),
            })
        })
    } else {
        None
    };
    let own = match &known {
        Some(known) => known.clone(),
        None => match value(&text) {
            Some(value @ (Val::TStr(_) | Val::BStr(_))) => shown_raw(&value),
            Some(value) => return format!("jq: error (at {place}) (not a string): {value}"),
            None => text,
        },
    };
    if own.starts_with("podarium: ") { own } else { format!("jq: error (at {place}): {own}") }
}

fn shown_raw(value: &Val) -> String {
    match value {
        Val::TStr(bytes) | Val::BStr(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        value => value.to_string(),
    }
}

fn shown(value: &Val, request: &Request) -> String {
    let mut out = String::new();
    match value {
        Val::TStr(_) | Val::BStr(_) if request.raw => out = shown_raw(value),
        value => write(value, request.indent.as_deref(), request.sorts, 0, &mut out),
    }
    if !request.joined {
        out.push('\n');
    }
    out
}

fn write(value: &Val, indent: Option<&str>, sorts: bool, level: usize, out: &mut String) {
    let line = |out: &mut String, level: usize| {
        if let Some(indent) = indent {
            out.push('\n');
            out.push_str(&indent.repeat(level));
        }
    };
    match value {
        Val::Num(number) => out.push_str(&shown_number(number)),
        Val::Arr(items) if !items.is_empty() => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                line(out, level + 1);
                write(item, indent, sorts, level + 1, out);
            }
            line(out, level);
            out.push(']');
        }
        Val::Obj(entries) if !entries.is_empty() => {
            let mut entries: Vec<(&Val, &Val)> = entries.iter().collect();
            if sorts {
                entries.sort_by(|a, b| a.0.cmp(b.0));
            }
            out.push('{');
            for (index, (key, item)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                line(out, level + 1);
                out.push_str(&format!("{key}:"));
                if indent.is_some() {
                    out.push(' ');
                }
                write(item, indent, sorts, level + 1, out);
            }
            line(out, level);
            out.push('}');
        }
        value => out.push_str(&value.to_string()),
    }
}

/// Whole numbers without a point, whatever they were computed as.
fn shown_number(number: &Num) -> String {
    let text = number.to_string();
    match text.parse::<f64>() {
        Ok(value) if text.contains(['.', 'e', 'E']) => match value == value.trunc() && value.abs() < 1e17 {
            true => format!("{}", value as i64),
            false if value.is_finite() => {
                let short = format!("{value:?}");
                match short.split_once('e') {
                    Some((mantissa, power)) if !power.starts_with('-') => format!("{mantissa}e+{power}"),
                    Some((mantissa, power)) if power.len() == 2 => format!("{mantissa}e-0{}", &power[1..]),
                    _ => short,
                }
            }
            false => if value > 0.0 { "1.7976931348623157e+308" } else { "-1.7976931348623157e+308" }.to_owned(),
        },
        Ok(value) if value.is_nan() => "null".to_owned(),
        Ok(value) if value.is_infinite() => if value > 0.0 { "1.7976931348623157e+308" } else { "-1.7976931348623157e+308" }.to_owned(),
        _ => text,
    }
}
