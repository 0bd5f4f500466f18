//! One thread's records on their way into the file.

use std::io;

use super::{block::Packer, file::SpillFile};

/// Bytes of records that make a block, where there are few parts: a writer holds so many for each.
const BLOCK_MAX: usize = 32 << 10;
/// Smaller blocks hardly get smaller by being packed.
const BLOCK_MIN: usize = 4 << 10;
/// What a writer may hold of all parts.
const HELD_MAX: usize = 2 << 20;

/// Gathers records of one thread into blocks. What is not [finished](Self::finish) is lost.
pub(crate) struct SpillWriter<'f> {
    file: &'f SpillFile,
    parts: Vec<Vec<u8>>,
    block_bytes: usize,
    packer: Packer,
}

impl<'f> SpillWriter<'f> {
    pub(super) fn new(file: &'f SpillFile) -> io::Result<Self> {
        let block_bytes = (HELD_MAX / file.parts().max(1)).clamp(BLOCK_MIN, BLOCK_MAX);
        Ok(Self { file, parts: vec![Vec::new(); file.parts()], block_bytes, packer: Packer::new()? })
    }

    /// Takes a record for the part of its key.
    ///
    /// # Errors
    ///
    /// Where the file cannot be written, as on a full disk.
    pub(crate) fn push(&mut self, key: &[u8], record: &[u8]) -> io::Result<()> {
        self.push_to(self.file.part_of(key), record)
    }

    /// Takes a record for a part.
    ///
    /// # Errors
    ///
    /// As for [`push`](Self::push).
    pub(crate) fn push_to(&mut self, part: usize, record: &[u8]) -> io::Result<()> {
        let records = &mut self.parts[part];
        let length = u32::try_from(record.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
        records.extend_from_slice(&length.to_le_bytes());
        records.extend_from_slice(record);
        if records.len() >= self.block_bytes {
            self.flush(part)?;
        }
        Ok(())
    }

    /// Writes what was not written yet.
    ///
    /// # Errors
    ///
    /// As for [`push`](Self::push).
    pub(crate) fn finish(mut self) -> io::Result<()> {
        (0..self.parts.len()).try_for_each(|part| self.flush(part))
    }

    fn flush(&mut self, part: usize) -> io::Result<()> {
        let records = &mut self.parts[part];
        if records.is_empty() {
            return Ok(());
        }
        let block = self.packer.pack(records)?;
        self.file.append(part, &block, records.len())?;
        records.clear();
        Ok(())
    }
}
