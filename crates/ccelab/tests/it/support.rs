//! Starting the binary, speaking HTTP to it, and saying what is skipped.

use std::{
    fs,
    io::{Read, Write},
    net::{IpAddr, SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

/// How long a test waits for an event.
pub(crate) const DEADLINE: Duration = Duration::from_mins(1);

/// A folder of this test alone.
pub(crate) fn folder(name: &str) -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("ccelab-{name}-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A free port that nobody else takes, though nobody listens there for a while. On 127.0.0.1 a connection of anybody may take
/// it; on Linux, where all of 127/8 is this machine, each call has an address of its own.
pub(crate) fn free_address() -> SocketAddr {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let [_, _, high, low] = std::process::id().to_be_bytes();
    let number = u8::try_from(NEXT.fetch_add(1, Ordering::Relaxed) % 250).unwrap() + 2;
    let host = if cfg!(target_os = "linux") { [127, high, low, number] } else { [127, 0, 0, 1] };
    TcpListener::bind((IpAddr::from(host), 0)).unwrap().local_addr().unwrap()
}

/// Where all labs of these tests have their certificate authority.
pub(crate) fn data_home() -> PathBuf {
    std::env::temp_dir().join(format!("ccelab-data-{}", std::process::id()))
}

/// The binary, to be run in a folder.
pub(crate) fn ccelab(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ccelab"));
    command.current_dir(folder).env_remove("CCELAB_LOG").env("XDG_DATA_HOME", data_home());
    command.stdin(Stdio::null());
    command
}

/// A shipped scenario.
pub(crate) fn scenario(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sim-configs/scenarios").join(name);
    path.display().to_string()
}

/// Runs the binary to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    ccelab(folder).args(arguments).output().unwrap()
}

/// Standard output as text.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Standard error as text.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Looks again and again until there is something, at most until the deadline.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = now() + DEADLINE;
    while now() < end {
        if let Some(found) = look() {
            return found;
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
    panic!("waited {DEADLINE:?} for {what}");
}

#[expect(clippy::disallowed_methods, reason = "a deadline of a test over real sockets")]
fn now() -> Instant {
    Instant::now()
}

/// A running lab, or a part of one. It ends with the test.
pub(crate) struct Running {
    process: Child,
    /// What its ready file says.
    pub(crate) ready: serde_json::Value,
    /// Where the ready file is.
    pub(crate) ready_file: PathBuf,
}

impl Running {
    /// Starts `ccelab run` and waits until every listener accepts.
    pub(crate) fn start(folder: &Path, name: &str, arguments: &[&str]) -> Self {
        let journal = folder.join(format!("{name}.jsonl"));
        let records = [Path::new("--journal"), &journal, Path::new("--logs"), &folder.join(name)];
        Self::launch(folder, name, arguments, &records)
    }

    /// Starts it as a person would who does not say where its records are to go.
    pub(crate) fn start_plainly(folder: &Path, name: &str, arguments: &[&str]) -> Self {
        Self::launch(folder, name, arguments, &[])
    }

    /// Starts `ccelab run` with so many descriptors at most. What it says on standard error is in `<name>.err`.
    pub(crate) fn start_with_descriptors(
        folder: &Path,
        name: &str,
        descriptors: u32,
        arguments: &[&str],
    ) -> Self {
        Self::start_limited(folder, name, &format!("ulimit -n {descriptors}"), arguments, &[])
    }

    /// Starts `ccelab run` behind these commands of a shell. What it says on standard error is in `<name>.err`.
    pub(crate) fn start_limited(
        folder: &Path,
        name: &str,
        limits: &str,
        arguments: &[&str],
        records: &[&Path],
    ) -> Self {
        let mut command = Command::new("sh");
        let script = format!("{limits} && exec \"$0\" \"$@\"");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_ccelab")]).current_dir(folder).stdin(Stdio::null());
        command.env("XDG_DATA_HOME", data_home());
        command.stderr(fs::File::create(folder.join(format!("{name}.err"))).unwrap());
        Self::launch_by(command, folder, name, arguments, records)
    }

    /// What it said on standard error, where it is kept.
    pub(crate) fn errors(&self) -> String {
        fs::read_to_string(self.ready_file.with_extension("err")).unwrap()
    }

    fn launch(folder: &Path, name: &str, arguments: &[&str], records: &[&Path]) -> Self {
        Self::launch_by(ccelab(folder), folder, name, arguments, records)
    }

    fn launch_by(
        mut command: Command,
        folder: &Path,
        name: &str,
        arguments: &[&str],
        records: &[&Path],
    ) -> Self {
        let ready_file = folder.join(format!("{name}.ready"));
        let _ = fs::remove_file(&ready_file);
        let process = command
            .args(["run", "--ready-file"])
            .arg(&ready_file)
            .args(records)
            .args(arguments)
            .stdout(fs::File::create(folder.join(format!("{name}.out"))).unwrap())
            .spawn()
            .unwrap();
        let text = wait_for("the ready file", || fs::read_to_string(&ready_file).ok());
        Self { process, ready: serde_json::from_str(&text).unwrap(), ready_file }
    }

    /// Its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// What it prints once it runs.
    pub(crate) fn banner(&self) -> String {
        let out = self.ready_file.with_extension("out");
        let is_whole = |text: &String| text.contains("  journal ");
        wait_for("the banner", || fs::read_to_string(&out).ok().filter(is_whole))
    }

    /// The address of a listener.
    pub(crate) fn address(&self, name: &str) -> String {
        self.ready[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.ready)).to_owned()
    }

    /// Ends it as a person would, with Ctrl-C, and waits for it.
    pub(crate) fn interrupt(self) {
        assert!(self.ended().success());
    }

    /// Ends it as a person would, and says what it printed.
    pub(crate) fn said(self) -> String {
        let out = self.ready_file.with_extension("out");
        self.ended();
        fs::read_to_string(out).unwrap()
    }

    /// Kills it as `kill -9` does: it hears nothing of it.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Waits until it ends by itself, and says with which exit code it did.
    pub(crate) fn end(mut self) -> ExitStatus {
        wait_for("the end", || self.process.try_wait().unwrap())
    }

    /// Waits until it ends by itself, and says what it printed, if it failed.
    pub(crate) fn failure(self) -> Option<String> {
        let out = self.ready_file.with_extension("out");
        (!self.end().success()).then(|| format!("{}:\n{}", out.display(), fs::read_to_string(&out).unwrap()))
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &id]).status().unwrap().success());
    }

    /// Ends it so, and says with which exit code it ended.
    pub(crate) fn ended(mut self) -> ExitStatus {
        self.signal("INT");
        self.process.wait().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Answer {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Makes an HTTP request; none when nobody answers.
pub(crate) fn http(
    method: &str,
    address: &str,
    path: &str,
    user: Option<&str>,
    body: &str,
) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(DEADLINE)).ok()?;
    let authorization =
        user.map(|user| format!("Authorization: Basic {}\r\n", base64(user.as_bytes()))).unwrap_or_default();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/xml\r\n{authorization}\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let (line, headers) = head.split_once("\r\n").unwrap_or((head, ""));
    let status = line.split(' ').nth(1)?.parse().ok()?;
    Some(Answer { status, headers: headers.to_owned(), body: body.to_owned() })
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digit = |bits: u32| char::from(DIGITS[(bits & 63) as usize]);
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
                << (8 * (3 - chunk.len()));
            let all = [digit(bits >> 18), digit(bits >> 12), digit(bits >> 6), digit(bits)];
            (0..4).map(move |at| if at <= chunk.len() { all[at] } else { '=' })
        })
        .collect()
}

/// Creates a task and returns the path where it is polled.
pub(crate) fn create_task(app: &str) -> Option<String> {
    let body =
        "<Task><name>ann</name><title>Card lost</title><scriptSelector>CumulusTask</scriptSelector></Task>";
    let answer = http("POST", app, "/ccp/task/feed/100080", None, body)?;
    let location = answer.header("location")?;
    Some(location[location.find("/ccp/")?..].to_owned())
}

/// Waits until a task has a status.
pub(crate) fn wait_for_status(app: &str, path: &str, status: &str) {
    let wanted = format!("<status>{status}</status>");
    wait_for(&wanted, || http("GET", app, path, None, "").filter(|answer| answer.body.contains(&wanted)));
}

/// The reference beside the project, where it is.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    found.exists().then_some(found)
}

/// Says what is skipped and why.
#[expect(clippy::print_stderr, reason = "a person must see that something was not tested")]
pub(crate) fn say_skipped(what: &str, why: &str) {
    eprintln!("skipped: {what}: {why}");
}

/// Skips what something optional is missing for. Where CI has installed everything, nothing may be skipped.
pub(crate) fn skip(what: &str, why: &str) {
    say_skipped(what, why);
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "CI may not skip {what}: {why}");
}
