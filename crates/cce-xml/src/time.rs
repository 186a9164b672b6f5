//! Times as the interfaces write them.

use cce_kernel::Wall;
use jiff::{Timestamp, tz::TimeZone};

/// `2024-01-30T13:55:49.426Z`.
pub fn iso_utc(wall: Wall) -> String {
    timestamp(wall).to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// `Tue Jan 30 08:55:49 EST 2024`, as a Java date prints itself; a zone that is not known counts as UTC.
pub fn java_date(wall: Wall, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    timestamp(wall).to_zoned(zone).strftime("%a %b %d %H:%M:%S %Z %Y").to_string()
}

fn timestamp(wall: Wall) -> Timestamp {
    Timestamp::from_microsecond(wall.0).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_both_forms() {
        let wall = Wall(1_706_622_949_426_000);
        assert_eq!(iso_utc(wall), "2024-01-30T13:55:49.426Z");
        assert_eq!(java_date(wall, "America/New_York"), "Tue Jan 30 08:55:49 EST 2024");
    }
}
