"""The charts of a power item, on screen and on paper.

权力运行流程图 shows the process, 廉政风险防控图 adds risks and measures.
"""

from django.db.models import Q
from django.template.loader import get_template

from registers.charts import Risk, Stage, chart
from registers.models import ControlMeasure, Incumbency, RiskPoint
from registers.responsible import names_by_post, with_names

TITLES = {False: "权力运行流程图", True: "廉政风险防控图"}


def power_chart(item, rules, *, on, reader, with_risks):
    """Return the chart of the power ``item`` as of ``on``.

    With those risk points that ``reader`` may read, if ``with_risks``.
    """
    steps = list(item.steps.all())
    risks = _risks(item, steps, rules, on, reader) if with_risks else {}
    stages = [
        Stage(
            step.post_name,
            step.procedure,
            step.time_limit,
            tuple(risks.get(step.position, ())),
            str(step.key),
            tuple((way["to"], way["when"]) for way in step.following),
        )
        for step in steps
    ]
    return chart(f"{TITLES[with_risks]}：{item.name}", stages)


def _risks(item, steps, rules, on, reader):
    """Return the risk points to be drawn, as position of the step → risks.

    Points belong to a power by its key, or by its name where they were never placed. A point stands at its own step, else at the
    step that its post takes, else at the first.
    """
    points = list(
        RiskPoint.objects.visible_to(reader)
        .in_force(on)
        .filter(Q(power_series=item.series) | Q(power_series=None, unit=item.unit_id, power_item=item.name))
        .select_related("final_grade", "post", "holder")
        .order_by("final_grade__rank", "pk")
    )
    measures, people = {}, {}
    in_force = ControlMeasure.objects.in_force(on).filter(point_series__in=[point.series for point in points])
    for row in with_names(in_force).order_by("pk"):
        measures.setdefault(row.point_series, {})[row.stage] = row.text
        if row.responsible_id:
            people.setdefault(row.point_series, {})[row.responsible.name] = True
    placed = {}
    for number, point in enumerate(points, start=1):
        texts = measures.get(point.series, {})
        text = "\n".join(f"{stage.label}：{texts[stage.code]}" for stage in rules.measure_stages if stage.code in texts)
        person = "、".join(people.get(point.series, ())) or (
            point.holder.name if point.holder else point.involved_posts
        )
        grade = point.final_grade.label if point.final_grade else ""
        placed.setdefault(_place(point, steps), []).append(Risk(number, point.content, grade, text, person))
    return placed


def _place(point, steps):
    own = next((step.position for step in steps if step.key == point.step_key), None)
    if own is not None:
        return own
    names = {point.post.name} if point.post else set(point.involved_posts.split("、"))
    return next((step.position for step in steps if step.post_name in names), steps[0].position if steps else 0)


def to_html(item, drawn, *, on, with_risks, standalone):
    """Return the chart as HTML: a page of its own, or the fragment for a page of the site."""
    held = Incumbency.objects.in_force(on).filter(post=item.accountable_post_id)
    return get_template("papers/chart.html").render(
        {
            "item": item,
            "chart": drawn,
            "holder": names_by_post(held).get(item.accountable_post_id, ""),
            "title": TITLES[with_risks],
            "standalone": standalone,
        }
    )
