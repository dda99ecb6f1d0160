"""Attack: a token without signature, which says that it needs none."""

import pytest

from tests.attacks.tokens import CLAIMS, assert_refused, part, token


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "", None, [], {}, 0])
@pytest.mark.parametrize("signature", ["", "AAAA"])
def test_alg_none(alg: object, signature: str) -> None:
    """The header does not choose whether a signature is needed."""
    assert_refused(f"{part({'alg': alg})}.{part(CLAIMS)}.{signature}")


def test_no_alg() -> None:
    """Nor does it by leaving the algorithm out, even over a signature that holds."""
    assert_refused(token(header={"typ": "JWT"}))
