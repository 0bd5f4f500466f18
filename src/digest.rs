//! SHA-256, for the digests of inputs and the fingerprints of findings.

use sha2::{Digest as _, Sha256};

/// A digest under way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Digest(Sha256);

impl Digest {
    /// Takes in more bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of a whole file.
    pub(crate) fn of_file(path: &std::path::Path) -> std::io::Result<String> {
        let mut file = std::fs::File::open(path)?;
        let mut digest = Self::default();
        let mut block = vec![0; 1 << 16];
        loop {
            let length = std::io::Read::read(&mut file, &mut block)?;
            if length == 0 {
                return Ok(digest.hex());
            }
            digest.update(&block[..length]);
        }
    }

    /// The digest in hexadecimal.
    pub(crate) fn hex(self) -> String {
        hex(&self.0.finalize())
    }
}

/// Bytes in hexadecimal.
fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])).collect()
}

/// Sixteen hexadecimal digits over parts that cannot run into each other.
pub(crate) fn short<'a>(parts: impl Iterator<Item = &'a [u8]>) -> String {
    let mut digest = Digest::default();
    for part in parts {
        digest.update(&(part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    hex(&digest.0.finalize()[..8])
}
