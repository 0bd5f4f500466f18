//! One row of refunds.

use super::{
    cells::{Cells, Fault},
    orders::{currency, tenders},
    schema::RefundColumn as C,
};
use crate::{
    record::{Channel, Refund, RefundId, RefundStatus, SourceRef},
    time::Moment,
};

/// When a refund was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestTime {
    /// Where that stands.
    pub at: SourceRef,
    /// The refund.
    pub refund_id: RefundId,
    /// When.
    pub requested_at: Moment,
}

/// When a refund was asked for, by a row that says no more of it.
pub(super) fn request_time(cells: &mut Cells<'_>, at: SourceRef) -> Result<RequestTime, Fault> {
    let refund_id = cells.id(C::RefundId)?;
    let refund_id = cells.required(C::RefundId, refund_id)?.into();
    let requested_at = cells.moment(C::RequestedAt)?;
    Ok(RequestTime { at, refund_id, requested_at: cells.required(C::RequestedAt, requested_at)? })
}

/// The refund of a row, or what is wrong with it.
pub(super) fn refund(cells: &mut Cells<'_>, at: SourceRef) -> Result<Refund, Fault> {
    let refund_id = cells.id(C::RefundId)?;
    let refund_id = cells.required(C::RefundId, refund_id)?;
    let order_id = cells.id(C::OrderId)?;
    let order_id = cells.required(C::OrderId, order_id)?;
    let requested_at = cells.moment(C::RequestedAt)?;
    let status = cells.word(C::Status, &RefundStatus::WORDS)?;
    let currency = currency(cells, C::Currency)?;
    let (assumed, link) = cells.assumed_and_link(C::Assumed)?;
    Ok(Refund {
        at,
        refund_id: refund_id.into(),
        order_id: order_id.into(),
        account_id: cells.id(C::AccountId)?.map(Into::into),
        to_account: cells.id(C::ToAccount)?.map(Into::into),
        to_method: cells.text(C::ToMethod)?.map(Into::into),
        requested_at: cells.required(C::RequestedAt, requested_at)?,
        channel: cells.word(C::Channel, &Channel::WORDS)?,
        status: cells.required(C::Status, status)?,
        reason: cells.text(C::Reason)?.map(Into::into),
        decided_at: cells.instant(C::DecidedAt)?,
        completed_at: cells.instant(C::CompletedAt)?,
        arrived_at: cells.instant(C::ArrivedAt)?,
        returned: tenders(cells, C::RefundedCash.into(), currency)?,
        channel_txn: cells.id(C::ChannelTxn)?.map(Into::into),
        merged: cells.flag(C::Merged)?,
        assumed,
        link: link.map(Box::new),
    })
}
