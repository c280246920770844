//! Time zones by their names in the IANA database, which the program brings along: a cluster behaves the same on every
//! machine, whatever zones that machine knows.
//!
//! Models: Go's time.LoadLocation, as the API server and the controller use it.
//! Simplified: nothing.

use jiff::tz::TimeZone;

/// The zone of exactly this name; the error is Go's. `Local` is the zone of the control plane, UTC.
pub fn time_zone(name: &str) -> Result<TimeZone, String> {
    if matches!(name, "" | "UTC" | "Local") {
        return Ok(TimeZone::UTC);
    }
    let unknown = || format!("unknown time zone {name}");
    let zone = TimeZone::get(name).map_err(|_| unknown())?;
    // The database is searched whatever the case; Kubernetes wants the name as it is written there.
    if zone.iana_name() == Some(name) { Ok(zone) } else { Err(unknown()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_by_their_exact_names() {
        for (name, known) in [("Europe/Berlin", true), ("UTC", true), ("Etc/UTC", true), ("europe/berlin", false), ("Mars/Base", false)] {
            assert_eq!(time_zone(name).is_ok(), known, "{name}");
        }
        assert_eq!(time_zone("Mars/Base"), Err("unknown time zone Mars/Base".to_owned()));
    }
}
