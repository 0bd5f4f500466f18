//! The threads of a scan.
//!
//! One loop, run by each: take the next chunk and read it, survey it, pass the seam, map the block,
//! deliver the result. A thread waits only for threads that have an earlier chunk, and the one with the
//! earliest waits for nobody, so somebody always moves.

use std::{
    mem,
    ops::{ControlFlow, Range},
    panic, thread,
};

use super::{
    Block, Finished, Position, Scan, ScanError, Source,
    in_order::{InOrder, Turnstile},
    source::{Chunks, Ticket},
    stitch::{Seam, Stitched, Survey},
};

/// Room before a chunk for the beginning of its first record; longer ones are put together elsewhere.
const HEAD_ROOM: usize = 64 << 10;
/// Results that may wait for an earlier one, for each thread. At least one, or threads could wait for
/// each other after a failure.
const AHEAD_PER_THREAD: usize = 4;
/// What some systems write at the beginning of a file to say that it is UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// What the threads of a scan have in common.
struct Shared<'s, T, C: FnMut(T) -> ControlFlow<()>> {
    scan: &'s Scan,
    chunks: Chunks<'s>,
    progress: Turnstile<Progress>,
    results: InOrder<T, C>,
}

struct Progress {
    seam: Seam,
    failure: Option<ScanError>,
}

/// See [`Scan::run`].
pub(super) fn run<W: Send, T: Send, C: FnMut(T) -> ControlFlow<()> + Send>(
    scan: &Scan,
    source: Source<'_>,
    start: Position,
    state: &(impl Fn() -> W + Sync),
    map: &(impl Fn(&mut W, &Block<'_>) -> T + Sync),
    consume: C,
) -> Result<Finished<W>, ScanError> {
    let seam = Seam::new(start, scan.delimiter.byte(), scan.record_bytes_max);
    let ahead_max = scan.threads.get().saturating_mul(AHEAD_PER_THREAD) as u64;
    let shared = Shared {
        scan,
        chunks: Chunks::new(source, start.offset)?,
        progress: Turnstile::new(Progress { seam, failure: None }),
        results: InOrder::new(consume, ahead_max),
    };
    let states = thread::scope(|scope| {
        let others: Vec<_> =
            (1..scan.threads.get()).map(|_| scope.spawn(|| shared.work(state(), map))).collect();
        let mut states = vec![shared.work(state(), map)];
        for other in others {
            states.push(other.join().unwrap_or_else(|cause| panic::resume_unwind(cause)));
        }
        states
    });
    let stopped = shared.results.is_shut();
    let Progress { seam, failure } = shared.progress.into_shared();
    match failure {
        Some(failure) if !stopped => Err(failure),
        _ => Ok(Finished { states, end: seam.position(), stopped, resurveyed: seam.resurveyed() }),
    }
}

impl<T, C: FnMut(T) -> ControlFlow<()>> Shared<'_, T, C> {
    fn work<W>(&self, mut state: W, map: &impl Fn(&mut W, &Block<'_>) -> T) -> W {
        let _dismissal = DismissOnPanic(self);
        let mut buffer = vec![0; HEAD_ROOM + self.scan.block_bytes.max(BYTE_ORDER_MARK.len())];
        let mut spare = Vec::new();
        while let Some(ticket) = self.chunks.fill(&mut buffer[HEAD_ROOM..]) {
            let number = ticket.number;
            if !self.results.admit(number) {
                break;
            }
            let chunk = self.chunk_range(&ticket, &buffer);
            let ControlFlow::Continue(stitched) =
                self.pass_seam(ticket, &buffer[chunk.clone()], mem::take(&mut spare))
            else {
                break;
            };
            let result = stitched.map(|mut stitched| {
                let block = Block {
                    bytes: assemble(&mut stitched.head, &mut buffer, chunk.start, stitched.end),
                    start: stitched.start,
                    columns: &self.scan.columns,
                    delimiter: self.scan.delimiter,
                };
                let result = map(&mut state, &block);
                spare = stitched.head;
                result
            });
            if self.results.deliver(number, result).is_break() {
                self.progress.shut();
                break;
            }
            // A long record is rare, its memory is not kept.
            spare.clear();
            spare.shrink_to(HEAD_ROOM);
        }
        state
    }

    /// Where in the buffer the chunk is, without a byte order mark at the beginning of a file.
    fn chunk_range(&self, ticket: &Ticket, buffer: &[u8]) -> Range<usize> {
        let filled = ticket.filled.as_ref().map_or(0, |&filled| filled);
        let whole = HEAD_ROOM..HEAD_ROOM + filled;
        let is_beginning = ticket.number == 0 && self.chunks.start() == 0;
        if is_beginning && buffer[whole.clone()].starts_with(BYTE_ORDER_MARK) {
            return HEAD_ROOM + BYTE_ORDER_MARK.len()..whole.end;
        }
        whole
    }

    /// Waits for the turn of a chunk and learns which records are to be split with it: none, where no
    /// record ends in it. Breaks when the scan is over.
    fn pass_seam(&self, ticket: Ticket, chunk: &[u8], spare: Vec<u8>) -> ControlFlow<(), Option<Stitched>> {
        let survey = Survey::guessed(chunk, self.scan.delimiter.byte());
        let passed = self.progress.pass(ticket.number, |Progress { seam, failure }| {
            if failure.is_some() {
                return None;
            }
            let stitched = ticket.filled.and_then(|filled| {
                seam.skip(filled - chunk.len());
                seam.stitch(chunk, survey, ticket.is_last, spare)
            });
            stitched.map_err(|error| *failure = Some(error)).ok()
        });
        if let Some(stitched) = passed.flatten() {
            return ControlFlow::Continue(stitched);
        }
        self.progress.shut();
        ControlFlow::Break(())
    }
}

/// Puts the beginning of the first record before the chunk, wherever there is room for both.
fn assemble<'b>(head: &'b mut Vec<u8>, buffer: &'b mut [u8], chunk: usize, end: usize) -> &'b [u8] {
    if let Some(from) = chunk.checked_sub(head.len()) {
        buffer[from..chunk].copy_from_slice(head);
        &buffer[from..chunk + end]
    } else {
        head.extend_from_slice(&buffer[chunk..chunk + end]);
        head
    }
}

/// Lets nobody wait for a thread that panicked; the panic itself arrives where the threads are joined.
struct DismissOnPanic<'w, 's, T, C: FnMut(T) -> ControlFlow<()>>(&'w Shared<'s, T, C>);

impl<T, C: FnMut(T) -> ControlFlow<()>> Drop for DismissOnPanic<'_, '_, T, C> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.progress.shut();
            self.0.results.shut();
        }
    }
}
