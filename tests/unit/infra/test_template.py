"""The template, where a local AWS does not apply what it says."""

import json
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import functions.telemetry
from functions.telemetry import NAMESPACE
from tests.infra import TEMPLATE, resources, template

FUNCTIONS = resources("AWS::Serverless::Function")
ALARMS = resources("AWS::CloudWatch::Alarm")
ROOT = TEMPLATE.parents[1]
XRAY = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]


def arn(name: str, attribute: str = "Arn") -> dict[str, list[str]]:
    return {"Fn::GetAtt": [name, attribute]}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(function: str) -> list[dict[str, Any]]:
    """What a function's role allows it."""
    (role,) = FUNCTIONS[function]["Role"]["Fn::GetAtt"][:1]
    policies = resources("AWS::IAM::Role")[role]["Policies"]
    return [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]


def allowed(function: str) -> set[str]:
    return {action for each in statements(function) for action in as_list(each["Action"])}


def environment(function: str) -> dict[str, Any]:
    shared = template()["Globals"]["Function"]["Environment"]["Variables"]
    return shared | FUNCTIONS[function].get("Environment", {}).get("Variables", {})


def streams() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, function in FUNCTIONS.items():
        for event in function.get("Events", {}).values():
            if event["Type"] == "DynamoDB":
                yield name, event["Properties"]


def schedules() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, function in FUNCTIONS.items():
        for event in function.get("Events", {}).values():
            if event["Type"] == "ScheduleV2":
                yield name, event["Properties"]


# What is kept.


def test_no_row_can_be_lost_by_mistake() -> None:
    """The table can be put back to any second, is not deleted, and outlives the stack."""
    table = resources("AWS::DynamoDB::Table")["Table"]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    # An attribute of counts of requests alone, in `storage.rows`.
    assert table["TimeToLiveSpecification"] == {"AttributeName": "x", "Enabled": True}


@pytest.mark.parametrize("name", ["Table", "Bucket", "LogKey", "WrappingKey"])
def test_what_cannot_be_made_anew_outlives_the_stack(name: str) -> None:
    """Neither a deletion of the stack nor a replacement takes it away."""
    resource = template()["Resources"][name]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_the_table_is_that_of_the_rows() -> None:
    """Key, and no index, as `storage.rows` has them; its stream tells of keys alone."""
    table = resources("AWS::DynamoDB::Table")["Table"]
    assert [each["AttributeName"] for each in table["KeySchema"]] == ["pk", "sk"]
    assert {each["AttributeType"] for each in table["AttributeDefinitions"]} == {"S"}
    assert not {"GlobalSecondaryIndexes", "LocalSecondaryIndexes"} & table.keys()
    assert table["StreamSpecification"] == {"StreamViewType": "KEYS_ONLY"}


def test_what_was_published_stays() -> None:
    """Every version of an object of the log is locked, and later deleted by nobody."""
    bucket = resources("AWS::S3::Bucket")["Bucket"]
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["ObjectLockEnabled"] is True
    lock = bucket["ObjectLockConfiguration"]
    assert lock["ObjectLockEnabled"] == "Enabled"
    assert lock["Rule"]["DefaultRetention"]["Mode"] == "GOVERNANCE"
    policy = resources("AWS::S3::BucketPolicy")["BucketPolicy"]["PolicyDocument"]
    (never,) = [each for each in policy["Statement"] if each["Sid"] == "NothingOfTheLogIsDeleted"]
    assert (never["Effect"], never["Principal"]) == ("Deny", "*")
    assert never["Action"] == ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    for rule in bucket["LifecycleConfiguration"]["Rules"]:
        assert "ExpirationInDays" not in rule
        # Markers of what was deleted, which of the log nothing ever is.
        assert rule.get("ExpiredObjectDeleteMarker", False) == (rule.get("Prefix") == "own/")
        # Of tiles not even older versions go.
        assert "NoncurrentVersionExpiration" not in rule or rule["Prefix"] in (
            "own/",
            "log/checkpoint",
        )


