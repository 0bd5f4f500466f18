//! Tencent Cloud: bills by component, order lists, packs and what was deducted from them.

use crate::{
    clock::Time,
    hand::{CONSOLE, Cells, Columns, File, Hand, TABLE, written},
    names::{is_named, names_of},
    rules::moved_money,
    set::{Row, Set, TENDERS, get, sum, text_of, units},
};

/// Bill of the China site: console (2023), then the interface.
const BILL_CN: Columns = &[
    ("payer", &["支付者UIN", "PayerUin"]),
    ("owner", &["使用者UIN", "OwnerUin"]),
    ("operator", &["操作者UIN", "OperateUin"]),
    ("product", &["产品名称", "BusinessCodeName"]),
    ("subproduct", &["子产品名称", "ProductCodeName"]),
    ("mode", &["计费模式", "PayModeName"]),
    ("project", &["项目名称", "ProjectName"]),
    ("resource", &["资源ID", "ResourceId"]),
    ("resource_name", &["实例名称", "ResourceName"]),
    ("type", &["交易类型", "ActionTypeName"]),
    ("order", &["订单ID", "OrderId"]),
    ("bill", &["交易ID", "BillId"]),
    ("charged", &["扣费时间", "PayTime"]),
    ("start", &["开始使用时间", "FeeBeginTime"]),
    ("end", &["结束使用时间", "FeeEndTime"]),
    ("component_type", &["组件类型", "ComponentCodeName"]),
    ("component", &["组件名称", "ItemCodeName"]),
    ("span", &["使用时长", "TimeSpan"]),
    ("span_unit", &["时长单位", "TimeUnitName"]),
    ("list", &["组件原价", "Cost"]),
    ("real", &["优惠后总价", "RealCost"]),
    ("voucher", &["代金券支出(元)", "VoucherPayAmount"]),
    ("free_credit", &["赠送账户支出(元)", "IncentivePayAmount"]),
    ("commission", &["分成账户支出(元)", "TransferPayAmount"]),
    ("cash", &["现金账户支出(元)", "CashPayAmount"]),
    ("remark", &["备注属性", "ReserveDetail"]),
    ("associated", &["关联单据ID", "AssociatedOrder"]),
    ("formula", &["计算说明", "Formula"]),
];

/// Bill of the international site: 2023, 2020 as its page has it, 2021 with headers of both languages.
const BILL_INTL: Columns = &[
    ("payer", &["Payer Account ID"]),
    ("owner", &["Owner Account ID"]),
    ("operator", &["Operator Account ID"]),
    ("product", &["Product Name", "ProductName"]),
    ("subproduct", &["Subproduct Name"]),
    ("mode", &["Billing Mode", "BillingMode"]),
    ("type", &["Transaction Type"]),
    ("bill", &["Transaction ID", "TransactionID"]),
    ("charged", &["Transaction Time"]),
    ("start", &["Usage Start Time", "Start Date of  Usage"]),
    ("end", &["Usage End Time", "End Date of Usage"]),
    ("resource", &["Instance ID", "InstanceID"]),
    ("resource_name", &["Instance Name"]),
    ("component_type", &["Component Type"]),
    ("component", &["Component Name"]),
    ("span", &["Usage Duration"]),
    ("span_unit", &["Duration Unit", "TimeUnit"]),
    ("list", &["Original Cost", "OriginalCost"]),
    ("discount", &["Discount Multiplier", "DiscountRate", "Discount Rate"]),
    ("currency", &["Currency", "Currency", "currency"]),
    (
        "discounted",
        &[
            "Total Amount After Discount (Excluding Tax)",
            "Total Amount After Discount (Excluding Tax)",
            "优惠后总价（不含税）",
        ],
    ),
    ("voucher", &["Voucher Deduction", "Voucher Deduction", "代金券支出"]),
    ("real", &["Amount Before Tax", "CostBeforeTax"]),
    ("tax_rate", &["Tax Rate"]),
    ("tax", &["Tax Amount"]),
    ("total", &["Total Cost (Including Tax)", "TotalCost", "Total Cost （Including Tax）"]),
];

