//! The cast: customers and agents who act by themselves, as outside clients of the lab's interfaces.
//!
//! They know what a customer's application and an agent's desktop can know, and nothing else: what they do
//! is in the journal as their calls, replies and bytes.

pub mod agent;
pub mod customer;

pub use agent::VirtualAgent;
pub use customer::Customer;

use cce_kernel::{CallError, Response};

/// Characters of an answer that a refusal quotes.
const QUOTED_MAX: usize = 200;

/// Why nothing comes of a request, if nothing does: for whoever told a person to make it.
fn refusal(result: &Result<Response, CallError>) -> Option<String> {
    match result {
        Ok(response) if response.status < 400 => None,
        Ok(response) => {
            let message = error_message(&response.body.0).map(|message| format!(": {message}"));
            Some(format!("the answer is {}{}", response.status, message.unwrap_or_default()))
        }
        Err(CallError::Unreachable) => Some("nobody listens".to_owned()),
        Err(CallError::Broken) => Some("the connection ended before the answer".to_owned()),
        Err(CallError::Timeout) => Some("no answer in time".to_owned()),
        Err(CallError::TooLarge) => Some("the answer is too large".to_owned()),
    }
}

/// What an error document of CCP (ccp-task-api 1.4) or Finesse (finesse-nonvoice 4.6) says first.
fn error_message(body: &[u8]) -> Option<String> {
    let document = cce_xml::parse(body).ok()?;
    let words = [["apiError", "errorMessage"], ["ApiError", "ErrorMessage"]];
    let message = words.iter().find_map(|[error, message]| document.child(error)?.text_of(message))?;
    Some(message.chars().take(QUOTED_MAX).collect())
}
