//! `ccelab decode` over captures and pasted bytes, as people have them.

use crate::support::{folder, run, stderr, stdout};
use std::{fmt::Write, fs, path::Path};

/// Version 24, client "appx", and a heartbeat.
const MESSAGES: &str = "00000039 00000003 00000001 00000018 00000078 00001388 00000010 ffffffff ffffffff 00000000 \
                        00000000 00000000 00000000 00010005 61707078 00000200 00000000 04000000 05000000 02";
const HEARTBEAT: [u8; 12] = [0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 2];
const SERVER: u16 = 42_027;

#[test]
fn a_second_open_req_of_a_connection_has_its_own_version_in_both_directions() {
    let folder = folder("second-open");
    let refused = open_req(9, 99);
    let accepted = open_req(1, 14);
    let refusal = [[0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 9], [0; 12]].concat()[..16].to_vec();
    let file = capture(&[
        packet(true, 99, 0x02, b""),
        packet(false, 499, 0x12, b""),
        packet(true, 100, 0x18, &refused),
        packet(false, 500, 0x18, &refusal),
        packet(true, 100 + length(&refused), 0x18, &accepted),
    ]);
    fs::write(folder.join("c.pcap"), file).unwrap();
    let output = run(&folder, &["decode", "cti", "--capture", "c.pcap"]);
    let text = stdout(&output);
    assert!(output.status.success(), "{text}{}", stderr(&output));
    assert!(
        text.contains("FAILURE_CONF (1), 16 bytes") && text.matches("OPEN_REQ (3)").count() == 2,
        "{text}"
    );
    assert!(text.contains("ClientID                     appx"), "{text}");
}

#[test]
fn a_message_in_ip_fragments_is_put_together_and_fragments_without_the_rest_are_told() {
    let folder = folder("fragments");
    let data = HEARTBEAT.repeat(200);
    let parts = fragments(&segment(true, 100, 0x18, &data), 400);
    let start = packet(true, 99, 0x02, b"");
    fs::write(folder.join("c.pcap"), capture(&[vec![start.clone()], parts.clone()].concat())).unwrap();
    let output = run(&folder, &["decode", "cti", "--capture", "c.pcap"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output).matches("HEARTBEAT_REQ (5), 12 bytes").count(), 200);

    fs::write(folder.join("c.pcap"), capture(&[vec![start], parts[1..].to_vec()].concat())).unwrap();
    let output = run(&folder, &["decode", "cti", "--capture", "c.pcap"]);
    assert_eq!(output.status.code(), Some(1));
    let told = format!(
        "IP fragments are left out, because others of their packets are missing or cut: {}",
        parts.len() - 1
    );
    assert!(stderr(&output).contains(&told), "{}", stderr(&output));
}

