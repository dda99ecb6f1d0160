"""Guards: an expression of a manager's own says what it seems to say, or is refused."""

import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.names import At
from loyalty.programmes import read_programme
from loyalty.refusals import Code, Refused
from loyalty.rules.guards import GUARD_MAX_CHARS, GUARDS_MAX, check_guard, unmet
from loyalty.rules.orders import Line, Order
from tests.coalition import GROCER, OPERATOR, STARS, House
from tests.results import EXPLAINED

AT = At("2026-11-21T12:00:00.000Z")
EARN: Any = STARS["earn"][0]  # type: ignore[index]
LINES = (Line("a1", "food", 4_000), Line("b2", "toys", 2_000))
BIG = "order.amount >= 5000 && line_count > 3"


def order(amount: int = 6_000, **more: Any) -> Order:
    return Order("grocer", "USD", amount, AT, **{"lines": LINES, "channel": "web", **more})


def code(guard: str, of: Order | None = None) -> str | None:
    """Why a guard does not hold; None: it does."""
    check_guard(guard)
    missed = unmet(guard, of or order())
    return missed and missed.code


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        ("order.amount >= 6000", None),
        ("order.amount > 6000", "GUARD_NOT_MET"),
        ("line_count == 2 && order.partner == 'grocer'", None),
        ("order.channel in ['web', 'app']", None),
        ('order.store in ["s1"]', "GUARD_NOT_MET"),
        ("order.store == '' && order.tender == ''", None),
        ("'food' in categories && !('gift-card' in categories)", None),
        ("'b2' in skus", None),
        ("'b3' in skus", "GUARD_NOT_MET"),
        ("order.amount % 1000 == 0 ? line_count > 1 : false", None),
        ("-order.amount / 7 == -857", None),
        ("-order.amount % 7 == -1", None),
        ("true", None),
        # CEL: what is wrong on one side of an `or` does not matter if the other holds.
        ("order.amount / 0 > 1 || true", None),
        ("order.amount / 0 > 1", "GUARD_FAILED"),
        ("order.amount * 9223372036854775807 > 1", "GUARD_FAILED"),
    ],
)
def test_a_guard_says_what_it_seems_to_say(guard: str, expected: str | None) -> None:
    """In whole numbers and words; what cannot be computed does not hold."""
    assert code(guard) == expected


@pytest.mark.parametrize(
    ("guard", "said"),
    [
        ("order.amount", "a guard is true or false, and this is int: compare it"),
        ("order.channel", "this is string"),
        ("true ? 1 : 2", "this is int"),
        ("order.amont > 1", "did you mean `order.amount`?"),
        ("order.amount >= '5'", "character 14: `>=` does not go with int and string"),
        ("order.channel && true", "`&&` does not go with string and bool"),
        ("line_count in 3", "`in` does not go with int and int"),
        ("order.channel + 'x' == 'webx'", "`+` does not go with string and string"),
        ("'a' < 'b'", "`<` does not go with string and string"),
        ("order.amount > 49.99", "`49.99` is no whole number: write amounts in minor units"),
        ("order.amount == 6e3", "`6e3` is no whole number"),
        ("1u == 1u", "`1u` is no whole number"),
        ("order.amount = 5", "write =="),
        ("order.amount > 1 and true", "write &&"),
        ("order.amount >", "something is missing at its end"),
        ("true true", "character 6"),
        (" ", "something is missing at its end"),
        ("order.channel == 'web", "`'web`, character 18, does not belong into a guard"),
        ("order.channel == 'we\\u0062'", "does not belong into a guard"),
        ("{'a': 1} == {'a': 1}", "`{'a': 1}`, character 1, does not belong into a guard"),
        ("skus.exists(x, x == 'a1')", "`skus.exists` is none of"),
        ("skus.all(x, true)", "`skus.all` is none of"),
        ("'aaaa'.matches('(a+)+b')", "does not belong into a guard"),
        ("order.channel.matches('(a+)+b')", "`order.channel.matches` is none of"),
        ("matches(order.channel, 'a')", "`matches` is none of"),
        ("size(skus) > 1", "`size` is none of"),
        ("skus[0] == 'a1'", "character 5"),
        ("dyn(1) == 1", "`dyn` is none of"),
        ("null == null", "`null` is none of"),
        ("google.protobuf.Empty{} == 1", "is none of"),
        ("b'a' == b'a'", "`b` is none of"),
        ("99999999999999999999 > 1", "invalid int literal"),
        ("(" * 100 + "true" + ")" * 100, "nested too deeply"),
        (
            " || ".join(["'a' in skus"] * 5),
            "it is too slow: it looks at skus 5 times, of at most 4",
        ),
    ],
)
def test_what_is_no_guard_is_refused(guard: str, said: str) -> None:
    """With the character and what would be right: types, fractions, patterns and loops."""
    with pytest.raises(ValueError, match=re.escape(said)):
        check_guard(guard)


def _numbers() -> st.SearchStrategy[tuple[str, int]]:
    leaves = st.one_of(
        st.integers(0, 10**6).map(lambda n: (str(n), n)),
        st.just(("order.amount", 6_000)),
        st.just(("line_count", 2)),
    )
    return st.recursive(
        leaves,
        lambda inner: st.tuples(inner, st.sampled_from("+-*"), inner).map(_computed),
        max_leaves=4,
    )


