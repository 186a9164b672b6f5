//! The command line.

use crate::{
    listening::{ChosenPort, PublicHost},
    seeds::JOBS_MAX,
};
use cce_fold::Book;
use cce_world::{Override, Release};
use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use std::{
    net::{IpAddr, Ipv4Addr},
    num::NonZero,
    path::PathBuf,
};

/// A contact center's task routing on one laptop: CCP Task API, MR PG, router, agent PG with its CTI server,
/// and Finesse, wired by TCP on their real ports.
#[derive(Debug, Parser)]
#[command(name = "ccelab", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Plays one task through the lab's real interfaces and draws its ladder as it grows
    Demo(Demo),
    /// Runs the lab until it is interrupted
    Run(Box<Run>),
    /// Waits until a lab has written its ready file, and answers
    WaitReady(WaitReady),
    /// Puts load on a lab, this one or a real one, and measures it
    Load(Box<crate::load::options::Options>),
    /// Plays a scenario in virtual time: same seed, same bytes
    Sim(Sim),
    /// Plays a scenario with many seeds, or in every order of its messages
    Explore(Explore),
    /// Lists the scenarios that come with ccelab, shows one, checks a file
    Scenario {
        #[command(subcommand)]
        command: ScenarioCommand,
    },
    /// Feeds every component its recorded inputs and compares every output
    Replay {
        /// The journal
        journal: PathBuf,
    },
    /// Says which of the rules that hold in every run a journal breaks
    Check(Check),
    /// Prints the lines of a hosts file by which the names of the lab's hosts lead to it
    Hosts(Hosts),
    /// Joins the journals of a lab that ran in several processes into one
    Merge(Merge),
    /// Writes a journal as lines
    Journal {
        #[command(subcommand)]
        command: JournalCommand,
    },
    /// Draws the ladder of a journal
    Ladder(Ladder),
    /// Shows how a running lab stands: agents, queues, held messages, the last rows of the ladder
    Top(Top),
    /// Writes the product-format logs of a journal, or a capture of its binary links
    #[command(group(ArgGroup::new("output").required(true).multiple(true).args(["out", "pcap"])))]
    Logs {
        /// The journal
        journal: PathBuf,
        /// Where to put the logs
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Where to put the capture, a pcapng file
        #[arg(long, value_name = "FILE")]
        pcap: Option<PathBuf>,
    },
    /// Says what bytes say, field by field
    Decode(Decode),
    /// The certificate authority of your labs, for clients that are to trust it
    Ca {
        #[command(subcommand)]
        command: CaCommand,
    },
    /// Lists the labs that come with ccelab, shows or checks a configuration
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Prints the JSON Schema of a kind of file, by which editors complete and check it
    Schema {
        /// The kind of file
        of: SchemaOf,
    },
}

/// A kind of file that has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaOf {
    /// The configuration of a lab
    Lab,
    /// A scenario
    Scenario,
}

/// What can be done with a journal itself.
#[derive(Debug, Subcommand)]
pub(crate) enum JournalCommand {
    /// Writes a journal to standard output, packed or not, one JSON object a line and each line whole, for jq and grep
    Cat {
        /// The journal
        journal: PathBuf,
    },
}

/// The release of the products.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct ReleaseOption {
    /// Ports, redirects and payloads of this release of the products, below what your lab says: 11.6, 12.5, 12.6, 15.0; lab is what
    /// clients of every release can work with [default: as configured]
    #[arg(long, value_name = "RELEASE", value_parser = release)]
    pub(crate) release: Option<Release>,
}

impl ReleaseOption {
    /// The settings that it stands for.
    pub(crate) fn overrides(&self) -> Vec<Override> {
        let release = self.release.iter();
        release
            .map(|release| Override {
                key: "release".to_owned(),
                value: release.name().to_owned(),
                option: "--release".to_owned(),
            })
            .collect()
    }
}

