"""Guards: what must hold of a rule besides its conditions, as an expression.

    order.amount >= 5000 && line_count > 3

A guard is a part of the Common Expression Language (CEL, cel.dev): whole numbers, texts in quotes,
true and false, lists in brackets, the variables of `VARIABLES`, and

    && || !    == != < <= > >=    in    + - * / %    condition ? this : that

It is checked before a programme is published: that it is no longer than `GUARD_MAX_CHARS`, looks at
lists at most `LISTS_MAX` times, uses nothing else of CEL, and that its types say true or false.
There is nothing in it that repeats, grows, or matches patterns, so that its length bounds its time,
which is below a millisecond.

CEL's own implementation checks and evaluates it (docs/adr/0011-guards-in-cel.md). It is imported
with the first guard: a programme that has none does not pay for it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, NamedTuple

from msgspec import Meta

from loyalty.refusals import Code, Refused
from loyalty.rules.orders import Miss, Order
from loyalty.texts import meant

if TYPE_CHECKING:
    from cel_expr_python import cel

GUARDS_MAX = 50
"""In one programme."""
GUARD_MAX_CHARS = 500
LISTS_MAX = 4
"""How often a guard may name a list of the lines' words: each time may look at 500 of them."""

Guard = Annotated[str, Meta(min_length=1, max_length=GUARD_MAX_CHARS)]

_Value = int | str | list[str]


class _Variable(NamedTuple):
    """type: as CEL calls it; read: its value of an order as the conditions leave it."""

    type: str
    read: Callable[[Order], _Value]


VARIABLES: Mapping[str, _Variable] = {
    "order.amount": _Variable("int", lambda order: order.amount_minor),
    "order.partner": _Variable("string", lambda order: order.partner),
    "order.channel": _Variable("string", lambda order: order.channel),
    "order.store": _Variable("string", lambda order: order.store),
    "order.tender": _Variable("string", lambda order: order.tender),
    "line_count": _Variable("int", lambda order: len(order.lines)),
    "categories": _Variable("list", lambda order: [line.category for line in order.lines]),
    "skus": _Variable("list", lambda order: [line.sku for line in order.lines]),
}

_WORDS = frozenset({"true", "false", "in"})
_TOKEN = re.compile(
    r"""\s*(?: (?P<name>[A-Za-z_][A-Za-z0-9_.]*)
             | (?P<number>[0-9][A-Za-z0-9_.]*)
             | (?P<text>"[^"\\]*"|'[^'\\]*')
             | (?P<sign>&&|\|\||[=!<>]=|[-+*/%<>!?:(),\[\]]) )""",
    re.VERBOSE,
)
_FUNCTIONS = {
    "_&&_": "",
    "_||_": "",
    "!_": "",
    "_?_:_": "",
    "_==_": "",
    "_!=_": "",
    "@in": "in_list",
    "_<_": "less_int64",
    "_<=_": "less_equals_int64",
    "_>_": "greater_int64",
    "_>=_": "greater_equals_int64",
    "_+_": "add_int64",
    "_-_": "subtract_int64",
    "_*_": "multiply_int64",
    "_/_": "divide_int64",
    "_%_": "modulo_int64",
    "-_": "negate_int64",
}
_MEANT = {"and": "&&", "or": "||", "not": "!", "=": "==", "&": "&&", "|": "||", "None": "''"}
# Compiled when a guard is refused, which most processes never see.
_FAULT = r"<input>:1:([0-9]+): (.*)"
_EXPECTING = r" expecting \{.*"
_OVERLOAD = r"found no matching overload for '([^']*)' applied to '\((.*)\)'"


def check_guards(guards: Sequence[Guard | None]) -> None:
    """Of a programme's rules, in their order. Raises Refused with the place in its document."""
    if sum(map(bool, guards)) > GUARDS_MAX:
        said = f"at most {GUARDS_MAX} rules have a guard: say more by conditions"
        raise Refused(Code.LIMIT_EXCEEDED, said, "document", "earn")
    for number, guard in enumerate(guards):
        try:
            if guard is not None:
                check_guard(guard)
        except ValueError as error:
            place = ("document", "earn", str(number), "guard")
            raise Refused(Code.INVALID_INPUT, str(error), *place) from None


