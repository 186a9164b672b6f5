//! The end of a run: what it waits for, what it says, and that it comes.

use crate::{
    answerer,
    lab::{DEADLINE, Lab, Toy, client, config, is_frame, now},
};
use cce_journal::{Record, What};
use cce_kernel::{Input, Port};
use cce_net::{Net, NetConfig, OutsiderLimits, Sink, Stopped};
use std::{
    io::{self, Write},
    sync::{
        Arc, Mutex, Once,
        mpsc::{Receiver, channel},
    },
    time::Duration,
};

#[test]
fn clients_that_are_stuck_do_not_hold_up_the_end() {
    let flood = answerer().on_link(|link, cx| cx.send(link, vec![0_u8; 8 << 20]));
    let lab = Lab::start(vec![flood]);
    let app = lab.address(Port::App);
    let half = [
        &b"GET / HT"[..],
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    ];
    let mut stuck: Vec<_> = half
        .map(|bytes| {
            let mut client = client(app);
            client.write_all(bytes).unwrap();
            client
        })
        .into();
    let mut deaf = client(lab.address(Port::Mr));
    deaf.write_all(&[0, 0, 0, 0, 0, 0, 0, 5]).unwrap();
    stuck.push(deaf);
    lab.wait("the frame of the deaf one", is_frame);
    let began = now();
    lab.stop();
    assert!(began.elapsed() < OutsiderLimits::default().stop, "{:?}", began.elapsed());
}

#[test]
fn a_request_that_nobody_answers_is_refused_at_the_end() {
    let lab = Lab::start(vec![Toy::new("ccp")]);
    let mut waiting = client(lab.address(Port::App));
    waiting.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    lab.wait("the call", |record| matches!(record.what, What::In(Input::Call { .. })));
    lab.stop();
    let mut answer = String::new();
    io::Read::read_to_string(&mut waiting, &mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
}

#[test]
fn a_stop_says_which_component_it_waits_for_and_no_longer_than_its_deadline() {
    let (told, go) = channel::<()>();
    let stuck = Toy::new("ccp").on_command(move |_| {
        let _ = go.recv_timeout(DEADLINE);
    });
    let limits = OutsiderLimits { stop: Duration::from_millis(700), ..OutsiderLimits::default() };
    let lab = Lab::start_with(NetConfig { limits, ..config() }, vec![stuck, Toy::new("mrpg")]);
    lab.cue("ccp");
    lab.wait("the command", |record| {
        matches!(record.what, What::In(Input::Command(cce_kernel::Command::Cue)))
    });
    let mut kept = None;
    let said = said(|| kept = Some(lab.stop_but_keep_running()));
    assert!(said.contains("the stop waits for the component ccp\n"), "{said}");
    assert!(said.contains("waits no longer than 700ms for the component ccp"), "{said}");
    told.send(()).unwrap();
    drop(kept);
}

#[test]
fn a_stop_says_how_many_records_are_not_written_and_waits_no_longer_than_its_deadline() {
    let (told, go) = channel();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let limits = OutsiderLimits { records: Duration::from_millis(700), ..OutsiderLimits::default() };
    let nodes = vec![Toy::new("ccp").node()];
    let config = NetConfig { limits, ..config() };
    let running = runtime.block_on(Net::start(config, 1, nodes, Box::new(Stuck(go)))).unwrap();
    let mut stopped = Stopped { has_lost: false, unwritten: 0, unkept: 0 };
    let said = said(|| stopped = runtime.block_on(running.stop()));
    assert!(stopped.unwritten > 0);
    let records = format!("for the one who writes the records: {} are not written", stopped.unwritten);
    assert_eq!(said.matches(&records).count(), 2, "{said}");
    drop(told);
}

/// A disk that does not come back.
struct Stuck(Receiver<()>);

impl Sink for Stuck {
    fn record(&mut self, _: &Record) {
        let _ = self.0.recv_timeout(DEADLINE);
    }
}

/// What is said to whoever runs the lab meanwhile.
fn said(act: impl FnOnce()) -> String {
    // Where another test's thread comes to an event first and nobody listens there, the event is taken for one that
    // nobody wants anywhere.
    static LISTENS: Once = Once::new();
    LISTENS.call_once(|| {
        let everywhere = tracing_subscriber::fmt().with_writer(io::sink).finish();
        tracing::subscriber::set_global_default(everywhere).expect("no other test sets one");
    });
    let text = Buffer::default();
    let writer = text.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    tracing::subscriber::with_default(subscriber, act);
    let text = text.0.lock().unwrap();
    String::from_utf8_lossy(&text).into_owned()
}

#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
