//! Means of payment, and sums of money by means of payment.

use crate::money::{Currency, Money};

/// A means of payment, in the order of the canonical columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Tender {
    /// Balance topped up with real money.
    Cash,
    /// Revenue transferred in, "commission".
    Commission,
    /// Credit given by the vendor, "gift account".
    FreeCredit,
    /// A voucher.
    Voucher,
    /// A coupon.
    Coupon,
    /// An offset against another claim (抵扣).
    Offset,
    /// A stored-value card (储值卡).
    StoredValueCard,
    /// A debit card.
    DebitCard,
    /// A credit card.
    CreditCard,
    /// PayPal.
    Paypal,
    /// Alipay.
    Alipay,
    /// A bank transfer.
    Bank,
}

impl Tender {
    /// How many there are.
    pub const COUNT: usize = 12;

    /// Every tender, in the order of the canonical columns.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Cash,
        Self::Commission,
        Self::FreeCredit,
        Self::Voucher,
        Self::Coupon,
        Self::Offset,
        Self::StoredValueCard,
        Self::DebitCard,
        Self::CreditCard,
        Self::Paypal,
        Self::Alipay,
        Self::Bank,
    ];

    /// The word in column names and policy files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Commission => "commission",
            Self::FreeCredit => "free_credit",
            Self::Voucher => "voucher",
            Self::Coupon => "coupon",
            Self::Offset => "offset",
            Self::StoredValueCard => "stored_value_card",
            Self::DebitCard => "debit_card",
            Self::CreditCard => "credit_card",
            Self::Paypal => "paypal",
            Self::Alipay => "alipay",
            Self::Bank => "bank",
        }
    }

    /// The tender of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tender| tender.word() == word)
    }
}

/// Sums by means of payment in one currency. A tender that is not there is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tenders {
    /// The currency of every sum.
    pub currency: Currency,
    sums: [Money; Tender::COUNT],
}

impl Tenders {
    /// Nothing of anything.
    #[must_use]
    pub const fn none(currency: Currency) -> Self {
        Self { currency, sums: [Money::ZERO; Tender::COUNT] }
    }

    /// The sum of one tender.
    #[must_use]
    pub const fn get(&self, tender: Tender) -> Money {
        self.sums[tender as usize]
    }

    /// Replaces the sum of one tender.
    pub const fn set(&mut self, tender: Tender, sum: Money) {
        self.sums[tender as usize] = sum;
    }

    /// Adds, tender by tender. The caller has made sure that the currencies are one.
    pub fn add(&mut self, other: &Self) {
        debug_assert_eq!(self.currency, other.currency, "sums of one order have one currency");
        for tender in Tender::ALL {
            self.set(tender, self.get(tender).plus(other.get(tender)));
        }
    }

    /// The sum of some tenders.
    #[must_use]
    pub fn of(&self, tenders: &[Tender]) -> Money {
        tenders.iter().map(|&tender| self.get(tender)).sum()
    }

    /// The sum of everything.
    #[must_use]
    pub fn total(&self) -> Money {
        self.sums.iter().copied().sum()
    }

    /// The tenders with a sum, in the order of the canonical columns.
    pub fn present(&self) -> impl Iterator<Item = (Tender, Money)> + '_ {
        Tender::ALL.into_iter().map(|tender| (tender, self.get(tender))).filter(|(_, sum)| !sum.is_zero())
    }

    /// `cash 30.00, voucher 25.00`.
    #[must_use]
    pub fn text(&self) -> String {
        let parts: Vec<String> = self
            .present()
            .map(|(tender, sum)| format!("{} {}", tender.word(), sum.text(self.currency)))
            .collect();
        if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_round_trip_and_places_hold() {
        for (at, tender) in Tender::ALL.into_iter().enumerate() {
            assert_eq!(Tender::parse(tender.word()), Some(tender));
            assert_eq!(tender as usize, at);
        }
    }
}
