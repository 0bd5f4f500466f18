//! The layouts: which dialects, what they can carry, what they cannot say, and who writes them.

use crate::{alibaba, canonical, compare::Layout, focus, rules::*, set::Set, tencent};

const fn as_it_is(set: Set) -> Set {
    set
}

/// Every layout.
pub(crate) const ALL: [&Layout; 11] = [
    &BILL_CN,
    &BILL_CN_AND_LISTS,
    &BILL_INTL,
    &BILL_PARTNER,
    &DEALS,
    &DEALS_AND_BILL,
    &BILL_FLOW,
    &ORDER_LIST,
    &FEE_DETAILS,
    &FOCUS,
    &CANONICAL,
];

pub(crate) const BILL_CN: Layout = Layout {
    name: "tencent-bill-cn",
    dialects: &["tencent-bill-cn", "tencent-measure-package", "tencent-pack-deduct"],
    carries: tencent::carries,
    set: tencent::in_yuan,
    rules: &[
        GIFTS_ARE_PURCHASES,
        CHANGES_THAT_COST,
        NO_STATUS,
        PURCHASE_ONLY,
        ONLY_MONEY_THAT_MOVED,
        REQUEST_IS_COMPLETION,
        NO_DESTINATION,
        NO_PAYMENT_NUMBER,
        REFUND_OF_THE_OWNER,
        DEDUCTIONS_OF_PACKS,
        OF_THE_CHINA_SITE,
        TERM_OF_THE_PERIOD,
    ],
    write: |set, hand| {
        vec![tencent::bill_cn(set, hand), tencent::pack_deductions(set, hand), tencent::packs(set, hand)]
    },
};

pub(crate) const BILL_CN_AND_LISTS: Layout = Layout {
    name: "tencent-bill-cn and lists",
    dialects: &[
        "tencent-bill-cn",
        "tencent-cashflow",
        "tencent-live-package",
        "tencent-mps-deduct",
        "tencent-pack-deduct",
        "tencent-vod-package",
    ],
    carries: tencent::carries,
    set: tencent::in_yuan,
    rules: &[
        GIFTS_ARE_PURCHASES,
        CHANGES_THAT_COST,
        NO_STATUS,
        PURCHASE_ONLY,
        ONLY_MONEY_THAT_MOVED,
        REQUEST_IS_COMPLETION,
        NO_DESTINATION,
        NO_PAYMENT_NUMBER,
        REFUND_OF_THE_OWNER,
        DEDUCTIONS_OF_PACKS,
        NO_TIME_OF_USE_OF_MPS,
        OF_THE_CHINA_SITE,
        TERM_OF_THE_PERIOD,
    ],
    write: |set, hand| {
        let mut files = vec![tencent::bill_cn(set, hand), tencent::cash_flow(set, hand)];
        files.extend(tencent::mps_and_other_deductions(set, hand));
        files.extend(tencent::other_packs(set, hand));
        files
    },
};

pub(crate) const BILL_INTL: Layout = Layout {
    name: "tencent-bill-intl",
    dialects: &["tencent-bill-intl", "tencent-pack-deduct"],
    carries: tencent::carries_by_instance,
    set: as_it_is,
    rules: &[
        GIFTS_ARE_PURCHASES,
        CHANGES_THAT_COST,
        NO_STATUS,
        PURCHASE_ONLY,
        TOTALS_BUT_VOUCHERS,
        ONLY_MONEY_THAT_MOVED,
        REQUEST_IS_COMPLETION,
        NO_DESTINATION,
        NO_PAYMENT_NUMBER,
        REFUND_OF_THE_OWNER,
        LINKED_BY_RESOURCE,
        DEDUCTIONS_OF_PACKS,
        NO_TIME_OF_USE,
        OF_THE_INTERNATIONAL_SITE,
        TERM_OF_THE_PERIOD,
    ],
    write: |set, hand| vec![tencent::bill_intl(set, hand), tencent::live_deductions(set, hand)],
};

pub(crate) const BILL_PARTNER: Layout = Layout {
    name: "tencent-bill-partner",
    dialects: &["tencent-bill-partner", "tencent-pack-deduct"],
    carries: tencent::carries_by_instance,
    set: as_it_is,
    rules: &[
        GIFTS_ARE_PURCHASES,
        CHANGES_THAT_COST,
        NO_STATUS,
        PURCHASE_ONLY,
        TOTALS_BUT_VOUCHERS,
        ONLY_MONEY_THAT_MOVED,
        REQUEST_IS_COMPLETION,
        NO_DESTINATION,
        NO_PAYMENT_NUMBER,
        REFUND_OF_THE_OWNER,
        LINKED_BY_RESOURCE,
        DEDUCTIONS_OF_PACKS,
        OF_THE_INTERNATIONAL_SITE,
        TERM_OF_THE_PERIOD,
    ],
    write: |set, hand| vec![tencent::bill_partner(set, hand), tencent::pack_deductions(set, hand)],
};

pub(crate) const DEALS: Layout = Layout {
    name: "tencent-deals",
    dialects: &["tencent-deals", "tencent-pack-deduct"],
    carries: tencent::carries_in_fen,
    set: tencent::in_yuan,
    rules: &[
        GIFTS_ARE_PURCHASES,
        NO_PERIOD,
        PURCHASE_ONLY,
        TOTALS_BUT_VOUCHERS,
        KNOWN_STATES,
        COMPLETION_NOT_TOLD,
        NO_DESTINATION,
        NO_PAYMENT_NUMBER,
        REFUND_OF_THE_OWNER,
        DEDUCTIONS_OF_PACKS,
        TERM_OF_THE_PERIOD,
        PAID_WHEN_PLACED,
        STATUS_OF_THE_PURCHASE,
        BUYER_FOR_OWNER,
    ],
    write: |set, hand| vec![tencent::deals(set, hand), tencent::pack_deductions(set, hand)],
};

