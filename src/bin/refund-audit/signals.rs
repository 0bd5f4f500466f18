//! Ctrl-C and the request to terminate: the program ends by that signal, says nothing, and leaves nothing half
//! written.
//!
//! The signal itself is only noted. A thread of its own looks at the note, clears the bar, removes the folders
//! in the making and ends the program, whatever the other threads are waiting for. A second signal ends it at
//! once; what it leaves then is removed by the next run.

use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use anyhow::Context;
use refund_audit::scratch;
use signal_hook::{
    consts::{SIGINT, SIGTERM},
    flag,
    low_level::emulate_default_handler,
};

use crate::progress;

/// How long a note may wait.
const PAUSE: Duration = Duration::from_millis(20);

/// Whether one of the signals came.
static CAME: AtomicBool = AtomicBool::new(false);
/// Which one; 0 for none.
static WHICH: AtomicUsize = AtomicUsize::new(0);

/// From here on both signals are obeyed.
pub(crate) fn watch() -> anyhow::Result<()> {
    for signal in [SIGINT, SIGTERM] {
        let number = usize::try_from(signal).context("the number of a signal")?;
        // In this order: the first signal has to pass by what acts upon the second.
        flag::register_conditional_default(signal, &CAME)
            .and_then(|_| flag::register_usize(signal, &WHICH, number))
            .and_then(|_| flag::register(signal, &CAME))
            .context("signals cannot be watched for")?;
    }
    let watching = thread::Builder::new().name("signals".to_owned()).spawn(|| {
        while !CAME.load(Ordering::SeqCst) {
            thread::sleep(PAUSE);
        }
        end();
    });
    watching.map(drop).context("signals cannot be watched for")
}

/// Lets the main thread go on only where no signal came: what fails because its folder is taken away is no
/// error to be told.
pub(crate) fn wait_if_ending() {
    while CAME.load(Ordering::SeqCst) {
        thread::park();
    }
}

fn end() {
    let _bar = progress::clear();
    let _folders = scratch::abandon_all();
    let which = WHICH.load(Ordering::SeqCst);
    for signal in [SIGINT, SIGTERM] {
        if usize::try_from(signal) == Ok(which) {
            // As if it had never been caught, so that a shell sees which signal it was.
            let ended = emulate_default_handler(signal);
            debug_assert!(ended.is_ok(), "both signals end a program by default");
        }
    }
}
