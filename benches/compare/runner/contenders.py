"""Who takes part, and how each is called."""

import subprocess
from pathlib import Path
from typing import NamedTuple

from .sets import PEERS, ROLES, called, files


class Program:
    """Our program."""

    def __init__(self, path):
        self.path = path.resolve()
        shown = subprocess.run([self.path, "audit", "--help"], capture_output=True, text=True, check=True)
        self.has_trace = "--trace" in shown.stdout

    @classmethod
    def built(cls, path, repository):
        if not path.exists():
            called(["cargo", "build", "--release"], cwd=repository)
        return cls(path)

    def audit(self, folder, form, threads):
        command = [self.path, "audit", "--format", "csv", "--progress", "never"]
        for role, file in zip(ROLES, files(folder, form)):
            command += [f"--{role}", file]
        return command if threads is None else [*command, "--threads", str(threads)]


class Contender(NamedTuple):
    """A name for tables, and what it runs: the script of a peer, or our program."""

    name: str
    title: str
    script: Path | None = None
    run_folder: bool = False

    @property
    def is_ours(self):
        return self.script is None

    def command(self, program, python, folder, cell, answer):
        """The command; ours writes its answer to stdout, a peer to the file."""
        if self.is_ours:
            command = program.audit(folder, cell.format, cell.threads)
            return [*command, "--out", answer.with_suffix(".run"), "--force"] if self.run_folder else command
        command = [python, "-B", self.script, folder, cell.format, answer]
        return command if cell.threads is None else [*command, str(cell.threads)]


CONTENDERS = {
    one.name: one
    for one in [
        Contender("refund-audit", "refund-audit"),
        Contender("refund-audit-out", "refund-audit, with its run folder", run_folder=True),
        Contender("duckdb", "DuckDB", PEERS / "with_duckdb.py"),
        Contender("polars", "Polars, streaming", PEERS / "with_polars.py"),
        Contender("datafusion", "DataFusion", PEERS / "with_datafusion.py"),
        Contender("pandas", "pandas with pyarrow", PEERS / "with_pandas.py"),
    ]
}
