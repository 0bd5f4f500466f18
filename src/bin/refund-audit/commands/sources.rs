//! The pages behind the policies: listed, and held against saved copies.

use std::{collections::BTreeMap, io::Write, path::Path};

use anyhow::Context;
use refund_audit::{
    policy::{PolicyBook, Source, Version},
    sha256_of_file,
};

use crate::{exit::Exit, output};

/// A page with the policies that cite it.
struct Page<'b> {
    source: &'b Source,
    cited_by: Vec<String>,
    clauses: Vec<&'b str>,
}

pub(crate) fn run(folder: Option<&Path>, book: &PolicyBook) -> anyhow::Result<Exit> {
    let mut pages: BTreeMap<(&str, &str), Page<'_>> = BTreeMap::new();
    for policy in book.policies() {
        for version in &policy.versions {
            for source in &version.sources {
                let page = pages.entry((&source.url, &source.title)).or_insert_with(|| Page {
                    source,
                    cited_by: Vec::new(),
                    clauses: Vec::new(),
                });
                page.cited_by.push(format!("{}@{}", policy.id, version.id));
                page.clauses.extend(places(version, source));
                // The copy to hold against is the one that was read last.
                if source.read_on > page.source.read_on || page.source.digest.is_none() {
                    page.source = source;
                }
            }
        }
    }
    let mut changed = false;
    let mut text = Vec::new();
    for page in pages.values() {
        changed |= tell(page, folder, &mut text)?;
    }
    output::write(|out| out.write_all(&text))?;
    Ok(if changed { Exit::Findings } else { Exit::Clean })
}

/// The places of the clauses that were written from a source.
fn places<'b>(version: &'b Version, source: &Source) -> Vec<&'b str> {
    let of_branches = version.terms.branches().flat_map(|terms| {
        let window = terms.window.as_ref().map(|window| &window.clause);
        [Some(&terms.amount.clause), Some(&terms.tenders.clause), window, Some(&terms.usage.clause)]
    });
    let cited = of_branches.flatten().filter(|clause| clause.source.as_deref() == Some(&*source.cited));
    let mut places: Vec<&str> = cited.map(|clause| &*clause.place).collect();
    places.dedup();
    places
}

/// The name that a saved copy of a page is looked for under: the end of its address or path.
fn name(source: &Source) -> String {
    let path = if source.url.contains("github.com") { &source.title } else { &source.url };
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' };
    let name: String = path.trim_start_matches("https://").chars().map(plain).collect();
    format!("{}.txt", name.trim_end_matches('_'))
}

/// One page; whether its saved copy says something else than what was read.
fn tell(page: &Page<'_>, folder: Option<&Path>, out: &mut dyn Write) -> anyhow::Result<bool> {
    let Page { source, cited_by, clauses } = page;
    writeln!(out, "{}", source.title)?;
    let checked = source.checked_on.as_ref().map(|on| format!(", checked {on}")).unwrap_or_default();
    writeln!(out, "    {} ({}), read {}{checked}", source.url, source.stamp, source.read_on)?;
    writeln!(out, "    cited by {}", cited_by.join(", "))?;
    let Some(folder) = folder else {
        writeln!(out, "    copy     {}", name(source))?;
        return Ok(false);
    };
    let path = folder.join(name(source));
    if !path.exists() {
        writeln!(out, "    no copy  {}", path.display())?;
        return Ok(false);
    }
    let digest = sha256_of_file(&path).with_context(|| path.display().to_string())?;
    let digest = format!("sha256:{digest}");
    let Some(read) = &source.digest else {
        writeln!(out, "    no digest of what was read; this copy has {digest}")?;
        return Ok(false);
    };
    if *read == digest {
        writeln!(out, "    unchanged")?;
        return Ok(false);
    }
    writeln!(out, "    CHANGED  {digest} instead of {read}; to be read again:")?;
    for place in clauses {
        writeln!(out, "        {place}")?;
    }
    Ok(true)
}
