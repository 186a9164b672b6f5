//! From typed lab configuration to components; virtual customers and agents.
//!
//! [`load`] reads the layers of a configuration into a [`Lab`]; [`World`] is a lab whose names are resolved, and makes components; and
//! [`Lab::header`] the header of a journal. This crate takes text; only the binary reads files and the
//! environment.
//!
//! Invariants:
//! - A lab that was read from a journal's header builds the same components as the one that made the journal.
//! - Everything that is wrong with a configuration is found at once.

mod adjustable;
mod bounds;
mod build;
pub mod cast;
mod check;
mod component_config;
mod fields;
mod lab;
mod latency;
mod layers;
mod origins;
mod patch;
mod problem;
mod range;
mod release;
mod resolve;
mod settings;
mod show;
mod span;
mod tables;
mod translated;
mod world;

pub use bounds::PAUSE_LEAST;
pub use build::{calendar, header_lab};
pub use fields::{FileShape, shape};
pub use lab::{
    ADMIN_LINK, AgentSettings, AgentTransport, COMPONENTS, CastAgent, CastCustomer, CastSettings,
    CertificateSetting, CreateMethod, Dependence, HttpRuleSettings, Lab, LinkSettings, MrApplicationSettings,
    NotifyingSettings, PlainSetting, SITE_LINK, TlsSettings, link_name,
};
pub use latency::{LatencySettings, LatencyText};
pub use layers::{BUILT_IN, ENVIRONMENT_PREFIX, Layers, Override, load};
pub use patch::{Patch, PatchError};
pub use problem::{ConfigError, ConfigPlace, ConfigProblem};
pub use range::counted;
pub use release::Release;
pub use settings::{Change, Setting, SettingChange, setting_names, shown};
pub use show::{ShowDetail, show};
pub use span::{SignedSpan, Span, Wait};
pub use tables::{TableKind, read_table, show_table};
pub use world::World;
