"""`python -m tests.naive DIR`: is an exported log right? If not, the first fault and status 1."""

import sys
from pathlib import Path

from tests.naive.forms import WrongError
from tests.naive.log import Directory, summary


def main(folder: str) -> int:
    try:
        directory = Directory(Path(folder))
        fault = directory.verify()
    except WrongError as error:
        sys.stdout.write(f"wrong: {error}\n")
        return 1
    if fault:
        where = "wrong" if fault.index is None else f"entry {fault.index} is wrong"
        sys.stdout.write(f"{where}: {fault.rule}: {fault.found}\n")
        return 1
    sys.stdout.writelines(f"{line}\n" for line in summary(directory))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
