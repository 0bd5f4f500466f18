//! Findings as JSON.

use std::io::{self, Write};

use super::{Report, rows::FindingRow, side_by_side::write_rows};

/// One object a line.
pub(super) fn write_lines(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let findings = &report.audit.findings;
    write_rows(findings.len(), out, |some, text| {
        for finding in &findings[some] {
            serde_json::to_writer(&mut *text, &FindingRow::of(finding, report.audit))?;
            text.push(b'\n');
        }
        Ok(())
    })
}

/// One array, an object a line.
pub(super) fn write_array(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"[")?;
    for (at, finding) in report.audit.findings.iter().enumerate() {
        out.write_all(if at == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &FindingRow::of(finding, report.audit))?;
    }
    out.write_all(b"\n]\n")
}
