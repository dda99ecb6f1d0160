"""The storage contract against ministack, a DynamoDB and S3 that run requests concurrently."""

import os
import signal
import subprocess
import sys

from tests.contract.ministack import ROOT, install, ministack

TESTS_TIMEOUT_S = 600.0


def main(arguments: list[str]) -> int:
    """Exit status of pytest; arguments go to it."""
    # As an exception, so that what was started is stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    install()
    with ministack({"SERVICES": "dynamodb,s3", "LOG_LEVEL": "WARNING"}) as endpoint:
        command = [sys.executable, "-m", "pytest", "tests/contract", *arguments]
        environment = {**os.environ, "TALLYSTICK_DYNAMODB_ENDPOINT": endpoint}
        try:
            tests = subprocess.run(
                command, cwd=ROOT, env=environment, check=False, timeout=TESTS_TIMEOUT_S
            )
            status = tests.returncode
        except subprocess.TimeoutExpired:
            status = 1
    result = "holds" if status == 0 else f"FAILED (exit status {status})"
    sys.stdout.write(f"storage contract against ministack: {result}\n")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
