//! CCP's process is killed again and again while tasks are created and worked; the rest of the lab lives.
//!
//! What counts is what the killed process left on disk. One thing no store can mend: the MR interface does not acknowledge
//! DO_THIS_WITH_TASK, so a task whose agent was chosen while CCP died is queued for CCP, is sent again (task-routing E11), and
//! goes to a second agent. The test shows that CCP had no word of the first agent then.

use crate::{
    processes::write_config,
    support::{Answer, Running, folder, http},
};
use rusqlite::Connection;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// How often CCP is killed.
const KILLS: usize = 50;

/// Applications that create tasks at the same time, one after the other.
const APPLICATIONS: usize = 3;

/// After how many milliseconds CCP is killed, at the earliest and at the latest.
const LIFE: (u64, u64) = (100, 700);

const CCP: [&str; 6] = ["--config", "lab.toml", "--only", "ccp", "--data", "D"];

const TASK: &str = "<Task><name>ann</name><title>Card lost</title><scriptSelector>CumulusTask</scriptSelector>\
                    <requeueOnRecovery>true</requeueOnRecovery></Task>";

/// A second without the MR PG would be longer than a life.
const LAB: &str = r#"
[mrpg]
redial = "50ms"

[[agents]]
id = "2000..2029"
extension = "2000..2029"
login_name = "agent{id}"
first_name = "Agent"
last_name = "{id}"
terminal = "T{id}"
password = "cisco"
skill_target = 6000
mrds = ["Tasks"]

[[precision_queues]]
id = 5034
name = "CumulusTask"
mrd = "Tasks"
skill_group = 5199
number = 12282837

[[precision_queues.steps]]
agents = ["2000..2029"]
"#;

/// What a database says of a contact: its status, and the task with which an agent has it or had it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stored {
    status: String,
    reason: String,
    task: Option<String>,
}

type Stores = BTreeMap<String, Stored>;

#[test]
fn no_acknowledged_task_is_lost_or_taken_from_its_agent_when_ccp_is_killed_fifty_times() {
    let folder = folder("kill");
    let app = write_config(&folder);
    let config = fs::read_to_string(folder.join("lab.toml")).unwrap();
    fs::write(folder.join("lab.toml"), config + LAB).unwrap();
    let rest = ["--config", "lab.toml", "--only", "mrpg,router,agentpg,finesse"];
    let rest = Running::start(&folder, "rest", &[&rest[..], &["--agents", "2000..2029=slow:10ms"]].concat());
    let mut ccp = Running::start(&folder, "ccp", &CCP);
    let (acknowledged, is_over) = (Mutex::new(BTreeSet::new()), AtomicBool::new(false));
    let mut left = Vec::new();
    std::thread::scope(|scope| {
        for _ in 0..APPLICATIONS {
            scope.spawn(|| create_tasks(&app, &acknowledged, &is_over));
        }
        let mut draw = Draw(7);
        for kill in 0..KILLS {
            // The moment is random; nothing is waited for.
            std::thread::park_timeout(Duration::from_millis(draw.within(LIFE)));
            let before = acknowledged.lock().unwrap().clone();
            ccp.kill();
            left.push(stored(&folder, kill));
            let lost: Vec<_> = before.iter().filter(|id| !left[kill].contains_key(*id)).collect();
            assert!(lost.is_empty(), "acknowledged and lost by kill {kill}: {lost:?}");
            ccp = Running::start(&folder, "ccp", &CCP);
        }
        is_over.store(true, Ordering::Release);
    });
    let acknowledged = acknowledged.into_inner().unwrap();
    assert!(acknowledged.len() > 2 * KILLS, "{} tasks are no load", acknowledged.len());
    ccp.interrupt();
    rest.interrupt();
    left.push(stored(&folder, KILLS));
    left.windows(2).for_each(|lives| assert_kept(&lives[0], &lives[1]));
    // What is created before the MR PG has dialled again fails, and is told so (ccp-task-api 9).
    let is_known =
        |stored: &Stored| stored.status != "discarded" || stored.reason == "notification_cce_connection_lost";
    assert!(acknowledged.iter().all(|id| is_known(&left[KILLS][id])), "{:?}", left[KILLS]);
    assert!(left[KILLS].values().any(|stored| stored.status == "handled"), "{:?}", left[KILLS]);
    assert_who_worked_twice_was_unknown(&folder.join("rest.jsonl"), &left);
}

