//! What is a Finesse node's alone.

use cce_kernel::{Account, Cors, Security};
use cce_model::{
    CallVariableDisplay, EventForm, InvokeId, OnDisconnect, PeripheralId, UserSignOut, XmlDeclaration,
};
use std::time::Duration;

/// What is a Finesse node's alone.
#[derive(Clone, Debug)]
pub struct Config {
    /// Fully qualified name of the node; also the XMPP domain.
    pub fqdn: String,
    /// Fully qualified name of the node that takes its agents over, if there is one.
    pub secondary: Option<String>,
    /// Fully qualified names of the hosts of the CTI servers, side A first.
    pub cti_hosts: [String; 2],
    /// Peripheral id of the agent PG.
    pub peripheral: PeripheralId,
    /// Finesse's own administrator, who may list users.
    pub administrator: Account,
    /// The account with which Finesse calls CCP.
    pub ccp_administrator: Account,
    /// Whether dialogs show call variables.
    pub call_variables: CallVariableDisplay,
    /// The origins whose pages may call REST from a browser.
    pub cors: Cors,
    /// XML namespace of `notification` in event stanzas (finesse-nonvoice 4.5).
    pub notification_namespace: String,
    /// Whether documents that are read have an XML declaration.
    pub xml_declaration: XmlDeclaration,
    /// What a user's sign-out signs out.
    pub user_sign_out: UserSignOut,
    /// What the CTI server makes of the sign-out of a user whose client is gone.
    pub on_agent_disconnect: OnDisconnect,
    /// How events are spelled.
    pub event_form: EventForm,
    /// `InvokeID` of the first request to the CTI server.
    pub first_invoke_id: InvokeId,
    /// What Finesse gives the CTI server as password; empty for none.
    pub cti_password: String,
    /// Pause before a lost CTI link is dialled again.
    pub redial: Duration,
    /// Heartbeat interval of the CTI link.
    pub heartbeat: Duration,
    /// How long a user who was present may be away before Finesse signs out; 60 s in the product
    /// (finesse-nonvoice 5).
    pub presence_grace: Duration,
    /// How long a request keeps later requests about the same object waiting when the CTI server does not
    /// confirm it; 5 s in the lab (inferred).
    pub confirmation_timeout: Duration,
    /// What protects its calls of CCP.
    pub ccp_security: Security,
    /// Pause before CCP is asked again to close or renotify a contact of whose reservation it had not heard; doubles
    /// each time (inferred).
    pub ccp_retry: Duration,
    /// How often it is asked again (inferred).
    pub ccp_retries: u32,
}
