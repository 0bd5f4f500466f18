//! What a run folder is known by: a manifest that names this program, and files that a run writes.
//!
//! A file called `manifest.json` alone says nothing: cost exports and build tools write such files too.

use std::{
    fs::{self, File},
    io::{self, BufReader},
    path::Path,
};

use serde::Deserialize;

/// The manifest of a run folder.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The value of `program` in a manifest of this program.
pub(crate) const PROGRAM: &str = "refund-audit";

/// Every name that a run folder of this program may hold.
pub(crate) const FILES: &[&str] = &[
    "findings.csv",
    "findings.jsonl",
    "findings.parquet",
    MANIFEST,
    "outcomes.csv",
    "outcomes.parquet",
    "refunds.csv",
    "rejects.csv",
    "summary.json",
];

#[derive(Deserialize)]
struct Named {
    program: String,
}

/// Whether a folder holds the manifest of a run of this program. A manifest that cannot be read is none.
pub(crate) fn is_run_folder(folder: &Path) -> bool {
    let path = folder.join(MANIFEST);
    // Opening a pipe would wait for a writer.
    path.is_file()
        && File::open(path)
            .ok()
            .and_then(|file| serde_json::from_reader::<_, Named>(BufReader::new(file)).ok())
            .is_some_and(|named| named.program == PROGRAM)
}

/// The name of something in a folder that no run writes; the first by name, none where everything is of a run.
///
/// # Errors
///
/// Where the folder cannot be read.
pub(crate) fn foreign_entry(folder: &Path) -> io::Result<Option<String>> {
    let mut foreign: Vec<String> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !FILES.contains(&name.as_str()) || entry.file_type()?.is_dir() {
            foreign.push(name);
        }
    }
    Ok(foreign.into_iter().min())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_of_another_program_makes_no_run_folder() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = folder.path().join(MANIFEST);
        for (text, is_run) in [
            (r#"{"program": "refund-audit", "version": "0.1.0", "inputs": []}"#, true),
            (r#"{"program": "another", "inputs": []}"#, false),
            (r#"{"blobCount": 2}"#, false),
            ("{}", false),
            ("not json", false),
            ("", false),
        ] {
            fs::write(&manifest, text).unwrap();
            assert_eq!(is_run_folder(folder.path()), is_run, "{text}");
        }
        fs::remove_file(&manifest).unwrap();
        fs::create_dir(&manifest).unwrap();
        assert!(!is_run_folder(folder.path()));
    }

    #[test]
    fn what_no_run_writes_is_foreign() {
        let folder = tempfile::tempdir().unwrap();
        for name in FILES {
            fs::write(folder.path().join(name), "").unwrap();
        }
        assert_eq!(foreign_entry(folder.path()).unwrap(), None);
        fs::write(folder.path().join("notes.txt"), "").unwrap();
        fs::create_dir(folder.path().join("march")).unwrap();
        assert_eq!(foreign_entry(folder.path()).unwrap().as_deref(), Some("march"));
    }
}
