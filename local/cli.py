"""The `tallystick` command."""


def main() -> int:
    return 0
