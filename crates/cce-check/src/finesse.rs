//! Dialogs, media and users, as Finesse tells of them and publishes them.

use crate::{
    agentpg::AgentPg,
    breach::Judge,
    contact::or_nothing,
    judgement::Judgement,
    table::{Bounded, Ends, Table},
};
use cce_model::{
    AgentId, AgentKey, AgentState, Dialog, DialogState, Disposition, Media, MrdId, Object, Publication,
    PublishEvent, TaskId, User, UserState, fact::SmOperation,
};
use std::collections::{BTreeMap, BTreeSet};

/// Agents in domains whose latest publication is known; a lab has fewer.
const SHOWN_MAX: usize = 65_536;

/// How a dialog ends whose task the agent PG lost (task-routing 1.6).
const LOST: Disposition = Disposition(51);

/// A dialog.
#[derive(Clone, Debug)]
pub(crate) struct OpenDialog {
    agent: AgentId,
    state: DialogState,
    /// The state in which it was interrupted.
    interrupted: Option<DialogState>,
    at: u64,
    end: Option<Disposition>,
    /// It was transferred: the request to route its contact anew may be refused, and comes again then.
    is_transferred: bool,
}

impl Ends for OpenDialog {
    fn is_over(&self) -> bool {
        self.end.is_some()
    }
}

/// A change of a dialog.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change<'a> {
    pub(crate) agent: &'a AgentId,
    pub(crate) from: Option<DialogState>,
    pub(crate) to: DialogState,
    pub(crate) disposition: Option<Disposition>,
}

/// What Finesse knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Finesse {
    dialogs: Table<TaskId, OpenDialog>,
    users: BTreeMap<AgentId, (UserState, u64)>,
    /// The CTI server tells anew how a task stands: its dialog may be in any state.
    is_told_anew: bool,
    /// Users whom Finesse signs out by itself.
    forced: BTreeSet<AgentId>,
    /// What the CTI server said last of each agent in each domain.
    media: BTreeMap<AgentKey, (AgentState, u64)>,
    /// What was published last of each agent in each domain while the node is in service, and the record.
    shown: BTreeMap<(AgentId, MrdId), (Media, u64)>,
}

impl Finesse {
    /// An input begins.
    pub(crate) fn on_input(&mut self) {
        self.is_told_anew = false;
    }

    /// The CTI server tells how a task stands (task-routing E16).
    pub(crate) fn on_snapshot(&mut self) {
        self.is_told_anew = true;
    }

    pub(crate) fn on_dialog(
        &mut self,
        id: TaskId,
        change: Change<'_>,
        agentpg: &AgentPg,
        judge: &mut Judge<'_>,
    ) {
        let Change { agent, from, to, disposition } = change;
        // The agent PG lost the task before the router had heard of it: the router reserves an agent anew
        // (task-routing E18).
        let is_lost = |known: &&OpenDialog| known.end == Some(LOST) && from.is_none();
        let known = self.dialogs.find(&id).filter(|known| !is_lost(known));
        if let Some(over) = known.filter(|known| known.end.is_some()) {
            return judge.expect(Judgement::DialogClosesOnce, false, &[over.at], || {
                format!("dialog {id} becomes {to}, and was closed")
            });
        }
        let open = known.filter(|known| known.end.is_none());
        let (was, related) = (open.map(|open| open.state), open.map(|open| open.at));
        // Whatever is told anew, what was recovered from an interrupt can only be closed (task-routing 1.3).
        let is_told_anew = self.is_told_anew && was != Some(DialogState::Unknown);
        let is_legal = from == was && (is_told_anew || is_legal(was, to));
        judge.expect(Judgement::DialogTransition, is_legal, related.as_slice(), || {
            format!("dialog {id} goes from {} to {to}, and was {}", or_nothing(from), or_nothing(was))
        });
        let before = open.and_then(|open| open.interrupted);
        judge_return(id, before.filter(|_| !is_told_anew), to, related, judge);
        judge_agent(id, agent, open, agentpg, judge);
        if to == DialogState::Closed {
            judge_end(id, disposition, agentpg, judge);
        }
        let end = (to == DialogState::Closed).then(|| disposition.unwrap_or(Disposition::NORMAL_END_TASK));
        let interrupted = was.filter(|_| to == DialogState::Interrupted);
        let is_transferred = open.is_some_and(|open| open.is_transferred);
        let agent = agent.clone();
        let dialog = OpenDialog { agent, state: to, interrupted, at: judge.seq, end, is_transferred };
        self.dialogs.insert(id, dialog);
        if end.is_some() {
            self.dialogs.retire(&id);
        }
    }

