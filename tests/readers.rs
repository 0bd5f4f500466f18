//! The block reader against the reference, the `csv` crate read row by row: a whole audit of good and of
//! damaged exports is the same with either, on any number of threads, in blocks of any size, packed or not.
//!
//! `PROPTEST_CASES=5000 cargo test --release --test readers` looks harder.

use std::{fs, io::Write, path::Path, sync::LazyLock};

use proptest::{prelude::*, sample::Index};
use refund_audit::{
    engine::{self, Audit, Options},
    ingest::{Inputs, Reader, Silent},
    policy::PolicyBook,
};
use tempfile::TempDir;

static BOOK: LazyLock<PolicyBook> = LazyLock::new(PolicyBook::builtin);

const NAMES: [&str; 4] = ["orders", "refunds", "usage", "events"];
/// Rows taken of each file of the sample: enough to cross many small blocks.
const ROWS: usize = 25;

/// The beginning of each file of the sample.
static SAMPLE: LazyLock<[Vec<u8>; 4]> = LazyLock::new(|| {
    NAMES.map(|name| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("data/samples/{name}.csv"));
        let text = fs::read_to_string(path).unwrap();
        text.split_inclusive('\n').take(1 + ROWS).collect::<String>().into_bytes()
    })
});

/// A damage, or an unusual way of writing.
#[derive(Clone, Debug)]
enum Change {
    /// A text put in anywhere.
    Insert(Index, &'static [u8]),
    /// A text put in where a cell begins.
    InCell(Index, &'static [u8]),
    /// A text put in where a line begins.
    InLine(Index, &'static [u8]),
    /// A cell with another content.
    Cell(Index, &'static [u8]),
    /// A cell taken out with its comma.
    Drop(Index),
    /// One byte taken out.
    Remove(Index),
    /// A cell of many bytes.
    Huge(Index),
    Overwrite(Index, u8),
    CrLf,
    NoLastLineFeed,
}

fn change() -> impl Strategy<Value = Change> {
    let bytes = prop::sample::select(vec![
        &b"\""[..],
        b"\r",
        b"\n",
        b"\r\n",
        b"\n\n",
        b",",
        b"\"\"",
        b"\",\"",
        b"\xff",
        b"\0",
        b"\xef\xbb\xbf",
    ]);
    let starts =
        prop::sample::select(vec![&b"\""[..], b"\"a\nb", b"\"x\"", b" ", b"\"\r\n", b"\"\"\"", b"\t"]);
    let lines =
        prop::sample::select(vec![&b"\n"[..], b"\r\n", b"\"\n", b"\"\"\n", b"\xef\xbb\xbf", b"\"", b"\"a\n"]);
    let cells = prop::sample::select(vec![
        &b""[..],
        b"\"\"",
        b"0",
        b"-0",
        b"1.000000000",
        b"0.123456789",
        b"99999999999999999999.5",
        b"92233720368.54775808",
        b"1e3",
        b" 1",
        b"+1",
        b"2023-03-01",
        b"2023-03-01 08:00",
        b"2023-03-01 08:00:00",
        b"2023-03-01T08:00:00.1234560Z",
        b"2023-03-01t08:00:00z",
        b"2023-02-29 08:00:00",
        b"2023-03-01T08:00:00+18:30",
        b"2023-03-01T08:00:00-18:00",
        b" 2023-03-01T08:00:00Z",
        b"0001-01-01 00:00:00",
        b"9999-12-31 23:59:59.999999",
        b"raw",
        b"deduction",
        b"Raw",
        b"two words",
        b" led",
        b"\"a,b\"",
        b"\"a\nb\"",
        b"\"2023-03-01 08:00:00\"",
        b"\"12.5\"",
        b"caf\xc3\xa9",
        b"\xe2\x80\x83x",
        b"caf\xe9",
        b"\x7f",
        b"\xc2\x85x",
    ]);
    let at = any::<Index>;
    prop_oneof![
        3 => (at(), bytes).prop_map(|(at, text)| Change::Insert(at, text)),
        3 => (at(), starts).prop_map(|(at, text)| Change::InCell(at, text)),
        2 => (at(), lines).prop_map(|(at, text)| Change::InLine(at, text)),
        6 => (at(), cells).prop_map(|(at, text)| Change::Cell(at, text)),
        1 => at().prop_map(Change::Drop),
        1 => at().prop_map(Change::Remove),
        1 => at().prop_map(Change::Huge),
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Change::Overwrite(at, byte)),
        1 => Just(Change::CrLf),
        1 => Just(Change::NoLastLineFeed),
    ]
}

/// Where the bytes behind these bytes stand, and the beginning.
fn behind(text: &[u8], wanted: &[u8]) -> Vec<usize> {
    let found = (0..text.len()).filter(|&at| wanted.contains(&text[at]));
    std::iter::once(0).chain(found.map(|at| at + 1)).collect()
}

/// Makes a change behind byte `from`: a header that is hurt says little of the rows.
fn apply(text: &mut Vec<u8>, change: &Change, from: usize) {
    let mut rest = text.split_off(from);
    let put = |rest: &mut Vec<u8>, at: usize, bytes: &[u8]| drop(rest.splice(at..at, bytes.iter().copied()));
    let cell = |rest: &[u8], at: &Index| {
        let starts = behind(rest, b",\n");
        let start = starts[at.index(starts.len())];
        let end =
            rest[start..].iter().position(|byte| b",\r\n".contains(byte)).map_or(rest.len(), |n| start + n);
        start..end
    };
    match change {
        Change::Insert(at, bytes) => {
            let at = at.index(rest.len() + 1);
            put(&mut rest, at, bytes);
        }
        Change::InCell(at, bytes) => {
            let at = cell(&rest, at).start;
            put(&mut rest, at, bytes);
        }
        Change::InLine(at, bytes) => {
            let starts = behind(&rest, b"\n");
            put(&mut rest, starts[at.index(starts.len())], bytes);
        }
        Change::Cell(at, bytes) => {
            let cell = cell(&rest, at);
            rest.splice(cell, bytes.iter().copied());
        }
        Change::Drop(at) => {
            let cell = cell(&rest, at);
            rest.drain(cell.start..rest.len().min(cell.end + 1));
        }
        Change::Remove(at) if !rest.is_empty() => drop(rest.remove(at.index(rest.len()))),
        Change::Huge(at) => {
            let at = cell(&rest, at).start;
            put(&mut rest, at, &[b'h'; 5000]);
        }
        Change::Overwrite(at, byte) if !rest.is_empty() => {
            let at = at.index(rest.len());
            rest[at] = *byte;
        }
        Change::CrLf => {
            rest = rest.iter().flat_map(|&b| if b == b'\n' { vec![b'\r', b] } else { vec![b] }).collect();
        }
        Change::NoLastLineFeed => drop(rest.pop_if(|last| *last == b'\n')),
        Change::Remove(_) | Change::Overwrite(..) => {}
    }
    text.append(&mut rest);
}

/// The four files with some changes, mostly behind their headers.
fn exports() -> impl Strategy<Value = [Vec<u8>; 4]> {
    let one = (0..4_usize, change(), prop::bool::weighted(0.05));
    let mark = prop::bool::weighted(0.1);
    (prop::collection::vec(one, 0..8), mark).prop_map(|(changes, mark)| {
        let mut files = SAMPLE.clone();
        for (file, change, hurts_header) in changes {
            let text = &mut files[file];
            let header = text.iter().position(|&byte| byte == b'\n').map_or(text.len(), |at| at + 1);
            apply(text, &change, if hurts_header { 0 } else { header });
        }
        if mark {
            for text in &mut files {
                text.splice(0..0, *b"\xef\xbb\xbf");
            }
        }
        files
    })
}

fn folder(files: &[Vec<u8>; 4], suffix: &str, pack: impl Fn(&str, &[u8]) -> Vec<u8>) -> (TempDir, Inputs) {
    let folder = tempfile::tempdir().unwrap();
    let mut inputs = Inputs::default();
    for (name, text) in NAMES.iter().zip(files) {
        let path = folder.path().join(format!("{name}{suffix}"));
        fs::write(&path, pack(name, text)).unwrap();
        inputs.files.push((path, None));
    }
    (folder, inputs)
}

fn plain(files: &[Vec<u8>; 4]) -> (TempDir, Inputs) {
    folder(files, ".csv", |_, text| text.to_vec())
}

fn audit(inputs: &Inputs, reader: Reader, threads: usize) -> Result<Audit, String> {
    let options = Options { reader, threads: Some(threads), digests: true, ..Options::default() };
    engine::audit(inputs, &BOOK, &options, &Silent).map_err(|error| error.to_string())
}

/// Everything that came of a run, as text.
fn told(audit: &Result<Audit, String>) -> String {
    format!("{audit:#?}")
}

/// The first line in which one text is another than wanted, with what stands before it.
fn difference(found: &str, wanted: &str) -> Option<String> {
    if found == wanted {
        return None;
    }
    let same = found.lines().zip(wanted.lines()).take_while(|(found, wanted)| found == wanted).count();
    let near =
        |text: &str| text.lines().skip(same.saturating_sub(12)).take(16).collect::<Vec<_>>().join("\n");
    Some(format!("found\n{}\nwanted\n{}", near(found), near(wanted)))
}

/// What came of a run, as far as the names and the sizes of its files do not show.
fn told_of_rows(audit: &Audit) -> String {
    let files: Vec<_> = audit
        .files
        .iter()
        .map(|file| {
            (
                &file.role,
                &file.control,
                &file.unknown_columns,
                file.zone_assumed,
                file.blurred,
                file.long_decimals,
                &file.latest,
            )
        })
        .collect();
    let findings: Vec<_> =
        audit.findings.iter().map(|finding| (&finding.kind.slug, &finding.evidence)).collect();
    format!("{files:#?} {findings:#?} {:#?} {:#?} {:?}", audit.outcomes, audit.defects, audit.as_of)
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

fn zstd(text: &[u8]) -> Vec<u8> {
    zstd::encode_all(text, 1).unwrap()
}

fn zip(name: &str, text: &[u8]) -> Vec<u8> {
    let mut packed = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    packed.start_file(format!("{name}.csv"), zip::write::SimpleFileOptions::default()).unwrap();
    packed.write_all(text).unwrap();
    packed.finish().unwrap().into_inner()
}

/// Each way of packing.
fn packed(files: &[Vec<u8>; 4]) -> [(TempDir, Inputs); 3] {
    [
        folder(files, ".csv.gz", |_, text| gzip(text)),
        folder(files, ".csv.zst", |_, text| zstd(text)),
        folder(files, ".zip", zip),
    ]
}

fn blocks() -> impl Strategy<Value = (Reader, usize)> {
    let bytes = prop::sample::select(vec![1_usize, 7, 64, 500, 3000, 1 << 16]);
    (bytes, prop::sample::select(vec![1_usize, 2, 3, 8]))
        .prop_map(|(bytes, threads)| (Reader::Blocks { bytes }, threads))
}

/// A case is up to seven whole audits.
fn fewer_cases() -> ProptestConfig {
    let config = ProptestConfig::default();
    ProptestConfig { cases: config.cases.div_ceil(8), ..config }
}

proptest! {
    #![proptest_config(fewer_cases())]

    #[test]
    fn blocks_read_what_the_reference_reads(files in exports(), (reader, threads) in blocks()) {
        let (_kept, inputs) = plain(&files);
        let wanted = told(&audit(&inputs, Reader::Csv, 1));
        prop_assert_eq!(difference(&told(&audit(&inputs, reader, threads)), &wanted), None);
    }

    #[test]
    fn packed_files_are_read_as_they_were_before(files in exports(), (reader, threads) in blocks()) {
        let (_kept, inputs) = plain(&files);
        let plain = audit(&inputs, reader, threads);
        for (_kept, inputs) in packed(&files) {
            let by_reference = audit(&inputs, Reader::Csv, 2);
            let by_blocks = audit(&inputs, reader, threads);
            prop_assert_eq!(difference(&told(&by_blocks), &told(&by_reference)), None);
            // What is not UTF-8 or has no canonical header goes another way.
            if let (Ok(plain), Ok(packed)) = (&plain, by_blocks)
                && packed.files.iter().all(|file| file.dialect.is_none())
            {
                prop_assert_eq!(difference(&told_of_rows(&packed), &told_of_rows(plain)), None);
            }
        }
    }
}

#[test]
fn good_files_are_read_directly_however_they_are_packed() {
    let (_kept, inputs) = plain(&SAMPLE);
    let plain = audit(&inputs, Reader::BLOCKS, 2).unwrap();
    assert!(plain.files.iter().all(|file| file.control.rows_read() > 20 && file.sha256.is_some()));
    for (_kept, inputs) in packed(&SAMPLE) {
        let packed = audit(&inputs, Reader::BLOCKS, 2).unwrap();
        assert!(packed.files.iter().all(|file| file.dialect.is_none() && file.sha256.is_some()));
        assert_eq!(difference(&told_of_rows(&packed), &told_of_rows(&plain)), None);
        assert!(packed.files.iter().all(|file| file.part.is_some() == file.name().contains(".zip!")));
    }
}

#[test]
fn many_quotes_left_open_are_read_by_the_reference_to_the_end() {
    let mut files = SAMPLE.clone();
    let header = files[2].iter().position(|&byte| byte == b'\n').unwrap() + 1;
    let rows: Vec<u8> = files[2].split_off(header);
    // More than the blocks begin anew for. Each quote runs to the next one, which stands in another column.
    for round in 0..10 {
        for (number, line) in rows.split_inclusive(|&byte| byte == b'\n').enumerate() {
            let place = match (number + round) % 4 {
                0 => Some(0),
                2 => line.iter().rposition(|&byte| byte == b',').map(|comma| comma + 1),
                _ => None,
            };
            files[2].extend_from_slice(&line[..place.unwrap_or(0)]);
            files[2].extend_from_slice(if place.is_some() { b"\"" } else { b"" });
            files[2].extend_from_slice(&line[place.unwrap_or(0)..]);
        }
    }
    let (_kept, inputs) = plain(&files);
    let wanted = audit(&inputs, Reader::Csv, 1);
    assert!(wanted.as_ref().unwrap().defects.len() >= 100, "the damage is seen");
    for (bytes, threads) in [(64, 3), (3000, 2), (1 << 20, 1)] {
        let found = audit(&inputs, Reader::Blocks { bytes }, threads);
        assert_eq!(difference(&told(&found), &told(&wanted)), None);
    }
    for (_kept, inputs) in packed(&files) {
        let found = audit(&inputs, Reader::Blocks { bytes: 3000 }, 2).unwrap();
        assert_eq!(difference(&told_of_rows(&found), &told_of_rows(wanted.as_ref().unwrap())), None);
    }
}

#[test]
fn packed_files_that_end_early_or_are_damaged_stop_the_run() {
    let text: Vec<u8> = SAMPLE[2].repeat(3);
    let half = |packed: Vec<u8>| packed[..packed.len() / 2].to_vec();
    let mut bad_sum = gzip(&text);
    let crc = bad_sum.len() - 8;
    bad_sum[crc] ^= 1;
    for (name, bytes) in
        [("usage.csv.gz", half(gzip(&text))), ("usage.csv.gz", bad_sum), ("usage.csv.zst", half(zstd(&text)))]
    {
        let (kept, mut inputs) = plain(&SAMPLE);
        let path = kept.path().join(name);
        fs::write(&path, bytes).unwrap();
        inputs.files[2].0 = path;
        for reader in [Reader::Csv, Reader::BLOCKS, Reader::Blocks { bytes: 100 }] {
            let error = audit(&inputs, reader, 2).unwrap_err();
            assert!(error.contains(name), "{error}");
        }
    }
}
