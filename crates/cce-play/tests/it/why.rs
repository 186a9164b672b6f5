//! Why a task waits, agent by agent.

use crate::support::{Run, played};
use cce_fold::Fold;
use cce_views::Why;

/// A lab of two agents, one domain that interrupts, and one that may be interrupted; alice wants somebody of queue Tasks.
const LAB: &str = "until = \"40s\"\nlost = \"the run ends in the middle\"\n[customers.alice]\n";

/// What is said at the end of the recorded run.
fn told(run: &Run) -> Vec<String> {
    let (mut fold, mut why) = (Fold::new(&run.play.header), Why::new(&run.play.header));
    for record in &run.records {
        why.push(&fold.push(record));
    }
    why.waiting().into_iter().map(|waiting| waiting.to_string()).collect()
}

fn why(text: &str) -> String {
    let run = played(&format!("{LAB}{text}"));
    let told = told(&run);
    let [waiting] = &told[..] else { panic!("one task waits: {told:?}") };
    waiting.clone()
}

/// The one agent is 1081; of the others it is known that they are not signed in.
fn assert_why(agent: &str, text: &str) {
    let said = why(text);
    assert!(said.starts_with("in queue CumulusTask, at step 1\n"), "{said}");
    assert!(said.lines().any(|line| line == format!("  1081 {agent}")), "{agent}: {said}");
    assert!(said.contains("  1080 is not signed in to the domain\n"), "{said}");
}

#[test]
fn an_agent_who_is_signed_out_not_ready_or_full_does_not_get_it() {
    assert_why("is not signed in to the domain", "");
    assert_why("is not ready", "[agents.1081]\nready = \"never\"");
    assert_why(
        "has 1 of 1 tasks",
        "[agents.1081]\nlimit = 1\noffer = { accept = \"1s\", start = \"1s\", close = \"never\" }\n[customers.bob]\nat = \"1s\"",
    );
}

#[test]
fn an_agent_who_let_an_offer_ring_is_not_routable() {
    assert_why("is not routable", "[agents.1081]\noffer = \"ignore\"");
}

#[test]
fn a_task_does_not_go_to_an_agent_of_a_later_step_or_of_no_step() {
    let said = why(
        "[agents.1082]\nready = \"never\"\n[agents.1081]\n[set.\"queue/CumulusTask\"]\nsteps = [{ agents = [\"1082\"], wait = \"10min\" }, { agents = [\"1081\"] }]",
    );
    assert!(said.contains("  1081 is of step 2, which the task has not come to\n"), "{said}");
    assert!(said.ends_with("  1080 is not of the queue\n  1083 is not of the queue\n"), "{said}");
}

#[test]
fn while_the_agent_pg_is_stopped_the_router_knows_nobody() {
    let said = why("[agents.1081]\nready = \"never\"\n[[steps]]\nat = \"10s\"\nstop = \"agentpg\"");
    assert!(said.contains("1081 is not known to the router: no agent PG is connected"), "{said}");
}

#[test]
fn an_agent_whose_client_is_away_does_not_get_it() {
    let said =
        why("[agents.1081]\nready = \"never\"\n[[steps]]\nat = \"10s\"\ncut = \"cti-a\"\nlasting = \"60s\"");
    assert!(said.contains("1081 is not ready for work: the agent's client is away"), "{said}");
}

#[test]
fn a_task_that_the_router_does_not_have_says_where_it_is() {
    let said = why("requeue_on_recovery = true\n[[steps]]\nat = \"10s\"\nstop = \"mrpg\"");
    assert_eq!(said, "in CCP: there is no link to the MR PG\n");
}

#[test]
fn nothing_is_said_of_a_task_that_has_an_agent_or_has_ended() {
    let run = played("[agents.1081]\n[customers.alice]\n[customers.bob]");
    assert_eq!(told(&run), [] as [&str; 0]);
}
