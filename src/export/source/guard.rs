//! Limits against archives that unpack without end.
//!
//! Deflate packs at most about 1 to 1032 and zstd far more, while exports seldom reach 1 to 60. A stream
//! that exceeds the ratio after the first megabytes, or the absolute size, stops with an error.

use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// How much may come out of a packed file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes that one file or member may unpack to.
    pub unpacked_bytes_max: u64,
    /// Unpacked bytes for each packed byte.
    pub ratio_max: u64,
    /// Unpacked bytes below which the ratio says nothing.
    pub ratio_from_bytes: u64,
    /// Members of one archive.
    pub members_max: usize,
    /// Bytes of one row; a longer one is a defect.
    pub row_bytes_max: usize,
    /// Bytes that the sheets of one workbook may unpack to.
    pub workbook_bytes_max: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            unpacked_bytes_max: 1 << 38,
            ratio_max: 500,
            ratio_from_bytes: 1 << 24,
            members_max: 10_000,
            row_bytes_max: 1 << 25,
            workbook_bytes_max: 1 << 30,
        }
    }
}

/// A counter of packed bytes, shared between both ends of an unpacker.
#[derive(Clone, Debug, Default)]
pub struct PackedBytes(Arc<AtomicU64>);

impl PackedBytes {
    /// How many were read so far.
    #[must_use]
    pub fn read_so_far(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts what an unpacker takes in.
pub(super) struct Counted<R> {
    inner: R,
    bytes: PackedBytes,
}

impl<R> Counted<R> {
    pub(super) fn new(inner: R) -> (Self, PackedBytes) {
        let bytes = PackedBytes::default();
        (Self { inner, bytes: bytes.clone() }, bytes)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.0.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Stops an unpacker that gives too much.
pub(super) struct Guarded<R> {
    inner: R,
    packed: PackedBytes,
    unpacked: u64,
    limits: Limits,
}

impl<R> Guarded<R> {
    pub(super) const fn new(inner: R, packed: PackedBytes, limits: Limits) -> Self {
        Self { inner, packed, unpacked: 0, limits }
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.unpacked += read as u64;
        let packed = self.packed.read_so_far().max(1);
        let problem = if self.unpacked > self.limits.unpacked_bytes_max {
            format!("unpacks to more than {} bytes", self.limits.unpacked_bytes_max)
        } else if self.unpacked > self.limits.ratio_from_bytes
            && self.unpacked / packed > self.limits.ratio_max
        {
            format!("unpacks to more than {} times its size", self.limits.ratio_max)
        } else {
            return Ok(read);
        };
        Err(io::Error::new(io::ErrorKind::FileTooLarge, problem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_swells_too_much_is_stopped() {
        let limits =
            Limits { unpacked_bytes_max: 1000, ratio_max: 10, ratio_from_bytes: 100, ..Limits::default() };
        let unpack = |packed: u64, unpacked: u64| {
            let (mut counted, bytes) = Counted::new(io::repeat(1).take(packed));
            io::copy(&mut counted, &mut io::sink()).unwrap();
            io::copy(&mut Guarded::new(io::repeat(1).take(unpacked), bytes, limits), &mut io::sink())
        };
        assert!(unpack(1, 90).is_ok());
        assert!(unpack(50, 500).is_ok());
        assert!(unpack(10, 500).is_err());
        assert!(unpack(900, 1001).is_err());
    }
}
