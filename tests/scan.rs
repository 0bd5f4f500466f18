//! The splitter and the blocks against the `csv` crate, row by row, on good and on damaged text.
//!
//! `PROPTEST_CASES=20000 cargo test --release --test scan` looks harder.

use std::{
    fs::File,
    io::{Cursor, Read, Write},
    num::NonZeroUsize,
};

use proptest::prelude::*;
use refund_audit::scan::{Columns, Delimiter, Position, Record, Records, Scan, ScanError, Source};

/// A record: its wanted fields, how many fields it has, and where it starts.
type Row = (Vec<Option<Vec<u8>>>, usize, Position);

fn row_of(record: &Record<'_>, columns: &Columns) -> Row {
    let wanted = columns.indices();
    let fields = (0..wanted.len()).map(|place| record.get(place).map(<[u8]>::to_vec)).collect();
    let count = record.field_count();
    assert!(record.plain(count + 1).is_none(), "no record has two widths");
    match record.plain(count) {
        Some(plain) => {
            for (place, &column) in wanted.iter().enumerate() {
                let field = record.get(place);
                assert_eq!(plain.get(column), field, "by column and by place");
                if let Some((bytes, length)) = plain.ahead::<4>(column) {
                    let shown = length.min(bytes.len());
                    assert_eq!(
                        (&bytes[..shown], Some(length)),
                        (&field.unwrap()[..shown], field.map(<[u8]>::len))
                    );
                }
            }
        }
        None => assert!(record.raw().contains(&b'"'), "a record without quotes is plain"),
    }
    (fields, count, record.position())
}

fn rows_of_csv(text: &[u8], columns: &Columns, delimiter: Delimiter) -> Vec<Row> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter.byte())
        .terminator(csv::Terminator::Any(b'\n'))
        .from_reader(text);
    let mut rows = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for record in reader.byte_records() {
        let record = record.unwrap();
        let mut cells: Vec<Vec<u8>> = record.iter().map(<[u8]>::to_vec).collect();
        // The second half of CR LF is taken off the last cell, and what is empty then is no row.
        if let Some(last) = cells.last_mut()
            && last.last() == Some(&b'\r')
        {
            last.pop();
        }
        let is_open = record.position().unwrap().byte();
        let is_open = is_open_at_end(&text[usize::try_from(is_open).unwrap()..]);
        if cells == [Vec::<u8>::new()] && !is_open {
            continue;
        }
        let fields = columns.indices().iter().map(|&column| cells.get(column).cloned()).collect();
        // The crate's position is where it began to look; empty lines and a byte order mark may come first,
        // and its line is that of the last line feed it had consumed.
        let mut offset = usize::try_from(record.position().unwrap().byte()).unwrap();
        if offset == 0 && text.starts_with(b"\xef\xbb\xbf") {
            offset = 3;
        }
        offset += text[offset..].iter().take_while(|&&byte| byte == b'\n').count();
        line += memchr::memchr_iter(b'\n', &text[counted..offset]).count() as u64;
        counted = offset;
        rows.push((fields, record.len(), Position { offset: offset as u64, line }));
    }
    rows
}

/// Whether the one quote of a text is its last byte that is no line end: it was opened and nothing follows.
fn is_open_at_end(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let lines = text.iter().take_while(|&&byte| byte == b'\n').count();
    let text = &text[lines..];
    matches!(text, b"\"" | b"\"\r")
}

/// Rows of one block, which does not know of byte order marks.
fn rows_of_records(text: &[u8], columns: &Columns, delimiter: Delimiter, batch: usize) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut records = Records::new(text, Position::START, columns, delimiter);
    while let Some(some) = records.next_rows(batch) {
        assert!(some.len() <= batch);
        rows.extend(some.iter().map(|record| row_of(&record, columns)));
        let Some(text) = some.text() else { continue };
        for record in some.iter() {
            let Some(plain) = record.plain(record.field_count()) else { continue };
            for &column in columns.indices() {
                assert_eq!(plain.text(column, &text).map(str::as_bytes), plain.get(column), "as text");
            }
        }
    }
    rows
}

fn rows_of_scan(scan: &Scan, source: Source<'_>) -> Vec<Row> {
    let blocks = scan.map(source, Position::START, |block| {
        let mut rows = Vec::new();
        let mut records = block.records();
        while let Some(record) = records.next() {
            rows.push(row_of(&record, &scan.columns));
        }
        rows
    });
    blocks.unwrap().concat()
}

