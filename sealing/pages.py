"""The pages of balance trees: those of one block in one object, read by range.

pages/<id>   the pages that one block writes, and last its totals; the id is random, so that two
             sealers at once write two objects, of which one becomes part of the log
"""

from itertools import islice

from ledger.balance_reads import check_page
from ledger.pages import Page, Ref, read_ref, ref_of
from sealing.ports import Objects
from sealing.stopped import Reason, SealingStopped

CACHED_PAGES = 100_000


class Pages:
    """Reads pages, keeps those of the newest tree, and gathers those of the next block."""

    def __init__(self, own: Objects, cached: int = CACHED_PAGES) -> None:
        self._own = own
        self._cached = cached
        self._pages: dict[Ref, Page] = {}
        self._object = b""
        self._written: list[bytes] = []
        self._length = 0

    def begin(self, object_: bytes) -> None:
        """The pages written from now on are those of this object. object_: its id, 16 bytes."""
        self._object, self._written, self._length = object_, [], 0

    def read(self, ref: Ref) -> Page:
        """A page. Raises RuleBroken for one that does not hash to what it says of itself."""
        page = self._pages.get(ref)
        if page is None:
            page = self._checked(ref)
            self._keep(ref, page)
        return page

    def take(self, ref: Ref) -> Page:
        """As `read`, of a page that is about to be replaced: it is not kept."""
        page = self._pages.pop(ref, None)
        return self._checked(ref) if page is None else page

    def stored(self, ref: Ref) -> bytes:
        """Bytes as they are stored, whatever they are. What a head names was written before it: if
        it is gone, SealingStopped is raised."""
        object_, offset, length = read_ref(ref)
        found = self._own.read_range(_path(object_), offset, length)
        if found is None or len(found) != length:
            place = f"{length} bytes at {offset} of {_path(object_)}"
            raise SealingStopped(Reason.DAMAGED, place, found)
        return found

    def write(self, page: Page) -> Ref:
        ref = self.append(page.data)
        self._keep(ref, page)
        return ref

    def append(self, data: bytes) -> Ref:
        """Bytes that are no page, among those of the object that was begun."""
        ref = ref_of(self._object, self._length, len(data))
        self._written.append(data)
        self._length += len(data)
        return ref

    def save(self) -> None:
        """Writes the object that was begun."""
        self._own.create(_path(self._object), b"".join(self._written))

    def _checked(self, ref: Ref) -> Page:
        data = self.stored(ref)
        check_page(data)
        return Page(data)

    def _keep(self, ref: Ref, page: Page) -> None:
        pages = self._pages
        pages[ref] = page
        if len(pages) > self._cached:
            # Many at once: whoever looks for a dict's first has to pass all that was deleted there.
            for oldest in list(islice(pages, 1 + self._cached // 16)):
                del pages[oldest]


def _path(object_: bytes) -> str:
    return f"pages/{object_.hex()}"
