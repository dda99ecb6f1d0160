"""The package: which wheels are in it, and what is cut from them."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import botocore
import msgspec._core
import pytest

from tests.infra import TEMPLATE

ROOT = TEMPLATE.parents[1]
ARM64 = {"python_version": "3.13", "python_full_version": "3.13.0", "sys_platform": "linux"}


@pytest.fixture(scope="module")
def package():
    """infra/package.py, which is no module of a room."""
    spec = importlib.util.spec_from_file_location("package", ROOT / "infra" / "package.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_has_what_is_deployed_and_nothing_else(package) -> None:
    """Every package that functions import, each with hashes; none of development."""
    environment = package._environment("arm64") | ARM64
    lock = package.runtime_lock(environment)
    names = set(re.findall(r"^([a-z0-9-]+)==", lock, flags=re.MULTILINE))
    assert {"strawberry-graphql", "pynamodb", "botocore", "pynacl", "typing-extensions"} <= names
    assert not {"pytest", "moto", "hypothesis", "pyarrow", "uvicorn", "rich", "colorama"} & names
    assert all("--hash=sha256:" in block for _, block in package._locked(lock))


def test_an_extension_that_is_cut_still_loads(package, tmp_path: Path) -> None:
    """Nothing of what a loader reads is missing."""
    whole = Path(msgspec._core.__file__)
    cut = tmp_path / whole.name
    cut.write_bytes(package.loaded(whole.read_bytes()))
    assert cut.stat().st_size <= whole.stat().st_size
    code = (
        "import importlib.machinery as m, importlib.util as u\n"
        f"loader = m.ExtensionFileLoader('msgspec._core', {str(cut)!r})\n"
        "module = u.module_from_spec(u.spec_from_loader('msgspec._core', loader))\n"
        "print(module.__file__)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == str(cut)


def test_symbols_past_the_last_segment_are_cut(package, tmp_path: Path) -> None:
    """As of an extension with its debugger's tables."""
    whole = Path(msgspec._core.__file__).read_bytes()
    cut = package.loaded(whole)
    assert package.loaded(cut + b"\0" * 1_000) == cut


@pytest.mark.parametrize("start", [b"", b"\x7fELF\x01\x01", b"\x7fELF\x02\x02", b"MZ"])
def test_what_is_no_extension_for_lambda_is_not_cut(package, start: bytes) -> None:
    with pytest.raises(package.Unbuildable):
        package.loaded(start + bytes(100))


def test_clients_are_of_the_services_in_use(package, tmp_path: Path) -> None:
    """The rest of botocore's data goes, in its list of endpoints too."""
    source = Path(botocore.__file__).parent / "data"
    for name in ("dynamodb", "ec2"):
        shutil.copytree(source / name, tmp_path / "botocore" / "data" / name)
    shutil.copy(source / "endpoints.json", tmp_path / "botocore" / "data")
    package.prune(tmp_path)
    left = {path.name for path in (tmp_path / "botocore" / "data").iterdir()}
    assert left == {"dynamodb", "endpoints.json"}
    text = (tmp_path / "botocore" / "data" / "endpoints.json").read_text()
    assert '"dynamodb":' in text
    assert '"ec2":' not in text
