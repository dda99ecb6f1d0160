"""The figures of docs/deploy.md that follow from others, or from the template."""

import re

import functions.telemetry
from tests.infra import TEMPLATE, resources

TEXT = (TEMPLATE.parents[1] / "docs/deploy.md").read_text(encoding="utf-8")
MONTHLY = TEXT.partition("What costs without any transaction:")[2].partition("\n\n")[0]


def test_the_components_are_what_they_come_to_together() -> None:
    """To the cent, of those rows that stand above the sum."""
    table = TEXT.partition("For a million transactions:")[2].partition("| **together** | | **")
    costs = [float(each) for each in re.findall(r"\| ([0-9.]+) \|$", table[0], re.MULTILINE)]
    assert len(costs) > 10
    assert f"{sum(costs):.2f}" == table[2].partition("*")[0]


def test_products_are_what_their_factors_are() -> None:
    """Wherever a whole cell of the table is `a × b × c`, or ends in it after a colon."""
    found = re.findall(r"(?::|\|) ([0-9.,]+(?: × [0-9.,]+)+(?: ÷ [0-9,]+)?) \| ([0-9.]+) \|", TEXT)
    assert len(found) > 6
    for product, told in found:
        factors, _, divisor = product.replace(",", "").partition(" ÷ ")
        value = 1.0
        for each in factors.split(" × "):
            value *= float(each)
        assert abs(value / float(divisor or 1) - float(told)) <= 0.006, product


def test_what_costs_by_the_month_is_what_the_template_makes() -> None:
    """Alarms, and metrics of our own: each by its name and the function that writes it."""
    assert f"{len(resources('AWS::CloudWatch::Alarm'))} alarms" in MONTHLY
    dashboard = resources("AWS::CloudWatch::Dashboard")["Dashboard"]["DashboardBody"]["Fn::Sub"]
    ours = set(re.findall(r'\["Tallystick/[^"]+","(\w+)","service","(\w+)"\]', dashboard))
    # No dashboard shows how many entries are sealed.
    ours.add(("SealedEntries", "sealer"))
    told = re.findall(r"^    ([A-Z]\w+) |; ([A-Z]\w+):", functions.telemetry.__doc__ or "", re.M)
    assert {name for name, _ in ours} == {first or second for first, second in told}
    assert f"{len(ours)} metrics" in MONTHLY
    stage = resources("AWS::ApiGatewayV2::Stage")["ApiStage"]
    # Metrics of each route would be six of each. What is left is a limit.
    settings = {"ThrottlingBurstLimit": 500, "ThrottlingRateLimit": 500}
    assert stage["DefaultRouteSettings"] == settings
    assert "500 requests a second, and as many at once" in TEXT


def test_what_is_counted_is_what_there_is() -> None:
    """Functions, and those that reserve one for themselves."""
    functions_ = resources("AWS::Serverless::Function")
    reserved = [each for each in functions_.values() if "ReservedConcurrentExecutions" in each]
    assert (len(functions_), len(reserved)) == (5, 3)
    assert "five Lambda functions" in TEXT
    assert "Three\n  functions reserve one each" in TEXT
