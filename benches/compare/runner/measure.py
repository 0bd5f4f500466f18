"""Runs contenders in turn, each as a process of its own, and holds their answers against ours."""

import json
import os
import subprocess
import sys
from pathlib import Path

from . import answer
from .failed import Failed
from .sets import files

LAUNCH = Path(__file__).with_name("launch.py")


def cell(run, cell, folder, contenders, program, python, args):
    """Every contender once a round, ours first."""
    print(f"{cell.name()}", flush=True)
    answers = args.scratch / "answers"
    answers.mkdir(exist_ok=True)
    passed_over = set()
    for round_number in range(1, args.rounds + 1):
        ours = None
        for contender in contenders:
            if contender.name in passed_over:
                continue
            warm(files(folder, cell.format))
            out = answers / f"{contender.name}.csv"
            taken = timed(contender.command(program, python, folder, cell, out), answers / "said", contender.is_ours)
            if contender.is_ours and taken["exit"] == 2 and cell.format != "csv":
                passed_over.add(contender.name)
                run.passed_over(cell, contender.name)
                print(f"  {contender.name}: does not read {cell.format}", flush=True)
                continue
            if contender.is_ours:
                given = answer.of_ours(answers / "said", out)
            else:
                given = answer.of_peer(answers / "said", out)
            ours = ours or given
            if given != ours:
                raise Failed(f"{cell.name()}: {contender.name} answers {given}, not {ours}: see {out}")
            run.taken(cell, contender.name, round_number, taken, given)
            print(
                f"  {round_number} {contender.name:<18} {taken['wall_s']:8.2f} s {taken['cpu_s']:8.2f} s cpu "
                f"{taken['peak_mib']:8.0f} MiB",
                flush=True,
            )


def warm(paths):
    """Reads the files, so that a contender finds them in the page cache."""
    for path in paths:
        with open(path, "rb", buffering=0) as file:
            buffer = bytearray(1 << 20)
            while file.readinto(buffer):
                pass


def environment():
    """Ours, without what sets numbers of threads from outside."""
    named = ("POLARS_MAX_THREADS", "RAYON_NUM_THREADS", "OMP_NUM_THREADS", "ARROW_IO_THREADS")
    return {name: value for name, value in os.environ.items() if name not in named}


def timed(command, said, is_ours):
    """Wall time, time of the processors and peak memory of one process and what it starts."""
    complained = said.with_name("complained")
    launch = [sys.executable, "-I", "-S", LAUNCH, said, complained, *command]
    measured = subprocess.run(launch, stdout=subprocess.PIPE, text=True, env=environment(), check=True)
    code, wall, cpu, peak_kib = measured.stdout.split()
    # The audit of planted faults ends with 1; 2 is a file that it does not read.
    if int(code) not in ((0, 1, 2) if is_ours else (0,)):
        text = complained.read_text(encoding="utf-8", errors="replace")
        raise Failed(f"exit {code}: {' '.join(map(str, command))}\n{text}")
    return {
        "wall_s": round(float(wall), 3),
        "cpu_s": round(float(cpu), 3),
        "peak_mib": round(int(peak_kib) / 1024, 1),
        "exit": int(code),
    }


def stages(run, size, folder, program, args):
    """The seconds of each stage, where the program tells them: one audit more, not among the timed ones."""
    if not program.has_trace:
        return
    warm(files(folder, "csv"))
    trace = args.scratch / "answers/trace.json"
    timed([*program.audit(folder, "csv", None), "--trace", trace], args.scratch / "answers/said", True)
    run.stages(size, json.loads(trace.read_text(encoding="utf-8")))
