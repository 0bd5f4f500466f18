//! One row of orders.

use super::super::{
    cells::{Cells, Fault},
    schema::OrderColumn as C,
};
use crate::{
    money::{Currency, Quantity},
    record::{Invoice, OrderKind, OrderRow, OrderStatus, SourceRef, Tender, Tenders},
};

/// The order of a row, or what is wrong with it.
pub(in crate::ingest) fn order<'r>(cells: &mut Cells<'r>, at: SourceRef) -> Result<OrderRow<'r>, Fault> {
    let order_id = cells.id(C::OrderId)?;
    let order_id = cells.required(C::OrderId, order_id)?;
    let account_id = cells.id(C::AccountId)?;
    let account_id = cells.required(C::AccountId, account_id)?;
    let payer_id = cells.id(C::PayerId)?.unwrap_or(account_id);
    let product = cells.text(C::Product)?;
    let product = cells.required(C::Product, product)?;
    let package_type = cells.text(C::PackageType)?;
    let package_type = cells.required(C::PackageType, package_type)?;
    let currency = currency(cells, C::Currency)?;
    let paid_at = cells.moment(C::PaidAt)?;
    Ok(OrderRow {
        at,
        order_id,
        instance_id: cells.id(C::InstanceId)?,
        account_id,
        payer_id,
        product,
        package_type,
        kind: cells.word(C::OrderKind, &OrderKind::WORDS)?.unwrap_or(OrderKind::New),
        status: cells.word(C::Status, &OrderStatus::WORDS)?,
        list_price: cells.amount(C::ListPrice)?,
        paid: tenders(cells, C::PaidCash.into(), currency)?,
        paid_at: cells.required(C::PaidAt, paid_at)?,
        delivered_at: cells.moment(C::DeliveredAt)?,
        effective_at: cells.moment(C::EffectiveAt)?,
        period_start: cells.instant(C::PeriodStart)?,
        period_end: cells.instant(C::PeriodEnd)?,
        expires_at: cells.moment(C::ExpiresAt)?,
        months: months(cells)?,
        gift: cells.flag(C::Gift)?,
        promotion_forbids_refund: cells.flag(C::PromotionForbidsRefund)?,
        invoice: cells.word(C::Invoice, &Invoice::WORDS)?,
        license_activated_at: cells.instant(C::LicenseActivatedAt)?,
        linked_license_activated_at: cells.instant(C::LinkedLicenseActivatedAt)?,
        site: cells.text(C::Site)?,
        payment_id: cells.id(C::PaymentId)?,
        quota: quota(cells)?,
        quota_unit: cells.text(C::QuotaUnit)?,
        assumed: cells.assumed(C::Assumed)?,
    })
}

/// A currency code.
pub(in crate::ingest) fn currency(cells: &Cells<'_>, column: impl Into<usize>) -> Result<Currency, Fault> {
    let at = column.into();
    let text = cells.text(at)?;
    let text = cells.required(at, text)?;
    Currency::parse(text).map_err(|why| Fault {
        column: super::super::schema::columns(cells.layout.role)[at].name,
        reason: format!("{text:?} {why}"),
    })
}

/// The twelve tender columns from the first on. An absent or empty amount means none of that tender.
pub(in crate::ingest) fn tenders(
    cells: &mut Cells<'_>,
    first: usize,
    currency: Currency,
) -> Result<Tenders, Fault> {
    let mut sums = Tenders::none(currency);
    for tender in Tender::ALL {
        if let Some(sum) = cells.amount(first + tender as usize)? {
            sums.set(tender, sum);
        }
    }
    Ok(sums)
}

fn months(cells: &Cells<'_>) -> Result<Option<u32>, Fault> {
    let Some(text) = cells.text(C::Months)? else { return Ok(None) };
    match text.parse::<u32>() {
        Ok(months @ 1..=1200) => Ok(Some(months)),
        _ => Err(Fault {
            column: "months",
            reason: format!("{text:?} is not a whole number of months from 1 to 1200"),
        }),
    }
}

/// What a package holds; never negative.
fn quota(cells: &mut Cells<'_>) -> Result<Option<Quantity>, Fault> {
    if cells.text(C::Quota)?.is_none() {
        return Ok(None);
    }
    let quota = cells.quantity(C::Quota)?;
    if quota.units() < 0 {
        let reason = format!("{quota} is negative; it is what the package holds");
        return Err(Fault { column: "quota", reason });
    }
    Ok(Some(quota))
}
