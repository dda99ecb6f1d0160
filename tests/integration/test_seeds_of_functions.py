"""While the entry key changes every function that signs holds both, in whichever order they are
told, and signs with the one in force."""

import os
from base64 import b64encode
from pathlib import Path

import boto3
import pytest

from local.aws import REGION
from tests.deployed import deployment
from tests.signing import ORIGIN


def test_the_key_in_force_signs_wherever_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API and the sealer go on while the next key stands before it, which no entry names."""
    with deployment(tmp_path, monkeypatch) as house:
        kms = boto3.client("kms", region_name=REGION)
        (key,) = kms.list_keys()["Keys"]
        context = {"origin": ORIGIN}
        made = kms.encrypt(KeyId=key["KeyId"], Plaintext=b"n" * 32, EncryptionContext=context)
        seeds = (b64encode(made["CiphertextBlob"]).decode(), os.environ["TALLYSTICK_ENTRY_SEED"])
        house.monkeypatch.setenv("TALLYSTICK_ENTRY_SEED", ",".join(seeds))
        house.starts()
        house.earned(house.enrolled(), 5)
        assert house.seals() == {"entries": 1}
        assert house.ready() == 200
