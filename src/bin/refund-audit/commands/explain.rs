//! One order from its rows to its verdict.

use refund_audit::{engine, explain};

use super::{inputs, options, unchanged};
use crate::{args::ExplainArgs, exit::Exit, output, policies, progress::progress};

pub(crate) fn run(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let (_, book) = policies::load(&args.question.policies, args.question.no_builtin_policies)?;
    let inputs = inputs(&args.inputs)?;
    let options = options(&args.question, true, false)?;
    let progress = progress(args.question.progress, args.question.quiet);
    let told = engine::tell(&inputs, &book, &options, &args.order_id, progress.as_ref())?;
    unchanged(&told.files)?;
    let Some(case) = told.case else {
        let ids = &told.order_ids;
        let near = refund_audit::nearest(&args.order_id, ids.iter().map(String::as_str));
        let near = near.map(|near| format!("; did you mean {near}")).unwrap_or_default();
        anyhow::bail!("no order {:?} in the exports ({} orders read){near}", args.order_id, ids.len());
    };
    output::write(|out| explain::explain(&case, &book, &told.horizon, &told.files, out))?;
    Ok(Exit::Clean)
}
