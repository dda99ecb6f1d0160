"""`checkpoint`: what the published log is now."""

from base64 import b64encode

from ledger.checkpoints import CHECKPOINT, opened
from ledger.cosignatures import cosign, with_lines
from ledger.notes import COSIGNATURE, SeedSigner
from tests.coalition import GROCER, OPERATOR, House, as_member, gid
from tests.sealing import LOG_KEY, SealedHouse

QUERY = "{ checkpoint { note origin size root witnesses { key at } } }"


def test_everyone_who_has_a_token_sees_what_the_log_signed(sealed: SealedHouse) -> None:
    """The note is the published one, byte for byte; the fields are what it states."""
    sealed.sealed()
    published = sealed.published()
    for actor in (OPERATOR, GROCER, as_member(gid("Member", "x"))):
        shown = sealed.ask(actor, QUERY)["checkpoint"]
        assert opened(shown["note"].encode(), [LOG_KEY.verifier]) == published
        assert (shown["origin"], shown["size"]) == (published.origin, published.size)
        assert shown["root"] == b64encode(published.root).decode()
        assert shown["witnesses"] == []


def test_who_cosigned_is_named_with_the_time(sealed: SealedHouse) -> None:
    """By the key and the time that its line has."""
    sealed.sealed()
    witness = SeedSigner("w.example", b"w" * 32, COSIGNATURE)
    there = sealed.log.read_tagged(CHECKPOINT)
    assert there is not None
    line = cosign(sealed.published().text, witness, 1_800_000_000)
    assert sealed.log.replace(CHECKPOINT, with_lines(there.data, [line]), there.tag)
    (shown,) = sealed.ask(OPERATOR, QUERY)["checkpoint"]["witnesses"]
    assert shown == {"key": witness.verifier.label, "at": "2027-01-15T08:00:00.000Z"}


def test_before_the_first_block_there_is_none_yet(sealed: SealedHouse, house: House) -> None:
    """The error says that asking again helps; so it is where nothing seals at all."""
    for unsealed in (sealed, house):
        answer = unsealed.execute(QUERY, OPERATOR)
        (error,) = answer.errors
        assert error["extensions"] == {"code": "NOT_SEALED", "retryable": True}
        assert "ask again" in error["message"]
        assert answer.data == {"checkpoint": None}


def test_without_token_nothing_is_seen(sealed: SealedHouse) -> None:
    """Here, unlike at /log/, every field is for those who take part."""
    sealed.sealed()
    assert sealed.execute(QUERY, None).codes == ["UNAUTHENTICATED"]
