"""docs/benchmarks.md, from what was measured."""

from .contenders import CONTENDERS
from .prose import HEAD, LIMITS, QUESTION, REPEAT

OURS = "refund-audit"


def count(number):
    """1 000 000, as the program prints numbers."""
    return f"{number:,}".replace(",", "\u202f")


def seconds(value):
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def size_name(size):
    return f"{count(size.orders)} orders, {count(size.usage)} usage rows"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def ratio(taken, cell, name):
    value = taken.ratio(cell, name)
    return "1" if name == OURS else "–" if value is None else f"{value:.2f}" if value < 1 else f"{value:.1f}"


def ranked(taken, cell):
    """The contenders of a cell in the order of the list, which is the order in which they ran."""
    return [name for name in CONTENDERS if name in taken.cells[cell]]


def one_size(taken, cell):
    rows = []
    for name in ranked(taken, cell):
        times = taken.cells[cell][name]
        span = f"{seconds(min(times.wall))}–{seconds(max(times.wall))}"
        cpu = sorted(times.cpu)[len(times.cpu) // 2]
        rows.append([
            CONTENDERS[name].title, seconds(times.seconds()), span, ratio(taken, cell, name), seconds(cpu),
            count(round(times.peak_mib())),
        ])
    rounds = max(len(times.wall) for times in taken.cells[cell].values())
    findings, orphans = taken.answers[cell]
    said = (
        f"{size_name(cell.size)}. {rounds} round{'s' if rounds > 1 else ''}. All answers were the same: "
        f"{count(findings)} findings, {count(orphans)} usage rows of no order."
    )
    head = ["contender", "seconds", "least–most", "times ours", "CPU seconds", "peak MiB"]
    return f"{said}\n\n{table(head, rows)}"


def across(taken, cells, heading_of):
    """One row a contender, one column a cell: seconds, times ours, peak."""
    cells = list(cells)
    shown = {name for cell in cells for name in taken.cells.get(cell, {})}
    shown |= {name for cell, name in taken.not_read if cell in cells}
    rows = []
    for name in filter(shown.__contains__, CONTENDERS):
        row = [CONTENDERS[name].title]
        for cell in cells:
            times = taken.cells.get(cell, {}).get(name)
            if times is None:
                row.append("not read" if (cell, name) in taken.not_read else "–")
                continue
            value = ratio(taken, cell, name)
            beside = "" if name == OURS or value == "–" else f", {value}×"
            row.append(f"{seconds(times.seconds())} s{beside}, {count(round(times.peak_mib()))} MiB")
        rows.append(row)
    return table(["contender", *map(heading_of, cells)], rows)


def by_size(taken):
    cells = sorted(cell for cell in taken.cells if cell.format == "csv" and cell.threads is None)
    parts = [one_size(taken, cell) for cell in cells]
    return "## By size\n\nCSV files, default settings.\n\n![Seconds by size](benchmarks.svg)\n\n" + "\n\n".join(parts)


def by_threads(taken):
    cells = sorted((cell for cell in taken.cells if cell.threads is not None), key=lambda cell: cell.threads)
    parts = []
    for size in sorted({cell.size for cell in cells}):
        here = [cell for cell in cells if cell.size == size]
        parts.append(f"{size_name(size)}, CSV files.\n\n" + across(
            taken, here, lambda cell: f"{cell.threads} thread{'s' if cell.threads > 1 else ''}"
        ))
    said = "Seconds, how many times ours with as many threads, and peak memory."
    return f"## By threads\n\n{said}\n\n" + "\n\n".join(parts) if parts else None


def by_format(taken):
    known = {*taken.cells, *(cell for cell, _ in taken.not_read)}
    other = {cell for cell in known if cell.format != "csv"}
    order = ["csv", "gz", "zst", "parquet"]
    parts = []
    for size in sorted({cell.size for cell in other}):
        here = [cell for cell in known if cell.size == size and cell.threads is None]
        here.sort(key=lambda cell: order.index(cell.format))
        parts.append(f"{size_name(size)}, default settings.\n\n" + across(taken, here, lambda cell: cell.format))
    said = "Seconds, how many times ours in the same format, and peak memory."
    return f"## By format\n\n{said}\n\n" + "\n\n".join(parts) if parts else None


def stages(taken):
    if taken.stages is None:
        return None
    size, spent = taken.stages
    whole = sum(spent.values())
    rows = [[name, seconds(value), f"{100 * value / whole:.0f} %"] for name, value in spent.items()]
    return f"## Stages\n\n{size_name(size)}, CSV files, default settings, one audit.\n\n" + table(
        ["stage", "seconds", "share"], rows
    )


def machine(taken):
    of, versions = taken.machine, taken.versions
    memory = f", {of['memory_gib']} GiB" if of["memory_gib"] else ""
    days = " and ".join(sorted(taken.days))
    peers = ", ".join(f"{name} {versions[name]}" for name in ["duckdb", "polars", "datafusion", "pandas", "pyarrow"])
    lines = [
        f"Measured {days}. {of['cores']} cores{memory}, {of['processor']} ({of['architecture']}), {of['kernel']}.",
        f"refund-audit {versions['refund-audit']} (build {versions['build']}),",
        f"{peers}, on Python {versions['python']}.",
        *sorted(taken.remarks),
    ]
    return "## Machine and versions\n\n" + "\n".join(lines)


def text(taken):
    parts = [
        HEAD, machine(taken), by_size(taken), by_threads(taken), by_format(taken), stages(taken), QUESTION, LIMITS,
        REPEAT,
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"
