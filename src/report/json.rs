//! Findings as JSON.

use std::io::{self, Write};

use super::{Report, rows::FindingRow};

/// One object a line.
pub(super) fn write_lines(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.audit.findings {
        serde_json::to_writer(&mut *out, &FindingRow::of(finding, report.audit))?;
        out.write_all(b"\n")?;
    }
    Ok(())
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
