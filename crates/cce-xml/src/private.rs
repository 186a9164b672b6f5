//! Calls of CCP's private API about a contact (ccp-task-api 3.6, 3.7), as Finesse and applications make them.

use crate::Xml;
use cce_kernel::Request;
use std::fmt;

/// Why a contact is to be routed anew: `reNotifyReason` (ccp-task-api 3.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RenotifyReason {
    /// Its agent transfers the task.
    Transfer,
    /// Nobody answered, or the agent signed out. That of a sign-out is inferred: task-routing E4 names none.
    Recovery,
}

impl RenotifyReason {
    const ALL: [Self; 2] = [Self::Transfer, Self::Recovery];

    /// The reason of that name, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| name.eq_ignore_ascii_case(reason.name()))
    }

    /// As documents name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transfer => "ROUTE_SERVICE_TRANSFER",
            Self::Recovery => "ROUTE_SERVICE_RECOVERY",
        }
    }
}

/// The call that a contact is handled, without credentials.
pub fn close_call(contact: impl fmt::Display) -> Request {
    call(contact, "close")
}

/// The call to route a contact anew by that script selector, without credentials. The reason is optional for CCP; nobody
/// here leaves it out.
pub fn renotify_call(contact: impl fmt::Display, selector: &str, reason: RenotifyReason) -> Request {
    let body = Xml::document("Task", |xml| {
        xml.text("scriptSelector", selector).text("reNotifyReason", reason.name());
    });
    call(contact, "renotify").xml(body)
}

fn call(contact: impl fmt::Display, action: &str) -> Request {
    Request::new("PUT", format!("/ccp-webapp/ccp/task/{contact}/{action}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_read_in_any_case_and_nothing_else_is_one() {
        assert_eq!(RenotifyReason::parse("route_service_Transfer"), Some(RenotifyReason::Transfer));
        assert_eq!(RenotifyReason::parse("ROUTE_SERVICE_RECOVERY"), Some(RenotifyReason::Recovery));
        assert_eq!(RenotifyReason::parse("ROUTE_SERVICE"), None);
    }
}
