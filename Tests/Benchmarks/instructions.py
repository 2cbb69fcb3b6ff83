#!/usr/bin/env python3
"""Counts the instructions of the four hot paths (valgrind's callgrind) and holds them to instructions.json.

instructions.py            fails where a path takes over 10 % more than is recorded
instructions.py --record   records what they take now

Times on shared machines are noise; instructions are not. Counts are those of one compiler, which the record names.
"""
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(HERE, ".build/release/ParquetBenchmarks")
RECORD = os.path.join(HERE, "instructions.json")
PATHS = {  # what one unit is: arguments for few and for many units, and the units between
    "a footer of 12 columns": (["again", "footer", "100"], ["again", "footer", "300"], 200),
    "the Op column of 5,000 rows counted": (["again", "count", "100"], ["again", "count", "300"], 200),
    "5,000 rows of 12 columns read": (["again", "values", "2"], ["again", "values", "6"], 4),
    "a row of 12 columns written": (["write", "20000"], ["write", "40000"], 20000),
}


def instructions(arguments):
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", PROGRAM, *arguments]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    return int(re.search(r"Collected : (\d+)", told).group(1))


def main():
    subprocess.run(["swift", "build", "-c", "release", "--package-path", HERE, "--product", "ParquetBenchmarks"],
                   check=True, stdout=subprocess.DEVNULL)
    compiler = subprocess.run(["swiftc", "--version"], capture_output=True, text=True).stdout.splitlines()[0]
    counts = {name: (instructions(many) - instructions(few)) // units for name, (few, many, units) in PATHS.items()}
    if "--record" in sys.argv:
        with open(RECORD, "w") as record:
            json.dump({"compiler": compiler, "instructions": counts}, record, indent=2)
            record.write("\n")
    with open(RECORD) as record:
        recorded = json.load(record)
    failed = False
    for name, count in counts.items():
        before = recorded["instructions"][name]
        print(f"{name}: {count:,} instructions, {before:,} recorded")
        failed = failed or recorded["compiler"] == compiler and count > before * 1.1
    if recorded["compiler"] != compiler:
        print(f"recorded with {recorded['compiler']}: not held to it")
    return 1 if failed else 0


sys.exit(main())
