//! Query parameters.
//!
//! Models: net/url as the API server uses it, apimachinery/pkg/runtime/conversion.go (from text to numbers), v1.36.
//! Simplified: nothing.

use percent_encoding::percent_decode_str;
use podarium_api::Status;

/// The parameters of a request, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Query(Vec<(String, String)>);

impl Query {
    pub fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        });
        Query(pairs.collect())
    }

    /// The first value of this name that says something.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).filter(|value| !value.is_empty())
    }

    /// The first value of this name, which may be empty.
    fn raw(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// All values of this name that say something.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// All values of this name, empty ones too.
    pub fn each<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Set, unless the value is `false` or `0`.
    pub fn flag(&self, name: &str) -> bool {
        self.switch(name).unwrap_or(false)
    }

    pub fn switch(&self, name: &str) -> Option<bool> {
        self.raw(name).map(|value| value != "0" && !value.eq_ignore_ascii_case("false"))
    }

    /// A whole number; what is none is refused in the words of Go.
    pub fn number(&self, name: &str) -> Result<Option<i64>, Status> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let why = if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) { "value out of range" } else { "invalid syntax" };
        text.parse().map(Some).map_err(|_| Status::bad_request(format!("strconv.ParseInt: parsing {text:?}: {why}")))
    }
}

/// Undoes the encoding of a query, where a `+` is a blank. What is no valid encoding stays as it is.
pub(crate) fn decode(text: &str) -> String {
    if text.contains('+') { decode_path(&text.replace('+', " ")) } else { decode_path(text) }
}

/// Undoes the encoding of a path.
pub(crate) fn decode_path(text: &str) -> String {
    if text.contains('%') { percent_decode_str(text).decode_utf8_lossy().into_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_encoding_is_undone() {
        let query = Query::parse("labelSelector=app%3Dweb%2Ctier%21%3Da+b&watch=true&empty=&bad=%zz");
        assert_eq!(query.get("labelSelector"), Some("app=web,tier!=a b"));
        assert!(query.flag("watch"));
        assert_eq!(query.get("empty"), None);
        assert_eq!(query.get("bad"), Some("%zz"));
    }

    #[test]
    fn everything_but_false_and_zero_is_true() {
        let query = Query::parse("a=1&b=False&c=0&d=&e=x");
        let found: Vec<Option<bool>> = ["a", "b", "c", "d", "e", "f"].iter().map(|name| query.switch(name)).collect();
        assert_eq!(found, [Some(true), Some(false), Some(false), Some(true), Some(true), None]);
    }

    #[test]
    fn what_is_no_number_is_refused_in_the_words_of_go() {
        let query = Query::parse("a=12&b=x&c=99999999999999999999&d=-3&e=");
        let error = |name: &str| query.number(name).unwrap_err().message().to_owned();
        assert_eq!((query.number("a"), query.number("d"), query.number("e")), (Ok(Some(12)), Ok(Some(-3)), Ok(None)));
        assert_eq!(error("b"), "strconv.ParseInt: parsing \"x\": invalid syntax");
        assert_eq!(error("c"), "strconv.ParseInt: parsing \"99999999999999999999\": value out of range");
    }
}
