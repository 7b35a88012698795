"""The paper of a released ranking (排名通报), from what was frozen then."""

from registers.papers.compose import document_for, issuer, source
from registers.papers.pictured import Table
from workflows.compiled.logs import papers_about


@source(
    "ranking_notice",
    about="ranking",
    rows=("class", "place", "unit", "band", "figures"),
    fields=(
        "basis",
        "decision",
        "counted_on",
        "scope",
        "method",
        "shown_on",
        "contest_until",
        "contests",
        "upheld",
        "praise",
        "problems",
        "left_out",
        "office",
        "released_on",
    ),
)
def ranking_notice(*, ranking):
    """关于考核结果的通报: scope, method, result by class, what was good, which problems are common."""
    result, rules = ranking.result, ranking.campaign.scheme.rules
    identity = rules.identity
    units = sum(len(group["units"]) for group in result["classes"])
    shown, until = result["shown"]
    contests, upheld = result["contests"]
    return {
        "fields": {
            "basis": identity.document_number or identity.title,
            "decision": result["decision"],
            "counted_on": result["counted_on"],
            "scope": f"参加排名的单位 {units} 个，按{'、'.join(group['label'] for group in result['classes'])}分类。",
            "method": "；".join(
                f"{one['label']}（权重{one['weight']}）：{one['explained']}" for one in result["figures"]
            )
            + "。",
            "shown_on": shown,
            "contest_until": until,
            "contests": contests,
            "upheld": upheld,
            "praise": "、".join(result["praised"]) or "无",
            "problems": "；".join(f"{label}：{count}件" for label, count in result["problems"]) or "无",
            "left_out": "；".join(f"{name}（{why}）" for name, why in result["left_out"]) or "无",
            "office": rules.roles.get("school_group") or rules.roles.get("office", ""),
            "released_on": result["released_on"],
        },
        "rows": [_row(group, unit, result["figures"]) for group in result["classes"] for unit in group["units"]],
    }


def _row(group, unit, figures):
    parts = [
        f"{one['label']} {unit['parts'][one['code']][0]}/{unit['parts'][one['code']][1]}"
        for one in figures
        if unit["parts"].get(one["code"], (0, 0))[1]
    ]
    return {
        "class": group["label"],
        "place": unit["place"] or "—",
        "unit": unit["name"],
        "band": unit["band"],
        "figures": "；".join(parts) or "—",
    }


def of(ranking):
    """Return the papers of a ranking, slug → layout, none before its release."""
    return papers_about(ranking.campaign.scheme.rules, "ranking") if ranking.released_at else {}


def pictured(ranking, picture):
    """Return what the page with the picture of a released ranking shows, as ``pictured.to_pdf`` takes it."""
    result = ranking.result
    columns = (("名次", 15), ("单位", 55), ("档次", 30))
    return {
        "notes": [
            f"数据统计到 {result['counted_on']}（不含当日），{result['decision']}审定，{result['released_on']} 公布。"
        ],
        "picture": picture,
        "tables": [
            Table(
                group["label"],
                columns,
                [[unit["place"] or "—", unit["name"], unit["band"]] for unit in group["units"]],
            )
            for group in result["classes"]
        ],
    }


def about_ranking(layout, ranking):
    """The document of a paper about a released ranking."""
    document = document_for(layout.compiled, ranking=ranking)
    return {**document, "year": ranking.campaign.year, **issuer(ranking.campaign.scheme.rules)}
