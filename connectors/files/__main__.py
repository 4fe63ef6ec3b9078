"""`python -m connectors.files --probe PATH`: what an export holds, without a workspace or a night."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pydantic import ValidationError

from connectors.configfile import faults_of
from connectors.contract import ConnectorError
from connectors.files.options import FilesOptions
from connectors.files.probe import describe


def main(arguments: list[str] | None = None) -> int:
    """Print what was found; 2 when it can't be read."""
    parser = argparse.ArgumentParser(prog="python -m connectors.files", description=__doc__)
    parser.add_argument("--probe", metavar="PATH", type=Path, required=True, help="a folder of exports, or a .xes[.gz]")
    parser.add_argument("--delimiter", help="what separates the columns of a CSV (default: a comma)")
    parser.add_argument("--encoding", help="the encoding of CSV and NDJSON (default: utf-8)")
    given = vars(parser.parse_args(arguments))
    path = given.pop("probe")
    chosen = {name: value for name, value in given.items() if value is not None}
    try:
        lines = describe(path, FilesOptions.model_validate(chosen), {})
    except ValidationError as error:
        lines = [
            f"--{fault.path[0]}: {fault.message}; {fault.fix}"
            for fault in faults_of(error, FilesOptions, chosen).faults
        ]
        print("\n".join(lines), file=sys.stderr)
        return 2
    except ConnectorError as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
