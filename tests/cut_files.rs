//! Files that are cut short or change while they are read: said by name, never taken for whole.

mod support;

use std::{fs, io::Write as _};

use support::{Folder, ORDERS, csv, overpaid};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// Orders enough to fill some blocks of every packing.
fn orders() -> Vec<u8> {
    let row = |at: u64| {
        format!("C-{at},acct-{},css,traffic,USD,{}.00,2023-03-01T08:00:00+08:00", at * 7919, at % 97)
    };
    csv(ORDERS, &(1..400).map(row).collect::<Vec<_>>()).into_bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn archive(bytes: &[u8], method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("orders.csv", SimpleFileOptions::default().compression_method(method)).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap().into_inner()
}

/// Places to cut a file of this length: its first bytes, everywhere, and all through the check sum at its end.
fn cuts(length: usize) -> impl Iterator<Item = usize> {
    let anywhere = (1..12).map(move |part| length * part / 12);
    [0, 1, 2, 10, 18].into_iter().chain(anywhere).chain([9, 8, 4, 1].map(|short| length - short))
}

/// The other files of an audit, without its orders.
fn rest() -> Folder {
    let folder = overpaid();
    fs::remove_file(folder.path("in/orders.csv")).unwrap();
    folder
}

#[test]
fn packed_files_cut_anywhere_are_refused_by_name() {
    let plain = orders();
    for (name, packed) in [
        ("orders.csv.gz", gzip(&plain)),
        ("orders.csv.zst", zstd::encode_all(plain.as_slice(), 3).unwrap()),
        ("deflated-orders.zip", archive(&plain, CompressionMethod::Deflated)),
        ("stored-orders.zip", archive(&plain, CompressionMethod::Stored)),
    ] {
        let folder = rest();
        let file = format!("in/{name}");
        folder.write(&file, &packed);
        folder.run("audit in").leaves("run", 1);
        assert_eq!(folder.rows("run/outcomes.csv").len(), 399, "{name} is read where it is whole");
        fs::remove_dir_all(folder.path("run")).unwrap();
        for length in cuts(packed.len()) {
            folder.write(&file, &packed[..length]);
            let (code, said) = folder.run("audit in --out run").ends();
            let told = format!("{}{}", said.stdout, said.stderr);
            // Nothing at all in a file is missing data; everything else cannot be read.
            let wanted = if length == 0 { 3 } else { 2 };
            assert_eq!(code, Some(wanted), "{name} cut at {length}: {said:?}");
            assert!(told.contains(&file) && !told.contains("panicked"), "{name} cut at {length}: {said:?}");
            assert_eq!(folder.path("run").exists(), length == 0, "{name} cut at {length}");
            let _ = fs::remove_dir_all(folder.path("run"));
        }
    }
}

/// The whole process: a file that the run has read is changed while it waits for another one.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_grows_or_shrinks_while_it_is_read_is_named() {
    use std::{fs::OpenOptions, process::Command};

    use support::{PIPED, USAGE};

    let rows = ["U-1,C-2,2023-02-21T03:00:00+08:00,1", "U-2,C-2,2023-03-10T03:00:00+08:00,1"].join("\n");
    for (change, wanted) in [("nothing", 1), ("grows", 2), ("shrinks", 2)] {
        let folder = overpaid();
        let pipe = folder.path("in/pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let child = folder
            .run("audit --orders in/orders.csv --refunds in/refunds.csv --usage in/pipe --out run")
            .start();
        // Its header is read at once, and its rows when everything else was read: not before is there room for
        // more blank lines than a pipe holds.
        let mut usage = OpenOptions::new().write(true).open(&pipe).unwrap();
        usage.write_all(format!("{USAGE}\n{}", "\n".repeat(PIPED)).as_bytes()).unwrap();
        let text = folder.text("in/orders.csv");
        match change {
            "grows" => folder.write("in/orders.csv", format!("{text}C-3,acct-3,css,traffic,USD,1")),
            "shrinks" => folder.write("in/orders.csv", &text[..text.len() - 10]),
            _ => {}
        }
        usage.write_all(rows.as_bytes()).unwrap();
        drop(usage);
        let said = child.wait_with_output().unwrap();
        let told = String::from_utf8(said.stderr).unwrap();
        assert_eq!(said.status.code(), Some(wanted), "{change}: {told}");
        assert_eq!(folder.path("run").exists(), change == "nothing", "{change}");
        if change != "nothing" {
            let before = format!("in/orders.csv: had {} bytes when it was opened", text.len());
            assert!(told.contains(&before), "{change}: {told}");
        }
    }
}
