"""Which cells of the tables are measured: a size, a format, a number of threads."""

from typing import NamedTuple

from .sets import Size

# Threads and formats are compared at the largest size up to this one.
AT_MOST = 1_000_000


class Cell(NamedTuple):
    """One table's worth of contenders on the same files. No threads: each takes its own default."""

    size: Size
    format: str
    threads: int | None

    def name(self):
        threads = "default threads" if self.threads is None else f"{self.threads} threads"
        return f"{self.size.orders} orders, {self.format}, {threads}"


def base_of(args):
    """The size at which threads and formats are compared."""
    usual = [size for size in args.sizes if size.orders <= AT_MOST]
    named = [size for size in args.sizes if size.orders == args.at]
    return max(named or usual or args.sizes, key=lambda size: size.orders)


def plan(args):
    base = base_of(args)
    cells = [Cell(size, "csv", None) for size in args.sizes]
    cells += [Cell(base, "csv", threads) for threads in args.threads]
    cells += [Cell(base, form, None) for form in args.formats if form != "csv"]
    return cells
