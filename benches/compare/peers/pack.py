"""Writes a set in another format: pack.py FOLDER gz|zst|parquet OUT."""

import gzip
import shutil
import sys
from pathlib import Path

import duckdb
import pyarrow as pa

from common import COLUMNS, SUFFIXES, types

folder, form, out = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
for role in COLUMNS:
    source, packed = folder / f"{role}.csv", out / f"{role}{SUFFIXES[form]}"
    if form == "parquet":
        columns = types(role, "VARCHAR", "TIMESTAMP", "DECIMAL(18,8)", "DECIMAL(18,8)")
        duckdb.execute(f"""
            COPY (SELECT * FROM read_csv('{source}', columns = {columns}, auto_detect = false, header = true,
                delim = ',', quote = '"', escape = '"'))
            TO '{packed}' (FORMAT parquet, COMPRESSION zstd)""")
        continue
    # Six is what `gzip` takes by itself; the library would take nine.
    pack = gzip.open(packed, "wb", 6) if form == "gz" else pa.CompressedOutputStream(str(packed), "zstd")
    with open(source, "rb") as plain, pack as stream:
        shutil.copyfileobj(plain, stream, 1 << 20)
