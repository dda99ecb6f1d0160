"""Policies, c2sp.org/tlog-policy: which cosigners are enough, and which files say so."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoints import Checkpoint
from ledger.cosignatures import cosign, with_lines
from ledger.notes import COSIGNATURE, SeedSigner, VerifierKey, sign_note
from ledger.policies import MAX_WITNESSES, POLICY_MAX_CHARS, Group, accepted, read_policy
from ledger.tree import leaf_hash
from tests.unit.ledger.strategies import LOG, ORIGIN, QUICK, another, broken_by, rule_of

NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")
SIGNERS = {
    name: SeedSigner(f"{name.lower()}.example", name.encode() * 16, COSIGNATURE) for name in NAMES
}
KEYS = {name: signer.verifier for name, signer in SIGNERS.items()}
SECOND = another(ORIGIN)
CHECKPOINT = Checkpoint(ORIGIN, 1234, leaf_hash(b"entry"))
NOTE = sign_note(CHECKPOINT.text, LOG)
NOW = 1_700_000_000


def witness_line(name: str) -> str:
    return f"witness {name} {KEYS[name]}\n"


WITNESSES = "".join(map(witness_line, NAMES))
GROUPS = """group X-witnesses 2 X1 X2 X3
group Y-witnesses any Y1 Y2 Y3
group X-and-Y all X-witnesses Y-witnesses
"""
# The example of c2sp.org/tlog-policy.
EXAMPLE = f"log {LOG.verifier}\n\n{WITNESSES}{GROUPS}quorum X-and-Y\n"


def cosigned(*names: str) -> bytes:
    lines = [cosign(CHECKPOINT.text, SIGNERS[name], NOW) for name in names]
    return with_lines(NOTE, lines)


def test_the_example_of_the_spec_is_read():
    """A log, six witnesses, three groups, a quorum."""
    policy = read_policy(EXAMPLE)
    assert policy.log_keys == (LOG.verifier,)
    assert policy.witness_keys == tuple(KEYS.values())
    assert [witness.name for witness in policy.witnesses] == list(NAMES)
    assert policy.groups == (
        Group("X-witnesses", 2, ("X1", "X2", "X3")),
        Group("Y-witnesses", 1, ("Y1", "Y2", "Y3")),
        Group("X-and-Y", 2, ("X-witnesses", "Y-witnesses")),
    )
    assert policy.quorum == "X-and-Y"


def test_the_example_wants_two_of_x_and_one_of_y():
    """For every set of cosigners."""
    policy = read_policy(EXAMPLE)
    for count in range(7):
        for names in combinations(NAMES, count):
            xs = sum(name.startswith("X") for name in names)
            enough = xs >= 2 and count - xs >= 1
            assert policy.satisfied([KEYS[name] for name in names]) is enough


def test_unknown_cosigners_do_not_count():
    """Not even with the name of a witness, or its key under another name or type."""
    policy = read_policy(f"{witness_line('X1')}quorum X1\n")
    key = KEYS["X1"]
    for other in (
        SeedSigner(key.name, b"another" + bytes(25), COSIGNATURE).verifier,
        VerifierKey.of("other.example", key.public, COSIGNATURE),
        VerifierKey.of(key.name, key.public),
    ):
        assert not policy.satisfied([other])
    assert policy.satisfied({key: NOW})


def test_no_witness_is_needed_where_the_quorum_is_none():
    """Which may be the whole policy."""
    for text in ("quorum none\n", f"{WITNESSES}quorum none\n"):
        assert read_policy(text).satisfied([])
    assert accepted(NOTE, [LOG.verifier], read_policy("quorum none\n")) == CHECKPOINT


@pytest.mark.parametrize(
    ("threshold", "needed"), [("any", 1), ("all", 3), ("1", 1), ("2", 2), ("3", 3)]
)
def test_a_group_witnesses_when_enough_of_its_members_do(threshold, needed):
    """any is 1, all is every one."""
    policy = read_policy(f"{WITNESSES}group g {threshold} X1 X2 X3\nquorum g\n")
    for count in range(4):
        chosen = [KEYS[name] for name in ("X1", "X2", "X3")[:count]]
        assert policy.satisfied([*chosen, KEYS["Y1"]]) is (count >= needed)


def test_urls_are_kept():
    """Of logs and witnesses, where there are any."""
    policy = read_policy(
        f"log {LOG.verifier} https://stars.example/log/\nlog {SECOND.verifier}\n"
        f"witness w {KEYS['X1']} https://w.example/?a=b#c\nwitness v {KEYS['X2']}\nquorum none\n"
    )
    assert [log.url for log in policy.logs] == ["https://stars.example/log/", None]
    assert [witness.url for witness in policy.witnesses] == ["https://w.example/?a=b#c", None]


def test_white_space_comments_and_order():
    """Spaces and tabs anywhere between items, empty lines, comments, logs after the quorum."""
    text = (
        f"# {WITNESSES[:20]}\n\t # more\n \t\n\n"
        f" \twitness\t X1  {KEYS['X1']} \t\n"
        f"#quorum none\n\tquorum \t X1\t\nlog {LOG.verifier} #\n"
    )
    policy = read_policy(text)
    assert policy.quorum == "X1"
    assert policy.logs[0].url == "#"


def test_names_are_octets():
    """A Kelvin sign is no K, and bytes that are not UTF-8 may stand in names and comments."""
    policy = read_policy(
        f"witness K {KEYS['X1']}\nwitness \u212a {KEYS['X2']}\n"
        f"witness \u00a0 {KEYS['X3']}\ngroup g all K \u212a \u00a0\nquorum g\n"
    )
    assert policy.satisfied([KEYS["X1"], KEYS["X2"], KEYS["X3"]])
    assert not policy.satisfied([KEYS["X1"], KEYS["X3"]])
    raw = b"# \xff\nwitness \xfe %s\nwitness \xfd %s\nquorum \xfe\n"
    policy = read_policy(raw % (str(KEYS["X1"]).encode(), str(KEYS["X2"]).encode()))
    assert policy.satisfied([KEYS["X1"]])
    assert not policy.satisfied([KEYS["X2"]])
    assert rule_of(read_policy, b"quorum \xff\n") == "policy.quorum"


LOG_LINE = f"log {LOG.verifier}\n"
SAME_KEY_LOG = VerifierKey.of("moons.example/ledger", LOG.verifier.public)
SAME_KEY_WITNESS = VerifierKey.of("other.example", KEYS["X1"].public, COSIGNATURE)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "policy.quorum"),
        ("# nothing\n", "policy.quorum"),
        (LOG_LINE, "policy.quorum"),
        ("quorum none\nquorum none\n", "policy.quorum"),
        ("quorum X1\n" + WITNESSES, "policy.quorum"),
        (WITNESSES + "quorum x1\n", "policy.quorum"),
        (WITNESSES + "quorum g\ngroup g any X1\n", "policy.quorum"),
        (WITNESSES + "quorum X1 X2\n", "policy.line"),
        ("quorum\n", "policy.line"),
        ("quorum none", "policy.line"),
        (EXAMPLE[:-1], "policy.line"),
        (EXAMPLE[:-7], "policy.line"),
        ("Quorum none\n", "policy.line"),
        ("threshold 3\nquorum none\n", "policy.line"),
        ("log\nquorum none\n", "policy.line"),
        (f"log {LOG.verifier} https://a https://b\nquorum none\n", "policy.line"),
        (f"witness {KEYS['X1']}\nquorum none\n", "policy.line"),
        (f"witness X1 {KEYS['X1']} https://a https://b\nquorum none\n", "policy.line"),
        (LOG_LINE + LOG_LINE + "quorum none\n", "policy.duplicate"),
        (f"{LOG_LINE}log {SAME_KEY_LOG}\nquorum none\n", "policy.duplicate"),
        (f"{WITNESSES}witness other {KEYS['X1']}\nquorum none\n", "policy.duplicate"),
        (f"{WITNESSES}witness other {SAME_KEY_WITNESS}\nquorum none\n", "policy.duplicate"),
        (f"witness X1 {KEYS['X1']}\nwitness X1 {KEYS['X2']}\nquorum none\n", "policy.name"),
        (f"witness none {KEYS['X1']}\nquorum none\n", "policy.name"),
        (WITNESSES + "group X1 any X2\nquorum none\n", "policy.name"),
        (WITNESSES + "group none any X2\nquorum none\n", "policy.name"),
        (WITNESSES + "group g any X1\ngroup g any X2\nquorum none\n", "policy.name"),
        (WITNESSES + "group g any g\nquorum none\n", "policy.member"),
        (WITNESSES + "group g any none\nquorum none\n", "policy.member"),
        (WITNESSES + "group g any h\ngroup h any X1\nquorum none\n", "policy.member"),
        (WITNESSES + "group g 2 X1 X1\nquorum none\n", "policy.member"),
        (WITNESSES + "group g any X1\ngroup h any X1\nquorum none\n", "policy.member"),
        (WITNESSES + "group g any X1\ngroup h any g\ngroup i any g\nquorum i\n", "policy.member"),
        (WITNESSES + "group g any\nquorum none\n", "policy.line"),
        (WITNESSES + "group g\nquorum none\n", "policy.line"),
        *(
            (f"{WITNESSES}group g {k} X1 X2\nquorum g\n", "policy.threshold")
            for k in ("0", "3", "-1", "+1", "01", "1.0", "ANY", "X1", "x", "٢", "9" * 5000)
        ),
        (f"log {KEYS['X1']}\nquorum none\n", "key.algorithm"),
        (f"witness X1 {LOG.verifier}\nquorum X1\n", "key.algorithm"),
        (f"log {str(LOG.verifier)[:-4]}\nquorum none\n", "key.algorithm"),
        (f"log {LOG.verifier}=\nquorum none\n", "base64"),
        (f"log x{LOG.verifier}\nquorum none\n", "key.id"),
        ("log x\nquorum none\n", "key.form"),
        (EXAMPLE.replace("\n", "\r\n"), "policy.control"),
        ("# \x00\nquorum none\n", "policy.control"),
        ("# \x7f\nquorum none\n", "policy.control"),
        ("quorum\x0bnone\n", "policy.control"),
        ("#" * POLICY_MAX_CHARS + "\nquorum none\n", "policy.size"),
    ],
)
def test_what_is_no_policy_is_refused(text, rule):
    """Names used before they are defined or twice, thresholds out of range, keys of another type,
    files cut off in the middle."""
    assert rule_of(read_policy, text) == rule
    assert rule_of(read_policy, text.encode()) == rule


@pytest.mark.parametrize(
    "public", [bytes(32), b"\x01" + bytes(31), b"\xee" + b"\xff" * 30 + b"\x7f"]
)
@pytest.mark.parametrize("type_", [b"\x01", COSIGNATURE])
def test_keys_that_verify_anything_are_refused(public, type_):
    """Small order, or y not reduced: such a log or witness would be anybody."""
    key = VerifierKey("any.example", b"1234", public, type_)
    line = f"log {key}\n" if type_ == b"\x01" else f"witness w {key}\n"
    assert rule_of(read_policy, line + "quorum none\n") in ("key.order", "key.canonical")


def test_as_many_parties_as_the_spec_recommends():
    """32 logs, 32 witnesses, 32 groups."""
    lines = []
    for number in range(32):
        seed = bytes([number]) * 32
        lines.append(f"log {SeedSigner(f'log{number}.example', seed).verifier} https://l")
        witness = SeedSigner(f"w{number}.example", seed, COSIGNATURE).verifier
        lines.append(f"witness w{number} {witness} https://w")
        lines.append(f"group g{number} all w{number}" + (f" g{number - 1}" if number else ""))
    policy = read_policy("\n".join([*lines, "quorum g31\n"]))
    assert (len(policy.logs), len(policy.witnesses), len(policy.groups)) == (32, 32, 32)
    assert policy.satisfied(policy.witness_keys)
    for missing in range(32):
        assert not policy.satisfied(set(policy.witness_keys) - {policy.witness_keys[missing]})


def test_no_more_witnesses_than_lines_that_a_note_has():
    """Else a checkpoint that all of them cosigned could not be read."""
    lines = [
        f"witness w{number} "
        f"{SeedSigner(f'w{number}.example', bytes([number]) * 32, COSIGNATURE).verifier}\n"
        for number in range(MAX_WITNESSES + 1)
    ]
    all_but_one = read_policy("".join(lines[1:]) + "quorum none\n")
    assert len(all_but_one.witnesses) == MAX_WITNESSES
    assert rule_of(read_policy, "".join(lines) + "quorum none\n") == "policy.witnesses"


def test_a_checkpoint_is_accepted_on_the_word_of_log_and_quorum():
    """Neither without the other."""
    policy = read_policy(EXAMPLE)
    assert accepted(cosigned("X1", "X3", "Y2"), [], policy) == CHECKPOINT
    assert accepted(cosigned("X1", "X3", "Y2"), [LOG.verifier], policy) == CHECKPOINT
    for names in ((), ("X1", "X2", "X3"), ("X1", "Y1", "Y2")):
        assert rule_of(accepted, cosigned(*names), [LOG.verifier], policy) == "policy.quorum"
    unsigned = sign_note(CHECKPOINT.text, SECOND)
    lines = cosigned("X1", "X2", "Y1")[len(NOTE) :]
    assert rule_of(accepted, unsigned + lines, [], policy) == "checkpoint.signature"


def test_a_known_witness_that_cosigned_something_else_spoils_the_note():
    """Though enough others have cosigned."""
    wrong = cosign(Checkpoint(ORIGIN, 1235, CHECKPOINT.root).text, SIGNERS["X2"], NOW)
    note = with_lines(cosigned("X1", "X3", "Y2"), [wrong])
    assert rule_of(accepted, note, [], read_policy(EXAMPLE)) == "cosignature.signature"


def test_the_policys_logs_narrow_the_keys_given():
    """A key that only one of the two names is not enough; with no logs listed, those given are."""
    policy = read_policy(f"log {LOG.verifier}\nquorum none\n")
    both = sign_note(CHECKPOINT.text, LOG, SECOND)
    assert accepted(both, [LOG.verifier, SECOND.verifier], policy) == CHECKPOINT
    assert rule_of(accepted, both, [SECOND.verifier], policy) == "checkpoint.signature"
    second = sign_note(CHECKPOINT.text, SECOND)
    wanted = [LOG.verifier, SECOND.verifier]
    assert rule_of(accepted, second, wanted, policy) == "checkpoint.signature"
    assert accepted(second, wanted, read_policy("quorum none\n")) == CHECKPOINT
    assert rule_of(accepted, NOTE, [], read_policy("quorum none\n")) == "checkpoint.signature"
    assert rule_of(accepted, NOTE, []) == "checkpoint.signature"


@QUICK
@given(st.integers(0, len(EXAMPLE) - 1), st.text(max_size=2), st.integers(0, 3), st.binary())
def test_mutated_and_arbitrary_policies_are_refused_by_rule(position, put, cut, data):
    """Nothing else is raised."""
    text = EXAMPLE[:position] + put + EXAMPLE[position + cut :]
    broken_by(read_policy, text)
    broken_by(read_policy, data)
    broken_by(read_policy, data + b"\nquorum none\n")


@QUICK
@given(st.data())
def test_more_cosigners_never_spoil_a_quorum(data):
    """Whatever the groups: each witness counts in one way."""
    free, lines = list(NAMES), []
    for number in range(data.draw(st.integers(1, 4))):
        size = data.draw(st.integers(1, min(3, len(free))))
        members = [free.pop(data.draw(st.integers(0, len(free) - 1))) for _ in range(size)]
        threshold = data.draw(st.sampled_from(["any", "all", *map(str, range(1, size + 1))]))
        lines.append(f"group g{number} {threshold} {' '.join(members)}\n")
        free.append(f"g{number}")
    policy = read_policy(f"{WITNESSES}{''.join(lines)}quorum {free[-1]}\n")
    some = data.draw(st.sets(st.sampled_from(NAMES)))
    keys = {KEYS[name] for name in some}
    assert not policy.satisfied(())
    assert policy.satisfied(KEYS.values())
    if policy.satisfied(keys):
        assert all(policy.satisfied(keys | {key}) for key in KEYS.values())


def test_a_policy_may_be_as_long_as_the_limit_says():
    """To the character."""
    rest = "\nquorum none\n"
    longest = "#" * (POLICY_MAX_CHARS - len(rest)) + rest
    assert read_policy(longest).satisfied([])
    assert rule_of(read_policy, "#" + longest) == "policy.size"
