"""What the roles of the template allow, and what functions ask of AWS: no local AWS looks at both.

Requests are watched as they are made, and each is held against the role of the function that makes
it, with the condition keys that AWS gives it. Of a transaction that is every partition key in it:
the documentation does not say whether a part of one has those of the others.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import pytest
from botocore.client import BaseClient

from tests.infra import resources
from tests.signing import ORIGIN

_PARTS = {
    "ConditionCheck": "ConditionCheckItem",
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
}
_VALUES: Mapping[str, Any] = {"Origin": ORIGIN, "HasFurtherLogKeys": False}
LEADING_KEYS = "dynamodb:LeadingKeys"


class Asked(NamedTuple):
    """A request for one action. keys: its condition keys."""

    action: str
    resource: str
    keys: Mapping[str, frozenset[str]]


class Role:
    """What a function may do."""

    def __init__(self, function: str) -> None:
        (name, _) = resources("AWS::Serverless::Function")[function]["Role"]["Fn::GetAtt"]
        policies = resources("AWS::IAM::Role")[name]["Policies"]
        statements = [each for one in policies for each in one["PolicyDocument"]["Statement"]]
        self._statements = [_resolved(each) for each in statements]

    @property
    def actions(self) -> set[str]:
        return {action for each in self._statements for action in _list(each["Action"])}

    def allows(self, asked: Asked) -> bool:
        return any(
            asked.action in _list(each["Action"])
            and any(fnmatchcase(asked.resource, one) for one in _list(each["Resource"]))
            and _hold(each.get("Condition", {}), asked.keys)
            for each in self._statements
        )


class Watched:
    """What was asked of AWS, by the function that is at work; nobody: it is not looked at.

    metrics: sums, by service and name.
    """

    def __init__(self) -> None:
        self.at_work = ""
        self.metrics: dict[tuple[str, str], float] = {}
        self.asked: dict[str, set[str]] = {}
        self.refused: list[tuple[str, Asked]] = []

    @contextmanager
    def working(self, function: str) -> Iterator[None]:
        self.at_work = function
        try:
            yield
        finally:
            self.at_work = ""

    def take(self, service: str, operation: str, parameters: Mapping[str, Any]) -> None:
        if self.at_work:
            role = Role(self.at_work)
            for asked in asked_by(service, operation, parameters):
                self.asked.setdefault(self.at_work, set()).add(asked.action)
                if not role.allows(asked):
                    self.refused.append((self.at_work, asked))


@contextmanager
def watching() -> Iterator[Watched]:
    """Every client of AWS in this process."""
    watched, call = Watched(), BaseClient._make_api_call

    def calling(client: Any, operation: str, parameters: Any) -> Any:
        watched.take(client.meta.service_model.service_name, operation, parameters)
        return call(client, operation, parameters)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", calling)
        yield watched


def asked_by(service: str, operation: str, parameters: Mapping[str, Any]) -> Iterator[Asked]:
    """The actions that a request is allowed by."""
    if service == "s3":
        key = parameters.get("Key")
        resource = "Bucket.Arn" if key is None else f"Bucket.Arn/{key}"
        yield Asked(f"s3:{operation}", resource, {})
    elif service == "kms":
        context = parameters.get("EncryptionContext", {})
        keys = {f"kms:EncryptionContext:{name}": frozenset({context[name]}) for name in context}
        yield Asked(f"kms:{operation}", "WrappingKey.Arn", keys)
    else:
        assert service == "dynamodb", service
        items = parameters.get("TransactItems", ())
        parts = [(part, each) for item in items for part, each in item.items()]
        keys = {LEADING_KEYS: frozenset(_partitions(parameters))}
        for name in [_PARTS[part] for part, _ in parts] or [operation]:
            yield Asked(f"dynamodb:{name}", "Table.Arn", keys)


def _partitions(part: Any) -> Iterator[str]:
    """Every partition key that a request for items names, however deep."""
    if isinstance(part, list):
        for each in part:
            yield from _partitions(each)
    elif isinstance(part, dict):
        if isinstance(part.get("pk"), dict):
            yield part["pk"]["S"]
        for each in part.values():
            yield from _partitions(each)


def _hold(conditions: Mapping[str, Any], keys: Mapping[str, frozenset[str]]) -> bool:
    return all(
        _holds(operator, keys.get(name), _list(wanted))
        for operator, each in conditions.items()
        for name, wanted in each.items()
    )


def _holds(operator: str, found: frozenset[str] | None, wanted: list[str]) -> bool:
    if operator == "Null":
        return (found is None) == (wanted == ["true"])
    if operator == "StringEquals":
        return found is not None and found <= set(wanted)
    patterns = operator == "ForAllValues:StringLike"
    assert patterns or operator == "ForAllValues:StringEquals", operator
    # AWS takes a key that is absent for one that holds; here it would be a mistake of this module.
    assert found
    return all(
        any(fnmatchcase(each, one) if patterns else each == one for one in wanted) for each in found
    )


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _resolved(value: Any) -> Any:
    """A part of the template with its functions evaluated. ARNs stand as `Resource.Attribute`."""
    if isinstance(value, list):
        return [_resolved(each) for each in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        ((name, given),) = value.items()
        if name in _FUNCTIONS:
            return _FUNCTIONS[name](given)
    return {name: _resolved(each) for name, each in value.items()}


_FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "Ref": lambda name: _VALUES[name],
    "Fn::GetAtt": ".".join,
    "Fn::Sub": lambda text: text.replace("${", "").replace("}", ""),
    "Fn::If": lambda given: _resolved(given[1 if _VALUES[given[0]] else 2]),
}