    /// A user is as the CTI server said last of the voice domain. In a journal of Finesse alone, which does not tell the
    /// agent's id, it moves by the steps that requests may ask for.
    pub(crate) fn on_user(
        &mut self,
        agent: &AgentId,
        from: UserState,
        to: UserState,
        agentpg: &AgentPg,
        judge: &mut Judge<'_>,
    ) {
        let (was, at) = self.users.get(agent).copied().unwrap_or((UserState::Logout, 0));
        let is_forced = to == UserState::Logout && from != to && self.forced.remove(agent);
        let told = agentpg
            .skill_target(agent)
            .and_then(|id| self.media.get(&AgentKey { skill_target: id, mrd: MrdId::VOICE }));
        let is_due = match told {
            Some((state, _)) => UserState::of_agent(*state) == Some(to),
            None => is_forced || is_step(from, to),
        };
        judge.expect(Judgement::UserTransition, from == was && is_due, &[at], || {
            format!("user {agent} goes from {from} to {to}, and was {was}")
        });
        self.users.insert(agent.clone(), (to, judge.seq));
    }

    /// Nobody is there for the user: the sign-out that follows is accepted from every state (finesse-nonvoice 2.2).
    pub(crate) fn on_forced(&mut self, agent: &AgentId) {
        let state = self.users.get(agent).map_or(UserState::Logout, |(state, _)| *state);
        if state != UserState::Logout {
            self.forced.insert(agent.clone());
        }
    }

    /// The CTI server tells how an agent stands.
    pub(crate) fn on_agent_state(&mut self, member: AgentKey, state: AgentState, seq: u64) {
        self.media.insert(member, (state, seq));
    }

    /// Finesse asks CCP about a task. A node that had no dialog of it goes by what the agent PG said.
    pub(crate) fn on_ask(
        &mut self,
        operation: SmOperation,
        id: TaskId,
        agentpg: &AgentPg,
        judge: &mut Judge<'_>,
    ) {
        let dialog = self.dialogs.find(&id).map(|dialog| (dialog.end, dialog.at));
        let told = dialog.or_else(|| agentpg.end_of(id));
        let (end, related) = (told.and_then(|(end, _)| end), told.map(|(_, at)| at));
        match operation {
            SmOperation::EndTask => judge_close(id, end, related, judge),
            SmOperation::Renotify => {
                let known = self.dialogs.find_mut(&id);
                let is_transferred = known.is_some_and(|dialog| {
                    dialog.is_transferred |= dialog.end.is_none();
                    dialog.is_transferred
                });
                judge_renotification(id, end.filter(|_| !is_transferred), related, judge);
            }
        }
    }

    /// A notification says what has happened.
    pub(crate) fn on_published(
        &mut self,
        publication: &Publication,
        agentpg: &AgentPg,
        judge: &mut Judge<'_>,
    ) {
        match &publication.object {
            Object::Dialog(dialog) | Object::Dialogs(dialog) => {
                self.judge_dialog(publication, dialog, judge);
            }
            Object::Media(media) => {
                self.judge_media(media, agentpg, judge);
                self.judge_news(media, judge);
            }
            Object::User(user) => self.judge_user(user, judge),
            Object::UserError(_) | Object::MediaError(_) | Object::DialogError { .. } => {}
        }
    }

    /// What Finesse knew of tasks and media is void.
    pub(crate) fn leave_service(&mut self) {
        self.media.clear();
        self.shown.clear();
    }

    /// The component begins anew.
    pub(crate) fn forget(&mut self) {
        self.dialogs.clear();
        self.users.clear();
        self.forced.clear();
        self.media.clear();
        self.shown.clear();
    }

    /// Dialogs that are open at the end of the run, each with its last record.
    pub(crate) fn left_over(&self) -> impl Iterator<Item = (TaskId, u64, DialogState)> {
        self.dialogs
            .iter()
            .filter(|(_, dialog)| dialog.end.is_none())
            .map(|(id, dialog)| (*id, dialog.at, dialog.state))
    }

