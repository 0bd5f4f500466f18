//! The layers of the library, held as a test: who may name whom, and where each outside crate lives.
//!
//! The tables are read bottom-up. A module names only modules above its own line, so they cannot describe
//! a circle; and every entry is used, so they cannot describe a house that is no longer there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A module, and the modules it may name.
const LAYERS: &[(&str, &[&str])] = &[
    // Words.
    ("money", &[]),
    ("time", &[]),
    // Helpers that know nothing of audits.
    ("digest", &[]),
    ("suggest", &[]),
    ("layout", &[]),
    // Large tables, byte by byte: knows nothing of what a column means.
    ("scan", &[]),
    // Folders in the making, for whoever writes.
    ("scratch", &[]),
    // What tells a run folder from any other, for who reads folders and who replaces them.
    ("run_folder", &[]),
    // Records that memory does not hold.
    ("spill", &["scan"]),
    // Facts.
    ("record", &["money", "time"]),
    // The same facts as bytes.
    ("store", &["money", "time", "record"]),
    // Exports as vendors write them, to canonical cells: knows nothing else of the program.
    ("export", &["scan"]),
    ("ingest", &["money", "time", "digest", "suggest", "scan", "run_folder", "record", "export"]),
    ("case", &["money", "time", "record"]),
    // Rules.
    ("policy", &["money", "time", "suggest", "record"]),
    // Judgement.
    ("finding", &["money", "time", "digest", "record", "policy"]),
    ("judge", &["money", "time", "record", "case", "policy", "finding"]),
    // The whole.
    (
        "engine",
        &[
            "money", "time", "scan", "scratch", "spill", "record", "store", "export", "ingest", "case",
            "policy", "finding", "judge",
        ],
    ),
    (
        "report",
        &[
            "money",
            "time",
            "digest",
            "layout",
            "scratch",
            "run_folder",
            "record",
            "export",
            "policy",
            "finding",
            "judge",
            "engine",
        ],
    ),
    ("explain", &["money", "time", "record", "ingest", "case", "policy", "judge"]),
    // Test data: it knows records and nothing of how they are judged.
    ("generate", &["scratch", "record"]),
    // The second calculation: it names nothing of the first.
    ("oracle", &[]),
    // Both, held against each other: it knows no rule.
    ("selftest", &["time", "record", "ingest", "policy", "engine", "oracle"]),
];

/// Where a module may name another one, but only this of it.
const ONLY: &[(&str, &str, &[&str])] = &[
    // A finding quotes a rule; how policies are read or found is none of its business.
    ("finding", "policy", &["Clause"]),
    // A report says whether a refund was due; it knows no policy file.
    ("report", "policy", &["Eligibility"]),
    // The names of the files that rows stand in.
    ("explain", "ingest", &["FileRead"]),
    // Whoever compares two judgements is no part of either.
    ("selftest", "policy", &["PolicyBook"]),
    ("selftest", "oracle", &["Oracle", "Question", "Answer", "TENDERS", "clock"]),
];

/// An outside crate, and the modules that may name it. The program may name all of them.
const CRATES: &[(&str, &[&str])] = &[
    ("rust_decimal", &["money"]),
    ("chrono", &["time"]),
    ("csv", &["ingest", "report"]),
    ("memchr", &["scan", "export"]),
    ("fearless_simd", &["scan"]),
    ("prefetch_index", &["scan"]),
    ("calamine", &["export"]),
    ("encoding_rs", &["export"]),
    ("flate2", &["export"]),
    ("zip", &["export"]),
    ("zstd", &["export", "spill"]),
    ("unicode_normalization", &["export"]),
    ("toml", &["policy", "export", "oracle"]),
    ("serde", &["report", "export", "run_folder"]),
    ("serde_json", &["report", "run_folder"]),
    ("rayon", &["engine", "report"]),
    ("polars", &["report", "export"]),
    ("polars_parquet", &["export"]),
    ("polars_parquet_format", &["export"]),
    ("sha2", &["digest"]),
    ("strsim", &["suggest"]),
    ("shlex", &["report"]),
    ("unicode_width", &["layout"]),
    ("textwrap", &["layout"]),
    ("tempfile", &["scratch"]),
    // Of the program alone.
    ("clap", &[]),
    ("indicatif", &[]),
    ("signal_hook", &[]),
    ("same_file", &[]),
    ("terminal_size", &[]),
    ("anyhow", &[]),
    ("anstream", &[]),
    ("anstyle", &[]),
];

/// A crate that is kept in single files of its homes, so that it can be replaced there.
const FILES: &[(&str, &[&str])] = &[
    ("polars", &["report/columns.rs", "export/source/parquet/cells.rs", "export/source/parquet/mod.rs"]),
    ("polars_parquet", &["export/source/parquet/mod.rs"]),
    ("polars_parquet_format", &["export/source/parquet/pages.rs"]),
];

