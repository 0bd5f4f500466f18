//! Runs that are interrupted, terminated or killed: quiet, nothing half written, nothing left for good.

mod support;

use std::{
    env,
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

use refund_audit::scratch::Scratch;
use support::{Folder, USAGE, csv, overpaid};

/// How often a run is tried that may be over before it is caught.
const TRIES: usize = 20;

/// Exports whose conversion takes its time.
fn long() -> Folder {
    let row = |at: usize| format!("U-{at},C-1,2023-02-21T03:00:00+08:00,1");
    Folder::new().with("in/usage.csv", csv(USAGE, &(0..200_000).map(row).collect::<Vec<_>>()))
}

/// Waits until a run writes beside its place, or is over.
fn until_it_writes(folder: &Folder, child: &mut Child) {
    while folder.names() == ["in"] && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_millis(1));
    }
}

#[cfg(unix)]
mod signals {
    use std::{fs::OpenOptions, os::unix::process::ExitStatusExt};

    use super::*;

    const SIGNALS: [(&str, i32); 2] = [("INT", 2), ("TERM", 15)];

    fn send(signal: &str, child: &Child) {
        let sent = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Which signal ended a run, and that it said nothing.
    fn ended_by(mut child: Child) -> Option<i32> {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let status = child.wait().unwrap();
        if status.signal().is_some() {
            assert_eq!((stdout, stderr), (String::new(), String::new()));
        }
        status.signal()
    }

    #[test]
    fn a_run_that_waits_for_its_input_ends_by_the_signal_and_says_nothing() {
        for (signal, number) in SIGNALS {
            for options in ["", " --quiet", " --progress always", " --threads 1"] {
                let folder = overpaid();
                let pipe = folder.path("in/pipe");
                assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
                let arguments =
                    format!("audit --orders in/orders.csv --usage in/pipe --out run --force{options}");
                let child = folder.run(&arguments).start();
                // A pipe opens once the other side has opened it as well; nothing ever comes through it.
                let _writer = OpenOptions::new().write(true).open(&pipe).unwrap();
                send(signal, &child);
                assert_eq!(ended_by(child), Some(number), "SIG{signal}{options}");
                assert_eq!(folder.names(), ["in"]);
            }
        }
    }

    #[test]
    fn a_run_that_writes_ends_by_the_signal_and_leaves_nothing() {
        let folder = long();
        for (signal, number) in SIGNALS {
            let caught = (0..TRIES).any(|_| {
                let mut child = folder.run("convert in --out out").start();
                until_it_writes(&folder, &mut child);
                send(signal, &child);
                let ended = ended_by(child);
                match ended {
                    Some(_) => assert_eq!(folder.names(), ["in"]),
                    None => assert_eq!(folder.names(), ["in", "out"]),
                }
                let _ = std::fs::remove_dir_all(folder.path("out"));
                ended == Some(number)
            });
            assert!(caught, "no conversion was caught while it wrote");
        }
    }

    #[test]
    fn what_was_to_be_replaced_survives_a_signal() {
        let folder = super::overpaid();
        folder.run("audit in --quiet").leaves("run", 1);
        let before = folder.text("run/manifest.json");
        let pipe = folder.path("in/pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let child = folder.run("audit --orders in/orders.csv --usage in/pipe --out run --force").start();
        let _writer = OpenOptions::new().write(true).open(&pipe).unwrap();
        send("TERM", &child);
        assert_eq!(ended_by(child), Some(15));
        assert_eq!(folder.names(), ["in", "run"]);
        assert_eq!(folder.text("run/manifest.json"), before);
    }
}

#[test]
fn what_a_killed_run_leaves_is_removed_by_the_next_one() {
    let folder = long();
    let left = (0..TRIES).any(|_| {
        let mut child = folder.run("convert in --out out").start();
        until_it_writes(&folder, &mut child);
        child.kill().unwrap();
        child.wait().unwrap();
        let _ = std::fs::remove_dir_all(folder.path("out"));
        folder.names() != ["in"]
    });
    assert!(left, "no conversion was killed while it wrote");
    folder.run("generate --orders 10 --out set").exits(0);
    assert_eq!(folder.names(), ["in", "set"]);
}

/// Names the folder in which the process of the next test makes a scratch folder.
const PARENT: &str = "REFUND_AUDIT_TEST_SCRATCH_IN";

/// Not a test of its own: the process that the next test starts, and kills.
#[expect(clippy::print_stderr, reason = "how it tells the other process")]
#[test]
fn a_maker_waits_to_be_killed() {
    let Some(parent) = env::var_os(PARENT) else { return };
    let scratch = Scratch::new_in(Path::new(&parent)).unwrap();
    eprintln!("{}", scratch.path().display());
    // Until the other side is gone.
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

#[test]
fn a_folder_in_the_making_is_safe_while_its_maker_lives_and_removed_once_it_was_killed() {
    let folder = Folder::new();
    let parent = folder.path("");
    let mut maker = Command::new(env::current_exe().unwrap())
        .args(["--exact", "a_maker_waits_to_be_killed", "--nocapture"])
        .env(PARENT, &parent)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut made = String::new();
    BufReader::new(maker.stderr.take().unwrap()).read_line(&mut made).unwrap();
    let theirs = Path::new(made.trim());
    assert!(theirs.is_dir(), "{made}");
    drop(Scratch::new_in(&parent).unwrap());
    assert!(theirs.is_dir(), "a folder was removed while its maker lived");
    maker.kill().unwrap();
    maker.wait().unwrap();
    assert!(theirs.is_dir(), "a killed process cannot remove its folder");
    let ours = Scratch::new_in(&parent).unwrap();
    assert_eq!(folder.names(), [ours.path().file_name().unwrap().to_str().unwrap()]);
}
