"""What was measured, as JSON lines: a line for each run with its machine and versions, and one for each
contender and round. The page is made from these alone."""

import json
from statistics import median
from typing import NamedTuple

from .plan import Cell
from .sets import Size


def key_of(cell):
    return {"orders": cell.size.orders, "usage": cell.size.usage, "format": cell.format, "threads": cell.threads}


class Run:
    """The open end of a book."""

    def __init__(self, path, number):
        self.path, self.number = path, number

    def write(self, record):
        with open(self.path, "a", encoding="utf-8") as file:
            print(json.dumps({"run": self.number, **record}), file=file)

    def taken(self, cell, contender, round_number, taken, answer):
        record = {"contender": contender, "round": round_number, **taken, **answer._asdict()}
        self.write({"kind": "taken", **key_of(cell), **record})

    def passed_over(self, cell, contender):
        self.write({"kind": "passed-over", **key_of(cell), "contender": contender})

    def stages(self, size, seconds):
        self.write({"kind": "stages", "orders": size.orders, "usage": size.usage, "seconds": seconds})


class Times(NamedTuple):
    """The rounds of a contender in a cell."""

    wall: list
    cpu: list
    peak: list

    def seconds(self):
        return median(self.wall)

    def peak_mib(self):
        return median(self.peak)


class Taken:
    """What the page shows: for each cell and contender the rounds of the last run that had the cell."""

    def __init__(self, head):
        self.machine, self.versions = head["machine"], head["versions"]
        self.days, self.remarks = set(), set()
        self.cells, self.answers, self.not_read, self.stages = {}, {}, set(), None

    def add(self, record, head):
        self.days.add(head["day"])
        self.remarks.update(filter(None, [head.get("remark")]))
        if record["kind"] == "stages":
            self.stages = (Size(record["orders"], record["usage"]), record["seconds"])
            return
        cell = Cell(Size(record["orders"], record["usage"]), record["format"], record["threads"])
        if record["kind"] == "passed-over":
            self.not_read.add((cell, record["contender"]))
            return
        times = self.cells.setdefault(cell, {}).setdefault(record["contender"], Times([], [], []))
        for rounds, value in zip(times, (record["wall_s"], record["cpu_s"], record["peak_mib"]), strict=True):
            rounds.append(value)
        self.answers[cell] = (record["findings"], record["orphan_usage"])

    def ratio(self, cell, contender):
        """How many times as long as ours: the median over the rounds, each against ours of the same round."""
        contenders = self.cells[cell]
        if "refund-audit" not in contenders or contender not in contenders:
            return None
        pairs = zip(contenders[contender].wall, contenders["refund-audit"].wall)
        return median(theirs / ours for theirs, ours in pairs)


class Book:
    """All runs of a scratch folder."""

    def __init__(self, path):
        self.path = path

    def lines(self):
        if not self.path.exists():
            return []
        return [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]

    def begin(self, machine, versions, day, remark):
        run = Run(self.path, 1 + max((line["run"] for line in self.lines()), default=0))
        run.write({"kind": "run", "day": day, "machine": machine, "versions": versions, "remark": remark})
        return run

    def latest(self):
        """The last run, with the cells of earlier ones of the same machine and versions beside it."""
        lines = self.lines()
        heads = {line["run"]: line for line in lines if line["kind"] == "run"}
        if not heads:
            return None
        head = heads[max(heads)]
        alike = {
            number for number, one in heads.items()
            if one["machine"] == head["machine"] and one["versions"] == head["versions"]
        }
        taken = Taken(head)
        last = {}
        for line in lines:
            if line["kind"] != "run" and line["run"] in alike:
                last[what(line)] = line["run"]
        for line in lines:
            if last.get(what(line)) == line["run"]:
                taken.add(line, heads[line["run"]])
        return taken


def what(line):
    """Of what a later run takes the place: a cell, or the stages."""
    if line["kind"] == "stages":
        return "stages"
    return None if line["kind"] == "run" else (line["orders"], line["usage"], line["format"], line["threads"])
