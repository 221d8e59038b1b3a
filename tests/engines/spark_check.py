#!/usr/bin/env python3
"""templates/sql on Apache Spark over the bags of a folder, on a local cluster of two worker processes.

    apt-get install -y --no-install-recommends openjdk-17-jre-headless    # or default-jre-headless
    pip install pyspark openpyxl
    dataset.py DIR && spark_check.py DIR/bags

MASTER asks for another cluster, `spark://host:7077` or `local[2]`."""

import os
import sys
import time
from pathlib import Path

from pyspark.sql import SparkSession

from expected import TABLES, compare

bags = Path(sys.argv[1]).resolve()
master = os.environ.get("MASTER", "local-cluster[2,1,1024]")
# A local cluster starts its workers from the installation; pip puts it into the package.
os.environ.setdefault("SPARK_HOME", str(Path(sys.modules["pyspark"].__file__).parent))
spark = SparkSession.builder.master(master).appName("scorebook").config("spark.sql.shuffle.partitions", "4").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
for table in TABLES:
    spark.read.parquet(f"{bags}/*/data/parquet/{table}").createOrReplaceTempView(table)
began = time.monotonic()
faults = compare(f"Spark {spark.version} on {master}", bags, lambda sql: spark.sql(sql).collect())
print(f"Spark: {time.monotonic() - began:.1f} s, {spark.sparkContext.defaultParallelism} cores, working out the expectation included")
spark.stop()
sys.exit(1 if faults else 0)
