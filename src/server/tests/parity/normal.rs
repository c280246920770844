//! What two runs never share (ages, random names, addresses, times) becomes a placeholder. Everything else counts, to
//! the byte; only where an age stands in a text, the widths of columns do not.

use regex::Regex;

const SUFFIX: &str = "[bcdfghjklmnpqrstvwxz2456789]{5}";
const HASH: &str = "[bcdfghjklmnpqrstvwxz2456789]{6,10}";

/// Pattern and placeholder, in the order in which they are applied.
const PLACEHOLDERS: &[(&str, &str)] = &[
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4}( UTC)?( m=\S+)?", "<time>"),
    (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", "<time>"),
    ("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uid>"),
    ("kube-api-access-SUFFIX", "kube-api-access-<x>"),
    (r"\b(web|broken|applied|d1|my-dep|pre-applied-suf)-(HASH)-(SUFFIX)\b", "${1}-<hash>-<x>"),
    (r"\b(agent|once|j1|j2|copy\d|web|db|door|node-debugger-node-1|yearly-\d+|c1-\d+)-SUFFIX\b", "${1}-<x>"),
    (r"\bdebugger-SUFFIX\b", "debugger-<x>"),
    (r"\b(pod-template-hash=)HASH\b", "${1}<hash>"),
    (r"\b(web|broken|applied|d1|my-dep|pre-applied-suf)-HASH\b", "${1}-<hash>"),
    (r"\bpvc-<uid>", "pvc-<x>"),
    (r"\.18[0-9a-f]{14}\b", ".<event>"),
    (r"(?s)-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", "<certificate>"),
    (r"10\.(9[6-9]|1[01]\d)\.\d+\.\d+", "<ip>"),
    (r"10\.244\.\d+\.\d+", "<podip>"),
    (r"\bin \d+\.\d+s\b", "in <age>"),
    (r"\(\d+\.\d+s including", "(<age> including"),
    (r"\b(\d+(d|h|m|s|ms)){1,3}\b|<invalid>", "<age>"),
    (r"(\d+m)?\d+(\.\d+)?s\b", "<age>"),
    (r"(containerd|sim)://[0-9a-f]+|sha256:[0-9a-f]+", "<id>"),
    (r"\(x\d+ over", "(xN over"),
    (r"[IEWF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ ", "<log> "),
    (r"https?://(127\.0\.0\.1|localhost|10\.0\.0\.2):\d+", "<server>"),
    (r"(127\.0\.0\.1|10\.0\.0\.2):\d+", "<server>"),
    (r"illiseconds=\d+", "illiseconds=<n>"),
    (r#"\w+\.go:\d+\] ("(Request|Response) Body")"#, "<place>] $1"),
    (r"eyJ[\w.-]+", "<jwt>"),
    ("([rR]esourceVersion\"?: )\"\\d+\"", "${1}<rv>"),
    (r"(Resource Version: +)\d+", "${1}<rv>"),
    (r"/tmp/kubectl-edit-\d+", "/tmp/kubectl-edit-<n>"),
    (r"/tmp/(LIVE|MERGED)-\d+", "/tmp/${1}-<n>"),
    (r"\b3\d{4}/TCP", "<port>/TCP"),
    (r"(nodePort: )3\d{4}", "${1}<port>"),
    (r"\(\d+ (bytes|B)\)", "(N bytes)"),
    (r#"\bv1\.36\.\d+\b"#, "v1.36.x"),
];

/// The placeholders, ready for use.
pub struct Normal {
    patterns: Vec<(Regex, &'static str)>,
    spaces: Regex,
    own: Vec<String>,
}

impl Normal {
    /// `own` are texts that only one of the two sides has: its home, its token.
    pub fn new(own: &[&str]) -> Self {
        let compiled = |(pattern, placeholder): &(&str, &'static str)| {
            let pattern = pattern.replace("SUFFIX", SUFFIX).replace("HASH", HASH);
            (Regex::new(&pattern).expect("a pattern"), *placeholder)
        };
        let own = own.iter().map(|text| (*text).to_owned()).chain(["/home/student".to_owned()]).collect();
        Normal { patterns: PLACEHOLDERS.iter().map(compiled).collect(), spaces: Regex::new(" {2,}|\t+").expect("a pattern"), own }
    }

    fn text(&self, text: &str) -> String {
        let text = self.own.iter().fold(text.to_owned(), |text, own| text.replace(own.as_str(), "~"));
        let text = self.patterns.iter().fold(text, |text, (pattern, placeholder)| pattern.replace_all(&text, *placeholder).into_owned());
        let aged = ["<age>", "<x>", "<hash>", "<ip>", "<podip>", "<port>", "<server>", "<rv>"].iter().any(|mark| text.contains(mark));
        if aged { self.spaces.replace_all(&text, "  ").into_owned() } else { text }
    }

    /// How an answer differs from the one that was wanted, in full; nothing where it does not.
    pub fn difference(&self, wanted: (i32, &str, &str), found: (i32, &str, &str)) -> Option<String> {
        let mut out = String::new();
        if wanted.0 != found.0 {
            out.push_str(&format!("exit code {} instead of {}\n", found.0, wanted.0));
        }
        for (name, wanted, found) in [("stdout", wanted.1, found.1), ("stderr", wanted.2, found.2)] {
            let (wanted, found) = (self.text(wanted), self.text(found));
            if wanted == found {
                continue;
            }
            out.push_str(&format!("{name}:\n"));
            let (w, f): (Vec<&str>, Vec<&str>) = (wanted.split('\n').collect(), found.split('\n').collect());
            let start = w.iter().zip(&f).take_while(|(a, b)| a == b).count();
            let end = w[start..].iter().rev().zip(f[start..].iter().rev()).take_while(|(a, b)| a == b).count();
            out.extend(w[start..w.len() - end].iter().map(|line| format!("  - {line}\n")));
            out.extend(f[start..f.len() - end].iter().map(|line| format!("  + {line}\n")));
        }
        (!out.is_empty()).then_some(out)
    }
}

#[test]
fn ages_do_not_count_and_words_do() {
    let normal = Normal::new(&["/tmp/x"]);
    assert_eq!(normal.difference((0, "web   1/1   5s\n", ""), (0, "web   1/1   2m5s\n", "")), None);
    assert_eq!(normal.difference((0, "NAME   X\nweb    1\n", "~"), (0, "NAME  X\nweb    1\n", "~")).as_deref(), Some("stdout:\n  - NAME   X\n  + NAME  X\n"));
    assert_eq!(normal.difference((0, "/tmp/x/a", ""), (0, "/home/student/a", "")), None);
    assert!(normal.difference((1, "", ""), (0, "", "")).is_some());
}
