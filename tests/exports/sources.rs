//! How exports are packed: archives, streams, workbooks, folders, and what is refused.

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use crate::common::{book, catalogue, convert_opened, drain};
use refund_audit::export::{
    convert::{Conversion, Part},
    source::{Kind, Limits, OpenOptions, Packing, SourceError, discover, open},
};
use zip::{ZipWriter, write::SimpleFileOptions};

const ROWS: &str = "instance_id,posted_at,quantity\np,2024-07-17 00:00:00,2.5\n";

fn write(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in members {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The records of every table at a path.
fn records(path: &Path) -> Vec<(String, usize)> {
    let found = discover(path, &Limits::default()).unwrap();
    found
        .places
        .iter()
        .map(|place| {
            let mut opened = open(place, &OpenOptions::default()).unwrap();
            let recognised = book().recognise(&mut opened, None).unwrap();
            (place.to_string(), convert_opened(opened, recognised).records.len())
        })
        .collect()
}

#[test]
fn packed_files_read_like_plain_ones() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let (head, tail) = ROWS.split_at(40);
    let members = [gzip(head.as_bytes()), gzip(tail.as_bytes())].concat();
    for (name, bytes) in [
        ("a.csv", ROWS.as_bytes().to_vec()),
        ("a.csv.gz", gzip(ROWS.as_bytes())),
        ("two-members.csv.gz", members),
        ("a.csv.zst", zstd::encode_all(ROWS.as_bytes(), 3).unwrap()),
        ("misnamed.csv", gzip(ROWS.as_bytes())),
        ("1234_BillingItemDetail_202601", ROWS.as_bytes().to_vec()),
        (
            "a.zip",
            archive(&[("x/1.csv", ROWS.as_bytes()), ("x/2.csv", ROWS.as_bytes()), ("x/readme.pdf", b"%PDF")]),
        ),
    ] {
        let path = write(at, name, &bytes);
        let wanted = if name == "a.zip" { 2 } else { 1 };
        let found = records(&path);
        assert_eq!(found.len(), wanted, "{name}");
        assert!(found.iter().all(|(_, records)| *records == 1), "{name} {found:?}");
    }
}

#[test]
fn a_folder_is_read_whole_and_says_what_it_passed_over() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    write(at, "b.csv", ROWS.as_bytes());
    write(at, "deep/er/a.csv", ROWS.as_bytes());
    write(at, "123456_20260105", ROWS.as_bytes());
    write(at, "placeholder.csv", b"");
    write(at, "notes.pdf", b"%PDF-1.4");
    write(at, "picture", b"\x89PNG\0\0");
    write(at, ".hidden.csv", ROWS.as_bytes());
    write(at, "~$lock.xlsx", b"x");
    write(at, "broken.zip", b"PK\x03\x04broken");
    write(at, "table.parquet", b"PAR1xxxxPAR1");
    let found = discover(at, &Limits::default()).unwrap();
    let names: Vec<String> = found
        .places
        .iter()
        .map(|place| place.path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(names, ["123456_20260105", "b.csv", "a.csv", "table.parquet"]);
    assert_eq!(found.places[3].kind, Kind::Parquet);
    assert_eq!((found.passed_over.len(), found.errors.len()), (3, 1), "{found:?}");
}

#[cfg(not(feature = "columns"))]
#[test]
fn a_build_without_parquet_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(folder.path(), "table.parquet", b"PAR1xxxxPAR1");
    let place = &discover(&path, &Limits::default()).unwrap().places[0];
    let error = open(place, &OpenOptions::default()).err().unwrap().to_string();
    assert!(error.contains("table.parquet: this build reads no parquet"), "{error}");
}

#[test]
fn what_is_no_table_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes, wanted) in [
        ("a.csv", &b"%PDF-1.4"[..], "a PDF"),
        ("b.csv", b"<html><table>", "a web page"),
        ("c.xls", b"\xd0\xcf\x11\xe0\0", "an old workbook"),
        ("d.csv", b"a\0b,c", "binary data"),
        ("d.parquet", b"PARE\x15\x04PARE", "an encrypted parquet file"),
        ("e.csv", b"", "empty"),
        ("f.csv", b"\xef\xbb\xbf\n\n", "empty"),
    ] {
        let path = write(folder.path(), name, bytes);
        let error = match discover(&path, &Limits::default()) {
            Err(error) => error,
            Ok(found) => open(&found.places[0], &OpenOptions::default()).err().unwrap(),
        };
        assert!(error.to_string().contains(wanted), "{error}");
    }
    assert!(matches!(
        discover(Path::new("/no/such/file.csv"), &Limits::default()),
        Err(SourceError::Missing(_))
    ));
}

