//! Names of floating fields (cti-server-protocol 14). Most stand in the rows of their messages. The others belong to
//! messages whose layout is not published; their names stand here, so that a message that carries one is read by name, and
//! a strict server tells a tag that belongs elsewhere from one that nobody knows.

use crate::Cti;

/// A published tag that no row has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its number.
    pub number: u16,
    /// Its name.
    pub name: &'static str,
    /// Its type as the source gives it; empty where the source gives none.
    pub ty: &'static str,
    /// What it belongs to; empty where the source does not say.
    pub belongs_to: &'static str,
}

const RECORDING: &str = "network recording, 267 to 274";
const MRD: &str = "configuration of domains and media classes";
const ROUTE: &str = "route service, 211 to 215";

/// Tags that no row has, by number. The names of 289 to 300 but one are not published.
pub const WITHOUT_ROW: [Tag; 43] = [
    tag(59, "CallDeviceIDType", "USHORT", "SNAPSHOT_CALL_CONF"),
    tag(60, "CallDeviceID", "STRING[64]", "SNAPSHOT_CALL_CONF"),
    tag(61, "CallDeviceConnectionState", "USHORT", "SNAPSHOT_CALL_CONF"),
    tag(67, "DTMFString", "STRING[32]", "SEND_DTMF_SIGNAL_REQ"),
    tag(79, "OriginatingDeviceID", "STRING[64]", ""),
    tag(80, "OriginatingLineID", "STRING[64]", ""),
    tag(84, "CallControlTable", "STRING[4]", ""),
    tag(85, "SupervisorInstrument", "STRING[64]", "supervisor messages, 118 to 125"),
    tag(90, "AgentConnectionDeviceID", "STRING[64]", "SUPERVISE_CALL_REQ"),
    tag(91, "SupervisorConnectionDeviceID", "STRING[64]", "SUPERVISE_CALL_REQ"),
    tag(124, "DequeueType", "", "CALL_DEQUEUED_EVENT"),
    tag(125, "SendingAddress", "STRING[64]", "RTP_STARTED_EVENT, RTP_STOPPED_EVENT"),
    tag(126, "SendingPort", "UINT", "RTP_STARTED_EVENT, RTP_STOPPED_EVENT"),
    tag(194, "AgentIDLong", "STRING[32]", ""),
    tag(198, "Enable", "", ROUTE),
    tag(199, "DeviceID", "", ROUTE),
    tag(200, "Timeout", "", ROUTE),
    tag(201, "CurrentRoute", "", ROUTE),
    tag(202, "SecondaryConnectionCallID", "UINT", ""),
    tag(219, "RequestingDeviceID", "STRING[64]", ""),
    tag(220, "RequestingDeviceIDType", "USHORT", ""),
    tag(229, "CallOnCallConnectionCallID", "UINT", ""),
    tag(230, "CallOnCallConnectionDeviceIDType", "USHORT", ""),
    tag(231, "CallOnCallConnectionDeviceID", "STRING[64]", ""),
    tag(245, "Options", "", ""),
    tag(246, "MRDID", "", MRD),
    tag(247, "MediaClassID", "", MRD),
    tag(248, "TaskLife", "", MRD),
    tag(249, "TaskStartTimeout", "", MRD),
    tag(252, "MaxCallsInQueue", "", MRD),
    tag(253, "MaxCallsInQueuePerCallType", "", MRD),
    tag(254, "MaxTimeInQueue", "", MRD),
    tag(289, "Tag289", "", RECORDING),
    tag(290, "Tag290", "", RECORDING),
    tag(291, "Tag291", "", RECORDING),
    tag(292, "Tag292", "", RECORDING),
    tag(293, "Tag293", "", RECORDING),
    tag(295, "Tag295", "", RECORDING),
    tag(296, "Tag296", "", RECORDING),
    tag(297, "Tag297", "", RECORDING),
    tag(298, "Tag298", "", RECORDING),
    tag(299, "Tag299", "", RECORDING),
    tag(300, "Tag300", "", RECORDING),
];

/// What a tag is called, in whatever message; none of one that is reserved or unknown.
pub fn name(number: u16) -> Option<&'static str> {
    let without_row = WITHOUT_ROW.iter().find(|tag| tag.number == number).map(|tag| tag.name);
    without_row.or_else(|| {
        let mut rows = Cti::TABLE.iter().filter_map(|row| row.float(number));
        rows.next().map(|float| float.field.label)
    })
}

const fn tag(number: u16, name: &'static str, ty: &'static str, belongs_to: &'static str) -> Tag {
    Tag { number, name, ty, belongs_to }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_stands_here_once_and_in_no_row() {
        assert!(WITHOUT_ROW.is_sorted_by(|a, b| a.number < b.number));
        let doubled: Vec<&Tag> = WITHOUT_ROW
            .iter()
            .filter(|tag| Cti::TABLE.iter().any(|row| row.float(tag.number).is_some()))
            .collect();
        assert!(doubled.is_empty(), "{doubled:?}");
    }

    #[test]
    fn a_tag_is_named_wherever_it_stands() {
        assert_eq!((name(67), name(1), name(54)), (Some("DTMFString"), Some("ClientID"), None));
    }
}
