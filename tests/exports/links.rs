//! What several exports say together: refunds find their orders, order lists complete bills.

use crate::common::{book, catalogue, convert, opened};
use refund_audit::export::{
    convert::{Linker, Note, Record},
    describe::{Question, State, answer, describe},
    dialect::{Mapping, Role},
};

fn linked(files: &[&[u8]]) -> Vec<Record> {
    let mut linker = Linker::default();
    let mut through = Vec::new();
    for (file, bytes) in files.iter().enumerate() {
        let outcome = convert(bytes);
        assert!(outcome.error.is_none() && outcome.defects.is_empty(), "{}", outcome.text());
        through.extend(outcome.records.into_iter().filter_map(|record| linker.add(file, record)));
    }
    through.extend(linker.finish().into_iter().map(|(_, record)| record));
    through
}

fn refund(records: &[Record]) -> &Record {
    let mut refunds = records.iter().filter(|record| record.role == Role::Refunds);
    let first = refunds.next().unwrap();
    assert!(refunds.next().is_none());
    first
}

const FLOW: &[u8] = include_bytes!("dialects/alibaba-billflow/interface.csv");
const ORDERS: &[u8] = include_bytes!("dialects/alibaba-orders/interface.csv");
const INTL: &[u8] = include_bytes!("dialects/tencent-bill-intl/2023.csv");
const PACKS: &[u8] = include_bytes!("dialects/tencent-measure-package/interface.csv");
const DEDUCTIONS: &[u8] = include_bytes!("dialects/tencent-pack-deduct/live-console.csv");

#[test]
fn the_order_list_names_the_order_of_a_refund_in_the_bill_flow() {
    for files in [[FLOW, ORDERS], [ORDERS, FLOW]] {
        let records = linked(&files);
        let refunds = records.iter().filter(|record| record.role == Role::Refunds);
        let tied: Vec<_> = refunds.map(|record| record.cell("order_id").unwrap()).collect();
        assert_eq!(tied, ["202012345675912"; 2]);
        let by_list = records.iter().filter(|record| record.notes.contains(&Note::LinkedByRefund));
        let by_list: Vec<_> = by_list.map(|record| record.cell("refunded_cash").unwrap()).collect();
        assert_eq!(by_list, ["70.00"], "the row of the bill flow is tied by the list");
    }
}

#[test]
fn a_refund_is_of_an_order_of_its_own_account_and_product() {
    let bill = |refund_of: &str, owner: &str| {
        format!(
            "支付者UIN,使用者UIN,产品名称,资源ID,交易类型,订单ID,扣费时间,优惠后总价,现金账户支出(元)\n\
             1,1,云直播,281975,包年包月新购,20230401478001340000001,2023-04-01 00:00:00,9,9\n\
             1,1,云点播,281975,包年包月新购,20230402478001340000002,2023-04-02 00:00:00,8,8\n\
             1,{owner},{refund_of},281975,包年包月退款,20230403478001340000003,2023-04-03 00:00:00,-9,-9\n"
        )
    };
    let tied = |text: String| {
        let records = linked(&[text.as_bytes()]);
        let found = refund(&records);
        assert!(found.notes.contains(&Note::ResourceOfOthers), "{:?}", found.notes);
        found.cell("order_id").unwrap().to_owned()
    };
    assert_eq!(tied(bill("云直播", "1")), "20230401478001340000001");
    assert_eq!(tied(bill("云点播", "1")), "20230402478001340000002");
    assert_eq!(tied(bill("对象存储", "1")), "?281975", "an orphan rather than another product's");
    assert_eq!(tied(bill("云直播", "2")), "?281975", "an orphan rather than another account's");
}

#[test]
fn a_refund_finds_its_order_by_the_pack() {
    let records = linked(&[INTL]);
    let found = refund(&records);
    assert_eq!(found.cell("order_id"), Some("20240716710000851640811"));
    assert!(found.notes.contains(&Note::LinkedByResource("281975".to_owned())));
    // The latest order before the refund: a later purchase of the same pack is none.
    let later = "支付者UIN,使用者UIN,资源ID,交易类型,订单ID,扣费时间,优惠后总价,现金账户支出(元)\n\
                 1,600000561707,2000002755,包年包月退款,20230401478001340000001,2023-04-01 00:00:00,-9,-9\n\
                 1,600000561707,2000002755,包年包月续费,20230501478001340000002,2023-05-01 00:00:00,9,9\n";
    let records = linked(&[later.as_bytes(), PACKS]);
    assert_eq!(refund(&records).cell("order_id"), Some("20230321478001340751511"));
}

#[test]
fn a_refund_of_no_order_stays_visible() {
    let records = linked(&[FLOW]);
    let found = refund(&records);
    assert_eq!(found.cell("order_id"), Some("?210000000012345"));
    assert!(found.notes.contains(&Note::Unlinked));
}

