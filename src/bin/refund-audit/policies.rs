//! The policy files of a run: the built-in ones, and those of folders.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use refund_audit::{
    policy::{BUILTIN, PolicyBook, Prices},
    report::PolicyFile,
};

use crate::args::QuestionArgs;

/// The files and the book they make. A later file with the id of an earlier one replaces it.
pub(crate) fn load(folders: &[PathBuf], no_builtin: bool) -> anyhow::Result<(Vec<PolicyFile>, PolicyBook)> {
    let mut files: Vec<PolicyFile> = Vec::new();
    if !no_builtin {
        files.extend(BUILTIN.iter().map(|(name, text)| PolicyFile {
            name: (*name).to_owned(),
            text: (*text).to_owned(),
            builtin: true,
        }));
    }
    for folder in folders {
        files.extend(files_of(folder)?);
    }
    let book = book(&files)?;
    Ok((files, book))
}

/// The policies of a question, with its prices; the files that it was read from.
pub(crate) fn of_question(args: &QuestionArgs) -> anyhow::Result<(Vec<PolicyFile>, PolicyBook)> {
    let (mut files, book) = load(&args.policies, args.no_builtin_policies)?;
    let Some(path) = &args.prices else { return Ok((files, book)) };
    let prices = file(path).with_context(|| "prices")?;
    let book = book.with_prices(Prices::load(&prices.name, &prices.text)?);
    files.push(prices);
    Ok((files, book))
}

/// The book of some files.
pub(crate) fn book(files: &[PolicyFile]) -> anyhow::Result<PolicyBook> {
    let pairs: Vec<(&str, &str)> =
        files.iter().map(|file| (file.name.as_str(), file.text.as_str())).collect();
    Ok(PolicyBook::load(&pairs)?)
}

pub(crate) fn files_of(folder: &Path) -> anyhow::Result<Vec<PolicyFile>> {
    anyhow::ensure!(!folder.is_file(), "--policies {}: give the folder, not the file", folder.display());
    let entries = fs::read_dir(folder).with_context(|| format!("policies folder {}", folder.display()))?;
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("policies folder {}", folder.display()))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    anyhow::ensure!(!paths.is_empty(), "{}: no .toml file in this policies folder", folder.display());
    paths.iter().map(|path| file(path)).collect()
}

/// One policy file.
pub(crate) fn file(path: &Path) -> anyhow::Result<PolicyFile> {
    let name = path.to_string_lossy().into_owned();
    let text = fs::read_to_string(path).with_context(|| format!("policy file {name}"))?;
    Ok(PolicyFile { name, text, builtin: false })
}
