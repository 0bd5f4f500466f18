//! An id, ready to be looked up.

use super::packed::Packed;

/// An id with all that a table wants to know of it. One key can be looked up in any table.
#[derive(Clone, Copy, Debug, Default)]
pub struct Key<'i> {
    pub(super) id: &'i [u8],
    pub(super) packed: Packed,
    pub(super) hash: u64,
}

/// What there is of a key beside its id.
#[derive(Clone, Copy, Debug)]
pub struct Hashed {
    packed: Packed,
    hash: u64,
}

impl<'i> Key<'i> {
    /// The key of an id.
    #[must_use]
    #[inline]
    pub fn of(id: &'i [u8]) -> Self {
        let packed = Packed::of(id);
        Self { id, packed, hash: packed.hash() }
    }

    /// The key of an id of which the rest was kept.
    #[must_use]
    #[inline]
    pub const fn with(id: &'i [u8], Hashed { packed, hash }: Hashed) -> Self {
        Self { id, packed, hash }
    }

    /// What there is beside the id.
    #[must_use]
    #[inline]
    pub const fn hashed(&self) -> Hashed {
        Hashed { packed: self.packed, hash: self.hash }
    }

    /// The id.
    #[must_use]
    #[inline]
    pub const fn id(&self) -> &'i [u8] {
        self.id
    }

    /// Whether the id is known to be twelve to twenty ASCII digits; of an id that is, this may still be `false`.
    #[must_use]
    #[inline]
    pub const fn is_digits(&self) -> bool {
        self.packed.is_digits()
    }
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Key<'_> {}
