use super::{database::log_of, *};
use cce_kernel::Kind;
use std::{
    fs::{OpenOptions, Permissions},
    os::unix::fs::{FileExt, PermissionsExt, symlink},
    path::PathBuf,
    sync::atomic::AtomicU32,
};

/// A folder of one test. It goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("cce-store-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn open(&self) -> Result<Store, StoreError> {
        self.open_counting(OnLoss::GoOn, &Arc::default())
    }

    fn open_counting(&self, on_loss: OnLoss, unkept: &Arc<UnkeptChanges>) -> Result<Store, StoreError> {
        Store::open(Some(&self.0), &Kind::Ccp.into(), on_loss, unkept)
    }

    fn database(&self) -> PathBuf {
        self.0.join("ccp.db")
    }

    fn says(&self) -> String {
        fs::read_to_string(self.0.join("ccp.lock")).unwrap()
    }

    /// Another connection, as of a person who looks in.
    fn look_in(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.database()).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn key(number: u32) -> String {
    format!("contact/{number:06}")
}

fn fill(store: &mut Store, numbers: impl IntoIterator<Item = u32>) {
    numbers.into_iter().for_each(|number| store.set(key(number), Some("queued".into())));
}

async fn until_kept(store: &mut Store) {
    while matches!(store.durability(), Durability::UpTo(_)) {
        store.progress().await;
    }
}

#[tokio::test]
async fn a_change_is_kept_once_it_is_in_the_database_and_not_before() {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    assert_eq!(store.durability(), Durability::All);
    fill(&mut store, 1..=100);
    until_kept(&mut store).await;
    assert_eq!((store.durability(), store.last_change()), (Durability::All, 100));
    // As `kill -9` leaves them: copies of both files, without a goodbye.
    let copy = Folder::new();
    for name in ["ccp.db", "ccp.db-wal"] {
        fs::copy(folder.0.join(name), copy.0.join(name)).unwrap();
    }
    assert_eq!(copy.open().unwrap().values(), store.values());
}

#[tokio::test]
async fn a_database_whose_log_was_cut_off_anywhere_has_the_changes_of_whole_commits() {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    for number in 1..=3 {
        fill(&mut store, [number]);
        until_kept(&mut store).await;
    }
    let (database, log) =
        (fs::read(folder.database()).unwrap(), fs::read(log_of(&folder.database())).unwrap());
    let mut kept_before = 0;
    // The table itself is a commit of that log: before it, the database is a new one.
    for length in (0..=log.len()).step_by(509).chain([log.len()]) {
        let copy = Folder::new();
        fs::write(copy.database(), &database).unwrap();
        fs::write(log_of(&copy.database()), &log[..length]).unwrap();
        let kept = copy.open().unwrap().values().len();
        assert!(kept >= kept_before, "{length}");
        kept_before = kept;
    }
    assert_eq!(kept_before, 3);
}

#[test]
fn without_a_folder_nothing_waits_for_a_disk() {
    let mut store = Store::open(None, &Kind::Ccp.into(), OnLoss::GoOn, &Arc::default()).unwrap();
    fill(&mut store, 1..=3);
    assert_eq!((store.durability(), store.values().len()), (Durability::All, 3));
}

#[test]
fn what_is_removed_is_gone_in_the_next_life_too() {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    fill(&mut store, 1..=3);
    store.set(key(2), None);
    let values = store.values();
    drop(store);
    assert_eq!(folder.open().unwrap().values(), values);
    assert_eq!(values.len(), 2);
}

#[tokio::test]
async fn the_ten_thousandth_value_costs_as_much_as_the_tenth() {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    fill(&mut store, 1..=10);
    until_kept(&mut store).await;
    let log = || fs::metadata(log_of(&folder.database())).unwrap().len();
    let before = log();
    fill(&mut store, [11]);
    until_kept(&mut store).await;
    let tenth = log() - before;
    drop(store);
    let mut store = folder.open().unwrap();
    fill(&mut store, 12..=10_000);
    drop(store);
    let mut store = folder.open().unwrap();
    fill(&mut store, [10_001]);
    until_kept(&mut store).await;
    // A tree of 10,000 values is a page deeper, and its index too.
    assert!(log() <= tenth + 4 * 4_120, "{} {tenth}", log());
}

#[test]
fn one_value_that_changes_for_ever_keeps_the_database_short() {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    for number in 0..20_000 {
        store.set("status".into(), Some(number.to_string()));
    }
    drop(store);
    assert!(fs::metadata(folder.database()).unwrap().len() < 64 << 10);
    assert_eq!(folder.open().unwrap().values()["status"], "19999");
}

/// From now on no page can be added.
const FULL: &str = "PRAGMA max_page_count = 1;";

