"""`python -m tests.stock.run [DIR]`: an exported log under a verifier that is not ours.

Fetches Debian's Go compiler and golang.org/x/mod by name into `.stock/` (once, no root needed),
builds verify.go and runs it on DIR, or on logs made for the purpose. Exit status 0: accepted, or
skipped because there is no apt here; 1: refused, or a damaged copy was accepted.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.naive.build import Exported, Log, checkpoint, export, tile_files
from tests.naive.trees import leaf_hash
from tests.vectors.keys import LOG
from tests.vectors.log.merkle import some_entries
from tests.vectors.log.sealed import sealed_log

HERE = Path(__file__).parent
STOCK = HERE.parents[1] / ".stock"
ROOT = STOCK / "root"
VERIFY = STOCK / "verify"
MANY = 65_800

Damage = Callable[[Path], bool]
"""Changes a copy of a log; False where it has nothing to change."""


def main(arguments: Sequence[str]) -> int:
    missing = [name for name in ("apt-get", "apt-cache", "dpkg") if shutil.which(name) is None]
    if missing:
        say(f"stock verifier skipped: without {', '.join(missing)} Go cannot be fetched by name")
        return 0
    prepare()
    if arguments:
        return verified(Path(arguments[0]))
    with tempfile.TemporaryDirectory() as folder:
        small = example().write(Path(folder) / "small")
        large = example_of_many().write(Path(folder) / "large")
        return verified(small) or verified(large)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


# Fetching and building


def prepare() -> None:
    """Does what is not done yet: two packages, unpacked; one program, built."""
    STOCK.mkdir(exist_ok=True)
    (STOCK / ".gitignore").write_text("*\n", encoding="utf-8")
    if go() is None or not library().is_dir():
        fetch()
    source = HERE / "verify.go"
    if VERIFY.exists() and VERIFY.stat().st_mtime > source.stat().st_mtime:
        return
    compiler = go()
    if compiler is None:
        raise SystemExit("the packages have no Go compiler where Debian's have it")
    environment = os.environ | {
        "GOROOT": str(compiler.parents[1]),
        "GOPATH": str(ROOT / "usr/share/gocode"),
        "GOCACHE": str(STOCK / "cache"),
        "GO111MODULE": "off",
        "GOFLAGS": "",
        "GOPROXY": "off",
        "CGO_ENABLED": "0",
    }
    run([str(compiler), "build", "-o", str(VERIFY), str(source)], environment)


def go() -> Path | None:
    return next(iter(sorted(ROOT.glob("usr/lib/go-*/bin/go"))), None)


def library() -> Path:
    return ROOT / "usr/share/gocode/src/golang.org/x/mod/sumdb/tlog"


def fetch() -> None:
    options = apt_options()
    depends = run(["apt-cache", *options, "depends", "golang-go"])
    version = re.search(r"Depends: golang-([0-9.]+)-go", depends)
    if version is None:
        raise SystemExit("golang-go depends on no golang-<version>-go")
    names = [f"golang-{version[1]}-go", f"golang-{version[1]}-src", "golang-golang-x-mod-dev"]
    say(f"fetching {', '.join(names)} into {STOCK.name}/ …")
    with tempfile.TemporaryDirectory(dir=STOCK) as folder:
        run(["apt-get", *options, "download", *names], folder=folder)
        for package in sorted(Path(folder).glob("*.deb")):
            run(["dpkg", "-x", str(package), str(ROOT)])


def apt_options() -> list[str]:
    """None where apt knows its packages; else lists of our own, which need no root."""
    options = ["-o", "APT::Sandbox::User=root"]
    if subprocess.run(
        ["apt-cache", "show", "golang-go"], capture_output=True, check=False
    ).stdout.strip():
        return options
    for name in ("state/lists/partial", "cache/archives/partial"):
        (STOCK / "apt" / name).mkdir(parents=True, exist_ok=True)
    options += ["-o", f"Dir::State={STOCK}/apt/state", "-o", f"Dir::Cache={STOCK}/apt/cache"]
    options += ["-o", "Dir::State::status=/var/lib/dpkg/status"]
    run(["apt-get", *options, "update"])
    return options


def run(
    command: Sequence[str], environment: dict[str, str] | None = None, folder: str | None = None
) -> str:
    done = subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


# Verifying


def verified(folder: Path) -> int:
    """Accepts the log, and refuses copies of it that are damaged."""
    done = verdict(folder)
    if done.returncode:
        say(f"refused: {done.stderr.strip()}")
        return 1
    say(f"accepted: {done.stdout.strip()}")
    for name, damage in DAMAGES.items():
        with tempfile.TemporaryDirectory() as copy:
            shutil.copytree(folder, copy, dirs_exist_ok=True)
            if not damage(Path(copy)):
                continue
            done = verdict(Path(copy))
        if not done.returncode:
            say(f"accepted {name}, which is wrong")
            return 1
        say(f"refused {name}: {done.stderr.strip()}")
    return 0


def verdict(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([str(VERIFY), str(folder)], capture_output=True, text=True, check=False)


def files(folder: Path, under: str) -> list[Path]:
    return [path for path in sorted((folder / under).rglob("*")) if path.is_file()]


def flipped(under: str, place: int) -> Damage:
    """Flips a bit of the first file there, if there is one."""

    def damage(folder: Path) -> bool:
        for path in files(folder, under)[:1]:
            data = bytearray(path.read_bytes())
            data[place] ^= 1
            path.write_bytes(data)
            return True
        return False

    return damage


def replaced(path: str, line: int, change: Callable[[str], str]) -> Damage:
    """Writes another line in a text file."""

    def damage(folder: Path) -> bool:
        lines = (folder / path).read_text(encoding="utf-8").split("\n")
        lines[line] = change(lines[line])
        (folder / path).write_text("\n".join(lines), encoding="utf-8")
        return True

    return damage


def one_hash_less(folder: Path) -> bool:
    """The first receipt loses the last hash of its proof."""
    for path in files(folder, "receipts")[:1]:
        head, blank, rest = path.read_bytes().partition(b"\n\n")
        path.write_bytes(head.rpartition(b"\n")[0] + blank + rest)
        return True
    return False


def other_letter(line: str) -> str:
    """Another base64 text of the same length; the last letters are its padding."""
    return line[:-9] + ("B" if line[-9] == "A" else "A") + line[-8:]


DAMAGES: dict[str, Damage] = {
    "another size": replaced("checkpoint", 1, lambda line: str(int(line) + 1)),
    "another root": replaced("checkpoint", 2, other_letter),
    "another signature": replaced("checkpoint", 4, other_letter),
    "another entry": flipped("tile/entries", 2),
    "another leaf hash": flipped("tile/0", 0),
    "another hash in a higher tile": flipped("tile/1", 0),
    "a receipt with a hash less": one_hash_less,
}


def example() -> Exported:
    log = sealed_log()
    wallets = {id_: row["currency"] for id_, row in log.ledger.wallets.items()}
    return export(log, log.checkpoint(LOG), LOG.vkey, {"genesis": 0, "earn": 13}, wallets)


def example_of_many() -> Exported:
    """Entries without a meaning: what counts is three levels of tiles."""
    log = Log()
    log.entries = some_entries(MANY)
    leaves = [leaf_hash(entry) for entry in log.entries]
    files = tile_files(log.entries) | {"log.vkey": LOG.vkey.encode()}
    return Exported(files | {"checkpoint": checkpoint(LOG.name, leaves, LOG)})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
