"""What the tests of the naive verifier share."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.naive.build import Exported
from tests.naive.log import Directory, Fault
from tests.naive.small_log import Verdict


@pytest.fixture
def verdict(tmp_path: Path) -> Verdict:
    def verify(files: Mapping[str, bytes]) -> Fault | None:
        return Directory(Exported(dict(files)).write(tmp_path)).verify()

    return verify
