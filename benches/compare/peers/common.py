"""What the peers share: how they are called, where the exports are, and the columns of the answer.

Each peer answers the same question about the measured set, see docs/benchmarks.md:

    with_ENGINE.py FOLDER FORMAT OUT [THREADS]

FORMAT is csv, gz, zst or parquet. The answer goes to OUT as CSV, sorted, amounts with eight decimals; the
number of usage rows that belong to no order goes to stdout as JSON. Without THREADS the engine takes its own
default.
"""

import json
import sys
from pathlib import Path
from typing import NamedTuple

ANSWER = ["order_id", "refund_id", "finding", "amount_at_risk", "expected_total", "actual_total"]
SUFFIXES = {"csv": ".csv", "gz": ".csv.gz", "zst": ".csv.zst", "parquet": ".parquet"}

# The columns of the exports in their order, and which of them are no text.
COLUMNS = {
    "orders": "order_id account_id product package_type order_kind currency list_price paid_cash paid_commission "
    "paid_free_credit paid_voucher paid_at period_start period_end expires_at",
    "usage": "usage_id order_id account_id product usage_start posted_at quantity unit region spec resource_id "
    "description",
    "refunds": "refund_id order_id requested_at completed_at status reason currency refunded_cash "
    "refunded_commission refunded_free_credit refunded_voucher to_account channel",
}
INSTANTS = {
    "paid_at", "period_start", "period_end", "expires_at", "usage_start", "posted_at", "requested_at", "completed_at",
}
AMOUNTS = {
    "list_price", "paid_cash", "paid_commission", "paid_free_credit", "paid_voucher",
    "refunded_cash", "refunded_commission", "refunded_free_credit", "refunded_voucher",
}


class Call(NamedTuple):
    """A command line, understood."""

    folder: Path
    format: str
    out: Path
    threads: int | None

    def file(self, role):
        return self.folder / f"{role}{SUFFIXES[self.format]}"


def call():
    folder, form, out, *threads = sys.argv[1:]
    return Call(Path(folder), form, Path(out), int(threads[0]) if threads else None)


def types(role, text, instant, amount, quantity):
    """The columns of a role, each with the type that an engine has for it."""

    def type_of(column):
        if column in INSTANTS:
            return instant
        if column in AMOUNTS:
            return amount
        return quantity if column == "quantity" else text

    return {column: type_of(column) for column in COLUMNS[role].split()}


def say(orphan_usage):
    print(json.dumps({"orphan_usage": int(orphan_usage)}))


def write(out, rows):
    """Writes the answer from rows whose last three cells are whole numbers of 1e-8, or None."""

    def text(amount):
        if amount is None:
            return ""
        whole, fraction = divmod(abs(amount), 100_000_000)
        return f"{'-' if amount < 0 else ''}{whole}.{fraction:08}"

    with open(out, "w", encoding="utf-8") as file:
        print(*ANSWER, sep=",", file=file)
        for order, refund, finding, *amounts in sorted(rows, key=lambda row: row[:3]):
            print(order, refund, finding, *map(text, amounts), sep=",", file=file)