/// Customer bill of a partner.
const BILL_PARTNER: Columns = &[
    ("resource", &["Instance ID"]),
    ("resource_name", &["Instance Name"]),
    ("product", &["Product Name"]),
    ("payer", &["Payer Account ID"]),
    ("owner", &["Owner Account ID"]),
    ("operator", &["Operator Account ID"]),
    ("reseller", &["Reseller Account ID"]),
    ("mode", &["Billing Mode"]),
    ("subproduct", &["Subproduct Name"]),
    ("type", &["Transaction Type"]),
    ("bill", &["Transaction ID"]),
    ("charged", &["Transaction Time"]),
    ("start", &["Usage Start Time"]),
    ("end", &["Usage End Time"]),
    ("component_type", &["Component Type"]),
    ("component", &["Component Name"]),
    ("span", &["Usage Duration"]),
    ("span_unit", &["Duration Unit"]),
    ("list", &["Original Cost"]),
    ("discount", &["Customer Discount Rate"]),
    ("discounted", &["Total Amount Before Voucher"]),
    ("voucher", &["Customer Voucher Deduction"]),
    ("total", &["Total Cost"]),
    ("currency", &["Currency"]),
    ("payment", &["Payment Status"]),
];

const DEALS: Columns = &[
    ("order", &["OrderId", "订单号"]),
    ("big", &["BigDealId", "大订单号"]),
    ("status", &["Status", "订单状态"]),
    ("action", &["Action", "交易类型"]),
    ("created", &["CreateTime", "创建时间"]),
    ("payer", &["Payer", "支付者"]),
    ("owner", &["Creator", "创建人"]),
    ("list", &["TotalCost", "原价"]),
    ("price", &["Price", "单价"]),
    ("real", &["RealTotalCost", "实际支付金额"]),
    ("voucher", &["VoucherDecline", "代金券抵扣金额"]),
    ("policy", &["Policy", "折扣率"]),
    ("currency", &["Currency", "货币单位"]),
    ("span", &["TimeSpan", "时长"]),
    ("span_unit", &["TimeUnit", "时长单位"]),
    ("mode", &["PayMode", "付费模式"]),
    ("originals", &["RefReturnDeals", "退费涉及订单信息"]),
    ("formula", &["Formula", "退费公式"]),
    ("resource", &["ResourceId", "资源ID"]),
    ("product", &["ProductName", "产品名称"]),
    ("subproduct", &["SubProductName", "子产品名称"]),
];

