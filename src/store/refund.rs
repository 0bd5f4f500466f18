//! A refund in a hundred and fifty bytes.

use super::bytes::{Packed, put, put_bytes, put_currency, put_instant, put_moment, put_tenders};
use crate::{
    record::{Assumed, Channel, FileId, Link, Refund, RefundStatus, SourceRef},
    time::Moment,
};

/// What sorts refunds and tells which repeat another, read without the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RefundHead<'p> {
    pub(crate) order_id: &'p str,
    pub(crate) refund_id: &'p str,
    pub(crate) at: SourceRef,
    pub(crate) requested_at: Moment,
    pub(crate) status: RefundStatus,
    pub(crate) merged: bool,
    pub(crate) channel_txn: Option<&'p str>,
}

/// Bits of the flags.
mod flag {
    pub(super) const MERGED: u64 = 1 << 0;
    pub(super) const TRANSACTION: u64 = 1 << 1;
    pub(super) const ACCOUNT: u64 = 1 << 2;
    pub(super) const TO_ACCOUNT: u64 = 1 << 3;
    pub(super) const TO_METHOD: u64 = 1 << 4;
    pub(super) const REASON: u64 = 1 << 5;
    pub(super) const DECIDED: u64 = 1 << 6;
    pub(super) const COMPLETED: u64 = 1 << 7;
    pub(super) const ARRIVED: u64 = 1 << 8;
    pub(super) const LINK: u64 = 1 << 9;
    /// Where the channel stands, one more than its place; none is none.
    pub(super) const CHANNEL_SHIFT: u32 = 10;
    /// Where the status stands.
    pub(super) const STATUS_SHIFT: u32 = 12;
    /// Where the bits of what is assumed stand.
    pub(super) const ASSUMED_SHIFT: u32 = 15;
}

const STATUSES: [RefundStatus; 5] = [
    RefundStatus::Requested,
    RefundStatus::Approved,
    RefundStatus::Rejected,
    RefundStatus::Completed,
    RefundStatus::Cancelled,
];

const CHANNELS: [Channel; 2] = [Channel::SelfService, Channel::Ticket];

/// Appends a refund.
pub(crate) fn pack_refund(refund: &Refund, out: &mut Vec<u8>) {
    // Named one by one, so that a field which is added cannot be forgotten here.
    let Refund {
        at,
        refund_id,
        order_id,
        account_id,
        to_account,
        to_method,
        requested_at,
        channel,
        status,
        reason,
        decided_at,
        completed_at,
        arrived_at,
        returned,
        channel_txn,
        merged,
        assumed,
        link,
    } = refund;
    let flags = [
        (*merged, flag::MERGED),
        (channel_txn.is_some(), flag::TRANSACTION),
        (account_id.is_some(), flag::ACCOUNT),
        (to_account.is_some(), flag::TO_ACCOUNT),
        (to_method.is_some(), flag::TO_METHOD),
        (reason.is_some(), flag::REASON),
        (decided_at.is_some(), flag::DECIDED),
        (completed_at.is_some(), flag::COMPLETED),
        (arrived_at.is_some(), flag::ARRIVED),
        (link.is_some(), flag::LINK),
    ];
    let flags = flags.into_iter().filter(|(is, _)| *is).fold(0, |flags, (_, bit)| flags | bit);
    let channel = channel.map_or(0, |channel| place_of(&CHANNELS, &channel) + 1);
    let status = place_of(&STATUSES, status);
    put_bytes(out, order_id.as_str().as_bytes());
    put_bytes(out, refund_id.as_str().as_bytes());
    let assumed = u64::from(assumed.bits()) << flag::ASSUMED_SHIFT;
    put(out, u128::from(flags | channel << flag::CHANNEL_SHIFT | status << flag::STATUS_SHIFT | assumed));
    put(out, u128::from(at.file.0));
    put(out, u128::from(at.line));
    put_moment(out, *requested_at);
    let text = |text: &Option<Box<str>>, out: &mut Vec<u8>| {
        if let Some(text) = text {
            put_bytes(out, text.as_bytes());
        }
    };
    text(channel_txn, out);
    // What follows is read only with the refund as a whole.
    [account_id, to_account].into_iter().flatten().for_each(|id| put_bytes(out, id.as_str().as_bytes()));
    text(to_method, out);
    text(reason, out);
    [decided_at, completed_at, arrived_at].into_iter().flatten().for_each(|at| put_instant(out, *at));
    put_currency(out, returned.currency);
    put_tenders(out, returned);
    if let Some(link) = link {
        put_link(link, out);
    }
}

