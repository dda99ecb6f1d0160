"""What holds for every test: nothing of the developer's own environment is used."""

import gc
import logging
import os
from collections.abc import Generator, Iterator
from functools import lru_cache

import botocore.session
import pytest
from botocore.loaders import Loader
from hypothesis import settings

from ledger import governance
from ledger.notes import signed_holds

# The same examples in every run, and none that fails because the machine is busy.
settings.register_profile("tallystick", deadline=None, derandomize=True, database=None)
settings.load_profile("tallystick")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected lives as long as the process: nobody looks for garbage in it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(autouse=True, scope="session")
def _nobodys_environment() -> Iterator[None]:
    """No test can reach an account of AWS, or go through a proxy to this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("AWS_") or name.upper().endswith("_PROXY"):
                patch.delenv(name)
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        patch.setenv("AWS_CONFIG_FILE", os.devnull)
        patch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        patch.setenv("NO_PROXY", "127.0.0.1")
        yield


@pytest.fixture(autouse=True, scope="session")
def _models_of_aws_read_once() -> Iterator[None]:
    """Each session of botocore would parse the same files anew, longer than most tests take."""
    loader = Loader()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", lambda _: loader)
        yield


@pytest.fixture(autouse=True, scope="session")
def _signatures_of_entries_checked_once() -> Iterator[None]:
    """Of the same key over the same bytes, that is: every coalition begins alike, and a walk over
    the bytes of a log leaves all signatures but one as they were."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(governance, "signed_holds", lru_cache(20_000)(signed_holds))
        yield


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """A function's handler sets up the log of its whole process (`functions.telemetry`)."""
    loggers = [logging.getLogger(name) for name in (None, "botocore", "mangum", "urllib3")]
    were = [(each.handlers[:], each.level) for each in loggers]
    yield
    for logger, (handlers, level) in zip(loggers, were, strict=True):
        logger.handlers[:] = handlers
        logger.setLevel(level)
