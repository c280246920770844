//! Dates as git reads and shows them.

use super::object::{Signature, read_zone};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// Year, month and day of a number of days since 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

fn days_of(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let shifted_month = (month + 9) % 12;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * shifted_month + 2) / 5 + day - 1 - 719_468
}

/// `Mon Jan 5 08:00:00 2026 +0000`
pub fn show(who: &Signature) -> String {
    let local = who.time + i64::from(who.zone) * 60;
    let (days, seconds) = (local.div_euclid(86_400), local.rem_euclid(86_400));
    let (year, month, day) = civil(days);
    let name = DAYS[days.rem_euclid(7) as usize];
    let time = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{name} {} {day} {time} {year} {}", MONTHS[(month - 1) as usize], who.zone_text())
}

/// `2026-01-05 08:00:00 +0000`
pub fn show_iso(who: &Signature) -> String {
    let local = who.time + i64::from(who.zone) * 60;
    let (year, month, day) = civil(local.div_euclid(86_400));
    let seconds = local.rem_euclid(86_400);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02} {}", seconds / 3600, seconds / 60 % 60, seconds % 60, who.zone_text())
}

/// `3 hours ago`
pub fn show_relative(time: i64, now: i64) -> String {
    let ago = |number: i64, unit: &str| format!("{number} {unit}{} ago", if number == 1 { "" } else { "s" });
    let seconds = now - time;
    if seconds < 0 {
        return "in the future".to_owned();
    }
    if seconds < 90 {
        return ago(seconds, "second");
    }
    let minutes = (seconds + 30) / 60;
    if minutes < 90 {
        return ago(minutes, "minute");
    }
    let hours = (minutes + 30) / 60;
    if hours < 36 {
        return ago(hours, "hour");
    }
    let days = (hours + 12) / 24;
    match days {
        ..14 => ago(days, "day"),
        14..70 => ago((days + 3) / 7, "week"),
        70..365 => ago((days + 15) / 30, "month"),
        _ => {
            let months = (days * 12 * 2 + 365) / (365 * 2);
            match (months / 12, months % 12) {
                (years, rest) if days < 1825 && rest > 0 => {
                    format!("{years} year{}, {}", if years == 1 { "" } else { "s" }, ago(rest, "month"))
                }
                _ if days < 1825 => ago(months / 12, "year"),
                _ => ago((days + 183) / 365, "year"),
            }
        }
    }
}

/// Seconds since 1970 and minutes east of Greenwich, from `1112911993 -0700`, `@1112911993`, or
/// `2026-01-05T08:00:00 +0000` and its like. A date without a zone is UTC.
pub fn parse(text: &str) -> Option<(i64, i32)> {
    let text = text.trim();
    let bare = text.strip_prefix('@').unwrap_or(text);
    let (first, rest) = bare.split_once(' ').unwrap_or((bare, ""));
    if (first.len() > 8 || text.starts_with('@'))
        && let Ok(time) = first.parse::<i64>()
    {
        let zone = if rest.is_empty() { 0 } else { read_zone(rest)? };
        return Some((time, zone));
    }
    let (date, rest) = text.split_once(['T', ' '])?;
    let numbers: Vec<i64> = date.split('-').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [year, month, day] = numbers.as_slice() else { return None };
    let (time, zone) = match rest.trim_end_matches('Z').split_once(' ') {
        Some((time, zone)) => (time, read_zone(zone)?),
        None => match rest.find(['+', '-']) {
            Some(at) => (&rest[..at], read_zone(&rest[at..].replace(':', ""))?),
            None => (rest.trim_end_matches('Z'), 0),
        },
    };
    let parts: Vec<i64> = time.split(':').map(str::parse).collect::<Result<_, _>>().ok()?;
    let seconds = parts.iter().zip([3600, 60, 1]).map(|(part, weight)| part * weight).sum::<i64>();
    Some((days_of(*year, *month, *day) * 86_400 + seconds - i64::from(zone) * 60, zone))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_and_shown() {
        let (time, zone) = parse("2005-04-07T22:13:13 -0700").unwrap();
        assert_eq!((time, zone), (1_112_937_193, -420));
        let who = Signature { time, zone, ..Signature::default() };
        assert_eq!(show(&who), "Thu Apr 7 22:13:13 2005 -0700");
        assert_eq!(show_iso(&who), "2005-04-07 22:13:13 -0700");
        assert_eq!(parse("1112937193 -0700"), Some((time, zone)));
    }
}
