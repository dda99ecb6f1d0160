"""Builds what Lambda runs, build/package/: our rooms, the wheels of the lock, and bytecode.

    python infra/package.py --architecture arm64     for Lambda: CPython 3.13 on Amazon Linux 2023
    python infra/package.py --architecture local     for this machine and this Python

Wheels are those of requirements.lock, by their hashes, of what pyproject.toml's dependencies need.
Bytecode is compiled by the Python that runs it, with hashes that are not looked at again: nobody
changes a package that was deployed. Bytecode alone goes in: tracebacks have files and lines, not
their text. What no function imports is left out (`UNUSED`), and of extensions what no loader reads.
The package is then imported with nothing else to import from, as far as this machine can, and
measured.
"""

import argparse
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import requires
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "build" / "package"
ROOMS = ("functions", "schema", "loyalty", "ledger", "sealing", "storage")
LIMIT_BYTES = 40_000_000
LAMBDA = "3.13"
# The C library of Amazon Linux 2023 is glibc 2.34.
GLIBC_MINOR = range(17, 35)
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}

SERVICES = ("dynamodb", "kms", "s3", "sts")
UNUSED = (
    # Extensions of CEL that guards do not have, and the build of its wheel.
    "cel_expr_python/ext/*",
    "bazel-project",
    # What makes extensions; those that are made import none of it.
    "cffi",
    "pycparser",
    # Of Powertools a log's formatter and metrics are used.
    "aws_lambda_powertools/event_handler",
    *(f"aws_lambda_powertools/utilities/{name}*" for name in ("[a-i]", "[k-s]", "v")),
    # Strawberry under what this does not run under.
    *(f"strawberry/{name}" for name in ("channels", "cli", "codegen", "codemods", "django")),
    *(f"strawberry/{name}" for name in ("fastapi", "litestar", "quart", "sanic", "schema_codegen")),
    *(f"strawberry/{name}" for name in ("test", "aiohttp", "chalice")),
    "packaging",
    "anyio/_backends/_trio.py",
    "anyio/pytest_plugin.py",
    "dateutil/zoneinfo/*.tar.gz",
    # Resources, which nothing here uses; clients need none of them.
    "boto3/data",
    "boto3/examples",
    "botocore/docs/bcdoc/style",
    "botocore/data/*/*/examples-1.json*",
    # Commands, types, sources of C, what tests a package, what says how it was built.
    "bin",
    "**/*.pyi",
    "**/*.c",
    "**/*.h",
    "**/*.pyx",
    "**/tests",
    "**/*.dist-info/RECORD",
    "**/*.dist-info/sboms",
)


class Unbuildable(Exception):
    """Its message says what is missing."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--architecture", choices=(*MACHINES, "local"), default="arm64")
    architecture = parser.parse_args().architecture
    try:
        _build(architecture)
    except Unbuildable as error:
        print(f"package: {error}", file=sys.stderr)
        return 1
    size = size_of(PACKAGE)
    print(f"{PACKAGE.relative_to(ROOT)} for {architecture}: {size / 1e6:.1f} MB unzipped")
    for name, bytes_ in largest(PACKAGE, 8):
        print(f"  {bytes_ / 1e6:6.1f}  {name}")
    if size > LIMIT_BYTES:
        print(f"package: larger than {LIMIT_BYTES / 1e6:.0f} MB", file=sys.stderr)
        return 1
    return 0


def _build(architecture: str) -> None:
    python = _python(architecture)
    shutil.rmtree(PACKAGE, ignore_errors=True)
    PACKAGE.mkdir(parents=True)
    lock = PACKAGE.parent / "runtime.lock"
    lock.write_text(runtime_lock(_environment(architecture)), encoding="utf-8")
    _install(lock, architecture)
    prune(PACKAGE)
    for room in ROOMS:
        shutil.copytree(ROOT / room, PACKAGE / room, ignore=shutil.ignore_patterns("__pycache__"))
    # As files are named there, in tracebacks.
    named = ["-s", str(PACKAGE), "-p", "/var/task", str(PACKAGE)]
    once = ["-b", "--invalidation-mode", "unchecked-hash"]
    _run([python, "-m", "compileall", "-q", *once, *named])
    for source in PACKAGE.rglob("*.py"):
        source.unlink()
    if architecture in ("local", _this_architecture()):
        _import_alone(python)


def _python(architecture: str) -> str:
    """The one that compiles: bytecode is of one version."""
    if architecture == "local":
        return sys.executable
    python = os.environ.get("LAMBDA_PYTHON", f"python{LAMBDA}")
    try:
        told = subprocess.run([python, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        raise Unbuildable(f"{python} is not here: set LAMBDA_PYTHON to a Python {LAMBDA}") from None
    if not told.stdout.startswith(f"Python {LAMBDA}."):
        raise Unbuildable(f"{python} is {told.stdout.strip()}, not Python {LAMBDA}")
    return python


def _this_architecture() -> str | None:
    machine = os.uname().machine
    return next((ours for ours, theirs in MACHINES.items() if theirs == machine), None)


def _environment(architecture: str) -> dict[str, str]:
    """By which a requirement's markers are read."""
    environment = {name: str(value) for name, value in default_environment().items()}
    if architecture != "local":
        environment |= {
            "python_version": LAMBDA,
            "python_full_version": f"{LAMBDA}.0",
            "platform_machine": MACHINES[architecture],
            "sys_platform": "linux",
        }
    return environment


