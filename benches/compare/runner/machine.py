"""What the numbers depend on: the machine, and the versions of everybody."""

import hashlib
import os
import platform
import subprocess
from pathlib import Path

from .sets import PEERS

SHOWN = ["duckdb", "polars", "datafusion", "pandas", "pyarrow"]


def first(path, key):
    """The value of a `key : value` line."""
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    found = (line.partition(":") for line in lines)
    return next((value.strip() for name, _, value in found if name.strip() == key), "")


def described():
    memory = first("/proc/meminfo", "MemTotal").removesuffix(" kB")
    return {
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(int(memory) / (1 << 20), 1) if memory else None,
        "processor": first("/proc/cpuinfo", "model name") or platform.processor(),
        "architecture": platform.machine(),
        "kernel": f"{platform.system()} {platform.release()}",
    }


def digest(paths):
    sha256 = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                sha256.update(block)
    return sha256.hexdigest()[:12]


def versions(program, python):
    ours = subprocess.run([program.path, "--version"], capture_output=True, text=True, check=True)
    code = "import importlib.metadata as m, sys; print(*(m.version(n) for n in sys.argv[1:]))"
    theirs = subprocess.run([python, "-c", code, *SHOWN], capture_output=True, text=True, check=True)
    return {
        "refund-audit": ours.stdout.split()[-1],
        # Two builds of one version are not the same contender.
        "build": digest([program.path]),
        # Nor is a peer whose question is put in another way.
        "peers": digest(sorted([PEERS / "common.py", *PEERS.glob("with_*.py")])),
        **dict(zip(SHOWN, theirs.stdout.split(), strict=True)),
        "python": platform.python_version(),
    }
