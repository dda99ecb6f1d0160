"""How a function wakes: the collector of garbage rests meanwhile.

What a function imports and makes as it wakes stays as long as its process, so there is hardly any
garbage to find among it, and to look for it each time that some more was made took a tenth of the
time (`bench/waking.py`). Nor is it looked through ever again, which would be in the middle of some
request.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def waking() -> Iterator[None]:
    """What is made within stays: it is not looked through for garbage, now or later. Where it fails
    nothing stays, and what was made is collected as ever."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if collecting:
            gc.enable()