#[test]
fn packets_that_the_snap_length_cut_are_called_so() {
    let folder = folder("snap");
    let open = open_req(1, 14);
    let frames = [
        packet(true, 99, 0x02, b""),
        packet(true, 100, 0x18, &open),
        packet(true, 100 + length(&open), 0x18, &HEARTBEAT),
    ];
    fs::write(folder.join("c.pcap"), capture_with(&frames, 96)).unwrap();
    let output = run(&folder, &["decode", "cti", "--capture", "c.pcap"]);
    assert_eq!(output.status.code(), Some(1));
    let told = stderr(&output);
    assert!(told.contains("is cut at 96 bytes (snap length): capture again with -s 0"), "{told}");
    assert!(!told.contains("no packet before"), "{told}");
    assert!(stdout(&output).contains("HEARTBEAT_REQ (5), 12 bytes"), "{}", stdout(&output));

    fs::write(folder.join("c.pcap"), capture_with(&frames, 40)).unwrap();
    let output = run(&folder, &["decode", "cti", "--capture", "c.pcap"]);
    assert!(
        stderr(&output).contains("packets are cut before their data, at 40 bytes or less (snap length): 2"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn packets_of_other_protocols_that_are_cut_are_no_fault_of_the_capture() {
    let folder = folder("other-cut");
    let mut other = packet(true, 100, 0x18, &HEARTBEAT);
    other[36..38].copy_from_slice(&443_u16.to_be_bytes());
    let mut datagram = packet(true, 100, 0x18, &HEARTBEAT);
    datagram[23] = 17;
    let mut file = capture(&[packet(true, 99, 0x02, b""), packet(true, 100, 0x18, &HEARTBEAT)]);
    file.extend(&capture_with(&[other, datagram], 40)[24..]);
    fs::write(folder.join("c.pcap"), file).unwrap();
    let output = run(&folder, &["decode", "cti", "--capture", "c.pcap"]);
    assert!(output.status.success(), "{}", stderr(&output));
}

#[test]
fn a_stream_that_the_snap_length_cut_says_what_is_there_and_what_is_not() {
    let folder = folder("cut-stream");
    let open = open_req(1, 24);
    fs::write(
        folder.join("c.pcap"),
        capture_with(&[packet(true, 99, 0x02, b""), packet(true, 100, 0x18, &open)], 96),
    )
    .unwrap();
    let text = stdout(&run(&folder, &["decode", "cti", "--capture", "c.pcap"]));
    let (there, whole) = (96 - 54, open.len());
    assert!(text.contains(&format!(", {there} bytes of {whole}\n")), "{text}");
    assert!(text.contains(&format!("; {there} bytes of a message of {whole} stand before that")), "{text}");
    assert!(!text.contains("the stream ends inside"), "{text}");
}

#[test]
fn behind_a_lost_segment_decoding_begins_again_and_the_loss_is_told() {
    let folder = folder("lost-segment");
    let open = open_req(1, 14);
    let next = 100 + length(&open);
    let file = capture(&[
        packet(true, 99, 0x02, b""),
        packet(true, 100, 0x18, &open),
        packet(true, next, 0x18, &HEARTBEAT),
        packet(true, next + 24, 0x18, &HEARTBEAT),
        packet(true, next + 36, 0x18, &HEARTBEAT),
    ]);
    fs::write(folder.join("c.pcap"), file).unwrap();
    let output = run(&folder, &["decode", "cti", "--capture", "c.pcap"]);
    let text = stdout(&output);
    assert_eq!(text.matches("HEARTBEAT_REQ (5)").count(), 3, "{text}");
    assert!(text.contains("12 bytes are missing here: no packet before packet 4 has them"), "{text}");
}

#[test]
fn every_form_in_which_people_have_their_bytes_is_read() {
    let folder = folder("pasted");
    let bytes = unhex(MESSAGES);
    let list = |separator: &str, style: fn(&u8) -> String| {
        bytes.iter().map(style).collect::<Vec<_>>().join(separator)
    };
    let wide =
        |text: &str| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let lines = bytes.chunks(16).enumerate().fold(String::new(), |mut text, (number, line)| {
        let words =
            line.chunks(2).map(|word| word.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        let _ =
            writeln!(text, "\t0x{:04x}:  {:<39}  ......", number * 16, words.collect::<Vec<_>>().join(" "));
        text
    });
    let stamped =
        format!("16:11:02.123456 IP 10.0.0.5.50001 > 10.0.0.9.42027: Flags [P.], length 77\n{lines}");
    let expected = stdout(&run(&folder, &["decode", "cti", MESSAGES]));
    assert!(
        expected.contains("OPEN_REQ (3), 65 bytes") && expected.contains("HEARTBEAT_REQ (5), 12 bytes"),
        "{expected}"
    );
    for (name, file) in [
        ("raw", bytes.clone()),
        (
            "c",
            format!("unsigned char m[] = {{\n{}\n}};\n", list(", ", |byte| format!("0x{byte:02X}")))
                .into_bytes(),
        ),
        ("csharp", list("-", |byte| format!("{byte:02X}")).into_bytes()),
        ("python", format!("b'{}'", list("", |byte| format!("\\x{byte:02x}"))).into_bytes()),
        ("tcpdump", stamped.into_bytes()),
        ("bom", format!("\u{feff}{MESSAGES}").into_bytes()),
        ("utf-16", wide(MESSAGES)),
    ] {
        fs::write(folder.join(name), file).unwrap();
        let output = run(&folder, &["decode", "cti", "--file", name]);
        assert_eq!(stdout(&output), expected, "{name}: {}", stderr(&output));
    }
}

#[test]
fn packets_in_a_hex_dump_are_taken_apart_like_those_of_a_capture() {
    let folder = folder("dumped-packet");
    let ip = ip(0, 0, &segment(true, 100, 0x18, &HEARTBEAT));
    let lines: Vec<String> = ip
        .chunks(16)
        .enumerate()
        .map(|(number, line)| {
            let pairs: Vec<_> = line.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("\t0x{:04x}:  {}", number * 16, pairs.join(" "))
        })
        .collect();
    fs::write(folder.join("dump"), lines.join("\n")).unwrap();
    let text = stdout(&run(&folder, &["decode", "cti", "--file", "dump"]));
    assert!(
        text.contains("10.0.0.1:50001 -> 10.0.0.2:42027") && text.contains("HEARTBEAT_REQ (5)"),
        "{text}"
    );
}

#[test]
fn a_form_that_is_not_read_is_told_with_column_and_character() {
    let folder = folder("stamped");
    fs::write(folder.join("log"), "10:06:31:759 cg1a-ctisvr Trace: 00 00 00 39\n").unwrap();
    let output = run(&folder, &["decode", "cti", "--file", "log"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("log:1:15: 'g' is no hexadecimal digit"), "{}", stderr(&output));
}

#[test]
fn what_the_server_lives_with_is_noted() {
    let folder = folder("noted");
    let output = run(&folder, &["decode", "cti", "0000000a 00000005 00000002 7fff0002 abcd"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(
        text.contains(
            "noted: floating field 32767 is unknown (a strict CTI server refuses it: E_CTI_INVALID_FIELD_TAG)"
        ),
        "{text}"
    );
    assert!(!text.contains("would be refused"), "{text}");
}

/// Before version 20 tags and lengths have one byte.
fn open_req(invoke_id: u32, version: u32) -> Vec<u8> {
    let floats: &[u8] = if version < 20 { b"\x01\x05appx\0\x02\0" } else { b"\0\x01\0\x05appx\0\0\x02\0\0" };
    let fixed = unhex(MESSAGES)[16..52].to_vec();
    let body = [invoke_id.to_be_bytes().as_slice(), &version.to_be_bytes(), &fixed, floats].concat();
    [length(&body).to_be_bytes().as_slice(), &[0, 0, 0, 3], &body].concat()
}

fn unhex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|digit| digit.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap()
}

fn segment(is_client: bool, seq: u32, flags: u8, data: &[u8]) -> Vec<u8> {
    let (from, to) = if is_client { (50_001, SERVER) } else { (SERVER, 50_001) };
    let mut segment = [u16::to_be_bytes(from), to.to_be_bytes()].concat();
    segment.extend(seq.to_be_bytes());
    segment.extend([0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
    segment.extend(data);
    segment
}

fn ip(id: u16, place: u16, load: &[u8]) -> Vec<u8> {
    let is_client = load[..2] == 50_001_u16.to_be_bytes() || place & 0x1fff != 0;
    let (from, to) = if is_client { ([10, 0, 0, 1], [10, 0, 0, 2]) } else { ([10, 0, 0, 2], [10, 0, 0, 1]) };
    let size = u16::try_from(20 + load.len()).unwrap().to_be_bytes();
    [[0x45, 0].as_slice(), &size, &id.to_be_bytes(), &place.to_be_bytes(), &[64, 6, 0, 0], &from, &to, load]
        .concat()
}

fn packet(is_client: bool, seq: u32, flags: u8, data: &[u8]) -> Vec<u8> {
    [[0; 12].as_slice(), &[8, 0], &ip(0, 0, &segment(is_client, seq, flags, data))].concat()
}

fn fragments(segment: &[u8], size: usize) -> Vec<Vec<u8>> {
    let parts = segment.chunks(size).enumerate();
    let part = |(number, part): (usize, &[u8])| {
        let more = if (number + 1) * size < segment.len() { 0x2000 } else { 0 };
        [[0; 12].as_slice(), &[8, 0], &ip(7, u16::try_from(number * size / 8).unwrap() | more, part)].concat()
    };
    parts.map(part).collect()
}

fn capture(frames: &[Vec<u8>]) -> Vec<u8> {
    capture_with(frames, usize::MAX)
}

fn capture_with(frames: &[Vec<u8>], snap_length: usize) -> Vec<u8> {
    let mut file = [[0xd4, 0xc3, 0xb2, 0xa1].as_slice(), &[0; 16], &1_u32.to_le_bytes()].concat();
    for frame in frames {
        let kept = frame.len().min(snap_length);
        file.extend(
            [[0; 4], [0; 4], length(&frame[..kept]).to_le_bytes(), length(frame).to_le_bytes()].concat(),
        );
        file.extend(&frame[..kept]);
    }
    file
}

/// The small inputs of the reference, where they are.
#[test]
fn the_inputs_of_the_reference_are_read_as_it_says() {
    let Some(cases) = crate::support::shared("cases") else {
        return crate::support::say_skipped("the inputs of the reference", "they are not beside the project");
    };
    let folder = folder("cases");
    let decoded = |case: &str, option: &str| {
        let path = cases.join(case);
        let output = run(&folder, &["decode", "cti", option, path.to_str().unwrap()]);
        (output.status.code(), stdout(&output) + &stderr(&output))
    };
    let (code, text) = decoded("08-decode-second-open-req/input.pcap", "--capture");
    assert!(code == Some(0) && text.contains("appx") && text.contains("***"), "{text}");
    let (code, text) = decoded("09-decode-ip-fragments/input.pcap", "--capture");
    assert!(code == Some(0) && text.matches("HEARTBEAT_REQ").count() == 200, "{text}");
    let (_, text) = decoded("10-decode-snaplen/input.pcap", "--capture");
    assert!(text.contains("cut at 96 bytes (snap length)") && !text.contains("no packet before"), "{text}");
    let (_, text) = decoded("21-decode-after-a-gap/input.pcap", "--capture");
    assert!(
        text.contains("12 bytes are missing here") && text.matches("HEARTBEAT_REQ").count() == 3,
        "{text}"
    );
    for name in ["raw.bin", "c2.txt", "csharp.txt", "tcpdumpx.txt", "bom.txt", "pybytes.txt"] {
        let (code, text) =
            decoded(Path::new("11-decode-pasted-forms").join(name).to_str().unwrap(), "--file");
        let is_read = text.contains("OPEN_REQ (3), 65 bytes") && text.contains("HEARTBEAT_REQ (5), 12 bytes");
        assert!(code == Some(0) && is_read, "{name}: {text}");
    }
    let (code, text) = decoded("11-decode-pasted-forms/log.txt", "--file");
    assert!(code == Some(2) && text.contains("log.txt:1:15: 'g'"), "{text}");
}
