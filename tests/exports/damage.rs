//! The table of damage: what consoles, spreadsheets and people do to exports, one smallest file each.

use crate::common::{Outcome, convert, recognised};
use refund_audit::{
    export::dialect::Class,
    time::{Instant, Offset},
};

const HEADER: &str = "支付者UIN,使用者UIN,产品名称,资源ID,交易类型,订单ID,扣费时间,优惠后总价,现金账户支出(元),赠送账户支出(元),代金券支出(元)";
const PURCHASE: &str = "909619400,909619400,实时音视频,2000002755,包年包月新购,20230321478001340751511,2023-03-21 15:07:09,89.00,89.00,0,0";
const REFUND: &str = "909619400,909619400,实时音视频,2000002755,包年包月退款,20230322478001340999911,2023-03-22 09:00:00,-89.00,-89.00,0,0";

fn file(rows: &[&str]) -> String {
    let mut text = HEADER.to_owned();
    for row in rows {
        text.push('\n');
        text.push_str(row);
    }
    text + "\n"
}

/// A file of one purchase in which one text was replaced.
fn purchase(from: &str, to: &str) -> Outcome {
    assert!(PURCHASE.contains(from));
    convert(file(&[&PURCHASE.replacen(from, to, 1)]).as_bytes())
}

fn cash(text: &str) -> Result<String, String> {
    let outcome = purchase(",89.00,89.00,", &format!(",89.00,\"{text}\","));
    match outcome.defects.as_slice() {
        [] => Ok(outcome.only().cell("paid_cash").unwrap_or("(none)").to_owned()),
        [defect] => Err(format!("{}: {}", defect.column, defect.reason)),
        _ => panic!("{}", outcome.text()),
    }
}

fn paid_at(text: &str) -> Result<String, String> {
    let outcome = purchase("2023-03-21 15:07:09", text);
    match outcome.defects.as_slice() {
        [] => Ok(outcome.only().cell("paid_at").unwrap_or("(none)").to_owned()),
        [defect] => Err(format!("{}: {}", defect.column, defect.reason)),
        _ => panic!("{}", outcome.text()),
    }
}

fn order_id(text: &str) -> Result<String, String> {
    let outcome = purchase("20230321478001340751511", text);
    match outcome.defects.as_slice() {
        [] => Ok(outcome.only().cell("order_id").unwrap_or("(none)").to_owned()),
        [defect] => Err(format!("{}: {}", defect.column, defect.reason)),
        _ => panic!("{}", outcome.text()),
    }
}

#[test]
fn quirk_1_byte_order_marks_anywhere() {
    let plain = file(&[PURCHASE]);
    let (header, rest) = plain.split_once('\n').unwrap();
    for (text, line) in [
        (format!("\u{FEFF}{plain}"), 2),
        (format!("\u{FEFF}\n{plain}"), 3),
        (format!("\u{FEFF}\r\n\r\n{plain}"), 4),
        (format!("\u{FEFF}{header}\n\u{FEFF}{rest}"), 2),
        (format!("\n\n\n{plain}"), 5),
        (format!("\u{FEFF}\u{FEFF}{plain}"), 2),
    ] {
        let outcome = convert(text.as_bytes());
        assert_eq!(outcome.only().line, line, "{text:?}");
        assert_eq!(outcome.only().cell("account_id"), Some("909619400"));
    }
}

#[test]
fn quirk_2_saved_again_as_gbk() {
    let bytes = encoding_rs::GB18030.encode(&file(&[PURCHASE, REFUND])).0.into_owned();
    let outcome = convert(&bytes);
    assert_eq!((outcome.records.len(), outcome.replaced), (2, 0));
    assert_eq!(outcome.records[0].cell("product"), Some("?实时音视频"));
}

#[test]
fn quirk_2_a_bad_byte_costs_its_row_and_no_other() {
    let mut bytes = file(&[PURCHASE, REFUND, &PURCHASE.replace("51511", "51512")]).into_bytes();
    let at = bytes.len() - 60;
    let at = at + bytes[at..].iter().position(|b| *b == b'2').unwrap();
    bytes[at] = 0xff;
    let outcome = convert(&bytes);
    assert_eq!((outcome.records.len(), outcome.defects.len(), outcome.replaced), (2, 1, 1));
    assert_eq!(outcome.defects[0].line, 4);
    assert!(outcome.defects[0].reason.contains("no text in the file's encoding"), "{}", outcome.text());
    // Far behind the part that tells the encoding, too.
    let many: Vec<String> =
        (0..6000).map(|n| PURCHASE.replace("1340751511", &format!("{:010}", n + 1))).collect();
    let mut bytes = file(&many.iter().map(String::as_str).collect::<Vec<_>>()).into_bytes();
    let last = bytes.len() - 3;
    bytes[last] = 0xfe;
    let outcome = convert(&bytes);
    assert_eq!((outcome.records.len(), outcome.defects.len()), (5999, 1));
}

