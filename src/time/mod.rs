//! Instants and civil dates. The only place that knows `chrono`.
//!
//! An [`Instant`] is a count of microseconds since 1970 in UTC; names of instants end in `_at`. Windows
//! are half-open intervals of instants. A [`CivilDate`] is a day in a named [`Offset`]; names of dates
//! end in `_on`. Civil dates appear only where a policy says days: deadlines that last to the end of
//! a day, months, business days. Nothing here reads a clock.

mod calendar;
mod civil;
mod instant;
mod interval;
mod parse;

pub use calendar::Calendar;
pub use civil::{CivilDate, Offset};
pub use instant::{Instant, Moment};
pub use interval::{Interval, IntervalError, wider};
pub use parse::{Reading, TimeError, parse_moment};
