//! The roundings a policy may choose. None is a default: a policy names its own.

/// How the last step of a computation meets the minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// Toward zero: 418.516 becomes 418.51.
    Down,
    /// To the nearest, ties away from zero: 19.065 becomes 19.07.
    HalfUp,
    /// To the nearest, ties to the even neighbour: 2.345 becomes 2.34.
    HalfEven,
    /// Away from zero: 418.511 becomes 418.52.
    Up,
}

impl Rounding {
    /// The word used in policy files and explanations.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Down => "down",
            Self::HalfUp => "half_up",
            Self::HalfEven => "half_even",
            Self::Up => "up",
        }
    }

    /// Every rounding, in the order of the documentation.
    pub const ALL: [Self; 4] = [Self::Down, Self::HalfUp, Self::HalfEven, Self::Up];
}
