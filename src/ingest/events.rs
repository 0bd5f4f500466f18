//! One row of events.

use super::{
    cells::{Cells, Fault},
    schema::EventColumn as C,
};
use crate::record::{Event, EventKey, EventKind, SourceRef};

/// The event of a row, or what is wrong with it.
pub(super) fn event(cells: &mut Cells<'_>, at: SourceRef) -> Result<Event, Fault> {
    let kind = cells.word(C::Kind, &EventKind::WORDS)?;
    let kind = cells.required(C::Kind, kind)?;
    let account_id = cells.id(C::AccountId)?;
    let order_id = cells.id(C::OrderId)?;
    let product = cells.text(C::Product)?;
    match kind.key() {
        EventKey::Account => cells.required(C::AccountId, account_id).map(|_| ())?,
        EventKey::Order => cells.required(C::OrderId, order_id).map(|_| ())?,
        EventKey::Product => cells.required(C::Product, product).map(|_| ())?,
        EventKey::Day => {}
    }
    let marks = cells.marks;
    let from_at = cells.instant(C::At)?;
    if kind.key() == EventKey::Day {
        // A holiday is a civil date by nature; nothing was lost or assumed.
        cells.marks = marks;
    }
    let from_at = cells.required(C::At, from_at)?;
    let until_at = cells.instant(C::Until)?;
    if until_at.is_some_and(|until| until < from_at) {
        return Err(Fault { column: "until", reason: "is before at".to_owned() });
    }
    Ok(Event {
        kind,
        from_at,
        until_at,
        account_id: account_id.map(Into::into),
        order_id: order_id.map(Into::into),
        product: product.map(Into::into),
        reason: cells.text(C::Reason)?.map(Into::into),
        amount: cells.amount(C::Amount)?,
        at,
    })
}
