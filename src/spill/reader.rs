//! The records of one part.

use std::io;

use super::{
    block::{Opener, damaged},
    file::{Extent, SpillFile},
};

/// Gives back the records of a part, block by block.
pub(crate) struct SpillReader<'f> {
    file: &'f SpillFile,
    blocks: std::vec::IntoIter<Extent>,
    opener: Opener,
    records: Vec<u8>,
    at: usize,
}

impl<'f> SpillReader<'f> {
    pub(super) fn new(file: &'f SpillFile, blocks: Vec<Extent>) -> io::Result<Self> {
        let blocks = blocks.into_iter();
        Ok(Self { file, blocks, opener: Opener::new()?, records: Vec::new(), at: 0 })
    }

    /// The next record; `None` at the end.
    ///
    /// # Errors
    ///
    /// Where the file cannot be read, or is not what was written.
    pub(crate) fn next(&mut self) -> io::Result<Option<&[u8]>> {
        while self.at == self.records.len() {
            let Some(extent) = self.blocks.next() else { return Ok(None) };
            self.records = self.opener.open(&self.file.read(extent)?, extent.records as usize)?;
            self.at = 0;
        }
        let rest = &self.records[self.at..];
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(|| damaged("a record is cut off"))?;
        let length = u32::from_le_bytes(*length) as usize;
        let record = rest.get(..length).ok_or_else(|| damaged("a record is cut off"))?;
        self.at += 4 + length;
        Ok(Some(record))
    }
}
