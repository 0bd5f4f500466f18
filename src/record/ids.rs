//! Identifiers: opaque text, never numbers, one type for each kind so that they cannot be mixed up.

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// The identifier as the export wrote it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}

identifier!(
    /// An order: the key of everything.
    OrderId
);
identifier!(
    /// The package or resource an order bought; usage may refer to it instead of the order.
    InstanceId
);
identifier!(
    /// An account that owns, pays or receives.
    AccountId
);
identifier!(
    /// A refund or a request for one.
    RefundId
);
identifier!(
    /// One payment for several orders.
    PaymentId
);
identifier!(
    /// One deduction or usage record, where the export numbers them.
    UsageId
);
