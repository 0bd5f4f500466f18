//! Headers of Alibaba Cloud's files, by language and generation.

use crate::hand::Columns;

/// Bill flow: the interface, then the console.
pub(super) const FLOW: Columns = &[
    ("item", &["Item", "账单类型"]),
    ("record", &["RecordID", "订单号/账单号"]),
    ("sub", &["SubOrderId", "子订单号"]),
    ("owner", &["OwnerID", "Owner账号ID"]),
    ("account", &["BillAccountID", "账号ID"]),
    ("code", &["ProductCode", "产品Code"]),
    ("product", &["ProductName", "产品"]),
    ("detail", &["CommodityCode", "产品明细"]),
    ("subscription", &["SubscriptionType", "消费类型"]),
    ("paid", &["PaymentTime", "支付时间"]),
    ("start", &["UsageStartTime", "消费开始时间"]),
    ("end", &["UsageEndTime", "消费结束时间"]),
    ("gross", &["PretaxGrossAmount", "官网价"]),
    ("discount", &["InvoiceDiscount", "优惠金额"]),
    ("coupon", &["DeductedByCoupons", "优惠券抵扣"]),
    ("rounding", &["RoundDownDiscount", "抹零优惠"]),
    ("payable", &["PretaxAmount", "应付金额"]),
    ("voucher", &["DeductedByCashCoupons", "代金券抵扣"]),
    ("card", &["DeductedByPrepaidCard", "储值卡抵扣"]),
    ("cash", &["CashAmount", "现金支付(不含信用额度退款抵扣)"]),
    ("offset", &["AdjustAmount", "信用额度退款抵扣"]),
    ("outstanding", &["OutstandingAmount", "欠费金额"]),
    ("currency", &["Currency", "币种"]),
    ("status", &["Status", "支付状态"]),
    ("number", &["PaymentTransactionID", "支付流水号"]),
];

pub(super) const ORDERS: Columns = &[
    ("order", &["OrderId"]),
    ("sub", &["SubOrderId"]),
    ("type", &["OrderType"]),
    ("sub_type", &["OrderSubType"]),
    ("related", &["RelatedOrderId"]),
    ("status", &["PaymentStatus"]),
    ("created", &["CreateTime"]),
    ("paid", &["PaymentTime"]),
    ("gross", &["PretaxGrossAmount"]),
    ("payable", &["PretaxAmount"]),
    ("after_tax", &["AfterTaxAmount"]),
    ("tax", &["Tax"]),
    ("currency", &["Currency"]),
    ("code", &["ProductCode"]),
    ("detail", &["CommodityCode"]),
    ("subscription", &["SubscriptionType"]),
    ("instances", &["InstanceIDs"]),
    ("quantity", &["Quantity"]),
    ("region", &["Region"]),
    ("start", &["UsageStartTime"]),
    ("end", &["UsageEndTime"]),
    ("operator", &["Operator"]),
];

/// Fee details: headers are group and field; some programs keep the field alone.
pub(super) const FEES: Columns = &[
    ("line", &["标识信息/账单明细ID", "账单明细ID"]),
    ("order", &["标识信息/订单号", "订单号"]),
    ("buyer", &["身份信息/资源购买账号ID", "资源购买账号ID"]),
    ("owner", &["身份信息/资源归属账号ID", "资源归属账号ID"]),
    ("month", &["账单信息/账单月份", "账单月份"]),
    ("day", &["账单信息/账单日期", "账单日期"]),
    ("type", &["账单信息/费用类型", "费用类型"]),
    ("at", &["账单信息/消费时间", "消费时间"]),
    ("start", &["账单信息/服务开始时间", "服务开始时间"]),
    ("end", &["账单信息/服务结束时间", "服务结束时间"]),
    ("code", &["产品信息/产品Code", "产品Code"]),
    ("product", &["产品信息/产品名称", "产品名称"]),
    ("detail", &["产品信息/商品名称", "商品名称"]),
    ("instance", &["资源信息/实例ID（出账粒度）", "实例ID(出账粒度)"]),
    ("usage", &["用量信息/用量详情", "用量详情"]),
    ("currency", &["定价信息/定价币种", "定价币种"]),
    ("gross", &["费用信息/目录总价", "目录总价"]),
    ("discount", &["优惠信息/优惠金额", "优惠金额"]),
    ("coupon", &["优惠券抵扣信息/优惠券抵扣金额", "优惠券抵扣金额"]),
    ("payable", &["应付信息/应付金额（含税）", "应付金额（含税）"]),
];

/// Bill details of the first generation: totals only.
pub(super) const DETAILS: Columns = &[
    ("month", &["账期"]),
    ("day", &["日期"]),
    ("product", &["产品"]),
    ("item", &["账单类型"]),
    ("instance", &["实例ID"]),
    ("pack", &["资源包抵扣"]),
    ("gross", &["官网价"]),
    ("payable", &["应付金额"]),
    ("cash", &["现金支付"]),
    ("currency", &["币种"]),
];

/// Deductions: the interface in milliseconds, then the console.
pub(super) const DEDUCTIONS: Columns = &[
    ("pack", &["InstanceId", "资源包实例ID"]),
    ("code", &["CommodityCode", ""]),
    ("name", &["CommodityName", "资源包名称"]),
    ("posted", &["DeductTime", "抵扣时间"]),
    ("before", &["CapacityBeforeDeductViewValue", ""]),
    ("before_unit", &["CapacityBeforeDeductViewUnit", ""]),
    ("deducted", &["CapacityDeductedViewValue", "抵扣量"]),
    ("unit", &["CapacityDeductedViewUnit", "抵扣量单位"]),
    ("instance", &["BillingInstanceId", "抵扣实例ID"]),
    ("kind", &["BillingPriceField", "使用类型"]),
    ("owner", &["AccountId", ""]),
    ("user", &["RelationAccountId", ""]),
];
