//! An order in a hundred bytes.

use super::{
    bytes::{Packed, put, put_bytes, put_currency, put_instant, put_moment, put_signed, put_tenders},
    wares::Wares,
};
use crate::{
    money::{Currency, Money, Quantity},
    record::{Assumed, FileId, Invoice, Order, OrderRow, OrderStatus, SourceRef},
    time::Moment,
};

/// What decides whether anybody asks about an order, read without the rest of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OrderHead<'p> {
    pub(crate) order_id: &'p str,
    /// See [`Wares`].
    pub(crate) ware: u32,
    pub(crate) currency: Currency,
    pub(crate) status: Option<OrderStatus>,
    pub(crate) assumed: Assumed,
    pub(crate) paid_at: Moment,
    pub(crate) delivered_at: Option<Moment>,
    pub(crate) effective_at: Option<Moment>,
    pub(crate) expires_at: Option<Moment>,
    pub(crate) account_id: &'p str,
    pub(crate) instance_id: Option<&'p str>,
}

/// Bits of the first flags.
mod flag {
    pub(super) const DELIVERED: u64 = 1 << 0;
    pub(super) const EFFECTIVE: u64 = 1 << 1;
    pub(super) const EXPIRES: u64 = 1 << 2;
    pub(super) const INSTANCE: u64 = 1 << 3;
    pub(super) const PAYER: u64 = 1 << 4;
    pub(super) const LIST_PRICE: u64 = 1 << 5;
    pub(super) const PERIOD_START: u64 = 1 << 6;
    pub(super) const PERIOD_END: u64 = 1 << 7;
    pub(super) const MONTHS: u64 = 1 << 8;
    pub(super) const GIFT: u64 = 1 << 9;
    pub(super) const NO_REFUND: u64 = 1 << 10;
    pub(super) const INVOICE: u64 = 1 << 11;
    pub(super) const LICENSE: u64 = 1 << 12;
    pub(super) const LINKED_LICENSE: u64 = 1 << 13;
    /// Where the status stands, one more than its place; none is none.
    pub(super) const STATUS_SHIFT: u32 = 14;
    pub(super) const PAYMENT: u64 = 1 << 17;
    pub(super) const QUOTA: u64 = 1 << 18;
    pub(super) const QUOTA_UNIT: u64 = 1 << 19;
    /// Where the bits of what is assumed stand.
    pub(super) const ASSUMED_SHIFT: u32 = 20;
}

const STATUSES: [OrderStatus; 5] = [
    OrderStatus::Paid,
    OrderStatus::Unpaid,
    OrderStatus::Closed,
    OrderStatus::Refunding,
    OrderStatus::Refunded,
];

const INVOICES: [Invoice; 3] = [Invoice::None, Invoice::Issued, Invoice::Returned];

/// Where a value stands in the list of its kind.
fn place_of<T: PartialEq>(list: &[T], value: &T) -> u64 {
    list.iter().position(|one| one == value).expect("the list has every value") as u64
}

/// Appends an order that bought a ware.
pub(crate) fn pack_order(order: &OrderRow<'_>, ware: u32, out: &mut Vec<u8>) {
    // Named one by one, so that a field which is added cannot be forgotten here. What was bought stands with
    // the ware.
    let &OrderRow {
        at,
        order_id,
        instance_id,
        account_id,
        payer_id,
        product: _,
        package_type: _,
        kind: _,
        status,
        list_price,
        ref paid,
        paid_at,
        delivered_at,
        effective_at,
        period_start,
        period_end,
        expires_at,
        months,
        gift,
        promotion_forbids_refund,
        invoice,
        license_activated_at,
        linked_license_activated_at,
        site: _,
        payment_id,
        quota,
        quota_unit,
        assumed,
    } = order;
    let flags = [
        (delivered_at.is_some(), flag::DELIVERED),
        (effective_at.is_some(), flag::EFFECTIVE),
        (expires_at.is_some(), flag::EXPIRES),
        (instance_id.is_some(), flag::INSTANCE),
        (payer_id != account_id, flag::PAYER),
        (list_price.is_some(), flag::LIST_PRICE),
        (period_start.is_some(), flag::PERIOD_START),
        (period_end.is_some(), flag::PERIOD_END),
        (months.is_some(), flag::MONTHS),
        (gift, flag::GIFT),
        (promotion_forbids_refund, flag::NO_REFUND),
        (invoice.is_some(), flag::INVOICE),
        (license_activated_at.is_some(), flag::LICENSE),
        (linked_license_activated_at.is_some(), flag::LINKED_LICENSE),
        (payment_id.is_some(), flag::PAYMENT),
        (quota.is_some(), flag::QUOTA),
        (quota_unit.is_some(), flag::QUOTA_UNIT),
    ];
    let flags = flags.into_iter().filter(|(is, _)| *is).fold(0, |flags, (_, bit)| flags | bit);
    let status = status.map_or(0, |status| place_of(&STATUSES, &status) + 1);
    put_bytes(out, order_id.as_bytes());
    let assumed = u64::from(assumed.bits());
    put(out, u128::from(flags | status << flag::STATUS_SHIFT | assumed << flag::ASSUMED_SHIFT));
    put(out, u128::from(ware));
    put_currency(out, paid.currency);
    put_moment(out, paid_at);
    [delivered_at, effective_at, expires_at].into_iter().flatten().for_each(|at| put_moment(out, at));
    put_bytes(out, account_id.as_bytes());
    if let Some(instance_id) = instance_id {
        put_bytes(out, instance_id.as_bytes());
    }
    // What follows is read only with the order as a whole.
    put(out, u128::from(at.file.0));
    put(out, u128::from(at.line));
    if payer_id != account_id {
        put_bytes(out, payer_id.as_bytes());
    }
    if let Some(list_price) = list_price {
        put_signed(out, list_price.units());
    }
    put_tenders(out, paid);
    let instants = [period_start, period_end, license_activated_at, linked_license_activated_at];
    instants.into_iter().flatten().for_each(|at| put_instant(out, at));
    if let Some(months) = months {
        put(out, u128::from(months));
    }
    if let Some(invoice) = invoice {
        put(out, u128::from(place_of(&INVOICES, &invoice)));
    }
    if let Some(payment_id) = payment_id {
        put_bytes(out, payment_id.as_bytes());
    }
    if let Some(quota) = quota {
        put_signed(out, quota.units());
    }
    if let Some(unit) = quota_unit {
        put_bytes(out, unit.as_bytes());
    }
}

