//! What a kind of finding means.

use std::io::{self, Write};

use refund_audit::{
    finding::{KINDS, Kind},
    nearest, unbroken,
};

use crate::{args::FindingArgs, exit::Exit, output};

pub(crate) fn run(args: &FindingArgs) -> anyhow::Result<Exit> {
    let Some(slug) = &args.slug else {
        output::write_list(|out| KINDS.iter().try_for_each(|kind| line(kind, out)))?;
        return Ok(Exit::Clean);
    };
    let containing: Vec<&Kind> = KINDS.iter().filter(|kind| kind.slug.contains(slug.as_str())).collect();
    let kind = match (Kind::of(slug), containing.as_slice()) {
        (Some(kind), _) => kind,
        (None, [only]) => only,
        (None, []) => {
            let near = nearest(slug, KINDS.iter().map(|kind| kind.slug));
            let near = near.map(|near| format!("; did you mean {near}")).unwrap_or_default();
            anyhow::bail!("no kind of finding is called {slug:?}{near} (`refund-audit finding` lists them)");
        }
        (None, several) => {
            output::write_list(|out| several.iter().try_for_each(|kind| line(kind, out)))?;
            return Ok(Exit::Clean);
        }
    };
    output::write_text(|out| {
        let page = kind.page();
        writeln!(out, "{}: {}", kind.slug, page.title)?;
        writeln!(out, "{}, {}", kind.class.word(), kind.severity.word())?;
        let sections = [
            ("What it means", page.meaning),
            ("Why it matters", page.importance),
            ("What to look at", page.look_at),
            ("When it is not a fault", page.innocence),
        ];
        sections.into_iter().try_for_each(|(heading, text)| writeln!(out, "\n{heading}\n{}", unbroken(text)))
    })?;
    Ok(Exit::Clean)
}

/// A kind in the list.
fn line(kind: &Kind, out: &mut dyn Write) -> io::Result<()> {
    let class = format!("{}, {}", kind.class.word(), kind.severity.word());
    writeln!(out, "{:<30} {class:<18} {}", kind.slug, kind.page().title)
}
