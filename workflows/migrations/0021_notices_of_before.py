"""Notices of before were about one sheet each, and were released by nobody on the day before they began."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import migrations

CHINA = ZoneInfo("Asia/Shanghai")


def step_of(document, route):
    steps = document.get("routes", {}).get(route, {}).get("steps", [])
    return next((step["code"] for step in steps if step.get("kind") == "publicise"), "publicise")


def as_bundles_of_one(apps, schema_editor):
    notices, sheets = apps.get_model("workflows", "PublicityNotice"), apps.get_model("workflows", "NoticeSheet")
    rows = notices.objects.select_related("submission__task__campaign__scheme").order_by(
        "submission", "starts_on", "pk"
    )
    latest = {}
    for notice in rows.iterator():
        latest[notice.submission_id] = notice.pk
    for notice in rows.iterator():
        task = notice.submission.task
        notice.task, notice.step = task, step_of(task.campaign.scheme.document, task.route)
        notice.released_at = datetime.combine(notice.starts_on - timedelta(days=1), time(12), CHINA)
        notice.drafted_at = notice.released_at
        notice.items = [{"sheet": notice.submission_id, "entry": "", **item} for item in notice.items]
        notice.save(update_fields=["task", "step", "released_at", "drafted_at", "items"])
        left_at = notice.cleared_at
        if left_at is None and latest[notice.submission_id] != notice.pk:
            left_at = notice.released_at
        sheets.objects.create(
            notice=notice,
            submission=notice.submission,
            round=notice.round,
            version=None,  # not kept before
            left_at=left_at,
            ended=notice.cleared_at is not None,
            outcome=notice.outcome,
        )
        notice.objections.update(submission=notice.submission)


class Migration(migrations.Migration):
    dependencies = [("workflows", "0020_bundled_notices")]

    operations = [migrations.RunPython(as_bundles_of_one, migrations.RunPython.noop)]