/// Derives the errors of every boundary, and is seen in none of them.
const HOMELESS: &[&str] = &["thiserror", "either"];

#[test]
fn modules_depend_only_downward() {
    for (module, allowed) in LAYERS {
        for file in source_files(module) {
            for path in named(&code(&file)) {
                assert!(
                    !is_module(&path[0]) || path[0] == *module || allowed.contains(&path[0].as_str()),
                    "{} names crate::{}, which {module} may not depend on",
                    file.display(),
                    path.join("::")
                );
            }
        }
    }
}

#[test]
fn layers_have_no_circle() {
    for (at, (module, allowed)) in LAYERS.iter().enumerate() {
        for name in *allowed {
            let above = LAYERS[..at].iter().any(|(earlier, _)| earlier == name);
            assert!(above, "{module} may name {name}, which does not stand above it");
        }
    }
}

#[test]
fn every_entry_of_the_tables_is_used() {
    for (module, allowed) in LAYERS {
        let used: BTreeSet<String> = source_files(module)
            .iter()
            .flat_map(|file| named(&code(file)))
            .map(|path| path[0].clone())
            .collect();
        for name in *allowed {
            assert!(used.contains(*name), "{module} may name {name} and does not: the table can be tighter");
        }
    }
    for (outside, homes) in CRATES {
        for home in *homes {
            let used = source_files(home).iter().any(|file| names_crate(&code(file), outside));
            assert!(used, "{outside} is at home in {home}, which does not name it");
        }
    }
}

#[test]
fn every_module_has_its_layer() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let is_program = name == "bin" || name == "lib";
        assert!(is_program || is_module(&name), "{} has no line in the table of layers", path.display());
    }
}

#[test]
fn some_modules_name_little_of_others() {
    for (module, other, items) in ONLY {
        for file in source_files(module) {
            for path in named(&code(&file)).into_iter().filter(|path| path[0] == *other) {
                let item = path.get(1).map_or("*", String::as_str);
                assert!(
                    items.contains(&item),
                    "{} names {other}::{item}; of {other} it may name {items:?}",
                    file.display()
                );
            }
        }
    }
}

/// `super` is for the modules of one folder; it is no way round the table.
#[test]
fn super_does_not_leave_its_module() {
    for (module, _) in LAYERS {
        for file in source_files(module) {
            let text = code(&file);
            let top = file.ends_with("mod.rs") && depth(&file, module) == 1
                || file.ends_with(format!("{module}.rs"));
            assert!(!(top && text.contains("super::")), "{} names its siblings by super", file.display());
            let shallow = depth(&file, module) == 1 && text.contains("super::super::");
            assert!(!shallow, "{} leaves {module} by super::super", file.display());
        }
    }
}

