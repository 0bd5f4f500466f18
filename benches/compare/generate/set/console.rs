//! The same orders, refunds and deductions as two downloads of a console: the bill of Tencent Cloud's international
//! site, in its layout of 35 columns, with two rows of pay-as-you-go for each order, and the deductions of packs.
//!
//! A bill knows completed refunds only, and none of the times at which they were requested.

use super::{
    draw::{About, Draw},
    rows,
    text::{DAY, amount, instant, number, padded},
    world::{CENT, Fate, Package, UNIT, World},
};

pub(super) const BILL_HEADER: &str = "Payer Account ID,Owner Account ID,Operator Account ID,Product Name,Billing Mode,\
    Project Name,Region,Availability Zone,Instance ID,Instance Name,Subproduct Name,Transaction Type,Transaction ID,\
    Transaction Time,Usage Start Time,Usage End Time,Component Type,Component Name,Component List Price,\
    Component Contracted Price,Component Price Measurement Unit,Component Usage,Component Usage Unit,Usage Duration,\
    Duration Unit,Reserved Instance,Original Cost,Discount Rate,Currency,\
    Total Amount After Discount (Excluding Tax),Voucher Deduction,Amount Before Tax,Tax Rate,Tax Amount,\
    Total Cost (Including Tax)";
pub(super) const DEDUCTIONS_HEADER: &str = "ResourceId,PackageName,Uin,DeductionUin,ProductName,SubProductName,\
    DeductionSubBillName,BeforeDeductionRemain,AfterDeductionRemain,StartTime,EndTime,DeductionTime,Dosage,DosageUnit,\
    DeductionFactor,ActualDosage,DeductionSerialId";

/// Rows of pay-as-you-go beside each order.
pub(super) const METERED_ROWS: u64 = 2;

const REGIONS: [&str; 4] = ["Singapore", "Hong Kong (China)", "Tokyo", "Frankfurt"];
const METERED: [(&str, &str, &str); 4] = [
    ("Cloud Virtual Machine (CVM)", "CVM Standard S5", "Pay-as-you-go hourly settlement"),
    ("Cloud Block Storage (CBS)", "Premium Cloud Storage", "Pay-as-you-go hourly settlement"),
    ("Content Delivery Network (CDN)", "Traffic", "Pay-as-you-go daily settlement"),
    ("Cloud Object Storage (COS)", "Standard Storage", "Pay-as-you-go daily settlement"),
];

/// Appends the rows of the bill for one order: its purchase, what was metered that day, and its refund.
pub(super) fn bill(world: &World, order: u64, out: &mut Vec<u8>) {
    let paid_at = world.paid_at(order);
    let paid = world.paid(order);
    let (product, package, _) = names(world.package(order));
    let [cash, commission, credit, voucher] = paid;
    let total = cash + commission + credit;
    let end = paid_at + world.days_of_term(order) * DAY;
    let of_pack = Row { world, order, product, package, instance: Instance::Pack };
    let kind = "New monthly subscription";
    let price = world.list_price(order);
    of_pack.put(
        out,
        kind,
        &|out| rows::order_id(world, order, out),
        [paid_at, paid_at, end],
        price,
        (total, voucher),
        "",
    );
    for at in 0..METERED_ROWS {
        let mut draw = world.draw(About::Metered, order * METERED_ROWS + at);
        let (product, package, kind) = draw.pick(&METERED);
        let row = Row { world, order, product, package, instance: Instance::Server(draw.below(1 << 28)) };
        let start = paid_at - paid_at % 3600;
        let sum = (draw.below(20 * UNIT) / (CENT / 10_000) + 1) * (CENT / 10_000);
        let transaction = draw.below(1 << 40);
        let id = |out: &mut Vec<u8>| {
            out.extend_from_slice(b"2026");
            padded(out, transaction, 17);
        };
        row.put(out, kind, &id, [start + 3600, start, start + 3599], sum, (sum, 0), "");
    }
    let Some(fate) = world.fate(order) else { return };
    if matches!(fate, Fate::NotDone | Fate::UnknownOrder) {
        return;
    }
    let at = world.completed_at(order, fate);
    let [cash, commission, credit, voucher] = world.refunded(order, fate);
    let id = |out: &mut Vec<u8>| {
        rows::order_id(world, order, out);
        out.extend_from_slice(b"09");
    };
    of_pack.put(
        out,
        "Monthly subscription refund",
        &id,
        [at, at, at],
        price,
        (cash + commission + credit, voucher),
        "-",
    );
}

