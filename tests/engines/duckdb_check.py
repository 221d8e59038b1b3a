#!/usr/bin/env python3
"""templates/sql on DuckDB over the bags of a folder. Needs `pip install duckdb openpyxl`.

    dataset.py DIR && duckdb_check.py DIR/bags"""

import sys
import time
from pathlib import Path

import duckdb

from expected import TABLES, compare

bags = Path(sys.argv[1])
database = duckdb.connect()
for table in TABLES:
    database.execute(f"CREATE VIEW {table} AS SELECT * FROM '{bags}/*/data/parquet/{table}/*.parquet'")
began = time.monotonic()
faults = compare(f"DuckDB {duckdb.__version__}", bags, lambda sql: database.execute(sql).fetchall())
print(f"DuckDB: {time.monotonic() - began:.1f} s, working out the expectation included")
sys.exit(1 if faults else 0)
