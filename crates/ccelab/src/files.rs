//! Files: configurations, journals, logs.

use crate::{
    claims::{claim, claim_name, file_failure, is_locked_elsewhere, open_input, private, unfollowed},
    cli::{ReleaseOption, TableFiles},
    failure::Failure,
    file_kind,
    file_kind::FileKind,
    folders::owner_of,
    print, shipped,
    shipped::InputKind,
};
use cce_journal::{End, Header, JournalReader, Record, Tables, What, Writer};
use cce_wire::TableText;
use cce_world::{ENVIRONMENT_PREFIX, Lab, Layers, TableKind, read_table};
use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, Permissions},
    hash::{BuildHasher, RandomState},
    io::{BufReader, BufWriter, Read, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// Bytes of a journal that are written at once where a run is busy.
const JOURNAL_BLOCK: usize = 1 << 18;

/// Bytes of a configuration, a scenario or a table.
pub(crate) const TEXT_MAX: u64 = 1 << 26;

/// The lab of the built-in configuration, a file, and the environment, with the tables of a run.
pub(crate) fn load_lab(
    file: Option<&Path>,
    release: &ReleaseOption,
    tables: &TableFiles,
) -> Result<Lab, Failure> {
    Ok(Lab { tables: load_tables(tables)?, ..cce_world::load(&layers(file, release)?)? })
}

/// The lab of the built-in configuration, the name and text of a file, and the environment.
pub(crate) fn load_lab_text(file: (String, String), release: &ReleaseOption) -> Result<Lab, Failure> {
    file_kind::check(InputKind::Lab, &file.0, &file.1)?;
    Ok(cce_world::load(&layers_of(Some(file), release)?)?)
}

/// The layers of a configuration: a file or a lab of the binary, the environment, and the command line.
pub(crate) fn layers(file: Option<&Path>, release: &ReleaseOption) -> Result<Layers, Failure> {
    let found = file.map(|path| shipped::find(InputKind::Lab, path)).transpose()?;
    layers_of(found.map(|found| (found.name, found.text)), release)
}

fn layers_of(file: Option<(String, String)>, release: &ReleaseOption) -> Result<Layers, Failure> {
    Ok(Layers { file, environment: settings_of_environment()?, overrides: release.overrides() })
}

/// The environment variables that change a setting. Those of other programs may hold any bytes.
fn settings_of_environment() -> Result<BTreeMap<String, String>, Failure> {
    let prefix = format!("{ENVIRONMENT_PREFIX}__");
    let named = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
    let mut settings = BTreeMap::new();
    for (name, value) in named.filter(|(name, _)| name.starts_with(&prefix)) {
        let value = value.into_string().map_err(|value| {
            Failure::Usage(format!("the value of {name} is not UTF-8: {}", value.to_string_lossy()))
        })?;
        settings.insert(name, value);
    }
    Ok(settings)
}

/// The tables that replace the built-in ones.
pub(crate) fn load_tables(files: &TableFiles) -> Result<Tables, Failure> {
    let load = |kind, file: &Option<PathBuf>| -> Result<Option<TableText>, Failure> {
        let Some(path) = file else { return Ok(None) };
        Ok(Some(read_table(kind, &path.display().to_string(), &read_text(path)?)?))
    };
    Ok(Tables { mr: load(TableKind::Mr, &files.mr_table)?, arm: load(TableKind::Arm, &files.arm_table)? })
}

/// Reads a journal. What it lacks is told.
pub(crate) fn read_journal(path: &Path) -> Result<(Header, Vec<Record>), Failure> {
    let (header, records, _) = read_journal_to_end(path)?;
    Ok((header, records))
}

/// Reads a journal, and how its run ended; none where it goes on, or the journal was cut off. What it lacks is told.
pub(crate) fn read_journal_to_end(path: &Path) -> Result<(Header, Vec<Record>, Option<End>), Failure> {
    let file = open_input(path)?;
    let failed = |source| Failure::Journal { path: path.to_owned(), source };
    let (header, mut reader) = JournalReader::new(BufReader::new(file))
        .map_err(|error| other_kind(path).map_or_else(|| failed(error), Failure::Usage))?;
    let records: Vec<Record> = reader.by_ref().collect::<Result<_, _>>().map_err(failed)?;
    if let Some(gaps) = gaps(&records) {
        print::error(&format!("warning: {} {gaps}", path.display()));
    }
    if let Some(line) = reader.torn_line() {
        print::error(&format!(
            "warning: {} ends in the middle of line {line}, which is passed over: its run was killed, or goes on",
            path.display()
        ));
    } else if reader.end().is_none() {
        print::error(&format!(
            "warning: {} does not say that its run is over: the run goes on, or was killed, or the journal was cut off",
            path.display()
        ));
    }
    let end = reader.end();
    Ok((header, records, end))
}

/// Says what a file is that is no journal; none where that is not known.
fn other_kind(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(TEXT_MAX).read_to_end(&mut bytes).ok()?;
    let name = path.display().to_string();
    let kind = FileKind::of(&name, &bytes).filter(|kind| *kind != FileKind::Journal)?;
    Some(format!("a journal belongs here, and {name} is {}", kind.words(&name)))
}

/// Begins a journal in a file that its owner alone may read. It is packed where the file's name ends in `.lz4`. The header
/// is there at once, so that readers know what the file is, however early the run is killed.
pub(crate) fn create_journal(path: &Path, header: &Header) -> Result<Writer<BufWriter<File>>, Failure> {
    let to = BufWriter::with_capacity(JOURNAL_BLOCK, create_private(path)?);
    let is_packed = path.extension().is_some_and(|extension| extension == "lz4");
    let begun = if is_packed { Writer::packed(to, header) } else { Writer::new(to, header) };
    let mut journal = begun.map_err(|source| file_failure("write", path, source))?;
    // A full disk fails again at the first record, and what becomes of the run is decided there.
    let _ = journal.flush();
    Ok(journal)
}

/// What a journal lacks, in words, and where.
pub(crate) fn gaps(records: &[Record]) -> Option<String> {
    let gaps = records.iter().filter_map(|record| match record.what {
        What::Gap { dropped } => Some((record, dropped)),
        What::In(_)
        | What::Out(_)
        | What::Started
        | What::Stopped { .. }
        | What::Connected { .. }
        | What::Bent(_) => None,
    });
    let (mut lost, mut repeated, mut first) = (0_u64, 0_u64, None);
    for (record, dropped) in gaps {
        first = first.or(Some(record.seq));
        lost = dropped.saturating_add(lost);
        repeated += u64::from(dropped == 0);
    }
    let place = format!("first at record {}; what depends on it may be wrong", first?);
    Some(match (lost, repeated) {
        (lost, 0) => format!("lacks {lost} records, {place}"),
        (0, _) => format!("has records whose numbers were there before, {place}"),
        (lost, _) => {
            format!("lacks {lost} records, and has some whose numbers were there before, {place}")
        }
    })
}

/// Creates a file that its owner alone may read: a journal holds credentials. Nobody else may write it until
/// it is closed: what another process is writing is left alone, and so is what this command has read.
pub(crate) fn create_private(path: &Path) -> Result<File, Failure> {
    let failed = |source| file_failure("create", path, source);
    let file = private().open(path).map_err(|source| failed(unfollowed(path, source)))?;
    let metadata = file.metadata().map_err(failed)?;
    claim(path, &metadata)?;
    // A pipe or a device is everybody's, and has no length.
    let is_plain = metadata.is_file();
    if is_plain && is_locked_elsewhere(&file) {
        let owner = owner_of(path.parent().unwrap_or(Path::new("")));
        return Err(Failure::InUse { path: path.to_owned(), owner });
    }
    if is_plain {
        file.set_permissions(Permissions::from_mode(0o600)).and_then(|()| file.set_len(0)).map_err(failed)?;
    }
    Ok(file)
}

/// A file that is there as a whole or not at all: what is written is renamed into place. Its owner alone may read it.
pub(crate) struct WholeFile<'a> {
    path: &'a Path,
    /// What is written, until it is renamed. Nobody can know its name, and whatever has that name already stays as it is.
    fresh: PathBuf,
    file: File,
}

