//! Stamps of log lines: the calendar clock of the host that writes them.

use cce_journal::{Header, Record};
use cce_kernel::{NodeName, Time, Wall};
use jiff::{Timestamp, tz::TimeZone};

/// The clock and the zone of one host.
#[derive(Clone, Debug)]
pub(crate) struct Stamper {
    clock: cce_kernel::HostClock,
    zone: TimeZone,
    zone_name: String,
}

impl Stamper {
    /// The stamper of a component's host. A zone that is not known counts as UTC.
    pub(crate) fn new(header: &Header, node: &str) -> Self {
        let node = NodeName::from(node);
        let zone_name = header.hosts.get(&node).map_or_else(|| "UTC".to_owned(), |host| host.zone.clone());
        Self {
            clock: header.clock(&node),
            zone: TimeZone::get(&zone_name).unwrap_or(TimeZone::UTC),
            zone_name,
        }
    }

    /// What the host's clock showed when the record was made.
    pub(crate) fn wall(&self, record: &Record) -> Wall {
        self.clock.read(record.at)
    }

    /// The host's zone, by its IANA name.
    pub(crate) fn zone_name(&self) -> &str {
        &self.zone_name
    }

    /// `08:55:49:391`, as the peripheral gateways and the router write it.
    pub(crate) fn icm(&self, record: &Record) -> String {
        self.format(self.wall(record), "%H:%M:%S:%3f")
    }

    /// `Jan 30 2024 08:55:49.243 -0500`, as CCP and Finesse write it.
    pub(crate) fn ccbu(&self, wall: Wall) -> String {
        self.format(wall, "%b %d %Y %H:%M:%S.%3f %z")
    }

    /// The same without the zone.
    pub(crate) fn ccbu_local(&self, wall: Wall) -> String {
        self.format(wall, "%b %d %Y %H:%M:%S.%3f")
    }

    /// `08:55:49.391`, for people: what the host's clock showed at that time of the run.
    pub(crate) fn clock_at(&self, at: Time) -> String {
        self.format(self.clock.read(at), "%H:%M:%S.%3f")
    }

    fn format(&self, wall: Wall, form: &str) -> String {
        let time = Timestamp::from_microsecond(wall.0).unwrap_or(Timestamp::UNIX_EPOCH);
        time.to_zoned(self.zone.clone()).strftime(form).to_string()
    }
}
