"""The question in DuckDB: each file is scanned once, with typed columns."""

import duckdb

from common import call, say, types

call = call()
con = duckdb.connect()
con.execute("SET enable_progress_bar = false")
# The answer is sorted at its end; the order of the rows on the way need not be kept.
con.execute("SET preserve_insertion_order = false")
if call.threads:
    con.execute(f"SET threads = {call.threads}")


def scan(role):
    if call.format == "parquet":
        return f"read_parquet('{call.file(role)}')"
    columns = types(role, "VARCHAR", "TIMESTAMP", "DECIMAL(18,8)", "DECIMAL(18,8)")
    packed = {"csv": "none", "gz": "gzip", "zst": "zstd"}[call.format]
    return (
        f"""read_csv('{call.file(role)}', columns = {columns}, auto_detect = false, header = true,
            delim = ',', quote = '"', escape = '"', compression = '{packed}')"""
    )


con.execute(f"""
CREATE TEMP TABLE bought AS
SELECT order_id, paid_at,
    CASE product WHEN 'css' THEN date_trunc('day', paid_at) + INTERVAL 6 DAY ELSE paid_at + INTERVAL 5 DAY END
        AS deadline,
    CASE WHEN product = 'trtc' THEN date_diff('day', period_start, period_end) END AS days,
    paid_cash + paid_commission + paid_free_credit AS paid
FROM {scan("orders")}""")
con.execute(f"""
CREATE TEMP TABLE returned AS
SELECT refund_id, order_id, requested_at, completed_at, refunded_voucher AS voucher,
    refunded_cash + refunded_commission + refunded_free_credit + refunded_voucher AS actual
FROM {scan("refunds")} WHERE status = 'completed'""")
con.execute(f"""
CREATE TEMP TABLE used AS
SELECT order_id, count(*) AS postings,
    min(posted_at) FILTER (quantity > 0) AS first_at, max(posted_at) FILTER (quantity > 0) AS last_at
FROM {scan("usage")} GROUP BY order_id""")
con.execute(f"""
COPY (
WITH joined AS (
    SELECT returned.*, bought.order_id IS NULL AS is_orphan, paid, days, first_at, last_at,
        requested_at >= deadline AS is_late, coalesce(first_at <= requested_at, false) AS is_used,
        greatest((date_diff('second', paid_at, requested_at) + 86399) // 86400, 1) AS days_used
    FROM returned LEFT JOIN bought USING (order_id) LEFT JOIN used USING (order_id)
), owed AS (
    SELECT *, CASE WHEN is_late OR is_used THEN 0::DECIMAL(38, 8)
        WHEN days IS NULL THEN paid::DECIMAL(38, 8)
        -- Whole numbers of 1e-8, divided once and cut to cents.
        ELSE ((paid * 100000000)::HUGEINT * greatest(days - days_used, 0) // (days * 1000000)::HUGEINT
            * 0.01::DECIMAL(3, 2))::DECIMAL(38, 8)
        END AS expected
    FROM joined
), compared AS (
    SELECT *, actual - expected AS over, least(voucher, actual - expected) AS over_voucher,
        NOT (is_orphan OR is_late OR is_used) AS is_due
    FROM owed
), found AS (
    SELECT *, 'orphan-refund' AS finding, actual AS amount FROM compared WHERE is_orphan
    UNION ALL
    SELECT *, 'refund-out-of-window', actual FROM compared WHERE is_late AND actual > 0
    UNION ALL
    SELECT *, 'refund-after-deduction', actual FROM compared WHERE NOT is_orphan AND is_used AND actual > 0
    UNION ALL
    SELECT *, 'voucher-refunded', over_voucher FROM compared WHERE is_due AND voucher > 0 AND over > 0
    UNION ALL
    SELECT *, CASE WHEN days IS NULL OR voucher > 0 THEN 'refund-overpaid' ELSE 'wrong-proration' END,
        over - over_voucher
    FROM compared WHERE is_due AND over > over_voucher AND over > 0
    UNION ALL
    SELECT *, CASE WHEN days IS NULL THEN 'refund-underpaid' ELSE 'wrong-proration' END, -over
    FROM compared WHERE is_due AND over < 0
    UNION ALL
    SELECT *, 'deduction-after-refund', 0 FROM compared WHERE NOT is_orphan AND last_at > completed_at
)
SELECT order_id, refund_id, finding, amount::DECIMAL(38, 8) AS amount_at_risk,
    CASE WHEN NOT is_orphan THEN expected END AS expected_total, actual::DECIMAL(38, 8) AS actual_total
FROM found ORDER BY order_id, refund_id, finding
) TO '{call.out}' (HEADER, DELIMITER ',')""")
say(con.execute("SELECT coalesce(sum(postings), 0) FROM used ANTI JOIN bought USING (order_id)").fetchone()[0])
