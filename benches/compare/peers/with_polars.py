"""The question in Polars: lazy, on the streaming engine, amounts as whole numbers of 1e-8."""

import os

from common import call, say, types, write

call = call()
if call.threads:
    # Read once, when polars is loaded.
    os.environ["POLARS_MAX_THREADS"] = str(call.threads)

import polars as pl  # noqa: E402

DAY = 86_400


def scan(role):
    if call.format == "parquet":
        return pl.scan_parquet(call.file(role))
    # Instants are parsed by `instant`, each as soon as it is asked for.
    amount = pl.Decimal(18, 8)
    return pl.scan_csv(call.file(role), schema=types(role, pl.String, pl.String, amount, amount))


def instant(column):
    if call.format == "parquet":
        return pl.col(column)
    return pl.col(column).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us")


def units(*columns):
    """The sum of amounts, in 1e-8."""
    return sum((pl.col(column).to_physical().cast(pl.Int64) for column in columns[1:]),
               pl.col(columns[0]).to_physical().cast(pl.Int64))


def collect(frame):
    return frame.collect(engine="streaming")


bought = collect(scan("orders").select(
    "order_id", instant("paid_at"), "product",
    days=(instant("period_end") - instant("period_start")).dt.total_days(),
    paid=units("paid_cash", "paid_commission", "paid_free_credit"),
))
returned = collect(scan("refunds").filter(pl.col("status") == "completed").select(
    "refund_id", "order_id", instant("requested_at"), instant("completed_at"),
    voucher=units("refunded_voucher"),
    actual=units("refunded_cash", "refunded_commission", "refunded_free_credit", "refunded_voucher"),
))
posted = pl.when(pl.col("quantity") > 0).then(instant("posted_at"))
used = collect(scan("usage").select("order_id", posted.alias("posted_at")).group_by("order_id").agg(
    postings=pl.len(), first_at=pl.col("posted_at").min(), last_at=pl.col("posted_at").max(),
))
orphan_usage = used.lazy().join(bought.lazy(), on="order_id", how="anti").select(pl.col("postings").sum())

late_from = pl.when(pl.col("product") == "css").then(
    pl.col("paid_at").dt.truncate("1d") + pl.duration(days=6)
).otherwise(pl.col("paid_at") + pl.duration(days=5))
seconds = (pl.col("requested_at") - pl.col("paid_at")).dt.total_seconds()
is_prorated = pl.col("product") == "trtc"
compared = (
    returned.lazy()
    .join(bought.lazy(), on="order_id", how="left")
    .join(used.lazy(), on="order_id", how="left")
    .with_columns(
        is_orphan=pl.col("paid_at").is_null(),
        is_late=(pl.col("requested_at") >= late_from).fill_null(False),
        is_used=(pl.col("first_at") <= pl.col("requested_at")).fill_null(False),
        days_used=pl.max_horizontal((seconds + DAY - 1) // DAY, 1),
        is_prorated=is_prorated.fill_null(False),
    )
    .with_columns(
        expected=pl.when("is_orphan").then(None)
        .when(pl.col("is_late") | pl.col("is_used")).then(0)
        .when("is_prorated").then(
            # Divided once and cut to cents.
            pl.col("paid") * pl.max_horizontal(pl.col("days") - pl.col("days_used"), 0)
            // (pl.col("days") * 1_000_000) * 1_000_000
        )
        .otherwise("paid"),
        is_due=~(pl.col("is_orphan") | pl.col("is_late") | pl.col("is_used")),
    )
    .with_columns(over=pl.col("actual") - pl.col("expected"))
    .with_columns(over_voucher=pl.min_horizontal("voucher", "over"))
)


def found(finding, where, amount):
    finding = pl.lit(finding) if isinstance(finding, str) else finding
    return compared.filter(where).select(
        "order_id", "refund_id", finding.alias("finding"), amount.cast(pl.Int64).alias("amount"), "expected", "actual"
    )


is_known, is_paid, over = ~pl.col("is_orphan"), pl.col("actual") > 0, pl.col("over")
by_days = pl.lit("wrong-proration")
findings = pl.concat([
    found("orphan-refund", pl.col("is_orphan"), pl.col("actual")),
    found("refund-out-of-window", pl.col("is_late") & is_paid, pl.col("actual")),
    found("refund-after-deduction", is_known & pl.col("is_used") & is_paid, pl.col("actual")),
    found("voucher-refunded", pl.col("is_due") & (pl.col("voucher") > 0) & (over > 0), pl.col("over_voucher")),
    found(
        pl.when(pl.col("is_prorated") & (pl.col("voucher") == 0)).then(by_days).otherwise(pl.lit("refund-overpaid")),
        pl.col("is_due") & (over > 0) & (over > pl.col("over_voucher")),
        over - pl.col("over_voucher"),
    ),
    found(
        pl.when("is_prorated").then(by_days).otherwise(pl.lit("refund-underpaid")), pl.col("is_due") & (over < 0), -over
    ),
    found("deduction-after-refund", is_known & (pl.col("last_at") > pl.col("completed_at")), pl.lit(0)),
])
write(call.out, findings.collect().rows())
say(orphan_usage.collect().item())
