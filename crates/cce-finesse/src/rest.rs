//! Finesse REST: who asks, for what, and what is answered at once (finesse-nonvoice 1.3, 1.4, 2).

use crate::{
    change,
    refusal::{INVALID_ACTION, Refusal},
    request::{Ask, Change, MediaChange, Target},
    route::{OfUser, Route},
    service::Service,
};
use cce_kernel::{Account, Cx, Request, Response, Time};
use cce_model::{AgentId, Dialog, DialogState, MrdId, ReasonCategory, TaskId, TeamId};
use cce_xml::finesse as xml;

/// GET without a body (RFC 9110 9.3.2).
const HEAD: &str = "HEAD";
/// Asks what can be done with a resource.
const OPTIONS: &str = "OPTIONS";
/// Names a request, in whatever case the client writes it; answers repeat it.
const REQUEST_ID: &str = "requestId";

/// Who makes a request.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Caller {
    /// An agent.
    Agent(AgentId),
    /// The administrator.
    Administrator,
}

/// What a request that is not refused leads to.
enum Answer {
    /// 200 with a document.
    Document(String),
    /// 202, then these requests to the CTI server.
    Accepted(Work),
}

/// What is done about a request after it was answered with 202.
type Work = Vec<Change>;

/// Answers a request of a desktop, and says what is to be done about it then.
pub(crate) fn answer(request: &Request, service: &mut Service, cx: &mut Cx<'_>) -> (Response, Vec<Ask>) {
    // Browsers ask without credentials.
    if request.method == OPTIONS
        && let Some(route) = Route::parse(request.path())
    {
        return (service.config.cors.options(request, route.methods()), Vec::new());
    }
    let (response, work) = match judge(request, service, cx) {
        Ok(Answer::Document(document)) => {
            let declaration = service.config.xml_declaration.text();
            (Response::new(200).xml(format!("{declaration}{document}")), Vec::new())
        }
        // Clients test for exactly 202, and its body is empty (finesse-nonvoice 1.4).
        Ok(Answer::Accepted(work)) => (Response::new(202), work),
        Err(refusal) => (refusal.response(), Vec::new()),
    };
    let response = response.in_session("/finesse", request, cx);
    let mut response = if request.method == HEAD { response.without_body() } else { response };
    let request_id = request.get(REQUEST_ID);
    // Refusals carry the id, too (finesse-nonvoice 1.4, 2.4).
    if let Some(id) = request_id {
        response = response.header(REQUEST_ID, id);
    }
    let request_id = request_id.unwrap_or_default();
    let asks = work.into_iter().map(|change| Ask { request_id: request_id.to_owned(), change }).collect();
    (service.config.cors.share(request, response), asks)
}

/// The order is the product's: nothing but `SystemInfo` is served out of service, and nobody learns without a password
/// whether a resource exists (finesse-nonvoice 1.3, 5).
fn judge(request: &Request, service: &mut Service, cx: &Cx<'_>) -> Result<Answer, Refusal> {
    let route = Route::parse(request.path()).ok_or_else(|| Refusal::no_resource(request.path()));
    // Clients poll it without credentials to see when the node is back (finesse-nonvoice 1.3, 1.4).
    if let Ok(Route::SystemInfo) = route {
        if !["GET", HEAD].contains(&request.method.as_str()) {
            return Err(Refusal::method(&request.method, Route::SystemInfo.methods()));
        }
        return Ok(Answer::Document(xml::system_info(&service.system_info(cx))));
    }
    if !service.cti.is_in_service() {
        return Err(Refusal::out_of_service());
    }
    let is_sign_in = route.as_ref().is_ok_and(|route| asks_to_sign_in(route, request));
    let account = request.account().ok_or_else(Refusal::unauthorized)?;
    let caller = authenticate(&account, is_sign_in, service, cx.now()).ok_or_else(Refusal::unauthorized)?;
    let (service, route) = (&*service, route?);
    if let Some(flaw) = request.body_flaw {
        return Err(Refusal::without_body(flaw));
    }
    let api = Api { service, caller };
    match request.method.as_str() {
        "GET" | HEAD => api.read(&route, request).map(Answer::Document),
        "PUT" if route.is_changeable() => api.change(&route, request).map(Answer::Accepted),
        other => Err(Refusal::method(other, route.methods())),
    }
}

