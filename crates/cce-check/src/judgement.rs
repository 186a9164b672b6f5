//! Everything that is judged, by name: each call that judges says which of these it decides.

use crate::check::Check;
use cce_model::Kind;

/// Declares the judgements of each check, with what holds, and the components in which it rests on what gateways told.
macro_rules! judgements {
    ($($check:ident { $($name:ident = $about:literal $(rests on $($kind:ident)|+)?,)+ })+) => {
        /// What one call judges. Several belong to one check.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Judgement {
            $($(#[doc = $about] $name,)+)+
        }

        impl Judgement {
            /// Every judgement.
            pub const ALL: &[Self] = &[$($(Self::$name,)+)+];

            /// The check that it belongs to.
            pub const fn check(self) -> Check {
                match self {
                    $($(Self::$name)|+ => Check::$check,)+
                }
            }

            /// The components in which it compares what a gateway told with something else, so that a gateway may be to blame. For
            /// what a component decides by itself (its keys, its states, its choices, what it publishes) no peer is.
            pub(crate) const fn rests_on_gateways(self) -> &'static [Kind] {
                match self {
                    $($(Self::$name => &[$($(Kind::$kind),+)?],)+)+
                }
            }

            /// What holds, in one sentence.
            pub const fn about(self) -> &'static str {
                match self {
                    $($(Self::$name => $about,)+)+
                }
            }
        }
    };
}

judgements! {
    OneEnd {
        ContactEndsOnce = "A contact that has ended changes no more.",
        ContactOver = "At the end of the run, each contact that was handed to CCE has ended.",
        TaskEndsOnce = "A task that has ended changes no more.",
        TaskEndsSomehow = "The end of a task names its disposition.",
        TaskOver = "At the end of the run, each task of an agent has ended.",
        DialogClosesOnce = "A dialog that is closed changes no more.",
        DialogEndsAsItsTask = "A dialog ends with its task, and with the same disposition.",
        DialogOver = "At the end of the run, each dialog is closed.",
        DialogueOver = "At the end of the run, no MR dialogue of a contact that ended is open.",
        WaitOver = "At the end of the run, no task waits in a queue.",
        SlotFree = "At the end of the run, the router counts no task of any agent.",
    }
    OneAgent {
        TaskKeepsItsAgent = "A task stays with its agent.",
        // The router chooses the agent.
        TaskWithTheChosenAgent = "A task comes to the agent whom the router chose." rests on AgentPg,
        RoutedOnce = "The router chooses one agent for a task.",
        DialogKeepsItsAgent = "A dialog stays with its agent.",
        DialogWithTheTasksAgent = "A dialog begins with the agent who has the task.",
    }
    WithinLimit {
        // The router chooses the agent.
        AgentsRoom = "An agent of the agent PG has no more tasks than the limits allow." rests on AgentPg,
        AgentsCount = "The number of tasks that the agent PG tells of an agent is right.",
        AgentsCountAtTheEnd = "The number of tasks that the agent PG told last of an agent is right.",
        ChosenIsAvailable = "The router chooses an agent whom the latest report calls available.",
        RoutersLimit = "The router gives an agent no more tasks than the limit that was reported.",
        // A gateway says which tasks an agent has.
        RoutersCount = "The number of tasks that the router tells of an agent is right." rests on Router,
    }
    OneAnswer {
        IndicationAnswered = "Each indication gets an answer.",
        EventIsDue = "Each event of a task answers an indication, or tells the task's end once.",
        EndPassedOn = "The end of each task is passed on to the clients.",
        FailureOrEvent = "An indication that got its event gets no failure.",
        FailureOnce = "An indication gets one failure.",
        FailureAnswers = "A failure has the invoke id of a message of its client.",
        CancelConfirmed = "Each CANCEL_TASK gets a CANCEL_TASK_CONF, or the failure of its dialogue.",
        CancelConfirmedOnce = "Each CANCEL_TASK_CONF answers one CANCEL_TASK.",
    }
    LegalTransition {
        ContactBegan = "A contact begins as unread.",
        ContactTransition = "A contact changes its status only as it may.",
        DialogueTransition = "An MR dialogue changes its state only as it may.",
        TaskBegan = "A task that changes its state has begun.",
        TaskBeginsReserved = "A task comes to its agent as a reservation.",
        TaskTransition = "A task changes its state only as it may.",
        TaskGoesOnAsBefore = "A task goes on after an interrupt as it was before.",
        InterruptHasACause = "A task gives way only if it may, and to work that must not be interrupted.",
        DialogTransition = "A dialog changes its state only as it may.",
        DialogGoesOnAsBefore = "A dialog goes on after an interrupt as it was before.",
        AgentTransition = "An agent changes the state only as it may, and the state follows from the tasks.",
        AgentReportedAsItStands = "The CTI server is told of an agent as the agent PG has it.",
        UnacceptedIsNotRoutable = "An agent who did not accept a task in time is not routable.",
        UserTransition = "A user changes the state only as it may.",
    }
    OneToOneIds {
        // A gateway names the task of a dialogue to CCP and to the MR PG, and the contact of a task to the agent PG. The router
        // makes the keys itself.
        ContactOfATask = "A task is of one contact, whoever names it." rests on Ccp | MrPg | AgentPg,
        NewTaskFollows = "A new task of a contact names the task before.",
        // A gateway asks for a contact's route.
        AdmittedOnce = "Each request to route a contact is admitted once." rests on Router,
        KeyIsNew = "The router gives each key once.",
    }
    QueueOrder {
        PriorityOrder = "A task leaves its queue behind those of a better priority.",
        ArrivalOrder = "A task leaves its queue behind those of equal priority that arrived earlier.",
    }
    NoMixing {
        ChosenBesideUninterruptible = "The router chooses nobody who has a task of another domain that must not be interrupted.",
        // The router chooses the agent.
        TaskBesideUninterruptible = "No task comes to an agent who has a task of another domain that must not be interrupted." rests on AgentPg,
    }
    HandledCause {
        HandledByACall = "A contact is handled by a close call.",
        HandledByTheEnd = "Finesse's close call is about the end of a task of that contact.",
        CloseAfterTheEnd = "Finesse calls a task handled after an end that is no resubmission.",
        RoutedAnewByRight = "Finesse has a contact routed anew after a resubmission, or by a transfer of an open dialog.",
    }
    PublishOrder {
        ContactPublishedAsItStands = "A contact is published as it stands, or as it stood since it was published last.",
        TaskEventOfATask = "An event of a task is passed on after the task began.",
        TaskEventAsItStands = "An event of a task is passed on while the task is so.",
        TaskEventBehindItsAgents = "An event of a task follows the report of its agent.",
        AgentEventAheadOfItsTasks = "An event of an agent leaves ahead of that of its task.",
        DeliveredOnce = "A client gets each event of a task once.",
        DialogPublishedAsItStands = "A dialog is published as it stands.",
        MediaPublishedAsItStands = "An agent is published as the CTI server told last.",
        MediaPublishedOnce = "An agent is published once as it stands.",
        UserPublishedAsItStands = "A user is published as it stands.",
        ItemsInOrder = "The items of one XMPP stream are numbered in order.",
    }
}
