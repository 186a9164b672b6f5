//! What a strict peer would object to in a message that could be read.

/// One objection. A protocol's table maps it to its status code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// The table does not list the message.
    #[error("message {kind} is not listed")]
    UnlistedMessage {
        /// Message type.
        kind: u32,
    },
    /// The message exists only in later versions.
    #[error("{message} exists since version {since}")]
    MessageTooNew {
        /// Wire name.
        message: &'static str,
        /// First version that has it.
        since: u32,
    },
    /// No message of the table has a floating field of that tag.
    #[error("floating field {tag} is unknown")]
    UnknownTag {
        /// The tag.
        tag: u16,
    },
    /// Another message has that floating field, this one has not.
    #[error("floating field {tag} does not belong to this message")]
    ForeignTag {
        /// The tag.
        tag: u16,
    },
    /// The floating field exists only in later versions.
    #[error("{label} (tag {tag}) exists since version {since}")]
    TagTooNew {
        /// The tag.
        tag: u16,
        /// Label of the field.
        label: &'static str,
        /// First version that has it.
        since: u32,
    },
    /// The floating field occurs twice.
    #[error("{label} (tag {tag}) is repeated")]
    Repeated {
        /// The tag.
        tag: u16,
        /// Label of the field.
        label: &'static str,
    },
    /// The data of a floating field is not of its type's form.
    #[error("{label} (tag {tag}) has a length of {length} bytes, which does not fit")]
    BadLength {
        /// The tag.
        tag: u16,
        /// Label of the field.
        label: &'static str,
        /// Bytes of its data.
        length: usize,
    },
    /// A required floating field is absent.
    #[error("{label} is missing")]
    Missing {
        /// Label of the field.
        label: &'static str,
    },
    /// A text or a run of bytes is longer than its type allows.
    #[error("{label} has {length} bytes, at most {max} are allowed")]
    TooLong {
        /// Label of the field.
        label: &'static str,
        /// Bytes that it has, terminator included.
        length: usize,
        /// Bytes that it may have.
        max: usize,
    },
    /// A string's field length is not its text's length plus one for the terminator.
    #[error("{label} has {strlen} characters, but a field length of {fieldlen}")]
    StringLength {
        /// Label of the field.
        label: &'static str,
        /// Characters before the first NUL.
        strlen: usize,
        /// Bytes of the field.
        fieldlen: usize,
        /// The text before the first NUL.
        text: String,
    },
}
