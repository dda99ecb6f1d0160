"""What an operator is told where AWS cannot be asked."""

import os

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from local import cli
from local.deployed import aws_problem, region_of
from local.problems import Problem


@pytest.fixture(autouse=True)
def no_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """No account, no region, and no way to the address that tells machines in AWS who they are."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    # A session keeps the credentials that it found first, for all tests after that.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


@pytest.mark.parametrize(
    "arguments", [["found", "--stack", "stars"], ["keys", "list", "--function", "stars-sealer"]]
)
def test_who_gave_no_region_or_credentials_is_told_how(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line each."""
    assert cli.main(arguments) == 2
    assert "--region" in capsys.readouterr().err
    assert cli.main([*arguments, "--region", "eu-west-1"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "AWS_PROFILE" in line


@pytest.mark.parametrize("name", ["AWS_REGION", "AWS_DEFAULT_REGION"])
def test_either_name_of_the_region_is_taken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The aws command knows both; what is given comes first."""
    with pytest.raises(Problem):
        region_of(None)
    monkeypatch.setenv(name, "eu-west-1")
    assert region_of(None) == "eu-west-1"
    assert region_of("eu-north-1") == "eu-north-1"


def test_a_region_that_there_is_not_is_asked_about() -> None:
    """Where its address leads nowhere."""
    error = EndpointConnectionError(endpoint_url="https://kms.narnia.amazonaws.com/")
    assert "is narnia a region?" in str(aws_problem(error, "narnia"))