/// Text as exports have it: fields quoted where they must be, and now and then where they need not.
fn good_text() -> impl Strategy<Value = Vec<u8>> {
    let field = prop_oneof![
        4 => "[a-z0-9 :.-]{0,24}",
        1 => "\"([a-z,]|\"\"|\n|\r\n){0,90}\"",
        1 => Just(String::new()),
    ];
    let end = prop::sample::select(vec!["\n", "\r\n"]);
    let rows = prop::collection::vec((prop::collection::vec(field, 1..9), end), 0..20);
    (rows, any::<bool>()).prop_map(|(rows, cut)| {
        let mut text: String = rows.into_iter().map(|(fields, end)| fields.join(",") + end).collect();
        if cut {
            text.pop();
        }
        text.into_bytes()
    })
}

/// Bytes of a few kinds in any order, mostly what is meant to hurt.
fn damaged_text() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop::sample::select(b",,,;\"\"\"\n\n\r\r\0aaaa \xff\xc3\xef\xbb\xbf".to_vec());
    prop_oneof![
        prop::collection::vec(byte.clone(), 0..40),
        prop::collection::vec(byte.clone(), 0..400),
        // Long runs of text, so that windows pass without a mark.
        prop::collection::vec((byte, 0_usize..150), 0..12).prop_map(|runs| {
            runs.into_iter().flat_map(|(byte, length)| [byte].into_iter().chain(vec![b'x'; length])).collect()
        }),
    ]
}

/// Good text in which one place was overwritten.
fn hurt_text() -> impl Strategy<Value = Vec<u8>> {
    let hurt = prop::sample::select(b"\",\n\r\0\xff".to_vec());
    (good_text(), any::<prop::sample::Index>(), hurt).prop_map(|(mut text, at, byte)| {
        if !text.is_empty() {
            let at = at.index(text.len());
            text[at] = byte;
        }
        text
    })
}

fn text() -> impl Strategy<Value = Vec<u8>> {
    let mark = prop::sample::select(vec![&b""[..], b"", b"", b"\xef\xbb\xbf"]);
    let text = prop_oneof![good_text(), damaged_text(), hurt_text()];
    (mark, text).prop_map(|(mark, text)| [mark, &text].concat())
}

fn columns() -> impl Strategy<Value = Columns> {
    prop::collection::btree_set(0_usize..12, 0..6)
        .prop_map(|columns| Columns::new(columns.into_iter().collect::<Vec<_>>()).unwrap())
}

fn delimiter() -> impl Strategy<Value = Delimiter> {
    prop::sample::select(b",,,;\0".to_vec()).prop_map(|byte| Delimiter::new(byte).unwrap())
}

fn scan(columns: &Columns, delimiter: Delimiter, threads: usize, block_bytes: usize) -> Scan {
    let threads = NonZeroUsize::new(threads).unwrap();
    Scan { delimiter, threads, block_bytes, ..Scan::new(columns.clone()) }
}

proptest! {
    #[test]
    fn records_are_those_of_the_csv_crate(
        text in text(),
        columns in columns(),
        delimiter in delimiter(),
        batch in 1_usize..70,
    ) {
        let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
        prop_assume!(!text.starts_with(b"\xef\xbb\xbf"));
        prop_assert_eq!(
            rows_of_records(text, &columns, delimiter, batch),
            rows_of_csv(text, &columns, delimiter)
        );
    }
}

proptest! {
    #[test]
    fn blocks_are_the_file(
        text in text(),
        columns in columns(),
        delimiter in delimiter(),
        threads in prop::sample::select(vec![1_usize, 2, 3, 8]),
        block_bytes in prop::sample::select(vec![1_usize, 4, 7, 16, 64, 100, 1000]),
    ) {
        let wanted = rows_of_csv(&text, &columns, delimiter);
        let scan = scan(&columns, delimiter, threads, block_bytes);
        prop_assert_eq!(rows_of_scan(&scan, Source::stream(Cursor::new(&text))), wanted.clone());
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&text).unwrap();
        prop_assert_eq!(rows_of_scan(&scan, Source::File(&file)), wanted);
    }
}

#[test]
fn a_cell_much_longer_than_a_block() {
    let cell = "long, \"\"quoted\"\"\n".repeat(640 << 10);
    let text = format!("a,b,c\n1,\"{cell}\",3\n{}4,5,6\n", "7,8,9\n".repeat(100_000));
    let columns = Columns::new([1, 2]).unwrap();
    let wanted = rows_of_csv(text.as_bytes(), &columns, Delimiter::COMMA);
    for threads in [1, 3] {
        let scan = scan(&columns, Delimiter::COMMA, threads, Scan::BLOCK_BYTES);
        assert!(rows_of_scan(&scan, Source::stream(text.as_bytes())) == wanted);
    }
}

