//! What is said of a file as a whole.

use std::collections::BTreeMap;

use super::aside::Repeated;
use crate::{
    finding::{Direction, Evidence, Finding, Kind},
    ingest::{Fates, FileRead},
    money::Money,
    record::{FileId, Role, SourceRef},
    time::Offset,
};

/// A finding about a file, with no order and no money.
fn about_file(slug: &'static str, file: &FileRead, line: u64, explanation: String) -> Finding {
    let kind = Kind::of(slug).expect("a finding is in the catalogue");
    Finding {
        order_id: None,
        refund_id: None,
        kind,
        class: kind.class,
        severity: kind.severity,
        direction: Direction::None,
        currency: None,
        amount_at_risk: Money::ZERO,
        asked_at: None,
        expected_total: None,
        actual_total: None,
        citation: None,
        explanation,
        evidence: vec![Evidence {
            role: file.role,
            at: SourceRef { file: file.id, line },
            id: String::new(),
        }],
        readings: Vec::new(),
        primary: false,
        exposure: Money::ZERO,
    }
}

/// What concerns a whole column or file: once, with its count.
pub(super) fn about_files(
    files: &[FileRead],
    repeated: &Repeated,
    fates: &BTreeMap<FileId, Fates>,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        let name = file.name();
        // A zone that the vendor states is no assumption.
        if file.zone_assumed > 0 && !file.is_zone_sourced {
            let text = format!(
                "{name}: {} no offset from UTC; {} was assumed.",
                count(file.zone_assumed, "instant has", "instants have"),
                Offset::BEIJING
            );
            found.push(about_file("naive-time", file, 1, text));
        }
        if file.long_decimals > 0 {
            let text = format!(
                "{name}: {} with more than eight decimals, the rest being zeros; nothing was lost.",
                count(file.long_decimals, "amount is written", "amounts are written")
            );
            found.push(about_file("precision", file, 1, text));
        }
        if let Some(rows) = repeated.get(&file.id) {
            let text = format!(
                "{name}: {} in the exports already, word for word, and counted once.",
                count(*rows, "row stands", "rows stand")
            );
            found.push(about_file("duplicate-row", file, 1, text));
        }
    }
    for (file, fates) in fates.iter().filter(|(_, fates)| fates.orphans() > 0) {
        let file = &files[file.0 as usize];
        let ids: Vec<&str> = fates.examples().keys().map(String::as_str).collect();
        let text = format!(
            "{}: {} to no order of the exports ({}{}): they may hide use of a package.",
            file.name(),
            count(fates.orphans(), "row belongs", "rows belong"),
            ids.join(", "),
            if fates.orphans() > ids.len() as u64 { ", …" } else { "" }
        );
        let mut finding = about_file("orphan-deduction", file, 1, text);
        finding.evidence = fates
            .examples()
            .iter()
            .map(|(id, line)| Evidence {
                role: Role::Usage,
                at: SourceRef { file: file.id, line: *line },
                id: id.clone(),
            })
            .collect();
        found.push(finding);
    }
    found
}

fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