impl<'p> OrderHead<'p> {
    /// The head of an order that bought a ware.
    pub(crate) const fn of(order: &OrderRow<'p>, ware: u32) -> Self {
        Self {
            order_id: order.order_id,
            ware,
            currency: order.paid.currency,
            status: order.status,
            assumed: order.assumed,
            paid_at: order.paid_at,
            delivered_at: order.delivered_at,
            effective_at: order.effective_at,
            expires_at: order.expires_at,
            account_id: order.account_id,
            instance_id: order.instance_id,
        }
    }
}

/// The id alone.
pub(crate) fn order_id_of(bytes: &[u8]) -> &[u8] {
    Packed::new(bytes).bytes()
}

/// The head of a packed order.
pub(crate) fn head_of(bytes: &[u8]) -> OrderHead<'_> {
    head(&mut Packed::new(bytes)).0
}

/// The same with where the order stands.
pub(crate) fn head_and_place_of(bytes: &[u8]) -> (OrderHead<'_>, SourceRef) {
    let mut packed = Packed::new(bytes);
    (head(&mut packed).0, place(&mut packed))
}

fn place(packed: &mut Packed<'_>) -> SourceRef {
    let file = FileId(u32::try_from(packed.number()).expect("a file was packed"));
    SourceRef { file, line: packed.number() }
}

fn head<'p>(packed: &mut Packed<'p>) -> (OrderHead<'p>, u64) {
    let order_id = packed.text();
    let flags = packed.number();
    let status = usize::try_from(flags >> flag::STATUS_SHIFT & 7).expect("three bits");
    let assumed = u8::try_from(flags >> flag::ASSUMED_SHIFT).expect("what is assumed was packed");
    let ware = u32::try_from(packed.number()).expect("a ware was packed");
    let currency = packed.currency();
    let paid_at = packed.moment();
    let mut moment = |bit| (flags & bit != 0).then(|| packed.moment());
    let (delivered_at, effective_at, expires_at) =
        (moment(flag::DELIVERED), moment(flag::EFFECTIVE), moment(flag::EXPIRES));
    let head = OrderHead {
        order_id,
        ware,
        currency,
        status: status.checked_sub(1).map(|at| STATUSES[at]),
        assumed: Assumed::of_bits(assumed),
        paid_at,
        delivered_at,
        effective_at,
        expires_at,
        account_id: packed.text(),
        instance_id: (flags & flag::INSTANCE != 0).then(|| packed.text()),
    };
    (head, flags)
}

