//! What stands in for a fact that an export does not have.

/// Facts of a record that its export lacks, so that something else stands in their place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact of its own, and any of them may be missing"
)]
pub struct Assumed {
    /// The time of completion stands for that of the request.
    pub request: bool,
    /// The total stands as cash: the means of payment are not known.
    pub tenders: bool,
    /// Another time, as that of the order's creation, stands for the payment.
    pub payment: bool,
    /// The end of the billed period, or the payment and the months, stands for the expiry.
    pub expiry: bool,
    /// The export does not say what the order did to its package.
    pub kind: bool,
    /// Another account, as the one that placed the order, stands for the owner.
    pub account: bool,
    /// The status is that of the purchase, whatever became of the order later.
    pub status: bool,
}

impl Assumed {
    /// The word of an assumed request time in exports.
    pub const REQUEST: &'static str = "requested_at";
    /// The word of an assumed split by means of payment in exports.
    pub const TENDERS: &'static str = "tenders";
    /// The word of an assumed end of the term in exports.
    pub const EXPIRY: &'static str = "expires_at";

    /// Every word of a fact, in the order in which exports list them.
    pub const WORDS: [&'static str; 7] =
        [Self::REQUEST, Self::TENDERS, "paid_at", Self::EXPIRY, "order_kind", "account_id", "status"];

    const fn facts(self) -> [bool; 7] {
        let Self { request, tenders, payment, expiry, kind, account, status } = self;
        [request, tenders, payment, expiry, kind, account, status]
    }

    const fn of_facts(facts: [bool; 7]) -> Self {
        let [request, tenders, payment, expiry, kind, account, status] = facts;
        Self { request, tenders, payment, expiry, kind, account, status }
    }

    /// The facts as bits, by the order of [`Self::WORDS`].
    #[must_use]
    pub fn bits(self) -> u8 {
        self.facts().into_iter().enumerate().fold(0, |bits, (at, is)| bits | u8::from(is) << at)
    }

    /// What [`Self::bits`] wrote.
    #[must_use]
    pub fn of_bits(bits: u8) -> Self {
        Self::of_facts(std::array::from_fn(|at| bits >> at & 1 == 1))
    }

    /// How many facts are missing.
    #[must_use]
    pub fn count(self) -> u32 {
        self.bits().count_ones()
    }

    /// The facts of these words; a word that is none is passed over.
    #[must_use]
    pub fn of_words<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut facts = [false; 7];
        for word in words {
            if let Some(at) = Self::WORDS.iter().position(|known| *known == word) {
                facts[at] = true;
            }
        }
        Self::of_facts(facts)
    }

    /// Reads the words of a cell, separated by semicolons; the first that is none is given back.
    ///
    /// # Errors
    ///
    /// The word that is none.
    pub fn parse(text: &str) -> Result<Self, &str> {
        let words = || text.split(';').map(str::trim);
        match words().find(|word| !Self::WORDS.contains(word)) {
            Some(word) => Err(word),
            None => Ok(Self::of_words(words())),
        }
    }

    /// The words of a cell.
    #[must_use]
    pub fn text(self) -> Option<String> {
        let named = Self::WORDS.into_iter().zip(self.facts()).filter(|(_, is)| *is).map(|(word, _)| word);
        let words: Vec<&str> = named.collect();
        (!words.is_empty()).then(|| words.join(";"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_comes_back_from_its_word_and_from_its_bits() {
        for bits in 0..1 << Assumed::WORDS.len() {
            let assumed = Assumed::of_bits(bits);
            assert_eq!(assumed.bits(), bits);
            let text = assumed.text().unwrap_or_default();
            let read = if text.is_empty() { Ok(Assumed::default()) } else { Assumed::parse(&text) };
            assert_eq!(read, Ok(assumed), "{text}");
        }
        assert_eq!(Assumed::parse("tenders; requested"), Err("requested"));
    }
}
