//! How long one message takes, for each binary protocol: `cargo bench -p ccelab-tests`.

use cce_cti::{AgentPreCallEvent, AgentStateEvent, Cti, OfferTaskInd, StartTaskEvent, dialect};
use cce_kernel::{Blob, Carrier};
use cce_model::{DialogueId, InvokeId, MrdId, PeripheralId, SkillTarget, TaskId};
use cce_mr::{
    ICM, Icm, MR, Mr,
    icm::NewCall,
    mr::{DoThisWithTask, NewTask},
};
use cce_wire::{Bytes, Framer, Text};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

const TASK: TaskId = TaskId { day: 154_526, call: 37_051_928, sequence: 1 };

fn cti(c: &mut Criterion) {
    let wide = dialect(24);
    let messages: [Cti; 4] = [
        OfferTaskInd {
            invoke_id: InvokeId(35_464),
            mrd_id: MrdId(5011),
            task_id: TASK,
            ..OfferTaskInd::default()
        }
        .into(),
        StartTaskEvent {
            peripheral_id: PeripheralId(5000),
            mrd_id: MrdId(5011),
            task_id: TASK,
            ..StartTaskEvent::default()
        }
        .into(),
        AgentStateEvent {
            agent_id: Some(Text::new("1080")),
            agent_extension: Some(Text::new("1080")),
            agent_instrument: Some(Text::new("1080")),
            cti_client_signature: Some(Text::new("Finesse")),
            ..AgentStateEvent::default()
        }
        .into(),
        AgentPreCallEvent {
            dialed_number: Some(Text::new("CumulusTask")),
            caller_entered_digits: Some(Text::new("5AA797871000018D0000004139ED7AD5")),
            call_variable1: Some(Text::new("Scott McTominay")),
            call_variable2: Some(Text::new("Report Lost Credit Card")),
            ..AgentPreCallEvent::default()
        }
        .into(),
    ];
    let mut group = c.benchmark_group("cti");
    for message in messages {
        let frame = message.to_frame(&wide);
        group.throughput(Throughput::Bytes(frame.len() as u64));
        group.bench_function(BenchmarkId::new("decode", message.name()), |b| {
            b.iter(|| Cti::read(black_box(&wide), black_box(&frame)));
        });
        group.bench_function(BenchmarkId::new("encode", message.name()), |b| {
            b.iter(|| black_box(&message).to_frame(black_box(&wide)));
        });
    }
    group.finish();
}

fn mr(c: &mut Criterion) {
    let messages: [Mr; 2] = [
        NewTask {
            dialogue_id: DialogueId(4),
            send_seq_no: 1,
            script_selector: Some(Text::new("CumulusTask")),
            application_string1: Some(Text::new("ae93f5ad-452d-4c52-8057-8d23864a8a8a")),
            application_string2: Some(Text::new("5AA797871000018D0000004139ED7AD5")),
            call_variable1: Some(Text::new("Scott McTominay")),
            ..NewTask::default()
        }
        .into(),
        DoThisWithTask {
            dialogue_id: DialogueId(4),
            icm_task_id: TASK,
            agent: SkillTarget(5172),
            ..DoThisWithTask::default()
        }
        .into(),
    ];
    let mut group = c.benchmark_group("mr");
    for message in messages {
        let frame = message.to_frame(&MR);
        group.throughput(Throughput::Bytes(frame.len() as u64));
        group.bench_function(BenchmarkId::new("decode", message.name()), |b| {
            b.iter(|| Mr::read(black_box(&MR), black_box(&frame)));
        });
        group.bench_function(BenchmarkId::new("encode", message.name()), |b| {
            b.iter(|| black_box(&message).to_frame(black_box(&MR)));
        });
    }
    group.finish();
}

fn icm(c: &mut Criterion) {
    let call = NewCall { did: DialogueId(4), originator: Some(Text::new("sm1")), ..NewCall::default() };
    let message = Icm::from(call);
    let frame = message.to_frame(&ICM);
    let mut group = c.benchmark_group("icm");
    group.throughput(Throughput::Bytes(frame.len() as u64));
    group.bench_function(BenchmarkId::new("decode", message.name()), |b| {
        b.iter(|| Icm::read(black_box(&ICM), black_box(&frame)));
    });
    group.bench_function(BenchmarkId::new("encode", message.name()), |b| {
        b.iter(|| black_box(&message).to_frame(black_box(&ICM)));
    });
    group.finish();
}

/// A hundred messages in one read, cut apart.
fn framing(c: &mut Criterion) {
    let event = StartTaskEvent { task_id: TASK, ..StartTaskEvent::default() };
    let frame: Bytes = Cti::from(event).to_frame(&dialect(24));
    let stream = frame.repeat(100);
    let mut group = c.benchmark_group("framing");
    group.throughput(Throughput::Elements(100));
    group.bench_function("100 task events", |b| {
        b.iter(|| {
            let mut framer = Framer::new(Carrier::Frames { max: 12_500 });
            framer.push(black_box(&stream));
            let mut count = 0;
            while let Some(Ok(frame)) = framer.next() {
                count += black_box(frame.len());
            }
            count
        });
    });
    group.finish();
}

/// A megabyte as it stands in a journal: binary, and text.
fn journal(c: &mut Criterion) {
    const SIZE: usize = 1 << 20;
    let binary: Vec<u8> = (0..=u8::MAX).cycle().take(SIZE).collect();
    let text = b"<Task><name>ann</name></Task>\n".iter().copied().cycle().take(SIZE).collect::<Vec<u8>>();
    let mut group = c.benchmark_group("journal");
    group.throughput(Throughput::Bytes(SIZE as u64));
    for (name, bytes) in [("binary", binary), ("text", text)] {
        let blob = Blob::from(bytes);
        let json = serde_json::to_vec(&blob).unwrap_or_default();
        group.bench_function(BenchmarkId::new("encode", name), |b| {
            b.iter(|| serde_json::to_vec(black_box(&blob)));
        });
        group.bench_function(BenchmarkId::new("decode", name), |b| {
            b.iter(|| serde_json::from_slice::<Blob>(black_box(&json)));
        });
    }
    group.finish();
}

criterion_group!(benches, cti, mr, icm, framing, journal);
criterion_main!(benches);
