//! What each file is, and what the files together can decide.

use refund_audit::{
    engine::{self, AuditError, Options},
    export::describe::{Description, describe},
    ingest::{IngestError, Inputs, Silent, plan_exports},
    record::Fate,
    report,
};

use super::{inputs, threads};
use crate::{args::InspectArgs, exit::Exit, output};

pub(crate) fn run(args: &InspectArgs) -> anyhow::Result<Exit> {
    let inputs = inputs(&args.inputs, "inspect")?;
    let mut described: Vec<Description> = Vec::new();
    let mut good = Inputs { files: Vec::new(), ..inputs.clone() };
    let mut failed: Vec<IngestError> = Vec::new();
    for file in &inputs.files {
        let dialects =
            inputs.dialects.iter().filter(|(path, _)| file.0 == *path || file.0.ends_with(path)).cloned();
        let alone = Inputs { files: vec![file.clone()], dialects: dialects.collect(), ..inputs.clone() };
        match one(&alone) {
            Ok(found) => {
                if found.iter().all(|file| file.error.is_none()) {
                    good.files.push(file.clone());
                }
                described.extend(found);
            }
            Err(errors) => failed.extend(errors),
        }
    }
    good.dialects.retain(|(path, _)| good.files.iter().any(|(file, _)| file.ends_with(path)));
    let survey = engine::survey(&good, &Options::default(), &Silent)?;
    // Where a file cannot be read, that is said last, and of the others what they are.
    if !described.is_empty() || !survey.passed_over.is_empty() {
        output::write_text(|out| report::inspect(&described, &survey, args.brief, out))?;
    }
    if !failed.is_empty() {
        return Err(AuditError::Ingest(failed).into());
    }
    let read: u64 = survey.files.iter().map(|file| file.control.rows_read()).sum();
    let rejected: u64 = survey.files.iter().map(|file| file.control.rows(Fate::Rejected)).sum();
    Ok(if described.iter().any(|file| file.error.is_some()) {
        Exit::Usage
    } else if read > 0 && rejected == read {
        Exit::Incomplete
    } else {
        Exit::Clean
    })
}

/// The tables of one file.
fn one(inputs: &Inputs) -> Result<Vec<Description>, Vec<IngestError>> {
    let plan = plan_exports(inputs)?;
    let mut found = Vec::new();
    for source in &plan.sources {
        for (opened, recognised) in plan.tables(source).map_err(|error| vec![error])? {
            let described = describe(opened, recognised, plan.catalogue(), threads());
            found.push(described.map_err(|error| vec![IngestError::from(error)])?);
        }
    }
    Ok(found)
}
