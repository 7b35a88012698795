"""A sixth scheme, generated from sizes: other words, other numbers of everything."""

import yaml

from registers.schemes.checking import loading

SCALES = {
    "worst": {"rule": "worst"},
    "both": {"rule": "both"},
    "counted": {
        "rule": "cases",
        "cases": [
            {"when": {"f1": ["f1v1"], "f2": ["f2v1"]}, "at_least": 1, "grade": "g1", "because": "有一项最重"},
            {"when": {"f1": ["f1v2"], "f2": ["f2v2"]}, "grade": "g2", "because": "两项居中"},
        ],
        "otherwise": "g2",
    },
}


def rule_book(*, phases, routes, stages, grades, rule):
    """The text of a scheme file of these sizes (``routes``: 2 to 5 steps on the longest one)."""
    names = [f"丁{number}" for number in range(1, grades + 1)]
    measures = [f"measures.m{number}" for number in range(1, stages + 1)] or ["measures.measure"]
    reviewers = [
        {"code": "r1", "kind": "adjudicate", "role": "unit_head", "label": "定丁", "sets": "final_grade", "may_return": True},
        {"code": "r2", "kind": "discuss", "role": "leader_in_charge", "label": "会商"},
        {"code": "r3", "kind": "publicise", "role": "office", "label": "张榜", "audience": "unit", "days": 2},
        {"code": "r4", "kind": "file", "role": "school_group", "label": "归档", "may_return": True},
        {"code": "r5", "kind": "copy", "role": "office", "label": "送阅", "grades": [1]},
    ][:routes]  # fmt: skip
    steps = [{"code": "w", "kind": "fill", "role": "post_holder", "label": "自述"}, *reviewers]
    spread = [f"{month:02d}-20" for month in range(2, 2 + phases)]
    return yaml.safe_dump(
        {
            "identity": {"slug": "sixth", "institution": "第六书院", "title": "守正规程", "product_word": "守正"},
            "roles": {
                "post_holder": "执事", "unit_head": "斋长", "leader_in_charge": "学监", "office": "录事", "school_group": "山长",
            },
            "levels": {"personal": "执事"},
            "categories": [
                {"code": f"k{n}", "label": f"丙{n}", "levels": ["personal"], "definition": "说明"} for n in range(1, 4)
            ],
            "grades": [{"code": f"g{n}", "label": name, "rank": n, "criterion": "标准"} for n, name in enumerate(names, 1)],
            "grading": {
                "factors": [
                    {"code": f"f{n}", "label": f"甲{n}", "values": [
                        {"code": f"f{n}v{m}", "label": f"乙{m}"} for m in range(1, (grades if rule == "worst" else 3) + 1)]}
                    for n in (1, 2)
                ],
                **SCALES[rule],
            },
            "stages": [{"code": f"m{n}", "label": f"戊{n}"} for n in range(1, stages + 1)],
            "routes": {"one": {"label": "一路", "steps": steps}},
            "phases": [{"code": f"p{n}", "label": f"己{n}", "due": day} for n, day in enumerate(spread, 1)],
            "tasks": [{
                "code": "only", "phase": f"p{phases}", "label": "述职守正", "level": "personal", "brings": "points",
                "also": ["grades", "measures"], "paper": "sheet", "route": "one", "opens": "01-10", "due": spread[-1],
                "asks": [{"field": "content", "label": "所虑", "required": True}],
                **({"publicity": {"shows": ["category", "content", "grade"]}} if routes >= 3 else {}),
            }],
            "papers": {"sheet": {
                "title": "守正表", "level": "personal", "orientation": "landscape", "rows": "points",
                "columns": [
                    {"label": "所虑", "field": "content"}, {"label": "丁", "field": "grade"},
                    *({"label": f"办法{n}", "field": name} for n, name in enumerate(measures, 1)),
                ],
            }},
        },
        allow_unicode=True, sort_keys=False,
    )  # fmt: skip


def read(**sizes):
    """The rule book and its plain form, checked as any scheme file is."""
    return loading.read_text(rule_book(**sizes), "sixth.yaml")
