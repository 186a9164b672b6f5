//! The lab's interfaces: who listens, and what travels.

use crate::Kind;
use serde::{Deserialize, Serialize};
use std::fmt;

/// One interface of the lab. A listener and those who connect to it call it by the same name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Port {
    /// Task API of CCP, for third-party applications.
    App,
    /// CCP's private API, for Finesse: close and renotify. The same listener as [`Port::App`].
    CcpRest,
    /// Media routing interface: CCP listens, the MR PG connects.
    Mr,
    /// Router's side of the MR PG.
    IcmMr,
    /// Router's side of the agent PG.
    IcmAgent,
    /// CTI server, side A.
    CtiA,
    /// CTI server, side B.
    CtiB,
    /// Finesse REST, for agent desktops.
    Desk,
    /// Finesse notification service over plain TCP.
    Xmpp,
    /// Finesse notification service over WebSocket. Its links begin behind the HTTP upgrade, which is the driver's.
    XmppWs,
    /// Finesse notification service over BOSH. The same listener as [`Port::XmppWs`].
    Bosh,
    /// CCP's notification service over BOSH, for third-party applications.
    CcpBosh,
    /// The addresses that CCP's notification rules of type `http` name. Nobody of the lab listens there.
    CcpNotify,
}

/// What a connection of a port carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    /// Messages with an 8-byte header: length of the rest, then message type, both big-endian.
    Frames {
        /// The largest message that is accepted, header included, in bytes.
        max: usize,
    },
    /// A stream of bytes that the component itself takes apart.
    Stream,
    /// HTTP/1.1 exchanges.
    Http,
}

/// Links of one listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinksMax {
    /// Of peers outside the lab. They leave the other places to the lab's own.
    pub outside: usize,
    /// Kept for the lab's own components and virtual people.
    pub own: usize,
}

impl LinksMax {
    /// Of all together.
    pub const fn all(self) -> usize {
        self.outside + self.own
    }
}

impl Port {
    /// Every port.
    pub const ALL: [Self; 13] = [
        Self::App,
        Self::CcpRest,
        Self::Mr,
        Self::IcmMr,
        Self::IcmAgent,
        Self::CtiA,
        Self::CtiB,
        Self::Desk,
        Self::Xmpp,
        Self::XmppWs,
        Self::Bosh,
        Self::CcpBosh,
        Self::CcpNotify,
    ];

    /// Every port at which a component of the lab listens.
    pub const LISTENED: [Self; 12] = {
        let (mut listened, mut count, mut at) = ([Self::App; 12], 0, 0);
        while at < Self::ALL.len() {
            if !Self::ALL[at].is_outside() {
                listened[count] = Self::ALL[at];
                count += 1;
            }
            at += 1;
        }
        assert!(count == listened.len(), "each place has its port");
        listened
    };

