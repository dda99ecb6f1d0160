"""The AWS of a deployed coalition: its region, and what an operator can mend of what it refuses."""

import os
from typing import Any

import boto3
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from ledger.errors import shown
from local.problems import Problem


def region_of(given: str | None) -> str:
    """The region that was given, or is set. Raises Problem."""
    region = given or os.environ.get("AWS_REGION") or boto3.Session().region_name
    if region is None:
        raise Problem("which region? give --region, or set AWS_REGION")
    return region


def aws_problem(error: Exception, region: str) -> Problem:
    """What AWS said, and what to do where that is known."""
    return Problem(f"AWS did not do it: {shown(str(error))}{_next(error, region)}")


def _next(error: Exception, region: str) -> str:
    if isinstance(error, NoCredentialsError):
        return ": log in with the aws command, or set AWS_PROFILE"
    if isinstance(error, EndpointConnectionError):
        return f": is {region} a region?"
    if isinstance(error, ClientError) and _is_missing(error.response.get("Error", {})):
        listed = "aws cloudformation describe-stacks"
        return f" (in {region}): give another --region, or a name that `{listed}` tells"
    return ""


def _is_missing(said: Any) -> bool:
    """Whether there is no such stack or function."""
    missing = said.get("Code") == "ResourceNotFoundException"
    return missing or "does not exist" in said.get("Message", "")
