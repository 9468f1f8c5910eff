"""How long documents take once the stages' results exist: one region, all regions on two cores, the roll-up.

Run it with a project folder, the starter's for example::

    tunti new DIR && tunti plan DIR
    python bench/documents.py DIR

Each command runs twice: the first run fills the store, the second is measured. Seconds of the clock count what else the
machine does; seconds of the processor do not.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCENES = {
    "one region, five files": ["--region", "{region}"],
    "all regions, two at a time": ["--each-region", "--workers", "2"],
    "the roll-up": ["--national"],
}


def measured(command):
    """Run a command; give seconds of the clock and of the processor, its children's too."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    clock = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return clock, spent


def main():
    """Print one row for each scene."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("folder", type=Path)
    asked.add_argument("--region", default="Lappi")
    asked.add_argument("--lang", default="fi")
    asked.add_argument("--scenes", nargs="*", default=list(SCENES), choices=list(SCENES))
    told = asked.parse_args()
    print(f"{'':<28} {'clock, s':>9} {'processor, s':>13} {'files':>6}")
    for scene in told.scenes:
        with tempfile.TemporaryDirectory() as out:
            words = [w.format(region=told.region) for w in SCENES[scene]]
            command = [sys.executable, "-m", "tunti", "report", str(told.folder), *words, "--lang", told.lang]
            measured([*command, "--out", f"{out}/first"])
            clock, spent = measured([*command, "--out", f"{out}/second"])
            files = sum(p.is_file() for p in Path(f"{out}/second").rglob("*"))
        print(f"{scene:<28} {clock:>9.1f} {spent:>13.1f} {files:>6}")


if __name__ == "__main__":
    main()
