"""The command line, and one line for each step of a run."""

import argparse
import datetime
import os
import sys
from pathlib import Path

from . import chart, machine, measure, page, records, sets
from .contenders import CONTENDERS, Program
from .failed import Failed
from .plan import base_of, plan
from .sets import Size

REPOSITORY = Path(__file__).resolve().parents[3]


def numbers(text):
    return [int(part) for part in text.split(",") if part]


def words(known):
    def read(text):
        named = [part for part in text.split(",") if part]
        for word in named:
            if word not in known:
                raise argparse.ArgumentTypeError(f"{word!r} is none of {', '.join(known)}")
        return named

    return read


def sizes(text):
    return [Size.read(part) for part in text.split(",") if part]


def arguments():
    target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    parser = argparse.ArgumentParser(
        prog="benches/compare/run",
        description="Times the audit beside DuckDB, Polars, DataFusion and pandas on the same files, in turn, holds "
        "every answer against ours, and writes docs/benchmarks.md and docs/benchmarks.svg.",
    )
    add = parser.add_argument
    add("--sizes", type=sizes, default="10000,100000,1000000", metavar="N[:USAGE],…",
        help="numbers of orders; twenty usage rows each unless USAGE says otherwise (default: %(default)s)")
    add("--threads", type=numbers, default="1,2", metavar="N,…",
        help="numbers of threads to compare, none for '' (default: %(default)s)")
    add("--formats", type=words(list(sets.FORMATS)), default="csv,gz,zst,parquet", metavar="F,…",
        help="formats to compare, none for '' (default: %(default)s)")
    add("--at", type=int, metavar="N",
        help="the size at which threads and formats are compared (default: the largest up to a million)")
    add("--contenders", type=words(list(CONTENDERS)), default=",".join(CONTENDERS), metavar="C,…",
        help="who takes part; ours always does (default: %(default)s)")
    add("--rounds", type=int, default=5, metavar="N", help="rounds, each with every contender in turn (default: 5)")
    add("--program", type=Path, default=target / "release/refund-audit", metavar="FILE",
        help="our program (default: the release build, which is made where it is missing)")
    add("--scratch", type=Path, default=target / "compare", metavar="DIR",
        help="for sets, packages of the peers, answers and measurements (default: below the target folder)")
    add("--docs", type=Path, default=REPOSITORY / "docs", metavar="DIR", help="where the page goes (default: docs)")
    add("--day", type=datetime.date.fromisoformat, default=datetime.date.today(), metavar="DAY",
        help="the day that the page states (default: today)")
    add("--remark", default="", metavar="TEXT",
        help="a sentence about this run for the page, as what else was going on")
    add("--no-page", action="store_true", help="measure only")
    add("--render-only", action="store_true", help="write the page from what was measured before")
    return parser.parse_args()


def main():
    args = arguments()
    book = records.Book(args.scratch / "measurements.jsonl")
    if not args.render_only:
        try:
            measured(args, book)
        except Failed as failed:
            print(f"run: {failed}", file=sys.stderr)
            return 1
    if args.no_page:
        return 0
    taken = book.latest()
    if taken is None:
        print(f"run: nothing was measured yet: {book.path} is not there or empty", file=sys.stderr)
        return 1
    args.docs.mkdir(parents=True, exist_ok=True)
    (args.docs / "benchmarks.md").write_text(page.text(taken), encoding="utf-8")
    (args.docs / "benchmarks.svg").write_text(chart.text(taken), encoding="utf-8")
    return 0


def measured(args, book):
    args.scratch.mkdir(parents=True, exist_ok=True)
    program = Program.built(args.program, REPOSITORY)
    python = sets.peers_python(args.scratch)
    named = ["refund-audit"] + [name for name in args.contenders if name != "refund-audit"]
    run = book.begin(machine.described(), machine.versions(program, python), str(args.day), args.remark)
    for cell in plan(args):
        folder = sets.made(cell.size, cell.format, args.scratch, REPOSITORY, python)
        contenders = [CONTENDERS[name] for name in named]
        measure.cell(run, cell, folder, contenders, program, python, args)
    base = base_of(args)
    folder = sets.made(base, "csv", args.scratch, REPOSITORY, python)
    measure.stages(run, base, folder, program, args)