/// Deductions: the interface, then the console of live streaming, which has no time of use.
const DEDUCTIONS: Columns = &[
    ("owner", &["Uin"]),
    ("user", &["DeductionUin"]),
    ("pack", &["ResourceId"]),
    ("name", &["PackageName"]),
    ("before", &["BeforeDeductionRemain"]),
    ("after", &["AfterDeductionRemain"]),
    ("start", &["StartTime"]),
    ("end", &["EndTime"]),
    ("posted", &["DeductionTime"]),
    ("unit", &["DosageUnit"]),
    ("raw", &["Dosage"]),
    ("factor", &["DeductionFactor"]),
    ("actual", &["ActualDosage"]),
];
const LIVE_DEDUCTIONS: Columns = &[
    ("pack", &["资源包ID", "package ID"]),
    ("name", &["资源包类型", "package type"]),
    ("raw", &["使用量", "usage"]),
    ("kind", &["抵扣类型", "deduction type"]),
    ("factor", &["抵扣比例", "deduction ratio"]),
    ("actual", &["抵扣量", "deducted amount"]),
    ("posted", &["抵扣时间", "deduction time"]),
];
const MPS_DEDUCTIONS: Columns = &[
    ("posted", &["Deduction time"]),
    ("pack", &["Resource pack ID"]),
    ("name", &["Type"]),
    ("kind", &["Transcoding type"]),
    ("before", &["Minutes before deduction"]),
    ("after", &["Minutes after deduction"]),
];
const PACKS: Columns = &[
    ("owner", &["Uin"]),
    ("order", &["DealName"]),
    ("product", &["ProductName"]),
    ("total", &["CapacitySize"]),
    ("unit", &["CapacityUnit"]),
    ("name", &["PackageName"]),
    ("source", &["PkgSourceType"]),
    ("start", &["DeductionStartTime"]),
    ("end", &["DeductionEndTime"]),
    ("status", &["Status"]),
    ("left", &["CapacityRemain"]),
    ("pack", &["ResourceId"]),
    ("created", &["CreateTime"]),
];
const LIVE_PACKS: Columns = &[
    ("pack", &["Id"]),
    ("type", &["Type"]),
    ("status", &["Status"]),
    ("total", &["Total"]),
    ("used", &["Used"]),
    ("left", &["Left"]),
    ("bought", &["BuyTime"]),
    ("expires", &["ExpireTime"]),
];
const VOD_PACKS: Columns = &[
    ("pack", &["ProductInstanceId"]),
    ("type", &["ProductType"]),
    ("start", &["StartTime"]),
    ("end", &["ExpireTime"]),
    ("consumed", &["LastConsumeDate"]),
    ("bound", &["BindStatus"]),
    ("status", &["ProductInstanceStatus"]),
    ("renew", &["RenewStatus"]),
    ("refund", &["RefundStatus"]),
    ("kind", &["ResourceSet.0.ResourceType"]),
    ("total", &["ResourceSet.0.Amount"]),
    ("left", &["ResourceSet.0.Left"]),
];
const CASH_FLOW: Columns = &[
    ("at", &["OperationTime"]),
    ("action", &["ActionType"]),
    ("channel", &["PayChannel"]),
    ("about", &["OperationInfo"]),
    ("amount", &["Amount"]),
    ("balance", &["Balance"]),
    ("bill", &["BillId"]),
    ("cash", &["Cash"]),
    ("incentive", &["Incentive"]),
    ("freezing", &["Freezing"]),
    ("mode", &["DeductMode"]),
];

/// Whether the vendor sells it under a name, and it was paid and returned by these tenders only.
fn fits(order: &Row, refunds: &[&Row], tenders: &[&str]) -> bool {
    let other = |row: &Row, before: &str| {
        TENDERS.iter().any(|t| !tenders.contains(t) && units(get(row, &format!("{before}{t}"))) != 0)
    };
    (order.is_empty() || is_named("tencent-cloud", order))
        && !other(order, "paid_")
        && refunds.iter().all(|refund| !other(refund, "refunded_"))
}

/// What a bill can carry.
pub(crate) fn carries(order: &Row, refunds: &[&Row]) -> bool {
    fits(order, refunds, &["cash", "commission", "free_credit", "voucher"])
}

/// A bill that knows a refund's order by its instance knows none of an order that is not there.
pub(crate) fn carries_by_instance(order: &Row, refunds: &[&Row]) -> bool {
    !order.is_empty() && carries(order, refunds) && sum(order, "paid_", &TENDERS) != 0
}

/// What can be said in hundredths.
pub(crate) fn carries_in_fen(order: &Row, refunds: &[&Row]) -> bool {
    let whole = |row: &Row| {
        row.iter().all(|(column, cell)| {
            !(column.starts_with("paid_") || column.starts_with("refunded_") || column == "list_price")
                || column.ends_with("_at")
                || units(cell) % 1_000_000 == 0
        })
    };
    carries(order, refunds) && whole(order) && refunds.iter().all(|refund| whole(refund))
}

/// The China site bills in yuan.
pub(crate) fn in_yuan(mut set: Set) -> Set {
    for row in set.orders.iter_mut().chain(&mut set.refunds) {
        row.insert("currency".to_owned(), "CNY".to_owned());
    }
    set
}

