//! Business days: weekends, holidays, and the weekends that are worked to make up for them.

use std::collections::BTreeSet;

use super::CivilDate;

/// The days on which a vendor works. Without holidays it is Monday to Friday.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    holidays_on: BTreeSet<CivilDate>,
    workdays_on: BTreeSet<CivilDate>,
}

impl Calendar {
    /// Adds a day on which nobody works.
    pub fn add_holiday(&mut self, on: CivilDate) {
        self.holidays_on.insert(on);
    }

    /// Adds a weekend day that is worked.
    pub fn add_workday(&mut self, on: CivilDate) {
        self.workdays_on.insert(on);
    }

    /// Whether the vendor works on that day. A make-up workday beats a holiday.
    #[must_use]
    pub fn is_business_day(&self, on: CivilDate) -> bool {
        self.workdays_on.contains(&on) || !(on.is_weekend() || self.holidays_on.contains(&on))
    }

    /// The `count`th business day after `on`; `on` itself does not count.
    #[must_use]
    pub fn business_days_after(&self, on: CivilDate, count: u32) -> CivilDate {
        let mut day = on;
        for _ in 0..count {
            day = day.plus_days(1);
            // A year without one business day is a broken calendar; stop rather than hang.
            for _ in 0..366 {
                if self.is_business_day(day) {
                    break;
                }
                day = day.plus_days(1);
            }
        }
        day
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_and_holidays_do_not_count() {
        let date = |text| CivilDate::parse(text).unwrap();
        let mut calendar = Calendar::default();
        assert_eq!(calendar.business_days_after(date("2020-11-20"), 2), date("2020-11-24"));
        calendar.add_holiday(date("2020-11-23"));
        assert_eq!(calendar.business_days_after(date("2020-11-20"), 2), date("2020-11-25"));
        calendar.add_workday(date("2020-11-21"));
        assert_eq!(calendar.business_days_after(date("2020-11-20"), 2), date("2020-11-24"));
    }
}
