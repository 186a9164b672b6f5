//! `ccelab wait-ready`: waits until a ready file is there and its lab answers.

use crate::{
    admin::{Silence, ask},
    cli,
    failure::Failure,
    process::lives,
    ready_file,
    run::block_on,
};
use http::Method;
use std::{path::Path, time::Duration};
use tokio::{
    net::TcpStream,
    time::{interval, timeout},
};

/// How often it is looked.
const LOOK: Duration = Duration::from_millis(50);

/// How long a lab has to answer before it is asked again.
const PATIENCE: Duration = Duration::from_secs(2);

/// Carries out the command.
pub(crate) fn wait_ready(options: &cli::WaitReady) -> Result<(), Failure> {
    block_on(async {
        let mut why = format!("{} is not there", options.file.display());
        let waited = timeout(options.timeout.0, async {
            let mut looks = interval(LOOK);
            loop {
                looks.tick().await;
                // A lab that is ready now may have ended before it is looked at, and not the other way round.
                let ended = options.pid.filter(|pid| !lives(*pid));
                match look(&options.file, options.pid).await {
                    Ok(()) => return Ok(()),
                    Err(reason) => why = reason,
                }
                if let Some(pid) = ended {
                    return Err(pid);
                }
            }
        });
        match waited.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(pid)) => Err(Failure::Check(over(&options.file, pid, &why))),
            Err(_) => {
                let runs = options.pid.map(|pid| format!("process {pid} runs, and ")).unwrap_or_default();
                Err(Failure::Check(format!("{runs}no lab is ready after {}: {why}", options.timeout)))
            }
        }
    })
}

/// What is said of a lab that ended before it was ready, in its own words where it left some: one to which the file was refused
/// leaves none there.
fn over(file: &Path, pid: i32, why: &str) -> String {
    let said = u64::try_from(pid).ok().and_then(|pid| ready_file::failure_of(file, pid));
    let said = said.map(|said| format!("\n{}", said.trim_end()));
    let refused = || ready_file::check(file).err().map(|refusal| format!(" {refusal}"));
    let said = said.or_else(refused).unwrap_or_else(|| format!(" {why}"));
    format!("process {pid} has ended, and no lab is ready:{said}")
}

/// Whether the lab of a ready file answers, or why not. The file of another lab than that of the process does not count.
async fn look(file: &Path, pid: Option<i32>) -> Result<(), String> {
    let ready = ready_file::read(file).map_err(|why| ready_file::lateness(file).unwrap_or(why))?;
    if let Some(pid) = pid.filter(|pid| ready["pid"].as_i64() != Some(i64::from(*pid))) {
        return Err(format!("{} is of another process than {pid}", file.display()));
    }
    let silent = |address: &str| format!("nobody answers at {address}, which {} names", file.display());
    if let Some(admin) = ready["admin"].as_str() {
        let answer = ask(admin, Method::GET, "/", PATIENCE).await.map_err(|why| match why {
            Silence::Nobody => silent(admin),
            Silence::Slow(_) | Silence::Broken(_) | Silence::Refused(_) => {
                format!("{}, which {} names", why.words(admin), file.display())
            }
        })?;
        let is_its_own = answer["pid"] == ready["pid"];
        return if is_its_own {
            Ok(())
        } else {
            Err(format!("another process than that of {} answers at {admin}", file.display()))
        };
    }
    // Part of a split lab: its file was written once every listener accepted, so that one of them says enough.
    let Some(address) = ready_file::probed(&ready) else { return Ok(()) };
    let connected = timeout(PATIENCE, TcpStream::connect(address)).await;
    connected.ok().and_then(Result::ok).map(drop).ok_or_else(|| silent(address))
}
