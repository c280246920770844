//! Tables, ages and sizes as docker prints them.

/// Columns at least ten wide, three blanks between them; the last one is as long as it is.
pub fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns).map(|column| rows.iter().map(|row| row[column].chars().count() + 3).max().unwrap_or_default().max(10)).collect();
    let mut out = String::new();
    for row in rows {
        for (column, cell) in row.iter().enumerate() {
            match column + 1 == columns {
                true => out.push_str(cell),
                false => out.push_str(&format!("{cell:<width$}", width = widths[column])),
            }
        }
        out.push('\n');
    }
    out
}

/// `5 seconds`, `About a minute`, `2 hours`.
pub fn duration(nanos: i64) -> String {
    let seconds = nanos / 1_000_000_000;
    let (minutes, hours) = (seconds / 60, (seconds as f64 / 3600.0).round() as i64);
    match seconds {
        ..1 => "Less than a second".to_owned(),
        1 => "1 second".to_owned(),
        2..60 => format!("{seconds} seconds"),
        60..120 => "About a minute".to_owned(),
        120..3600 => format!("{minutes} minutes"),
        _ if hours == 1 => "About an hour".to_owned(),
        _ if hours < 48 => format!("{hours} hours"),
        _ if hours < 24 * 14 => format!("{} days", hours / 24),
        _ if hours < 24 * 60 => format!("{} weeks", hours / 24 / 7),
        _ if hours < 24 * 365 * 2 => format!("{} months", hours / 24 / 30),
        _ => format!("{} years", hours / 24 / 365),
    }
}

/// `655MB`: three significant digits.
pub fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "kB", "MB", "GB", "TB"] {
        if value < 1000.0 || unit == "TB" {
            let digits = if value >= 100.0 || unit == "B" { 0 } else if value >= 10.0 { 1 } else { 2 };
            let text = format!("{value:.digits$}");
            let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
            return format!("{text}{unit}");
        }
        value /= 1000.0;
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_sizes() {
        let second = 1_000_000_000;
        for (nanos, wanted) in [(0, "Less than a second"), (second, "1 second"), (59 * second, "59 seconds"), (90 * second, "About a minute"), (600 * second, "10 minutes"), (4000 * second, "About an hour"), (200_000 * second, "2 days")] {
            assert_eq!(duration(nanos), wanted);
        }
        for (bytes, wanted) in [(0, "0B"), (999, "999B"), (1460, "1.46kB"), (655_000_000, "655MB"), (12_300_000, "12.3MB"), (2_000_000_000, "2GB")] {
            assert_eq!(size(bytes), wanted);
        }
    }
}