def runtime_lock(environment: Mapping[str, str]) -> str:
    """The part of requirements.lock that what is deployed needs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = dict(_locked((ROOT / "requirements.lock").read_text(encoding="utf-8")))
    wanted = [Requirement(each) for each in project["dependencies"]]
    needed: set[str] = set()
    while wanted:
        requirement = wanted.pop()
        name = canonicalize_name(requirement.name)
        if name in needed:
            continue
        needed.add(name)
        extras = requirement.extras or {""}
        for each in map(Requirement, requires(name) or ()):
            marker = each.marker
            if marker is None or any(marker.evaluate({**environment, "extra": e}) for e in extras):
                wanted.append(each)
    missing = needed - locked.keys()
    if missing:
        raise Unbuildable(f"requirements.lock lacks {', '.join(sorted(missing))}: make lock")
    return "".join(locked[name] for name in sorted(needed))


def _locked(text: str) -> Iterator[tuple[str, str]]:
    """Each requirement of a lock with its hashes, by its name."""
    for block in re.split(r"^(?=\S)", text, flags=re.MULTILINE):
        if block.strip():
            yield canonicalize_name(block.split("==")[0]), block


def _install(lock: Path, architecture: str) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--require-hashes", "--only-binary=:all:", "--no-compile"]
    command += ["--target", str(PACKAGE), "--requirement", str(lock)]
    if architecture != "local":
        machine = MACHINES[architecture]
        command += ["--implementation", "cp", "--python-version", LAMBDA]
        for minor in reversed(GLIBC_MINOR):
            command += ["--platform", f"manylinux_2_{minor}_{machine}"]
        command += ["--platform", f"manylinux2014_{machine}"]
    _run(command)


def prune(package: Path) -> None:
    """Takes out what no function imports."""
    for pattern in UNUSED:
        for path in list(package.glob(pattern)):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in (package / "botocore" / "data").iterdir():
        if path.is_dir() and path.name not in SERVICES:
            shutil.rmtree(path)
    endpoints = package / "botocore" / "data" / "endpoints.json"
    told = json.loads(endpoints.read_bytes())
    for partition in told["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in SERVICES if name in services}
    endpoints.write_text(json.dumps(told, separators=(",", ":")), encoding="utf-8")
    for extension in package.rglob("*.so"):
        extension.write_bytes(loaded(extension.read_bytes()))


def loaded(elf: bytes) -> bytes:
    """Of a shared object for 64 bits, what a loader reads (System V ABI, chapters 4 and 5).

    That is what its segments cover. Sections are for linkers and debuggers: their table goes, and
    so do the symbols and strings that stand after the last segment.
    """
    if elf[:6] != b"\x7fELF\x02\x01":
        raise Unbuildable("an extension is no ELF file of 64 bits, little-endian")
    (table,) = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    end = table + size * count
    for place in range(table, end, size):
        offset, _, _, in_file = struct.unpack_from("<4Q", elf, place + 8)
        end = max(end, offset + in_file)
    header = bytearray(elf[:64])
    struct.pack_into("<Q", header, 40, 0)
    struct.pack_into("<HHH", header, 58, 0, 0, 0)
    return bytes(header) + elf[64:end]


def _import_alone(python: str) -> None:
    """With the package and the standard library alone, by the Python that it is for."""
    handlers = sorted(
        f"functions.{path.stem}"
        for path in (ROOT / "functions").glob("*.py")
        if "\ndef handler(" in path.read_text(encoding="utf-8")
    )
    code = f"import sys; sys.path.insert(0, {str(PACKAGE)!r})\n"
    code += "import " + ", ".join([*handlers, "cel_expr_python.cel", "tzdata"])
    code += "\nimport boto3\nfor name in ('dynamodb', 's3', 'kms'):"
    code += "\n    boto3.client(name, region_name='eu-west-1')"
    _run([python, "-I", "-S", "-B", "-c", code])


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def largest(folder: Path, count: int) -> list[tuple[str, int]]:
    sizes = [(each.name, size_of(each)) for each in folder.iterdir() if each.is_dir()]
    return sorted(sizes, key=lambda each: -each[1])[:count]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, check=False)
    if done.returncode:
        raise Unbuildable(f"{Path(command[0]).name} {' '.join(command[1:4])} … failed")


if __name__ == "__main__":
    sys.exit(main())
