//! Why a ground stands, in words; the words are made only where somebody reads them.

use std::fmt;

use crate::{
    money::Quantity,
    record::OrderStatus,
    time::{Instant, Offset},
};

/// The inputs of a ground. It is shown in words, with instants on the clock of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    pub(super) zone: Offset,
    pub(super) input: Input,
}

/// What a ground rests on. Nearly every order that nobody asked about is too late or used, so these inputs
/// are kept as they are; what seldom stands is worded at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Input {
    /// Asked for before it was paid.
    Early { asked_at: Instant, paid_at: Instant },
    /// The order has a status that is none of a paid one.
    Status(OrderStatus),
    /// Asked for after the end of a window, of which this names the kind.
    Late { window: &'static str, end: Instant, asked_at: Instant },
    /// Used, net of reversals.
    Used { net: Quantity, asked_at: Instant, first: Option<Instant> },
    /// Over since then.
    Expired(Instant),
    /// Anything else, in words.
    Said(String),
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |at: Instant| at.text(self.zone);
        match &self.input {
            Input::Early { asked_at, paid_at } => {
                write!(f, "requested {}, paid only {}", at(*asked_at), at(*paid_at))
            }
            Input::Status(status) => write!(f, "the order's status is {}", status.word()),
            Input::Late { window, end, asked_at } => write!(
                f,
                "the last second of {window} was {}, the request came {}, {} too late",
                at(end.plus_seconds(-1)),
                at(*asked_at),
                duration(asked_at.seconds_since(*end) + 1)
            ),
            Input::Used { net, asked_at, first } => {
                write!(f, "net deduction {net} at the request {}", at(*asked_at))?;
                first.map_or(Ok(()), |first| write!(f, ", the first posted {}", at(first)))
            }
            Input::Expired(expires_at) => write!(f, "expired {}", at(*expires_at)),
            Input::Said(words) => f.write_str(words),
        }
    }
}

/// `2 d 03:04:05`.
pub(crate) fn duration(seconds: i64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let clock = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    if days > 0 { format!("{days} d {clock}") } else { clock }
}
