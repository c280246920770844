//! Expressions with their values and their errors.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;

fn variables() -> Variables {
    let spec = Type::object("Spec", [
        ("replicas".to_owned(), Type::Int),
        ("name".to_owned(), Type::Text),
        ("tags".to_owned(), Type::list(Type::Text)),
        ("labels".to_owned(), Type::map(Type::Text, Type::Text)),
        ("at".to_owned(), Type::Timestamp),
    ]);
    Variables::from([("self".to_owned(), spec), ("any".to_owned(), Type::Dyn)])
}

fn run(text: &str) -> Result<Value, String> {
    let program = Program::compile(text, &variables())?;
    let spec = json!({"replicas": 3, "name": "web", "tags": ["a", "b", "b"], "labels": {"app": "web", "tier": "front"}});
    let values = BTreeMap::from([("self", Value::of_json(&spec)), ("any", Value::of_json(&json!({"x": 1, "list": [1, 2]})))]);
    program.run(&values).0
}

#[test]
fn expressions_are_true() {
    let all = [
        "1 + 2 * 3 == 7 && -5 / 2 == -2 && 7 % 4 == 3",
        "self.replicas >= 1 && self.replicas <= 10",
        "self.name.startsWith('w') && self.name.endsWith(\"b\") && self.name.contains('e') && self.name.matches('^w.b$')",
        "size(self.tags) == 3 && self.tags.size() == 3 && 'a' in self.tags && 'app' in self.labels",
        "self.tags.all(t, t.size() == 1) && self.tags.exists(t, t == 'b') && self.tags.exists_one(t, t == 'a')",
        "self.tags.filter(t, t != 'b') == ['a'] && self.tags.map(t, t + '!') == ['a!', 'b!', 'b!']",
        "self.labels.all(k, self.labels[k] != '') && self.labels.exists(k, v, v == 'front')",
        "has(self.name) && !has(self.at)",
        "self.?at.orValue(timestamp('2026-01-01T00:00:00Z')).getFullYear() == 2026",
        "self.labels[?'app'].orValue('') == 'web' && !self.labels[?'nope'].hasValue()",
        "optional.of(1).optMap(x, x + 1) == optional.of(2) && optional.none().or(optional.of(3)).value() == 3",
        "any.x == 1.0 && any.list[1] == 2 && any.x < 1.5",
        "true || any.nope && false",
        "[1, 2, 3].isSorted() && [1, 2].sum() == 3 && [3, 1].max() == 3 && [1, 2, 2].indexOf(2) == 1",
        "[[1], [2]].flatten() == [1, 2] && [3, 1].sort() == [1, 3] && [1, 1].distinct() == [1] && lists.range(2) == [0, 1] && [1, 2, 3].slice(1, 3) == [2, 3]",
        "sets.contains([1, 2], [2]) && sets.equivalent([1, 1], [1]) && sets.intersects([1], [1, 2])",
        "quantity('500m').add(quantity('500m')).asInteger() == 1 && quantity('1Gi').isGreaterThan(quantity('1G')) && isQuantity('1k') && !isQuantity('x')",
        "url('https://a.b:80/c?d=e').getHost() == 'a.b:80' && url('https://a.b:80/c').getPort() == '80' && !isURL('x y')",
        "ip('10.0.0.1').family() == 4 && cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsCIDR('0.0.0.0/0') && isIP('::1')",
        "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('v1.2', true).minor() == 2 && !isSemver('1.2')",
        "format.dns1123Label().validate('a').hasValue() == false && format.named('dns1123Label').value().validate('A!').hasValue()",
        "'a-b-c'.split('-') == ['a', 'b', 'c'] && ['a', 'b'].join(',') == 'a,b' && 'hello'.substring(1, 3) == 'el' && 'Ab'.lowerAscii() == 'ab'",
        "'%s has %d of %.1f'.format(['x', 3, 2.5]) == 'x has 3 of 2.5'",
        "'%d %s %f %s %s'.format([1, 'abc', 1.0, duration('1m'), timestamp('2000-01-01T00:00:00.000Z')]) == '1 abc 1.000000 60s 2000-01-01T00:00:00Z'",
        "'%o %o %b'.format([7, 8, 9]) == '7 10 1001'",
        "duration('1h') > duration('59m') && timestamp('2026-01-05T09:00:00Z') + duration('1h') == timestamp('2026-01-05T10:00:00Z')",
        "type(1) == int && string(1) == '1' && int('5') == 5 && double(1) == 1.0 && b'a' == bytes('a')",
        "[1, 2].transformMap(i, v, v * 2) == {0: 2, 1: 4} && {'a': 1}.transformList(k, v, k) == ['a']",
        "(self.replicas > 2 ? 'many' : 'few') == 'many'",
        "'abc abd'.findAll('ab.') == ['abc', 'abd'] && 'x1y'.find('[0-9]') == '1'",
    ];
    for text in all {
        assert_eq!(run(text), Ok(Value::Bool(true)), "{text}");
    }
}

