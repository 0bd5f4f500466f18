//! Rows to text on all threads: stretches of a list side by side, written one after the other.

use std::io::{self, Write};

use rayon::prelude::*;

/// Rows that one thread renders at once.
const STRETCH: usize = 2048;
/// Stretches for each thread that are rendered before they are written: so much text is held.
const STRETCHES: usize = 8;

/// Writes what `render` makes of each stretch, in the order of the list; the bytes are the same for any
/// number of threads.
pub(super) fn write_rows<T: Sync>(
    list: &[T],
    out: &mut (impl Write + ?Sized),
    render: impl Fn(&[T], &mut Vec<u8>) -> io::Result<()> + Sync,
) -> io::Result<()> {
    for some in list.chunks(STRETCH * STRETCHES * rayon::current_num_threads()) {
        let texts: Vec<io::Result<Vec<u8>>> = some
            .par_chunks(STRETCH)
            .map(|rows| {
                let mut text = Vec::new();
                render(rows, &mut text).map(|()| text)
            })
            .collect();
        for text in texts {
            out.write_all(&text?)?;
        }
    }
    Ok(())
}