/// Who has this name and password.
fn authenticate(account: &Account, is_sign_in: bool, service: &mut Service, now: Time) -> Option<Caller> {
    let Some(agent) = service.users.named(&account.name).cloned() else {
        return service.config.administrator.is(account).then_some(Caller::Administrator);
    };
    let admitted = service.users.user_mut(&agent).try_password(&account.password, is_sign_in, now);
    admitted.then_some(Caller::Agent(agent))
}

/// The node's resources, as one caller sees them.
struct Api<'a> {
    service: &'a Service,
    caller: Caller,
}

impl Api<'_> {
    fn read(&self, route: &Route, request: &Request) -> Result<String, Refusal> {
        let (name, what) = match route {
            Route::SystemInfo => return Err(Refusal::no_resource(request.path())),
            Route::Users => return self.read_users(),
            Route::ReasonCodes => return self.read_reason_codes(request),
            Route::ReasonCode(id) => return self.read_reason_code(id),
            Route::Team(id) => return self.read_team(id),
            Route::Dialog(id) => return self.dialog_of(id).map(xml::dialog),
            Route::User(name, what) => (name, what),
        };
        let agent = self.user_of(name)?;
        let user = self.service.users.user(&agent);
        let form = self.service.config.event_form.media_connected;
        match what {
            OfUser::Itself => Ok(xml::user(&user.shown)),
            // Every domain is listed, in the short form where the user is no member (finesse-nonvoice 2.3).
            OfUser::MediaList => {
                Ok(xml::media_list(user.media.values().map(|media| (media, user.is_member(media.mrd))), form))
            }
            OfUser::Media(id) => {
                let mrd = self.mrd_of(id)?;
                let media = user.media.get(&mrd).ok_or_else(|| Refusal::no_media(id))?;
                Ok(xml::media(media, user.is_member(mrd), form))
            }
            OfUser::MediaDialogs(id) => {
                Ok(xml::dialogs(self.service.dialogs.of(&agent, Some(self.mrd_of(id)?))))
            }
            OfUser::TaskDialogs => Ok(xml::dialogs(self.service.dialogs.of(&agent, None))),
            // This list is of voice; tasks are in it by an opt-in whose form is not published
            // (finesse-nonvoice 2.2).
            OfUser::Dialogs => Ok(xml::dialogs([])),
            OfUser::ReasonCodes => self.read_reason_codes(request),
            OfUser::ReasonCode(id) => self.read_reason_code(id),
            OfUser::Queues => Ok(xml::queues()),
        }
    }

    fn read_reason_codes(&self, request: &Request) -> Result<String, Refusal> {
        let category = category(request)?;
        Ok(xml::reason_codes(category, self.service.model.reasons(category)))
    }

    fn read_reason_code(&self, id: &str) -> Result<String, Refusal> {
        let known = self.service.model.reason_codes.iter().find(|reason| reason.id.to_string() == id);
        known.map(xml::reason_code).ok_or_else(|| Refusal::no_reason_code(id))
    }

    /// A team, which everybody who has a password may look at (inferred): the lab has no supervisors.
    fn read_team(&self, id: &str) -> Result<String, Refusal> {
        let team = id.parse().ok().and_then(|id| self.service.model.team(TeamId(id)));
        let team = team.ok_or_else(|| Refusal::no_team(id))?;
        let users = self.service.users.iter().map(|user| &user.shown).filter(|user| user.team_id == team.id);
        Ok(xml::team(team.id, &team.name, users))
    }

    fn read_users(&self) -> Result<String, Refusal> {
        match &self.caller {
            Caller::Administrator => Ok(xml::users(self.service.users.iter().map(|user| &user.shown))),
            Caller::Agent(agent) => Err(Refusal::not_own(agent.as_str())),
        }
    }

    /// Reads a change completely, so that one which is answered with 202 was understood.
    fn change(&self, route: &Route, request: &Request) -> Result<Work, Refusal> {
        let body = request.body.text();
        if let Route::Dialog(id) = route {
            return self.change_dialog(id, &body);
        }
        let Route::User(name, what) = route else {
            return Err(Refusal::method(&request.method, route.methods()));
        };
        let agent = self.user_of(name)?;
        if self.caller == Caller::Administrator {
            return Err(Refusal::not_own(name));
        }
        match what {
            OfUser::Itself => self.change_user_state(agent, &body),
            OfUser::Media(id) => {
                let change = xml::read_media(&body);
                let mrd = self.mrd_to_change(id, change.as_ref().ok())?;
                let change = change.map_err(|_| Refusal::malformed())?;
                let change = change::of_media(&change, &self.service.model);
                let change = change.map_err(|refusal| refusal.about(mrd))?;
                self.media_work(&agent, vec![(mrd, change)])
            }
            OfUser::MediaList => self.change_media_list(&agent, &body),
            OfUser::MediaDialogs(_)
            | OfUser::Dialogs
            | OfUser::TaskDialogs
            | OfUser::ReasonCodes
            | OfUser::ReasonCode(_)
            | OfUser::Queues => Err(Refusal::method(&request.method, route.methods())),
        }
    }

    fn change_user_state(&self, agent: AgentId, body: &str) -> Result<Work, Refusal> {
        let change =
            change::of_user(&xml::read_user(body).map_err(|_| Refusal::malformed())?, &self.service.model)?;
        if self.service.requests.is_full(&Target::User(agent.clone())) {
            return Err(Refusal::busy());
        }
        Ok(vec![Change::User(agent, change)])
    }

    fn change_media_list(&self, agent: &AgentId, body: &str) -> Result<Work, Refusal> {
        let mut changes: Vec<(MrdId, MediaChange)> = Vec::new();
        for media in xml::read_media_list(body).map_err(|_| Refusal::malformed())? {
            // The entries of a list name their domains by `id` (finesse-nonvoice 2.4; inferred).
            let id = media.id.as_deref().ok_or_else(|| Refusal::missing("id"))?;
            let mrd = self.mrd_to_change(id, Some(&media))?;
            // A list updates several domains at once, each of them once (finesse-nonvoice 2.4; inferred): the bound of what
            // waits for one holds for every request.
            if changes.iter().any(|(known, _)| *known == mrd) {
                return Err(Refusal::invalid("Invalid id specified for media", id).about(mrd));
            }
            let change = change::of_media(&media, &self.service.model);
            changes.push((mrd, change.map_err(|refusal| refusal.about(mrd))?));
        }
        if changes.is_empty() {
            return Err(Refusal::missing("Media"));
        }
        self.media_work(agent, changes)
    }

    /// Media are for users who are signed in to Finesse; a sign-in is refused at once (inferred form), other
    /// requests are the CTI server's to judge.
    fn media_work(&self, agent: &AgentId, changes: Vec<(MrdId, MediaChange)>) -> Result<Work, Refusal> {
        let mut work = Vec::new();
        for (mrd, change) in changes {
            if matches!(change, MediaChange::SignIn(_)) && !self.service.is_user_signed_in(agent) {
                return Err(Refusal::invalid("User is not signed in", agent.as_str()).about(mrd));
            }
            if self.service.requests.is_full(&Target::Media(agent.clone(), mrd)) {
                return Err(Refusal::busy().about(mrd));
            }
            work.push(Change::Media(agent.clone(), mrd, change));
        }
        Ok(work)
    }

    fn change_dialog(&self, id: &str, body: &str) -> Result<Work, Refusal> {
        let dialog = self.dialog_of(id)?;
        if self.caller == Caller::Administrator {
            return Err(Refusal::not_own(dialog.agent.as_str()));
        }
        let request = xml::read_dialog(body).map_err(|_| Refusal::malformed())?;
        let change = change::of_dialog(&request).map_err(|refusal| refusal.about(dialog.mrd))?;
        let action = change.action();
        // What an interrupted dialog does not allow is refused later, by the CTI server's code (finesse-nonvoice 5).
        let is_interrupted = dialog.state == DialogState::Interrupted;
        if !is_interrupted && !dialog.state.actions().contains(&action) {
            return Err(Refusal::invalid(INVALID_ACTION, action.name()).about(dialog.mrd));
        }
        if self.service.requests.is_full(&Target::Dialog(dialog.id)) {
            return Err(Refusal::busy().about(dialog.mrd));
        }
        Ok(vec![Change::Dialog(dialog.id, change)])
    }

    /// The user whom the path names, who must be the caller; the administrator may look at everyone.
    fn user_of(&self, name: &str) -> Result<AgentId, Refusal> {
        let agent = self.service.users.named(name).cloned().ok_or_else(|| Refusal::no_user(name))?;
        match &self.caller {
            Caller::Agent(own) if *own != agent => Err(Refusal::not_own(name)),
            Caller::Agent(_) | Caller::Administrator => Ok(agent),
        }
    }

    fn dialog_of(&self, id: &str) -> Result<&Dialog, Refusal> {
        let open = TaskId::parse(id)
            .and_then(|task| self.service.dialogs.get(task))
            .ok_or_else(|| Refusal::no_dialog(id))?;
        match &self.caller {
            Caller::Agent(own) if *own != open.dialog.agent => {
                Err(Refusal::not_own(open.dialog.agent.as_str()))
            }
            Caller::Agent(_) | Caller::Administrator => Ok(&open.dialog),
        }
    }

    /// The domain of a request that changes something. The voice domain has no media, but a sign-in to it is the CTI
    /// server's to refuse, with 11 (finesse-nonvoice 4.6).
    fn mrd_to_change(&self, id: &str, change: Option<&xml::MediaRequest>) -> Result<MrdId, Refusal> {
        let state = change.and_then(|change| change.state.as_deref());
        let is_sign_in = state.is_some_and(|state| state.trim() == change::SIGN_IN);
        if is_sign_in && id.parse().is_ok_and(|mrd| MrdId(mrd) == MrdId::VOICE) {
            return Ok(MrdId::VOICE);
        }
        self.mrd_of(id)
    }

    fn mrd_of(&self, id: &str) -> Result<MrdId, Refusal> {
        let mrd = id.parse().ok().map(MrdId).and_then(|mrd| self.service.model.mrds.get(&mrd));
        mrd.map(|mrd| mrd.id).ok_or_else(|| Refusal::no_media(id))
    }
}

