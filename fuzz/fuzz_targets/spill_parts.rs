//! Records spilled into parts, and bytes of their file changed or cut off: what comes back is what was written, or
//! an error. The first byte says how many changes there are, each of three bytes behind it (a place in two, and
//! what is done there); the rest are records, a line each.
#![no_main]

use std::{
    fs::{self, OpenOptions},
    io::{Seek, SeekFrom, Write},
};

use libfuzzer_sys::fuzz_target;
// What the module below names as its own crate's.
use refund_audit::scan;

// It is nobody's business outside of the library, so it is compiled in here.
#[allow(dead_code)]
#[path = "../../src/spill/mod.rs"]
mod spill;

const PARTS: usize = 3;
/// As a change: the file ends there.
const CUT: u8 = 0;

fuzz_target!(|bytes: &[u8]| {
    let Some((count, rest)) = bytes.split_first() else { return };
    let (changes, rest) = rest.split_at(rest.len().min(usize::from(count % 8) * 3));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("spilled");
    let file = spill::SpillFile::create(&path, PARTS).expect("a file in it");
    let mut written: Vec<Vec<Vec<u8>>> = vec![Vec::new(); PARTS];
    // Two writers, so that there are several blocks.
    let mut writers = [file.writer().expect("a writer"), file.writer().expect("a writer")];
    for (number, record) in rest.split(|byte| *byte == b'\n').enumerate() {
        writers[number % 2].push(record, record).expect("room on the disk");
        written[file.part_of(record)].push(record.to_vec());
    }
    writers.into_iter().for_each(|writer| writer.finish().expect("room on the disk"));
    let length = fs::metadata(&path).expect("the file").len();
    let mut bytes = OpenOptions::new().write(true).read(true).open(&path).expect("the file");
    for change in changes.chunks_exact(3) {
        let at = u64::from(u16::from_le_bytes([change[0], change[1]]));
        if length == 0 {
            break;
        }
        if change[2] == CUT {
            bytes.set_len(at % length).expect("a shorter file");
        } else {
            bytes.seek(SeekFrom::Start(at % length)).expect("a place");
            bytes.write_all(&[change[2]]).expect("a byte");
        }
    }
    for (part, mut written) in written.into_iter().enumerate() {
        let mut reader = file.reader(part).expect("a reader");
        let mut read = Vec::new();
        let done = loop {
            match reader.next() {
                Ok(Some(record)) => read.push(record.to_vec()),
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        if done {
            written.sort();
            read.sort();
            assert_eq!(read, written, "what comes back is what was written");
        }
    }
});