/// Where a value stands in the list of its kind.
fn place_of<T: PartialEq>(list: &[T], value: &T) -> u64 {
    list.iter().position(|one| one == value).expect("the list has every value") as u64
}

fn put_link(link: &Link, out: &mut Vec<u8>) {
    let (kind, resource) = match link {
        Link::Resource(resource) => (0, Some(resource)),
        Link::LatestOfResource(resource) => (1, Some(resource)),
        Link::OtherExport => (2, None),
        Link::FirstOfSeveral => (3, None),
        Link::NotFound => (4, None),
    };
    out.push(kind);
    if let Some(resource) = resource {
        put_bytes(out, resource.as_bytes());
    }
}

fn link(packed: &mut Packed<'_>) -> Link {
    match packed.byte() {
        0 => Link::Resource(packed.text().into()),
        1 => Link::LatestOfResource(packed.text().into()),
        2 => Link::OtherExport,
        3 => Link::FirstOfSeveral,
        _ => Link::NotFound,
    }
}

/// The id of the order alone.
pub(crate) fn refunded_order_of(bytes: &[u8]) -> &str {
    Packed::new(bytes).text()
}

/// The head of a packed refund.
pub(crate) fn refund_head(bytes: &[u8]) -> RefundHead<'_> {
    head(&mut Packed::new(bytes)).0
}

fn head<'p>(packed: &mut Packed<'p>) -> (RefundHead<'p>, u64) {
    let (order_id, refund_id) = (packed.text(), packed.text());
    let flags = packed.number();
    let file = FileId(u32::try_from(packed.number()).expect("a file was packed"));
    let at = SourceRef { file, line: packed.number() };
    let requested_at = packed.moment();
    let channel_txn = (flags & flag::TRANSACTION != 0).then(|| packed.text());
    let status = usize::try_from(flags >> flag::STATUS_SHIFT & 7).expect("three bits");
    let (status, merged) = (STATUSES[status], flags & flag::MERGED != 0);
    (RefundHead { order_id, refund_id, at, requested_at, status, merged, channel_txn }, flags)
}

