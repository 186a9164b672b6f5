//! The first line of a journal.

use cce_kernel::{HostClock, NodeName, Wall};
use cce_model::PeripheralId;
use cce_wire::TableText;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format that this version writes.
pub const FORMAT: u32 = 2;

/// The oldest format that this version reads: its lines repeat every byte.
pub(crate) const OLDEST_FORMAT: u32 = 1;

/// What must be known before the first record can be understood. It holds no paths.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the format, [`FORMAT`].
    #[serde(rename = "ccelab_journal")]
    pub format: u32,
    /// Version of the program that wrote it.
    pub build: String,
    /// Seed of every generator.
    pub seed: u64,
    /// True time at the start of the run.
    pub start: Wall,
    /// The components that run in this process.
    pub nodes: Vec<NodeName>,
    /// The host of each component of the lab, by the component's name.
    pub hosts: BTreeMap<NodeName, HostHeader>,
    /// What product-format logs print and no message carries.
    pub logs: LogSettings,
    /// Rows of the message tables that are replaced by others.
    #[serde(default, skip_serializing_if = "Tables::are_built_in")]
    pub tables: Tables,
    /// The whole effective configuration.
    pub config: serde_json::Value,
    /// What it was merged from, where it is of a lab that was split into processes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged: Option<Merged>,
}

/// What a journal was merged from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// The journals of the processes. The first one's clock is that of the whole.
    pub parts: Vec<MergedPart>,
    /// By how many microseconds messages contradict the clocks: 0 where all ran alike.
    #[serde(default)]
    pub conflict_us: u64,
}

/// The journal of one process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedPart {
    /// The components that ran in it.
    pub nodes: Vec<NodeName>,
    /// Its seed.
    pub seed: u64,
    /// True time at its start, as its host knew it.
    pub start: Wall,
    /// Microseconds that were added to its times: the middle of what its messages allow.
    pub offset_us: i64,
    /// By how many microseconds that may be wrong on either side; none where its messages leave it open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncertainty_us: Option<u64>,
}

/// Tables from outside, where a run has them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tables {
    /// Of the media routing interface.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mr: Option<TableText>,
    /// Of the task layer of GED-188.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arm: Option<TableText>,
}

impl Tables {
    /// Whether every row is the built-in one.
    pub fn are_built_in(&self) -> bool {
        *self == Self::default()
    }
}

/// A host, as views need it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostHeader {
    /// Fully qualified name.
    pub fqdn: String,
    /// IANA zone of its log stamps.
    pub zone: String,
    /// Its calendar clock.
    pub clock: HostClock,
}

impl Header {
    /// The seed of a component's generators: a process of its own has one of its own.
    pub fn seed_of(&self, node: &NodeName) -> u64 {
        let mut parts = self.merged.iter().flat_map(|merged| &merged.parts);
        parts.find(|part| part.nodes.contains(node)).map_or(self.seed, |part| part.seed)
    }

    /// The clock of a component's host; virtual people have the true time.
    pub fn clock(&self, node: &NodeName) -> HostClock {
        let true_time = HostClock { start: self.start, ..HostClock::default() };
        self.hosts.get(node).map_or(true_time, |host| host.clock)
    }
}

/// What product-format logs print and no message carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogSettings {
    /// Process name of the MR PIM.
    pub pim_process: String,
    /// Process names of further MR PIMs, by peripheral.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pim_processes: BTreeMap<PeripheralId, String>,
    /// Process name of the router.
    pub router_process: String,
    /// Process name of the CTI server.
    pub ctisvr_process: String,
    /// CCP's address, as its logs print it.
    pub ccp_address: String,
    /// Host in CCP's links to social contacts.
    pub ccp_link_host: String,
    /// What the CTI server's trace prints for "no service" (cti-server-protocol 19).
    pub stale_service_id: u32,
    /// Where the logs begin to count.
    #[serde(default, skip_serializing_if = "FirstNumbers::are_built_in")]
    pub first: FirstNumbers,
}

/// Where logs begin to count, as if more had been written before the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FirstNumbers {
    /// Of the lines of CCP's logs, by file and by the component that a line names, such as `ccpapi` and
    /// `EVENTING`: each counts for itself.
    pub ccp: BTreeMap<String, BTreeMap<String, u64>>,
    /// Of the lines of Finesse's log.
    pub finesse_line: u64,
    /// Of the thread that sends Finesse's first indication, 1 to 20.
    pub finesse_command_thread: u64,
    /// Of the thread that takes in Finesse's first message from the CTI server, 1 to 20.
    pub finesse_event_thread: u64,
    /// `cti_sequence_id` of Finesse's first message from the CTI server.
    pub finesse_cti_sequence: u64,
}

impl FirstNumbers {
    /// Whether nothing was written before.
    pub fn are_built_in(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for FirstNumbers {
    fn default() -> Self {
        Self {
            ccp: BTreeMap::new(),
            finesse_line: 1,
            finesse_command_thread: 2,
            finesse_event_thread: 2,
            finesse_cti_sequence: 1,
        }
    }
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            pim_process: "PG2A-pim3".into(),
            pim_processes: BTreeMap::new(),
            router_process: "ra-rtr".into(),
            ctisvr_process: "cg3A-ctisvr".into(),
            ccp_address: "192.168.1.1".into(),
            ccp_link_host: "ccp-ip".into(),
            stale_service_id: 2_671_908,
            first: FirstNumbers::default(),
        }
    }
}
