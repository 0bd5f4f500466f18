"""Tests of what the runner computes: `python3 -m unittest runner.tests`, in benches/compare."""

import json
import tempfile
import unittest
import xml.dom.minidom
from pathlib import Path

from . import answer, chart, page, records
from .plan import Cell
from .sets import Size

SMALL = Cell(Size(10, 200), "csv", None)
MACHINE = {"cores": 2, "memory_gib": 4.0, "processor": "P", "architecture": "A", "kernel": "K"}
NAMED = ["refund-audit", "build", "duckdb", "polars", "datafusion", "pandas", "pyarrow", "python"]
VERSIONS = dict.fromkeys(NAMED, "1")
OURS = "order_id,refund_id,finding,amount_at_risk,expected_total,actual_total,explanation\n"


class Projection(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.said, self.out = Path(folder.name) / "said", Path(folder.name) / "out.csv"

    def of_ours(self, *rows):
        self.said.write_text(OURS + "\n".join(rows) + "\n", encoding="utf-8")
        return answer.of_ours(self.said, self.out)

    def test_other_kinds_are_left_out_and_amounts_get_eight_decimals(self):
        given = self.of_ours("2,R2,voucher-refunded,1.5,0,1.50,x", "1,R1,naive-time,0,,,x", "1,R1,orphan-refund,7,,7,x")
        self.assertEqual((given.findings, given.orphan_usage), (2, 0))
        rows = self.out.read_text(encoding="utf-8").splitlines()[1:]
        self.assertEqual(rows, [
            "1,R1,orphan-refund,7.00000000,,7.00000000", "2,R2,voucher-refunded,1.50000000,0.00000000,1.50000000",
        ])

    def test_usage_of_no_order_is_counted_over_the_files(self):
        told = '"{}: {} {} to no order of the exports (1): they may hide use of a package."'
        given = self.of_ours(
            ",,orphan-deduction,0,,," + told.format("a.csv", "1\u202f955", "rows belong"),
            ",,orphan-deduction,0,,," + told.format("b 7.csv", "1", "row belongs"),
        )
        self.assertEqual(given.orphan_usage, 1956)

    def test_an_answer_is_the_same_only_with_the_same_bytes(self):
        one = self.of_ours("1,R1,orphan-refund,7,,7,x")
        self.said.write_text(json.dumps({"orphan_usage": 0}), encoding="utf-8")
        self.assertEqual(answer.of_peer(self.said, self.out), one)
        self.out.write_text(self.out.read_text(encoding="utf-8").replace("7.0", "7.1"), encoding="utf-8")
        self.assertNotEqual(answer.of_peer(self.said, self.out), one)


class Page(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.book = records.Book(Path(folder.name) / "measurements.jsonl")

    def run_of(self, cell, versions=VERSIONS, **walls):
        run = self.book.begin(MACHINE, versions, "2026-01-02", "")
        for contender, seconds in walls.items():
            for at, wall in enumerate(seconds):
                taken = {"wall_s": wall, "cpu_s": wall, "peak_mib": 10.0, "exit": 0}
                run.taken(cell, contender.replace("_", "-"), at, taken, answer.Answer(3, 2, "d"))
        return run

    def test_a_ratio_is_of_times_of_the_same_round(self):
        # Medians alone would say 4 to 2; within a round the peer takes 4, 1.5 and 2 times as long.
        self.run_of(SMALL, refund_audit=[1.0, 4.0, 2.0], duckdb=[4.0, 6.0, 4.0])
        taken = self.book.latest()
        self.assertEqual(taken.ratio(SMALL, "duckdb"), 2.0)
        self.assertIn("| DuckDB | 4.00 | 4.00–6.00 | 2.0 | 4.00 | 10 |", page.text(taken))

    def test_a_later_run_takes_the_place_of_its_cells_only(self):
        large = Cell(Size(20, 400), "csv", None)
        self.run_of(SMALL, refund_audit=[1.0])
        self.run_of(large, refund_audit=[2.0])
        self.run_of(SMALL, refund_audit=[3.0])
        taken = self.book.latest()
        self.assertEqual(taken.cells[SMALL]["refund-audit"].wall, [3.0])
        self.assertEqual(taken.cells[large]["refund-audit"].wall, [2.0])

    def test_other_builds_are_not_mixed(self):
        self.run_of(SMALL, refund_audit=[1.0])
        self.run_of(Cell(Size(20, 400), "csv", None), versions={**VERSIONS, "build": "2"}, refund_audit=[2.0])
        self.assertNotIn(SMALL, self.book.latest().cells)

    def test_a_format_that_is_not_read_is_said(self):
        run = self.run_of(Cell(SMALL.size, "parquet", None), duckdb=[1.0])
        run.passed_over(Cell(SMALL.size, "parquet", None), "refund-audit")
        self.assertIn("| refund-audit | not read |", page.text(self.book.latest()))

    def test_stages_are_shown_where_they_were_told(self):
        run = self.run_of(SMALL, refund_audit=[1.0])
        self.assertNotIn("## Stages", page.text(self.book.latest()))
        run.stages(SMALL.size, {"read": 3.0, "judge": 1.0})
        self.assertIn("| read | 3.00 | 75 % |", page.text(self.book.latest()))

    def test_the_chart_is_well_formed(self):
        self.run_of(SMALL, refund_audit=[1.0], refund_audit_out=[1.1], duckdb=[1000.0])
        drawing = xml.dom.minidom.parseString(chart.text(self.book.latest()))
        self.assertEqual(len(drawing.getElementsByTagName("rect")), 3)


if __name__ == "__main__":
    unittest.main()
