"""What the app above lets a reader begin from the page of a record, as buttons of that page.

The pages here do not know what follows from a record. Whoever does offers it. Neighbours: ``registers.residuals`` asks the same way.
"""

_OFFERING = {}


def offered_on(kind):
    """Let a function offer buttons on the page of a record of ``kind``.

    ``function(record, actor)`` returns ``[(label, address)]``.
    """

    def register(function):
        _OFFERING[kind] = function
        return function

    return register


def of(kind, record, actor):
    """Return the buttons that are offered to ``actor`` on the page of a record."""
    function = _OFFERING.get(kind)
    return function(record, actor) if function else []
