//! Codes: numbers with names, of which any other number survives.

/// Declares a newtype over a number with a constant per code, and `name` for the way back:
/// `codes! { /// Docs. Name(u32) "PREFIX_" { FIRST = 1, } }`.
#[macro_export]
macro_rules! codes {
    ($(#[doc = $doc:literal])* $code:ident($number:ty) $prefix:literal {
        $( $(#[doc = $vdoc:literal])* $name:ident = $value:literal ),* $(,)?
    }) => {
        $(#[doc = $doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $code(pub $number);

        impl $code {
            $(
                $(#[doc = $vdoc])*
                #[doc = concat!("\n\n`", $prefix, stringify!($name), "`.")]
                pub const $name: Self = Self($value);
            )*

            /// The name of the code, if it has one.
            pub const fn name(self) -> Option<&'static str> {
                match self.0 {
                    $( $value => Some(concat!($prefix, stringify!($name))), )*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $code {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

codes! {
    /// How a task ended: the central controller's call disposition (cti-server-protocol 12), 63 to 65 since version 20. That
    /// the MR interface gives them as the reasons of failures and cancels, too, is inferred (mr-interface 6).
    Disposition(u32) "" {
        /// The task has not ended.
        NONE = 0,
        ABANDONED_IN_NETWORK = 1,
        ABANDONED_IN_LOCAL_QUEUE = 2,
        ABANDONED_RING = 3,
        ABANDONED_DELAY = 4,
        ABANDONED_INTERFLOW = 5,
        ABANDONED_AGENT_TERMINAL = 6,
        SHORT = 7,
        BUSY = 8,
        FORCED_BUSY = 9,
        DISCONNECT_DROP_NO_ANSWER = 10,
        DISCONNECT_DROP_BUSY = 11,
        DISCONNECT_DROP_REORDER = 12,
        DISCONNECT_DROP_HANDLED_PRIMARY_ROUTE = 13,
        DISCONNECT_DROP_HANDLED_OTHER = 14,
        REDIRECTED = 15,
        CUT_THROUGH = 16,
        INTRAFLOW = 17,
        INTERFLOW = 18,
        /// Ring no answer.
        RING_NO_ANSWER = 19,
        INTERCEPT_REORDER = 20,
        INTERCEPT_DENIAL = 21,
        TIME_OUT = 22,
        VOICE_ENERGY = 23,
        NON_CLASSIFIED_ENERGY = 24,
        NO_CUT_THROUGH = 25,
        U_ABORT = 26,
        FAILED_SOFTWARE = 27,
        BLIND_TRANSFER = 28,
        ANNOUNCED_TRANSFER = 29,
        CONFERENCED = 30,
        DUPLICATE_TRANSFER = 31,
        UNMONITORED_DEVICE = 32,
        ANSWERING_MACHINE = 33,
        NETWORK_BLIND_TRANSFER = 34,
        /// Given up, or cancelled, before an agent was chosen.
        TASK_ABANDONED_IN_ROUTER = 35,
        /// The start timeout expired before the agent accepted.
        TASK_ABANDONED_BEFORE_OFFERED = 36,
        /// Ended between accept and start.
        TASK_ABANDONED_WHILE_OFFERED = 37,
        /// The agent ended it.
        NORMAL_END_TASK = 38,
        CANNOT_OBTAIN_TASK_ID = 39,
        /// The agent signed out.
        AGENT_LOGGED_OUT_DURING_TASK = 40,
        /// The domain's maximum duration was exceeded.
        MAXIMUM_TASK_LIFETIME_EXCEEDED = 41,
        /// The application path went down.
        APPLICATION_PATH_WENT_DOWN = 42,
        /// Nothing more will happen: the script ended without an agent, or its queue is full.
        ROUTING_COMPLETE = 43,
        /// Routing is disabled: the router cannot be reached.
        ROUTING_DISABLED = 44,
        /// The domain is unknown, or is not the dialed number's.
        APPLICATION_INVALID_MRD_ID = 45,
        /// The dialogue is not open, or a message of it is missing.
        APPLICATION_INVALID_DIALOGUE_ID = 46,
        /// The dialogue is already open.
        APPLICATION_DUPLICATE_DIALOGUE_ID = 47,
        APPLICATION_INVALID_INVOKE_ID = 48,
        /// The dialed number is unknown.
        APPLICATION_INVALID_SCRIPT_SELECTOR = 49,
        /// The application gave up the dialogue.
        APPLICATION_TERMINATE_DIALOGUE = 50,
        /// Its client did not speak of it when it came back (task-routing E19), or the agent PG lost it (E18).
        TASK_ENDED_DURING_APPLICATION_INIT = 51,
        CALLED_PARTY_DISCONNECTED = 52,
        PARTIAL_CALL = 53,
        DROP_NETWORK_CONSULT = 54,
        NETWORK_CONSULT_TRANSFER = 55,
        ABANDON_NETWORK_CONSULT = 57,
        ROUTER_REQUERY_BEFORE_ANSWER = 58,
        ROUTER_REQUERY_AFTER_ANSWER = 59,
        NETWORK_ERROR_60 = 60,
        NETWORK_ERROR_61 = 61,
        NETWORK_ERROR_62 = 62,
        /// Transferred.
        TASK_TRANSFER = 63,
        APPLICATION_DISCONNECTED = 64,
        /// Transferred at sign-out.
        TASK_TRANSFERRED_ON_AGENT_LOGOUT = 65,
        /// The dialed number has no script. The public list has one code, 49, for this and for an unknown dialed number,
        /// though contacts tell them apart; this is the number behind its last (inferred).
        NO_SCRIPT = 66,
    }
}

impl Disposition {
    /// What Finesse calls it (finesse-nonvoice 2.6).
    pub const fn finesse_name(self) -> &'static str {
        match self {
            Self::RING_NO_ANSWER | Self::TASK_ABANDONED_BEFORE_OFFERED => "CD_RING_NO_ANSWER",
            Self::TASK_ABANDONED_WHILE_OFFERED => "CD_TASK_ABANDONED_WHILE_OFFERED",
            Self::CANNOT_OBTAIN_TASK_ID => "CD_CANT_OBTAIN_DIALOG_ID",
            Self::AGENT_LOGGED_OUT_DURING_TASK => "CD_AGENT_LOGGED_OUT_DURING_DIALOG",
            Self::MAXIMUM_TASK_LIFETIME_EXCEEDED => "CD_MAX_DIALOG_LIFETIME_EXCEEDED",
            Self::TASK_ENDED_DURING_APPLICATION_INIT => "CD_TASK_ENDED_DURING_APP_INIT",
            Self::TASK_TRANSFER => "CD_TASK_TRANSFER",
            Self::APPLICATION_DISCONNECTED => "CD_APPLICATION_DISCONNECTED",
            Self::TASK_TRANSFERRED_ON_AGENT_LOGOUT => "CD_TASK_TRANSFERRED_ON_AGENT_LOGOUT",
            _ => "CD_NORMAL_END_DIALOG",
        }
    }

    /// Its number and what it means, for people: `36 ring no answer`.
    pub fn in_words(self) -> String {
        let words = match self {
            Self::RING_NO_ANSWER | Self::TASK_ABANDONED_BEFORE_OFFERED => "ring no answer",
            Self::TASK_ABANDONED_IN_ROUTER => "given up before an agent was chosen",
            Self::TASK_ABANDONED_WHILE_OFFERED => "given up between accept and start",
            Self::NORMAL_END_TASK => "normal end",
            Self::AGENT_LOGGED_OUT_DURING_TASK => "the agent signed out",
            Self::MAXIMUM_TASK_LIFETIME_EXCEEDED => "the task took too long",
            Self::APPLICATION_PATH_WENT_DOWN => "the client stayed away",
            Self::TASK_ENDED_DURING_APPLICATION_INIT => "the client came back without it",
            Self::TASK_TRANSFER => "transferred",
            Self::TASK_TRANSFERRED_ON_AGENT_LOGOUT => "transferred at the sign-out",
            _ => return code_in_words(self.0, self.name()),
        };
        format!("{} {words}", self.0)
    }
}

/// A code with its name in the way of people: `0 no error`; a number without a name stays alone.
pub fn code_in_words(number: impl std::fmt::Display, name: Option<&str>) -> String {
    let words = name.map(|name| format!(" {}", name.to_lowercase().replace('_', " ")));
    format!("{number}{}", words.unwrap_or_default())
}

codes! {
    /// A kind of peripheral (cti-server-protocol 12).
    PeripheralType(u16) "" {
        NONE = 0xffff,
        ASPECT = 1,
        MERIDIAN = 2,
        G2 = 3,
        DEFINITY_ECS_NON_EAS = 4,
        DEFINITY_EAS = 5,
        GALAXY = 6,
        SPECTRUM = 7,
        VRU = 8,
        VRU_POLLED = 9,
        DMS100 = 10,
        SIEMENS_9006 = 11,
        SIEMENS_9005 = 12,
        ALCATEL = 13,
        NEC = 14,
        ACP1000 = 15,
        SYMPOSIUM = 16,
        ENTERPRISE_AGENT = 17,
        MD110 = 18,
        MEDIA_ROUTING = 19,
        GENERIC = 20,
        ACMI_CRS = 21,
        ACMI_IPCC = 22,
        SIMPLIFIED_IPCC = 23,
        ARS = 24,
        ACMI_ERS = 25,
        EXPERT_ADVISOR = 26,
        RESERVED = 27,
    }
}

codes! {
    /// The direction of what an agent works on (cti-server-protocol 12).
    Direction(u32) "" {
        NONE = 0,
        IN = 1,
        OUT = 2,
        OTHER_IN = 3,
        OTHER_OUT = 4,
        OUTBOUND_RESERVE = 5,
        OUTBOUND_PREVIEW = 6,
        OUTBOUND_PREDICTIVE = 7,
    }
}

codes! {
    /// Why an agent is not ready or signed out: the number of a configured reason (task-routing 6.4).
    EventReason(u16) "" {
        NONE = 0,
        /// Finesse signs out a user who is gone (task-routing E5). A lab may give the same number to a reason of agents: what
        /// is forced, the kind of the change says.
        FORCED_SIGN_OUT = 255,
    }
}

codes! {
    /// What kind of request a `NEW_CALL` is (task-routing 6.2).
    OperationCode(u16) "" {
        CLASSIC = 0,
    }
}

codes! {
    /// Cooperative options of a `NEW_CALL` (task-routing 6.2).
    OperationFlags(u16) "" {
        COOP_NONE = 0,
    }
}

/// A state of which the wire has a number (cti-server-protocol 11 and 12).
pub trait Numbered: Copy {
    /// The number on the wire.
    type Number: Copy + Eq;

    /// Its number.
    fn number(self) -> Self::Number;

    /// The state of that number, if it is one.
    fn of_number(number: Self::Number) -> Option<Self>;
}
