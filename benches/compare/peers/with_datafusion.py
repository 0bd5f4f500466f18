"""The question in DataFusion: each file is scanned once, with typed columns."""

import pyarrow as pa
from datafusion import SessionConfig, SessionContext

from common import call, say, types, write

call = call()
config = SessionConfig()
if call.threads:
    config = config.with_target_partitions(call.threads)
ctx = SessionContext(config)

for role in ["orders", "usage", "refunds"]:
    path = str(call.file(role))
    if call.format == "parquet":
        ctx.register_parquet(role, path)
        continue
    amount = pa.decimal128(18, 8)
    columns = types(role, pa.string_view(), pa.timestamp("s"), amount, amount)
    packed = {"csv": {}, "gz": {"file_compression_type": "gzip"}, "zst": {"file_compression_type": "zstd"}}
    suffix = path.removeprefix(str(call.folder / role))
    ctx.register_csv(role, path, schema=pa.schema(columns.items()), file_extension=suffix, **packed[call.format])


def keep(name, query):
    """A table in memory, because the result is read more than once."""
    ctx.register_record_batches(name, [ctx.sql(query).collect()])


keep("bought", """
SELECT order_id, paid_at, product,
    CASE product WHEN 'css' THEN date_trunc('day', paid_at) + INTERVAL '6 days' ELSE paid_at + INTERVAL '5 days' END
        AS deadline,
    (extract(epoch FROM period_end) - extract(epoch FROM period_start))::BIGINT / 86400 AS days,
    paid_cash + paid_commission + paid_free_credit AS paid
FROM orders""")
keep("returned", """
SELECT refund_id, order_id, requested_at, completed_at, refunded_voucher AS voucher,
    refunded_cash + refunded_commission + refunded_free_credit + refunded_voucher AS actual
FROM refunds WHERE status = 'completed'""")
keep("used", """
SELECT order_id, count(*) AS postings,
    min(CASE WHEN quantity > 0 THEN posted_at END) AS first_at,
    max(CASE WHEN quantity > 0 THEN posted_at END) AS last_at
FROM usage GROUP BY order_id""")
# Amounts as whole numbers of 1e-8, divided once and cut to cents.
found = ctx.sql("""
WITH joined AS (
    SELECT returned.refund_id, returned.order_id, completed_at, last_at, days,
        (voucher * 100000000)::BIGINT AS voucher, (actual * 100000000)::BIGINT AS actual,
        (paid * 100000000)::BIGINT AS paid,
        bought.order_id IS NULL AS is_orphan, coalesce(requested_at >= deadline, false) AS is_late,
        coalesce(first_at <= requested_at, false) AS is_used, coalesce(product = 'trtc', false) AS is_prorated,
        greatest(((extract(epoch FROM requested_at) - extract(epoch FROM paid_at))::BIGINT + 86399) / 86400, 1)
            AS days_used
    FROM returned LEFT JOIN bought ON returned.order_id = bought.order_id
        LEFT JOIN used ON returned.order_id = used.order_id
), owed AS (
    SELECT *, CASE WHEN is_orphan THEN NULL WHEN is_late OR is_used THEN 0
        WHEN is_prorated THEN paid * greatest(days - days_used, 0) / (days * 1000000) * 1000000
        ELSE paid END AS expected,
        NOT (is_orphan OR is_late OR is_used) AS is_due
    FROM joined
), compared AS (
    SELECT *, actual - expected AS over, least(voucher, actual - expected) AS over_voucher FROM owed
)
SELECT order_id, refund_id, finding, amount, expected, actual FROM (
    SELECT *, 'orphan-refund' AS finding, actual AS amount FROM compared WHERE is_orphan
    UNION ALL
    SELECT *, 'refund-out-of-window' AS finding, actual AS amount FROM compared WHERE is_late AND actual > 0
    UNION ALL
    SELECT *, 'refund-after-deduction' AS finding, actual AS amount FROM compared
    WHERE NOT is_orphan AND is_used AND actual > 0
    UNION ALL
    SELECT *, 'voucher-refunded' AS finding, over_voucher AS amount FROM compared
    WHERE is_due AND voucher > 0 AND over > 0
    UNION ALL
    SELECT *, CASE WHEN is_prorated AND voucher = 0 THEN 'wrong-proration' ELSE 'refund-overpaid' END AS finding,
        over - over_voucher AS amount
    FROM compared WHERE is_due AND over > over_voucher AND over > 0
    UNION ALL
    SELECT *, CASE WHEN is_prorated THEN 'wrong-proration' ELSE 'refund-underpaid' END AS finding, -over AS amount
    FROM compared WHERE is_due AND over < 0
    UNION ALL
    SELECT *, 'deduction-after-refund' AS finding, 0 AS amount FROM compared
    WHERE NOT is_orphan AND last_at > completed_at
) ORDER BY order_id, refund_id, finding""")
write(call.out, (tuple(row.values()) for batch in found.collect() for row in batch.to_pylist()))
orphans = ctx.sql("""
SELECT coalesce(sum(postings), 0) FROM used LEFT ANTI JOIN bought ON used.order_id = bought.order_id""")
say(orphans.collect()[0].column(0)[0].as_py())