#[test]
fn archives_that_cannot_be_trusted_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let limits = Limits { ratio_from_bytes: 1 << 16, ratio_max: 100, ..Limits::default() };
    let bomb = "0,".repeat(4 << 20);
    for (name, bytes, wanted) in [
        ("escape.zip", archive(&[("../a.csv", ROWS.as_bytes())]), "points outside"),
        ("bomb.zip", archive(&[("a.csv", bomb.as_bytes())]), "claims to unpack"),
        ("nested.zip", archive(&[("a.zip", b"x")]), "holds no CSV"),
        ("bomb.csv.gz", gzip(bomb.as_bytes()), "times its size"),
        ("bomb.csv.zst", zstd::encode_all(bomb.as_bytes(), 3).unwrap(), "times its size"),
    ] {
        let path = write(at, name, &bytes);
        let error = match discover(&path, &limits) {
            Err(error) => error,
            Ok(found) => {
                open(&found.places[0], &OpenOptions { limits, ..OpenOptions::default() }).err().unwrap()
            }
        };
        assert!(error.to_string().contains(wanted), "{name}: {error}");
    }
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    writer.start_file("a.csv", SimpleFileOptions::default()).unwrap();
    writer.write_all(ROWS.as_bytes()).unwrap();
    let mut bytes = writer.finish().unwrap().into_inner();
    // The flag for encryption, in the local header and in the directory.
    bytes[6] |= 1;
    let directory = bytes.windows(4).position(|window| window == b"PK\x01\x02").unwrap();
    bytes[directory + 8] |= 1;
    let error = discover(&write(at, "locked.zip", &bytes), &limits).unwrap_err();
    assert!(error.to_string().contains("is encrypted"), "{error}");
}

#[test]
fn cut_streams_keep_what_stands_before_the_cut() {
    let folder = tempfile::tempdir().unwrap();
    let mut many = ROWS.to_owned();
    for n in 0..200_000 {
        writeln!(many, "p,2024-07-17 00:00:00,{n}").unwrap();
    }
    let mut bytes = gzip(many.as_bytes());
    bytes.truncate(bytes.len() / 2);
    let path = write(folder.path(), "cut.csv.gz", &bytes);
    let place = &discover(&path, &Limits::default()).unwrap().places[0];
    let mut opened = open(place, &OpenOptions::default()).unwrap();
    let recognised = book().recognise(&mut opened, None).unwrap();
    let outcome = convert_opened(opened, recognised);
    assert!(outcome.error.is_some() && outcome.records.len() > 1000);
}