/// What hosts are called, and where they listen.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct AddressOptions {
    /// What hosts are called where no request says it (SystemInfo, XMPP domain, certificates):
    /// ccp=tasks.example.org,finesse=desk.example.org
    #[arg(long, value_name = "COMPONENT=NAME", value_delimiter = ',')]
    pub(crate) public_host: Vec<PublicHost>,
    /// Ports of listeners, which are called as in the ready file: app=80,desk_tls=8445
    #[arg(long = "port", value_name = "NAME=PORT", value_delimiter = ',')]
    pub(crate) port_numbers: Vec<ChosenPort>,
    /// The products' ports, 80 and 443 among them: CCP on this address, Finesse on the next one [default without ADDR: 127.0.0.2]
    #[arg(long, value_name = "ADDR", num_args = 0..=1, require_equals = true, default_missing_value = "127.0.0.2")]
    pub(crate) product_ports: Option<Ipv4Addr>,
}

/// Layouts from outside.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TableFiles {
    /// A table file with rows of the media routing interface that replace the inferred ones
    #[arg(long, value_name = "FILE")]
    pub(crate) mr_table: Option<PathBuf>,
    /// A table file with rows of the task layer of GED-188 that replace the inferred ones
    #[arg(long, value_name = "FILE")]
    pub(crate) arm_table: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// A lab of your own, or the name of one that comes with ccelab
    #[arg(long, visible_alias = "lab", value_name = "LAB")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) tables: TableFiles,
    /// As fast as it goes, instead of about 20 seconds
    #[arg(long)]
    pub(crate) fast: bool,
    /// Where to put the product-format logs [default: ./.ccelab/last]
    #[arg(long, value_name = "DIR")]
    pub(crate) logs: Option<PathBuf>,
    /// Where to put the journal; it is packed if the name ends in .lz4 [default: ./.ccelab/last/journal.jsonl]
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// Where to put a capture of the binary links, a pcapng file
    #[arg(long, value_name = "FILE")]
    pub(crate) pcap: Option<PathBuf>,
    /// Seed of everything that is drawn
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(crate) struct Run {
    /// A lab of your own, or the name of one that comes with ccelab
    #[arg(long, visible_alias = "lab", value_name = "LAB")]
    pub(crate) config: Option<PathBuf>,
    /// A scenario to play, a file or the name of one that comes with ccelab: its people, its steps, its rules. What it expects
    /// is told at the end
    #[arg(long, value_name = "SCENARIO")]
    pub(crate) scenario: Option<PathBuf>,
    /// A parameter of the scenario: patience=5s
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter, requires = "scenario")]
    pub(crate) parameters: Vec<(String, String)>,
    /// End once the scenario is over: every step is taken, every armed rule has acted, and every task has ended; or the
    /// time that it says is up
    #[arg(long, requires = "scenario")]
    pub(crate) until_over: bool,
    #[command(flatten)]
    pub(crate) tables: TableFiles,
    /// Agents that sign in by themselves, one after the other, and what they do with every offer:
    /// 1080=auto,1081=slow:9s,2000..2199=auto; or ignore, accept, wraps-up:10s, transfers:SELECTOR
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) agents: Vec<crate::people::AgentChoice>,
    /// One more MR PIM for an application that listens there: 5002=127.0.0.1:39001
    #[arg(long, value_name = "PERIPHERAL=HOST:PORT", value_delimiter = ',')]
    pub(crate) mr_app: Vec<crate::people::MrApplication>,
    /// The product's ports, or free ones
    #[arg(long = "ports", value_enum, default_value_t = Ports::Default)]
    pub(crate) ports: Ports,
    /// The address to listen on, instead of the configured ones: 127.0.0.1, 0.0.0.0, localhost. The admin port stays where
    /// [links.admin] has it
    #[arg(long, value_name = "ADDR", value_parser = bind_address, conflicts_with = "product_ports")]
    pub(crate) bind: Option<IpAddr>,
    #[command(flatten)]
    pub(crate) release: ReleaseOption,
    #[command(flatten)]
    pub(crate) addresses: AddressOptions,
    /// Serve this folder to pages in a browser, and Task API, Finesse REST, WebSocket and BOSH at the same address
    #[arg(long = "static", value_name = "DIR")]
    pub(crate) static_folder: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) tls: TlsOptions,
    /// Run these components only: ccp,mrpg,router,agentpg,finesse
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Seed of everything that is drawn [default: another one in each run]. With --start, too, each component draws
    /// the same ids one after the other: the first 100 contacts, and calls and tasks in the order in which they come, have
    /// the same ids in each run. Times, and which of two things comes first, are those of the network
    #[arg(long, value_name = "N", value_parser = seed)]
    pub(crate) seed: Option<u64>,
    /// The calendar at the start of the run, such as 2026-11-28T09:00:00Z [default: now]
    #[arg(long, value_name = "TIME", value_parser = cce_world::calendar)]
    pub(crate) start: Option<cce_kernel::Wall>,
    /// Written when every listener accepts, and removed when the lab is over: a JSON object with the addresses
    /// (docs/ready-file.md). `ccelab wait-ready FILE` waits for it
    #[arg(long, value_name = "FILE")]
    pub(crate) ready_file: Option<PathBuf>,
    /// Write the same to standard output, as one line in place of the banner
    #[arg(long)]
    pub(crate) print_ready: bool,
    /// Say everything about the lab at the start, also at a terminal
    #[arg(long, conflicts_with = "print_ready")]
    pub(crate) verbose: bool,
    /// Draw the ladder below the banner, as it grows
    #[arg(long, conflicts_with_all = ["print_ready", "top"])]
    pub(crate) ladder: bool,
    /// Show how the lab stands, as `ccelab top` does; q ends the run
    #[arg(long, conflicts_with_all = ["print_ready", "only"])]
    pub(crate) top: bool,
    /// Where to put the journal; it is packed if the name ends in .lz4 [default: ./.ccelab/last/journal.jsonl; with --only ./.ccelab/last/LIST/journal.jsonl]
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// Stop the run rather than lose a record of it, or a change of what --data keeps
    #[arg(long)]
    pub(crate) journal_required: bool,
    /// Write the product-format logs there while the lab runs [default: in the folder of the journal's default, once the run is over]
    #[arg(long, value_name = "DIR")]
    pub(crate) logs: Option<PathBuf>,
    /// Where to put a capture of the binary links, a pcapng file
    #[arg(long, value_name = "FILE")]
    pub(crate) pcap: Option<PathBuf>,
    /// Keep what components store in SQLite databases there, so that a later run goes on with it, also after this one is killed
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct WaitReady {
    /// The ready file, as `run --ready-file FILE` has it
    pub(crate) file: PathBuf,
    /// How long to wait for it
    #[arg(long, value_name = "TIME", default_value = "30s")]
    pub(crate) timeout: cce_world::Span,
    /// The process of the lab that writes it: once it has ended, nobody waits any more
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(i32).range(1..))]
    pub(crate) pid: Option<i32>,
}

