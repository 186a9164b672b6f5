//! The bench itself.

use cce_bench::Bench;
use cce_kernel::{Component, Cx, HostClock, Input, Output, Port, TimerKey};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Arms three timers at its start, and one more when the first fires; says which fired.
#[derive(Clone)]
struct Toy;

impl Component for Toy {
    #[expect(clippy::wildcard_enum_match_arm, reason = "a toy knows two inputs")]
    fn handle(&mut self, input: Input, cx: &mut Cx<'_>) {
        match input {
            Input::Start { .. } => {
                for (name, seconds) in [("late", 5), ("early", 1), ("as early", 1), ("never", 2)] {
                    cx.arm(TimerKey::new(name, 0), SECOND * seconds);
                }
                cx.cancel(TimerKey::new("never", 0));
            }
            Input::Timer(key) => {
                if key.name == "early" {
                    cx.arm(TimerKey::new("again", 0), SECOND * 2);
                }
                cx.store("last", key.name.to_string());
            }
            _ => {}
        }
    }
}

fn fired(outputs: &[Output]) -> Vec<String> {
    let value = |output: &Output| {
        let Output::Store { value: Some(value), .. } = output else { return None };
        Some(value.clone())
    };
    outputs.iter().filter_map(value).collect()
}

#[test]
fn timers_fire_by_their_time_and_in_the_order_of_arming() {
    let mut bench = Bench::new("toy", HostClock::default(), Toy);
    bench.start();
    assert_eq!(fired(&bench.advance(SECOND * 10)), ["early", "as early", "again", "late"]);
    assert_eq!(bench.now().since(cce_kernel::Time(0)), SECOND * 10);
}

#[test]
fn what_is_not_due_waits() {
    let mut bench = Bench::new("toy", HostClock::default(), Toy);
    bench.start();
    assert_eq!(fired(&bench.advance(SECOND * 2)), ["early", "as early"]);
    assert_eq!(bench.wait_of(&TimerKey::new("again", 0)), Some(SECOND));
    assert_eq!(bench.wait_of(&TimerKey::new("never", 0)), None);
    assert_eq!(fired(&bench.fire_next()), ["again"]);
}

#[test]
fn no_timer_outlives_its_component_and_what_it_stored_does() {
    let mut bench = Bench::new("toy", HostClock::default(), Toy);
    bench.start();
    bench.advance(SECOND);
    let (link, _) = bench.accept(Port::Mr);
    assert_eq!(bench.stored().get("last").map(String::as_str), Some("as early"));
    bench.restart(Toy);
    assert_eq!(bench.armed().count(), 3);
    assert!(bench.accept(Port::Mr).0.number > link.number);
}
