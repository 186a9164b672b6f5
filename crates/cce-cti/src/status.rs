//! The status with which the server answers a flawed message.

use crate::tags;
use cce_model::CtiStatus;
use cce_wire::Flaw;

/// The status with which the server answers a flawed message (cti-server-protocol 3 and 4.4); none for what it and
/// clients in the field live with. A message that is not listed has its answer by its session's version.
pub fn status_of_flaw(flaw: &Flaw) -> Option<CtiStatus> {
    match flaw {
        Flaw::UnknownTag { tag } if tags::name(*tag).is_some() => Some(CtiStatus::INVALID_TAG_FOR_MSG_TYPE),
        Flaw::UnknownTag { .. } => Some(CtiStatus::INVALID_FIELD_TAG),
        Flaw::ForeignTag { .. } | Flaw::Repeated { .. } => Some(CtiStatus::INVALID_TAG_FOR_MSG_TYPE),
        Flaw::TagTooNew { .. } => Some(CtiStatus::INVALID_TAG_FOR_VERSION),
        Flaw::BadLength { .. } | Flaw::TooLong { .. } => Some(CtiStatus::INVALID_FIELD_LENGTH),
        Flaw::Missing { .. } => Some(CtiStatus::REQUIRED_DATA_MISSING),
        Flaw::MessageTooNew { .. } => Some(CtiStatus::INVALID_MSG_TYPE_FOR_VERSION),
        Flaw::UnlistedMessage { .. } | Flaw::StringLength { .. } => None,
    }
}