/// Whether a request is a sign-in of a user or to a media.
fn asks_to_sign_in(route: &Route, request: &Request) -> bool {
    if request.method != "PUT" {
        return false;
    }
    let body = request.body.text();
    let is_sign_in = |state: Option<String>| state.is_some_and(|state| state.trim() == change::SIGN_IN);
    match route {
        Route::User(_, OfUser::Itself) => xml::read_user(&body).is_ok_and(|user| is_sign_in(user.state)),
        Route::User(_, OfUser::Media(_)) => xml::read_media(&body).is_ok_and(|media| is_sign_in(media.state)),
        Route::User(_, OfUser::MediaList) => xml::read_media_list(&body)
            .is_ok_and(|list| list.into_iter().any(|media| is_sign_in(media.state))),
        Route::SystemInfo
        | Route::Users
        | Route::ReasonCodes
        | Route::ReasonCode(_)
        | Route::Team(_)
        | Route::Dialog(_)
        | Route::User(..) => false,
    }
}

/// The category of reason codes that is asked for; there is no list without one (finesse-nonvoice 2.7).
fn category(request: &Request) -> Result<ReasonCategory, Refusal> {
    let value = request.query().split('&').find_map(|pair| pair.strip_prefix("category="));
    match value {
        None => Err(Refusal::missing("category")),
        Some(name) => {
            ReasonCategory::parse(name).ok_or_else(|| Refusal::invalid("Invalid category specified", name))
        }
    }
}