impl<'a> WholeFile<'a> {
    /// Takes the name: nothing else of this process writes it, or has read what is there.
    pub(crate) fn begin(path: &'a Path) -> Result<Self, Failure> {
        claim_name(path)?;
        let fresh = path.with_added_extension(format!("{:016x}", RandomState::new().hash_one(path)));
        // Only a new file is taken: what has that name already is neither followed nor overwritten.
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(&fresh);
        let file = file.map_err(|source| file_failure("write", path, source))?;
        Ok(Self { path, fresh, file })
    }

    /// Lets everybody read it.
    pub(crate) fn for_everybody(self) -> Result<Self, Failure> {
        let opened = self.file.set_permissions(Permissions::from_mode(0o644));
        opened.map_err(|source| file_failure("write", self.path, source))?;
        Ok(self)
    }

    /// Writes the bytes, and puts the file into place.
    pub(crate) fn finish(mut self, bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
        let written = self.file.write_all(bytes.as_ref()).and_then(|()| fs::rename(&self.fresh, self.path));
        written.map_err(|source| file_failure("write", self.path, source))
    }
}

impl Drop for WholeFile<'_> {
    /// What was not put into place is of no use to anybody. Where it cannot be removed, the failure that is told says where to look.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.fresh);
    }
}

/// Writes a whole file at once.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), Failure> {
    WholeFile::begin(path)?.finish(text)
}

/// The text of a file of a size that can be.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    // One byte more than is allowed tells a file that is too large from one that just fits.
    let read = open_input(path)?.take(TEXT_MAX + 1).read_to_string(&mut text);
    read.map_err(|source| file_failure("read", path, source))?;
    if text.len() as u64 > TEXT_MAX {
        return Err(Failure::Usage(format!("{} has more than {TEXT_MAX} bytes", path.display())));
    }
    Ok(text)
}
