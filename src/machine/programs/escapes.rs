//! Backslash escapes, which `echo -e`, `printf` and `$'…'` read in slightly different ways.

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// `echo -e` and `%b`: octal numbers begin with 0, `\c` ends all output.
    Echo,
    /// The format of `printf`: octal numbers need no 0.
    Printf,
    /// `$'…'`: also `\'` and `\cX`.
    AnsiC,
}

/// Replaces escapes; true when a `\c` ended the text.
pub(crate) fn unescape(text: &str, kind: Escapes) -> (String, bool) {
    // Escapes for bytes can make up one character together, so bytes are gathered and read as UTF-8 at the end.
    let mut out = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '\\' {
            push(&mut out, c);
            continue;
        }
        let number = |chars: &mut std::iter::Peekable<std::str::Chars<'_>>, radix: u32, most: usize| {
            let mut value = None;
            for _ in 0..most {
                let Some(digit) = chars.peek().and_then(|c| c.to_digit(radix)) else { break };
                chars.next();
                value = Some(value.unwrap_or(0) * radix + digit);
            }
            value
        };
        let Some(escape) = chars.next() else {
            out.push(b'\\');
            break;
        };
        match escape {
            'a' => out.push(7),
            'b' => out.push(8),
            'e' | 'E' => out.push(27),
            'f' => out.push(12),
            'n' => out.push(b'\n'),
            'r' => out.push(b'\r'),
            't' => out.push(b'\t'),
            'v' => out.push(11),
            '\\' => out.push(b'\\'),
            'c' if kind == Escapes::Echo => return (String::from_utf8_lossy(&out).into_owned(), true),
            '\'' | '"' | '?' if kind == Escapes::AnsiC => push(&mut out, escape),
            '"' if kind == Escapes::Printf => out.push(b'"'),
            'x' => match number(&mut chars, 16, 2) {
                Some(value) => out.push(value as u8),
                None => out.extend(b"\\x"),
            },
            'u' | 'U' => match number(&mut chars, 16, if escape == 'u' { 4 } else { 8 }).and_then(char::from_u32) {
                Some(c) => push(&mut out, c),
                None => push(&mut out, escape),
            },
            '0' if kind == Escapes::Echo => out.push(number(&mut chars, 8, 3).unwrap_or(0) as u8),
            '0'..='7' if kind != Escapes::Echo => {
                let first = escape.to_digit(8).unwrap_or(0);
                let mut value = first;
                for _ in 0..2 {
                    match number(&mut chars, 8, 1) {
                        Some(digit) => value = value * 8 + digit,
                        None => break,
                    }
                }
                out.push(value as u8);
            }
            other => {
                out.push(b'\\');
                push(&mut out, other);
            }
        }
    }
    (String::from_utf8_lossy(&out).into_owned(), false)
}

fn push(out: &mut Vec<u8>, c: char) {
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}
