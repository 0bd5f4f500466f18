//! Where the bytes come from, one chunk at a time.
//!
//! A file is read at any place by any thread. A stream, say out of a decompressor, is read in order by
//! whichever thread is next, so one thread decompresses while the others split. Nothing is memory-mapped:
//! a mapped file is no faster, counts as resident, and ends the program when somebody truncates it.

use std::{
    fmt,
    fs::File,
    io::{self, Read},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::ScanError;

/// An input to be scanned.
pub enum Source<'s> {
    /// A file that can be read at any place. What is appended while it is read is not seen; where it
    /// becomes shorter, the scan fails.
    File(&'s File),
    /// Bytes that come in order, the first of which stands at the start of the scan.
    Stream(Box<dyn Read + Send + 's>),
}

impl<'s> Source<'s> {
    /// A stream of bytes, for example out of a decompressor.
    pub fn stream(reader: impl Read + Send + 's) -> Self {
        Self::Stream(Box::new(reader))
    }
}

impl fmt::Debug for Source<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => f.debug_tuple("File").field(file).finish(),
            Self::Stream(_) => f.debug_tuple("Stream").finish_non_exhaustive(),
        }
    }
}

/// A chunk of the input, by its place.
pub(super) struct Ticket {
    /// Chunks before it.
    pub number: u64,
    /// Whether no chunk follows.
    pub is_last: bool,
    /// How many bytes of the buffer were filled, or why they could not be.
    pub filled: Result<usize, ScanError>,
}

/// Deals out the chunks of a source.
pub(super) enum Chunks<'s> {
    File { file: &'s File, start: u64, length: u64, next: AtomicU64 },
    Stream { start: u64, state: Mutex<Stream<'s>> },
}

pub(super) struct Stream<'s> {
    reader: Box<dyn Read + Send + 's>,
    offset: u64,
    next: u64,
    ended: bool,
}

impl<'s> Chunks<'s> {
    pub(super) fn new(source: Source<'s>, start: u64) -> Result<Self, ScanError> {
        match source {
            Source::File(file) => {
                let metadata = file.metadata();
                let length =
                    metadata.map_err(|source| ScanError::Unreadable { offset: start, source })?.len();
                if start > length {
                    return Err(ScanError::Shrank { wanted: start, found: length });
                }
                Ok(Self::File { file, start, length, next: AtomicU64::new(0) })
            }
            Source::Stream(reader) => {
                let stream = Stream { reader, offset: start, next: 0, ended: false };
                Ok(Self::Stream { start, state: Mutex::new(stream) })
            }
        }
    }

    /// Where the first chunk starts.
    pub(super) fn start(&self) -> u64 {
        match self {
            Self::File { start, .. } | Self::Stream { start, .. } => *start,
        }
    }

    /// Fills `buffer` from the next chunk; `None` when all were dealt out.
    pub(super) fn fill(&self, buffer: &mut [u8]) -> Option<Ticket> {
        match self {
            Self::File { file, start, length, next } => {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let size = buffer.len() as u64;
                let from = number.checked_mul(size)?.checked_add(*start)?;
                if from >= *length && number > 0 {
                    return None;
                }
                let wanted = length.saturating_sub(from).min(size);
                let is_last = from.saturating_add(size) >= *length;
                let buffer = &mut buffer[..usize::try_from(wanted).expect("no more than the buffer")];
                Some(Ticket { number, is_last, filled: fill_at(file, buffer, from, *length) })
            }
            Self::Stream { state, .. } => {
                let mut stream = state.lock().unwrap_or_else(PoisonError::into_inner);
                if stream.ended {
                    return None;
                }
                let number = stream.next;
                stream.next += 1;
                let filled = fill_from(&mut *stream.reader, buffer);
                // Only a short read tells the end, so the last chunk may be empty.
                stream.ended = filled.as_ref().map_or(true, |&filled| filled < buffer.len());
                let offset = stream.offset;
                let filled = filled.map_err(|source| ScanError::Unreadable { offset, source });
                stream.offset += filled.as_ref().map_or(0, |&filled| filled as u64);
                Some(Ticket { number, is_last: stream.ended, filled })
            }
        }
    }
}

/// Fills all of `buffer` from byte `from` of a file that had `length` bytes.
fn fill_at(file: &File, buffer: &mut [u8], from: u64, length: u64) -> Result<usize, ScanError> {
    let mut filled = 0;
    while filled < buffer.len() {
        let offset = from + filled as u64;
        match read_at(file, &mut buffer[filled..], offset) {
            Ok(0) => return Err(ScanError::Shrank { wanted: length, found: offset }),
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(ScanError::Unreadable { offset, source }),
        }
    }
    Ok(filled)
}

/// Fills as much of `buffer` as the reader has.
fn fill_from(reader: &mut (dyn Read + Send + '_), buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
