//! Any text as a cell: what is read as an amount, a quantity or an instant says the same when it is printed
//! and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use refund_audit::{
    money::{Currency, Money, Quantity},
    time::{CivilDate, Instant, Interval, Offset, parse_moment},
};

fuzz_target!(|text: &str| {
    let usd = Currency::parse("USD").expect("USD is a currency");
    if let Ok(amount) = Money::parse(text) {
        assert_eq!(Money::parse(&amount.text(usd)), Ok(amount), "{text:?}");
    }
    if let Ok(quantity) = Quantity::parse(text) {
        assert_eq!(Quantity::parse(&quantity.to_string()), Ok(quantity), "{text:?}");
    }
    for zone in [Offset::BEIJING, Offset::UTC] {
        if let Ok(instant) = Instant::parse(text, zone) {
            let printed = instant.text(zone);
            assert_eq!(Instant::parse(&printed, zone), Ok(instant), "{text:?} → {printed:?}");
        }
        if let Ok(reading) = parse_moment(text, zone) {
            assert!(reading.moment.earliest() <= reading.moment.latest(), "{text:?}");
        }
        let _ = Interval::parse(text, zone);
    }
    let _ = (CivilDate::parse(text), Offset::parse(text), Currency::parse(text));
});