    fn judge_dialog(&self, publication: &Publication, dialog: &Dialog, judge: &mut Judge<'_>) {
        let known = self.dialogs.find(&dialog.id);
        let related = known.map(|known| known.at);
        let is_so = known.is_some_and(|known| {
            known.state == dialog.state && known.agent == dialog.agent && known.agent == publication.agent
        });
        let fits = match publication.event {
            PublishEvent::Post | PublishEvent::Put => dialog.state != DialogState::Closed,
            PublishEvent::Delete => dialog.state == DialogState::Closed,
        };
        judge.expect(Judgement::DialogPublishedAsItStands, is_so && fits, related.as_slice(), || {
            let state = known.map(|known| known.state);
            let (event, id, shown) = (publication.event.name(), dialog.id, dialog.state);
            format!("dialog {id} is published by {event} as {shown}, and is {}", or_nothing(state))
        });
    }

    fn judge_media(&self, media: &Media, agentpg: &AgentPg, judge: &mut Judge<'_>) {
        let Some(skill_target) = agentpg.skill_target(&media.agent) else { return };
        let known = self.media.get(&AgentKey { skill_target, mrd: media.mrd });
        let (state, at) = known.copied().unwrap_or((AgentState::Logout, 0));
        judge.expect(Judgement::MediaPublishedAsItStands, media.state == state, &[at], || {
            format!(
                "agent {} is published as {} in domain {}, and is {state}",
                media.agent, media.state, media.mrd
            )
        });
    }

    /// An event of a media says what is different now: nothing is told twice. What changed to and fro while the node was out
    /// of service may be told as it was before (finesse-nonvoice 5).
    fn judge_news(&mut self, media: &Media, judge: &mut Judge<'_>) {
        let member = (media.agent.clone(), media.mrd);
        let before = self.shown.insert(member, (media.clone(), judge.seq));
        self.shown.keep(SHOWN_MAX);
        let is_news = before.as_ref().is_none_or(|(shown, _)| shown != media);
        let related = before.map(|(_, at)| at);
        judge.expect(Judgement::MediaPublishedOnce, is_news, related.as_slice(), || {
            let Media { agent, mrd, state, .. } = media;
            format!(
                "agent {agent} is published as {state} in domain {mrd} once more, and nothing has changed"
            )
        });
    }

    fn judge_user(&self, user: &User, judge: &mut Judge<'_>) {
        let (state, at) = self.users.get(&user.id).copied().unwrap_or((UserState::Logout, 0));
        judge.expect(Judgement::UserPublishedAsItStands, user.state == state, &[at], || {
            format!("user {} is published as {}, and is {state}", user.id, user.state)
        });
    }
}

/// A contact is handled only after an end that is no resubmission (task-routing 1.6).
fn judge_close(id: TaskId, end: Option<Disposition>, related: Option<u64>, judge: &mut Judge<'_>) {
    let is_final = end.is_some_and(|how| !is_resubmission(how));
    judge.expect(Judgement::CloseAfterTheEnd, is_final, related.as_slice(), || match end {
        None => format!("Finesse calls the task {id} handled, which did not end"),
        Some(how) => {
            format!("Finesse calls the task {id} handled, which ended with {} and is resubmitted", how.0)
        }
    });
}

/// A contact is routed anew after a resubmission (task-routing 1.6, E1, E4), and by a transfer before the task ends (S5).
fn judge_renotification(id: TaskId, end: Option<Disposition>, related: Option<u64>, judge: &mut Judge<'_>) {
    let is_due = end.is_none_or(is_resubmission);
    judge.expect(Judgement::RoutedAnewByRight, is_due, related.as_slice(), || {
        let code = or_nothing(end.map(|how| how.0));
        format!("Finesse has the contact of task {id} routed anew, which ended with {code}, and that is no resubmission")
    });
}

/// The dialog is with the agent whom it was with, and who has the task.
fn judge_agent(
    id: TaskId,
    agent: &AgentId,
    open: Option<&OpenDialog>,
    agentpg: &AgentPg,
    judge: &mut Judge<'_>,
) {
    if let Some(open) = open {
        return judge.expect(Judgement::DialogKeepsItsAgent, open.agent == *agent, &[open.at], || {
            format!("dialog {id} is with agent {agent}, and was with {}", open.agent)
        });
    }
    let (Some(skill_target), Some((owner, at))) = (agentpg.skill_target(agent), agentpg.agent_of(id)) else {
        return;
    };
    judge.expect(Judgement::DialogWithTheTasksAgent, skill_target == owner, &[at], || {
        format!("dialog {id} begins with agent {agent} ({skill_target}), and the task is with {owner}")
    });
}