fn word(kind: &str, chinese: bool) -> &'static str {
    match (kind, chinese) {
        ("renew", true) => "包年包月续费",
        ("renew", false) => "Monthly subscription renewal",
        ("upgrade" | "downgrade", true) => "包年包月配置变更",
        ("upgrade" | "downgrade", false) => "Monthly subscription specification adjustment",
        (_, true) => "包年包月新购",
        (_, false) => "New monthly subscription",
    }
}

/// The old English words, of the same meaning.
fn old(word: &'static str) -> &'static str {
    match word {
        "Monthly subscription renewal" => "Renewal",
        "Monthly subscription specification adjustment" => "Modify",
        "New monthly subscription" => "Purchase",
        "Monthly subscription refund" => "Refund",
        other => other,
    }
}

const MONEY: [&str; 4] = ["cash", "free_credit", "commission", "voucher"];

/// The rows of one order or refund: its money in components that add up to it.
fn components(
    base: &Cells,
    money: &Row,
    before: &str,
    sign: i128,
    list: &str,
    hand: &mut Hand,
) -> Vec<Cells> {
    let pieces = 1 + hand.below(3) as i128;
    let mut rows = Vec::new();
    for piece in 0..pieces {
        let share =
            |units: i128| if piece == 0 { units - units / pieces * (pieces - 1) } else { units / pieces };
        let mut row = base.clone();
        let mut real = 0;
        for tender in MONEY {
            let part = sign * share(units(get(money, &format!("{before}{tender}"))));
            real += part;
            row.insert(tender, text_of(part, 8));
        }
        row.insert("all", text_of(real, 8));
        if !list.is_empty() {
            row.insert("list", text_of(share(units(list)), 8));
        }
        if piece > 0 {
            row.insert("component", format!("组件{piece}"));
        }
        rows.push(row);
    }
    rows
}

/// The rows of a bill, in the order of their charges.
fn bill(set: &Set, chinese: bool, generation: usize, hand: &mut Hand) -> Vec<Cells> {
    let known = set.known();
    let mut rows: Vec<(Time, Vec<Cells>)> = Vec::new();
    let name = |order: Option<&Row>, hand: &mut Hand| match order {
        Some(order) => names_of(order, hand),
        None => ("云服务器CVM".to_owned(), "标准型S2".to_owned()),
    };
    let base = |order: Option<&Row>, hand: &mut Hand| -> Cells {
        let (product, package) = name(order, hand);
        let field = |column: &str| order.map_or("", |order| get(order, column)).to_owned();
        // The package stands in one of three columns.
        let mut places = ["其他", "其他组件", "组件"].map(str::to_owned);
        places[hand.below(3)] = package;
        let [subproduct, component_type, component] = places;
        Cells::from([
            ("owner", field("account_id")),
            ("payer", field("payer_id")),
            ("operator", field("account_id")),
            ("reseller", "200000333333".to_owned()),
            ("product", product),
            ("subproduct", subproduct),
            ("component_type", component_type),
            ("component", component),
            ("mode", if chinese { "包年包月" } else { "Monthly subscription" }.to_owned()),
            ("project", "默认项目".to_owned()),
            ("resource", field("instance_id")),
            ("resource_name", "-".to_owned()),
        ])
    };
    for order in &set.orders {
        let at = Time::read(get(order, "paid_at"));
        let mut row = base(Some(order), hand);
        let word = word(get(order, "order_kind"), chinese);
        row.insert("type", if generation > 0 { old(word) } else { word }.to_owned());
        let id = get(order, "order_id").to_owned();
        row.extend([("order", id.clone()), ("bill", id), ("charged", at.beijing())]);
        for (to, from) in [("start", "period_start"), ("end", "period_end")] {
            let cell = get(order, from);
            row.insert(to, if cell.is_empty() { String::new() } else { Time::read(cell).beijing() });
        }
        let months: i64 = get(order, "months").parse().unwrap_or(0);
        let (span, unit) = if months > 0 && months % 12 == 0 && hand.one_in(2) {
            (months / 12, if chinese { "年" } else { "year" })
        } else {
            (months, if chinese { "月" } else { "month" })
        };
        if months > 0 {
            row.extend([("span", span.to_string()), ("span_unit", unit.to_owned())]);
        }
        row.insert("currency", get(order, "currency").to_owned());
        rows.push((at, components(&row, order, "paid_", 1, get(order, "list_price"), hand)));
    }
    for refund in set.refunds.iter().filter(|refund| moved_money(refund)) {
        let at = Time::read(get(refund, "completed_at"));
        let order = known.order_of(refund);
        let mut row = base(order, hand);
        if order.is_none() {
            row.extend([
                ("owner", get(refund, "account_id").to_owned()),
                ("payer", get(refund, "account_id").to_owned()),
            ]);
        }
        let word = if chinese { "包年包月退款" } else { "Monthly subscription refund" };
        row.insert("type", if generation > 0 { old(word) } else { word }.to_owned());
        let id = get(refund, "refund_id").to_owned();
        row.extend([("order", id.clone()), ("bill", id), ("charged", at.beijing())]);
        row.extend([
            ("start", at.beijing()),
            ("end", at.beijing()),
            ("currency", get(refund, "currency").to_owned()),
        ]);
        let original = get(refund, "order_id");
        let returned = sum(refund, "refunded_", &["cash", "commission", "free_credit"]);
        let formula = format!(
            "退款：{}元，现金券： 0元,代金券/折扣券不退（订单号{original}：部件pack:现金支付{}元=剩余{}元;",
            text_of(returned, 2),
            text_of(returned, 2),
            text_of(returned, 2)
        );
        match hand.below(3) {
            0 => {
                row.insert("associated", original.to_owned());
            }
            1 => {
                row.insert("associated", format!("{{\"PrepayPurchase\": \"{original}\", \"ReverseOrder\": \"20990101000000000000001\"}}"));
                row.insert("formula", formula);
            }
            _ => {
                row.insert("formula", formula);
            }
        }
        rows.push((at, components(&row, refund, "refunded_", -1, "", hand)));
    }
    rows.sort_by_key(|(at, _)| *at);
    let mut all: Vec<Cells> = rows.into_iter().flat_map(|(_, rows)| rows).collect();
    all.insert(0, noise(chinese, generation));
    all
}

/// A row that no refund policy speaks of.
fn noise(chinese: bool, generation: usize) -> Cells {
    let word = match (chinese, generation) {
        (true, _) => "按量计费日结",
        (false, 0) => "Daily settlement",
        (false, _) => "Deduction",
    };
    let cells = [
        ("payer", "100"),
        ("owner", "100"),
        ("product", "云服务器CVM"),
        ("type", word),
        ("order", "-"),
        ("bill", "20240718400491987853552"),
        ("charged", "2024-07-18 10:00:00"),
        ("all", "0.01677073"),
        ("cash", "0.01677073"),
        ("total", "0.01677073"),
        ("currency", "USD"),
        ("reseller", "200000333333"),
        ("resource", "ins-1"),
    ];
    cells.into_iter().map(|(column, text)| (column, text.to_owned())).collect()
}

/// The China site's bill, of the console or of the interface.
pub(crate) fn bill_cn(set: &Set, hand: &mut Hand) -> File {
    let generation = hand.below(2);
    let mut rows = bill(set, true, 0, hand);
    for row in &mut rows {
        let real = row.remove("all").unwrap();
        row.insert("real", real);
    }
    written("bill.csv", BILL_CN, generation, rows, CONSOLE, hand)
}

/// The international site's bill, of three generations.
pub(crate) fn bill_intl(set: &Set, hand: &mut Hand) -> File {
    let generation = hand.below(3);
    let rows = international(bill(set, false, generation, hand));
    written("bill.csv", BILL_INTL, generation, rows, CONSOLE, hand)
}

/// The customer bill of a partner.
pub(crate) fn bill_partner(set: &Set, hand: &mut Hand) -> File {
    let rows = international(bill(set, false, 0, hand));
    written("bill.csv", BILL_PARTNER, 0, rows, CONSOLE, hand)
}

/// One column for what was paid, vouchers beside it.
fn international(mut rows: Vec<Cells>) -> Vec<Cells> {
    for row in &mut rows {
        let all = units(&row.remove("all").unwrap());
        let voucher = units(row.get("voucher").map_or("", String::as_str));
        row.insert("discounted", text_of(all, 8));
        row.insert("real", text_of(all - voucher, 8));
        row.insert("total", text_of(all - voucher, 8));
        row.insert("tax", "0".to_owned());
        row.insert("tax_rate", "0".to_owned());
    }
    rows
}

/// The order list: amounts in hundredths, refunds as orders of their own.
pub(crate) fn deals(set: &Set, hand: &mut Hand) -> File {
    let generation = hand.below(2);
    let chinese = generation == 1;
    let fen = |units: i128| text_of(units * 100, 0);
    let real = |row: &Row, before: &str| sum(row, before, &["cash", "commission", "free_credit"]);
    let known = set.known();
    let mut rows = Vec::new();
    for order in &set.orders {
        let (product, package) = names_of(order, hand);
        let status = match get(order, "status") {
            "unpaid" => "1",
            "closed" => "7",
            "refunded" => "6",
            "refunding" => "13",
            "" => "",
            _ => "4",
        };
        let action = match (get(order, "order_kind"), chinese) {
            ("renew", false) => "renew",
            ("renew", true) => "续费",
            ("upgrade", false) => "upgrade",
            ("upgrade", true) => "升配",
            ("downgrade", false) => "downgrade",
            ("downgrade", true) => "降配",
            (_, false) => "purchase",
            (_, true) => "新购",
        };
        let id = get(order, "order_id");
        let months = get(order, "months");
        rows.push(Cells::from([
            ("order", id.to_owned()),
            ("big", format!("{}1", &id[..id.len() - 1])),
            ("status", status.to_owned()),
            ("action", action.to_owned()),
            ("created", Time::read(get(order, "paid_at")).beijing()),
            ("payer", get(order, "payer_id").to_owned()),
            ("owner", get(order, "account_id").to_owned()),
            (
                "list",
                if get(order, "list_price").is_empty() {
                    String::new()
                } else {
                    fen(units(get(order, "list_price")))
                },
            ),
            ("price", "0".to_owned()),
            ("real", fen(real(order, "paid_"))),
            ("voucher", fen(units(get(order, "paid_voucher")))),
            ("policy", "100".to_owned()),
            ("currency", "CNY".to_owned()),
            ("span", if months.is_empty() { String::new() } else { format!("{months}.0") }),
            ("span_unit", if months.is_empty() { String::new() } else { "m".to_owned() }),
            ("mode", "1".to_owned()),
            ("resource", format!("[\"{}\"]", get(order, "instance_id"))),
            ("product", product),
            ("subproduct", package),
        ]));
    }
    for refund in &set.refunds {
        let status = match get(refund, "status") {
            "completed" => "6",
            "requested" => "13",
            "cancelled" => "7",
            _ => continue,
        };
        let order = known.order_of(refund);
        let owner = order.map_or(get(refund, "account_id"), |order| get(order, "account_id"));
        let resource = order.map(|order| format!("[\"{}\"]", get(order, "instance_id"))).unwrap_or_default();
        let id = get(refund, "refund_id");
        rows.push(Cells::from([
            ("order", id.to_owned()),
            ("big", format!("{}1", &id[..id.len() - 1])),
            ("status", status.to_owned()),
            ("action", if chinese { "退款" } else { "refund" }.to_owned()),
            ("created", Time::read(get(refund, "requested_at")).beijing()),
            ("payer", owner.to_owned()),
            ("owner", owner.to_owned()),
            ("real", fen(real(refund, "refunded_"))),
            ("voucher", fen(units(get(refund, "refunded_voucher")))),
            ("currency", "CNY".to_owned()),
            ("mode", "1".to_owned()),
            ("originals", get(refund, "order_id").to_owned()),
            ("resource", resource),
            ("product", "云直播".to_owned()),
            ("subproduct", "云直播".to_owned()),
        ]));
    }
    written("deals.csv", DEALS, generation, rows, TABLE, hand)
}

/// What is deducted, with the order it is of.
fn deductions(set: &Set) -> impl Iterator<Item = (&Row, &Row)> {
    let known = set.known();
    let deducted = set.usage.iter().filter(|row| get(row, "basis") == "deduction");
    deducted.filter_map(move |row| Some((row, known.order_of_usage(row)?)))
}

fn unit_of(row: &Row) -> &'static str {
    match get(row, "unit") {
        "minute" => "分钟",
        "GB" => "GB",
        _ => "次",
    }
}

