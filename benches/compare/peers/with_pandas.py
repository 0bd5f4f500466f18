"""The question in pandas, with columns of Arrow and the reader of pyarrow."""

from datetime import timedelta

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from common import call, say, types, write

call = call()
if call.threads:
    pa.set_cpu_count(call.threads)

DAY = timedelta(days=1)


def read(role, *names):
    if call.format == "parquet":
        table = pa.parquet.read_table(call.file(role), columns=list(names))
    else:
        amount = pa.decimal128(18, 8)
        columns = types(role, pa.string(), pa.timestamp("s"), amount, amount)
        # It unpacks by the ending of the name, and an empty cell of a text stays a text.
        convert = pa.csv.ConvertOptions(column_types=columns, include_columns=list(names))
        table = pa.csv.read_csv(call.file(role), convert_options=convert)
    return table.to_pandas(types_mapper=pd.ArrowDtype)


orders = read(
    "orders", "order_id", "product", "paid_at", "period_start", "period_end",
    "paid_cash", "paid_commission", "paid_free_credit",
)
refunds = read(
    "refunds", "refund_id", "order_id", "requested_at", "completed_at", "status",
    "refunded_cash", "refunded_commission", "refunded_free_credit", "refunded_voucher",
)
usage = read("usage", "order_id", "posted_at", "quantity")
refunds = refunds[refunds.status == "completed"]
orphan_usage = (~usage.order_id.isin(orders.order_id)).sum()
# Only what concerns a refund is grouped: grouping everything takes several times as long here.
usage = usage[usage.order_id.isin(refunds.order_id)]
used = usage[usage.quantity > 0].groupby("order_id", sort=False).agg(
    first_at=("posted_at", "min"), last_at=("posted_at", "max")
)
joined = refunds.merge(orders[orders.order_id.isin(refunds.order_id)], on="order_id", how="left")
joined = joined.merge(used, left_on="order_id", right_index=True, how="left")


def units(amount):
    return int(amount.scaleb(8))


def judge(row):
    """The findings of one refund: kind, amount and what was owed."""
    voucher = units(row.refunded_voucher)
    actual = units(row.refunded_cash + row.refunded_commission + row.refunded_free_credit) + voucher
    if pd.isna(row.paid_at):
        return actual, None, [("orphan-refund", actual)]
    is_prorated = row.product == "trtc"
    deadline = row.paid_at + 5 * DAY if is_prorated else row.paid_at.normalize() + 6 * DAY
    found = []
    if row.requested_at >= deadline and actual > 0:
        found.append(("refund-out-of-window", actual))
    if not pd.isna(row.first_at) and row.first_at <= row.requested_at and actual > 0:
        found.append(("refund-after-deduction", actual))
    expected = 0
    if not found:
        expected = units(row.paid_cash + row.paid_commission + row.paid_free_credit)
        if is_prorated:
            days = (row.period_end - row.period_start).days
            days_used = max(-((row.paid_at - row.requested_at) // DAY), 1)
            # Divided once and cut to cents.
            expected = expected * max(days - days_used, 0) // (days * 1_000_000) * 1_000_000
        over = actual - expected
        over_voucher = min(voucher, over)
        if over > 0 and voucher > 0:
            found.append(("voucher-refunded", over_voucher))
        if over > 0 and over > over_voucher:
            kind = "wrong-proration" if is_prorated and voucher == 0 else "refund-overpaid"
            found.append((kind, over - over_voucher))
        if over < 0:
            found.append(("wrong-proration" if is_prorated else "refund-underpaid", -over))
    if not pd.isna(row.last_at) and row.last_at > row.completed_at:
        found.append(("deduction-after-refund", 0))
    return actual, expected, found


rows = []
for row in joined.itertuples(index=False):
    actual, expected, found = judge(row)
    rows.extend((row.order_id, row.refund_id, kind, amount, expected, actual) for kind, amount in found)
write(call.out, rows)
say(orphan_usage)
