//! Requests that are refused at once: status and error body (finesse-nonvoice 1.4, 2.2 to 2.6).

use cce_kernel::{BodyFlaw, Response};
use cce_model::{ApiError, MrdId};

/// What the client is told about an action that the dialog's state does not allow.
pub(crate) const INVALID_ACTION: &str = "Invalid 'requestedAction' specified for task";

/// A request that is refused at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    status: u16,
    error: ApiError,
    /// The methods of the resource, where the request's is none of them.
    allow: Option<&'static str>,
}

impl Refusal {
    pub(crate) fn malformed() -> Self {
        Self::new(400, "Bad Request", "Invalid XML", "")
    }

    /// The body cannot be had.
    pub(crate) fn without_body(flaw: BodyFlaw) -> Self {
        let message = match flaw {
            BodyFlaw::TooLarge => "The body is larger than is accepted",
            BodyFlaw::Broken => "The body ends too early, or is framed wrongly",
            BodyFlaw::Late => "The body did not arrive in time",
        };
        Self::new(flaw.status(), "Bad Request", message, "")
    }

    pub(crate) fn missing(parameter: &str) -> Self {
        Self::new(400, "Parameter Missing", &format!("Required parameter is missing: {parameter}"), parameter)
    }

    /// The category of the change has reason codes, and the request names none.
    pub(crate) fn reason_required() -> Self {
        let message = "finesse.api.reasoncode.require_reasoncode";
        Self::new(400, "Parameter Missing", message, "The state change requires a valid reason code.")
    }

    pub(crate) fn invalid(message: &str, data: &str) -> Self {
        Self::new(400, "Invalid Input", message, data)
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, "Authorization Failure", "UNAUTHORIZED", "")
    }

    /// The caller is somebody, but not the user whose object the URI names: that one is told (finesse-nonvoice 2.4 has the
    /// user's id there; whose it is, is inferred).
    pub(crate) fn not_own(user: &str) -> Self {
        let message = "The user specified in the authentication credentials and the URI differ";
        Self::new(401, "Invalid Authorization User Specified", message, user)
    }

    pub(crate) fn no_user(user: &str) -> Self {
        Self::new(404, "User Not Found", "UNKNOWN_USER", user)
    }

    pub(crate) fn no_media(mrd: &str) -> Self {
        Self::new(404, "Not Found", "Invalid mrdId specified for media", mrd)
    }

    pub(crate) fn no_dialog(dialog: &str) -> Self {
        Self::new(404, "Not Found", "Invalid dialogId specified for dialog", dialog)
    }

    pub(crate) fn no_team(team: &str) -> Self {
        Self::new(404, "Not Found", "Invalid teamId specified for team", team)
    }

    pub(crate) fn no_reason_code(id: &str) -> Self {
        Self::new(404, "Not Found", "Invalid reasonCodeId specified", id)
    }

    pub(crate) fn no_resource(path: &str) -> Self {
        Self::new(404, "Not Found", "No such resource", path)
    }

    /// The resource has other methods.
    pub(crate) fn method(method: &str, allow: &'static str) -> Self {
        let refusal = Self::new(405, "Method Not Allowed", "The resource does not allow this method", method);
        Self { allow: Some(allow), ..refusal }
    }

    /// Too many requests wait for one object.
    pub(crate) fn busy() -> Self {
        Self::new(503, "Service Unavailable", "SERVER_BUSY", "")
    }

    pub(crate) fn out_of_service() -> Self {
        // `ErrorData` is empty, since no parameter is at fault (finesse-nonvoice 1.4).
        Self::new(503, "Service Unavailable", "SERVER_OUT_OF_SERVICE", "")
    }

    /// Says which domain it is about.
    pub(crate) fn about(mut self, mrd: MrdId) -> Self {
        self.error.media = Some(mrd);
        self
    }

    pub(crate) fn response(&self) -> Response {
        let response = Response::new(self.status).xml(cce_xml::finesse::api_errors(&self.error));
        match (self.status, self.allow) {
            // Basic is the one scheme of a deployment without single sign-on (finesse-nonvoice 1.3).
            (401, _) => response.header("www-authenticate", "Basic realm=\"Finesse\""),
            // 405 names the methods that there are (RFC 9110 15.5.6).
            (_, Some(methods)) => response.header("allow", methods),
            (_, None) => response,
        }
    }

    fn new(status: u16, kind: &str, message: &str, data: &str) -> Self {
        let error = ApiError {
            kind: kind.to_owned(),
            message: message.to_owned(),
            data: data.to_owned(),
            media: None,
        };
        Self { status, error, allow: None }
    }
}
