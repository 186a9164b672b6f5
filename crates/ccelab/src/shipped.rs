//! The scenarios and labs that the binary brings along, and how a file or one of them is found by its name.

use crate::{failure::Failure, file_kind, file_kind::FileKind, files::read_text};
use cce_model::nearest;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What a name on the command line stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InputKind {
    /// What happens in a lab.
    Scenario,
    /// A configuration.
    Lab,
}

/// A scenario or a lab of the binary.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ShippedFile {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
}

/// The files of a folder, by their names without `.toml`.
macro_rules! shipped {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$(ShippedFile {
            name: $name,
            text: include_str!(concat!("../../../sim-configs/", $folder, "/", $name, ".toml")),
        }),+]
    };
}

const SCENARIOS: &[ShippedFile] = shipped!("scenarios":
    "one-task",
    "one-task-over-websocket",
    "one-task-over-bosh",
    "http-notification",
    "queue-then-agent",
    "two-tasks-one-agent",
    "rona-then-second-agent",
    "start-event-held-until-close",
    "connect-before-pre-call",
    "pre-call-before-connect",
    "duplicate-offer",
    "cancel-races-reservation",
    "agent-crash-while-reserved",
    "mr-link-cut-with-pending-task",
    "interrupt-accepted-and-ignored",
    "cti-cut",
    "component-restart",
    "lab-trace",
    "swarm",
    "swarm-misbehaving",
);

const LABS: &[ShippedFile] = shipped!("labs": "dcloud", "task-and-chat", "lab-trace");

/// The folder of labs, as scenarios write it.
const LABS_FOLDER: &str = "../labs";

impl InputKind {
    /// What the binary has of it.
    pub(crate) const fn shipped(self) -> &'static [ShippedFile] {
        match self {
            Self::Scenario => SCENARIOS,
            Self::Lab => LABS,
        }
    }

    /// What it is called.
    pub(crate) const fn noun(self) -> &'static str {
        match self {
            Self::Scenario => "scenario",
            Self::Lab => "lab",
        }
    }

    /// The other one.
    const fn other(self) -> Self {
        match self {
            Self::Scenario => Self::Lab,
            Self::Lab => Self::Scenario,
        }
    }

    fn text(self, name: &str) -> Option<&'static str> {
        self.shipped().iter().find(|shipped| shipped.name == name).map(|shipped| shipped.text)
    }

    /// A name that is neither that of a file nor one that the binary knows.
    fn missing(self, path: &Path) -> Failure {
        let name = path.display().to_string();
        if self.other().text(&name).is_some() {
            return Failure::Usage(file_kind::mistaken(&name, self.other().kind(), self));
        }
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let hint = nearest(&stem, self.shipped().iter().map(|shipped| shipped.name));
        let noun = self.noun();
        Failure::Usage(format!("there is no file {name}, and no {noun} of that name comes with ccelab{hint}"))
    }

    /// What a file of it is.
    pub(crate) const fn kind(self) -> FileKind {
        match self {
            Self::Scenario => FileKind::Scenario,
            Self::Lab => FileKind::Lab,
        }
    }
}

/// A scenario or a lab that was found.
#[derive(Clone, Debug)]
pub(crate) struct InputFile {
    /// How it was named.
    pub(crate) name: String,
    pub(crate) text: String,
    /// The folder of a file; none of what the binary brings along.
    folder: Option<PathBuf>,
}

impl InputFile {
    /// What the binary brings along, whatever files there are.
    pub(crate) fn of(shipped: &ShippedFile) -> Self {
        Self { name: shipped.name.to_owned(), text: shipped.text.to_owned(), folder: None }
    }

    /// A file that this one names, by the name that stands there. A file beside it comes before what the binary has.
    pub(crate) fn named(&self, name: &str) -> Result<String, String> {
        if let Some(path) = self.folder.as_ref().map(|folder| folder.join(name)) {
            let shipped = shipped_at(name).filter(|_| !path.exists());
            return shipped.map_or_else(|| read_text(&path).map_err(|failure| failure.to_string()), Ok);
        }
        shipped_at(name)
            .ok_or_else(|| format!("{} comes with ccelab, and names only what does, too", self.name))
    }
}

/// What the binary has under a name that stands in a scenario: `one-task.toml`, `../labs/task-and-chat.toml`.
fn shipped_at(name: &str) -> Option<String> {
    let name = name.strip_suffix(".toml").unwrap_or(name);
    let text = match name.rsplit_once('/') {
        Some((LABS_FOLDER, name)) => InputKind::Lab.text(name),
        Some(_) => None,
        None => InputKind::Scenario.text(name).or_else(|| InputKind::Lab.text(name)),
    };
    text.map(str::to_owned)
}

/// The file of this name, or else what the binary has under it.
pub(crate) fn find(wanted: InputKind, path: &Path) -> Result<InputFile, Failure> {
    let name = path.display().to_string();
    let is_file = match fs::metadata(path) {
        Ok(metadata) => !metadata.is_dir(),
        // Where nobody may look, an attempt to read says why.
        Err(error) => error.kind() != std::io::ErrorKind::NotFound,
    };
    if is_file {
        let text = read_text(path)?;
        file_kind::check(wanted, &name, &text)?;
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        return Ok(InputFile { name, text, folder: Some(folder) });
    }
    let shipped = wanted.shipped().iter().find(|shipped| shipped.name == name);
    shipped.map(InputFile::of).ok_or_else(|| wanted.missing(path))
}

/// The first sentence of a text, in one line.
pub(crate) fn first_sentence(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.find(". ").map_or(words.clone(), |end| words[..=end].to_owned())
}

/// What a lab says of itself at its top.
pub(crate) fn about_lab(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix('#'));
    first_sentence(&lines.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_file_of_the_folders_is_in_the_binary() {
        for (wanted, folder) in [(InputKind::Scenario, "scenarios"), (InputKind::Lab, "labs")] {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sim-configs").join(folder);
            let files: BTreeSet<String> = fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
                .collect();
            let shipped: BTreeSet<String> =
                wanted.shipped().iter().map(|shipped| shipped.name.to_owned()).collect();
            assert_eq!(files, shipped);
        }
    }

    #[test]
    fn a_sentence_ends_behind_its_full_stop() {
        assert_eq!(first_sentence("A lab\nof `x.y`.\nMore of it."), "A lab of `x.y`.");
        assert_eq!(first_sentence("One only."), "One only.");
    }
}