#[test]
fn quirk_3_spreadsheets_cut_times_and_ids() {
    assert_eq!(paid_at("2023/3/21 15:07").as_deref(), Ok("2023-03-21 15:07"));
    assert_eq!(paid_at("2023/3/21").as_deref(), Ok("2023-03-21"));
    for id in ["2.02303E+22", "20230321478001300000000"] {
        let error = order_id(id).unwrap_err();
        assert!(error.starts_with("订单ID: ") && error.contains("spreadsheet"), "{error}");
    }
}

#[test]
fn quirk_4_and_5_guards_around_cells() {
    for id in [
        "\t20230321478001340751511",
        "20230321478001340751511\t",
        "\"20230321478001340751511\r\n\"",
        "`20230321478001340751511",
        "'20230321478001340751511",
        "=\"20230321478001340751511\"",
        "\"=\"\"20230321478001340751511\"\"\"",
        "\u{A0}20230321478001340751511\u{A0}",
        "\u{200B}20230321478001340751511",
        "２０２３０３２１４７８００１３４０７５１５１１",
    ] {
        assert_eq!(order_id(id).as_deref(), Ok("20230321478001340751511"), "{id:?}");
    }
    let guarded = |row: &str| row.split(',').map(|cell| format!("`{cell}")).collect::<Vec<_>>().join(",");
    let text = format!("{}\n{}\n", guarded(HEADER), guarded(PURCHASE));
    assert_eq!(convert(text.as_bytes()).only().cell("paid_cash"), Some("89.00"));
}

#[test]
fn quirk_5_totals_and_second_headers_at_the_end() {
    let text = file(&[PURCHASE, "总交易单数,总金额", "1,89.00"]);
    let outcome = convert(text.as_bytes());
    assert_eq!((outcome.records.len(), outcome.out_of_scope.len()), (1, 2), "{}", outcome.text());
    let text = file(&[
        PURCHASE,
        "合计,,,,,,,89.00,89.00,0,0",
        HEADER,
        REFUND,
        ",,,,,,,,,,",
        "Total,,,,,,,-89.00,-89.00,0,0",
    ]);
    let outcome = convert(text.as_bytes());
    assert_eq!(outcome.records.len(), 2);
    assert!(outcome.out_of_scope.iter().all(|(_, class, _)| *class == Class::Furniture));
    let lines: Vec<u64> = outcome.out_of_scope.iter().map(|(line, ..)| *line).collect();
    assert_eq!(lines, [3, 4, 6, 7]);
}

#[test]
fn quirk_6_and_21_amounts_as_people_write_them() {
    for (text, wanted) in [
        ("1,234.50", "1234.50"),
        ("１，２３４．５０", "1234.50"),
        ("1，234.50", "1234.50"),
        ("¥1,234.5", "1234.50"),
        ("￥1234.5", "1234.50"),
        ("1234.5元", "1234.50"),
        ("CNY 1234.5", "1234.50"),
        ("1.2345E3", "1234.50"),
        ("89.12345678", "89.12345678"),
        ("89.123456789", "89.12345679"),
    ] {
        assert_eq!(cash(text).as_deref(), Ok(wanted), "{text}");
    }
    for text in ["1,23", "abc", "12%", "1.234,5", "HK$5"] {
        let error = cash(text).unwrap_err();
        assert!(error.starts_with("现金账户支出(元): \""), "{error}");
    }
}

#[test]
fn quirk_7_nothing_has_many_spellings() {
    for text in ["", "-", "--", "NULL", "null", "N/A", "\\N"] {
        assert_eq!(cash(text).as_deref(), Ok("(none)"), "{text}");
    }
    assert_eq!(cash("0").as_deref(), Ok("0.00"));
}