#[test]
fn outside_crates_stay_at_home() {
    for (module, _) in LAYERS {
        for file in source_files(module) {
            let text = code(&file);
            for (outside, homes) in CRATES {
                assert!(
                    !names_crate(&text, outside) || homes.contains(module),
                    "{} names {outside}, which is at home in {homes:?}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn some_crates_are_kept_in_single_files() {
    for (outside, files) in FILES {
        let naming: BTreeSet<String> = LAYERS
            .iter()
            .flat_map(|(module, _)| source_files(module))
            .filter(|file| names_crate(&code(file), outside))
            .map(|file| {
                let below = file.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
                below.to_string_lossy().replace('\\', "/")
            })
            .collect();
        let wanted: BTreeSet<String> = files.iter().map(|file| (*file).to_owned()).collect();
        assert_eq!(naming, wanted, "files that name {outside}");
    }
}

#[test]
fn every_dependency_has_its_home() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
    let dependencies = manifest["dependencies"].as_table().unwrap();
    for name in dependencies.keys().map(|name| name.replace('-', "_")) {
        let homed = CRATES.iter().any(|(outside, _)| *outside == name) || HOMELESS.contains(&name.as_str());
        assert!(homed, "{name} is a dependency without a home in the table");
    }
    for (outside, _) in CRATES {
        let known = dependencies.keys().any(|name| name.replace('-', "_") == *outside);
        assert!(known, "{outside} is at home and no dependency");
    }
}

/// What the library never does, with the reason.
const NEVER: &[(&str, &str)] = &[
    ("println!", "the library prints nothing"),
    ("print!", "the library prints nothing"),
    ("eprintln!", "the library prints nothing"),
    ("eprint!", "the library prints nothing"),
    ("dbg!", "the library prints nothing"),
    ("process::exit", "the library exits nowhere"),
    ("process::Command", "the library starts no program"),
    ("SystemTime", "the library reads no clock"),
    ("Instant::now", "the library reads no clock"),
    ("Utc::now", "the library reads no clock"),
    ("Local::now", "the library reads no clock"),
    ("env::var", "the library reads no environment"),
    ("std::net", "the library opens no network connection"),
    ("f64", "money and quantities never pass through a binary float"),
    ("f32", "money and quantities never pass through a binary float"),
    ("unsafe", "nothing here needs it"),
];

#[test]
fn the_library_keeps_its_promises() {
    for (module, _) in LAYERS {
        for file in source_files(module) {
            for (number, line) in code(&file).lines().enumerate() {
                for (word, reason) in NEVER {
                    assert!(!has_word(line, word), "{}:{}: {word}: {reason}", file.display(), number + 1);
                }
            }
        }
    }
}

// ---- reading source

fn is_module(name: &str) -> bool {
    LAYERS.iter().any(|(module, _)| *module == name)
}

/// `src/<module>.rs` and everything under `src/<module>/`.
fn source_files(module: &str) -> Vec<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut pending = vec![source.join(module), source.join(format!("{module}.rs"))];
    let mut files = Vec::new();
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.is_file() && path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    assert!(!files.is_empty(), "there is no source of module {module}");
    files.sort();
    files
}

/// How many folders below `src` a file of a module stands.
fn depth(file: &Path, module: &str) -> usize {
    let below = file.iter().rev().position(|part| part == module);
    below.unwrap_or(0)
}

/// The code of a file: without comments, and without its unit tests, which stand at the end.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

fn is_part_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Whether a word stands in a line, not as part of a longer one.
fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        !before.is_some_and(is_part_of_word) && (word.ends_with('!') || !after.is_some_and(is_part_of_word))
    })
}

/// Whether a path begins with a crate's name.
fn names_crate(text: &str, outside: &str) -> bool {
    let path = format!("{outside}::");
    let plain = format!("use {outside};");
    text.contains(&plain)
        || text.match_indices(&path).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            !before.is_some_and(|c| is_part_of_word(c) || c == ':')
        })
}

/// Every path after a `crate::`, groups resolved: `crate::{a, b::{C, D}}` names `a`, `b::C` and `b::D`.
fn named(text: &str) -> Vec<Vec<String>> {
    let mut paths = Vec::new();
    for (at, prefix) in text.match_indices("crate::") {
        let before = text[..at].chars().next_back();
        if before.is_some_and(is_part_of_word) {
            continue;
        }
        tree(&mut text[at + prefix.len()..].chars().peekable(), &[], &mut paths);
    }
    paths
}

type Chars<'t> = std::iter::Peekable<std::str::Chars<'t>>;

/// One use tree: a name, a path, or a group of trees.
fn tree(chars: &mut Chars<'_>, before: &[String], paths: &mut Vec<Vec<String>>) {
    let mut path = before.to_vec();
    loop {
        while chars.next_if(|c| c.is_whitespace()).is_some() {}
        if chars.next_if_eq(&'{').is_some() {
            loop {
                tree(chars, &path, paths);
                // Past a renaming and whatever else stands before the next tree.
                while chars.next_if(|c| !matches!(c, ',' | '}')).is_some() {}
                if chars.next() != Some(',') {
                    return;
                }
                while chars.next_if(|c| c.is_whitespace()).is_some() {}
                if chars.next_if_eq(&'}').is_some() {
                    return;
                }
            }
        }
        let mut name = String::new();
        while let Some(c) = chars.next_if(|c| is_part_of_word(*c) || *c == '*') {
            name.push(c);
        }
        if name.is_empty() {
            break;
        }
        path.push(name);
        let mut ahead = chars.clone();
        if (ahead.next(), ahead.next()) != (Some(':'), Some(':')) {
            break;
        }
        *chars = ahead;
    }
    if path.len() > before.len() {
        paths.push(path);
    }
}

#[test]
fn paths_are_read_out_of_groups() {
    let text = "use crate::{money::Money, record::{self, Order as O,\n    Tender}, time::*};\nlet a = crate::judge::x(1); crate::case;";
    let found: BTreeMap<String, usize> =
        named(text).into_iter().map(|path| path.join("::")).fold(BTreeMap::new(), |mut seen, path| {
            *seen.entry(path).or_default() += 1;
            seen
        });
    let found: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(
        found,
        ["case", "judge::x", "money::Money", "record::Order", "record::Tender", "record::self", "time::*"]
    );
    assert!(
        names_crate("let x = csv::Reader", "csv") && !names_crate("crate::csv::x super::csv_files::y", "csv")
    );
}
