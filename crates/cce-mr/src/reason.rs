//! Reason codes of failures and cancels (mr-interface 6). The names are public as dispositions; that they are
//! used as codes on this interface is inferred.

/// The task was given up before an agent was chosen.
pub const ABANDONED_IN_ROUTER: u32 = 35;
/// Nothing more will happen: the script ended without an agent, or its queue is full.
pub const ROUTING_COMPLETE: u32 = 43;
/// The router cannot be reached.
pub const ROUTING_DISABLED: u32 = 44;
/// The domain is unknown, or is not the dialed number's.
pub const INVALID_MRD: u32 = 45;
/// The dialogue is not open, or a message of it is missing.
pub const INVALID_DIALOGUE: u32 = 46;
/// The dialogue is already open.
pub const DUPLICATE_DIALOGUE: u32 = 47;
/// The dialed number is unknown.
pub const INVALID_SCRIPT_SELECTOR: u32 = 49;
/// The application gave up the dialogue.
pub const TERMINATED_BY_APPLICATION: u32 = 50;
/// The dialed number has no script. The public list has one code, 49, for this and for an unknown dialed number,
/// though contacts tell them apart; this is the number behind its last (inferred).
pub const NO_SCRIPT: u32 = 66;
