//! Monitors of devices, sessions and tasks (cti-server-protocol 8, 11.1).

use super::{
    Answer, CtiServer, Denial,
    subscription::{Origin, Scope, Subscription},
};
use cce_cti::{
    ChangeMonitorMaskConf, ChangeMonitorMaskReq, ChangeTaskMonitorMaskConf, ChangeTaskMonitorMaskReq, Cti,
    CtiStatus, MonitorStartConf, MonitorStartReq, MonitorStopConf, MonitorStopReq, SessionMonitorStartConf,
    SessionMonitorStartReq, SessionMonitorStopConf, SessionMonitorStopReq, TaskMonitorStartConf,
    TaskMonitorStartReq, TaskMonitorStopConf, TaskMonitorStopReq, VERSION_MAX, services, task_msg_mask,
};
use cce_kernel::LinkId;
use cce_model::{MonitorId, MrdId, SkillTarget};

/// Subscriptions of one session, its own among them, at most; the bound is the lab's own.
const MONITORS_MAX: usize = 256;

impl CtiServer {
    /// Begins to monitor a device. Calls cannot be monitored: the lab has none.
    pub(super) fn on_monitor_start(&mut self, link: LinkId, m: &MonitorStartReq) -> Answer {
        let device = m.monitored_device_id.as_ref().map(ToString::to_string).filter(|id| !id.is_empty());
        // 0xFFFFFFFF is no call, and clients send 0 for none, too (inferred).
        let has_call = m.connection_device_id.is_some() || ![0, u32::MAX].contains(&m.connection_call_id.0);
        self.check_peripheral(m.peripheral_id)?;
        let device = match (device, has_call) {
            // Call and device exclude each other: 54 (cti-server-protocol 8).
            (Some(_), true) => return Err(Denial::Status(CtiStatus::MUTUALLY_EXCLUS_DEVICEID_TYPES)),
            (None, true) => {
                self.with_service(link, services::CONNECTION_MONITOR)?;
                return Err(Denial::Status(CtiStatus::INVALID_CALLID));
            }
            (None, false) => return Err(Denial::Status(CtiStatus::REQUIRED_DATA_MISSING)),
            (Some(device), false) => device,
        };
        self.with_service(link, services::PERIPHERAL_MONITOR)?;
        let agent = self.model.agent_at(&device);
        let scope = Scope::Agent(agent.ok_or(Denial::Status(CtiStatus::INVALID_DEVICE))?.skill_target);
        let (calls, states) = (m.call_msg_mask, m.agent_state_mask);
        let monitor = self.subscribe(link, Subscription { calls, states, ..none(Origin::Device, scope) })?;
        let conf =
            MonitorStartConf { invoke_id: m.invoke_id, monitor_id: monitor, ..MonitorStartConf::default() };
        Ok(vec![conf.into()])
    }

    /// Ends a device's monitor; a number that is no such monitor of the session has 55.
    pub(super) fn on_monitor_stop(&mut self, link: LinkId, m: &MonitorStopReq) -> Answer {
        self.unsubscribe(link, m.monitor_id, |origin| origin == Origin::Device)?;
        Ok(vec![MonitorStopConf { invoke_id: m.invoke_id, ..MonitorStopConf::default() }.into()])
    }

    /// Changes what a device's monitor shows.
    pub(super) fn on_monitor_mask(&mut self, link: LinkId, m: &ChangeMonitorMaskReq) -> Answer {
        let monitor = self.monitor_mut(link, m.monitor_id, Origin::Device)?;
        monitor.calls = m.call_msg_mask;
        monitor.states = m.agent_state_mask;
        Ok(vec![ChangeMonitorMaskConf { invoke_id: m.invoke_id, ..ChangeMonitorMaskConf::default() }.into()])
    }

    /// Begins to monitor what another session hears.
    pub(super) fn on_session_monitor_start(&mut self, link: LinkId, m: &SessionMonitorStartReq) -> Answer {
        let own = self.with_service(link, services::CLIENT_MONITOR)?;
        if own.client.session == m.session_id {
            return Err(Denial::Status(CtiStatus::SESSION_MONITOR_IS_CLIENTS));
        }
        let origin = Origin::OtherSession(m.session_id);
        if own.subscriptions.iter().any(|subscription| subscription.origin == origin) {
            return Err(Denial::Status(CtiStatus::SESSION_MONITOR_ALREADY_EXISTS));
        }
        if !self.sessions().any(|(_, session)| session.client.session == m.session_id) {
            return Err(Denial::Status(CtiStatus::CLIENT_NOT_FOUND));
        }
        let monitor_id = self.subscribe(link, none(origin, Scope::All))?;
        let conf = SessionMonitorStartConf {
            invoke_id: m.invoke_id,
            monitor_id,
            ..SessionMonitorStartConf::default()
        };
        Ok(vec![conf.into()])
    }

