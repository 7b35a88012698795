"""Faults in what a scheme says of its public door: one that is open and would never show anything.

Each check yields ``(where, fault, remedy)`` as in ``crosscheck``. Source: R2-16.
"""

from registers.schemes.language import StepKind


def faults(scheme):
    """Yield the faults of ``public_door``, and of rules for it that nothing asks."""
    door = scheme.public_door
    shown = {
        step.audience for route in scheme.routes.values() for step in route.steps if step.kind is StepKind.PUBLICISE
    }
    if door.enabled and "public" not in shown and not (door.school and "school" in shown):
        yield (
            ("public_door", "enabled"),
            "公开窗口已启用，却没有任何公示会在那里显示",
            "删去 enabled；或写 school: true（显示面向全校的公示），或在流程中补上 audience: public 的公示步骤",
        )
    for index, task in enumerate(scheme.tasks):
        if task.publicity is not None and task.publicity.anonymous is not None and not door.enabled:
            yield (
                ("tasks", index, "publicity", "anonymous"),
                f"“{task.label}”写了匿名异议的规则，公开窗口却没有启用",
                "删去 anonymous，或在 public_door 中写 enabled: true",
            )