#[test]
fn quirk_8_a_row_without_its_id_is_rejected_and_not_merged() {
    let outcome = purchase("20230321478001340751511", "-");
    assert_eq!(outcome.defects[0].column, "订单ID");
}

#[test]
fn quirk_9_eight_decimals_are_summed_as_they_are_and_roundings_left_out() {
    // Three components of a third of a yuan each, and the row that sets the month right.
    let part = |cost: &str| PURCHASE.replace(",89.00,89.00,", &format!(",{cost},{cost},"));
    let precision = PURCHASE
        .replace("包年包月新购", "月度计费精度差异")
        .replace(",89.00,89.00,", ",-0.00000285,-0.00000285,");
    let outcome = convert(
        file(&[&part("0.33333333"), &part("0.33333334"), &part("0.33333335"), &precision]).as_bytes(),
    );
    assert_eq!(outcome.only().cell("paid_cash"), Some("1.00000002"));
    assert_eq!(outcome.out_of_scope[0].1, Class::Noise);
    // What was rounded down stands on every row of a flow and belongs to none of its sums.
    let flow = "Item,RecordID,OwnerID,PaymentTime,PretaxGrossAmount,RoundDownDiscount,PretaxAmount,CashAmount,Currency\n\
                SubscriptionOrder,1,9,2024-03-01 08:00:00,1.004,0.004,0.50,0.50,CNY\n\
                SubscriptionOrder,1,9,2024-03-01 08:00:00,1.005,0.004,0.50,0.50,CNY\n";
    let outcome = convert(flow.as_bytes());
    assert_eq!(
        (outcome.only().cell("paid_cash"), outcome.only().cell("list_price")),
        (Some("1.00"), Some("2.009"))
    );
}

/// Orders of the interface, whose amounts are hundredths.
fn deal(real_cost: &str) -> Outcome {
    let header =
        "OrderId,BigDealId,Status,Action,CreateTime,Payer,Creator,RealTotalCost,VoucherDecline,Currency";
    let row = format!(
        "20220214710000851640811,20220214710000851640801,4,purchase,2020-09-22 00:00:00,1,1,{real_cost},50,CNY"
    );
    convert(format!("{header}\n{row}\n").as_bytes())
}

#[test]
fn quirk_10_hundredths_become_yuan() {
    for (fen, yuan) in
        [("17000", "170.00"), ("17000.0", "170.00"), ("1", "0.01"), ("10000.1", "100.001"), ("0", "0.00")]
    {
        let outcome = deal(fen);
        let order = outcome.only();
        assert_eq!(
            (order.cell("paid_cash"), order.cell("paid_voucher")),
            (Some(yuan), Some("0.50")),
            "{fen}"
        );
    }
    // Beyond the eighth decimal it is rounded, and what is not zero stays so.
    assert_eq!(deal("0.0000001").only().cell("paid_cash"), Some("0.00000001"));
}

#[test]
fn quirk_12_the_order_list_is_in_universal_time_and_the_bill_is_not() {
    let list = "OrderId,OrderType,RelatedOrderId,CreateTime,PaymentTime,Currency\n1,New,,2017-06-08 09:41:30,2017-06-08T09:41:30Z,CNY\n";
    assert_eq!(convert(list.as_bytes()).only().cell("paid_at"), Some("2017-06-08T09:41:30Z"));
    let bare = list.replace("T09:41:30Z", " 09:41:30");
    assert_eq!(convert(bare.as_bytes()).only().cell("paid_at"), Some("2017-06-08T09:41:30Z"));
    let flow = "Item,RecordID,PaymentTime,PretaxGrossAmount\nSubscriptionOrder,1,2017-06-08 17:41:30,1\n";
    let at = convert(flow.as_bytes()).only().cell("paid_at").unwrap().to_owned();
    let instant = |text: &str| Instant::parse(text, Offset::BEIJING).unwrap();
    assert_eq!(instant(&at), instant("2017-06-08T09:41:30Z"));
}