def test_the_bucket_is_read_through_the_distribution_alone() -> None:
    """And of it only the log: what is the sealer's own is served to nobody."""
    bucket = resources("AWS::S3::Bucket")["Bucket"]
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert all(bucket["PublicAccessBlockConfiguration"].values())
    policy = resources("AWS::S3::BucketPolicy")["BucketPolicy"]["PolicyDocument"]
    for each in policy["Statement"]:
        if each["Effect"] == "Allow":
            assert each["Principal"] == {"Service": "cloudfront.amazonaws.com"}
            assert "${Distribution}" in json.dumps(each["Condition"]["StringEquals"])
    readable = [
        each["Resource"] for each in policy["Statement"] if each["Action"] == "s3:GetObject"
    ]
    assert readable == [{"Fn::Sub": "${Bucket.Arn}/log/*"}]
    config = resources("AWS::CloudFront::Distribution")["Distribution"]["DistributionConfig"]
    (origin,) = [each for each in config["Origins"] if each["Id"] == "nothing"]
    assert config["DefaultCacheBehavior"]["TargetOriginId"] == "nothing"
    assert origin["OriginPath"] == "/nothing"
    assert [each["PathPattern"] for each in config["CacheBehaviors"]] == ["/log/*"]


def test_keys_are_of_their_kinds() -> None:
    """The log's signs in KMS with Ed25519; the other encrypts seeds."""
    keys = resources("AWS::KMS::Key")
    assert keys["LogKey"]["KeySpec"] == "ECC_NIST_EDWARDS25519"
    assert keys["LogKey"]["KeyUsage"] == "SIGN_VERIFY"
    assert "KeySpec" not in keys["WrappingKey"]


# What runs.


def test_every_function_is_deployed() -> None:
    """Each module of functions/ that has an entry point, and no other."""
    handlers = {each["Handler"] for each in FUNCTIONS.values()}
    written = {
        f"functions.{path.stem}.handler"
        for path in (ROOT / "functions").glob("*.py")
        if hasattr(import_module(f"functions.{path.stem}"), "handler")
    }
    assert handlers == written


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_found_by_its_name(name: str) -> None:
    """Among what the stack says of itself: runbooks run some by hand, and stop all of them."""
    assert template()["Outputs"][name] == {"Value": {"Ref": name}}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_the_package(name: str) -> None:
    """Said of each: `aws cloudformation package` does not read Globals."""
    assert FUNCTIONS[name]["CodeUri"] == "../build/package"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_its_alarms(name: str) -> None:
    """Of errors, throttles, and of durations near its own time-out; each told to the topic."""
    own = {
        alarm["MetricName"]: alarm
        for alarm in ALARMS.values()
        if alarm["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": name}}]
    }
    assert {"Errors", "Throttles", "Duration"} <= own.keys()
    assert own["Duration"]["Threshold"] == FUNCTIONS[name]["Timeout"] * 800
    assert own["Duration"]["Statistic"] == "Maximum"


def test_every_alarm_is_told() -> None:
    for alarm in ALARMS.values():
        assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]


TOLD_BY = {
    "SealLagSeconds": {"sealer"},
    "UnsealedAgeSeconds": {"sealer"},
    "WitnessAlarms": {"sealer"},
    "Conflicts": {"api"},
    "RefusedSignatures": {"api"},
    "PutOff": {"clock"},
    "DeadLetters": {"events", "stream"},
}


@pytest.mark.parametrize("metric", TOLD_BY)
def test_what_the_product_measures_has_an_alarm(metric: str) -> None:
    """By the name and the service under which functions write it (`functions.telemetry`)."""
    alarms = [each for each in ALARMS.values() if each["MetricName"] == metric]
    # Of a namespace for each stack: the alarms of one are not set off by another.
    own = {"Fn::Sub": f"{NAMESPACE}/${{AWS::StackName}}"}
    assert all(each["Namespace"] == own for each in alarms)
    assert all(environment(name)["TALLYSTICK_METRICS"] == own for name in FUNCTIONS)
    dimensions = [dimension for each in alarms for dimension in each["Dimensions"]]
    assert {each["Name"] for each in dimensions} == {"service"}
    services = {each["Value"] for each in dimensions}
    assert services == TOLD_BY[metric]
    for service in services:
        assert f'Telemetry("{service}")' in (ROOT / "functions" / f"{service}.py").read_text()
    assert f"    {metric} " in (functions.telemetry.__doc__ or "").replace(";", "\n   ")


def test_an_entry_that_waits_is_told_of_long_before_it_is_too_late() -> None:
    """After 24 hours it could never be sealed."""
    assert ALARMS["UnsealedAge"]["Threshold"] <= 12 * 3600