#[test]
fn a_bill_in_several_files_of_one_archive_is_one_table() {
    let header = "支付者UIN,使用者UIN,资源ID,交易类型,订单ID,扣费时间,优惠后总价,现金账户支出(元)";
    let row = |amount: &str| {
        format!(
            "{header}\n1,1,r,包年包月退款,20230322478001340999911,2023-03-22 09:00:00,{amount},{amount}\n"
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let bytes = archive(&[("1.csv", row("-80.00").as_bytes()), ("2.csv", row("-0.89").as_bytes())]);
    let path = write(folder.path(), "909619400-202303-按扣费周期-明细账单.zip", &bytes);
    let places = discover(&path, &Limits::default()).unwrap().places;
    assert!(places.iter().all(|place| place.packing == Packing::Zip));
    let mut parts = places.iter().map(|place| {
        let mut opened = open(place, &OpenOptions::default()).unwrap();
        let recognised = book().recognise(&mut opened, None).unwrap();
        Part { opened, recognised }
    });
    let first = parts.next().unwrap();
    let mut conversion = Conversion::of(first.opened, first.recognised, catalogue());
    for part in parts {
        conversion.push(part).unwrap();
    }
    let outcome = drain(String::new(), conversion);
    assert_eq!(outcome.only().cell("refunded_cash"), Some("80.89"));
    assert_eq!(outcome.only().rows, 2);
}

/// A workbook of one sheet: text cells as inline strings, numbers as numbers.
fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let mut sheet = String::from(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>",
    );
    for (at, row) in rows.iter().enumerate() {
        write!(sheet, "<row r=\"{}\">", at + 1).unwrap();
        for (column, cell) in row.iter().enumerate() {
            let name = format!("{}{}", char::from(b'A' + u8::try_from(column).unwrap()), at + 1);
            match cell.strip_prefix('#') {
                Some(number) => write!(sheet, "<c r=\"{name}\"><v>{number}</v></c>").unwrap(),
                None => write!(sheet, "<c r=\"{name}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>").unwrap(),
            }
        }
        sheet.push_str("</row>");
    }
    sheet.push_str("</sheetData></worksheet>");
    workbook_of(&sheet)
}

/// A workbook of one sheet that is given as it stands in the file.
fn workbook_of(sheet: &str) -> Vec<u8> {
    let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Override PartName=\"/xl/workbook.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml\"/><Override PartName=\"/xl/worksheets/sheet1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml\"/></Types>";
    let root = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";
    let book = "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"账单\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>";
    let rels = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>";
    archive(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", root.as_bytes()),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", rels.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

#[test]
fn workbooks_give_exact_cells_or_say_why_not() {
    let header = ["支付者UIN", "资源ID", "交易类型", "订单ID", "扣费时间", "优惠后总价", "现金账户支出(元)"];
    let row = |order: &'static str, cash: &'static str| {
        ["#909619400", "r", "包年包月新购", order, "2023-03-21 15:07:09", cash, cash]
    };
    let folder = tempfile::tempdir().unwrap();
    let bytes = workbook(&[
        &header,
        &row("20230321478001340751511", "#89.12345678"),
        &row("20230321478001340751512", "#0.30000000000000004"),
        &row("#20230321478001340751513", "#1"),
        &row("20230321478001340751514", "89.00"),
    ]);
    let path = write(folder.path(), "bill.xlsx", &bytes);
    let place = &discover(&path, &Limits::default()).unwrap().places[0];
    assert_eq!((place.kind, place.to_string().ends_with("bill.xlsx!账单")), (Kind::Sheet, true));
    let mut opened = open(place, &OpenOptions::default()).unwrap();
    let recognised = book().recognise(&mut opened, None).unwrap();
    let outcome = convert_opened(opened, recognised);
    let paid: Vec<_> = outcome.records.iter().map(|record| record.cell("paid_cash").unwrap()).collect();
    assert_eq!(paid, ["89.12345678", "0.30", "89.00"], "the noise of a sum is rounded");
    assert_eq!(outcome.records[0].cell("payer_id"), Some("909619400"));
    let faults: Vec<_> = outcome.defects.iter().map(|defect| (defect.line, defect.column.as_str())).collect();
    assert_eq!(faults, [(4, "订单ID")], "{}", outcome.text());
}

#[test]
fn members_of_one_name_are_all_read() {
    // As an archive is that was appended to: two entries of one name. The writer refuses the second, so both are
    // written under names of one length and the second is renamed, in its header and in the directory.
    let folder = tempfile::tempdir().unwrap();
    let more = ROWS.replace("2.5", "4.5") + "q,2024-07-18 00:00:00,1\n";
    let bytes = archive(&[("a.csv", ROWS.as_bytes()), ("b.csv", more.as_bytes())]);
    let text: Vec<u8> = bytes.clone();
    let renamed: Vec<u8> = {
        let mut bytes = text;
        let places: Vec<usize> =
            (0..bytes.len() - 5).filter(|&at| bytes[at..].starts_with(b"b.csv")).collect();
        assert_eq!(places.len(), 2, "the local header and the directory");
        for at in places {
            bytes[at] = b'a';
        }
        bytes
    };
    let path = write(folder.path(), "twice.zip", &renamed);
    let names = |records: Vec<(String, usize)>| -> Vec<(String, usize)> {
        let cut = |name: String| name.rsplit('/').next().unwrap_or_default().to_owned();
        records.into_iter().map(|(name, rows)| (cut(name), rows)).collect()
    };
    let wanted = [("twice.zip!a.csv".to_owned(), 1), ("twice.zip!a.csv#2".to_owned(), 2)];
    assert_eq!(names(records(&path)), wanted);
}

#[test]
fn a_cell_far_to_the_right_takes_no_memory_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let sheet = |rows: &str| {
        workbook_of(&format!(
            "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{rows}</sheetData></worksheet>"
        ))
    };
    let cell = |name: &str| format!("<c r=\"{name}\" t=\"inlineStr\"><is><t>x</t></is></c>");
    let open_sheet = |name: &str, rows: &str| {
        let path = write(folder.path(), name, &sheet(rows));
        let places = discover(&path, &Limits::default()).unwrap().places;
        open(&places[0], &OpenOptions::default())
    };
    // XFD is the last column of a sheet, XFE the first beyond it.
    let rows = format!("<row r=\"1\">{}</row><row r=\"2\">{}{}</row>", cell("A1"), cell("B2"), cell("XFD2"));
    let mut opened = open_sheet("last.xlsx", &rows).unwrap();
    let rows = opened.head(2).unwrap();
    assert_eq!(rows.iter().map(|row| (row.line, row.len())).collect::<Vec<_>>(), [(1, 16_384), (2, 16_384)]);
    let filled =
        |at: usize| rows[at].cells().enumerate().filter(|(_, cell)| !cell.is_empty()).map(|(at, _)| at);
    assert_eq!(filled(0).collect::<Vec<_>>(), [0]);
    assert_eq!(filled(1).collect::<Vec<_>>(), [1, 16_383]);
    for beyond in ["XFE2", "ZZZZZZ2"] {
        let error = open_sheet("beyond.xlsx", &format!("<row r=\"2\">{}</row>", cell(beyond))).err();
        let error = error.map(|error| error.to_string()).unwrap_or_default();
        assert!(error.contains("row 2 has a cell in column ") && error.contains("beyond XFD"), "{error}");
    }
    // A cell in the last column of each of 20,000 rows: as full rows these are 2.6 GB.
    let rows: String =
        (1..=20_000).map(|row| format!("<row r=\"{row}\">{}</row>", cell(&format!("XFD{row}")))).collect();
    let mut opened = open_sheet("many.xlsx", &rows).unwrap();
    assert_eq!(opened.head(1).unwrap()[0].cell(16_383), "x");
}
