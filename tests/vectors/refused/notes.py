"""Refused: what is no note, not signed as it must be, or not the one encoding of a value."""

from base64 import b64decode

from tests.vectors.forged_signatures import plus_order, small_order_r, torsion_r
from tests.vectors.forms import MAX, b64
from tests.vectors.keys import ENTRIES, ENTRIES_2, LOG, STRANGER, Key
from tests.vectors.refused.refusals import Refusals, drop, put
from tests.vectors.writing import note


def refuse_notes(r: Refusals) -> None:
    """What is wrong before a single member is read."""
    entry = r.entries[12]
    text = entry.partition(b"\n\n")[0] + b"\n"
    line = entry.partition(b"\n\n")[2]
    blob = b64decode(line.split(b" ")[2])
    head = line.rpartition(b" ")[0] + b" "
    signature = blob[4:]

    def signed(name: str, rule: str, data: bytes) -> None:
        r.raw(name, 12, rule, text + b"\n" + head + b64(data).encode() + b"\n")

    r.raw("no entry line at all", 12, "note.form", b"")
    r.raw("no signature", 12, "note.form", text)
    r.bytes("the blank line is missing", 12, "note.form", b"\n\n", b"\n")
    r.bytes("a hyphen in place of the dash", 12, "note.form", "\n— ".encode(), b"\n- ")
    r.bytes("two spaces after the dash", 12, "note.signature_line", "— ".encode(), "—  ".encode())
    r.raw("the last line feed is missing", 12, "note.signature_line", entry[:-1])
    r.raw("something after the signature", 12, "note.signature_line", entry + b"x")
    r.raw("two signature lines", 12, "entry.signatures", note(text, ENTRIES, LOG))
    r.raw("the signature line twice", 12, "entry.signatures", entry + line)
    r.text("a tab in the text", 12, "note.control", '{"at"', '{\t"at"')
    r.bytes("a byte that is not UTF-8", 12, "note.utf8", b"brewco", b"\xffrewco")
    unused = line.replace(b"=\n", b"\n")
    spare = bytes([unused[-2] + 1]) + b"=\n"
    r.raw("base64 with unused bits set", 12, "base64", entry[:-3] + spare)
    signed("a signature of no bytes", "note.signature_length", blob[:4])
    signed("a signature of 63 bytes", "entry.signature", blob[:-1])
    signed("a signature of 65 bytes", "entry.signature", blob + b"\x00")
    signed("S + L in place of S", "entry.signature", blob[:4] + plus_order(signature))
    small = small_order_r(ENTRIES, text)
    signed("an R of small order", "entry.signature", blob[:4] + small)
    torsion = torsion_r(ENTRIES, text)
    signed("an R that needs the cofactor", "entry.signature", blob[:4] + torsion)
    signed("the signature of another entry", "entry.signature", _blob(r.entries[13]))
    signed("another key id", "entry.key", bytes(4) + signature)
    r.bytes("another key name", 12, "entry.key", b"/entries ", b"/entrie5 ")
    r.raw("signed by the log key", 12, "entry.key", note(text, LOG))
    r.raw("signed by a stranger's key", 12, "entry.key", note(text, STRANGER))
    pretender = Key(ENTRIES.name, STRANGER.seed, "")
    r.raw("signed by a stranger of that name", 12, "entry.key", note(text, pretender))
    last = r.entries[40].partition(b"\n\n")[0] + b"\n"
    r.raw("signed by the revoked entry key", 40, "entry.key", note(last, ENTRIES))
    early = r.entries[36].partition(b"\n\n")[0] + b"\n"
    r.raw("signed by an entry key to come", 36, "entry.key", note(early, ENTRIES_2))
    r.bytes("a bit of an amount flips", 12, "tx.postings.sum", b'"STAR",-100', b'"STAR",-101')
    r.bytes("a bit of the time flips", 12, "entry.signature", b"09:00:00.000", b"09:00:00.001")
    r.changed("more than 16 KiB", 12, "entry.size", put("by", "key", "k" * 16_384))


def _blob(entry: bytes) -> bytes:
    return b64decode(entry.rpartition(b" ")[2].rstrip(b"\n"))


def refuse_json(r: Refusals) -> None:
    """Text that is not the one encoding of a value, or not of this shape."""
    trip = "canonical.round_trip"
    r.text("not JSON", 12, "canonical.json", "{", "{{")
    r.text("a space in the JSON", 12, trip, ':"earn"', ': "earn"')
    r.text("a member given twice", 12, trip, '"kind":"earn"', '"kind":"earn","kind":"earn"')
    r.text("a member given twice, first else", 12, trip, '"kind"', '"kind":"hold","kind"')
    r.text("members not sorted", 12, trip, '"type":"tx","v":1', '"v":1,"type":"tx"')
    r.text("an escape that is not needed", 12, trip, '"earn"', '"\\u0065arn"')
    r.text("an exponent", 12, trip, '"STAR",100]', '"STAR",1e2]')
    r.text("a minus before 0", 12, trip, '"arrears":0', '"arrears":-0')
    r.text("a float", 12, "tx.postings.amount", '"STAR",100]', '"STAR",100.0]')
    r.text("a boolean", 12, "tx.postings.amount", '"STAR",100]', '"STAR",true]')
    r.text("a number as text", 12, "tx.postings.amount", '"STAR",100]', '"STAR","100"]')
    r.changed("a member that is null", 12, "tx.detail", put("detail", None))
    r.changed("an integer past 2^53 - 1", 12, "tx.postings.amount", put("postings", 0, 2, -MAX - 1))
    r.changed("an unknown member", 12, "tx.members", put("memo", "thanks"))
    r.changed("a missing member", 12, "tx.members", drop("chains"))
    r.changed("an unknown type", 12, "entry.type", put("type", "receipt"))
    r.changed("no type", 12, "entry.type", drop("type"))
    r.changed("a version to come", 12, "tx.v", put("v", 2))
    r.changed("an unknown kind", 12, "tx.kind", put("kind", "gift"))
    r.changed("a time without milliseconds", 12, "tx.at", put("at", "2026-01-10T09:00:00Z"))
    r.changed("a day that does not exist", 12, "tx.at", put("at", "2026-02-30T09:00:00.000Z"))
    r.changed("an id of 27 characters", 12, "tx.id", put("id", "0" * 27))
    r.changed("an id with a letter that is not used", 12, "tx.id", put("id", "0" * 25 + "u"))
    r.changed("an id above 2^128", 12, "tx.id", put("id", "8" + "0" * 25))
    r.changed("a digest of 31 bytes", 12, "tx.detail", put("detail", b64(bytes(31))))
    r.changed(
        "a key label in NFD", 12, "canonical.text", put("by", "key", "caf\u0065\u0301+00000000")
    )
    r.changed(
        "a control character in a key label", 12, "canonical.text", put("by", "key", "a\x85b")
    )
    r.changed("a member who signs", 17, "by.members", put("by", "key", "a+00000000"))
    r.changed("a partner who does not sign", 12, "by.key", put("by", {"party": "partner:brewco"}))
    r.changed("an unknown party", 12, "by.party", put("by", {"party": "brewco"}))
    r.changed("by with a member more", 12, "by.members", put("by", "note", "x"))
