//! The file, and which blocks are whose.

use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{SpillReader, SpillWriter};
use crate::scan::keys::hash_of;

/// Where a block stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub(super) offset: u64,
    /// Bytes in the file.
    pub(super) length: u32,
    /// Bytes of its records.
    pub(super) records: u32,
}

/// A file of records by part.
#[derive(Debug)]
pub(crate) struct SpillFile {
    file: File,
    end: AtomicU64,
    blocks: Vec<Mutex<Vec<Extent>>>,
}

impl SpillFile {
    /// An empty file for so many parts.
    ///
    /// # Errors
    ///
    /// Where it cannot be made.
    pub(crate) fn create(path: &Path, parts: usize) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
        let blocks = (0..parts).map(|_| Mutex::new(Vec::new())).collect();
        Ok(Self { file, end: AtomicU64::new(0), blocks })
    }

    /// How many parts it has.
    pub(crate) const fn parts(&self) -> usize {
        self.blocks.len()
    }

    /// The part of a key: the same in every run.
    pub(crate) fn part_of(&self, key: &[u8]) -> usize {
        // The upper half of the hash says where an id stands in a table of ids. If it chose the part as well,
        // all ids of a part would crowd into one corner of their table.
        let scaled = (u128::from(hash_of(key).rotate_left(32)) * self.parts() as u128) >> 64;
        usize::try_from(scaled).expect("less than the number of parts")
    }

    /// A writer; each thread has its own.
    ///
    /// # Errors
    ///
    /// Where the compressor cannot be had.
    pub(crate) fn writer(&self) -> io::Result<SpillWriter<'_>> {
        SpillWriter::new(self)
    }

    /// The records of a part, once all writers are finished.
    ///
    /// # Errors
    ///
    /// Where the decompressor cannot be had.
    pub(crate) fn reader(&self, part: usize) -> io::Result<SpillReader<'_>> {
        let blocks = self.blocks[part].lock().unwrap_or_else(PoisonError::into_inner).clone();
        SpillReader::new(self, blocks)
    }

    /// Appends a block.
    pub(super) fn append(&self, part: usize, block: &[u8], records: usize) -> io::Result<()> {
        let offset = self.end.fetch_add(block.len() as u64, Ordering::Relaxed);
        write_at(&self.file, block, offset)?;
        let fits = |bytes: usize| u32::try_from(bytes).expect("a block is small");
        let extent = Extent { offset, length: fits(block.len()), records: fits(records) };
        self.blocks[part].lock().unwrap_or_else(PoisonError::into_inner).push(extent);
        Ok(())
    }

    pub(super) fn read(&self, extent: Extent) -> io::Result<Vec<u8>> {
        let mut block = vec![0; extent.length as usize];
        read_at(&self.file, &mut block, extent.offset)?;
        Ok(block)
    }
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[written..];
        offset += written as u64;
    }
    Ok(())
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let read = std::os::windows::fs::FileExt::seek_read(file, bytes, offset)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes = &mut bytes[read..];
        offset += read as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, io::Write};

    use proptest::prelude::*;

    use super::*;

    fn read_all(file: &SpillFile, part: usize) -> Vec<Vec<u8>> {
        let mut reader = file.reader(part).unwrap();
        let mut found = Vec::new();
        while let Some(record) = reader.next().unwrap() {
            found.push(record.to_vec());
        }
        found.sort();
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn every_part_gives_back_its_records(
            records in prop::collection::vec((0_usize..5, prop::collection::vec(any::<u8>(), 0..300)), 0..600),
            large in prop::option::of((0_usize..5, 60_000_usize..200_000)),
            writers in 1_usize..4,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let file = SpillFile::create(&folder.path().join("rows"), 5).unwrap();
            let large = large.map(|(part, length)| (part, vec![7; length]));
            let records: Vec<_> = records.into_iter().chain(large).collect();
            let mut wanted: BTreeMap<usize, Vec<Vec<u8>>> = BTreeMap::new();
            std::thread::scope(|scope| {
                for share in records.chunks(records.len().div_ceil(writers).max(1)) {
                    let file = &file;
                    scope.spawn(move || {
                        let mut writer = file.writer().unwrap();
                        for (part, record) in share {
                            writer.push_to(*part, record).unwrap();
                        }
                        writer.finish().unwrap();
                    });
                }
            });
            for (part, record) in records {
                wanted.entry(part).or_default().push(record);
            }
            for part in 0..5 {
                let mut wanted = wanted.remove(&part).unwrap_or_default();
                wanted.sort();
                prop_assert_eq!(read_all(&file, part), wanted);
            }
        }

        #[test]
        fn a_byte_that_changed_is_noticed(at in any::<prop::sample::Index>(), bit in 0_u8..8) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("rows");
            let file = SpillFile::create(&path, 1).unwrap();
            let mut writer = file.writer().unwrap();
            let records: Vec<Vec<u8>> = (0..500_u32).map(|n| n.to_le_bytes().to_vec()).collect();
            for record in &records {
                writer.push_to(0, record).unwrap();
            }
            writer.finish().unwrap();
            let mut bytes = std::fs::read(&path).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            File::options().write(true).open(&path).unwrap().write_all(&bytes).unwrap();
            let mut reader = file.reader(0).unwrap();
            let mut found = Vec::new();
            let end = loop {
                match reader.next() {
                    Ok(Some(record)) => found.push(record.to_vec()),
                    Ok(None) => break Ok(()),
                    Err(error) => break Err(error.kind()),
                }
            };
            // A bit that says nothing may change; what is read is then what was written.
            prop_assert!(end == Err(io::ErrorKind::InvalidData) || found == records);
        }
    }

    #[test]
    fn a_file_that_became_shorter_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows");
        let file = SpillFile::create(&path, 1).unwrap();
        let mut writer = file.writer().unwrap();
        writer.push_to(0, b"a row of usage").unwrap();
        writer.finish().unwrap();
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(std::fs::metadata(&path).unwrap().len() - 1)
            .unwrap();
        assert_eq!(file.reader(0).unwrap().next().unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
