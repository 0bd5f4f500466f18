//! What is needed to repeat a run: program, options, and every file by its digest.

use serde_json::{Value, json};

use crate::{digest::Digest, engine::Audit, record::Fate, run_folder::PROGRAM, time::Offset};

/// A policy file of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyFile {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Whether it is part of the program.
    pub builtin: bool,
}

/// What the run was asked to do. Neither threads nor progress nor colours: they change no result.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Version of the program.
    pub version: String,
    /// `--fail-on`.
    pub fail_on: String,
    /// `--opportunities`.
    pub opportunities: bool,
    /// `--allow-rejects`.
    pub allow_rejects: u64,
    /// `--max-undecided`, as it was typed.
    pub max_undecided: String,
    /// `--outcomes`: `requested` or `all`.
    pub outcomes: String,
    /// `--csv-guard`: whether cells of text are kept from being formulas.
    pub csv_guard: bool,
    /// Policy files, by name.
    pub policies: Vec<PolicyFile>,
}

/// `manifest.json`.
pub(super) fn manifest(manifest: &Manifest, audit: &Audit) -> Value {
    let inputs: Vec<Value> = audit
        .files
        .iter()
        .map(|file| {
            let mut entry = json!({
                "file": file.name(), "role": file.role.word(), "bytes": file.bytes, "sha256": file.sha256,
                "rows": file.control.rows_read(), "rejected": file.control.rows(Fate::Rejected),
            });
            if let Some(dialect) = &file.dialect {
                entry["dialect"] = json!(dialect);
            }
            entry
        })
        .collect();
    let policies: Vec<Value> = manifest
        .policies
        .iter()
        .map(|file| {
            let mut digest = Digest::default();
            digest.update(file.text.as_bytes());
            json!({
                "file": file.name, "builtin": file.builtin, "bytes": file.text.len(), "sha256": digest.hex(),
            })
        })
        .collect();
    json!({
        "program": PROGRAM,
        "version": manifest.version,
        "as_of": audit.as_of.text(Offset::BEIJING),
        "as_of_given": audit.as_of_given,
        "usage_covers": audit.coverage.interval.text(Offset::BEIJING),
        "usage_covers_given": audit.coverage.given,
        "options": {
            "fail_on": manifest.fail_on, "opportunities": manifest.opportunities,
            "allow_rejects": manifest.allow_rejects, "max_undecided": manifest.max_undecided,
            "outcomes": manifest.outcomes, "csv_guard": if manifest.csv_guard { "always" } else { "never" },
            "request_lag_days": audit.request_lag_days,
        },
        "inputs": inputs,
        "policies": policies,
    })
}
