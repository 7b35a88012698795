"""What a page may cost: times an empty signed-in page at fifty thousand points, and how it may grow."""

from urllib.parse import urlsplit

GROWTH = 1.2  # from 50,000 to 500,000 points, of every page
DEEP = 1.2  # a late page of a list, to its first
SHELL, LIST, DESK, HEAVY = 3, 6, 8, 10
FIRST_PAPER = 1.5  # of a process, to the next
PAPER, VOLUME = 0.5, 0.5  # one, and each of many, to plain WeasyPrint
TWO_PRINTERS = 1.8  # times what one prints
PAPER_KILOBYTES = 90
EXPORT_MEGABYTES = 80  # beside what the worker holds, whatever the number of rows
# By path. Pages that are not named have no goal but that of growth.
TIMES = {
    "/password/": SHELL,
    "/": DESK,
    "/measures/": DESK,
    "/board/": DESK,
    "/ledger/": HEAVY,
    "/hints/": HEAVY,
    "/comparison/": HEAVY,
} | dict.fromkeys(
    (
        "/risks/", "/risks/order/", "/powers/", "/regulations/", "/units/", "/inbox/", "/done/", "/queue/", "/progress/",
        "/suggestions/", "/adjustments/", "/meetings/", "/activities/", "/readings/", "/residual/", "/duties/",
        "/avoidances/", "/education/", "/inspections/", "/findings/", "/assessments/", "/surveys/", "/warnings/",
        "/commendations/", "/rankings/", "/disclosures/", "/notices/", "/publications/",
    ),
    LIST,
)  # fmt: skip


def of(url):
    """Return how many times an empty page a page may cost, None where nothing is said."""
    return TIMES.get(urlsplit(url).path)
