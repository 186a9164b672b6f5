//! Whether another process lives.

use rustix::{
    io::Errno,
    process::{Pid, test_kill_process},
};

/// Whether there is such a process that has not ended. One of which nobody has asked the exit code has.
pub(crate) fn lives(pid: i32) -> bool {
    let Some(process) = Pid::from_raw(pid) else { return false };
    // One of another user may not be asked, but is there.
    if !matches!(test_kill_process(process), Ok(()) | Err(Errno::PERM)) {
        return false;
    }
    // The state stands behind the name, which is in parentheses (proc(5)). Other systems have no such file.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    !stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z'))
}