def _computed(parts: Any) -> tuple[str, int]:
    (left, a), sign, (right, b) = parts
    return f"({left} {sign} {right})", {"+": a + b, "-": a - b, "*": a * b}[sign]


def _compared(parts: Any) -> tuple[str, bool]:
    (left, a), sign, (right, b) = parts
    found = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}
    return f"{left} {sign} {right}", found[sign]


TRUTHS = st.recursive(
    st.one_of(
        st.tuples(_numbers(), st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), _numbers()).map(
            _compared
        ),
        st.sampled_from(["web", "app"]).map(lambda w: (f"order.channel == '{w}'", w == "web")),
        st.sampled_from(["a1", "c3"]).map(lambda w: (f"order.store != '{w}'", True)),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: (f"({p[0][0]} && {p[1][0]})", p[0][1] and p[1][1])),
        st.tuples(inner, inner).map(lambda p: (f"({p[0][0]} || {p[1][0]})", p[0][1] or p[1][1])),
        inner.map(lambda p: (f"!({p[0]})", not p[1])),
    ),
    max_leaves=5,
)


@given(TRUTHS.filter(lambda pair: len(pair[0]) <= GUARD_MAX_CHARS))
def test_guards_are_exact(pair: tuple[str, bool]) -> None:
    """Any expression comes to what Python's own whole numbers come to, or past 2^63 to nothing."""
    guard, holds = pair
    found = code(guard)
    assert found in (None if holds else "GUARD_NOT_MET", "GUARD_FAILED")
    if "*" not in guard:
        assert found != "GUARD_FAILED"


@pytest.mark.parametrize("guard", ["order.amount", "x" * (GUARD_MAX_CHARS + 1), "", 5])
def test_a_document_with_a_bad_guard_is_refused_with_its_place(guard: object) -> None:
    """The second rule's; one that is too long or empty never gets as far as being read."""
    with pytest.raises(Refused) as refused:
        read_programme({**STARS, "earn": [EARN, {**EARN, "id": "more", "guard": guard}]})
    assert refused.value.field == ("document", "earn", "1", "guard")
    assert refused.value.code is Code.INVALID_INPUT


def test_a_programme_has_a_bounded_number_of_guards() -> None:
    """Fifty, and not one more."""
    earn = [{**EARN, "id": f"rule-{n}", "guard": BIG} for n in range(GUARDS_MAX + 1)]
    assert read_programme({**STARS, "earn": earn[1:]})
    with pytest.raises(Refused) as refused:
        read_programme({**STARS, "earn": earn})
    assert (refused.value.code, refused.value.field) == (Code.LIMIT_EXCEEDED, ("document", "earn"))


def test_a_guard_looks_at_what_the_conditions_leave() -> None:
    """$40 of food in a basket of $60."""
    food = {"condition": "products", "categories": ["food"]}
    guarded = {**EARN, "when": [food], "guard": "order.amount == 4000 && line_count == 1"}
    assert read_programme({**STARS, "earn": [guarded]}).award(order()).points == 40


def test_nothing_is_published_with_a_bad_guard_and_a_good_one_explains_itself() -> None:
    """Over GraphQL: the path and the reason; then a version whose rule says why it gave nothing."""
    house = House()
    house.results = EXPLAINED  # type: ignore[misc]
    document: dict[str, Any] = {**STARS, "version": 2, "earn": [{**EARN, "guard": "order.amount"}]}
    refusal = house.refused(
        OPERATOR, "publishProgramme", house.programme(document, "fuel", "grocer")
    )
    assert refusal.field == ["document", "earn", "0", "guard"]
    assert "true or false" in refusal.message
    document["earn"] = [{**EARN, "guard": BIG}]
    house.done(OPERATOR, "publishProgramme", house.programme(document, "fuel", "grocer"))
    member = house.enrolled()
    bought = house.done(GROCER, "recordPurchase", house.purchase(member, 6_000))
    (row,) = bought["explanation"][0]["rules"]
    assert (bought["points"], row["code"]) == (0, "GUARD_NOT_MET")
    lines = [{"sku": f"s{n}", "category": "food", "minor": 1_500} for n in range(4)]
    bought = house.done(GROCER, "recordPurchase", house.purchase(member, 6_000, lines=lines))
    assert bought["points"] == 60


def test_sixteen_threads_share_a_guard() -> None:
    """Each gets its own order's answer."""

    def wrong(thread: int) -> int:
        expected = None if thread >= 8 else "GUARD_NOT_MET"
        return sum(code("order.amount >= 800", order(thread * 100)) != expected for _ in range(200))

    with ThreadPoolExecutor(16) as threads:
        assert sum(threads.map(wrong, range(16))) == 0


def test_who_has_no_guard_does_not_load_cel() -> None:
    """Neither importing loyalty nor a programme without one does; the first guard does."""
    program = (
        "import sys, json, loyalty, loyalty.programmes as p;"
        f"document = json.loads({json.dumps(STARS)!r});"
        "p.read_programme(document);"
        "assert 'cel_expr_python' not in sys.modules;"
        "document['earn'][0]['guard'] = 'order.amount > 1';"
        "p.read_programme(document);"
        "assert 'cel_expr_python' in sys.modules"
    )
    assert subprocess.run([sys.executable, "-P", "-c", program], check=False).returncode == 0
