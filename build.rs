//! Lists the policy files of `data/policies`, so that a file which is put there is built in; and says which commit a
//! release was built from, for `--version`.
//!
//! A packaged crate carries the commit in `.cargo_vcs_info.json`, a clone has git. Other profiles say none, so that a
//! commit does not make them compile everything again.

use std::{env, fmt::Write, fs, path::Path, process::Command};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    list_policies();
    let is_release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    let commit = if is_release { packaged().or_else(cloned) } else { None };
    if let Some(commit) = commit {
        println!("cargo:rustc-env=REFUND_AUDIT_COMMIT={commit}");
    }
}

fn list_policies() {
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo names the folder of the manifest");
    let folder = Path::new(&root).join("data/policies");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut names: Vec<String> = fs::read_dir(&folder)
        .expect("data/policies can be listed")
        .map(|entry| entry.expect("an entry can be read").file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    names.sort();
    let mut list = String::from("&[\n");
    for name in &names {
        let path = folder.join(name);
        writeln!(list, "    (\"data/policies/{name}\", include_str!({:?})),", path.display().to_string())
            .expect("a string takes text");
    }
    list.push_str("]\n");
    let out = env::var("OUT_DIR").expect("cargo names a folder for what is generated");
    fs::write(Path::new(&out).join("policies.rs"), list).expect("the list can be written");
}

/// The commit that `cargo package` wrote down.
fn packaged() -> Option<String> {
    let text = fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, after) = text.split_once("\"sha1\"")?;
    after.split('"').nth(1).and_then(short)
}

/// The commit of a clone; none where there is no git or the folder is not the root of its own repository.
fn cloned() -> Option<String> {
    let git = |arguments: &[&str]| {
        let output =
            Command::new("git").args(arguments).output().ok().filter(|output| output.status.success())?;
        String::from_utf8(output.stdout).ok().map(|text| text.trim().to_owned())
    };
    // Sources unpacked inside of another repository have nothing to do with its commits.
    if !git(&["rev-parse", "--show-prefix"])?.is_empty() {
        return None;
    }
    // It grows with each commit and checkout.
    println!("cargo:rerun-if-changed={}", git(&["rev-parse", "--git-path", "logs/HEAD"])?);
    short(&git(&["rev-parse", "HEAD"])?)
}

fn short(commit: &str) -> Option<String> {
    let is_commit = commit.len() >= 12 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_commit.then(|| commit[..12].to_owned())
}
