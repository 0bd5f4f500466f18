//! One block: records of one part, compressed, with a checksum.

use std::io;

use zstd::bulk::{Compressor, Decompressor};

/// The fastest levels are the negative ones; they halve what a run writes, and cost less than writing it.
const LEVEL: i32 = -3;

/// Makes blocks.
pub(super) struct Packer {
    compressor: Compressor<'static>,
}

impl Packer {
    pub(super) fn new() -> io::Result<Self> {
        let mut compressor = Compressor::new(LEVEL)?;
        compressor.include_checksum(true)?;
        Ok(Self { compressor })
    }

    pub(super) fn pack(&mut self, records: &[u8]) -> io::Result<Vec<u8>> {
        self.compressor.compress(records)
    }
}

/// Opens blocks.
pub(super) struct Opener {
    decompressor: Decompressor<'static>,
}

impl Opener {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self { decompressor: Decompressor::new()? })
    }

    /// The records of a block that had so many bytes.
    ///
    /// # Errors
    ///
    /// Where the block is not what was written.
    pub(super) fn open(&mut self, block: &[u8], bytes: usize) -> io::Result<Vec<u8>> {
        let records =
            self.decompressor.decompress(block, bytes).map_err(|error| damaged(&error.to_string()))?;
        if records.len() == bytes { Ok(records) } else { Err(damaged("a block is too short")) }
    }
}

/// A spill file that does not give back what was put into it.
pub(super) fn damaged(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("a spill file is damaged: {why}"))
}
