//! What no two recordings of the real kubectl share (times, made-up names, addresses) becomes a placeholder; the order
//! of lines and the widths of columns, which follow from those, are not compared.

use regex::Regex;

const SUFFIX: &str = "[bcdfghjklmnpqrstvwxz2456789]{5}";
const HASH: &str = "[bcdfghjklmnpqrstvwxz2456789]{6,10}";

/// Pattern and placeholder, in the order in which they are applied.
const PLACEHOLDERS: &[(&str, &str)] = &[
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "<time>"),
    ("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<uid>"),
    (r"\b(agent|rs|work|tick-\d+|manual|work-\d+)-SUFFIX\b", "${1}-<x>"),
    (r"\btick-\d{8}\b", "tick-<min>"),
    ("kube-api-access-SUFFIX", "kube-api-access-<x>"),
    // The hash after a restart is one of its time.
    (r"-(HASH)-(SUFFIX)\b", "-<hash>-<x>"),
    (r#"(replicaset.apps "web)-HASH""#, "${1}-<hash>\""),
    (r"\b10\.(9[6-9]|1[01]\d)\.\d+\.\d+", "<ip>"),
    (r"\b10\.244\.\d+\.\d+", "<podip>"),
    (r"node-\d", "node-N"),
    (r"\bzone-[ab]\b", "zone-N"),
    (r"\b\d+(ms|s|m|h|d)(\d+(s|m|h))?\b", "<age>"),
    (r"\d+(\.\d+)?s\b", "<age>"),
    (r"containerd://[0-9a-f]+|sha256:[0-9a-f]+|sim://\S+", "<id>"),
    (r"\(x\d+ over", "(xN over"),
    (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000", "<time>"),
    (r"[A-Z][a-z]{2} +\d+ \d\d:\d\d", "<date>"),
    (r"[ \t]+", " "),
    (r"\b(tick)-\d+(-SUFFIX)?\b", "${1}-<x>"),
    (r"\b(hello)-SUFFIX\b", "${1}-<x>"),
    (r"https?://(127\.0\.0\.1|localhost|10\.0\.0\.2):\d+", "<server>"),
    (r"eyJ[\w.-]+", "<token>"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.\d]* [+-]\d{4} UTC( m=\S+)?", "<time>"),
    (r"[IEW]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ ", "<log> "),
    (r"\b3\d{4}/TCP", "<port>/TCP"),
    ("(resourceVersion\"?: )\"\\d+\"", "${1}<rv>"),
    (r"\b10\.0\.0\.\d\b", "<hostip>"),
    (r"\b(web|web2|api-svc|lb1|cs|ns1)-SUFFIX\b", "${1}-<x>"),
    (r"\S*(LIVE|MERGED)-\d+", "<tmp>${1}"),
    (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ \+0000", "<time>"),
    (r"nodePort: 3\d{4}", "nodePort: <port>"),
];

/// The placeholders, ready for use.
pub struct Normal(Vec<(Regex, &'static str)>);

impl Normal {
    pub fn new() -> Self {
        let compiled = |(pattern, placeholder): &(&str, &'static str)| {
            let pattern = pattern.replace("SUFFIX", SUFFIX).replace("HASH", HASH);
            (Regex::new(&pattern).expect("a pattern"), *placeholder)
        };
        Normal(PLACEHOLDERS.iter().map(compiled).collect())
    }

    fn lines(&self, text: &str) -> Vec<String> {
        let text = self.0.iter().fold(text.to_owned(), |text, (pattern, placeholder)| pattern.replace_all(&text, *placeholder).into_owned());
        let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        lines.sort();
        lines
    }

    /// The first lines that only one of the two texts has; nothing where they say the same.
    pub fn difference(&self, wanted: &str, found: &str) -> Option<String> {
        let (wanted, found) = (self.lines(wanted), self.lines(found));
        if wanted == found {
            return None;
        }
        let missing = wanted.iter().find(|line| !found.contains(line));
        let surplus = found.iter().find(|line| !wanted.contains(line));
        Some(format!("wanted {missing:?}, found {surplus:?}"))
    }
}

#[test]
fn two_runs_of_the_same_line_are_equal() {
    let runs = [
        ("web-555bb6c4f-cc6nf   1/1   Running   0   6s\n", "web-555bb6c4f-2xq4z   1/1   Running   0   12s\n"),
        ("web  ClusterIP  10.96.1.2  <none>  80:31234/TCP  1m\n", "web  ClusterIP  10.101.7.9  <none>  80:30001/TCP  58s\n"),
        ("a\nb\n", "b\na\n"),
    ];
    let normal = Normal::new();
    for (one, other) in runs {
        assert_eq!(normal.difference(one, other), None);
    }
    assert!(normal.difference("web 1/1\n", "web 0/1\n").is_some());
}
