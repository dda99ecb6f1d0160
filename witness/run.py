"""A witness as a server of its own: a directory holds its key and what it cosigned.

witness.key   PRIVATE+KEY+<name>+<hex(key id)>+<b64(0x04 || seed)> LF, as Go's note package
              writes a signer's key; readable by its owner alone, made where there is none
witness.db    what was cosigned (witness.state)
audit.sqlite  what `tallystick witness --replay` audited before (witness.replay); it can be deleted,
              and is made again
"""

import os
import socket
import stat
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_bytes, token_hex

import uvicorn

from ledger.errors import RuleBroken
from ledger.notes import COSIGNATURE, ED25519, SeedSigner, VerifierKey, decode_b64
from witness.app import witness_app
from witness.service import Accepts, Witness
from witness.state import ForeignState, State, StateUnavailable

KEY_FILE = "witness.key"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8100
_PRIVATE = 0o600
_CONNECTIONS = 128
_STOP_S = 5
_PREFIX = "PRIVATE+KEY+"
_MAX_KEY_BYTES = 4096


class CannotStart(Exception):
    """What whoever runs a witness has to mend first, in one line."""


def open_witness(
    directory: Path,
    name: str,
    log_keys: Sequence[VerifierKey],
    *,
    accepts: Accepts | None = None,
    clock: Callable[[], int] = lambda: int(time.time()),
) -> Witness:
    """The witness of a directory, which is made with its key where there is none.

    name: the witness's, schema-less, e.g. `grocer.example/witness`; log_keys: whose checkpoints it
    cosigns. Raises CannotStart.
    """
    if not log_keys:
        raise CannotStart("a witness needs the verifier key of one log at least")
    for key in log_keys:
        if key.type != ED25519:
            raise CannotStart(f"{key} is not the key of a log (type 0x01)")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / KEY_FILE
        # The database is made for a new key alone. Where it is gone, so is what the key cosigned.
        is_new = not path.exists()
        signer = _signer(path, name)
        state = State(directory, str(signer.verifier), make=is_new)
    except ForeignState as error:
        raise CannotStart(str(error)) from None
    except StateUnavailable as error:
        raise CannotStart(f"{error}; without what it cosigned, a witness needs a new key") from None
    except OSError as error:
        raise CannotStart(f"cannot use {directory}: {error.strerror}") from None
    return Witness(signer, log_keys, state, clock, accepts=accepts)


def run_witness(
    directory: Path,
    name: str,
    log_keys: Sequence[VerifierKey],
    *,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    prefix: str = "",
    accepts: Accepts | None = None,
    started: Callable[[Witness, str], None] = lambda _witness, _url: None,
) -> None:
    """Serves a witness until it is told to stop (SIGINT, SIGTERM).

    port: 0 for a free one; prefix: see `witness_app`; accepts: may refuse to cosign a checkpoint;
    started: told the witness and its URL when it can be asked. Raises CannotStart.
    """
    witness = open_witness(directory, name, log_keys, accepts=accepts)
    with _listener(host, port) as listener:
        config = uvicorn.Config(
            witness_app(witness, prefix),
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            limit_concurrency=_CONNECTIONS,
            timeout_graceful_shutdown=_STOP_S,
        )
        # The socket listens already: whoever connects from now on is answered.
        listener.listen(_CONNECTIONS)
        shown_host = f"[{host}]" if ":" in host else host
        started(witness, f"http://{shown_host}:{listener.getsockname()[1]}")
        # uvicorn ends what it has begun, and raises the signal again.
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run([listener])


def _listener(host: str, port: int) -> socket.socket:
    """Bound here, not by uvicorn, which would end the process where a port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Without the protocol named, asyncio leaves Nagle's algorithm on: 40 ms more for each answer.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise CannotStart(f"port {port} of {host} cannot be had: {error.strerror}") from None
    return listener


def _signer(path: Path, name: str) -> SeedSigner:
    """The key in a file, which is made where there is none. Raises CannotStart, OSError."""
    try:
        if not path.exists():
            seed = token_bytes(32)
            _write_new(path, _key_text(SeedSigner(name, seed, COSIGNATURE), seed))
        signer = _read_key(path)
    except RuleBroken as broken:
        raise CannotStart(f"the witness's key: {broken}") from None
    if signer.verifier.name != name:
        raise CannotStart(f"{path} is the key of {signer.verifier.name}, not of {name}")
    return signer


def _key_text(signer: SeedSigner, seed: bytes) -> bytes:
    secret = b64encode(COSIGNATURE + seed).decode()
    return f"{_PREFIX}{signer.verifier.label}+{secret}\n".encode()


def _read_key(path: Path) -> SeedSigner:
    """Raises CannotStart, RuleBroken, OSError. No error holds any part of the secret."""
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise CannotStart(f"{path} can be read by others: chmod 600 it, or make a new key")
        text = file.read(_MAX_KEY_BYTES)
    broken = CannotStart(f"{path} holds no key of a witness ({_PREFIX}…)")
    try:
        name, _, secret = text.decode().removeprefix(_PREFIX).removesuffix("\n").split("+", 2)
        seed = decode_b64(secret)[1:]
        signer = SeedSigner(name, seed, COSIGNATURE)
    except (ValueError, RuleBroken):
        raise broken from None
    if _key_text(signer, seed) != text:
        raise broken
    return signer


def _write_new(path: Path, data: bytes) -> None:
    """Writes a file that nobody else can read: all of it or nothing, and never over another."""
    new = path.with_name(f".{path.name}.{token_hex(8)}")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was quicker: its key is the one
            os.link(new, path)
    finally:
        new.unlink(missing_ok=True)
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
