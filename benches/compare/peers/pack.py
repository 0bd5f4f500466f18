"""Writes a set in another format: pack.py FOLDER gz|zst|parquet OUT."""

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
    codec = {"gz": "gzip", "zst": "zstd"}[form]
    with pa.OSFile(str(source)) as plain, pa.CompressedOutputStream(str(packed), codec) as stream:
        while block := plain.read(1 << 20):
            stream.write(block)
