"""Answers, brought to one form, so that they can be compared byte for byte."""

import csv
import hashlib
import json
import re
from decimal import Decimal
from typing import NamedTuple

from .failed import Failed

# The kinds of finding that the question is about. Our audit tells more of the same rows.
KINDS = {
    "orphan-refund", "refund-out-of-window", "refund-after-deduction", "voucher-refunded", "refund-overpaid",
    "refund-underpaid", "wrong-proration", "deduction-after-refund",
}
KEYS = ["order_id", "refund_id", "finding"]
AMOUNTS = ["amount_at_risk", "expected_total", "actual_total"]


class Answer(NamedTuple):
    """Findings, usage rows without an order, and the digest of the findings in their one form."""

    findings: int
    orphan_usage: int
    digest: str


def of_file(path, orphan_usage):
    text = path.read_bytes()
    return Answer(text.count(b"\n") - 1, orphan_usage, hashlib.sha256(text).hexdigest()[:16])


def of_peer(said, out):
    return of_file(out, json.loads(said.read_text(encoding="utf-8"))["orphan_usage"])


def of_ours(said, out):
    """Our table of findings, cut to the kinds and columns of the question and written to `out`.

    An amount gets eight decimals; nothing else is changed but the order of the findings of one refund, which
    is by severity in ours and by name in the answer.
    """
    rows, orphan_usage = [], 0
    with open(said, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["finding"] == "orphan-deduction":
                orphan_usage += orphans(row["explanation"])
            if row["finding"] in KINDS:
                amounts = (f"{Decimal(row[name]):.8f}" if row[name] else "" for name in AMOUNTS)
                rows.append([*(row[name] for name in KEYS), *amounts])
    rows.sort()
    with open(out, "w", encoding="utf-8") as file:
        for row in [KEYS + AMOUNTS, *rows]:
            print(*row, sep=",", file=file)
    return of_file(out, orphan_usage)


def orphans(explanation):
    counted = re.search(r": (\d[\d \u00a0\u2009\u202f]*) rows? belongs? to no order", explanation)
    if counted is None:
        raise Failed(f"no number of rows in {explanation!r}")
    return int(re.sub(r"\D", "", counted[1]))