    /// The name used in configuration, journals and ladders.
    pub const fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::CcpRest => "ccp-rest",
            Self::Mr => "mr",
            Self::IcmMr => "icm-mr",
            Self::IcmAgent => "icm-agent",
            Self::CtiA => "cti-a",
            Self::CtiB => "cti-b",
            Self::Desk => "desk",
            Self::Xmpp => "xmpp",
            Self::XmppWs => "xmpp-ws",
            Self::Bosh => "bosh",
            Self::CcpBosh => "ccp-bosh",
            Self::CcpNotify => "ccp-notify",
        }
    }

    /// The kind of component that listens: of addresses outside the lab, an application.
    pub const fn listener(self) -> Kind {
        match self {
            Self::App | Self::CcpRest | Self::Mr | Self::CcpBosh => Kind::Ccp,
            Self::IcmMr | Self::IcmAgent => Kind::Router,
            Self::CtiA | Self::CtiB => Kind::AgentPg,
            Self::Desk | Self::Xmpp | Self::XmppWs | Self::Bosh => Kind::Finesse,
            Self::CcpNotify => Kind::Customer,
        }
    }

    /// Whether the other end of whoever uses it is outside the lab, at the address that a request names.
    pub const fn is_outside(self) -> bool {
        matches!(self, Self::CcpNotify)
    }

    /// The port whose socket serves this one: two names may share a listener.
    pub const fn socket(self) -> Self {
        match self {
            Self::CcpRest => Self::App,
            Self::IcmAgent => Self::IcmMr,
            Self::XmppWs => Self::Bosh,
            Self::App
            | Self::Mr
            | Self::IcmMr
            | Self::CtiA
            | Self::CtiB
            | Self::Desk
            | Self::Xmpp
            | Self::Bosh
            | Self::CcpBosh
            | Self::CcpNotify => self,
        }
    }

    /// What the listener calls a link of this port. It sees the socket alone, but for what an HTTP upgrade tells.
    pub const fn heard_as(self) -> Self {
        match self {
            Self::XmppWs => self,
            Self::App
            | Self::CcpRest
            | Self::Mr
            | Self::IcmMr
            | Self::IcmAgent
            | Self::CtiA
            | Self::CtiB
            | Self::Desk
            | Self::Xmpp
            | Self::Bosh
            | Self::CcpBosh
            | Self::CcpNotify => self.socket(),
        }
    }

    /// The product's default TCP port.
    pub const fn default_tcp(self) -> u16 {
        match self {
            Self::App | Self::CcpRest => 8080,
            Self::Mr => 38001,
            Self::IcmMr | Self::IcmAgent => 40002,
            Self::CtiA => 42027,
            Self::CtiB => 43027,
            Self::Desk => 8082,
            Self::Xmpp => 5222,
            Self::XmppWs | Self::Bosh | Self::CcpBosh => 7071,
            Self::CcpNotify => 80,
        }
    }

    /// How many links its listener has at the same time: the one table for components and drivers. None where HTTP is
    /// carried, whose connections are no links. Both PGs' kinds share one listener.
    pub const fn links_max(self) -> Option<LinksMax> {
        match self {
            Self::App | Self::CcpRest | Self::Desk | Self::Bosh | Self::CcpBosh | Self::CcpNotify => None,
            Self::Mr => Some(LinksMax { outside: 12, own: 4 }),
            Self::IcmMr | Self::IcmAgent => Some(LinksMax { outside: 48, own: 16 }),
            Self::CtiA | Self::CtiB => Some(LinksMax { outside: 96, own: 32 }),
            Self::Xmpp | Self::XmppWs => Some(LinksMax { outside: 3_000, own: 2_500 }),
        }
    }

    /// Connections of peers outside the lab that its listener is worth where descriptors are plenty: of agents' desktops those
    /// of 2,000 agents from one address, which gets three quarters.
    pub const fn outsiders_wanted(self) -> usize {
        match (self.links_max(), self) {
            (Some(max), _) => max.outside,
            (None, Self::Desk | Self::Bosh) => 3_000,
            (None, Self::CcpBosh) => 1_000,
            (None, _) => 2_000,
        }
    }

    /// Whether a listener that has so many links takes one more.
    pub const fn takes_one_more(self, links: usize) -> bool {
        match self.links_max() {
            Some(max) => links < max.all(),
            None => true,
        }
    }

    /// What its connections carry. The limits are those of the protocol references: 12500 bytes for the CTI
    /// server, 4096 for the MR interface; the one between PG and router is inferred.
    pub const fn carrier(self) -> Carrier {
        match self {
            Self::App | Self::CcpRest | Self::Desk | Self::Bosh | Self::CcpBosh | Self::CcpNotify => {
                Carrier::Http
            }
            Self::Mr => Carrier::Frames { max: 4_096 },
            Self::IcmMr | Self::IcmAgent => Carrier::Frames { max: 65_536 },
            Self::CtiA | Self::CtiB => Carrier::Frames { max: 12_500 },
            Self::Xmpp | Self::XmppWs => Carrier::Stream,
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
