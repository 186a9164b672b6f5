//! Releases of the products. Each has a profile: settings between the built-in lab and the user's own.

use serde::{Deserialize, Serialize};

/// A release whose ports, redirects and payloads a lab has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Release {
    /// None of them: what clients of every release can work with.
    #[default]
    #[serde(rename = "lab")]
    Lab,
    /// 11.6.
    #[serde(rename = "11.6")]
    R11_6,
    /// 12.5.
    #[serde(rename = "12.5")]
    R12_5,
    /// 12.6.
    #[serde(rename = "12.6")]
    R12_6,
    /// 15.0.
    #[serde(rename = "15.0")]
    R15_0,
}

impl Release {
    /// Every release.
    pub const ALL: [Self; 5] = [Self::Lab, Self::R11_6, Self::R12_5, Self::R12_6, Self::R15_0];

    /// The name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lab => "lab",
            Self::R11_6 => "11.6",
            Self::R12_5 => "12.5",
            Self::R12_6 => "12.6",
            Self::R15_0 => "15.0",
        }
    }

    /// The release of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|release| release.name() == name)
    }

    /// Its settings, as the text of a configuration file.
    pub const fn profile(self) -> &'static str {
        match self {
            Self::Lab => "",
            Self::R11_6 => include_str!("../../../sim-configs/releases/11.6.toml"),
            Self::R12_5 => include_str!("../../../sim-configs/releases/12.5.toml"),
            Self::R12_6 => include_str!("../../../sim-configs/releases/12.6.toml"),
            Self::R15_0 => include_str!("../../../sim-configs/releases/15.0.toml"),
        }
    }

    /// The port of HTTPS of Finesse where the products' ports are used: 8445 alone from 12.5 on (finesse-nonvoice 1.1).
    pub const fn finesse_https(self) -> u16 {
        match self {
            Self::Lab | Self::R11_6 => 443,
            Self::R12_5 | Self::R12_6 | Self::R15_0 => 8445,
        }
    }
}
