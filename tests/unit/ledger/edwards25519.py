"""Edwards25519 by the book (RFC 8032 section 5.1), slow and written apart; and signatures that only
some verifiers accept.
"""

from hashlib import sha512

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def x_of(y: int) -> int | None:
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * ROOT % P
    return x if x * x % P == square else None


def plus(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    t = D * a[0] * b[0] * a[1] * b[1]
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + t, -1, P)
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, -1, P)
    return x % P, y % P


def times(count: int, point: tuple[int, int]) -> tuple[int, int]:
    result = (0, 1)
    while count:
        if count & 1:
            result = plus(result, point)
        point, count = plus(point, point), count >> 1
    return result


def encoded(point: tuple[int, int], *, y: int | None = None, sign: int | None = None) -> bytes:
    sign = point[0] & 1 if sign is None else sign
    return ((point[1] if y is None else y) | sign << 255).to_bytes(32, "little")


BASE_Y = 4 * pow(5, -1, P) % P
BASE_X = x_of(BASE_Y)
assert BASE_X is not None
BASE = (BASE_X if BASE_X % 2 == 0 else P - BASE_X, BASE_Y)


def torsion() -> list[tuple[int, int]]:
    """All 8 points whose order divides 8, from any point with a component of order 8."""
    y = 2
    while True:
        x = x_of(y)
        if x is not None:
            point = times(ORDER, (x, y))
            if times(4, point) != (0, 1):
                return [times(count, point) for count in range(8)]
        y += 1


TORSION = torsion()


def small_order_encodings() -> set[bytes]:
    """Every 32 bytes that some decoder takes for a point of small order."""
    found = set()
    for point in TORSION:
        for y in (point[1], point[1] + P):
            if y < 2**255:
                found |= {encoded(point, y=y, sign=sign) for sign in (0, 1)}
    return found


def challenge(*parts: bytes) -> int:
    return int.from_bytes(sha512(b"".join(parts)).digest(), "little") % ORDER


def forged(
    message: bytes, secret: int, shift: tuple[int, int], nonce: int = 777
) -> tuple[bytes, bytes]:
    """A key and a signature whose R is shifted by a point of small order."""
    public = encoded(times(secret, BASE))
    r = encoded(plus(times(nonce, BASE), shift))
    s = (nonce + challenge(r, public, message) * secret) % ORDER
    return public, r + s.to_bytes(32, "little")
