//! Usage rows and bytes read a second, on one thread, through the scan that an audit uses.
//!
//! One file of a hundred thousand rows over ten thousand orders, in order of time, so that the orders of
//! neighbouring rows are scattered as in a real export. One order in thirty is in question. The file is in
//! the page cache: what is measured is splitting, the strict grammars, the probe and the totals.

use std::{
    hint::black_box,
    io::{BufWriter, Write as _},
};

use criterion::{Criterion, Throughput};
use refund_audit::{
    export::source::{Kind, Packing, Place},
    ingest::{Keeper, OrderIndex, Purchase, Reader, Reading, Silent, stream},
    money::Currency,
    record::{Assumed, FileId, InstanceId, Order, OrderKind, SourceRef, Tenders},
    scan::keys::{Key, KeyTable},
    time::{Instant, Moment, Offset},
};
use tempfile::NamedTempFile;

const ORDERS: u64 = 10_000;
const ROWS: u64 = 100_000;
/// One order in so many is in question.
const IN_QUESTION: usize = 30;

fn order(number: u64) -> Order {
    let paid_at = Instant::parse("2024-01-01T00:00:00+08:00", Offset::BEIJING).expect("an instant");
    Order {
        at: SourceRef { file: FileId(0), line: number + 2 },
        order_id: format!("2024{number:016}").as_str().into(),
        instance_id: Some(format!("css-{number:08}").as_str().into()),
        account_id: "account".into(),
        payer_id: "account".into(),
        product: "css".into(),
        package_type: "traffic".into(),
        kind: OrderKind::New,
        status: None,
        list_price: None,
        paid: Tenders::none(Currency::parse("USD").expect("a currency")),
        paid_at: Moment::exact(paid_at),
        delivered_at: None,
        effective_at: None,
        period_start: None,
        period_end: None,
        expires_at: None,
        months: None,
        gift: false,
        promotion_forbids_refund: false,
        invoice: None,
        license_activated_at: None,
        linked_license_activated_at: None,
        site: None,
        payment_id: None,
        quota: None,
        quota_unit: None,
        assumed: Assumed::default(),
    }
}

/// A usage export with the twelve canonical columns.
fn export() -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("a temporary file");
    let mut out = BufWriter::new(file.as_file_mut());
    let header = "usage_id,order_id,instance_id,posted_at,usage_start,usage_end,quantity,unit,basis,account_id,product,description";
    writeln!(out, "{header}").expect("room for the file");
    for row in 0..ROWS {
        // A stride without a common factor with the number of orders scatters them.
        let order = row * 7919 % ORDERS;
        let (day, hour, second) = (row * 28 / ROWS + 1, row % 24, row % 60);
        let id = if row % 4 == 0 { format!(",css-{order:08}") } else { format!("2024{order:016},") };
        writeln!(
            out,
            "U{row:010},{id},2024-02-{day:02}T{hour:02}:10:{second:02}+08:00,2024-02-{day:02}T00:00:00+08:00,\
             2024-02-{day:02}T{hour:02}:00:00+08:00,{}.{:03},GB,deduction,account,css,\"traffic, outbound\"",
            row % 90,
            row % 1000
        )
        .expect("room for the file");
    }
    out.flush().expect("room for the file");
    drop(out);
    file
}

fn main() {
    let orders: Vec<Order> = (0..ORDERS).map(order).collect();
    let in_question = (0..orders.len()).map(|at| at % IN_QUESTION == 0);
    let purchases = (0..).zip(&orders).map(|(number, order)| Purchase {
        number,
        order_id: order.order_id.as_str(),
        instance_id: order.instance_id.as_ref().map(InstanceId::as_str),
        paid_at: order.paid_at.earliest(),
    });
    let mut keys = KeyTable::with_capacity(orders.len());
    keys.insert_batch(
        orders.iter().map(|order| Key::of(order.order_id.as_str().as_bytes())).zip(0..),
        |_, _, _| {},
    );
    let index = OrderIndex::new(&keys, purchases, &[], in_question);
    let keeper = Keeper::new(&index, None, true);
    let file = export();
    let bytes = file.as_file().metadata().expect("the file is there").len();
    let path = file.path().to_owned();
    let place = Place::of_file(&path, Kind::Text, Packing::Plain);
    let read = |reader, digest| {
        let reading = Reading { reader, digest, ..Reading::new(&Silent) };
        stream(FileId(0), &place, &reading, &keeper, &mut |mut kept| {
            keeper.settle(&mut kept);
            black_box(kept);
        })
        .expect("the file is readable")
    };
    assert!(read(Reader::BLOCKS, false).defects.is_empty(), "every row is read");

    let mut criterion = Criterion::default().configure_from_args();
    let mut group = criterion.benchmark_group("read usage");
    group.throughput(Throughput::ElementsAndBytes { elements: ROWS, bytes });
    for (name, reader, digest) in [
        ("blocks, one thread", Reader::BLOCKS, false),
        ("blocks with SHA-256, one thread", Reader::BLOCKS, true),
        ("csv, one thread", Reader::Csv, false),
    ] {
        group.bench_function(name, |bencher| bencher.iter(|| black_box(read(reader, digest))));
    }
    group.finish();
    criterion.final_summary();
}