def check_guard(text: str) -> None:
    """Raises ValueError with what is wrong with a guard, and where."""
    names = _names(text)
    lists = [name for name in names if name in VARIABLES and VARIABLES[name].type == "list"]
    if len(lists) > LISTS_MAX:
        raise ValueError(
            f"it is too slow: it looks at {', '.join(dict.fromkeys(lists))} {len(lists)} times, "
            f"of at most {LISTS_MAX}"
        )
    try:
        found = _compiled(text).expression.return_type().name()
    except RuntimeError as error:
        raise ValueError(_said(str(error))) from None
    if found != "BOOL":
        raise ValueError(f"a guard is true or false, and this is {found.lower()}: compare it")


def unmet(text: str, order: Order) -> Miss | None:
    """Why a guard does not hold of what conditions left of an order; None: it holds."""
    guard = _compiled(text)
    data = {name: VARIABLES[name].read(order) for name in guard.names}
    found = guard.expression.eval(data=data).value()
    if found is True:
        return None
    if found is False:
        return Miss("GUARD_NOT_MET", f"it does not hold that {text}")
    # A number past 2^63, or divided by 0: CEL's answer is an error, and the rule gives nothing.
    return Miss("GUARD_FAILED", f"{text} cannot be computed: {found}")


class _Compiled(NamedTuple):
    """names: the variables that it needs."""

    expression: "cel.Expression"
    names: tuple[str, ...]


@lru_cache(maxsize=1_024)
def _compiled(text: str) -> _Compiled:
    names = dict.fromkeys(name for name in _names(text) if name in VARIABLES)
    return _Compiled(_environment().compile(text), tuple(names))


def _names(text: str) -> list[str]:
    """Every name that a guard mentions. Raises ValueError for what does not belong into one."""
    names, at = [], 0
    while text[at:].strip():
        token = _TOKEN.match(text, at)
        if token is None:
            rest = text[at:].strip()
            better = _MEANT.get(rest[0])
            raise ValueError(
                f"`{rest[:8]}`, character {text.index(rest, at) + 1}, does not belong into a guard"
                + (f": write {better}" if better else "")
            )
        name, number = token["name"], token["number"]
        if number and not number.isdecimal():
            raise ValueError(f"`{number}` is no whole number: write amounts in minor units")
        if name and name not in VARIABLES and name not in _WORDS:
            known = ", ".join(VARIABLES)
            hint = f": write {_MEANT[name]}" if name in _MEANT else meant(name, VARIABLES)
            raise ValueError(f"`{name}` is none of {known}{hint}")
        names += [name] if name else []
        at = token.end()
    return names


@lru_cache(maxsize=1)
def _environment() -> "cel.Env":
    """CEL with the operators of a guard alone, none of which takes anything but whole numbers."""
    from cel_expr_python import cel  # noqa: PLC0415 - see above

    lines = ["stdlib:", "  disable_macros: true", "  include_functions:"]
    for function, overload in _FUNCTIONS.items():
        lines.append(f'  - name: "{function}"')
        lines += [f"    overloads: [{{id: {overload}}}]"] if overload else []
    types = {"int": cel.Type.INT, "string": cel.Type.STRING, "list": cel.Type.List(cel.Type.STRING)}
    return cel.NewEnv(
        config=cel.NewEnvConfigFromYaml("\n".join(lines)),
        variables={name: types[each.type] for name, each in VARIABLES.items()},
    )


def _said(error: str) -> str:
    """CEL's first fault in plainer words."""
    fault = re.search(_FAULT, error)
    if fault is None:
        return "it is nested too deeply, or no expression"
    overload = re.search(_OVERLOAD, fault[2])
    if "'<EOF>'" in fault[2] and "extraneous" not in fault[2]:
        return "something is missing at its end"
    if overload is None:
        return f"character {fault[1]}: {re.sub(_EXPECTING, '', fault[2])}"
    sign = overload[1].strip("_@").replace("_", " ")
    return f"character {fault[1]}: `{sign}` does not go with {overload[2].replace(', ', ' and ')}"
