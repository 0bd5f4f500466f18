//! Records that memory does not hold: in files, sorted into parts.
//!
//! A [`SpillFile`] takes records from many threads, each with the part it belongs to, and gives them back
//! part by part. Records are gathered into blocks of one part; a block is a compressed frame with a
//! checksum, put behind whatever the file has. Which blocks are whose stands in memory, so there is one file
//! however many parts there are.
//!
//! In which order the records of a part come back depends on the threads that wrote them; whoever reads
//! them sorts, or counts.

mod block;
mod file;
mod reader;
mod writer;

pub(crate) use file::SpillFile;
pub(crate) use reader::SpillReader;
pub(crate) use writer::SpillWriter;
