"""docs/benchmarks.svg: a panel for each size, a bar for each contender."""

from html import escape

from .contenders import CONTENDERS
from .page import seconds, size_name

WIDTH, LABELS, BARS = 760, 230, 370
ROW, BAR, HEAD, GAP = 24, 15, 30, 16

# Readable on white and on black; a viewer that knows its reader's scheme takes the second set there.
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #57606a; }
  .head { font-weight: 600; fill: #1f2328; }
  .ours { fill: #1a7f37; }
  .theirs { fill: #8c959f; }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1; }
    .head { fill: #e6edf3; }
    .ours { fill: #3fb950; }
    .theirs { fill: #6e7681; }
  }
"""


def bar(times, name, top, longest):
    contender = CONTENDERS[name]
    length = max(1, round(BARS * times.seconds() / longest))
    kind = "ours" if contender.is_ours else "theirs"
    told = f"{seconds(times.seconds())} s, {round(times.peak_mib())} MiB"
    base = top + BAR - 3
    return [
        f'<text x="{LABELS - 8}" y="{base}" text-anchor="end">{escape(contender.title)}</text>',
        f'<rect class="{kind}" x="{LABELS}" y="{top}" width="{length}" height="{BAR}" rx="2"/>',
        f'<text x="{LABELS + length + 8}" y="{base}">{told}</text>',
    ]


def text(taken):
    parts, top = [], 8
    cells = sorted(cell for cell in taken.cells if cell.format == "csv" and cell.threads is None)
    for cell in cells:
        contenders = taken.cells[cell]
        longest = max(times.seconds() for times in contenders.values())
        parts.append(f'<text class="head" x="8" y="{top + 15}">{escape(size_name(cell.size))}</text>')
        top += HEAD
        for name in CONTENDERS:
            if name in contenders:
                parts += bar(contenders[name], name, top, longest)
                top += ROW
        top += GAP
    title = "Wall time and peak memory by size, CSV files, default settings; every panel has its own scale"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" role="img">'
    body = "\n".join(f"  {part}" for part in parts)
    return f"{head}\n  <title>{title}</title>\n  <style>{STYLE}  </style>\n{body}\n</svg>\n"