def test_dead_letters_and_cost_are_told() -> None:
    assert {"DeadLettersWait", "SealerBehind", "StreamBehind"} <= ALARMS.keys()
    (budget,) = resources("AWS::Budgets::Budget").values()
    kinds = [
        each["Notification"]["NotificationType"] for each in budget["NotificationsWithSubscribers"]
    ]
    assert kinds == ["ACTUAL", "FORECASTED"]


def test_the_dashboard_is_json() -> None:
    """With every metric that has an alarm of the product's."""
    (dashboard,) = resources("AWS::CloudWatch::Dashboard").values()
    widgets = json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]
    shown = {metric[1] for each in widgets for metric in each["properties"]["metrics"]}
    assert {each["MetricName"] for each in ALARMS.values()} - shown <= {"WriteThrottleEvents"}


def test_the_stream_has_two_readers() -> None:
    """AWS advises no more of one shard."""
    assert sorted(name for name, _ in streams()) == ["SealerFunction", "StreamFunction"]


@pytest.mark.parametrize(("name", "mapping"), list(streams()))
def test_what_a_stream_cannot_deliver_ends_in_the_queue(name: str, mapping: dict[str, Any]) -> None:
    """Batches fail in part, are split, are tried a bounded number of times, then kept."""
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"] is True
    assert 0 < mapping["MaximumRetryAttempts"] <= 1_000
    assert 0 < mapping["MaximumRecordAgeInSeconds"] < 86_400
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == arn("DeadLetters")
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert "sqs:SendMessage" in allowed(name)
    for each in mapping["FilterCriteria"]["Filters"]:
        assert "pk" in json.loads(each["Pattern"])["dynamodb"]["Keys"]


@pytest.mark.parametrize(("name", "schedule"), list(schedules()))
def test_a_schedule_wakes_a_function_of_which_one_runs(name: str, schedule: dict[str, Any]) -> None:
    """It may invoke it, and what it could not deliver is kept."""
    assert FUNCTIONS[name]["ReservedConcurrentExecutions"] == 1
    assert schedule["DeadLetterConfig"] == {"Arn": arn("DeadLetters")}
    assert schedule["RoleArn"] == arn("SchedulerRole")
    (invoke, _) = resources("AWS::IAM::Role")["SchedulerRole"]["Policies"][0]["PolicyDocument"][
        "Statement"
    ]
    assert arn(name) in invoke["Resource"]
    if "Input" in schedule:
        json.loads(schedule["Input"])


