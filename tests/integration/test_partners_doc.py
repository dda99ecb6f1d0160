"""The code in docs/partners.md, run as it is printed."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from loyalty.actors import PartnerActor
from schema.authentication import bearer_actor
from tests.attacks.tokens import ISSUER
from tests.coalition import GROCER, ORIGIN, House, key_of

DOCUMENT = Path(__file__).parents[2] / "docs" / "partners.md"


def test_the_token_that_the_page_makes_is_taken() -> None:
    """A partner's engineer who copies it is known by it."""
    (code,) = [
        each
        for each in re.findall(r"```python\n(.*?)```", DOCUMENT.read_text("utf-8"), flags=re.DOTALL)
        if "bearer_token" in each
    ]
    page: dict[str, Any] = {}
    exec(code, page)  # the page's own code
    token = page["bearer_token"](key_of("grocer"), "grocer", ORIGIN)
    actor = bearer_actor(f"Bearer {token}", ISSUER, House().coalition, datetime.now(UTC))
    assert (type(actor), actor) == (PartnerActor, GROCER)