#[test]
fn quirk_13_magnitude_words_and_units() {
    let deducted = |value: &str, unit: &str| {
        let text = format!(
            "资源包实例ID,抵扣时间,抵扣量,抵扣量单位\npack-1,2024-03-01 08:00:00,\"{value}\",{unit}\n"
        );
        let outcome = convert(text.as_bytes());
        match outcome.defects.as_slice() {
            [] => format!(
                "{} {}",
                outcome.only().cell("quantity").unwrap(),
                outcome.only().cell("unit").unwrap_or("-")
            ),
            [defect] => format!("{}: {}", defect.column, defect.reason),
            _ => panic!("{}", outcome.text()),
        }
    };
    for (value, unit, wanted) in [
        ("26.25", "分钟", "26.25 分钟"),
        ("1,026.25", "分钟", "1026.25 分钟"),
        ("2.537500", "十万CU", "253750 CU"),
        ("4.181841", "千万CU", "41818410 CU"),
        ("1.5", "亿次", "150000000 次"),
        ("1.5万MB", "", "15000 MB"),
        ("190.531536MB", "", "190.531536 MB"),
        ("3", "", "3 -"),
        ("-2.5", "GB", "-2.5 GB"),
    ] {
        assert_eq!(deducted(value, unit), wanted, "{value} {unit}");
    }
    assert!(deducted("viel", "GB").starts_with("抵扣量: "));
}

#[test]
fn quirk_11_times_in_all_layouts() {
    for (text, wanted) in [
        ("2023-03-21 15:07:09.941", "2023-03-21 15:07:09.941"),
        ("20230321", "2023-03-21"),
        ("2023-03-21T15:07:09Z", "2023-03-21T15:07:09Z"),
        ("0002-11-30", "(none)"),
        ("2019/5/23 12:00", "2019-05-23 12:00"),
        ("2020-02-22T16:00:00Z", "2020-02-22T16:00:00Z"),
        ("2117-01-01 00:00:00", "(none)"),
    ] {
        assert_eq!(paid_at(text).as_deref(), Ok(wanted), "{text}");
    }
    for text in ["202303", "2023-03", "3/21/2023 15:07", "2023-02-30 00:00:00"] {
        assert!(paid_at(text).unwrap_err().starts_with("扣费时间: "), "{text}");
    }
}

#[test]
fn quirk_14_header_variants_meet_and_parts_of_headers_do_not() {
    for (from, to) in [
        ("订单ID", " 订单 ＩＤ "),
        ("现金账户支出(元)", "现金账户支出（元）"),
        ("现金账户支出(元)", "现金账户支出"),
        ("支付者UIN", "支付者uin"),
    ] {
        let text = file(&[PURCHASE]).replacen(from, to, 1);
        assert_eq!(convert(text.as_bytes()).only().cell("paid_cash"), Some("89.00"), "{to}");
    }
    let tagged = format!("{HEADER},标签键:env,标签键:优惠后总价,我的订单ID\n{PURCHASE},-,7,8\n");
    assert_eq!(convert(tagged.as_bytes()).only().cell("order_id"), Some("20230321478001340751511"));
}

#[test]
fn quirk_14_two_columns_for_one_field_are_an_error_that_names_both() {
    let text = format!("{HEADER},OrderId\n{PURCHASE},1\n");
    let error = recognised(text.as_bytes()).err().unwrap().to_string();
    assert!(
        error.contains("\"订单ID\" and \"OrderId\" both claim the field order of tencent-bill-cn"),
        "{error}"
    );
}

#[test]
fn quirk_14_two_dialects_are_an_error_that_names_both() {
    let text = "InstanceId,DeductTime,CapacityDeductedViewValue,Deduction time,Resource pack ID,Minutes before deduction,Minutes after deduction\n1,2,3,4,5,6,7\n";
    let error = recognised(text.as_bytes()).err().unwrap().to_string();
    assert!(error.contains("alibaba-deduct and tencent-mps-deduct"), "{error}");
}

#[test]
fn an_unknown_header_names_the_nearest_dialect_and_what_is_missing() {
    let text = file(&[PURCHASE]).replacen("扣费时间", "时间", 1);
    let error = recognised(text.as_bytes()).err().unwrap().to_string();
    assert!(error.contains("nearest is tencent-bill-cn") && error.contains("\"扣费时间\""), "{error}");
    let error = recognised(b"foo,bar\n1,2\n").err().unwrap().to_string();
    assert!(error.contains("no layout is near it"), "{error}");
    let error = recognised(b"order_id,account_id,product,package_type,paid_at\n").err().unwrap().to_string();
    assert!(error.contains("nearest is canonical-orders") && error.contains("\"currency\""), "{error}");
}