#[test]
fn an_unclosed_quote_ends_in_an_error_that_names_its_line() {
    let text = format!("a,b\n1,2\n3,\"oops\n{}", "4,5\n".repeat(10_000));
    let mut scan = scan(&Columns::new([0]).unwrap(), Delimiter::COMMA, 2, 512);
    scan.record_bytes_max = 5_000;
    let error = scan.map(Source::stream(text.as_bytes()), Position::START, |_| ()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "has a record of more than 5000 bytes on line 3; is a quote left open there?"
    );
}

#[test]
fn a_file_that_shrinks_is_an_error_and_one_that_grows_is_a_prefix() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all("1,2\n".repeat(10_000).as_bytes()).unwrap();
    let columns = Columns::new([0]).unwrap();
    let rows = |change: &(dyn Fn(&File) + Sync)| {
        let scan = scan(&columns, Delimiter::COMMA, 1, 4_000);
        let changing = file.reopen().unwrap();
        scan.map(Source::File(file.as_file()), Position::START, |block| {
            change(&changing);
            let mut records = block.records();
            std::iter::from_fn(|| records.next().map(|_| ())).count()
        })
    };
    let grown = rows(&|file| {
        file.set_len(50_000).unwrap();
    });
    assert_eq!(grown.unwrap().iter().sum::<usize>(), 10_000);
    file.as_file().set_len(40_000).unwrap();
    let shrunk = rows(&|file| file.set_len(20_000).unwrap());
    assert!(matches!(shrunk, Err(ScanError::Shrank { wanted: 40_000, found: 20_000 })), "{shrunk:?}");
}

#[test]
fn a_stream_that_fails_fails_the_scan_after_what_came_before() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("broken"))
        }
    }
    for threads in [1, 2, 8] {
        let scan = scan(&Columns::new([0]).unwrap(), Delimiter::COMMA, threads, 64);
        let text = "1,2\n".repeat(1_000);
        let source = Source::stream(Cursor::new(text).chain(Broken));
        let mut seen = 0;
        let consume = |bytes| {
            seen += bytes;
            std::ops::ControlFlow::Continue(())
        };
        let result = scan.run(source, Position::START, || (), |(), block| block.bytes().len(), consume);
        assert!(matches!(result, Err(ScanError::Unreadable { .. })));
        assert_eq!(seen, 3_968, "whole blocks before the failure");
    }
}

#[test]
fn a_consumer_that_breaks_stops_the_scan() {
    for threads in [1, 2, 8] {
        let scan = scan(&Columns::new([0]).unwrap(), Delimiter::COMMA, threads, 64);
        let mut seen = Vec::new();
        let consume = |line| {
            seen.push(line);
            if seen.len() == 5 {
                std::ops::ControlFlow::Break(())
            } else {
                std::ops::ControlFlow::Continue(())
            }
        };
        let source = Source::stream(Cursor::new("1,2\n".repeat(100_000)));
        let finished =
            scan.run(source, Position::START, || (), |(), block| block.start().line, consume).unwrap();
        assert!(finished.stopped);
        assert_eq!(seen, [1, 17, 33, 49, 65]);
    }
}

#[test]
fn a_panic_in_a_block_reaches_the_caller_and_leaves_nobody_waiting() {
    for threads in [1, 2, 8] {
        let caught = std::panic::catch_unwind(|| {
            let scan = scan(&Columns::new([0]).unwrap(), Delimiter::COMMA, threads, 64);
            let source = Source::stream(Cursor::new("1,2\n".repeat(100_000)));
            scan.map(source, Position::START, |block| assert!(block.start().line != 161, "as wanted"))
        });
        assert!(caught.is_err());
    }
}

#[test]
fn a_wrong_guess_is_seen() {
    // Each chunk looks as if it began inside quotes, by text that only looks like quoting.
    let text = "1,a\",2\n".repeat(1_000);
    let columns = Columns::new([0, 1, 2]).unwrap();
    let mut scan = scan(&columns, Delimiter::COMMA, 2, 70);
    scan.record_bytes_max = 1_000;
    let source = || Source::stream(Cursor::new(text.as_bytes()));
    assert_eq!(rows_of_scan(&scan, source()), rows_of_csv(text.as_bytes(), &columns, Delimiter::COMMA));
    let go_on = |()| std::ops::ControlFlow::Continue(());
    let finished = scan.run(source(), Position::START, || (), |(), _| (), go_on).unwrap();
    assert!(finished.resurveyed > 90, "{}", finished.resurveyed);
}
