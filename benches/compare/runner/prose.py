"""What the page says beside its numbers."""

HEAD = """
# Benchmarks

<!-- Written by benches/compare/run; edit benches/compare/runner/prose.py instead. -->

How long an audit takes beside the same question put to DuckDB, Polars, DataFusion and pandas, each written as
well as we can. Contenders run in turn, one after another in every round, each as a process of its own with its
files in the page cache. A time is the wall time of the whole process, from its start to the end of its answer.
*Times ours* is the median over the rounds of a contender's time by ours of the same round, so that a machine
that gets slower on the way does not favour anybody. Compare ratios, not seconds.
"""

QUESTION = """
## What was asked

The measured set has orders of ninety days, deductions of 110 days in the order of time, and refunds for three
orders in a hundred. Order numbers have twenty digits, a usage row twelve columns and 143 bytes, two of a
hundred with quoted commas or quotes. Every order is ruled by one of two of our policies:
`tencent-intl.css.package`, all of what was paid until the end of the fifth day after the purchase, and
`tencent-intl.trtc.rtc-engine-monthly`, what was paid by the days left, for five times 24 hours. For each
completed refund:

| finding | in the query |
|---|---|
| `orphan-refund` | no order has its number |
| `refund-out-of-window` | requested at or after the deadline of its package |
| `refund-after-deduction` | the order's first deduction was posted at or before the request |
| `voucher-refunded` | more came back than was owed, and a voucher is in it |
| `refund-overpaid`, `refund-underpaid`, `wrong-proration` | the total is not what was owed, to 1e-8 |
| `deduction-after-refund` | the order's last deduction was posted after the refund was completed |

with its amount at risk, what was owed and what came back; and how many usage rows name no known order. About a
fifth of the refunds have a planted fault. A contender whose sorted answer is not the same, byte for byte, as
our findings of these kinds, cut to these columns, ends the measurement.
"""

LIMITS = """
## What is not comparable

- **The audit answers more than the peers.** It looks at every order, also those of which nothing came back, by all
  built-in policies and versions, with their readings, exclusions, channels, receivers and tenders; those that come
  to nothing by their row alone it counts, and with its run folder it judges them, too; it sums
  deductions with their reversals where the queries take the first and the last; it tells each finding with its
  clause, its arithmetic and the lines of its rows. The queries have the two policies written into them.
- **The audit checks every row.** A cell outside the strict grammar of times, amounts and ids rejects its row with
  line and column, and control totals tie out. The peers trust the files: they parse the columns that the
  question needs, or cast those that they are given a type for.
- **The run folder is extra.** `refund-audit, with its run folder` also writes what `--out` gives: findings twice,
  an outcome for every order, sums, and a manifest with SHA-256 digests of all inputs, which reads every byte
  once more through a hash. No peer does anything like it.
- **The peers are general.** They would answer any other question about the same files as well; ours is one.
- **Python starts.** The four peers are called from Python and import their packages, a few tenths of a second
  and some tens of MiB that matter in the smallest set only.
- **Settings are the defaults** but for: DuckDB need not keep the order of rows, Polars runs on its streaming
  engine, and column types are given to all, so nobody guesses them. pandas keeps only the usage of refunded
  orders before it groups.
- **Peak memory** is what the system counts for the process (`ru_maxrss`). The page cache is not in it. Some
  ten MiB are the least that can be told.
"""

REPEAT = """
## Once more, on your machine

    benches/compare/run                       # 10⁴, 10⁵ and 10⁶ orders; three gigabytes and some minutes
    benches/compare/run --sizes 10000 --rounds 1 --formats '' --threads ''
    benches/compare/run --sizes 10000000:100000000 --rounds 3 --formats '' --threads '' \\
        --contenders refund-audit-out,duckdb,polars,datafusion

It makes the set, installs the peers from PyPI in the versions of `benches/compare/peers/requirements.txt` into a
folder below `target`, and writes this page. [benches/README.md](../benches/README.md) has the rest.
"""
