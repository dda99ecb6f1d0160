"""Where an audit keeps what it has seen."""

import pytest

import ledger.audit as module
from ledger.audit_state import AuditState


@pytest.fixture
def state(tmp_path):
    opened = AuditState(tmp_path / "audit.state")
    yield opened
    opened.close()


@pytest.fixture(params=[1, 10_000], ids=["standings on disk", "standings in memory"])
def standings(request, monkeypatch):
    """What entries stand at, moved to disk at once or never before the end."""
    monkeypatch.setattr(module, "_STANDINGS_IN_MEMORY", request.param)
