//! Ids that do not fit into a slot.

/// Ids that are too long for a slot, one behind the other.
#[derive(Clone, Debug, Default)]
pub(super) struct LongIds {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl LongIds {
    /// Keeps an id; the number is for [`LongIds::get`].
    ///
    /// # Panics
    ///
    /// With four thousand million ids.
    pub(super) fn push(&mut self, id: &[u8]) -> u32 {
        let number = u32::try_from(self.ends.len()).expect("long ids are counted in 32 bits");
        self.bytes.extend_from_slice(id);
        self.ends.push(self.bytes.len());
        number
    }

    pub(super) fn get(&self, number: u32) -> &[u8] {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[number]]
    }

    pub(super) fn memory_bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<usize>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back_by_their_number() {
        let ids: [&[u8]; 4] = [b"first", b"", b"\0\xff", b"123e4567-e89b-12d3-a456-426614174000"];
        let mut kept = LongIds::default();
        let numbers = ids.map(|id| kept.push(id));
        assert_eq!(numbers, [0, 1, 2, 3]);
        assert_eq!(numbers.map(|number| kept.get(number)), ids);
    }
}
