"""python -m benchmarks [name ...]: every module here with a `run()`, or those named; one line a goal.

Runs on the database of DATABASE_URL (dev.py bench gives it one of its own). Ends with 1 where a goal is
missed, so that a script can tell.
"""

import logging
import sys
from importlib import import_module
from pathlib import Path

import django
from django.core.management import call_command

HERE = Path(__file__).resolve().parent
FRAME = {"__init__", "__main__", "goal"}


def modules() -> list[str]:
    """Names of what can be measured: modules that define `run`."""
    names = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in FRAME)
    return [name for name in names if "\ndef run(" in (HERE / f"{name}.py").read_text(encoding="utf-8")]


def main(names: list[str]) -> int:
    known = modules()
    unknown = [name for name in names if name not in known]
    if unknown:
        print(f"Not a benchmark: {', '.join(unknown)}. There are: {', '.join(known)}", file=sys.stderr)
        return 2
    django.setup()
    logging.disable(logging.WARNING)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_catalogue", stdout=sys.stderr)
    missed = False
    for name in names or known:
        for goal in import_module(f"benchmarks.{name}").run():
            print(goal, flush=True)
            missed |= not goal.met
    return int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