/// Deductions of the billing interface.
pub(crate) fn pack_deductions(set: &Set, hand: &mut Hand) -> File {
    let mut rows = Vec::new();
    for (row, order) in deductions(set) {
        let quantity = units(get(row, "quantity"));
        let before = units("50000");
        rows.push(Cells::from([
            ("owner", get(order, "account_id").to_owned()),
            ("user", get(order, "account_id").to_owned()),
            ("pack", get(order, "instance_id").to_owned()),
            ("name", "资源包".to_owned()),
            ("before", text_of(before, 2)),
            ("after", text_of(before - quantity, 2)),
            ("start", Time::read(get(row, "usage_start")).beijing()),
            ("end", Time::read(get(row, "usage_end")).beijing()),
            ("posted", Time::read(get(row, "posted_at")).beijing()),
            ("unit", unit_of(row).to_owned()),
            ("raw", text_of(quantity, 0)),
            ("factor", "1".to_owned()),
            ("actual", text_of(quantity, 2)),
        ]));
    }
    written("used.csv", DEDUCTIONS, 0, rows, TABLE, hand)
}

/// Deductions of the console of live streaming: the unit stands behind the number.
pub(crate) fn live_deductions(set: &Set, hand: &mut Hand) -> File {
    let mut rows = Vec::new();
    let generation = hand.below(2);
    for (row, order) in deductions(set) {
        let quantity = units(get(row, "quantity"));
        let text = if quantity % units("10") == 0 && hand.one_in(3) {
            format!("{}万{}", text_of(quantity / 10_000, 0), unit_of(row))
        } else {
            format!("{}{}", text_of(quantity, 0), unit_of(row))
        };
        let posted = Time::read(get(row, "posted_at"));
        rows.push(Cells::from([
            ("pack", get(order, "instance_id").to_owned()),
            ("name", "流量资源包".to_owned()),
            ("raw", text.clone()),
            ("kind", "中国大陆流量".to_owned()),
            ("factor", "1:1".to_owned()),
            ("actual", text),
            ("posted", if hand.one_in(3) { posted.slashed() } else { posted.beijing() }),
        ]));
    }
    written("used.csv", LIVE_DEDUCTIONS, generation, rows, TABLE, hand)
}

