//! Answers of a real Kubernetes 1.36.2 letter by letter: in which order their fields come, and how texts are escaped. What the
//! values are is compared by the other recordings.

use std::fmt::Write as _;

use podarium_cluster::Cluster;
use serde_json::Value;

use crate::client;
use crate::golden;
use crate::ordered::Ordered;

/// The names of all fields in their order, and the texts that hold something to escape.
fn form(text: &str) -> String {
    let Ok(answer) = serde_json::from_str::<Ordered>(text) else { return text.to_owned() };
    let mut out = String::new();
    write_form(&mut out, &answer);
    // What was escaped is seen in the text alone.
    let escaped = text.split('"').filter(|part| part.contains("\\u") || part.contains(['<', '>', '&']));
    escaped.for_each(|part| {
        let _ = write!(out, "\n{part}");
    });
    out
}

fn write_form(out: &mut String, value: &Ordered) {
    match value {
        Ordered::Object(fields) => {
            out.push('{');
            for (name, value) in fields {
                let _ = write!(out, "{name} ");
                write_form(out, value);
            }
            out.push('}');
        }
        Ordered::Array(items) => {
            out.push('[');
            items.iter().for_each(|item| write_form(out, item));
            out.push(']');
        }
        Ordered::Plain(_) => {}
    }
}

fn differing(cluster: &mut Cluster, step: &Value) -> Option<String> {
    let ours = client::send(cluster, step);
    let wanted = step["text"].as_str()?;
    let (wanted, got) = (form(wanted), form(&ours.text));
    (wanted != got).then(|| format!("{} {}:\n    wanted {wanted}\n    got    {got}", step["method"], step["path"]))
}

#[test]
fn answers_have_the_order_of_the_recorded_ones() {
    let mut cluster = client::control_plane();
    let text = std::fs::read_to_string(golden().join("texts.json")).expect("the recording is in tests/golden");
    let steps: Vec<Value> = serde_json::from_str(&text).expect("a recording is JSON");
    let (mut compared, mut wrong) = (0, Vec::new());
    for step in &steps {
        if let Some(seconds) = step["sleep"].as_f64() {
            client::sleep(&mut cluster, seconds);
            continue;
        }
        compared += 1;
        wrong.extend(differing(&mut cluster, step));
        // The default account of the namespace comes in the meantime.
        client::sleep(&mut cluster, 0.1);
    }
    println!("{} of {compared} texts equal", compared - wrong.len());
    assert!(compared > 90 && wrong.is_empty(), "{} of {compared} texts differ\n{}", wrong.len(), wrong.join("\n"));
}
