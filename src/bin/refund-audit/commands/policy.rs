//! Policies: listed, shown, checked.

use std::{collections::BTreeMap, io::Write, path::PathBuf};

use anyhow::Context;
use refund_audit::{
    explain::policy_page,
    policy::{
        BUILTIN, Policy, PolicyBook,
        examples::{Checked, EXAMPLES, Verdict, examples},
        lint, migrate,
    },
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
        PolicyCommand::Examples { sources } => {
            let (_, book) = policies::load(&sources.policies, sources.no_builtin_policies)?;
            let checked = examples(EXAMPLES, &book)?;
            output::write(|out| printed(&checked, out))?;
            Ok(Exit::Clean)
        }
        PolicyCommand::Migrate { files, write } => migrate_all(files, *write),
        PolicyCommand::Coverage { paths, sources } => {
            let (_, book) = policies::load(&sources.policies, sources.no_builtin_policies)?;
            super::coverage::run(paths, &book)
        }
        PolicyCommand::Sources { check, sources } => {
            let (_, book) = policies::load(&sources.policies, sources.no_builtin_policies)?;
            super::sources::run(check.as_deref(), &book)
        }
    }
}

/// The printed sums, each with both verdicts.
fn printed(checked: &[Checked], out: &mut dyn Write) -> std::io::Result<()> {
    let words = |verdict: &Verdict| match verdict {
        Verdict::Agrees => "agrees".to_owned(),
        Verdict::Formula => "agrees with the formula of the page, which its print contradicts".to_owned(),
        Verdict::Reading(id) => format!("agrees under the reading {id}"),
        Verdict::NoPolicy => "no policy in force".to_owned(),
        Verdict::Differs(got) => format!("DIFFERS: {got}"),
    };
    for Checked { example, by_method, by_policy } in checked {
        let printed = example.printed.text(example.currency);
        writeln!(out, "{:<12} {printed} {}", example.id, example.currency)?;
        writeln!(out, "    by its method   {}", words(by_method))?;
        writeln!(out, "    by {}   {}", example.policy, words(by_policy))?;
        writeln!(out, "    {} ({}), {}", example.page, example.stamp, example.place)?;
        if let Some(note) = &example.note {
            writeln!(out, "    {note}")?;
        }
    }
    let count = |fits: &dyn Fn(&Checked) -> bool| checked.iter().filter(|one| fits(one)).count();
    let agree = |verdict: &Verdict| !matches!(verdict, Verdict::Differs(_) | Verdict::NoPolicy);
    writeln!(
        out,
        "{} printed sums: {} by their method, {} by a policy in force, {} without one",
        checked.len(),
        count(&|one| agree(&one.by_method)),
        count(&|one| agree(&one.by_policy)),
        count(&|one| one.by_policy == Verdict::NoPolicy)
    )
}

fn migrate_all(paths: &[PathBuf], write: bool) -> anyhow::Result<Exit> {
    for path in paths {
        let file = policies::file(path)?;
        let text = migrate(&file.name, &file.text)?;
        if write {
            std::fs::write(path, text).with_context(|| format!("{}", path.display()))?;
        } else {
            output::write(|out| out.write_all(text.as_bytes()))?;
        }
    }
    Ok(Exit::Clean)
}

/// Every policy by vendor, site and confidence of its version in force last, each with its versions.
fn list(book: &PolicyBook, out: &mut dyn Write) -> std::io::Result<()> {
    let confidence = |policy: &Policy| {
        let last = policy.versions.iter().rfind(|version| version.held.is_none());
        last.map_or("held back", |version| match version.confidence.as_str() {
            "high" => "high confidence",
            "medium" => "medium confidence",
            _ => "low confidence",
        })
    };
    let order = ["high confidence", "medium confidence", "low confidence", "held back"];
    let mut groups: BTreeMap<(&str, &str, usize), Vec<&Policy>> = BTreeMap::new();
    for policy in book.policies() {
        let rank = order.iter().position(|word| *word == confidence(policy)).unwrap_or(order.len());
        groups.entry((&policy.vendor, &policy.site, rank)).or_default().push(policy);
    }
    for ((vendor, site, rank), policies) in groups {
        writeln!(out, "{vendor}, site {site}, {}: {}", order[rank], policies.len())?;
        for policy in policies {
            writeln!(out, "  {}", policy.id)?;
            writeln!(out, "      {}", policy.title)?;
            for version in &policy.versions {
                let side = |at: Option<refund_audit::time::Instant>| {
                    at.map_or("open".to_owned(), |at| at.plain(Offset::BEIJING))
                };
                let (from, to) = (side(version.effective.from), side(version.effective.to));
                let held = version.held.as_ref().map(|why| format!(", held back: {why}")).unwrap_or_default();
                writeln!(out, "      {:<14} {from} until {to}, {}{held}", version.id, version.confidence)?;
            }
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
