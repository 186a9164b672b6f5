//! The timers of a component: one kind for each thing that is waited for.

use serde::{Deserialize, Serialize};
use std::{borrow::Cow, fmt};

/// Names a timer within its component: what it is for, and which instance of that.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TimerKey {
    /// What the timer is for.
    #[serde(rename = "timer")]
    pub name: Cow<'static, str>,
    /// Which one of that name: a task's call id, an agent's number, or 0 where there is only one.
    pub id: u64,
}

impl TimerKey {
    /// A key for the instance `id` of the timers called `name`.
    pub const fn new(name: &'static str, id: u64) -> Self {
        Self { name: Cow::Borrowed(name), id }
    }
}

impl fmt::Display for TimerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.id)
    }
}

/// Declares the kinds of timers of one component, each with its name in journals:
///
/// ```
/// cce_kernel::timers! {
///     /// What a kettle waits for.
///     enum Timer {
///         /// The water boils.
///         Boiling = "boiling",
///         /// The tea of one cup has drawn; counted by cup.
///         Drawn = "drawn",
///     }
/// }
/// assert_eq!(Timer::of(&Timer::Drawn.key(2)), Timer::Drawn);
/// ```
#[macro_export]
macro_rules! timers {
    ($(#[doc = $doc:literal])* $vis:vis enum $name:ident {
        $( $(#[doc = $kind_doc:literal])* $kind:ident = $text:literal ),+ $(,)?
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        $vis enum $name { $( $(#[doc = $kind_doc])* $kind ),+ }

        impl $name {
            /// The timer of this kind that has that number.
            $vis const fn key(self, id: u64) -> $crate::TimerKey {
                let name = match self { $( Self::$kind => $text ),+ };
                $crate::TimerKey::new(name, id)
            }

            /// The kind of a timer that fired. A component hears of its own timers only.
            $vis fn of(key: &$crate::TimerKey) -> Self {
                Self::find(key).unwrap_or_else(|| unreachable!("no timer is called {}", key.name))
            }

            /// The kind of a timer that fired, if it is one of these: a component may have those of a part of it, too.
            $vis fn find(key: &$crate::TimerKey) -> Option<Self> {
                match key.name.as_ref() {
                    $( $text => Some(Self::$kind), )+
                    _ => None,
                }
            }
        }
    };
}