/// Clients that speak over TLS.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct TlsOptions {
    /// No listener with TLS, and no STARTTLS
    #[arg(long)]
    pub(crate) no_tls: bool,
    /// The folder of the certificate authority, which is made there once [default: that of your data, such as
    /// ~/.local/share/ccelab]
    #[arg(long, value_name = "DIR", conflicts_with = "no_tls")]
    pub(crate) ca_dir: Option<PathBuf>,
    /// A certificate of your own instead, PEM, with those above it behind it
    #[arg(long, value_name = "FILE", requires = "tls_key", conflicts_with_all = ["no_tls", "ca_dir"])]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Its private key, PEM, which you alone may read
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
}

/// What can be done with the authority.
#[derive(Debug, Subcommand)]
pub(crate) enum CaCommand {
    /// Writes the authority's certificate; it is made where there is none yet
    Export(CaExport),
}

/// How clients come to trust the authority.
const TRUST: &str = "\
How clients come to trust it (docs/tls.md has more):
  Python    requests.get(url, verify=\"ca.pem\"), or REQUESTS_CA_BUNDLE=ca.pem; ssl: SSL_CERT_FILE=ca.pem
  Node      NODE_EXTRA_CA_CERTS=ca.pem node …
  Java      java -Djavax.net.ssl.trustStore=ca.p12 -Djavax.net.ssl.trustStorePassword=changeit …
  curl      curl --cacert ca.pem …
  Chromium  certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n ccelab -i ca.pem
  Windows   certutil -user -addstore Root ca.pem";

#[derive(Debug, Args)]
#[command(after_help = TRUST)]
#[command(group = ArgGroup::new("form").required(true).multiple(true).args(["pem", "p12", "jks"]))]
pub(crate) struct CaExport {
    /// In PEM
    #[arg(long, value_name = "FILE")]
    pub(crate) pem: Option<PathBuf>,
    /// As a PKCS #12 trust store
    #[arg(long, value_name = "FILE")]
    pub(crate) p12: Option<PathBuf>,
    /// As a Java key store, for a Java before 9
    #[arg(long, value_name = "FILE")]
    pub(crate) jks: Option<PathBuf>,
    /// The password of either store, which protects nothing: the certificate is public
    #[arg(long, value_name = "TEXT", default_value = "changeit")]
    pub(crate) password: String,
    /// The folder of the certificate authority [default: that of your data, such as ~/.local/share/ccelab]
    #[arg(long, value_name = "DIR")]
    pub(crate) ca_dir: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ports {
    /// As configured
    Default,
    /// Free ones, which the banner and the ready file tell
    Ephemeral,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The journal
    pub(crate) journal: PathBuf,
    /// Leave a check out, by its name
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(crate) without: Vec<cce_check::Check>,
    /// Tasks may be open at its end, as they may in the journal of a run without a scenario, or of one that goes on
    #[arg(long)]
    pub(crate) unfinished: bool,
    /// A scenario whose expectations must be met, too: a file, or the name of one that comes with ccelab
    #[arg(long, value_name = "SCENARIO")]
    pub(crate) scenario: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Hosts {
    /// A lab of your own
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) tables: TableFiles,
    #[command(flatten)]
    pub(crate) addresses: AddressOptions,
    /// Where clients find the lab [default: where it listens]
    #[arg(long, value_name = "ADDR")]
    pub(crate) address: Option<IpAddr>,
}

#[derive(Debug, Args)]
pub(crate) struct Merge {
    /// The journals, one of each process of one run
    #[arg(required = true, num_args = 2.., value_name = "JOURNAL")]
    pub(crate) journals: Vec<PathBuf>,
    /// Where to put the merged journal [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Ladder {
    /// The journal
    pub(crate) journal: PathBuf,
    /// One task only: T1, any spelling of any of its ids, or the name of its customer
    #[arg(long, value_name = "ID")]
    pub(crate) task: Option<String>,
    /// The rows around a moment only: 08:54:29.002 of a host's clock, +3.002 since the start, or a line of a log in a product's
    /// format, finesse.log:120
    #[arg(long, value_name = "TIME", conflicts_with_all = ["format", "html", "follow"])]
    pub(crate) at: Option<String>,
    /// How to draw it
    #[arg(long, value_enum, default_value_t = LadderFormat::Text)]
    pub(crate) format: LadderFormat,
    /// Go on with a run that goes on, until it is over
    #[arg(long, conflicts_with_all = ["format", "html"])]
    pub(crate) follow: bool,
    /// Write one page for a browser, with filters, the fields of each message, and the lines of the journal and of the logs:
    /// for a bug report
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    pub(crate) html: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Top {
    /// The admin port of the lab
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:8090")]
    pub(crate) admin: String,
    /// The lab's ready file, which has that address
    #[arg(long, value_name = "FILE", conflicts_with = "admin")]
    pub(crate) ready_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LadderFormat {
    /// For a terminal
    Text,
    /// A sequence diagram for documents
    Mermaid,
    /// A picture
    Svg,
}

#[derive(Debug, Args)]
pub(crate) struct Decode {
    /// The protocol
    #[arg(value_enum)]
    pub(crate) protocol: Protocol,
    /// Version of the GED-188 session [default: what its OPEN_REQ says, else 24]
    #[arg(long, value_name = "N")]
    pub(crate) version: Option<u32>,
    /// A capture (pcap, pcapng), a hex dump (xxd, hexdump, od, tcpdump -X, Wireshark), an array or a string of a program,
    /// plain digits, or the bytes as they are; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "hex")]
    pub(crate) file: Option<PathBuf>,
    /// A capture, and nothing else; - is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["hex", "file"])]
    pub(crate) capture: Option<PathBuf>,
    /// What is spoken on a port of a capture that is not the product's: 39001=mr
    #[arg(long = "port", value_name = "PORT=PROTOCOL", value_delimiter = ',')]
    pub(crate) ports: Vec<crate::decode::port_book::PortBook>,
    /// One JSON object for each message
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) tables: TableFiles,
    /// The messages with their headers, in hexadecimal digits; blanks do not count
    #[arg(required_unless_present_any = ["file", "capture"], value_name = "HEX")]
    pub(crate) hex: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Protocol {
    /// GED-188, the CTI server's
    Cti,
    /// Media routing interface
    Mr,
    /// Between peripheral gateway and router
    Icm,
}

impl Protocol {
    /// The book of its messages.
    pub(crate) const fn book(self) -> Book {
        match self {
            Self::Cti => Book::Cti,
            Self::Mr => Book::Mr,
            Self::Icm => Book::Icm,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Lists the labs that come with ccelab
    List,
    /// Prints the lab as it would run, with every setting, and where each comes from that is not the built-in one
    Show {
        /// The same as --config
        #[arg(value_name = "LAB", conflicts_with = "config")]
        lab: Option<PathBuf>,
        /// What differs from the built-in lab only
        #[arg(long)]
        brief: bool,
        /// A lab of your own, or the name of one that comes with ccelab
        #[arg(long, visible_alias = "lab", value_name = "LAB")]
        config: Option<PathBuf>,
        #[command(flatten)]
        release: ReleaseOption,
    },
    /// Prints the inferred rows of a message table, in the form of a table file
    Tables {
        /// The protocol
        #[arg(value_enum)]
        protocol: TableProtocol,
    },
    /// Says everything that is wrong with a configuration
    Check {
        /// The same as --config
        #[arg(value_name = "LAB", conflicts_with = "config")]
        lab: Option<PathBuf>,
        /// A lab of your own, or the name of one that comes with ccelab
        #[arg(long, visible_alias = "lab", value_name = "LAB")]
        config: Option<PathBuf>,
        #[command(flatten)]
        tables: TableFiles,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TableProtocol {
    /// Media routing interface
    Mr,
    /// The task layer of GED-188
    Arm,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ScenarioCommand {
    /// Lists the scenarios that come with ccelab
    List,
    /// Prints a scenario, to make one of your own of it: `ccelab scenario show one-task > mine.toml`
    Show {
        /// The scenario
        scenario: PathBuf,
    },
    /// Says everything that is wrong with a scenario
    Check(ScenarioCheck),
}

/// A scenario that is checked.
#[derive(Clone, Debug, Args)]
pub(crate) struct ScenarioCheck {
    #[command(flatten)]
    pub(crate) file: ScenarioFile,
    /// A journal on top of which it is to be played (`sim --from`): it may name that run's customers
    #[arg(long, value_name = "JOURNAL")]
    pub(crate) from: Option<PathBuf>,
}

/// A scenario, and what it is played with.
#[derive(Clone, Debug, Args)]
pub(crate) struct ScenarioFile {
    /// The scenario: a file, or the name of one that comes with ccelab (`ccelab scenario list`)
    pub(crate) scenario: PathBuf,
    /// A lab of your own, or the name of one that comes with ccelab
    #[arg(long, visible_alias = "lab", value_name = "LAB")]
    pub(crate) config: Option<PathBuf>,
    /// A parameter of the scenario: patience=5s
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    pub(crate) parameters: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) release: ReleaseOption,
}

/// The release of that name.
fn release(text: &str) -> Result<Release, String> {
    let known = Release::ALL.map(Release::name).join(", ");
    Release::named(text).ok_or_else(|| format!("write one of {known}"))
}

/// An address, or the one name that every machine has for itself.
fn bind_address(text: &str) -> Result<IpAddr, String> {
    if text.eq_ignore_ascii_case("localhost") {
        return Ok(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    text.parse().map_err(|_| "write an address, such as 127.0.0.1, or localhost".to_owned())
}

/// A number of runs at the same time.
fn jobs(text: &str) -> Result<NonZero<usize>, String> {
    let number = text.parse().ok().filter(|jobs: &NonZero<usize>| jobs.get() <= JOBS_MAX);
    number.ok_or_else(|| format!("write a number from 1 to {JOBS_MAX}"))
}

fn parameter(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE, such as patience=5s")?;
    Ok((name.to_owned(), value.to_owned()))
}

#[derive(Debug, Args)]
pub(crate) struct Sim {
    /// The scenario: a file, or the name of one that comes with ccelab (`ccelab scenario list`)
    #[arg(required_unless_present = "from")]
    pub(crate) scenario: Option<PathBuf>,
    /// A recorded run, which is to happen once more in the same order
    #[arg(long, value_name = "JOURNAL", conflicts_with_all = ["config", "seed", "order"])]
    pub(crate) from: Option<PathBuf>,
    /// A lab of your own, or the name of one that comes with ccelab
    #[arg(long, visible_alias = "lab", value_name = "LAB")]
    pub(crate) config: Option<PathBuf>,
    /// A parameter of the scenario: patience=5s
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parameter)]
    pub(crate) parameters: Vec<(String, String)>,
    #[command(flatten)]
    pub(crate) release: ReleaseOption,
    /// Seed of everything that is drawn
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = seed)]
    pub(crate) seed: u64,
    /// The order of messages, as `explore --orders` tells it
    #[arg(long, value_name = "ORDER", allow_hyphen_values = true)]
    pub(crate) order: Option<cce_sim::Schedule>,
    /// Draw the ladder
    #[arg(long)]
    pub(crate) ladder: bool,
    /// Where to put the journal; it is packed if the name ends in .lz4 [default: ./.ccelab/last/journal.jsonl; of a repeated run ./.ccelab/again/journal.jsonl]
    #[arg(long, value_name = "FILE")]
    pub(crate) journal: Option<PathBuf>,
    /// Where to put the product-format logs [default: ./.ccelab/last]
    #[arg(long, value_name = "DIR")]
    pub(crate) logs: Option<PathBuf>,
}

impl Sim {
    /// The scenario, if one is named.
    pub(crate) fn file(&self) -> Option<ScenarioFile> {
        let (config, parameters, release) =
            (self.config.clone(), self.parameters.clone(), self.release.clone());
        self.scenario.clone().map(|scenario| ScenarioFile { scenario, config, parameters, release })
    }
}

#[derive(Clone, Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true).args(["seeds", "orders"]))]
pub(crate) struct Explore {
    #[command(flatten)]
    pub(crate) file: ScenarioFile,
    /// These seeds: 1..500; with --orders, the first of them
    #[arg(long, value_name = "A..B")]
    pub(crate) seeds: Option<Seeds>,
    /// Every order in which messages can arrive
    #[arg(long)]
    pub(crate) orders: bool,
    /// The most runs of a search for orders
    #[arg(long, value_name = "N", default_value = "100000")]
    pub(crate) max: NonZero<u64>,
    /// Of a swarm: say which pairs of states and messages no seed reached
    #[arg(long, requires = "seeds")]
    pub(crate) coverage: bool,
    /// How many runs at the same time [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = jobs)]
    pub(crate) jobs: Option<NonZero<usize>>,
}

/// Seeds from one to another, both included.
#[derive(Clone, Debug)]
pub(crate) struct Seeds {
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl Seeds {
    /// How many they are.
    pub(crate) const fn count(&self) -> u64 {
        self.last - self.first + 1
    }
}

/// A seed. Many of them are another command's.
fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| match text.replace(',', "..").parse::<Seeds>() {
        Ok(Seeds { first, last }) => {
            format!("a run has one seed: `ccelab explore SCENARIO --seeds {first}..{last}` plays every one of them")
        }
        Err(_) => format!("a whole number from 0 to {}", u64::MAX),
    })
}

impl std::str::FromStr for Seeds {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        let number = |text: &str| text.parse().map_err(|_| "write two numbers, such as 1..500");
        let (first, last): (u64, u64) = (number(first)?, number(last.trim_start_matches('='))?);
        if first > last || last == u64::MAX {
            Err("the second number is the larger one")
        } else {
            Ok(Self { first, last })
        }
    }
}