/// A keeper of its own, so that its database can be made full.
fn keeper(folder: &Folder, on_loss: OnLoss, unkept: &Arc<UnkeptChanges>) -> (Keeper, watch::Receiver<u64>) {
    let lock = Lock::take(&folder.0, "ccp").unwrap();
    let (database, _) = Database::open(&folder.0, "ccp").unwrap();
    let (kept, reports) = watch::channel(0);
    (Keeper::new(database, lock, on_loss, Arc::clone(unkept), kept), reports)
}

/// Sends large changes one by one to a keeper whose database is full, and says how far it got.
fn run_full(folder: &Folder, on_loss: OnLoss, unkept: &Arc<UnkeptChanges>) -> u64 {
    let (keeper, reports) = keeper(folder, on_loss, unkept);
    keeper.database.connection.execute_batch(FULL).unwrap();
    let (sender, changes) = channel();
    for number in 1..=3_000 {
        sender
            .send(Change { number, key: key(u32::try_from(number).unwrap()), value: Some("x".repeat(4_096)) })
            .unwrap();
    }
    drop(sender);
    keeper.run(&changes);
    *reports.borrow()
}

#[test]
fn changes_that_a_full_disk_loses_are_counted_and_told_to_the_next_life() {
    let (folder, unkept) = (Folder::new(), Arc::<UnkeptChanges>::default());
    assert_eq!(run_full(&folder, OnLoss::GoOn, &unkept), 3_000);
    assert!(unkept.first.is_cancelled());
    assert_eq!((unkept.changes(), folder.says().as_str()), (3_000, "lacks\n"));
    assert!(folder.open().unwrap().values().is_empty());
    assert_eq!(folder.says(), "whole\n");
}

#[test]
fn a_disk_that_fails_where_nothing_may_be_lost_keeps_nothing_from_then_on() {
    let (folder, unkept) = (Folder::new(), Arc::<UnkeptChanges>::default());
    assert_eq!(run_full(&folder, OnLoss::Stop, &unkept), 0);
    assert!(unkept.first.is_cancelled() && unkept.changes() > 0);
}

#[test]
fn a_disk_that_has_room_again_has_everything_at_the_end_at_the_latest() {
    let (folder, unkept) = (Folder::new(), Arc::<UnkeptChanges>::default());
    let (mut keeper, _reports) = keeper(&folder, OnLoss::GoOn, &unkept);
    keeper.database.connection.execute_batch(FULL).unwrap();
    for number in 1..=100 {
        keeper.pending.insert(key(number), Some("x".repeat(4_096)));
        assert!(!keeper.keep(1));
    }
    assert_eq!((unkept.changes(), folder.says().as_str()), (100, "lacks\n"));
    keeper.database.connection.execute_batch("PRAGMA max_page_count = 1000000;").unwrap();
    keeper.end();
    drop(keeper);
    assert_eq!((unkept.changes(), folder.says().as_str()), (0, "whole\n"));
    assert_eq!(folder.open().unwrap().values().len(), 100);
}

#[test]
fn what_comes_and_goes_while_a_disk_is_full_takes_no_room() {
    let (folder, unkept) = (Folder::new(), Arc::<UnkeptChanges>::default());
    let (mut keeper, _reports) = keeper(&folder, OnLoss::GoOn, &unkept);
    keeper.take(key(0), Some("there before".into()));
    assert!(keeper.keep(1));
    keeper.database.connection.execute_batch(FULL).unwrap();
    keeper.take("large".into(), Some("x".repeat(64 << 10)));
    assert!(!keeper.keep(1));
    for number in 1..=1_000 {
        keeper.take(key(number), Some("queued".into()));
        keeper.take(key(number), None);
        assert!(!keeper.keep(2));
    }
    keeper.take(key(0), None);
    assert_eq!(keeper.pending.len(), 2, "what there is, and what the database has");
    keeper.database.connection.execute_batch("PRAGMA max_page_count = 1000000;").unwrap();
    keeper.end();
    drop(keeper);
    assert_eq!((unkept.changes(), folder.says().as_str()), (0, "whole\n"));
    assert_eq!(folder.open().unwrap().values().into_keys().collect::<Vec<_>>(), ["large"]);
}

#[test]
fn a_component_waits_for_the_disk_at_a_bound_of_bytes_and_of_changes() {
    let (kept, reports) = watch::channel(0);
    let disk = Disk { last: 0, kept: reports, under_way: VecDeque::new(), bytes: 0, way: None };
    let mut store = Store { values: BTreeMap::new(), place: Medium::Disk(disk) };
    let large = "x".repeat(BYTES_MAX / 4);
    for number in 1..=4 {
        assert!(!store.is_behind(), "{number}");
        store.set(key(number), Some(large.clone()));
    }
    assert!(store.is_behind());
    kept.send_replace(1);
    assert!(!store.is_behind(), "one of them is on disk");
    kept.send_replace(4);
    fill(&mut store, (1..).take(WAITING_MAX - 1));
    assert!(!store.is_behind());
    fill(&mut store, [1]);
    assert!(store.is_behind());
}

