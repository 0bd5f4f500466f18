//! Policies: listed, shown, checked.

use std::{io::Write, path::PathBuf};

use refund_audit::{
    explain::policy_page,
    policy::{BUILTIN, Policy, PolicyBook, lint},
    report::PolicyFile,
    time::Offset,
};

use crate::{args::PolicyCommand, exit::Exit, output, policies};

pub(crate) fn run(command: &PolicyCommand) -> anyhow::Result<Exit> {
    match command {
        PolicyCommand::List { sources } => {
            let (_, book) = policies::load(&sources.policies, sources.no_builtin_policies)?;
            output::write_list(|out| list(&book, out))?;
            Ok(Exit::Clean)
        }
        PolicyCommand::Show { id, sources } => {
            let (_, book) = policies::load(&sources.policies, sources.no_builtin_policies)?;
            let containing: Vec<&Policy> =
                book.policies().iter().filter(|policy| policy.id.contains(id.as_str())).collect();
            let policy = match (book.get(id), containing.as_slice()) {
                (Some(policy), _) => policy,
                (None, [only]) => only,
                (None, []) => {
                    let near = refund_audit::nearest(id, book.policies().iter().map(|policy| &*policy.id));
                    let near = near.map(|near| format!("; did you mean {near}")).unwrap_or_default();
                    anyhow::bail!("no policy {id:?}{near} (`refund-audit policy list` names them)");
                }
                (None, several) => {
                    output::write_list(|out| {
                        several.iter().try_for_each(|policy| writeln!(out, "{}  {}", policy.id, policy.title))
                    })?;
                    return Ok(Exit::Clean);
                }
            };
            output::write_text(|out| policy_page(policy, out))?;
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
    let mut named: Vec<String> = Vec::new();
    for path in paths {
        let more = if path.is_dir() { policies::files_of(path)? } else { vec![policies::file(path)?] };
        named.extend(more.iter().map(|file| file.name.clone()));
        files.extend(more);
    }
    let book = policies::book(&files)?;
    let wanted = book.policies().iter().filter(|policy| named.is_empty() || named.contains(&policy.file));
    output::write_list(|out| {
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