#[test]
fn quirk_16_the_same_row_twice_counts_once() {
    let refund = |amount: &str| REFUND.replace("-89.00", amount);
    let outcome = convert(
        file(&[PURCHASE, PURCHASE, &refund("-80.00"), &refund("-9.00"), &refund("-9.00")]).as_bytes(),
    );
    assert_eq!(outcome.duplicates, [(3, 2), (6, 5)]);
    assert_eq!(outcome.records[1].cell("refunded_cash"), Some("89.00"));
    assert_eq!(outcome.records[1].rows, 2);
}

#[test]
fn quirk_17_huge_cells_odd_quotes_and_ragged_rows() {
    let huge = "x,\n".repeat(400_000);
    let text = format!("{HEADER},用量详情\n{PURCHASE},\"{huge}\"\n{REFUND},5\" disk\n");
    let outcome = convert(text.as_bytes());
    assert_eq!(outcome.records.len(), 2);
    assert_eq!(outcome.records[1].line, 400_003);
    let short = PURCHASE.rsplit_once(',').unwrap().0;
    let text =
        file(&[short, &format!("{PURCHASE},extra"), &format!("{},,", PURCHASE.replace("51511", "51512"))]);
    let outcome = convert(text.as_bytes());
    assert_eq!((outcome.records.len(), outcome.defects.len()), (1, 2), "{}", outcome.text());
    assert!(outcome.defects[0].reason.contains("has 10 cells where the header has 11"));
    let text = file(&["909619400,\"open", PURCHASE, REFUND]);
    let outcome = convert(text.as_bytes());
    assert_eq!((outcome.records.len(), outcome.defects.len()), (2, 1), "{}", outcome.text());
}

#[test]
fn quirk_18_list_price_and_discount_may_be_absent() {
    let text = format!("{HEADER},组件原价,折扣率\n{REFUND},-,-\n");
    assert_eq!(convert(text.as_bytes()).only().cell("refunded_cash"), Some("89.00"));
}

#[test]
fn a_refund_with_the_sign_of_a_charge_was_taken_back() {
    let positive = REFUND.replace("-89.00", "89.00").replace("99911", "99912");
    let outcome = convert(file(&[REFUND, &positive]).as_bytes());
    assert!(outcome.error.is_none());
    let [refund, reversal] = outcome.records.as_slice() else { panic!("{}", outcome.text()) };
    assert_eq!((refund.cell("refunded_cash"), refund.is_taken_back()), (Some("89.00"), false));
    assert!(reversal.is_taken_back(), "{}", outcome.text());
    let outcome = convert(file(&[&positive]).as_bytes());
    assert_eq!(outcome.only().cell("refunded_cash"), Some("89.00"));
    assert!(outcome.text().contains("SignReversed"));
    let row = |amount: &str| REFUND.replace("-89.00", amount);
    let outcome = convert(file(&[&row("-90.00"), &row("1.00")]).as_bytes());
    assert_eq!(outcome.only().cell("refunded_cash"), Some("89.00"));
    assert!(outcome.text().contains("MixedRows"));
}

#[test]
fn a_title_above_the_header_is_passed_over() {
    let text = format!("腾讯云账单\n导出时间：2023-04-01\n\n{}", file(&[PURCHASE]));
    let outcome = convert(text.as_bytes());
    assert_eq!((outcome.only().line, outcome.out_of_scope.len()), (5, 2));
}

#[test]
fn the_header_says_which_delimiter_it_is() {
    for delimiter in [",", "\t", ";"] {
        let text = file(&[PURCHASE, REFUND]).replace(',', delimiter);
        assert_eq!(convert(text.as_bytes()).records[1].cell("refunded_cash"), Some("89.00"), "{delimiter:?}");
    }
}

#[test]
fn a_separator_line_is_obeyed() {
    let text = format!("sep=;\n{}", file(&[PURCHASE]).replace(',', ";"));
    assert_eq!(convert(text.as_bytes()).only().cell("paid_cash"), Some("89.00"));
}

#[test]
fn an_unknown_kind_of_row_is_a_defect_that_says_what_to_do() {
    let outcome = purchase("包年包月新购", "某种新交易");
    assert_eq!(outcome.defects[0].column, "交易类型");
    assert!(outcome.defects[0].reason.contains("--mapping"), "{}", outcome.text());
}

#[test]
fn a_header_without_rows_is_no_error() {
    let outcome = convert(file(&[]).as_bytes());
    assert_eq!((outcome.records.len(), outcome.tally.read.rows), (0, 0));
}