#[test]
fn the_values_of_earlier_versions_are_taken_over_once() {
    for (name, text) in [
        ("ccp.json", "{\"a\":\"1\",\"b\":\"2\"}"),
        ("ccp.log", "[\"a\",\"1\"]\n[\"b\",\"0\"]\n[\"c\",\"0\"]\n[\"b\",\"2\"]\n[\"c\",null]\n[\"half"),
    ] {
        let folder = Folder::new();
        let old = folder.0.join(name);
        fs::write(&old, text).unwrap();
        let mut store = folder.open().unwrap();
        assert_eq!(
            store.values(),
            BTreeMap::from([("a", "1"), ("b", "2")].map(|(key, value)| (key.into(), value.into())))
        );
        store.set("a".into(), None);
        drop(store);
        assert!(!old.exists() && folder.0.join(format!("{name}.old")).exists());
        // One that comes later is not read: the database counts.
        fs::write(&old, text).unwrap();
        assert_eq!(folder.open().unwrap().values().len(), 1);
    }
}

#[test]
fn a_broken_line_of_an_earlier_version_is_named() {
    let folder = Folder::new();
    fs::write(folder.0.join("ccp.log"), "[\"a\",\"1\"]\nnonsense\n[\"b\",\"2\"]\n").unwrap();
    let error = folder.open().unwrap_err().to_string();
    assert!(error.contains("line 2 is no change") && error.contains("ccp.log"), "{error}");
}

/// A database with some hundred values, closed in order.
fn filled() -> Folder {
    let folder = Folder::new();
    let mut store = folder.open().unwrap();
    (0..500).for_each(|number| store.set(key(number), Some("x".repeat(200))));
    drop(store);
    folder
}

#[test]
fn a_damaged_database_is_told_with_its_file_and_what_to_do() {
    type Damage = fn(&fs::File);
    let damages: [Damage; 3] = [
        |file| file.write_all_at(&[0xa5; 4_096], 8_192).unwrap(),
        |file| file.set_len(4_096 * 3).unwrap(),
        |file| file.write_all_at(b"nonsense", 0).unwrap(),
    ];
    for damage in damages {
        let folder = filled();
        damage(&OpenOptions::new().write(true).open(folder.database()).unwrap());
        let error = folder.open().unwrap_err();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
        let told = error.to_string();
        assert!(told.contains("ccp.db is damaged") && told.contains("move "), "{told}");
    }
}

#[test]
fn a_database_of_another_program_or_version_is_refused_and_left_alone() {
    let folder = Folder::new();
    folder.look_in().execute_batch("CREATE TABLE precious (a); INSERT INTO precious VALUES (1);").unwrap();
    assert!(matches!(folder.open(), Err(StoreError::Foreign { .. })));
    let rows = "SELECT count(*) FROM precious";
    assert_eq!(folder.look_in().query_row(rows, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    let folder = filled();
    folder.look_in().execute_batch("PRAGMA user_version = 2").unwrap();
    assert!(matches!(folder.open(), Err(StoreError::Version { version: 2, .. })));
}

#[tokio::test]
async fn its_files_are_their_owners_alone_also_those_that_were_not() {
    let folder = Folder::new();
    fs::write(folder.database(), "").unwrap();
    fs::set_permissions(folder.database(), Permissions::from_mode(0o644)).unwrap();
    let mut store = folder.open().unwrap();
    fill(&mut store, 1..=3);
    until_kept(&mut store).await;
    let mut seen = 0;
    for file in fs::read_dir(&folder.0).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        seen += 1;
    }
    assert_eq!(seen, 3);
}

#[test]
fn a_symbolic_link_is_not_followed() {
    for name in ["ccp.db", "ccp.db-wal", "ccp.lock", "ccp.log", "ccp.json"] {
        let folder = Folder::new();
        let target = folder.0.join("target");
        fs::write(&target, "precious").unwrap();
        symlink(&target, folder.0.join(name)).unwrap();
        let opened = folder.open();
        assert!(matches!(opened, Err(StoreError::File { .. })), "{name}: {opened:?}");
        assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    }
}

#[test]
fn a_folder_may_be_behind_a_symbolic_link() {
    let folder = filled();
    let link = Folder::new();
    symlink(&folder.0, link.0.join("link")).unwrap();
    let below = link.0.join("link");
    let store = Store::open(Some(&below), &Kind::Ccp.into(), OnLoss::GoOn, &Arc::default()).unwrap();
    assert_eq!(store.values().len(), 500);
}

#[test]
fn a_second_run_with_the_same_values_is_refused() {
    let folder = Folder::new();
    let _first = folder.open().unwrap();
    let error = folder.open().unwrap_err();
    assert!(matches!(error, StoreError::Taken { .. }), "{error}");
    assert!(error.to_string().contains("another run"), "{error}");
}
