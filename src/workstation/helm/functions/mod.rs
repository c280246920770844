//! The functions of charts' templates: those of sprig that helm has, and helm's own.
//!
//! One line each in the tables of the files here: the name, how few and how many arguments it takes, and what it does.

mod encoding;
mod lists;
mod maps;
mod math;
mod semver;
mod text;

pub use semver::Version;
pub(super) use semver::Constraint;

use podarium_api::go_template::Value;

pub type Function = fn(&[Value]) -> Result<Value, String>;
/// Name, least and most arguments, and what it does.
pub type Row = (&'static str, usize, usize, Function);

const TABLES: &[&[Row]] = &[encoding::FUNCTIONS, lists::FUNCTIONS, maps::FUNCTIONS, math::FUNCTIONS, semver::FUNCTIONS, text::FUNCTIONS];

pub fn find(name: &str) -> Option<&'static Row> {
    TABLES.iter().copied().flatten().find(|row| row.0 == name)
}

/// Functions of sprig that are not simulated: what they give is random, or depends on a clock or a network, or takes
/// cryptography that charts rarely use.
pub const ABSENT: &[&str] = &[
    "ago", "bcrypt", "buildCustomCert", "decryptAES", "derivePassword", "duration", "durationRound", "encryptAES", "fromToml", "genCA", "genCAWithKey", "genPrivateKey", "genSelfSignedCert",
    "genSelfSignedCertWithKey", "genSignedCert", "genSignedCertWithKey", "htmlDate", "htmlDateInZone", "htpasswd", "mustDateModify", "mustToDate", "toDate", "toToml", "mustToToml", "urlJoin",
    "urlParse", "dateModify", "date_modify", "dateInZone", "date_in_zone", "unixEpoch",
];

/// What Go's conversion of an argument to a string type demands.
fn text_of(value: &Value) -> Result<&str, String> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Nil => Err("invalid value; expected string".to_owned()),
        other => Err(format!("wrong type for value; expected string; got {}", other.type_name())),
    }
}

fn int_of(value: &Value) -> Result<i64, String> {
    match value {
        Value::Int(number) => Ok(*number),
        Value::Nil => Err("invalid value; expected int".to_owned()),
        Value::Float(number) => Err(format!("wrong type for value; expected int; got {}", Value::Float(*number).type_name())),
        other => Err(format!("wrong type for value; expected int; got {}", other.type_name())),
    }
}

/// `strval`: the text of anything.
fn string_of(value: &Value) -> String {
    podarium_api::go_template::show(value)
}

fn list_of(name: &str, value: &Value) -> Result<std::rc::Rc<Vec<Value>>, String> {
    match value {
        Value::List(items) => Ok(items.clone()),
        other => Err(format!("Cannot find {name} on type {}", other.kind_name())),
    }
}

fn map_of(value: &Value) -> Result<podarium_api::go_template::Map, String> {
    match value {
        Value::Map(map) => Ok(map.clone()),
        Value::Nil => Err("invalid value; expected map[string]interface {}".to_owned()),
        other => Err(format!("wrong type for value; expected map[string]interface {{}}; got {}", other.type_name())),
    }
}

/// Whether sprig takes a value for empty: `default`, `coalesce`, `compact`.
fn is_empty(value: &Value) -> bool {
    !value.truth()
}