/// Numbers that are the same in each run.
struct Draw(u64);

impl Draw {
    fn within(&mut self, (least, most): (u64, u64)) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        least + (self.0 >> 33) % (most - least)
    }
}

/// Creates one task after the other. What is answered 201 is acknowledged.
fn create_tasks(app: &str, acknowledged: &Mutex<BTreeSet<String>>, is_over: &AtomicBool) {
    while !is_over.load(Ordering::Acquire) {
        let answer = http("POST", app, "/ccp/task/feed/100080", None, TASK);
        if let Some(id) = answer.filter(|answer| answer.status == 201).as_ref().and_then(id_of) {
            acknowledged.lock().unwrap().insert(id);
        }
        // A pause of a person's, so that agents keep up.
        std::thread::park_timeout(Duration::from_millis(100));
    }
}

fn id_of(answer: &Answer) -> Option<String> {
    Some(answer.header("location")?.rsplit_once('/')?.1.to_owned())
}

/// What a process that is dead left in its database. A copy is read: the next life finds everything as it was left.
fn stored(folder: &Path, kill: usize) -> Stores {
    let copy = folder.join(format!("left-{kill}.db"));
    for (of, to) in [("ccp.db", copy.clone()), ("ccp.db-wal", copy.with_extension("db-wal"))] {
        let of = folder.join("D").join(of);
        if of.exists() {
            fs::copy(of, to).unwrap();
        }
    }
    let database = Connection::open(&copy).unwrap();
    let mut read = database.prepare("SELECT key, value FROM stored").unwrap();
    let rows = read.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
    rows.map(|row| {
        let (id, value) = row.unwrap();
        let value: serde_json::Value = serde_json::from_str(&value).unwrap();
        let status = value["social"]["status"].as_str().unwrap().to_lowercase();
        let reason = value["social"]["reason"].as_str().unwrap().to_owned();
        let task = value["task"].as_str().map(str::to_owned);
        (id, Stored { status, reason, task })
    })
    .collect()
}

/// What an agent had stays with that agent, and what was over stays as it was.
fn assert_kept(before: &Stores, after: &Stores) {
    for (id, before) in before {
        let after = after.get(id).unwrap_or_else(|| panic!("{id} is lost"));
        match before.status.as_str() {
            "reserved" => assert!(
                before.task == after.task && matches!(after.status.as_str(), "reserved" | "handled"),
                "{id}: {before:?} {after:?}"
            ),
            "handled" | "discarded" => assert_eq!(before, after, "{id}"),
            _ => {}
        }
    }
}

/// A contact that two agents worked was never stored as the first one's: CCP had no word of that agent when it was killed.
fn assert_who_worked_twice_was_unknown(journal: &Path, left: &[Stores]) {
    for (id, tasks) in closed_tasks(journal).into_iter().filter(|(_, tasks)| tasks.len() > 1) {
        let known: BTreeSet<_> = left
            .iter()
            .filter_map(|stores| stores.get(&id)?.task.clone())
            .filter(|task| tasks.contains(task))
            .collect();
        assert!(known.len() <= 1, "{id} was with {known:?} for CCP, and {tasks:?} closed it");
    }
}

/// The tasks with which agents closed each contact.
fn closed_tasks(journal: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut closed = BTreeMap::<String, BTreeSet<String>>::new();
    for line in fs::read_to_string(journal).unwrap().lines().filter(|line| line.contains("/close\"")) {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let request = &record["out"]["call"]["request"];
        let contact = request["target"].as_str().and_then(|target| target.split('/').rev().nth(1));
        let headers = request["headers"].as_array();
        let task = headers.and_then(|headers| headers.iter().find(|header| header[0] == "x-task-id"));
        if let (Some(contact), Some(task)) = (contact, task.and_then(|header| header[1].as_str())) {
            closed.entry(contact.to_owned()).or_default().insert(task.to_owned());
        }
    }
    assert!(!closed.is_empty(), "agents closed nothing");
    closed
}