/// Deductions of transcoding packs in a file of their own, the others in the billing interface's.
pub(crate) fn mps_and_other_deductions(set: &Set, hand: &mut Hand) -> Vec<File> {
    let known = set.known();
    let is_mps = |row: &Row| known.order_of_usage(row).is_some_and(|order| get(order, "product") == "mps");
    let mut rest = set.clone();
    rest.usage.retain(|row| !is_mps(row));
    let mut rows = Vec::new();
    for (row, order) in deductions(set).filter(|(row, _)| is_mps(row)) {
        let before = units("123456");
        rows.push(Cells::from([
            ("posted", Time::read(get(row, "posted_at")).beijing()),
            ("pack", get(order, "instance_id").to_owned()),
            ("name", "General Transcoding".to_owned()),
            ("kind", "H.264".to_owned()),
            ("before", "123,456".to_owned()),
            ("after", text_of(before - units(get(row, "quantity")), 0)),
        ]));
    }
    vec![written("used-mps.csv", MPS_DEDUCTIONS, 0, rows, TABLE, hand), pack_deductions(&rest, hand)]
}

/// The pack list with the orders that bought them.
pub(crate) fn packs(set: &Set, hand: &mut Hand) -> File {
    let mut rows = Vec::new();
    for order in &set.orders {
        let (product, package) = names_of(order, hand);
        let at = Time::read(get(order, "paid_at")).milliseconds();
        rows.push(Cells::from([
            ("owner", get(order, "account_id").to_owned()),
            ("order", get(order, "order_id").to_owned()),
            ("product", product),
            ("total", "50000".to_owned()),
            ("unit", "分钟".to_owned()),
            ("name", package),
            ("source", "1".to_owned()),
            ("start", at.clone()),
            ("end", String::new()),
            ("status", "2".to_owned()),
            ("left", "50000".to_owned()),
            ("pack", get(order, "instance_id").to_owned()),
            ("created", at),
        ]));
    }
    written("packs.csv", PACKS, 0, rows, TABLE, hand)
}

