//! Rows to text on all threads: stretches of them side by side, written one after the other.

use std::{
    io::{self, Write},
    ops::Range,
};

use rayon::prelude::*;

/// Rows that one thread renders at once.
const STRETCH: usize = 2048;
/// Stretches for each thread that are rendered before they are written: so much text is held.
const STRETCHES: usize = 8;

/// Writes what `render` makes of each stretch of so many rows, in their order; the bytes are the same for
/// any number of threads.
pub(super) fn write_rows(
    rows: usize,
    out: &mut (impl Write + ?Sized),
    render: impl Fn(Range<usize>, &mut Vec<u8>) -> io::Result<()> + Sync,
) -> io::Result<()> {
    let stretches: Vec<usize> = (0..rows).step_by(STRETCH).collect();
    for some in stretches.chunks(STRETCHES * rayon::current_num_threads()) {
        let texts: Vec<io::Result<Vec<u8>>> = some
            .par_iter()
            .map(|&from| {
                let mut text = Vec::new();
                render(from..rows.min(from + STRETCH), &mut text).map(|()| text)
            })
            .collect();
        for text in texts {
            out.write_all(&text?)?;
        }
    }
    Ok(())
}
