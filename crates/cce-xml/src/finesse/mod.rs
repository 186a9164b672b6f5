//! What Finesse and agent desktops say to each other (finesse-nonvoice 1.4, 2, 4.6).

mod client;
mod dialog;
mod people;
mod request;
mod update;

pub use client::{Seen, Update, read_update};
pub use dialog::{dialog, dialogs};
pub use people::{media, media_list, queues, reason_code, reason_codes, team, user, users};
pub use request::{
    DialogRequest, MediaRequest, UserRequest, dialog_command, dialog_transfer, media_login, media_state,
    read_dialog, read_media, read_media_list, read_user, user_login, user_state,
};
pub use update::{CtiServerInfo, SystemInfo, SystemStatus, api_errors, system_info, system_update, update};
