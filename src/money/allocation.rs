//! Splitting an amount so that the parts sum to it.

use super::{Money, PLACES};

/// Splits `total` in proportion to `weights` by the largest remainder, in steps of `places` decimals.
///
/// Each part is cut down to its step; what is left over goes, one step at a time, to the parts that
/// lost most, ties to the earlier one. `None` where the weights sum to nothing while there is
/// something to split, where `total` is no multiple of the step, or on overflow.
///
/// ```
/// use refund_audit::money::{Money, allocate};
/// let money = |text| Money::parse(text).unwrap();
/// let parts = allocate(money("362.60"), &[money("200"), money("207.96")], 2).unwrap();
/// assert_eq!(parts, [money("177.76"), money("184.84")]);
/// ```
#[must_use]
pub fn allocate(total: Money, weights: &[Money], places: u32) -> Option<Vec<Money>> {
    let step = 10_i128.checked_pow(PLACES.checked_sub(places)?)?;
    let sum: Money = weights.iter().copied().sum();
    if total.is_zero() {
        return Some(vec![Money::ZERO; weights.len()]);
    }
    if !sum.is_positive() || total.units() < 0 || total.units().checked_rem(step) != Some(0) {
        return None;
    }
    let steps = total.units().checked_div(step)?;
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::with_capacity(weights.len());
    for weight in weights {
        let share = steps.checked_mul(weight.units())?;
        parts.push(share.checked_div(sum.units())?);
        remainders.push(share.checked_rem(sum.units())?);
    }
    let given: i128 = parts.iter().sum();
    let missing = usize::try_from(steps.checked_sub(given)?).ok()?;
    let mut by_loss: Vec<usize> = (0..parts.len()).collect();
    by_loss.sort_by_key(|&at| std::cmp::Reverse(remainders[at]));
    for &at in by_loss.iter().take(missing) {
        parts[at] = parts[at].checked_add(1)?;
    }
    parts.into_iter().map(|part| part.checked_mul(step).map(Money::from_units)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(total: &str, weights: &[&str]) -> Vec<Money> {
        let weights: Vec<_> = weights.iter().map(|text| Money::parse(text).unwrap()).collect();
        allocate(Money::parse(total).unwrap(), &weights, 2).unwrap()
    }

    #[test]
    fn printed_splits() {
        let money = |text| Money::parse(text).unwrap();
        assert_eq!(split("116.88", &["300.00", "307.16"]), [money("57.75"), money("59.13")]);
        assert_eq!(split("418.51", &["299", "200"]), [money("250.77"), money("167.74")]);
    }

    #[test]
    fn ties_go_to_the_earlier_part() {
        let money = |text| Money::parse(text).unwrap();
        assert_eq!(split("100", &["1", "1", "1"]), [money("33.34"), money("33.33"), money("33.33")]);
    }

    #[test]
    fn nothing_to_weigh_with_is_no_split() {
        assert_eq!(allocate(Money::minor_unit(2), &[Money::ZERO], 2), None);
        assert_eq!(allocate(Money::ZERO, &[Money::ZERO], 2), Some(vec![Money::ZERO]));
    }
}
