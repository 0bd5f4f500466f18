//! Good files, damaged at random: no panic, no hang, no lost row.

use std::{fs, path::PathBuf};

use crate::common::{convert_opened, recognised};
use proptest::prelude::*;

/// What may be put into a file.
const PIECES: [&[u8]; 16] = [
    b",",
    b"\"",
    b"\n",
    b"\r\n",
    b"\r",
    b"\t",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\0",
    b"`",
    b"=\"",
    b"-",
    b"1E+22",
    "合计".as_bytes(),
    "，".as_bytes(),
    b";",
];

fn fixtures() -> Vec<Vec<u8>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/exports/dialects");
    let mut paths: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()))
        .filter(|path| path.extension().is_some_and(|suffix| suffix == "csv"))
        .collect();
    paths.sort();
    paths.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

/// One damage: where (in thousandths of the file), what, and how much is taken away first.
fn damage() -> impl Strategy<Value = (u32, usize, usize)> {
    (0_u32..1000, 0..PIECES.len(), prop_oneof![Just(0_usize), 0_usize..3, 0_usize..200])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// `convert_opened` asserts that rows and sums tie and that the items account for every row.
    #[test]
    fn damaged_files_lose_no_row(which in 0_usize..1000, damages in prop::collection::vec(damage(), 1..6)) {
        let all = fixtures();
        let mut bytes = all[which % all.len()].clone();
        for (place, piece, taken) in damages {
            let at = bytes.len() * place as usize / 1000;
            let end = (at + taken).min(bytes.len());
            bytes.splice(at..end, PIECES[piece].iter().copied());
        }
        // A header that is damaged is an error of the file; every other damage is one of rows.
        if let Ok((opened, recognised)) = recognised(&bytes) {
            convert_opened(opened, recognised);
        }
    }

    /// Damage behind the header costs rows, never the file, unless it turns the sign of a refund.
    #[test]
    fn damage_below_the_header_keeps_the_other_rows(row in 0_usize..20, piece in 0..PIECES.len(), place in 0_usize..60) {
        let header = "instance_id,posted_at,quantity,unit\n";
        let rows: Vec<String> = (0..20).map(|n| format!("pack-{n},2024-07-17 00:00:{n:02},{n}.5,GB")).collect();
        let mut bytes = Vec::from(header);
        for (at, line) in rows.iter().enumerate() {
            let mut line = line.clone().into_bytes();
            if at == row {
                let place = place.min(line.len());
                line.splice(place..place, PIECES[piece].iter().copied());
            }
            bytes.extend(line);
            bytes.push(b'\n');
        }
        let (opened, recognised) = recognised(&bytes).unwrap_or_else(|error| panic!("{error}"));
        let outcome = convert_opened(opened, recognised);
        for (at, _) in rows.iter().enumerate().filter(|(at, _)| *at != row) {
            let pack = format!("pack-{at}");
            prop_assert!(outcome.records.iter().any(|record| record.cell("instance_id") == Some(&pack)), "{pack} is lost");
        }
    }
}
