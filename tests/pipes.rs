//! Exports that come through pipes: each is read once, by whoever writes it once.
#![cfg(unix)]

mod support;

use std::{
    fs::{self, OpenOptions},
    io::Write,
    process::{Child, Command, Output, Stdio},
    sync::mpsc::{Receiver, channel},
    thread::{self, sleep},
    time::Duration,
};

use support::{Folder, PIPED, overpaid};

/// How often it is asked whether a run has ended, and how long between: far longer than any run takes.
const ASKED: usize = 6000;
const PAUSE: Duration = Duration::from_millis(10);

/// Writes all of a text, once.
fn writes(mut to: impl Write + Send + 'static, text: Vec<u8>) -> Receiver<()> {
    let (done, told) = channel();
    thread::spawn(move || {
        to.write_all(&text).unwrap();
        drop(to);
        done.send(()).unwrap();
    });
    told
}

/// Writes all of a text into a named pipe, which is opened once.
fn writes_into(folder: &Folder, name: &str, text: Vec<u8>) -> Receiver<()> {
    let path = folder.path(name);
    let (done, told) = channel();
    thread::spawn(move || {
        OpenOptions::new().write(true).open(path).unwrap().write_all(&text).unwrap();
        done.send(()).unwrap();
    });
    told
}

/// A run that ends; one that waits for what never comes is ended.
fn ends(mut child: Child) -> Output {
    for _ in 0..ASKED {
        if child.try_wait().unwrap().is_some() {
            return child.wait_with_output().unwrap();
        }
        sleep(PAUSE);
    }
    child.kill().unwrap();
    panic!("it waits for more than was written: {:?}", child.wait_with_output().unwrap());
}

fn pipe(folder: &Folder, name: &str) {
    assert!(Command::new("mkfifo").arg(folder.path(name)).status().unwrap().success());
}

/// The exports of [`overpaid`], read from files: findings without the names of files.
fn wanted(folder: &Folder) -> Vec<(String, String, String)> {
    folder
        .run("audit --orders in/orders.csv --usage in/usage.csv --refunds in/refunds.csv")
        .leaves("files", 1);
    folder.findings("files")
}

#[test]
fn every_export_may_come_through_a_named_pipe_that_is_written_once() {
    let folder = overpaid();
    let wanted = wanted(&folder);
    let blank = "\n".repeat(2 * PIPED);
    for role in ["orders", "usage", "refunds"] {
        pipe(&folder, role);
    }
    // Longer than a pipe holds, so that it is read on while it is written.
    let written: Vec<_> = ["orders", "usage", "refunds"]
        .map(|role| {
            let text = folder.text(&format!("in/{role}.csv"));
            let (header, rows) = text.split_once('\n').unwrap();
            writes_into(&folder, role, format!("{header}\n{blank}{rows}").into_bytes())
        })
        .into();
    let child = folder.run("audit --orders orders --usage usage --refunds refunds --out run").start();
    let said = ends(child);
    assert_eq!(said.status.code(), Some(1), "{}", String::from_utf8_lossy(&said.stderr));
    for done in written {
        done.recv().unwrap();
    }
    assert_eq!(folder.findings("run"), wanted);
    assert_eq!(folder.fates("run", "usage"), [2, 2, 0, 0, 0]);
    let manifest = folder.json("run/manifest.json");
    assert!(
        manifest["inputs"].as_array().unwrap().iter().all(|input| input["sha256"].is_null()),
        "{manifest:#}"
    );
}

#[test]
fn usage_may_come_through_standard_input_plain_or_packed() {
    let folder = overpaid();
    let wanted = wanted(&folder);
    let usage = folder.bytes("in/usage.csv");
    for text in [usage.clone(), zstd::encode_all(usage.as_slice(), 3).unwrap()] {
        let run = folder.run(
            "audit --orders in/orders.csv --usage /dev/stdin --refunds in/refunds.csv --out run --force",
        );
        let mut child = run.stdin(Stdio::piped()).start();
        let done = writes(child.stdin.take().unwrap(), text);
        let said = ends(child);
        assert_eq!(said.status.code(), Some(1), "{}", String::from_utf8_lossy(&said.stderr));
        done.recv().unwrap();
        assert_eq!(folder.findings("run"), wanted);
    }
}

#[test]
fn what_cannot_come_through_a_pipe_is_refused_by_name() {
    let folder = overpaid();
    pipe(&folder, "in/pipe");
    let done = writes_into(&folder, "in/pipe", [&b"PK\x03\x04"[..], &[0; 5000]].concat());
    let child = folder.run("audit --orders in/orders.csv --usage in/pipe").start();
    let said = ends(child);
    let told = String::from_utf8(said.stderr).unwrap();
    assert_eq!(said.status.code(), Some(2), "{told}");
    assert!(told.contains("in/pipe: is a pipe with an archive"), "{told}");
    done.recv().unwrap();
    assert!(fs::metadata(folder.path("run")).is_err());
}
