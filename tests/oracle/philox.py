"""Philox4x32-10 and the keyed streams of `protocol.md`, in plain integers."""

MASK32 = 0xFFFFFFFF
MASK64 = 0xFFFFFFFFFFFFFFFF
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
WEYL = (0x9E3779B9, 0xBB67AE85)


def philox4x32(key, ordinal, replica):
    """The four words of one block: a 64-bit key, a counter of two 64-bit numbers."""
    k0, k1 = key & MASK32, key >> 32
    c0, c1, c2, c3 = ordinal & MASK32, ordinal >> 32, replica & MASK32, replica >> 32
    for _ in range(10):
        product0, product1 = MULTIPLIERS[0] * c0, MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (product1 >> 32) ^ c1 ^ k0, product1 & MASK32, (product0 >> 32) ^ c3 ^ k1, product0 & MASK32
        k0, k1 = (k0 + WEYL[0]) & MASK32, (k1 + WEYL[1]) & MASK32
    return c0, c1, c2, c3


def splitmix64(x):
    x = (x + 0x9E3779B97F4A7C15) & MASK64
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK64
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK64
    return x ^ (x >> 31)


def fnv1a64(text):
    value = 0xCBF29CE484222325
    for byte in text.encode():
        value = ((value ^ byte) * 0x100000001B3) & MASK64
    return value


def stream_key(seed, name):
    return splitmix64(splitmix64(seed) ^ fnv1a64(name))


class Stream:
    """Numbered pairs of uniforms on [0, 1)."""

    def __init__(self, seed, name, replica):
        self.key = stream_key(seed, name)
        self.replica = replica
        self.ordinal = 0

    def draw(self):
        w0, w1, w2, w3 = philox4x32(self.key, self.ordinal, self.replica)
        self.ordinal += 1
        return ((w0 | w1 << 32) >> 11) * 2.0**-53, ((w2 | w3 << 32) >> 11) * 2.0**-53
