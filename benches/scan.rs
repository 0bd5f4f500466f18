//! What a row costs, stage by stage: split, read instants and quantities, look up ids.

use std::{fmt::Write, hint::black_box};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use refund_audit::scan::{
    Columns, Delimiter, Position, Records,
    keys::{Key, KeyTable},
    quantities,
    times::TimeReader,
};

const ROWS: usize = 20_000;
/// Enough that the table is far larger than any cache near a core.
const IDS: u32 = 1_000_000;

/// A number that looks drawn, below `limit`.
fn scattered(number: usize, limit: usize) -> usize {
    number.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9) % limit
}

fn id(order: usize) -> String {
    format!("20260101{:012}", scattered(order, 1_000_000_000_000))
}

/// Rows of usage; of so many in a hundred the last field is quoted.
fn usage(quoted_percent: usize) -> String {
    (0..ROWS).fold(String::new(), |mut text, row| {
        let (second, order) = (row % 60, id(scattered(row, IDS as usize)));
        let quantity = scattered(row + 1, 100_000_000);
        let description = match row % 100 {
            late if late < quoted_percent => "\"spec \"\"pro\"\", manual\"",
            _ => "hourly deduction",
        };
        writeln!(
            text,
            "{row:011},{order},2026-03-01 08:00:{second:02},2026-03-01 07:00:00,2026-03-01 08:00:00,\
             {}.{:02},GB,deduction,100000000001,css,{description}",
            quantity / 1_000_000,
            quantity % 100,
        )
        .expect("memory takes everything");
        text
    })
}

fn split(criterion: &mut Criterion) {
    let columns = Columns::new([1, 2, 5, 7]).expect("ascending");
    for (name, quoted_percent) in [("plain", 0), ("three-percent-quoted", 3), ("all-quoted", 100)] {
        let text = usage(quoted_percent);
        let mut group = criterion.benchmark_group(format!("split/{name}"));
        group.throughput(Throughput::ElementsAndBytes { elements: ROWS as u64, bytes: text.len() as u64 });
        group.bench_function("records", |bencher| {
            bencher.iter(|| {
                let mut records = Records::new(text.as_bytes(), Position::START, &columns, Delimiter::COMMA);
                let mut sum = 0;
                while let Some(rows) = records.next_rows(64) {
                    sum += rows.iter().map(|record| record.get(0).map_or(0, <[u8]>::len)).sum::<usize>();
                }
                sum
            });
        });
        group.bench_function("csv", |bencher| {
            bencher.iter(|| {
                let mut reader =
                    csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
                let (mut record, mut sum) = (csv::ByteRecord::new(), 0);
                while reader.read_byte_record(&mut record).expect("memory can be read") {
                    sum += record[1].len();
                }
                sum
            });
        });
    }
}

fn parse(criterion: &mut Criterion) {
    let times: Vec<String> = (0..ROWS)
        .map(|row| format!("2026-03-{:02}T08:00:{:02}+08:00", row * 28 / ROWS + 1, row % 60))
        .collect();
    let mixed: Vec<String> =
        (0..ROWS).map(|row| format!("2026-03-{:02} 08:00:{:02}", row % 28 + 1, row % 60)).collect();
    let quantities: Vec<String> =
        (0..ROWS).map(|row| format!("{}.{:06}", scattered(row, 200), scattered(row, 1_000_000))).collect();
    let throughput = |texts: &[String]| Throughput::ElementsAndBytes {
        elements: ROWS as u64,
        bytes: texts.iter().map(|text| text.len() as u64).sum(),
    };
    let mut group = criterion.benchmark_group("parse");
    for (name, texts) in [("times-in-order", &times), ("times-in-no-order", &mixed)] {
        group.throughput(throughput(texts));
        group.bench_function(name, |bencher| {
            let mut reader = TimeReader::new(8 * 3600);
            bencher.iter(|| {
                texts
                    .iter()
                    .filter_map(|text| reader.read(text.as_bytes()))
                    .fold(0, |sum, read| sum ^ read.micros)
            });
        });
    }
    group.throughput(throughput(&quantities));
    group.bench_function("quantities", |bencher| {
        bencher.iter(|| {
            quantities
                .iter()
                .filter_map(|text| quantities::read_i64(text.as_bytes()))
                .fold(0, |sum, read| sum ^ read)
        });
    });
}

fn probe(criterion: &mut Criterion) {
    let ids: Vec<String> = (0..IDS as usize).map(id).collect();
    let mut table = KeyTable::with_capacity(ids.len());
    for (index, id) in (0..).zip(&ids) {
        table.insert(id.as_bytes(), index);
    }
    // Copies that stand together, as ids in a block do.
    let asked: Vec<String> = (0..ROWS).map(|row| ids[scattered(row + 7, ids.len())].clone()).collect();
    let asked: Vec<&[u8]> = asked.iter().map(String::as_bytes).collect();
    let mut group = criterion.benchmark_group("probe");
    group.sample_size(10).throughput(Throughput::Elements(u64::from(IDS)));
    group.bench_function("insert-in-batches", |bencher| {
        bencher.iter(|| {
            let mut table = KeyTable::with_capacity(ids.len());
            table.insert_batch(ids.iter().map(|id| Key::of(id.as_bytes())).zip(0..), |_, _, _| {});
            table.len()
        });
    });
    let bytes = asked.iter().map(|id| id.len() as u64).sum();
    group.sample_size(20).throughput(Throughput::ElementsAndBytes { elements: ROWS as u64, bytes });
    group.bench_function("one-by-one", |bencher| {
        bencher.iter(|| asked.iter().filter_map(|id| table.get(id)).fold(0, |sum, index| sum ^ index));
    });
    group.bench_function("in-batches", |bencher| {
        let mut found = Vec::new();
        bencher.iter(|| {
            found.clear();
            table.get_batch(asked.iter().copied(), &mut found);
            black_box(found.len())
        });
    });
}

criterion_group!(benches, split, parse, probe);
criterion_main!(benches);
