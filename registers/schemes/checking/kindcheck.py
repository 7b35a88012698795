"""Kinds of units in a scheme: its own, and those that it names."""

from typing import get_args

from registers.schemes.parts import UnitType


def faults(scheme):
    """Yield kinds of units that nobody knows, and own ones that stand twice."""
    own, known = scheme.unit_kinds, [*get_args(UnitType), *scheme.unit_kinds]
    for index, kind in enumerate(own):
        if known.index(kind) < len(known) - len(own) + index:
            yield ("unit_kinds", index), f"单位类型“{kind}”重复", "每种类型只写一次，系统已有的类型不必写"
    for where, kinds in _named(scheme):
        for index, kind in enumerate(kinds):
            if kind not in known:
                remedy = f"改为：{'、'.join(known)}；本校自有的类型先写进 unit_kinds"
                yield (*where, index), f"没有单位类型“{kind}”", remedy


def _named(scheme):
    """Yield ``(where, kinds)`` of each list of kinds in the scheme."""
    for number, alternative in enumerate(scheme.scope.any_of):
        for index, condition in enumerate(alternative):
            yield ("scope", "any_of", number, index, "unit_types"), condition.unit_types
    for index, one in enumerate(scheme.ranking.classes):
        yield ("ranking", "classes", index, "unit_types"), one.unit_types
