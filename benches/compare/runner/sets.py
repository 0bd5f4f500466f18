"""The measured sets, in each format, and the peers' packages. What is there is used again."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from .failed import Failed

# Format, and how its files end.
FORMATS = {"csv": ".csv", "gz": ".csv.gz", "zst": ".csv.zst", "parquet": ".parquet"}
ROLES = ["orders", "usage", "refunds"]
PEERS = Path(__file__).resolve().parents[1] / "peers"


class Size(NamedTuple):
    """Orders, and rows of usage."""

    orders: int
    usage: int

    @classmethod
    def read(cls, text):
        orders, _, usage = text.partition(":")
        return cls(int(orders), int(usage or int(orders) * 20))

    def folder(self, scratch, form):
        name = f"data-{self.orders}"
        if self.usage != self.orders * 20:
            name += f"-{self.usage}"
        return scratch / (name if form == "csv" else f"{name}-{form}")


def files(folder, form):
    return [folder / f"{role}{FORMATS[form]}" for role in ROLES]


def called(command, **options):
    try:
        subprocess.run(command, check=True, **options)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Failed(error) from None


def made(size, form, scratch, repository, python):
    """The folder of a set in a format."""
    folder = size.folder(scratch, form)
    if all(file.exists() for file in files(folder, form)):
        return folder
    if form == "csv":
        target = Path(os.environ.get("CARGO_TARGET_DIR", repository / "target"))
        cargo = ["cargo", "build", "--release", "--no-default-features", "--example", "measured-set"]
        called(cargo, cwd=repository)
        generator = target / "release/examples/measured-set"
        called([repository / generator, "--orders", str(size.orders), "--usage", str(size.usage), "--out", folder])
        return folder
    plain = made(size, "csv", scratch, repository, python)
    # Beside its name first: a folder that stands under it is whole.
    begun = folder.with_name(folder.name + ".part")
    shutil.rmtree(begun, ignore_errors=True)
    begun.mkdir()
    called([python, "-B", PEERS / "pack.py", plain, form, begun])
    shutil.rmtree(folder, ignore_errors=True)
    begun.rename(folder)
    return folder


def peers_python(scratch):
    """An interpreter with the peers' packages in exactly the versions that are asked for."""
    wanted = (PEERS / "requirements.txt").read_text(encoding="utf-8")
    folder = scratch / "venv"
    python, installed = folder / "bin/python", folder / "requirements.txt"
    if not installed.exists() or installed.read_text(encoding="utf-8") != wanted:
        called(["python3", "-m", "venv", folder])
        called([python, "-m", "pip", "install", "--quiet", "-r", PEERS / "requirements.txt"])
        installed.write_text(wanted, encoding="utf-8")
    return python
