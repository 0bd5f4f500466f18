//! What gives its bytes once: a named pipe, standard input, the output of another program.
//!
//! It is opened once and stays open. What was read of it to see what it is stays in memory, up to a length far
//! beyond any header, so that whoever reads it next begins with its first byte all the same.

use std::{
    cmp::Ordering,
    fs::{self, File},
    io::{self, Read},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// So much may be read before the rows are: more than is looked at of any file to tell what it is.
const KEPT_BYTES_MAX: usize = 1 << 20;

/// A pipe that was opened. All of one path are one.
#[derive(Clone, Debug)]
pub struct Pipe(Arc<Mutex<Opened>>);

#[derive(Debug)]
struct Opened {
    file: File,
    /// What was read so far, while it is kept.
    kept: Option<Vec<u8>>,
    /// How much was read so far.
    passed: u64,
}

impl Pipe {
    /// Opens a path that is no file; `None` where it is one, or is not there.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn of(path: &Path) -> io::Result<Option<Self>> {
        if fs::metadata(path).map_or(true, |about| about.is_file() || about.is_dir()) {
            return Ok(None);
        }
        let opened = Opened { file: File::open(path)?, kept: Some(Vec::new()), passed: 0 };
        Ok(Some(Self(Arc::new(Mutex::new(opened)))))
    }

    /// Its bytes from the first one on, however much was read of them before.
    pub(super) const fn into_bytes(self) -> PipeReader {
        PipeReader { pipe: self, at: 0 }
    }

    fn lock(&self) -> MutexGuard<'_, Opened> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The bytes of a pipe.
pub(super) struct PipeReader {
    pipe: Pipe,
    at: u64,
}

impl Read for PipeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut opened = self.pipe.lock();
        let Opened { file, kept, passed } = &mut *opened;
        if self.at < *passed {
            let from = usize::try_from(self.at).map_err(io::Error::other)?;
            let Some(mut again) = kept.as_ref().and_then(|kept| kept.get(from..)) else {
                return Err(io::Error::other(
                    "a pipe gives its rows once, and they were read; make it a file",
                ));
            };
            let read = again.read(buffer)?;
            self.at += read as u64;
            return Ok(read);
        }
        let read = file.read(buffer)?;
        match kept {
            Some(bytes) if bytes.len() + read <= KEPT_BYTES_MAX => bytes.extend_from_slice(&buffer[..read]),
            _ => *kept = None,
        }
        *passed += read as u64;
        self.at = *passed;
        Ok(read)
    }
}

// A place is told from others by its path.
impl PartialEq for Pipe {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Pipe {}

impl PartialOrd for Pipe {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pipe {
    fn cmp(&self, _: &Self) -> Ordering {
        Ordering::Equal
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::{io::Write, process::Command, thread};

    use super::*;

    #[test]
    fn a_pipe_begins_with_its_first_byte_until_more_is_read_than_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let all: Vec<u8> = (0..=250).cycle().take(3 * KEPT_BYTES_MAX).collect();
        let writing = thread::spawn({
            let (path, all) = (path.clone(), all.clone());
            move || fs::OpenOptions::new().write(true).open(path).unwrap().write_all(&all).unwrap()
        });
        let pipe = Pipe::of(&path).unwrap().unwrap();
        for looked_at in [100, 70_000, 10] {
            let mut head = vec![0; looked_at];
            pipe.clone().into_bytes().read_exact(&mut head).unwrap();
            assert_eq!(head, all[..looked_at]);
        }
        let mut found = Vec::new();
        pipe.clone().into_bytes().read_to_end(&mut found).unwrap();
        assert!(found == all);
        let error = pipe.into_bytes().read_to_end(&mut found).unwrap_err();
        assert!(error.to_string().contains("a pipe gives its rows once"));
        writing.join().unwrap();
        assert!(Pipe::of(folder.path()).unwrap().is_none());
    }
}