/// What stands under the instance of a row.
#[derive(Clone, Copy)]
enum Instance {
    /// The pack of the order.
    Pack,
    /// A server by its number.
    Server(u64),
}

/// What the rows of one product have in common.
struct Row<'w> {
    world: &'w World,
    order: u64,
    product: &'static str,
    package: &'static str,
    instance: Instance,
}

impl Row<'_> {
    #[expect(clippy::too_many_arguments, reason = "the columns of a row")]
    fn put(
        &self,
        out: &mut Vec<u8>,
        kind: &str,
        id: &dyn Fn(&mut Vec<u8>),
        [at, start, end]: [u64; 3],
        list_price: u64,
        (total, voucher): (u64, u64),
        sign: &str,
    ) {
        let Self { world, order, product, package, instance } = *self;
        let account = world.account(order);
        for _ in 0..3 {
            number(out, account);
            out.push(b',');
        }
        out.extend_from_slice(product.as_bytes());
        out.extend_from_slice(match instance {
            Instance::Pack => b",Monthly subscription,Default Project,".as_slice(),
            Instance::Server(_) => b",Pay-as-you-go,Default Project,",
        });
        let region = REGIONS[usize::try_from(order % 4).expect("below four")];
        for word in [region, region] {
            out.extend_from_slice(word.as_bytes());
            out.push(b',');
        }
        match instance {
            Instance::Pack => pack_id(order, out),
            Instance::Server(number) => {
                out.extend_from_slice(b"ins-");
                padded(out, number, 9);
            }
        }
        out.extend_from_slice(b",-,");
        for word in [package, kind] {
            out.extend_from_slice(word.as_bytes());
            out.push(b',');
        }
        id(out);
        for at in [at, start, end] {
            out.push(b',');
            instant(out, at);
        }
        out.push(b',');
        for word in [package, package] {
            out.extend_from_slice(word.as_bytes());
            out.push(b',');
        }
        amount(out, list_price);
        out.push(b',');
        amount(out, list_price);
        out.extend_from_slice(b",USD/month,1,piece,1,month,No,");
        amount(out, list_price);
        out.extend_from_slice(b",1,USD");
        for sum in [total + voucher, voucher, total] {
            out.push(b',');
            if sum > 0 {
                out.extend_from_slice(sign.as_bytes());
            }
            amount(out, sum);
        }
        out.extend_from_slice(b",0,0,");
        out.extend_from_slice(sign.as_bytes());
        amount(out, total);
        out.push(b'\n');
    }
}

/// Appends a row of deductions, in the order of time.
pub(super) fn deduction(world: &World, rows: u64, row: u64, out: &mut Vec<u8>) {
    let mut draw: Draw = world.draw(About::Usage, row);
    let used_at = World::used_at(row, rows);
    let posted_at = used_at + draw.below(3600);
    let order = rows::used_order(world, used_at, posted_at, &mut draw).unwrap_or_default();
    let (product, package, unit) = names(world.package(order));
    pack_id(order, out);
    out.push(b',');
    out.extend_from_slice(package.as_bytes());
    for _ in 0..2 {
        out.push(b',');
        number(out, world.account(order));
    }
    for word in [product, package, "Deduction"] {
        out.push(b',');
        out.extend_from_slice(word.as_bytes());
    }
    let step = draw.pick(&[UNIT, CENT, CENT, CENT / 100, CENT / 10_000, CENT / 10_000]);
    let drawn = (draw.below(200 * UNIT) / step + 1) * step;
    for left in [5_000 * UNIT, 5_000 * UNIT - drawn] {
        out.push(b',');
        amount(out, left);
    }
    for at in [used_at, used_at + 299, posted_at] {
        out.push(b',');
        instant(out, at);
    }
    out.push(b',');
    amount(out, drawn);
    out.push(b',');
    out.extend_from_slice(unit.as_bytes());
    out.extend_from_slice(b",1,");
    amount(out, drawn);
    out.extend_from_slice(b",D");
    padded(out, row, 11);
    out.push(b'\n');
}

fn pack_id(order: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(b"pkg-");
    padded(out, order, 10);
}

const fn names(package: Package) -> (&'static str, &'static str, &'static str) {
    match package {
        Package::Css(kind) => {
            let package = match kind.as_bytes() {
                b"traffic" => "CSS Traffic Package",
                b"transcode_tsc" => "TSC Transcoding Package",
                _ => "Standard Transcoding Package",
            };
            ("Cloud Streaming Services", package, if kind.len() == 7 { "GB" } else { "minute" })
        }
        Package::RtcEngine => ("Tencent Real-Time Communication", "RTC-Engine Monthly Package", "minute"),
    }
}
