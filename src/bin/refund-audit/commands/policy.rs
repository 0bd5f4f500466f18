//! Policies: listed, shown, checked.

use std::{io::Write, path::PathBuf};

use refund_audit::{
    explain::policy_page,
    policy::{BUILTIN, PolicyBook, lint},
    report::PolicyFile,
    time::Offset,
};

use crate::{args::PolicyCommand, exit::Exit, output, policies};

pub(crate) fn run(command: &PolicyCommand) -> anyhow::Result<Exit> {
    match command {
        PolicyCommand::List { sources } => {
            let (_, book) = policies::load(&sources.policies, sources.no_builtin_policies)?;
            output::write(|out| list(&book, out))?;
            Ok(Exit::Clean)
        }
        PolicyCommand::Show { id, sources } => {
            let (_, book) = policies::load(&sources.policies, sources.no_builtin_policies)?;
            let Some(policy) = book.get(id) else {
                let near = refund_audit::nearest(id, book.policies().iter().map(|policy| &*policy.id));
                let near = near.map(|near| format!("; did you mean {near}")).unwrap_or_default();
                anyhow::bail!("no policy {id:?}{near} (`refund-audit policy list` names them)");
            };
            output::write(|out| policy_page(policy, out))?;
            Ok(Exit::Clean)
        }
        PolicyCommand::Check { files } => check(files),
    }
}

fn list(book: &PolicyBook, out: &mut dyn Write) -> std::io::Result<()> {
    for policy in book.policies() {
        writeln!(out, "{}", policy.id)?;
        writeln!(out, "    {} ({}, site {})", policy.title, policy.vendor, policy.site)?;
        for version in &policy.versions {
            let side = |at: Option<refund_audit::time::Instant>| {
                at.map_or("open".to_owned(), |at| at.plain(Offset::BEIJING))
            };
            let (from, to) = (side(version.effective.from), side(version.effective.to));
            writeln!(out, "    {:<14} {from} until {to}, confidence {}", version.id, version.confidence)?;
        }
    }
    Ok(())
}

/// Everything the loader knows, and the remarks. A file may inherit from a built-in policy, so these are
/// loaded beside it.
fn check(paths: &[PathBuf]) -> anyhow::Result<Exit> {
    let mut files: Vec<PolicyFile> = BUILTIN
        .iter()
        .map(|(name, text)| PolicyFile { name: (*name).to_owned(), text: (*text).to_owned(), builtin: true })
        .collect();
    for path in paths {
        files.push(policies::file(path)?);
    }
    let book = policies::book(&files)?;
    let named: Vec<String> = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let wanted = book.policies().iter().filter(|policy| named.is_empty() || named.contains(&policy.file));
    output::write(|out| {
        for policy in wanted {
            let remarks = lint(policy);
            let versions = policy.versions.len();
            writeln!(
                out,
                "{}: {} loads, {versions} version{}",
                policy.file,
                policy.id,
                if versions == 1 { "" } else { "s" }
            )?;
            for remark in remarks {
                let version = if remark.version.is_empty() {
                    String::new()
                } else {
                    format!("version {}: ", remark.version)
                };
                writeln!(out, "    {version}{}", remark.message)?;
            }
        }
        Ok(())
    })?;
    Ok(Exit::Clean)
}