/// The list has the status and the requests, the bill has the money.
pub(crate) const DEALS_AND_BILL: Layout = Layout {
    name: "tencent-deals and tencent-bill-cn",
    dialects: &["tencent-bill-cn", "tencent-deals", "tencent-pack-deduct"],
    carries: tencent::carries_in_fen,
    set: tencent::in_yuan,
    rules: &[
        GIFTS_ARE_PURCHASES,
        CHANGES_THAT_COST,
        PURCHASE_ONLY,
        KNOWN_STATES,
        ONLY_LISTED,
        NO_DESTINATION,
        NO_PAYMENT_NUMBER,
        REFUND_OF_THE_OWNER,
        DEDUCTIONS_OF_PACKS,
        OF_THE_CHINA_SITE,
        TERM_OF_THE_PERIOD,
        IN_A_BILL,
        STATUS_OF_THE_PURCHASE,
    ],
    write: |set, hand| {
        vec![tencent::bill_cn(set, hand), tencent::deals(set, hand), tencent::pack_deductions(set, hand)]
    },
};

pub(crate) const BILL_FLOW: Layout = Layout {
    name: "alibaba-billflow",
    dialects: &["alibaba-bill-v1", "alibaba-billflow", "alibaba-deduct", "alibaba-orders"],
    carries: alibaba::carries,
    set: as_it_is,
    rules: &[
        GIFTS_ARE_PURCHASES,
        STATUS_PAID_OR_NOT,
        PURCHASE_ONLY,
        NO_TERM,
        ONLY_MONEY_THAT_MOVED,
        NO_DESTINATION,
        REFUND_OF_THE_OWNER,
        DEDUCTIONS_OF_PACKS,
        NO_TIME_OF_USE,
        TERM_OF_THE_PERIOD,
        STATUS_OF_THE_PURCHASE,
    ],
    write: |set, hand| {
        vec![
            alibaba::flow(set, hand),
            alibaba::orders(set, hand),
            alibaba::deductions(set, hand),
            alibaba::details(set, hand),
        ]
    },
};

pub(crate) const ORDER_LIST: Layout = Layout {
    name: "alibaba-orders",
    dialects: &["alibaba-deduct", "alibaba-orders"],
    carries: alibaba::carries_totals,
    set: as_it_is,
    rules: &[
        GIFTS_ARE_PURCHASES,
        STATUS_OF_A_LIST,
        PURCHASE_ONLY,
        NO_TERM,
        NO_PAYER,
        TOTALS,
        ONLY_MONEY_THAT_MOVED,
        NO_DESTINATION,
        NO_PAYMENT_NUMBER,
        REFUND_OF_THE_OWNER,
        DEDUCTIONS_OF_PACKS,
        NO_TIME_OF_USE,
        TERM_OF_THE_PERIOD,
        STATUS_OF_THE_PURCHASE,
        BUYER_FOR_OWNER,
    ],
    write: |set, hand| vec![alibaba::orders(set, hand), alibaba::deductions(set, hand)],
};

pub(crate) const FEE_DETAILS: Layout = Layout {
    name: "alibaba-bill-v2",
    dialects: &["alibaba-bill-v2", "alibaba-deduct"],
    carries: alibaba::carries_by_instance,
    set: as_it_is,
    rules: &[
        NO_KIND,
        NO_STATUS,
        PURCHASE_ONLY,
        NO_TERM,
        TOTALS_BUT_COUPONS,
        ONLY_MONEY_THAT_MOVED,
        REQUEST_IS_COMPLETION,
        NO_DESTINATION,
        NO_PAYMENT_NUMBER,
        REFUND_OF_THE_OWNER,
        LINKED_BY_RESOURCE,
        DEDUCTIONS_OF_PACKS,
        NO_TIME_OF_USE,
        TERM_OF_THE_PERIOD,
        KIND_NOT_TOLD,
    ],
    write: |set, hand| vec![alibaba::fees(set, hand), alibaba::deductions(set, hand)],
};

pub(crate) const FOCUS: Layout = Layout {
    name: "focus",
    dialects: &["focus"],
    carries: focus::carries,
    set: as_it_is,
    rules: &[
        NO_KIND,
        NO_STATUS,
        PURCHASE_ONLY,
        NO_TERM,
        TOTALS_OF_ALL,
        PERIOD_FROM_THE_PAYMENT,
        ONLY_MONEY_THAT_MOVED,
        REQUEST_IS_COMPLETION,
        NO_DESTINATION,
        NO_PAYMENT_NUMBER,
        REFUND_OF_THE_OWNER,
        LINKED_BY_RESOURCE,
        DEDUCTIONS_OF_PACKS,
        DEDUCTED_AT_THE_END,
        focus::KNOWN_BY_CHARGE,
        TERM_OF_THE_PERIOD,
        PAID_WHEN_PLACED,
        KIND_NOT_TOLD,
    ],
    write: |set, hand| vec![focus::charges(set, hand), focus::events(set)],
};

pub(crate) const CANONICAL: Layout = Layout {
    name: "canonical",
    dialects: &[
        "canonical-events",
        "canonical-orders",
        "canonical-packages",
        "canonical-refunds",
        "canonical-usage",
        "request-times",
    ],
    carries: |_, _| true,
    set: canonical::in_chinese,
    rules: &[],
    write: canonical::files,
};
