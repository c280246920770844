//! What `docker build` prints without BuildKit: the daemon's own words.

use podarium_machine::{Process, StreamItem};
use serde_json::Value;

use super::containers::fail;
use super::{Done, refusal, request, unreachable_daemon};

/// The size of a tar of files of these sizes: each has a head, and both are whole blocks.
pub fn tar_bytes(sizes: &[u64]) -> u64 {
    sizes.iter().map(|size| 512 + size.div_ceil(512) * 512).sum::<u64>() + 1024
}

/// `3.072kB`: four digits, as docker counts bytes.
fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 1000.0 || unit == "GB" {
            let whole = if value >= 1.0 { value.log10().floor() as usize + 1 } else { 1 };
            let text = format!("{value:.digits$}", digits = 4usize.saturating_sub(whole));
            let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
            return format!("{text}{unit}");
        }
        value /= 1000.0;
    }
    String::new()
}

pub fn show(process: &mut Process<'_>, body: Vec<u8>, sent: &[u64], quiet: bool) -> Done {
    if !quiet {
        process.print(&format!("Sending build context to Docker daemon  {}\n", size(tar_bytes(sent))))?;
    }
    let stream = match process.http_open(request("POST", "/build").body(body))? {
        Ok(stream) => stream,
        Err(error) => return fail(process, &unreachable_daemon(error)),
    };
    let (mut refused, mut open, mut image) = (None, Vec::new(), None);
    while let StreamItem::Chunk(piece) = process.http_next(stream.id, None)? {
        open.extend(piece);
        if stream.status >= 300 {
            continue;
        }
        let mut text = String::new();
        while let Some(end) = open.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = open.drain(..=end).collect();
            let event: Value = serde_json::from_slice(&line).unwrap_or_default();
            text.push_str(event["stream"].as_str().unwrap_or_default());
            let mistake = event["failed"].as_str().filter(|_| !event["step"].is_u64());
            if let Some(why) = event["refused"].as_str() {
                refused = Some(why.to_owned());
            } else if let Some(mistake) = mistake {
                // What is wrong with the Dockerfile itself.
                let plain = mistake.split(" (did you mean").next().unwrap_or(mistake).replace("parse error on line", "parse error line");
                refused = Some(format!("Error response from daemon: {plain}"));
            }
            image = event["image"].as_str().map(str::to_owned).or(image);
        }
        if !quiet {
            process.print(&text)?;
        }
    }
    if stream.status >= 300 {
        let problem = refusal(&serde_json::from_slice(&open).unwrap_or_default());
        return fail(process, &problem);
    }
    match (refused, image) {
        (Some(why), _) => fail(process, &why),
        (None, Some(image)) if quiet => process.print(&format!("{image}\n")).map(|()| 0),
        _ => Ok(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contexts_have_four_digits() {
        for (bytes, wanted) in [(2048, "2.048kB"), (3072, "3.072kB"), (13_312, "13.31kB"), (6656, "6.656kB"), (1_189_376, "1.189MB"), (100, "100B")] {
            assert_eq!(size(bytes), wanted);
        }
        assert_eq!(tar_bytes(&[0, 1, 513]), 1024 + 3 * 512 + 512 + 1024);
    }
}