#[test]
fn a_mapping_teaches_headers_and_kinds_of_rows() {
    let text = "extends = \"tencent-bill-cn\"\n[[column]]\nfield = \"charged_at\"\nnames = [\"时间\"]\n\
                [[row]]\nwhen.transaction_type = [\"新品\"]\ngives = [\"orders\"]\ncells.order_kind = \"new\"\n";
    let mut own = book().clone();
    own.extend(&Mapping::parse(text, "my.toml").unwrap()).unwrap();
    let bytes =
        "支付者UIN,交易类型,订单ID,时间,优惠后总价\n1,新品,20230401478001340000001,2023-04-01 00:00:00,9\n";
    let mut file = opened(bytes.as_bytes()).unwrap();
    let recognised = own.recognise(&mut file, None).unwrap();
    assert_eq!(crate::common::convert_opened(file, recognised).only().cell("order_kind"), Some("new"));
    let wrong = Mapping::parse(&text.replace("charged_at", "charged"), "my.toml").unwrap();
    let error = own.extend(&wrong).unwrap_err().to_string();
    assert!(error.starts_with("my.toml:3:9: tencent-bill-cn has no field charged; it has "), "{error}");
    let unknown = Mapping::parse("extends = \"nothing\"\n", "my.toml").unwrap();
    assert_eq!(own.extend(&unknown).unwrap_err().to_string(), "my.toml:1:11: there is no dialect nothing");
}

#[test]
fn a_mapping_fills_cells_and_says_the_order_of_dates() {
    let text = "extends = \"tencent-bill-cn\"\ndate_order = \"dmy\"\n[orders.cells]\nexpires_at = { field = \"usage_end\" }\n";
    let mut own = book().clone();
    own.extend(&Mapping::parse(text, "my.toml").unwrap()).unwrap();
    let bytes = "支付者UIN,交易类型,订单ID,扣费时间,结束使用时间,优惠后总价\n\
                 1,包年包月新购,20230401478001340000001,1/4/2023 10:00:00,1/5/2023 10:00:00,9\n";
    let mut file = opened(bytes.as_bytes()).unwrap();
    let recognised = own.recognise(&mut file, None).unwrap();
    let outcome = crate::common::convert_opened(file, recognised);
    let order = outcome.only();
    assert_eq!(order.cell("paid_at"), Some("2023-04-01 10:00:00"));
    assert_eq!(order.cell("expires_at"), Some("2023-05-01 10:00:00"));
    let wrong = Mapping::parse(&text.replace("usage_end", "usage_ends"), "my.toml").unwrap();
    let error = own.extend(&wrong).unwrap_err().to_string();
    assert_eq!(error, "my.toml:4:14: there is no field usage_ends");
}

#[test]
fn the_dialect_asked_for_is_taken_or_named() {
    let mut file = opened(FLOW).unwrap();
    assert!(book().recognise(&mut file, Some("alibaba-billflow")).is_ok());
    let error = book().recognise(&mut file, Some("focus")).unwrap_err().to_string();
    assert!(error.contains("focus") && error.contains("ChargeCategory"), "{error}");
    assert!(
        book().recognise(&mut file, Some("nothing")).unwrap_err().to_string().contains("alibaba-bill-v1")
    );
}

#[test]
fn a_description_says_what_is_there_and_what_is_not() {
    let describe = |bytes: &[u8]| {
        let mut file = opened(bytes).unwrap();
        let recognised = book().recognise(&mut file, None).unwrap();
        describe(file, recognised, catalogue(), std::num::NonZeroUsize::MIN).unwrap()
    };
    let bill = describe(INTL);
    assert_eq!((bill.dialect.as_str(), bill.encoding), ("tencent-bill-intl", Some("UTF-8")));
    assert!(bill.columns.iter().any(|c| c.header == "Transaction Type" && c.samples.len() == 3));
    assert!(bill.unmapped_columns.iter().any(|c| c.header == "Reserved Instance"));
    assert_eq!(bill.periods[&Role::Refunds].0, "2024-07-18 09:00:00");
    assert!(bill.unfilled.is_empty());
    let state =
        |files: &[_], asked: Question| answer(files).into_iter().find(|a| a.question == asked).unwrap().state;
    let alone = [bill];
    assert_eq!(state(&alone, Question::Orders), State::Yes);
    assert_eq!(state(&alone, Question::Use), State::No);
    assert_eq!(state(&alone, Question::Tenders), State::No);
    assert_eq!(state(&alone, Question::Window), State::Partly);
    let [bill] = alone;
    let both = [bill, describe(DEDUCTIONS)];
    assert_eq!((state(&both, Question::Use), state(&both, Question::PackOfOrder)), (State::Yes, State::Yes));
    let scenario = describe(include_bytes!("dialects/focus/specification-purchase.csv"));
    assert!(scenario.unfilled.contains(&(Role::Orders, "currency")));
    assert_eq!(scenario.incomplete[&(Role::Orders, "account_id")], 1);
}