    /// Ends a session's monitor; a number that is no such monitor of the session has 55.
    pub(super) fn on_session_monitor_stop(&mut self, link: LinkId, m: &SessionMonitorStopReq) -> Answer {
        self.unsubscribe(link, m.monitor_id, |origin| matches!(origin, Origin::OtherSession(_)))?;
        let conf = SessionMonitorStopConf { invoke_id: m.invoke_id, ..SessionMonitorStopConf::default() };
        Ok(vec![conf.into()])
    }

    /// Begins to monitor tasks: of one agent or of all, in one domain or in all.
    pub(super) fn on_task_monitor_start(&mut self, link: LinkId, m: &TaskMonitorStartReq) -> Answer {
        self.with_service(link, services::TASK_MONITOR)?;
        self.check_peripheral(m.peripheral_id)?;
        check_task_mask(m.task_msg_mask)?;
        let scope = self.task_scope(m.icm_agent_id)?;
        let mrd = (m.mrd_id != MrdId::NONE).then_some(m.mrd_id);
        if mrd.is_some_and(|mrd| self.model.mrds.get(&mrd).is_none()) {
            return Err(Denial::Status(CtiStatus::INVALID_MR_DOMAIN));
        }
        let tasks = m.task_msg_mask;
        let monitor_id = self.subscribe(link, Subscription { mrd, tasks, ..none(Origin::Task, scope) })?;
        let conf =
            TaskMonitorStartConf { invoke_id: m.invoke_id, monitor_id, ..TaskMonitorStartConf::default() };
        Ok(vec![conf.into()])
    }

    /// Ends a monitor of tasks; a number that is no such monitor of the session has 55.
    pub(super) fn on_task_monitor_stop(&mut self, link: LinkId, m: &TaskMonitorStopReq) -> Answer {
        self.unsubscribe(link, m.monitor_id, |origin| origin == Origin::Task)?;
        Ok(vec![TaskMonitorStopConf { invoke_id: m.invoke_id, ..TaskMonitorStopConf::default() }.into()])
    }

    /// Changes what a monitor of tasks shows.
    pub(super) fn on_task_monitor_mask(&mut self, link: LinkId, m: &ChangeTaskMonitorMaskReq) -> Answer {
        check_task_mask(m.task_msg_mask)?;
        self.monitor_mut(link, m.monitor_id, Origin::Task)?.tasks = m.task_msg_mask;
        let conf =
            ChangeTaskMonitorMaskConf { invoke_id: m.invoke_id, ..ChangeTaskMonitorMaskConf::default() };
        Ok(vec![Cti::from(conf)])
    }

    fn task_scope(&self, icm_agent_id: SkillTarget) -> Result<Scope, Denial> {
        if icm_agent_id == SkillTarget::NONE {
            return Ok(Scope::All);
        }
        let is_known = self.model.agents.get(&icm_agent_id).is_some();
        if is_known {
            Ok(Scope::Agent(icm_agent_id))
        } else {
            Err(Denial::Status(CtiStatus::INVALID_AGENT_DATA))
        }
    }

    fn subscribe(&mut self, link: LinkId, subscription: Subscription) -> Result<MonitorId, Denial> {
        self.last_monitor = self.last_monitor.wrapping_add(1);
        let monitor = MonitorId(self.last_monitor);
        let session = self.session_mut(link);
        if session.subscriptions.len() >= MONITORS_MAX {
            return Err(Denial::Status(CtiStatus::UNSPECIFIED_FAILURE));
        }
        session.subscriptions.push(Subscription { monitor, ..subscription });
        Ok(monitor)
    }

    fn unsubscribe(
        &mut self,
        link: LinkId,
        monitor: MonitorId,
        is_of: impl Fn(Origin) -> bool,
    ) -> Result<(), Denial> {
        let session = self.session_mut(link);
        let before = session.subscriptions.len();
        session.subscriptions.retain(|own| own.monitor != monitor || !is_of(own.origin));
        if session.subscriptions.len() == before {
            return Err(Denial::Status(CtiStatus::INVALID_MONITORID));
        }
        Ok(())
    }

    fn monitor_mut(
        &mut self,
        link: LinkId,
        monitor: MonitorId,
        origin: Origin,
    ) -> Result<&mut Subscription, Denial> {
        let session = self.session_mut(link);
        let mut own = session.subscriptions.iter_mut();
        own.find(|own| own.monitor == monitor && own.origin == origin)
            .ok_or(Denial::Status(CtiStatus::INVALID_MONITORID))
    }
}

fn none(origin: Origin, scope: Scope) -> Subscription {
    Subscription { monitor: MonitorId::ALL_EVENTS, origin, scope, mrd: None, calls: 0, states: 0, tasks: 0 }
}

fn check_task_mask(mask: u32) -> Result<(), Denial> {
    // A bit without a meaning has code 91 (cti-server-protocol 11.1).
    if mask & !task_msg_mask::valid(VERSION_MAX) != 0 {
        return Err(Denial::Status(CtiStatus::INVALID_TASK_MSG_MASK));
    }
    Ok(())
}