def test_the_api_wakes_quickly() -> None:
    """From a snapshot, which only published versions have, of the alias that is asked."""
    api = FUNCTIONS["ApiFunction"]
    assert api["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert api["AutoPublishAlias"]
    # Both: CloudFormation publishes by the one, Lambda refuses to publish what has not changed.
    assert api["VersionDescription"] == {"Ref": "Revision"}
    assert "${Revision}" in api["Description"]["Fn::Sub"]
    assert template()["Globals"]["Function"]["Tracing"] == "Active"
    assert template()["Globals"]["Function"]["Runtime"] == "python3.13"


# Who may do what.


def test_every_role_is_one_functions_own() -> None:
    roles = [each["Role"]["Fn::GetAtt"][0] for each in FUNCTIONS.values()]
    assert len(set(roles)) == len(roles)
    for name, role in resources("AWS::IAM::Role").items():
        assert "ManagedPolicyArns" not in role, name


@pytest.mark.parametrize("role", resources("AWS::IAM::Role"))
def test_no_role_may_do_all_of_anything(role: str) -> None:
    """Named actions on named resources, but for X-Ray, which knows no narrower one."""
    for policy in resources("AWS::IAM::Role")[role]["Policies"]:
        for each in policy["PolicyDocument"]["Statement"]:
            actions = as_list(each["Action"])
            assert each["Effect"] == "Allow"
            assert not any("*" in action for action in actions)
            if actions != XRAY:
                for resource in as_list(each["Resource"]):
                    assert re.search(r"Fn::GetAtt|\$\{\w+\.Arn\}", json.dumps(resource)), each


def test_only_the_sealer_signs_and_publishes() -> None:
    """And nobody deletes of the log."""
    for name in FUNCTIONS:
        assert ("kms:Sign" in allowed(name)) == (name == "SealerFunction")
        assert ("s3:PutObject" in allowed(name)) == (name == "SealerFunction")
        for each in statements(name):
            if "s3:DeleteObject" in as_list(each["Action"]):
                assert each["Resource"] == {"Fn::Sub": "${Bucket.Arn}/own/staging/*"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_seed_is_decrypted_for_its_own_use(name: str) -> None:
    """The entry key's with the origin alone as its context; that of webhooks by who sends them."""
    uses = []
    for each in statements(name):
        if "kms:Decrypt" in as_list(each["Action"]):
            assert each["Resource"] == arn("WrappingKey")
            wanted = each["Condition"]["StringEquals"]
            assert wanted["kms:EncryptionContext:origin"] == {"Ref": "Origin"}
            uses.append(wanted.get("kms:EncryptionContext:use"))
            if uses[-1] is None:
                assert each["Condition"]["Null"] == {"kms:EncryptionContext:use": "true"}
    seeds = {"TALLYSTICK_ENTRY_SEED": None, "TALLYSTICK_WEBHOOK_SEED": "webhooks"}
    assert uses == [use for seed, use in seeds.items() if seed in environment(name)]


def test_only_who_writes_entries_has_their_key() -> None:
    """Who speaks with strangers' servers, to tell them of events, has it not."""
    has = {name for name in FUNCTIONS if "TALLYSTICK_ENTRY_SEED" in environment(name)}
    assert has == {"ApiFunction", "SealerFunction", "ClockFunction"}


# What functions are told.


def read_by_wiring() -> set[str]:
    """The names that functions/ reads, but those of a local AWS."""
    names: set[str] = set()
    for path in Path(ROOT, "functions").glob("*.py"):
        names |= set(re.findall(r'"(TALLYSTICK_[A-Z0-9_]+)"', path.read_text()))
    return {each for each in names if not each.endswith(("_ENDPOINT", "_LOOPBACK"))}


def test_functions_are_told_what_they_read() -> None:
    """No name that nobody reads, none that nobody sets; endpoints on this machine never."""
    told = {name for function in FUNCTIONS for name in environment(function)}
    assert {name for name in told if name.startswith("TALLYSTICK_")} == read_by_wiring()


def test_events_go_nowhere_on_this_machine() -> None:
    """What allows that in development is in no deployment."""
    assert "LOOPBACK" not in TEMPLATE.read_text()
    assert "ENDPOINT" not in TEMPLATE.read_text()


def test_nothing_runs_before_the_coalition_is_founded() -> None:
    """Without an entry key every run would be an alarm."""
    for _, mapping in streams():
        assert mapping["Enabled"] == {"Fn::If": ["Founded", True, False]}
    for _, schedule in schedules():
        assert schedule["State"]["Fn::If"][1:] == ["ENABLED", "DISABLED"]


def test_routes_are_those_that_the_api_serves() -> None:
    """Each by its method and path; nothing is passed on that the application does not know."""
    found = resources("AWS::ApiGatewayV2::Route").values()
    assert {each["Target"]["Fn::Sub"] for each in found} == {"integrations/${ApiIntegration}"}
    routes = {each["RouteKey"] for each in found}
    assert {"POST /graphql", "GET /graphql", "GET /health", "GET /ready"} <= routes
    assert "GET /log/{path+}" in routes
    assert not any(route.startswith(("ANY", "$default")) for route in routes)
    (integration,) = resources("AWS::ApiGatewayV2::Integration").values()
    assert integration["PayloadFormatVersion"] == "2.0"
    # The alias: what was published alone wakes from a snapshot.
    assert integration["IntegrationUri"] == {"Ref": "ApiFunction.Alias"}


def test_a_sweep_that_does_not_come_rings() -> None:
    """Its alarm takes silence for one, and waits longer than from one sweep to the next."""
    alarm = ALARMS["UnsealedAge"]
    # A stack that is not founded yet has no sweep to wait for.
    silent = [name for name, each in ALARMS.items() if each["TreatMissingData"] == "breaching"]
    assert silent == ["UnsealedAge"]
    assert alarm["ActionsEnabled"] == {"Fn::If": ["Founded", True, False]}
    every = template()["Parameters"]["SweepSchedule"]["Default"]
    (hours,) = re.fullmatch(r"rate\((\d+) hours\)", every).groups()  # type: ignore[union-attr]
    assert alarm["TreatMissingData"] == "breaching"
    assert int(hours) * 3600 < alarm["Period"] * alarm["EvaluationPeriods"] <= 86_400
