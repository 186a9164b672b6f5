//! A component whose links carry messages by layouts from outside.
//!
//! The component itself speaks the built-in tables; its frames are translated where they come in and go out, so
//! that links, journal and captures hold what is really sent.

use cce_kernel::{Blob, Component, Cx, Input, LinkId, Port};
use cce_wire::{Dialect, Layouts};
use std::collections::BTreeMap;

/// The wrapped component.
#[derive(Clone)]
pub(crate) struct Translated {
    pub(crate) inner: Box<dyn Component>,
    pub(crate) links: Links,
}

/// What is translated on its links.
#[derive(Clone, Debug)]
pub(crate) struct Links {
    mr: Option<Layouts>,
    arm: Option<Layouts>,
    /// Of each GED-188 session; a connection that is gone is forgotten.
    versions: BTreeMap<LinkId, u32>,
}

impl Links {
    pub(crate) fn new((mr, arm): (Option<Layouts>, Option<Layouts>)) -> Self {
        Self { mr, arm, versions: BTreeMap::new() }
    }

    /// Whether there is anything to translate.
    pub(crate) fn are_plain(&self) -> bool {
        self.mr.is_none() && self.arm.is_none()
    }

    fn inward(&mut self, link: LinkId, bytes: Blob) -> Blob {
        let Some((layouts, dialect)) = self.of(link, &bytes) else { return bytes };
        layouts.frame_inward(&dialect, &bytes.0).into()
    }

    fn outward(&mut self, link: LinkId, bytes: Blob) -> Blob {
        let Some((layouts, dialect)) = self.of(link, &bytes) else { return bytes };
        layouts.frame_outward(&dialect, &bytes.0).into()
    }

    fn of(&mut self, link: LinkId, bytes: &Blob) -> Option<(&Layouts, Dialect)> {
        match link.port {
            Port::Mr => Some((self.mr.as_ref()?, cce_mr::MR)),
            Port::CtiA | Port::CtiB => {
                // A session has the version of its first OPEN_REQ.
                if let Some(version) = cce_cti::open_version(&bytes.0) {
                    self.versions.entry(link).or_insert(version);
                }
                let version = self.versions.get(&link).copied().unwrap_or(cce_cti::VERSION_MAX);
                Some((self.arm.as_ref()?, cce_cti::dialect(version)))
            }
            Port::App
            | Port::CcpRest
            | Port::Desk
            | Port::IcmMr
            | Port::IcmAgent
            | Port::Xmpp
            | Port::XmppWs
            | Port::Bosh
            | Port::CcpBosh
            | Port::CcpNotify => None,
        }
    }
}

impl Component for Translated {
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        let input = match input {
            Input::Frame { link, bytes } => Input::Frame { link, bytes: self.links.inward(link, bytes) },
            Input::LinkDown { link, reason } => {
                self.links.versions.remove(&link);
                Input::LinkDown { link, reason }
            }
            Input::Start { .. }
            | Input::LinkUp { .. }
            | Input::BadFrame { .. }
            | Input::Call { .. }
            | Input::CallGone { .. }
            | Input::Reply { .. }
            | Input::Timer(_)
            | Input::Command(_) => input,
        };
        let Self { inner, links } = self;
        cx.rewrite_sends(|cx| inner.handle(input, cx), |link, bytes| links.outward(link, bytes));
    }
}