/// The refund.
pub(crate) fn unpack_refund(bytes: &[u8]) -> Refund {
    let mut packed = Packed::new(bytes);
    let (head, flags) = head(&mut packed);
    let is = |bit| flags & bit != 0;
    let channel = usize::try_from(flags >> flag::CHANNEL_SHIFT & 3).expect("two bits");
    let mut text = |bit| is(bit).then(|| packed.text());
    let (account_id, to_account) = (text(flag::ACCOUNT), text(flag::TO_ACCOUNT));
    let (to_method, reason) = (text(flag::TO_METHOD), text(flag::REASON));
    let mut instant = |bit| is(bit).then(|| packed.instant());
    let (decided_at, completed_at, arrived_at) =
        (instant(flag::DECIDED), instant(flag::COMPLETED), instant(flag::ARRIVED));
    let currency = packed.currency();
    let returned = packed.tenders(currency);
    Refund {
        at: head.at,
        refund_id: head.refund_id.into(),
        order_id: head.order_id.into(),
        account_id: account_id.map(Into::into),
        to_account: to_account.map(Into::into),
        to_method: to_method.map(Into::into),
        requested_at: head.requested_at,
        channel: channel.checked_sub(1).map(|at| CHANNELS[at]),
        status: head.status,
        reason: reason.map(Into::into),
        decided_at,
        completed_at,
        arrived_at,
        returned,
        channel_txn: head.channel_txn.map(Into::into),
        merged: head.merged,
        assumed: Assumed::of_bits(
            u8::try_from(flags >> flag::ASSUMED_SHIFT).expect("what is assumed was packed"),
        ),
        link: is(flag::LINK).then(|| Box::new(link(&mut packed))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::{prelude::*, sample::select};

    use super::*;
    use crate::{
        money::{Currency, Money},
        record::{Tender, Tenders},
        time::Instant,
    };

    fn instant() -> impl Strategy<Value = Instant> {
        (-(1_i64 << 58)..(1_i64 << 58)).prop_map(Instant::from_micros)
    }

    fn text() -> impl Strategy<Value = Option<Box<str>>> {
        prop::option::of(".{0,12}".prop_map(Into::into))
    }

    fn tied() -> impl Strategy<Value = Option<Box<Link>>> {
        let resource = ".{1,8}".prop_map(|text: String| Link::Resource(text.into()));
        let latest = ".{1,8}".prop_map(|text: String| Link::LatestOfResource(text.into()));
        let plain = select(vec![Link::OtherExport, Link::FirstOfSeveral, Link::NotFound]);
        prop::option::of(prop_oneof![resource, latest, plain].prop_map(Box::new))
    }

    prop_compose! {
        fn refund()(
            (refund_id, order_id, file, line) in (".{1,24}", ".{1,24}", any::<u32>(), any::<u64>()),
            (account_id, to_account, to_method, reason, channel_txn) in (text(), text(), text(), text(), text()),
            (requested_at, blur) in (instant(), 0_i64..100_000_000_000),
            (decided_at, completed_at, arrived_at) in
                (prop::option::of(instant()), prop::option::of(instant()), prop::option::of(instant())),
            channel in prop::option::of(select(CHANNELS.to_vec())),
            status in select(STATUSES.to_vec()),
            (merged, assumed) in (any::<bool>(), 0_u8..1 << Assumed::WORDS.len()),
            sums in prop::collection::vec((select(Tender::ALL.to_vec()), any::<i128>()), 0..5),
            link in tied(),
        ) -> Refund {
            let mut returned = Tenders::none(Currency::parse("EUR").unwrap());
            for (tender, units) in sums {
                returned.set(tender, Money::from_units(units));
            }
            let id = |text: Option<Box<str>>| text.map(|text| (&*text).into());
            Refund {
                at: SourceRef { file: FileId(file), line },
                refund_id: refund_id.as_str().into(),
                order_id: order_id.as_str().into(),
                account_id: id(account_id),
                to_account: id(to_account),
                to_method,
                requested_at: Moment::between(requested_at, requested_at.plus_micros(blur)),
                channel,
                status,
                reason,
                decided_at,
                completed_at,
                arrived_at,
                returned,
                channel_txn,
                merged,
                assumed: Assumed::of_bits(assumed),
                link,
            }
        }
    }

    proptest! {
        #[test]
        fn a_packed_refund_comes_back(refund in refund()) {
            let mut bytes = Vec::new();
            pack_refund(&refund, &mut bytes);
            prop_assert_eq!(unpack_refund(&bytes), refund.clone());
            prop_assert_eq!(refunded_order_of(&bytes), refund.order_id.as_str());
            let head = refund_head(&bytes);
            prop_assert_eq!((head.refund_id, head.order_id), (refund.refund_id.as_str(), refund.order_id.as_str()));
            prop_assert_eq!((head.at, head.requested_at), (refund.at, refund.requested_at));
            prop_assert_eq!((head.status, head.merged), (refund.status, refund.merged));
            prop_assert_eq!(head.channel_txn, refund.channel_txn.as_deref());
        }
    }
}
