"""Whether what was printed is what the page shows.

Lines are compared whole. `…` alone in a line of the page stands for any number of lines, and `…` within a line for any
text in it. What is another value in every run is first replaced on both sides, by the patterns below and no others. Blanks in a row count
once, since columns are as wide as what stands in them.
"""

import re

ELLIPSIS = "…"
# The colon and dots of a time, the alphabet of an id: as narrow as they can be, so that nothing else is taken for one.
VARIABLE = [
    ("a time", r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:\d\d)?"),
    ("a port of this machine", r"(?<=127\.0\.0\.1:)\d{4,5}\b"),
    ("an id of IAM", r"(?<=\bAKIA|\bASIA|\bAROA|\bAIDA)[A-Z0-9]{16,17}\b"),
    ("a UUID", r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"),
    ("a token", r"\beyJ[\w-]+(\.[\w-]+)*"),
    ("a pod of a deployment", r"(?<=\bapi-)[0-9a-f]{6,10}-[0-9a-z]{5}\b"),
    ("an age", r"\b(\d+[hms]){1,2}\b"),
    ("a time in seconds", r"\b1[789]\d{8}(\.\d+)?\b"),
    ("a session that the AWS CLI named", r"(?<=botocore-session-)\d+"),
]
PATTERNS = [(f"<{name}>", re.compile(pattern)) for name, pattern in VARIABLE]


def same(shown, printed):
    """Compares lists of lines; `shown` may hold ellipses."""
    return _same([steady(line) for line in shown], [steady(line) for line in printed])


def steady(line):
    """A line with the name of each variable part in the place of its value."""
    for name, pattern in PATTERNS:
        line = pattern.sub(name, line)
    return re.sub(r"(?<=\S) {2,}", "  ", line.rstrip())


def _same(shown, printed):
    if not shown:
        return not printed
    if shown[0] == ELLIPSIS:
        return any(_same(shown[1:], printed[at:]) for at in range(len(printed) + 1))
    return bool(printed) and _line(shown[0]).fullmatch(printed[0]) is not None and _same(shown[1:], printed[1:])


def _line(shown):
    return re.compile(".*".join(re.escape(part) for part in shown.split(ELLIPSIS)))
