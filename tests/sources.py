"""The sources of the project, for the tests that read them: each file is read once, parsed once and walked once for all of them."""

import ast
import gc
from functools import cache

from django.conf import settings

ROOT = settings.BASE_DIR
APPS = ("registers", "workflows", "riskmgmt")


@cache
def files(suffix, *folders):
    """Every file of the project with this suffix below ``folders``, as paths from the root; without what Django writes."""
    found = (path.relative_to(ROOT).as_posix() for folder in folders for path in (ROOT / folder).rglob(f"*{suffix}"))
    return tuple(sorted(path for path in found if "/migrations/" not in path and "__pycache__" not in path))


@cache
def text_of(path):
    """Return the text of a file, whose path goes from the root."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree_of(source):
    """Return what a text of Python means.

    The garbage collector would look at a hundred thousand new objects again and again, and finds none that can go.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        if collecting:
            gc.enable()


@cache
def nodes_of(source):
    """Return every part of a text of Python, in the order of ``ast.walk``."""
    return tuple(ast.walk(tree_of(source)))


def forget():
    """Let go of what was read; what is parsed takes three hundred megabytes."""
    for kept in (files, text_of, tree_of, nodes_of):
        kept.cache_clear()


def at_once(paths, check):
    """All breaches in all files, as ``path:line what``."""
    return [f"{path}:{line} {what}" for path in paths for line, what in check(text_of(path))]


def named(node):
    """The dotted name of an expression, as far as it is one."""
    if isinstance(node, ast.Attribute):
        return f"{named(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
