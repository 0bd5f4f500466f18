//! What stands in for a fact that an export does not have.

/// Facts of a record that its export lacks, so that something else stands in their place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assumed {
    /// The time of completion stands for that of the request.
    pub request: bool,
    /// The total stands as cash: the means of payment are not known.
    pub tenders: bool,
}

impl Assumed {
    /// The word of an assumed request time in exports.
    pub const REQUEST: &'static str = "requested_at";
    /// The word of an assumed split by means of payment in exports.
    pub const TENDERS: &'static str = "tenders";

    /// Reads the words of a cell, separated by semicolons; the first that is none is given back.
    ///
    /// # Errors
    ///
    /// The word that is none.
    pub fn parse(text: &str) -> Result<Self, &str> {
        let mut assumed = Self::default();
        for word in text.split(';').map(str::trim) {
            match word {
                Self::REQUEST => assumed.request = true,
                Self::TENDERS => assumed.tenders = true,
                other => return Err(other),
            }
        }
        Ok(assumed)
    }

    /// The words of a cell.
    #[must_use]
    pub fn text(self) -> Option<&'static str> {
        match (self.request, self.tenders) {
            (true, true) => Some("requested_at;tenders"),
            (true, false) => Some(Self::REQUEST),
            (false, true) => Some(Self::TENDERS),
            (false, false) => None,
        }
    }
}