/// A dialog goes on as it was before its interrupt, or is recovered, or ends.
fn judge_return(
    id: TaskId,
    before: Option<DialogState>,
    to: DialogState,
    related: Option<u64>,
    judge: &mut Judge<'_>,
) {
    let Some(before) = before else { return };
    let is_back = to == before || matches!(to, DialogState::Unknown | DialogState::Closed);
    judge.expect(Judgement::DialogGoesOnAsBefore, is_back, related.as_slice(), || {
        format!("dialog {id} was {before} before its interrupt, and goes on as {to}")
    });
}

/// A dialog ends with its task, and as that did.
fn judge_end(id: TaskId, how: Option<Disposition>, agentpg: &AgentPg, judge: &mut Judge<'_>) {
    let Some((end, at)) = agentpg.end_of(id) else { return };
    let is_one = how.is_some() && how == end;
    judge.expect(Judgement::DialogEndsAsItsTask, is_one, &[at], || {
        let code = |how: Option<Disposition>| or_nothing(how.map(|how| how.0));
        format!("dialog {id} ends with {}, and its task ended with {}", code(how), code(end))
    });
}

fn is_resubmission(how: Disposition) -> bool {
    [
        Disposition::RING_NO_ANSWER,
        Disposition::TASK_ABANDONED_BEFORE_OFFERED,
        Disposition::TASK_TRANSFER,
        Disposition::TASK_TRANSFERRED_ON_AGENT_LOGOUT,
    ]
    .contains(&how)
}

/// The transitions of task-routing 1.3. A task may begin without an accept, and a recovered dialog may be unknown
/// after an interrupt.
fn is_legal(from: Option<DialogState>, to: DialogState) -> bool {
    use DialogState as S;
    let Some(from) = from else { return to == S::Offered };
    match from {
        S::Offered => matches!(to, S::Accepted | S::Active | S::Closed),
        S::Accepted => matches!(to, S::Active | S::Closed),
        S::Active => matches!(to, S::Paused | S::WrappingUp | S::Interrupted | S::Closed),
        S::Paused => matches!(to, S::Active | S::WrappingUp | S::Interrupted | S::Closed),
        S::WrappingUp => matches!(to, S::Interrupted | S::Closed),
        S::Interrupted => matches!(to, S::Active | S::Paused | S::WrappingUp | S::Unknown | S::Closed),
        S::Unknown => to == S::Closed,
        S::Closed => false,
    }
}

