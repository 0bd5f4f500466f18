//! What a kind of finding means.

use refund_audit::finding::{KINDS, Kind};

use crate::{args::FindingArgs, exit::Exit, output};

pub(crate) fn run(args: &FindingArgs) -> anyhow::Result<Exit> {
    let Some(slug) = &args.slug else {
        output::write(|out| {
            KINDS.iter().try_for_each(|kind| {
                let class = format!("{}, {}", kind.class.word(), kind.severity.word());
                writeln!(out, "{:<30} {class:<18} {}", kind.slug, kind.page().title)
            })
        })?;
        return Ok(Exit::Clean);
    };
    let Some(kind) = Kind::of(slug) else {
        let near = refund_audit::nearest(slug, KINDS.iter().map(|kind| kind.slug));
        let near = near.map(|near| format!("; did you mean {near}")).unwrap_or_default();
        anyhow::bail!("no kind of finding is called {slug:?}{near} (`refund-audit finding` lists them)");
    };
    output::write(|out| {
        let page = kind.page();
        writeln!(out, "{}: {}", kind.slug, page.title)?;
        writeln!(out, "{}, {}", kind.class.word(), kind.severity.word())?;
        let sections = [
            ("What it means", page.meaning),
            ("Why it matters", page.importance),
            ("What to look at", page.look_at),
            ("When it is not a fault", page.innocence),
        ];
        sections.into_iter().try_for_each(|(heading, text)| writeln!(out, "\n{heading}\n{text}"))
    })?;
    Ok(Exit::Clean)
}
