"""Answers of slow functions that are asked the same again and again."""

from functools import lru_cache, partial

STATEMENTS = 2000  # a few megabytes of text


def _said(*about, **more):
    return repr((about, more))


def remembered(function, said=_said):
    """Return a function that answers as before when it is asked the same again.

    ``said`` makes of the arguments what is compared.
    """
    answers = {}

    def again(*about, **more):
        key = said(*about, **more)
        if key not in answers:
            answers[key] = function(*about, **more)
        return answers[key]

    return again


def converted_once(convert):
    """Return ``convert``, a method that puts SQLite's sign for a value into a statement, which does so once for each text.

    To look through the whole text again each time took a fiftieth of the suite.
    """
    by_place = lru_cache(maxsize=STATEMENTS)(partial(convert, None))

    def convert_query(self, query, *, param_names=None):
        return by_place(query) if param_names is None else convert(self, query, param_names=param_names)

    return convert_query