/// The order.
pub(crate) fn unpack_order(bytes: &[u8], wares: &Wares) -> Order {
    let mut packed = Packed::new(bytes);
    let (head, flags) = head(&mut packed);
    let is = |bit| flags & bit != 0;
    let ware = wares.get(head.ware);
    let at = place(&mut packed);
    let payer_id = if is(flag::PAYER) { packed.text() } else { head.account_id };
    let list_price = is(flag::LIST_PRICE).then(|| Money::from_units(packed.signed()));
    let paid = packed.tenders(head.currency);
    let mut instant = |bit| is(bit).then(|| packed.instant());
    let (period_start, period_end) = (instant(flag::PERIOD_START), instant(flag::PERIOD_END));
    let (license_activated_at, linked_license_activated_at) =
        (instant(flag::LICENSE), instant(flag::LINKED_LICENSE));
    Order {
        at,
        order_id: head.order_id.into(),
        instance_id: head.instance_id.map(Into::into),
        account_id: head.account_id.into(),
        payer_id: payer_id.into(),
        product: ware.product.clone(),
        package_type: ware.package_type.clone(),
        kind: ware.kind,
        status: head.status,
        list_price,
        paid,
        paid_at: head.paid_at,
        delivered_at: head.delivered_at,
        effective_at: head.effective_at,
        period_start,
        period_end,
        expires_at: head.expires_at,
        months: is(flag::MONTHS).then(|| u32::try_from(packed.number()).expect("months were packed")),
        gift: is(flag::GIFT),
        promotion_forbids_refund: is(flag::NO_REFUND),
        invoice: is(flag::INVOICE).then(|| INVOICES[usize::from(packed.byte())]),
        license_activated_at,
        linked_license_activated_at,
        site: ware.site.clone(),
        payment_id: is(flag::PAYMENT).then(|| packed.text().into()),
        quota: is(flag::QUOTA).then(|| Quantity::from_units(packed.signed())),
        quota_unit: is(flag::QUOTA_UNIT).then(|| packed.text().into()),
        assumed: head.assumed,
    }
}

#[cfg(test)]
mod tests {
    use proptest::{option, prelude::*, sample::select};

    use super::*;
    use crate::{
        record::{OrderKind, Tender, Tenders},
        time::Instant,
    };

    fn instant() -> impl Strategy<Value = Instant> {
        (-(1_i64 << 58)..(1_i64 << 58)).prop_map(Instant::from_micros)
    }

    prop_compose! {
        fn order()(
            (order_id, account_id, payer_id) in (".{1,9}", ".{1,9}", option::of(".{1,9}")),
            (instance_id, site, payment_id, quota_unit) in
                (option::of(".{1,9}"), option::of(".{1,9}"), option::of(".{1,9}"), option::of(".{1,9}")),
            (file, line, sum, list) in (any::<u32>(), any::<u64>(), any::<i64>(), option::of(any::<i64>())),
            moments in (instant(), option::of(instant()), option::of(instant()), option::of(instant())),
            instants in
                (option::of(instant()), option::of(instant()), option::of(instant()), option::of(instant())),
            (months, quota) in (option::of(1_u32..1200), option::of(any::<i64>())),
            (gift, promotion_forbids_refund, assumed) in
                (any::<bool>(), any::<bool>(), 0_u8..1 << Assumed::WORDS.len()),
            (status, invoice) in (option::of(select(STATUSES.to_vec())), option::of(select(INVOICES.to_vec()))),
        ) -> Order {
            let mut paid = Tenders::none(Currency::parse("CNY").unwrap());
            paid.set(Tender::FreeCredit, Money::from_units(sum.into()));
            let (paid_at, delivered_at, effective_at, expires_at) = moments;
            Order {
                at: SourceRef { file: FileId(file), line },
                order_id: order_id.as_str().into(),
                instance_id: instance_id.as_deref().map(Into::into),
                account_id: account_id.as_str().into(),
                payer_id: payer_id.as_ref().unwrap_or(&account_id).as_str().into(),
                product: "css".into(),
                package_type: "traffic".into(),
                kind: OrderKind::Renew,
                status,
                list_price: list.map(|units| Money::from_units(units.into())),
                paid,
                paid_at: Moment::exact(paid_at),
                delivered_at: delivered_at.map(Moment::exact),
                effective_at: effective_at.map(Moment::exact),
                period_start: instants.0,
                period_end: instants.1,
                expires_at: expires_at.map(Moment::exact),
                months,
                gift,
                promotion_forbids_refund,
                invoice,
                license_activated_at: instants.2,
                linked_license_activated_at: instants.3,
                site: site.as_deref().map(Into::into),
                payment_id: payment_id.as_deref().map(Into::into),
                quota: quota.map(|units| Quantity::from_units(units.into())),
                quota_unit: quota_unit.as_deref().map(Into::into),
                assumed: Assumed::of_bits(assumed),
            }
        }
    }

    proptest! {
        #[test]
        fn an_order_comes_back(order in order()) {
            let mut wares = Wares::default();
            wares.number("css", "traffic", OrderKind::Renew, Some("another site"));
            let site = order.site.as_deref();
            let ware = wares.number(&order.product, &order.package_type, order.kind, site);
            let mut packed = Vec::new();
            pack_order(&(&order).into(), ware, &mut packed);
            prop_assert_eq!(unpack_order(&packed, &wares), order);
        }
    }
}
