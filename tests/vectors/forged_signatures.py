"""Signatures that hold for a verifier which leaves out one of RFC 8032's checks."""

from hashlib import sha512

from tests.vectors.keys import Key

L = 2**252 + 27742317777372353535851937790883648493
P = 2**255 - 19
IDENTITY = (1).to_bytes(32, "little")
ORDER_8 = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")


def plus_order(signature: bytes) -> bytes:
    """The other S that a verifier without the check S < L accepts."""
    return signature[:32] + (int.from_bytes(signature[32:], "little") + L).to_bytes(32, "little")


def secret_scalar(key: Key) -> int:
    hashed = bytearray(sha512(key.seed).digest()[:32])
    hashed[0] &= 248
    hashed[31] = hashed[31] & 127 | 64
    return int.from_bytes(hashed, "little")


def small_order_r(key: Key, message: bytes) -> bytes:
    """A signature whose R is the neutral element: S = h a, as only the key's holder can make."""
    challenge = int.from_bytes(sha512(IDENTITY + key.public + message).digest(), "little")
    return IDENTITY + (challenge * secret_scalar(key) % L).to_bytes(32, "little")


def torsion_r(key: Key, message: bytes) -> bytes:
    """A signature whose R has a part of order 8: it holds only if multiplied by the cofactor."""
    plain = key.sign(message)
    nonce = sha512(sha512(key.seed).digest()[32:] + message).digest()
    r = encode_point(add_points(decode_point(plain[:32]), decode_point(ORDER_8)))
    challenge = int.from_bytes(sha512(r + key.public + message).digest(), "little")
    s = (int.from_bytes(nonce, "little") + challenge * secret_scalar(key)) % L
    return r + s.to_bytes(32, "little")


Point = tuple[int, int]
D = -121665 * pow(121666, -1, P) % P


def decode_point(data: bytes) -> Point:
    number = int.from_bytes(data, "little")
    y = number & (2**255 - 1)
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (x if x & 1 == number >> 255 else P - x, y)


def encode_point(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def add_points(one: Point, two: Point) -> Point:
    product = D * one[0] * two[0] * one[1] * two[1] % P
    x = (one[0] * two[1] + two[0] * one[1]) * pow(1 + product, -1, P)
    y = (one[1] * two[1] + one[0] * two[0]) * pow(1 - product, -1, P)
    return x % P, y % P
