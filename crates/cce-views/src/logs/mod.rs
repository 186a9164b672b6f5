//! The seven product-format logs: each a view on the records of one component.
//!
//! A log line is made of the record that it reports. Steps and values come from frames, calls and facts; what
//! the products print and no message carries (process names, a host's short name) comes from the header.

mod ccp;
mod ctisvr;
mod finesse;
mod mr_pim;
mod router;

use crate::{ladder::Lane, one_line::one_line};
use cce_fold::{Fold, ReadRecord};
use cce_journal::{Header, Record};
use std::borrow::Cow;

/// One of the log files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogFile {
    /// CTI server.
    Ctisvr,
    /// MR PIM.
    MrPim,
    /// Router.
    Router,
    /// CCP's public API.
    CcpPublicApps,
    /// CCP's runtime.
    CcpRuntime,
    /// CCP's private API and eventing.
    CcpApi,
    /// Finesse's web services.
    Finesse,
}

impl LogFile {
    /// Every log, in the order of the names.
    pub const ALL: [Self; 7] = [
        Self::CcpRuntime,
        Self::CcpApi,
        Self::CcpPublicApps,
        Self::Ctisvr,
        Self::Finesse,
        Self::MrPim,
        Self::Router,
    ];

    /// The file's name without its ending.
    pub fn stem(self) -> &'static str {
        let name = self.file_name();
        name.strip_suffix(".log").unwrap_or(name)
    }

    /// The lane of the component that writes it.
    pub const fn lane(self) -> Lane {
        match self {
            Self::Ctisvr => Lane::Cti,
            Self::MrPim => Lane::Pim,
            Self::Router => Lane::Rtr,
            Self::CcpPublicApps | Self::CcpRuntime | Self::CcpApi => Lane::Ccp,
            Self::Finesse => Lane::Fin,
        }
    }

    /// The file's name.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Ctisvr => "ctisvr.log",
            Self::MrPim => "mr-pim.log",
            Self::Router => "router.log",
            Self::CcpPublicApps => "ccppublicapps.log",
            Self::CcpRuntime => "ccp-runtime.log",
            Self::CcpApi => "ccpapi.log",
            Self::Finesse => "finesse.log",
        }
    }
}

/// A line of a log, without its line end. A record of the product may be several lines.
pub type Line = (LogFile, String);

/// All seven logs, fed record by record.
#[derive(Debug)]
pub struct Logs {
    fold: Fold,
    ccp: ccp::CcpLogs,
    mr_pim: mr_pim::MrPimLog,
    router: router::RouterLog,
    ctisvr: ctisvr::CtisvrLog,
    finesse: finesse::FinesseLog,
}

impl Logs {
    /// Logs of a run that starts with this header.
    pub fn new(header: &Header) -> Self {
        Self {
            fold: Fold::new(header),
            ccp: ccp::CcpLogs::new(header),
            mr_pim: mr_pim::MrPimLog::new(header),
            router: router::RouterLog::new(header),
            ctisvr: ctisvr::CtisvrLog::new(header),
            finesse: finesse::FinesseLog::new(header),
        }
    }

    /// Takes in the next record and returns the lines that it makes. A line stays one, whatever a customer writes.
    pub fn push(&mut self, record: &Record) -> Vec<Line> {
        let event = self.fold.push(record);
        let mut lines = Vec::new();
        self.write(&event, &mut lines);
        for (_, line) in &mut lines {
            if let Cow::Owned(escaped) = one_line(line) {
                *line = escaped;
            }
        }
        lines
    }

    fn write(&mut self, event: &ReadRecord<'_>, lines: &mut Vec<Line>) {
        match event.record.node.kind() {
            Some(cce_model::Kind::Ccp) => self.ccp.write(event, lines),
            Some(cce_model::Kind::MrPg) => self.mr_pim.write(event, lines),
            Some(cce_model::Kind::Router) => self.router.write(event, lines),
            Some(cce_model::Kind::AgentPg) => self.ctisvr.write(event, lines),
            Some(cce_model::Kind::Finesse) => self.finesse.write(event, lines),
            Some(cce_model::Kind::Agent | cce_model::Kind::Customer) | None => {}
        }
    }
}
