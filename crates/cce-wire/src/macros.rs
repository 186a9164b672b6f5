//! The table: one row per message.

/// Declares a protocol whose rows stand in one place: a struct per row, and the enum of all of them.
///
/// ```
/// # use cce_model::InvokeId;
/// cce_wire::messages! {
///     /// Messages between a client and a server.
///     Demo {
///         /// Opens a session.
///         3 => OpenReq "OPEN_REQ" client -> server, published "section 6" {
///             /// Echoed by the confirmation.
///             invoke_id: InvokeId as "InvokeID" is invoke,
///             department: i32 as "DeptID" since 19,
///         } floats {
///             1 client_id: cce_wire::Text<64> as "ClientID" is required,
///             208 peripherals: u32 as "FltPeripheralID" since 14 is repeated,
///         }
///     }
/// }
/// # use cce_wire::*;
/// let dialect = Dialect { version: 24, floats: Floats::Wide };
/// let open = Demo::from(OpenReq { invoke_id: InvokeId(7), client_id: Some(Text::new("me")), ..OpenReq::default() });
/// let frame = open.to_frame(&dialect);
/// assert_eq!(Demo::read(&dialect, &frame), Ok(open));
/// ```
///
/// A row is `KIND => Struct "WIRE_NAME" sender -> receiver, published|inferred|compact|raw "source" [since
/// VERSION][, answered by Struct | …][, refused by Struct | …] { fixed part }`, then, where it has them, `floats { … }` in the order in which they are written, then
/// `list name: Group` for each list of groups (see [`group!`](crate::group)). The label is the text of the
/// product's traces.
#[macro_export]
macro_rules! messages {
    ($(#[doc = $pdoc:literal])* $proto:ident { $(
        $(#[doc = $doc:literal])*
        $kind:literal => $name:ident $wire:literal $from:ident -> $to:ident, $evidence:ident $source:literal
        $(since $since:literal)? $(, answered by $($answer:ident)|+)? $(, refused by $($refusal:ident)|+)?
        { $($fixed:tt)* } $(floats { $($floats:tt)* })? $(list $list:ident : $group:ident)*
    )* }) => {
        $( $crate::row! {
            $(#[doc = $doc])*
            $kind => $name $wire $from -> $to, $evidence $source
            $(since $since)? $(, answered by $($answer)|+)? $(, refused by $($refusal)|+)?
            { $($fixed)* } $(floats { $($floats)* })? $(list $list : $group)*
        } )*
        $crate::dispatch! { [$(#[doc = $pdoc])* $proto] $( [$(#[doc = $doc])* $kind $name $wire] )* }
    };
}

/// Declares the rows of one group of a protocol, in the syntax of [`messages!`](crate::messages). The group's
/// name, after a `$`, becomes a macro that [`protocol!`](crate::protocol) uses to join the groups.
#[macro_export]
macro_rules! rows {
    ($d:tt $rows:ident { $(
        $(#[doc = $doc:literal])*
        $kind:literal => $name:ident $wire:literal $from:ident -> $to:ident, $evidence:ident $source:literal
        $(since $since:literal)? $(, answered by $($answer:ident)|+)? $(, refused by $($refusal:ident)|+)?
        { $($fixed:tt)* } $(floats { $($floats:tt)* })? $(list $list:ident : $group:ident)*
    )* }) => {
        $( $crate::row! {
            $(#[doc = $doc])*
            $kind => $name $wire $from -> $to, $evidence $source
            $(since $since)? $(, answered by $($answer)|+)? $(, refused by $($refusal)|+)?
            { $($fixed)* } $(floats { $($floats)* })? $(list $list : $group)*
        } )*

        macro_rules! $rows {
            ($d head:tt [$d ($d next:ident)*] $d ($d entry:tt)*) => {
                $crate::protocol! {
                    @ $d head [$d ($d next)*] $d ($d entry)* $( [$(#[doc = $doc])* $kind $name $wire] )*
                }
            };
        }
    };
}

/// Joins groups of rows into one protocol: `protocol! { /// Docs. Name = group, group }`.
#[macro_export]
macro_rules! protocol {
    ($(#[doc = $pdoc:literal])* $proto:ident = $first:ident $(, $next:ident)* $(,)?) => {
        $first! { [$(#[doc = $pdoc])* $proto] [$($next)*] }
    };
    (@ $head:tt [$first:ident $($next:ident)*] $($entry:tt)*) => { $first! { $head [$($next)*] $($entry)* } };
    (@ $head:tt [] $($entry:tt)*) => { $crate::dispatch! { $head $($entry)* } };
}

/// Declares a group of floating fields that a message may carry any number of times:
/// `group! { /// Docs. SkillGroup { 62 number: u32 as "SkillGroupNumber" since 9, } }`.
#[macro_export]
macro_rules! group {
    ($(#[doc = $doc:literal])* $name:ident {
        $(
            $(#[doc = $fdoc:literal])* $tag:literal $field:ident : $ty:ty as $label:literal $(since $since:literal)?
        ),* $(,)?
    }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $name { $(
            $(#[doc = $fdoc])*
            #[doc = concat!("`", $label, "`, tag ", stringify!($tag), ".")]
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $field: Option<$ty>,
        )* }

        impl $crate::Group for $name {
            const MEMBERS: &'static [$crate::FloatDoc] = &[ $( $crate::FloatDoc {
                tag: $tag,
                field: $crate::FieldDoc {
                    name: stringify!($field),
                    label: $label,
                    ty: <$ty as $crate::Field>::TYPE,
                    is_secret: <$ty as $crate::Field>::IS_SECRET,
                    since: 0 $(+ $since)?,
                    mark: None,
                    doc: concat!($($fdoc, "\n"),*),
                },
                required: false,
                repeated: false,
            } ),* ];

            fn last(&self) -> Option<usize> {
                [ $( self.$field.is_some() ),* ].iter().rposition(|is_filled| *is_filled)
            }

            fn place(&mut self, float: $crate::Float) -> Option<$crate::Float> {
                match float.tag {
                    $( $tag => $crate::Slot::place(&mut self.$field, $label, float), )*
                    _ => Some(float),
                }
            }

            fn write(&self, dialect: &$crate::Dialect, to: &mut $crate::BytesMut) {
                $( if dialect.has(0 $(+ $since)?) { $crate::Slot::write(&self.$field, dialect, $tag, to); } )*
            }

            fn show(&self, to: &mut Vec<$crate::Shown>) {
                $( $crate::Slot::show(&self.$field, $label, to); )*
            }

            fn flaws(&self, to: &mut Vec<$crate::Flaw>) {
                $( $crate::Slot::flaws(&self.$field, $label, to); )*
            }
        }
    };
}

/// One row: the struct and its codec.
#[doc(hidden)]
#[macro_export]
macro_rules! row {
    (
        $(#[doc = $doc:literal])*
        $kind:literal => $name:ident $wire:literal $from:ident -> $to:ident, $evidence:ident $source:literal
        $(since $since:literal)? $(, answered by $($answer:ident)|+)? $(, refused by $($refusal:ident)|+)?
        { $(
            $(#[doc = $fdoc:literal])*
            $field:ident : $fty:ty as $flabel:literal $(since $fsince:literal)? $(is $fmark:ident)?
        ),* $(,)? }
        $(floats { $(
            $(#[doc = $odoc:literal])*
            $tag:literal $slot:ident : $oty:ty as $olabel:literal $(since $osince:literal)? $(is $($mark:ident)+)?
        ),* $(,)? })?
        $(list $list:ident : $group:ident)*
    ) => {
        $(#[doc = $doc])*
        #[doc = concat!("\n\n`", $wire, "`, message type ", stringify!($kind), ", ", $source, " (", stringify!($evidence), ").")]
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct $name {
            $(
                $(#[doc = $fdoc])*
                #[doc = concat!("`", $flabel, "`.")]
                pub $field: $fty,
            )*
            $( $(
                $(#[doc = $odoc])*
                #[doc = concat!("`", $olabel, "`, tag ", stringify!($tag), ".")]
                #[serde(skip_serializing_if = "cce_wire::Slot::is_vacant")]
                pub $slot: $crate::holder!($oty $(, $($mark)+)?),
            )* )?
            $(
                #[doc = concat!("Any number of [`", stringify!($group), "`].")]
                #[serde(skip_serializing_if = "Vec::is_empty")]
                pub $list: Vec<$group>,
            )*
            /// Floating fields that fit nowhere above.
            #[serde(skip_serializing_if = "cce_wire::Extra::is_empty")]
            pub extra: $crate::Extra,
        }

        impl $crate::Message for $name {
            const DOC: $crate::MessageDoc = $crate::MessageDoc {
                kind: $kind,
                name: $wire,
                type_name: stringify!($name),
                from: $crate::role!($from),
                to: $crate::role!($to),
                evidence: $crate::evidence!($evidence),
                source: $source,
                since: 0 $(+ $since)?,
                answered_by: &[ $( $( <$answer as $crate::Message>::DOC.name ),+ )? ],
                refused_by: &[ $( $( <$refusal as $crate::Message>::DOC.name ),+ )? ],
                doc: concat!($($doc, "\n"),*),
                fixed: &[ $( $crate::FieldDoc {
                    name: stringify!($field),
                    label: $flabel,
                    ty: <$fty as $crate::Field>::TYPE,
                    is_secret: <$fty as $crate::Field>::IS_SECRET,
                    since: 0 $(+ $fsince)?,
                    mark: $crate::Mark::of_type($crate::mark!($($fmark)?), &<$fty as $crate::Field>::TYPE),
                    doc: concat!($($fdoc, "\n"),*),
                } ),* ],
                floats: &[ $( $( $crate::FloatDoc {
                    tag: $tag,
                    field: $crate::FieldDoc {
                        name: stringify!($slot),
                        label: $olabel,
                        ty: <$oty as $crate::Field>::TYPE,
                        is_secret: <$oty as $crate::Field>::IS_SECRET,
                        since: 0 $(+ $osince)?,
                        mark: $crate::Mark::of_type($crate::mark!($($($mark)+)?), &<$oty as $crate::Field>::TYPE),
                        doc: concat!($($odoc, "\n"),*),
                    },
                    required: $crate::is_mark!(required; $($($mark)+)?),
                    repeated: $crate::is_mark!(repeated; $($($mark)+)?),
                } ),* )? ],
                lists: &[ $( $crate::ListDoc {
                    name: stringify!($list),
                    members: <$group as $crate::Group>::MEMBERS,
                } ),* ],
            };

            fn read(dialect: &$crate::Dialect, from: &mut $crate::Reader) -> Result<Self, $crate::DecodeError> {
                let mut message = Self::default();
                let whole = from.left();
                $( if dialect.has(0 $(+ $fsince)?) {
                    message.$field = $crate::Field::read($flabel, from)?;
                } )*
                let fixed = whole - from.left();
                let mut came = Vec::new();
                while !from.is_empty() {
                    let float = dialect.read_float(from)?;
                    let tag = float.tag;
                    let left = match tag {
                        $( $( $tag if dialect.has(0 $(+ $osince)?) => {
                            $crate::Slot::place(&mut message.$slot, $olabel, float)
                        } )* )?
                        $( tag if $crate::takes_tag(dialect, <$group as $crate::Group>::MEMBERS, tag) => {
                            $crate::place_member(&mut message.$list, float)
                        } )*
                        _ => Some(float),
                    };
                    came.push(left.is_none().then_some(tag));
                    message.extra.floats.extend(left);
                }
                if !$crate::is_in_row_order(&Self::DOC, &message.extra, &came) {
                    message.extra.order = $crate::order_of(&message, dialect, fixed, came);
                }
                Ok(message)
            }
        }

        impl $crate::Body for $name {
            fn doc(&self) -> &'static $crate::MessageDoc {
                &<Self as $crate::Message>::DOC
            }

            fn write(&self, dialect: &$crate::Dialect, to: &mut $crate::BytesMut) {
                $( if dialect.has(0 $(+ $fsince)?) { $crate::Field::write(&self.$field, to); } )*
                let fixed = to.len();
                $( $( if dialect.has(0 $(+ $osince)?) { $crate::Slot::write(&self.$slot, dialect, $tag, to); } )* )?
                $( for group in &self.$list { $crate::Group::write(group, dialect, to); } )*
                self.extra.write(dialect, fixed, to);
            }

            fn fields(&self) -> Vec<$crate::Shown> {
                let mut shown = vec![
                    $( $crate::Shown { label: $flabel, value: $crate::Field::value(&self.$field) }, )*
                ];
                $( $( $crate::Slot::show(&self.$slot, $olabel, &mut shown); )* )?
                $( for group in &self.$list { $crate::Group::show(group, &mut shown); } )*
                shown
            }

            fn about(&self) -> $crate::About {
                $crate::Marked::default()
                    $( $( .field($crate::mark!($fmark), &self.$field) )? )*
                    $( $( $( .slot($crate::mark!($($mark)+), &self.$slot) )? )* )?
                    .about()
            }

            fn set_monitor(&mut self, monitor: $crate::MonitorId) {
                let _ = monitor;
                $( $( $crate::set_monitor!($fmark, self.$field, monitor); )? )*
            }

            fn flaws(&self, dialect: &$crate::Dialect) -> Vec<$crate::Flaw> {
                let doc = $crate::Body::doc(self);
                let mut flaws = Vec::from_iter(doc.too_new(dialect));
                $( if dialect.has(0 $(+ $fsince)?) { flaws.extend($crate::Field::flaw(&self.$field, $flabel)); } )*
                $( $(
                    if $crate::is_mark!(required; $($($mark)+)?) && $crate::Slot::is_vacant(&self.$slot) {
                        flaws.push($crate::Flaw::Missing { label: $olabel });
                    }
                    $crate::Slot::flaws(&self.$slot, $olabel, &mut flaws);
                )* )?
                $( $crate::list_flaws(&self.$list, &mut flaws); )*
                for float in &self.extra.floats {
                    flaws.push(match (float.tag, doc.float(float.tag)) {
                        $( $( ($tag, Some(doc)) => $crate::judge::<$oty>(dialect, doc, float), )* )?
                        (_, Some(doc)) => $crate::judge_member(dialect, doc, float),
                        (tag, None) => $crate::Flaw::UnknownTag { tag },
                    });
                }
                flaws
            }

            fn extra(&self) -> &$crate::Extra {
                &self.extra
            }
        }
    };
}

/// The enum of a protocol's messages.
#[doc(hidden)]
#[macro_export]
macro_rules! dispatch {
    ([$(#[doc = $pdoc:literal])* $proto:ident] $( [$(#[doc = $doc:literal])* $kind:literal $name:ident $wire:literal] )*) => {
        $(#[doc = $pdoc])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(tag = "message")]
        pub enum $proto {
            $(
                $(#[doc = $doc])*
                #[doc = concat!("\n\n`", $wire, "`.")]
                #[serde(rename = $wire)]
                $name($name),
            )*
            /// A message that the table does not list, with its body as it came.
            #[serde(rename = "UNLISTED")]
            Unlisted {
                /// Message type.
                kind: u32,
                /// Everything after the header.
                body: $crate::Blob,
            },
        }

        $( impl From<$name> for $proto {
            fn from(message: $name) -> Self {
                Self::$name(message)
            }
        } )*

        impl $proto {
            /// Every row, in the order of the table.
            pub const TABLE: &'static [$crate::MessageDoc] = {
                // A static, since a table of hundreds of rows is no value to be copied.
                static ROWS: &[$crate::MessageDoc] = &[ $( <$name as $crate::Message>::DOC ),* ];
                ROWS
            };

            /// Reads a body. Fails only where bytes are missing.
            pub fn decode(
                dialect: &$crate::Dialect,
                kind: u32,
                body: $crate::Bytes,
            ) -> Result<Self, $crate::DecodeError> {
                match kind {
                    $( $kind => {
                        let mut reader = $crate::Reader::new($wire, body);
                        <$name as $crate::Message>::read(dialect, &mut reader).map(Self::$name)
                    } )*
                    kind => Ok(Self::Unlisted { kind, body: $crate::Blob(body) }),
                }
            }

            /// Reads a whole message, header included.
            pub fn read(dialect: &$crate::Dialect, frame: &$crate::Bytes) -> Result<Self, $crate::DecodeError> {
                let (kind, body) = $crate::open_frame(frame)?;
                Self::decode(dialect, kind, body)
            }

            /// Writes the body. Fields that the dialect does not have are left out.
            pub fn encode(&self, dialect: &$crate::Dialect, to: &mut $crate::BytesMut) {
                match self {
                    $( Self::$name(message) => $crate::Body::write(message, dialect, to), )*
                    Self::Unlisted { body, .. } => to.extend_from_slice(&body.0),
                }
            }

            /// The whole message, header included.
            pub fn to_frame(&self, dialect: &$crate::Dialect) -> $crate::Bytes {
                $crate::frame(self.kind(), |body| self.encode(dialect, body))
            }

            /// Message type.
            pub fn kind(&self) -> u32 {
                match self {
                    $( Self::$name(_) => $kind, )*
                    Self::Unlisted { kind, .. } => *kind,
                }
            }

            /// Name in traces, such as `OPEN_REQ`; `UNLISTED` where there is none.
            pub fn name(&self) -> &'static str {
                match self {
                    $( Self::$name(_) => $wire, )*
                    Self::Unlisted { .. } => "UNLISTED",
                }
            }

            /// Its row, if the table lists it.
            pub fn doc(&self) -> Option<&'static $crate::MessageDoc> {
                self.body().map(|body| body.doc())
            }

            /// Labels and values, in the order of the row; absent floating fields are left out.
            pub fn fields(&self) -> Vec<$crate::Shown> {
                self.body().map(|body| body.fields()).unwrap_or_default()
            }

            /// Floating fields that fit nowhere in the row.
            pub fn extra(&self) -> &[$crate::Float] {
                self.body().map(|body| body.extra().floats.as_slice()).unwrap_or_default()
            }

            /// What a strict peer would object to, first objection first.
            pub fn flaws(&self, dialect: &$crate::Dialect) -> Vec<$crate::Flaw> {
                match self.body() {
                    Some(body) => $crate::name_foreign_tags(Self::TABLE, body.flaws(dialect)),
                    None => vec![$crate::Flaw::UnlistedMessage { kind: self.kind() }],
                }
            }

            /// What it is about, by the marks of its row.
            pub fn about(&self) -> $crate::About {
                self.body().map(|body| body.about()).unwrap_or_default()
            }

            /// The message for that monitor, where its row marks a field as one.
            #[must_use]
            pub fn for_monitor(mut self, monitor: $crate::MonitorId) -> Self {
                match &mut self {
                    $( Self::$name(message) => $crate::Body::set_monitor(message, monitor), )*
                    Self::Unlisted { .. } => {}
                }
                self
            }

            fn body(&self) -> Option<&dyn $crate::Body> {
                match self {
                    $( Self::$name(message) => Some(message), )*
                    Self::Unlisted { .. } => None,
                }
            }
        }
    };
}

/// The type that holds a floating field.
#[doc(hidden)]
#[macro_export]
macro_rules! holder {
    ($ty:ty, repeated $($mark:ident)?) => { Vec<$ty> };
    ($ty:ty $(, $($mark:ident)+)?) => { Option<$ty> };
}

/// Whether a floating field has a mark.
#[doc(hidden)]
#[macro_export]
macro_rules! is_mark {
    (required; required $($mark:ident)?) => {
        true
    };
    (repeated; repeated $($mark:ident)?) => {
        true
    };
    ($which:ident; $($mark:ident)*) => {
        false
    };
}

/// What a field says about its message as a whole.
#[doc(hidden)]
#[macro_export]
macro_rules! mark {
    () => { None };
    (required $($mark:ident)?) => { $crate::mark!($($mark)?) };
    (repeated $($mark:ident)?) => { $crate::mark!($($mark)?) };
    (task) => { Some($crate::Mark::Task) };
    (key_day) => { Some($crate::Mark::KeyDay) };
    (key_call) => { Some($crate::Mark::KeyCall) };
    (key_sequence) => { Some($crate::Mark::KeySequence) };
    (dialogue) => { Some($crate::Mark::Dialogue) };
    (opens) => { Some($crate::Mark::Opens) };
    (client) => { Some($crate::Mark::Client) };
    (contact) => { Some($crate::Mark::Contact) };
    (agent) => { Some($crate::Mark::Agent) };
    (mrd) => { Some($crate::Mark::Mrd) };
    (invoke) => { Some($crate::Mark::Invoke) };
    (refusal) => { Some($crate::Mark::Refusal) };
    (monitor) => { Some($crate::Mark::Monitor) };
}

/// Writes the monitor into the field that is marked as one.
#[doc(hidden)]
#[macro_export]
macro_rules! set_monitor {
    (monitor, $field:expr, $monitor:expr) => {
        $field = $monitor
    };
    ($other:ident, $field:expr, $monitor:expr) => {};
}

/// Where a row's layout comes from.
#[doc(hidden)]
#[macro_export]
macro_rules! evidence {
    (published) => {
        $crate::Evidence::Published
    };
    (inferred) => {
        $crate::Evidence::Inferred
    };
    (compact) => {
        $crate::Evidence::Compact
    };
    (raw) => {
        $crate::Evidence::Raw
    };
}

/// The ten call variables of a message, `CallVariable1` first: references to its fields.
#[macro_export]
macro_rules! call_variables {
    ($message:expr) => {
        [
            &$message.call_variable1,
            &$message.call_variable2,
            &$message.call_variable3,
            &$message.call_variable4,
            &$message.call_variable5,
            &$message.call_variable6,
            &$message.call_variable7,
            &$message.call_variable8,
            &$message.call_variable9,
            &$message.call_variable10,
        ]
    };
}

/// Sets the ten call variables of a message, each by its number, 1 to 10.
#[macro_export]
macro_rules! set_call_variables {
    ($message:expr, $variable:expr) => {{
        let variable = $variable;
        $message.call_variable1 = variable(1);
        $message.call_variable2 = variable(2);
        $message.call_variable3 = variable(3);
        $message.call_variable4 = variable(4);
        $message.call_variable5 = variable(5);
        $message.call_variable6 = variable(6);
        $message.call_variable7 = variable(7);
        $message.call_variable8 = variable(8);
        $message.call_variable9 = variable(9);
        $message.call_variable10 = variable(10);
    }};
}