/// Somebody signed out becomes not ready first, and may sign out when not ready (finesse-nonvoice 2.2).
fn is_step(from: UserState, to: UserState) -> bool {
    match from {
        UserState::NotReady => to != UserState::NotReady,
        UserState::Logout | UserState::Ready => to == UserState::NotReady,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breach::Ledger;
    use cce_fold::Subject;

    fn breaches(steps: impl FnOnce(&mut Finesse, &mut Judge<'_>)) -> usize {
        let (mut ledger, subject) = (Ledger::default(), Subject::default());
        let mut judge = Judge::new(&mut ledger, 1, &subject);
        let mut finesse = Finesse::default();
        let agent = AgentId::from("1081");
        finesse.on_user(&agent, UserState::Logout, UserState::NotReady, &AgentPg::default(), &mut judge);
        finesse.on_user(&agent, UserState::NotReady, UserState::Ready, &AgentPg::default(), &mut judge);
        steps(&mut finesse, &mut judge);
        judge.breaches.len()
    }

    #[test]
    fn a_dialog_is_over_when_it_is_closed_and_not_before() {
        let (agent, state) = (AgentId::from("1081"), DialogState::Active);
        let open = OpenDialog { agent, state, interrupted: None, at: 1, end: None, is_transferred: false };
        let closed = OpenDialog { end: Some(Disposition::NORMAL_END_TASK), ..open.clone() };
        assert!(!open.is_over() && closed.is_over());
    }

    /// CCP refuses a renotification with 412 as long as it has not heard of the reservation, and Finesse asks again.
    #[test]
    fn a_contact_is_routed_anew_after_a_resubmission_or_by_a_transfer_that_began_before_the_end() {
        let (id, agent) = (TaskId { day: 1, call: 1, sequence: 1 }, AgentId::from("1081"));
        let ended = |how: Disposition, is_transfer: bool| {
            breaches(|finesse, judge| {
                let nobody = AgentPg::default();
                let mut turn = |from, to, disposition, judge: &mut Judge<'_>| {
                    let change = Change { agent: &agent, from, to, disposition };
                    finesse.on_dialog(id, change, &nobody, judge);
                    if is_transfer || to == DialogState::Closed {
                        finesse.on_ask(SmOperation::Renotify, id, &nobody, judge);
                    }
                };
                turn(None, DialogState::Offered, None, judge);
                turn(Some(DialogState::Offered), DialogState::Closed, Some(how), judge);
            })
        };
        for how in [Disposition::RING_NO_ANSWER, Disposition::TASK_TRANSFERRED_ON_AGENT_LOGOUT] {
            assert_eq!((ended(how, false), ended(how, true)), (0, 0), "{}", how.0);
        }
        for how in [37, 38, 40, 41].map(Disposition) {
            assert_eq!((ended(how, false), ended(how, true)), (1, 0), "{}", how.0);
        }
    }

    #[test]
    fn a_dialog_goes_from_state_to_state_as_in_task_routing_1_3_and_in_no_other_way() {
        use DialogState as S;
        for (from, legal) in [
            (None, &[S::Offered][..]),
            (Some(S::Offered), &[S::Accepted, S::Active, S::Closed]),
            (Some(S::Accepted), &[S::Active, S::Closed]),
            (Some(S::Active), &[S::Paused, S::WrappingUp, S::Interrupted, S::Closed]),
            (Some(S::Paused), &[S::Active, S::WrappingUp, S::Interrupted, S::Closed]),
            (Some(S::WrappingUp), &[S::Interrupted, S::Closed]),
            (Some(S::Interrupted), &[S::Active, S::Paused, S::WrappingUp, S::Unknown, S::Closed]),
            (Some(S::Unknown), &[S::Closed]),
            (Some(S::Closed), &[]),
        ] {
            let allowed = S::ALL.iter().copied().filter(|to| is_legal(from, *to));
            assert_eq!(allowed.collect::<BTreeSet<_>>(), legal.iter().copied().collect(), "{from:?}");
        }
    }

    #[test]
    fn a_user_signs_in_to_not_ready_and_out_from_there() {
        use UserState as S;
        let legal = [
            (S::Logout, S::NotReady),
            (S::NotReady, S::Ready),
            (S::Ready, S::NotReady),
            (S::NotReady, S::Logout),
        ];
        for (from, to) in S::ALL.iter().flat_map(|from| S::ALL.iter().map(move |to| (*from, *to))) {
            assert_eq!(is_step(from, to), legal.contains(&(from, to)), "{from} {to}");
        }
    }

    /// CCP must not hear that a task was handled which is routed anew (task-routing 1.6).
    #[test]
    fn the_ends_that_are_no_ends_for_the_customer_are_those_of_resubmissions() {
        let resubmissions = (0..100).map(Disposition).filter(|how| is_resubmission(*how));
        assert_eq!(resubmissions.map(|how| how.0).collect::<Vec<_>>(), [19, 36, 63, 65]);
    }

    #[test]
    fn a_ready_user_is_signed_out_by_finesse_alone() {
        let agent = AgentId::from("1081");
        let sign_out = |finesse: &mut Finesse, judge: &mut Judge<'_>| {
            finesse.on_user(
                &AgentId::from("1081"),
                UserState::Ready,
                UserState::Logout,
                &AgentPg::default(),
                judge,
            );
        };
        assert_eq!(breaches(sign_out), 1);
        assert_eq!(
            breaches(|finesse, judge| {
                finesse.on_forced(&agent);
                sign_out(finesse, judge);
            }),
            0
        );
        let twice = breaches(|finesse, judge| {
            finesse.on_forced(&agent);
            sign_out(finesse, judge);
            finesse.on_user(&agent, UserState::Logout, UserState::NotReady, &AgentPg::default(), judge);
            finesse.on_user(&agent, UserState::NotReady, UserState::Ready, &AgentPg::default(), judge);
            sign_out(finesse, judge);
        });
        assert_eq!(twice, 1, "it counts once");
    }
}
