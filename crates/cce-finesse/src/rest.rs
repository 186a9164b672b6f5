//! Finesse REST: who asks, for what, and what is answered at once (finesse-nonvoice 1.3, 1.4, 2).

use crate::{
    Finesse, change,
    config::Account,
    cti::VERSION,
    refusal::{INVALID_ACTION, Refusal},
    request::{Ask, Change, Target},
    route::{OfUser, Route},
    user::Caller,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use cce_kernel::{CallId, Cx, Request, Response};
use cce_model::{AgentId, Dialog, DialogState, MrdId, ReasonCategory, TaskId};
use cce_xml::finesse as xml;

/// GET without a body (RFC 9110 9.3.2).
const HEAD: &str = "HEAD";
/// Asks what can be done with a resource.
const OPTIONS: &str = "OPTIONS";
/// Names a request, in whatever case the client writes it; answers repeat it.
const REQUEST_ID: &str = "requestId";

/// What a request that is not refused leads to.
enum Answer {
    /// 200 with a document.
    Document(String),
    /// 202, then these requests to the CTI server.
    Accepted(Work),
}

/// What is done about a request after it was answered with 202.
type Work = Vec<(Target, Change)>;

impl Finesse {
    /// Answers a request of a desktop, then does what it asks for.
    pub(crate) fn on_request(&mut self, call: CallId, request: &Request, cx: &mut Cx<'_>) {
        if request.method == OPTIONS
            && let Some(route) = Route::parse(request.path())
        {
            // Browsers ask without credentials.
            return cx.reply(call, self.config.cors.options(request, route.methods()));
        }
        let request_id = request.get(REQUEST_ID);
        let (response, work) = match self.answer(request, cx) {
            Ok(Answer::Document(document)) => (Response::new(200).xml(document), None),
            Ok(Answer::Accepted(work)) => (Response::new(202), Some(work)),
            Err(refusal) => (refusal.response(), None),
        };
        let response = if request.method == HEAD { response.without_body() } else { response };
        let response = match request_id {
            Some(id) => response.header(REQUEST_ID, id),
            None => response,
        };
        cx.reply(call, self.config.cors.share(request, response));
        if let Some(work) = work {
            self.carry_out(work, request_id.unwrap_or_default(), cx);
        }
    }

    fn carry_out(&mut self, work: Work, request_id: &str, cx: &mut Cx<'_>) {
        for (target, change) in work {
            self.submit(&target, Ask { request_id: request_id.to_owned(), change }, cx);
        }
    }

    fn answer(&mut self, request: &Request, cx: &mut Cx<'_>) -> Result<Answer, Refusal> {
        let route = Route::parse(request.path()).ok_or_else(|| Refusal::no_resource(request.path()));
        if let Ok(Route::SystemInfo) = route {
            return self.answer_system_info(request, cx);
        }
        if !self.cti.is_in_service() {
            return Err(Refusal::out_of_service());
        }
        let is_sign_in = route.as_ref().is_ok_and(|route| asks_to_sign_in(route, request));
        let account = credentials(request).ok_or_else(Refusal::unauthorized)?;
        let caller = self.authenticate(&account, is_sign_in, cx.now()).ok_or_else(Refusal::unauthorized)?;
        let route = route?;
        if let Some(flaw) = request.body_flaw {
            return Err(Refusal::without_body(flaw));
        }
        match request.method.as_str() {
            "GET" | HEAD => self.read(&route, request, &caller).map(Answer::Document),
            "PUT" if route.is_changeable() => self.change(&route, request, &caller).map(Answer::Accepted),
            other => Err(Refusal::method(other, route.methods())),
        }
    }

    fn answer_system_info(&self, request: &Request, cx: &mut Cx<'_>) -> Result<Answer, Refusal> {
        if !["GET", HEAD].contains(&request.method.as_str()) {
            return Err(Refusal::method(&request.method, Route::SystemInfo.methods()));
        }
        Ok(Answer::Document(xml::system_info(&self.system_info(cx))))
    }

    fn read(&self, route: &Route, request: &Request, caller: &Caller) -> Result<String, Refusal> {
        let (name, what) = match route {
            Route::SystemInfo => return Err(Refusal::no_resource(request.path())),
            Route::Users => return self.read_users(caller),
            Route::ReasonCodes => return self.read_reason_codes(request),
            Route::ReasonCode(id) => return self.read_reason_code(id),
            Route::Team(id) => return self.read_team(id),
            Route::Dialog(id) => return self.dialog_of(id, caller).map(xml::dialog),
            Route::User(name, what) => (name, what),
        };
        let agent = self.user_of(name, caller)?;
        let desk = self.desks.get(&agent).ok_or_else(|| Refusal::no_user(name))?;
        match what {
            OfUser::Itself => Ok(xml::user(&desk.user)),
            OfUser::MediaList => {
                Ok(xml::media_list(desk.media.values().map(|media| (media, desk.is_member(media.mrd)))))
            }
            OfUser::Media(id) => {
                let mrd = self.mrd_of(id)?;
                let media = desk.media.get(&mrd).ok_or_else(|| Refusal::no_media(id))?;
                Ok(xml::media(media, desk.is_member(mrd)))
            }
            OfUser::MediaDialogs(id) => Ok(xml::dialogs(self.dialogs_of(&agent, Some(self.mrd_of(id)?)))),
            OfUser::TaskDialogs => Ok(xml::dialogs(self.dialogs_of(&agent, None))),
            OfUser::Dialogs => Ok(xml::dialogs([])),
            OfUser::ReasonCodes => self.read_reason_codes(request),
            OfUser::ReasonCode(id) => self.read_reason_code(id),
            OfUser::Queues => Ok(xml::queues()),
        }
    }

    fn read_reason_codes(&self, request: &Request) -> Result<String, Refusal> {
        let category = category(request)?;
        Ok(xml::reason_codes(category, self.model.reasons(category)))
    }

    fn read_reason_code(&self, id: &str) -> Result<String, Refusal> {
        let known = self.model.reason_codes.iter().find(|reason| reason.id.to_string() == id);
        known.map(xml::reason_code).ok_or_else(|| Refusal::no_reason_code(id))
    }

    /// A team, which everybody who has a password may look at (inferred): the lab has no supervisors.
    fn read_team(&self, id: &str) -> Result<String, Refusal> {
        let team = id.parse().ok().and_then(|id| self.model.team(id));
        let team = team.ok_or_else(|| Refusal::no_team(id))?;
        let users = self.desks.values().map(|desk| &desk.user).filter(|user| user.team_id == team.id);
        Ok(xml::team(team.id, &team.name, users))
    }

    fn read_users(&self, caller: &Caller) -> Result<String, Refusal> {
        match caller {
            Caller::Administrator => Ok(xml::users(self.desks.values().map(|desk| &desk.user))),
            Caller::Agent(agent) => Err(Refusal::not_own(agent.as_str())),
        }
    }

    /// Reads a change completely, so that one which is answered with 202 was understood.
    fn change(&self, route: &Route, request: &Request, caller: &Caller) -> Result<Work, Refusal> {
        let body = request.body.text();
        if let Route::Dialog(id) = route {
            return self.change_dialog(id, &body, caller);
        }
        let Route::User(name, what) = route else {
            return Err(Refusal::method(&request.method, route.methods()));
        };
        let agent = self.user_of(name, caller)?;
        if *caller == Caller::Administrator {
            return Err(Refusal::not_own(name));
        }
        match what {
            OfUser::Itself => self.change_user_state(agent, &body),
            OfUser::Media(id) => {
                let mrd = self.mrd_of(id)?;
                let change = xml::read_media(&body).map_err(|_| Refusal::malformed())?;
                let change = change::of_media(&change, &self.model);
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
        let change = change::of_user(&xml::read_user(body).map_err(|_| Refusal::malformed())?, &self.model)?;
        let target = Target::User(agent);
        if self.lines.is_full(&target) {
            return Err(Refusal::busy());
        }
        Ok(vec![(target, Change::User(change))])
    }

    fn change_media_list(&self, agent: &AgentId, body: &str) -> Result<Work, Refusal> {
        let mut changes = Vec::new();
        for media in xml::read_media_list(body).map_err(|_| Refusal::malformed())? {
            let id = media.id.as_deref().ok_or_else(|| Refusal::missing("id"))?;
            let mrd = self.mrd_of(id)?;
            changes.push((mrd, change::of_media(&media, &self.model).map_err(|refusal| refusal.about(mrd))?));
        }
        if changes.is_empty() {
            return Err(Refusal::missing("Media"));
        }
        self.media_work(agent, changes)
    }

    /// Media are for users who are signed in to Finesse; a sign-in is refused at once (inferred form), other
    /// requests are the CTI server's to judge.
    fn media_work(&self, agent: &AgentId, changes: Vec<(MrdId, Change)>) -> Result<Work, Refusal> {
        let mut work = Vec::new();
        for (mrd, change) in changes {
            if matches!(change, Change::SignIn(_)) && !self.is_user_signed_in(agent) {
                return Err(Refusal::invalid("User is not signed in", agent.as_str()).about(mrd));
            }
            let target = Target::Media(agent.clone(), mrd);
            if self.lines.is_full(&target) {
                return Err(Refusal::busy().about(mrd));
            }
            work.push((target, change));
        }
        Ok(work)
    }

    fn change_dialog(&self, id: &str, body: &str, caller: &Caller) -> Result<Work, Refusal> {
        let dialog = self.dialog_of(id, caller)?;
        if *caller == Caller::Administrator {
            return Err(Refusal::not_own(dialog.agent.as_str()));
        }
        let request = xml::read_dialog(body).map_err(|_| Refusal::malformed())?;
        let change = change::of_dialog(&request).map_err(|refusal| refusal.about(dialog.mrd))?;
        let action = change.action().expect("a change of a dialog is an action");
        // What an interrupted dialog does not allow is refused later, by the CTI server's code (finesse-nonvoice 5).
        let is_interrupted = dialog.state == DialogState::Interrupted;
        if !is_interrupted && !dialog.state.actions().contains(&action) {
            return Err(Refusal::invalid(INVALID_ACTION, action.name()).about(dialog.mrd));
        }
        let target = Target::Dialog(dialog.id);
        if self.lines.is_full(&target) {
            return Err(Refusal::busy().about(dialog.mrd));
        }
        Ok(vec![(target, change)])
    }

    /// The user whom the path names, who must be the caller; the administrator may look at everyone.
    fn user_of(&self, name: &str, caller: &Caller) -> Result<AgentId, Refusal> {
        let agent = self.user_named(name).ok_or_else(|| Refusal::no_user(name))?;
        match caller {
            Caller::Agent(own) if *own != agent => Err(Refusal::not_own(name)),
            Caller::Agent(_) | Caller::Administrator => Ok(agent),
        }
    }

    fn dialog_of(&self, id: &str, caller: &Caller) -> Result<&Dialog, Refusal> {
        let open = TaskId::parse(id)
            .and_then(|task| self.dialogs.get(&task))
            .ok_or_else(|| Refusal::no_dialog(id))?;
        match caller {
            Caller::Agent(own) if *own != open.dialog.agent => Err(Refusal::not_own(own.as_str())),
            Caller::Agent(_) | Caller::Administrator => Ok(&open.dialog),
        }
    }

    fn mrd_of(&self, id: &str) -> Result<MrdId, Refusal> {
        let mrd = id.parse().ok().map(MrdId).and_then(|mrd| self.mrd(mrd));
        mrd.map(|mrd| mrd.id).ok_or_else(|| Refusal::no_media(id))
    }

    pub(crate) fn system_info(&self, cx: &Cx<'_>) -> xml::SystemInfo {
        xml::SystemInfo {
            fqdn: self.config.fqdn.clone(),
            now: cx.wall(),
            status: self.cti.system_status(),
            last_heartbeat: self.cti.last_heartbeat,
            cti_version: VERSION,
            heartbeat_seconds: self.config.heartbeat.as_secs(),
            peripheral: self.config.peripheral,
            timezone_minutes: cx.clock().zone_minutes,
        }
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

/// Name and password of Basic authentication.
fn credentials(request: &Request) -> Option<Account> {
    let (scheme, token) = request.get("authorization")?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(token.trim()).ok()?).ok()?;
    let (name, password) = text.split_once(':')?;
    Some(Account { name: name.to_owned(), password: password.to_owned() })
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
