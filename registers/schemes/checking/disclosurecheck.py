"""Faults of what a scheme says of disclosure. Pure: no Django, no database."""

from registers.schemes.checking.doubles import doubled

LISTS = ("parts", "modes", "matters", "channels", "askers")


def faults(scheme):
    """Yield ``(where, fault, remedy)`` for lists that are doubled, missing or used by nothing."""
    said = scheme.disclosure
    for name in LISTS:
        yield from doubled(("disclosure", name), getattr(said, name))
    if not said.kept:
        for name in LISTS[1:]:
            if getattr(said, name):
                yield ("disclosure", name), f"没有 parts（公开的内容），{name} 用不上", "补上 parts，或删去这一项"
        return
    if not said.channels:
        yield ("disclosure",), "没有写公开的渠道", "在 channels 中列出渠道，例如 {code: website, label: 网站}"
    if said.asking_modes and not said.askers:
        yield (
            ("disclosure", "modes"),
            "有须经提出的公开方式，却没有写由谁提出",
            "在 askers 中列出，例如 {code: staff, label: 教职工}",
        )
    if said.askers and not said.asking_modes:
        yield (
            ("disclosure", "askers"),
            "没有一种公开方式须经提出，askers 用不上",
            "为点题公开一类的方式写 asked: true，或删去 askers",
        )