/// The packs that the interfaces of live streaming and of video on demand list: they name no order.
pub(crate) fn other_packs(set: &Set, hand: &mut Hand) -> Vec<File> {
    let of = |product: &'static str| set.orders.iter().filter(move |order| get(order, "product") == product);
    let mut live = Vec::new();
    for order in of("css") {
        let at = Time::read(get(order, "paid_at"));
        live.push(Cells::from([
            ("pack", get(order, "instance_id").to_owned()),
            ("type", "0".to_owned()),
            ("status", "1".to_owned()),
            ("total", "500000000000".to_owned()),
            ("used", "2365271265".to_owned()),
            ("left", "497634728735".to_owned()),
            ("bought", at.beijing()),
            ("expires", at.beijing()),
        ]));
    }
    let mut vod = Vec::new();
    for order in of("vod") {
        let at = Time::read(get(order, "paid_at"));
        vod.push(Cells::from([
            ("pack", get(order, "instance_id").to_owned()),
            ("type", "ResourcePackage".to_owned()),
            ("start", at.universal()),
            ("end", at.universal()),
            ("bound", "0".to_owned()),
            ("status", "Effective".to_owned()),
            ("renew", "Never".to_owned()),
            ("refund", "FullRefund".to_owned()),
            ("kind", "Review".to_owned()),
            ("total", "18000".to_owned()),
            ("left", "6376".to_owned()),
        ]));
    }
    vec![
        written("live-packs.csv", LIVE_PACKS, 0, live, TABLE, hand),
        written("vod-packs.csv", VOD_PACKS, 0, vod, TABLE, hand),
    ]
}

/// The cash flow of the same refunds: signed the other way, in hundredths.
pub(crate) fn cash_flow(set: &Set, hand: &mut Hand) -> File {
    let mut rows = Vec::new();
    for refund in set.refunds.iter().filter(|refund| moved_money(refund)) {
        rows.push(Cells::from([
            ("at", format!("{}.941", Time::read(get(refund, "completed_at")).beijing())),
            ("action", "return".to_owned()),
            ("channel", "用户余额".to_owned()),
            ("about", "预付费退款".to_owned()),
            ("amount", text_of(sum(refund, "refunded_", &["cash"]) * 100, 0)),
            ("balance", "1951932174".to_owned()),
            ("bill", get(refund, "refund_id").to_owned()),
            ("cash", "1".to_owned()),
            ("incentive", "0".to_owned()),
            ("freezing", "0".to_owned()),
            ("mode", "trade".to_owned()),
        ]));
    }
    written("flow.csv", CASH_FLOW, 0, rows, TABLE, hand)
}
