"""What the costs of pages say: one table, and which goals are met."""

from collections import defaultdict
from urllib.parse import urlsplit

from tests.bench.measuring import met
from tests.bench.scale import goals, plans

DEAREST = 10
TOO_LONG = (0, 503)  # the connection broke off, or the site says that it is busy
PEOPLE = {"office": "办公室", "head": "负责人", "teacher": "教职工"}


def by_page(found):
    """Return the costs of ``found`` by page: (who, what) → name of a database → cost.

    What is the kind of page, of a filter its address.
    """
    rows = defaultdict(dict)
    for database, costs in found.items():
        for cost in costs:
            filtered = "?" in cost["url"]
            rows[cost["who"], cost["url"] if filtered else cost["name"]][database] = cost
    return rows


def table(found):
    """Print every page, the dearest first. ``found``: name of a database → costs, as ``pages`` wrote them."""
    rows = by_page(found)
    print(f"\n{'页面':<44} {'何人':<4} 语句 " + " ".join(f"{name:>18}" for name in found) + "   增长  目标")
    order = sorted(rows.items(), key=lambda row: -max(cost["ms"] for cost in row[1].values()))
    verdicts = []
    for (who, _), by_database in order:
        some = next(iter(by_database.values()))
        cells = " ".join(f"{_cell(by_database.get(name)):>18}" for name in found)
        judged = list(_judged(by_database))
        verdicts += [(who, some["url"], *one) for one in judged]
        growth = _growth(by_database)
        said = "；".join(f"{what}≤{goal} {met(value, goal)}" for what, value, goal in judged)
        grown = f"{growth:6.1f}" if growth else "     –"
        print(f"{some['url'][:44]:<44} {PEOPLE[who]:<4} {some['queries']:>3} {cells} {grown}  {said}")
    _deep(rows, verdicts, found)
    return verdicts


def print_goals(pages, parts):
    """Print every goal that is not met with its reason and the next idea, and how many of all are.

    ``pages``: (who, url, what, value, goal) of ``table``. ``parts``: (database, what, value, goal, is more better).
    """
    judged = [(PEOPLE[who], url, what, value, goal, False) for who, url, what, value, goal in pages]
    judged += [(database, "", *verdict) for database, *verdict in parts]
    print("\n== 目标 ==")
    for about, url, what, value, goal, at_least in judged:
        if not url:
            print(
                f"  {about} {what}：{value:,.2f} {'≥' if at_least else '≤'}{goal} {met(value, goal, at_least=at_least)}"
            )
    missed = [one for one in judged if met(*one[3:5], at_least=one[5]) == "未达到"]
    print(f"\n{len(judged)} 项中 {len(judged) - len(missed)} 项达到，{len(missed)} 项未达到：")
    for about, url, what, value, goal, at_least in sorted(missed, key=lambda one: -one[3] / one[4]):
        sought = f"{value:,.2f}，应{'≥' if at_least else '≤'}{goal}"
        print(f"  {' '.join(filter(None, (about, url, what)))}：{sought}。{goals.why(url, what)}")


def _cell(cost):
    if cost is None:
        return "–"
    if cost["status"] != 200:
        return "超时" if cost["status"] in TOO_LONG else f"错误 {cost['status']}"
    return f"{cost['ms']:,.0f} ms ({cost['ratio']:.1f}×)"


def _growth(by_database):
    """How many times as long a page takes at 500,000 points, None where one is missing.

    By what it took in turn (``turns``), by times of an empty page where it was not measured so.
    """
    small, large = by_database.get("scale50k"), by_database.get("scale500k")
    if small and large and small.get("in_turn") and large.get("in_turn"):
        return large["in_turn"] / small["in_turn"]
    if not small or not large or not small["ratio"] or not large["ratio"]:
        return None
    return large["ratio"] / small["ratio"]


def _judged(by_database):
    """Yield what is asked of a page, its figure, and the goal."""
    for database, words in (("scale50k", "PG"), ("sqlite50k", "SQLite")):
        cost = by_database.get(database)
        goal = goals.of(cost["url"]) if cost else None
        if goal:
            yield words, cost["ratio"] if cost["status"] == 200 else float("inf"), goal
    if growth := _growth(by_database):
        yield "增长", growth, goals.GROWTH


def _deep(rows, verdicts, found):
    """Print late pages of lists beside their first pages."""
    print("\n深页与首页之比：")
    for (who, url), by_database in rows.items():
        if "?page=" not in url:
            continue
        for database, late in by_database.items():
            first = rows.get((who, late["name"]), {}).get(database)
            if first and first["ratio"] and late["ratio"]:
                in_turn = "in_turn" in first and "in_turn" in late
                value = late["in_turn"] / first["in_turn"] if in_turn else late["ratio"] / first["ratio"]
                verdicts.append((who, url, "深页", value, goals.DEEP))
                print(
                    f"  {url:<28} {PEOPLE[who]:<4} {database:<10} {value:6.2f} ≤{goals.DEEP} {met(value, goals.DEEP)}"
                )


def dearest(costs, number=DEAREST):
    """Return the dearest statements as ``(ms, pages, statement, plan)``, each once whatever its values are."""
    statements = {}
    for cost in sorted(costs, key=lambda cost: -cost["statement_ms"]):
        shape = plans.shape(cost["statement"])
        if shape:
            _, pages, _, _ = statements.setdefault(shape, (cost["statement_ms"], [], shape, cost["plan"]))
            pages.append(
                f"{urlsplit(cost['url']).path if '?' not in cost['url'] else cost['url']}（{PEOPLE[cost['who']]}）"
            )
    return list(statements.values())[:number]


def print_dearest(costs):
    """Print the dearest statements with their plans."""
    for place, (ms, pages, statement, plan) in enumerate(dearest(costs), start=1):
        print(f"\n{place}. {ms:,.0f} ms  {'、'.join(pages[:4])}")
        print(f"   {_short(statement)}")
        print(f"   {plan}")


def _short(statement, longest=400):
    """Leave the list of columns out of a statement, and cut what is long."""
    head, tail, rest = statement.partition(" FROM ")
    head = head if len(head) < 80 else f"{head[:60]} …"
    text = f"{head}{tail}{rest}"
    return text if len(text) <= longest else f"{text[:longest]} …"