#[test]
fn errors_are_the_compiler_s() {
    let cases = [
        ("self.nope", "ERROR: <input>:1:5: undefined field 'nope'\n | self.nope\n | ....^"),
        ("slf.name", "ERROR: <input>:1:1: undeclared reference to 'slf' (in container '')\n | slf.name\n | ^"),
        ("self.replicas == 'x'", "ERROR: <input>:1:15: found no matching overload for '_==_' applied to '(int, string)'\n | self.replicas == 'x'\n | ..............^"),
        ("self.name.foo()", "ERROR: <input>:1:14: undeclared reference to 'foo' (in container '')\n | self.name.foo()\n | .............^"),
        ("self.name.size(1)", "ERROR: <input>:1:15: found no matching overload for 'size' applied to 'string.(int)'\n | self.name.size(1)\n | ..............^"),
        ("self.replicas.x", "ERROR: <input>:1:14: type 'int' does not support field selection\n | self.replicas.x\n | .............^"),
        ("self.replicas >", "ERROR: <input>:1:16: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}\n | self.replicas >\n | ...............^"),
        ("self.name x", "ERROR: <input>:1:11: Syntax error: extraneous input 'x' expecting <EOF>\n | self.name x\n | ..........^"),
        ("size(self.tags", "ERROR: <input>:1:15: Syntax error: missing ')' at '<EOF>'\n | size(self.tags\n | ..............^"),
        ("self.replicas.all(x, true)", "ERROR: <input>:1:5: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | self.replicas.all(x, true)\n | ....^"),
        ("self.name.matches('[')", "ERROR: <input>:1:19: invalid matches argument\n | self.name.matches('[')\n | ..................^"),
        ("[1, 'a']", "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^"),
    ];
    for (text, report) in cases {
        assert_eq!(run(text), Err(report.to_owned()), "{text}");
    }
}

#[test]
fn what_goes_wrong_at_run_time_is_told() {
    let cases = [
        ("1 / 0", "division by zero"), ("any.nope", "no such key: nope"), ("any.list[5]", "index out of bounds: 5"), ("any.x + 'a' == 'b'", "no such overload"),
        ("9223372036854775807 + 1", "integer overflow"), ("optional.none().value()", "optional.none() dereference"),
        ("lists.range(100000).all(x, lists.range(100000).all(y, true))", "operation cancelled: actual cost limit exceeded"),
    ];
    for (text, fault) in cases {
        assert_eq!(run(text), Err(fault.to_owned()), "{text}");
    }
}

/// Pieces of expressions in every order: nothing panics, and what compiles runs.
#[test]
fn nonsense_never_panics() {
    let pieces = ["self", ".", "name", "(", ")", "[", "]", "{", "}", "?", ":", "1", "'a'", "\\", "\"", "-", "!", "in", "&&", "all", ",", "has", "x", "0x", "1u", "1e", "r'", "b'\\x", "é", " ", "\n", "//", "`a`", "optional", "none", "$"];
    let mut stream = podarium_sim::Stream::new(7, "nonsense");
    for _ in 0..20_000 {
        let count = stream.below(12);
        let text: String = (0..count).map(|_| pieces[stream.below(pieces.len())]).collect();
        let _ = run(&text);
    }
    let _ = run(&"(".repeat(5000));
    let _ = run(&"-".repeat(5000));
    let _ = run(&"a.".repeat(5000));
    let _ = run(&"[".repeat(5000));
}
