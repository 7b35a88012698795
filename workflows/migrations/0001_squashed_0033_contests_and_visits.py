"""All tables of workflows at once, for a database that is new (see the one of registers)."""

import datetime
import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import workflows.models.audiences
from registers.migrations._at_once import AtOnce


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("workflows", "0001_initial"),
        ("workflows", "0002_scheme_variety"),
        ("workflows", "0003_scheme_followed"),
        ("workflows", "0004_the_year_run"),
        ("workflows", "0005_enrol_units"),
        ("workflows", "0006_reminder_moment"),
        ("workflows", "0007_kept_documents"),
        ("workflows", "0008_ballots_that_counted"),
        ("workflows", "0009_changes_at_any_time"),
        ("workflows", "0010_carried_sheets"),
        ("workflows", "0011_meetings_of_a_body"),
        ("workflows", "0012_review_drafts"),
        ("workflows", "0013_unsent_mails"),
        ("workflows", "0014_notice_again"),
        ("workflows", "0015_state_words"),
        ("workflows", "0016_inspection_plans"),
        ("workflows", "0017_inspections"),
        ("workflows", "0018_findings"),
        ("workflows", "0019_columns_of_notices"),
        ("workflows", "0020_bundled_notices"),
        ("workflows", "0021_notices_of_before"),
        ("workflows", "0022_notices_of_several_sheets"),
        ("workflows", "0023_measure_checks"),
        ("workflows", "0024_own_versions"),
        ("workflows", "0025_assessments"),
        ("workflows", "0026_warnings"),
        ("workflows", "0027_rankings_of_units"),
        ("workflows", "0028_public_door"),
        ("workflows", "0029_notice_kinds"),
        ("workflows", "0030_disclosures"),
        ("workflows", "0031_duties"),
        ("workflows", "0032_corrected_notices"),
        ("workflows", "0033_contests_and_visits"),
    ]

    dependencies = [
        ("registers", "0001_squashed_0019_imported_ledgers"),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("is_working", models.BooleanField()),
                ("label", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "ordering": ["day"],
            },
        ),
        migrations.CreateModel(
            name="Submission",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.PositiveSmallIntegerField(default=1, verbose_name="第几次")),
                ("narrative", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "未开放"),
                            ("open", "待填报"),
                            ("in_review", "审核中"),
                            ("returned", "已退回"),
                            ("filed", "已办结"),
                            ("cancelled", "已取消"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("step", models.CharField(max_length=40)),
                ("waiting_role", models.CharField(blank=True, max_length=20)),
                ("version", models.PositiveIntegerField(default=0)),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                ("due_on", models.DateField(null=True, verbose_name="截止日期")),
                ("step_due_on", models.DateField(null=True, verbose_name="本步骤截止日期")),
                ("gravest_rank", models.PositiveSmallIntegerField(null=True)),
                ("submitted_at", models.DateTimeField(null=True)),
                ("moved_at", models.DateTimeField(null=True)),
                ("filed_at", models.DateTimeField(null=True)),
                ("cancel_reason", models.CharField(blank=True, max_length=100, verbose_name="停办原因")),
                (
                    "assigned_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="转办给",
                    ),
                ),
            ],
            options={
                "ordering": [models.OrderBy(models.F("due_on"), nulls_last=True), "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("filed_at__isnull", False), ("state", "filed")),
                            models.Q(models.Q(("state", "filed"), _negated=True), ("filed_at", None)),
                            _connector="OR",
                        ),
                        name="submission_filed_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "in_review"), _negated=True),
                            models.Q(models.Q(("waiting_role", ""), _negated=True), ("submitted_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="submission_in_review_waits_for_someone",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["waiting", "open", "in_review", "returned", "filed", "cancelled"])
                        ),
                        name="submission_state_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("due_on", models.DateField(verbose_name="自评截止")),
                ("made_at", models.DateTimeField()),
                ("summary", models.TextField(blank=True, verbose_name="自评总结")),
                ("signed_at", models.DateTimeField(null=True, verbose_name="自评签字时间")),
                ("signed_digest", models.CharField(blank=True, max_length=64)),
                ("scored_at", models.DateTimeField(null=True, verbose_name="考评时间")),
                ("shown_at", models.DateTimeField(null=True, verbose_name="反馈时间")),
                ("contest_due_on", models.DateField(null=True, verbose_name="核对期限")),
                (
                    "stand",
                    models.CharField(
                        blank=True,
                        choices=[("accept", "无异议"), ("contest", "有异议")],
                        max_length=8,
                        verbose_name="单位意见",
                    ),
                ),
                ("contest", models.TextField(blank=True, verbose_name="异议")),
                ("answered_at", models.DateTimeField(null=True)),
                ("reply", models.TextField(blank=True, verbose_name="对异议的答复")),
                ("replied_at", models.DateTimeField(null=True)),
                ("vetoes", models.JSONField(default=list, verbose_name="一票否决")),
                ("grounds", models.TextField(blank=True, verbose_name="审定意见")),
                ("score", models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="得分")),
                ("band", models.CharField(blank=True, max_length=40, verbose_name="档次")),
                ("decided_at", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True, verbose_name="审定时间")),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "replied_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.scheme"
                    ),
                ),
                (
                    "scored_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shown_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="assessments", to="registers.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["-year", "unit__position", "unit__name", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "year"), name="assessment_once_a_year"),
                    models.CheckConstraint(
                        condition=models.Q(("scored_at", None), ("signed_at__isnull", False), _connector="OR"),
                        name="assessment_scored_after_signature",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("shown_at", None), ("scored_at__isnull", False), _connector="OR"),
                        name="assessment_shown_after_score",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_at", None),
                            models.Q(
                                ("score__isnull", False),
                                ("shown_at__isnull", False),
                                models.Q(("band", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="assessment_decided_after_shown",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("confirmed_at", None), ("decided_at__isnull", False), _connector="OR"),
                        name="assessment_confirmed_after_decision",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("confirmed_by", None),
                            models.Q(("confirmed_by", models.F("decided_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="assessment_decided_by_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="文件名")),
                ("kind", models.CharField(max_length=5, verbose_name="类型")),
                ("size", models.PositiveIntegerField(verbose_name="大小")),
                ("digest", models.CharField(max_length=64)),
                ("content", models.BinaryField()),
                ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["uploaded_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AssessmentLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("code", models.CharField(max_length=40)),
                ("label", models.TextField()),
                ("points", models.PositiveSmallIntegerField(verbose_name="分值")),
                ("surveyed", models.BooleanField(default=False)),
                ("own", models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="自评得分")),
                ("evidence", models.TextField(blank=True, verbose_name="依据材料")),
                ("office", models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="考评得分")),
                ("reason", models.TextField(blank=True, verbose_name="扣分原因")),
                ("applies", models.BooleanField(default=True, verbose_name="适用")),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="workflows.assessment"
                    ),
                ),
                ("attachments", models.ManyToManyField(related_name="assessment_lines", to="workflows.attachment")),
            ],
            options={
                "ordering": ["assessment", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("assessment", "position"), name="assessment_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("own", None), models.Q(("own__gte", 0), ("own__lte", models.F("points"))), _connector="OR"
                        ),
                        name="assessment_own_fits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("office", None),
                            models.Q(("office__gte", 0), ("office__lte", models.F("points"))),
                            _connector="OR",
                        ),
                        name="assessment_office_fits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("applies", True), models.Q(("reason", ""), _negated=True), _connector="OR"),
                        name="assessment_left_out_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AssessmentContest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("words", models.TextField(verbose_name="异议")),
                ("at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("upheld", "成立"), ("partly", "部分成立"), ("rejected", "不成立")],
                        max_length=8,
                        verbose_name="结论",
                    ),
                ),
                ("reply", models.TextField(blank=True, verbose_name="答复")),
                ("replied_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "replied_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contest",
                        to="workflows.assessmentline",
                    ),
                ),
                (
                    "attachments",
                    models.ManyToManyField(
                        related_name="assessment_contests", to="workflows.attachment", verbose_name="佐证材料"
                    ),
                ),
            ],
            options={
                "ordering": ["line"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="assessment_contest_says_what"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", ""), ("replied_at", None), ("replied_by", None), ("reply", "")),
                            models.Q(
                                ("replied_at__isnull", False),
                                ("replied_by__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                                models.Q(("reply", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="assessment_contest_answered_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("replied_by", None),
                            models.Q(("replied_by", models.F("by")), _negated=True),
                            _connector="OR",
                        ),
                        name="assessment_contest_answered_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40, verbose_name="种类")),
                ("title", models.CharField(max_length=120, verbose_name="主题")),
                ("held_on", models.DateField(verbose_name="日期")),
                ("place", models.CharField(blank=True, max_length=80, verbose_name="地点")),
                ("host", models.CharField(blank=True, max_length=40, verbose_name="主持人")),
                ("audience", models.CharField(blank=True, max_length=120, verbose_name="参加范围")),
                ("content", models.TextField(blank=True, verbose_name="主要内容")),
                ("power", models.UUIDField(db_index=True, null=True, verbose_name="权力事项")),
                ("power_name", models.CharField(blank=True, max_length=120, verbose_name="权力事项名称")),
                ("asked", models.PositiveIntegerField(null=True, verbose_name="征求人数")),
                ("experts", models.JSONField(default=list, verbose_name="专家")),
                ("version", models.PositiveIntegerField(default=0)),
                ("recorded_at", models.DateTimeField(verbose_name="登记时间")),
                ("voided_at", models.DateTimeField(null=True, verbose_name="作废时间")),
                ("void_reason", models.CharField(blank=True, max_length=200, verbose_name="作废原因")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="记录人",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activities",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
                (
                    "voided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "attachments",
                    models.ManyToManyField(related_name="activities", to="workflows.attachment", verbose_name="附件"),
                ),
            ],
            options={
                "ordering": [models.OrderBy(models.F("held_on"), descending=True), "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("void_reason", ""), ("voided_at", None)),
                            models.Q(("voided_at__isnull", False), models.Q(("void_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="activity_void_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("power", None), ("power_name", "")),
                            models.Q(("power__isnull", False), models.Q(("power_name", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="activity_power_has_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attendance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mark",
                    models.CharField(
                        choices=[("present", "出席"), ("excused", "请假"), ("absent", "缺席")],
                        default="present",
                        max_length=8,
                        verbose_name="出席情况",
                    ),
                ),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="attendances", to="workflows.activity"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attendances",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["activity", "user__sort_key", "user__number"],
                "constraints": [
                    models.UniqueConstraint(fields=("activity", "user"), name="attendance_once"),
                    models.CheckConstraint(
                        condition=models.Q(("mark__in", ["present", "excused", "absent"])),
                        name="attendance_mark_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="AvoidanceRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("relation", models.CharField(max_length=40, verbose_name="关系")),
                ("matter", models.CharField(max_length=200, verbose_name="回避的事项")),
                ("declared_at", models.DateTimeField(verbose_name="报告时间")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("avoid", "应当回避"), ("none", "不需要回避")],
                        max_length=5,
                        verbose_name="决定",
                    ),
                ),
                ("words", models.CharField(blank=True, max_length=300, verbose_name="安排")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="决定时间")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.unit"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.scheme"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "ordering": [models.OrderBy(models.F("decided_at"), descending=True, nulls_first=True), "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("outcome", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("outcome__in", ["avoid", "none"]),
                            ),
                            _connector="OR",
                        ),
                        name="avoidance_decided_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("person")), _negated=True),
                            _connector="OR",
                        ),
                        name="avoidance_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("matter", ""), _negated=True), models.Q(("relation", ""), _negated=True)
                        ),
                        name="avoidance_says_what",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Campaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "进行中"), ("closed", "已结束"), ("standing", "常年")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="开展时间")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="campaigns", to="registers.unit"
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="campaigns", to="registers.scheme"
                    ),
                ),
            ],
            options={
                "ordering": ["-year"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "standing"), _negated=True),
                        fields=("institution", "year"),
                        name="campaign_one_per_year",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("state", "standing")),
                        fields=("institution", "year", "scheme"),
                        name="campaign_standing_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("state__in", ["open", "standing"])),
                            models.Q(("closed_at__isnull", False), ("state", "closed")),
                            _connector="OR",
                        ),
                        name="campaign_closed_has_time",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="activity",
            name="campaign",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="activities", to="workflows.campaign"
            ),
        ),
        migrations.CreateModel(
            name="CampaignTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("label", models.CharField(max_length=60)),
                ("step_label", models.CharField(blank=True, max_length=60)),
                (
                    "level",
                    models.CharField(
                        choices=[("personal", "personal"), ("unit", "unit"), ("school", "school")], max_length=10
                    ),
                ),
                (
                    "brings",
                    models.CharField(
                        choices=[
                            ("points", "points"),
                            ("grades", "grades"),
                            ("post_grades", "post_grades"),
                            ("measures", "measures"),
                            ("powers", "powers"),
                            ("group", "group"),
                            ("report", "report"),
                        ],
                        max_length=12,
                    ),
                ),
                ("paper", models.CharField(max_length=40)),
                ("route", models.CharField(max_length=40)),
                ("position", models.PositiveSmallIntegerField()),
                ("opens_on", models.DateField()),
                ("due_on", models.DateField(null=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tasks", to="workflows.campaign"
                    ),
                ),
            ],
            options={
                "ordering": [models.OrderBy(models.F("due_on"), nulls_last=True), "position"],
                "constraints": [models.UniqueConstraint(fields=("campaign", "code"), name="campaign_task_code_once")],
            },
        ),
        migrations.CreateModel(
            name="CaseAnalysis",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("causes", models.TextField(verbose_name="发生的原因")),
                ("gaps", models.TextField(verbose_name="制度和管理的漏洞")),
                ("education", models.TextField(blank=True, verbose_name="警示教育安排")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="CasePoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.UUIDField()),
                (
                    "analysis",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="points", to="workflows.caseanalysis"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("analysis", "series"), name="case_point_once")],
            },
        ),
        migrations.CreateModel(
            name="ChannelChoice",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="channel_choice",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
                (
                    "mail",
                    models.CharField(
                        choices=[("daily", "每天一封"), ("each", "逐条发送"), ("off", "不发邮件")],
                        default="daily",
                        max_length=10,
                        verbose_name="邮件",
                    ),
                ),
                ("quiet_from", models.TimeField(default=datetime.time(22, 0), verbose_name="免打扰开始")),
                ("quiet_until", models.TimeField(default=datetime.time(7, 0), verbose_name="免打扰结束")),
                ("robot", models.BooleanField(default=False, verbose_name="群机器人可提及我的姓名")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mail__in", ["daily", "each", "off"])), name="channel_choice_mail_declared"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CheckItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("item", "检查项目"), ("measure", "防控措施"), ("point", "风险点")], max_length=8
                    ),
                ),
                ("code", models.CharField(blank=True, max_length=40)),
                ("label", models.TextField()),
                ("how", models.TextField(blank=True)),
                ("full", models.PositiveSmallIntegerField(null=True, verbose_name="分值")),
                ("point_series", models.UUIDField(null=True)),
                ("measure_series", models.UUIDField(null=True)),
                (
                    "own_result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "未填"),
                            ("good", "落实"),
                            ("part", "部分落实"),
                            ("bad", "未落实"),
                            ("none", "不适用"),
                        ],
                        default="",
                        max_length=5,
                        verbose_name="自查",
                    ),
                ),
                ("own_words", models.TextField(blank=True, verbose_name="自查情况")),
                ("own_version", models.PositiveIntegerField(default=0)),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "未填"),
                            ("good", "落实"),
                            ("part", "部分落实"),
                            ("bad", "未落实"),
                            ("none", "不适用"),
                        ],
                        default="",
                        max_length=5,
                        verbose_name="核查",
                    ),
                ),
                ("words", models.TextField(blank=True, verbose_name="核查情况")),
                ("sampled", models.PositiveIntegerField(null=True, verbose_name="抽查数")),
                ("sampled_of", models.PositiveIntegerField(null=True, verbose_name="总数")),
                ("wrong", models.PositiveIntegerField(null=True, verbose_name="不符数")),
                ("score", models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="得分")),
                ("version", models.PositiveIntegerField(default=0)),
                ("checked_at", models.DateTimeField(null=True)),
                (
                    "checked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["inspection", "position"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["item", "measure", "point"])), name="check_kind_declared"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score", None),
                            models.Q(("score__gte", 0), ("score__lte", models.F("full"))),
                            _connector="OR",
                        ),
                        name="check_score_fits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sampled", None), ("sampled_of", None), ("wrong", None)),
                            models.Q(("sampled__lte", models.F("sampled_of")), ("wrong__lte", models.F("sampled"))),
                            _connector="OR",
                        ),
                        name="check_sample_fits",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Clue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "about",
                    models.CharField(
                        choices=[("staff", "教职工"), ("head", "单位负责人、中层干部"), ("unit", "某个单位或某项业务")],
                        max_length=5,
                        verbose_name="反映对象",
                    ),
                ),
                ("text", models.TextField(verbose_name="反映的情况")),
                ("name", models.TextField(blank=True, max_length=60, verbose_name="姓名（单位）")),
                ("contact", models.TextField(blank=True, max_length=100, verbose_name="联系方式")),
                ("received_on", models.DateField()),
                ("code_digest", models.CharField(max_length=64)),
                ("handled_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("taken", "已按规定受理"), ("elsewhere", "不属受理范围")],
                        max_length=9,
                        verbose_name="办理结果",
                    ),
                ),
                ("answer", models.TextField(blank=True, verbose_name="答复")),
                ("attachments", models.ManyToManyField(related_name="clues", to="workflows.attachment")),
                (
                    "handled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-received_on", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("code_digest",), name="clue_code_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("handled_at", None), ("outcome", "")),
                            models.Q(("handled_at__isnull", False), models.Q(("outcome", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="clue_handled_with_outcome",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Commendation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=80, verbose_name="名称")),
                ("words", models.TextField(verbose_name="事由")),
                ("decided_by", models.CharField(max_length=60, verbose_name="决定机构")),
                ("reference", models.CharField(blank=True, max_length=60, verbose_name="文号")),
                ("decided_on", models.DateField(verbose_name="决定日期")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.unit"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "ordering": ["-decided_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("title", ""), _negated=True), models.Q(("words", ""), _negated=True)
                        ),
                        name="commendation_says_what",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DailyRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("day", models.DateField()),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-day"],
                "constraints": [models.UniqueConstraint(fields=("kind", "day"), name="daily_run_once")],
            },
        ),
        migrations.CreateModel(
            name="DeadlineChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("due_before", models.DateField(verbose_name="原截止日期")),
                ("due_on", models.DateField(verbose_name="新截止日期")),
                ("reason", models.TextField(verbose_name="调整理由")),
                ("sheets", models.PositiveIntegerField(default=0, verbose_name="涉及表数")),
                ("at", models.DateTimeField(verbose_name="调整时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deadline_changes",
                        to="workflows.campaigntask",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("unit", None), ("person", None), _connector="OR"),
                        name="deadline_change_of_one_circle",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="deadline_change_with_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Disclosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120, verbose_name="公开事项")),
                ("power", models.UUIDField(db_index=True, null=True, verbose_name="权力事项")),
                ("power_name", models.CharField(blank=True, max_length=120, verbose_name="权力事项名称")),
                ("matter", models.CharField(blank=True, max_length=40, verbose_name="事项类别")),
                ("mode", models.CharField(blank=True, max_length=40, verbose_name="公开方式")),
                ("asked_by", models.CharField(blank=True, max_length=40, verbose_name="由谁提出")),
                ("asked_on", models.DateField(null=True, verbose_name="提出日期")),
                ("answer_due_on", models.DateField(null=True, verbose_name="答复期限")),
                ("answered_on", models.DateField(null=True, verbose_name="答复日期")),
                ("version", models.PositiveIntegerField(default=0)),
                ("recorded_on", models.DateField(verbose_name="登记日期")),
                ("voided_at", models.DateTimeField(null=True, verbose_name="作废时间")),
                ("void_reason", models.CharField(blank=True, max_length=200, verbose_name="作废原因")),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.scheme"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disclosures",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
                (
                    "voided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-recorded_on", "-pk"],
                "indexes": [models.Index(fields=["unit", "-recorded_on"], name="disclosure_of_unit")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("void_reason", ""), ("voided_at", None)),
                            models.Q(("voided_at__isnull", False), models.Q(("void_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="disclosure_void_has_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("answer_due_on", None), ("answered_on", None), ("asked_by", ""), ("asked_on", None)
                            ),
                            models.Q(
                                models.Q(("asked_by", ""), _negated=True),
                                ("answer_due_on__isnull", False),
                                ("asked_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="disclosure_asked_has_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("power", None), ("power_name", "")),
                            models.Q(("power__isnull", False), models.Q(("power_name", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="disclosure_power_has_name",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DisclosedPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.CharField(max_length=40, verbose_name="公开内容")),
                ("due_on", models.DateField(null=True, verbose_name="计划公开日期")),
                ("happened_on", models.DateField(null=True, verbose_name="办理日期")),
                ("content", models.TextField(blank=True, verbose_name="内容")),
                ("document_number", models.CharField(blank=True, max_length=60, verbose_name="文号")),
                ("disclosed_on", models.DateField(null=True, verbose_name="公开日期")),
                ("channel", models.CharField(blank=True, max_length=40, verbose_name="公开渠道")),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="公开的位置")),
                (
                    "attachments",
                    models.ManyToManyField(
                        related_name="disclosed_parts", to="workflows.attachment", verbose_name="附件"
                    ),
                ),
                (
                    "disclosure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="workflows.disclosure"
                    ),
                ),
            ],
            options={
                "ordering": ["disclosure", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("disclosed_on", None)), fields=["due_on"], name="disclosed_part_awaited"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("disclosure", "part"), name="disclosed_part_once"),
                    models.CheckConstraint(
                        condition=models.Q(("due_on__isnull", False), ("disclosed_on__isnull", False), _connector="OR"),
                        name="disclosed_part_has_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("channel", ""), ("disclosed_on", None)),
                            models.Q(
                                ("disclosed_on__isnull", False),
                                models.Q(("channel", ""), _negated=True),
                                models.Q(("content", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="disclosed_part_says_where",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="draft",
                        serialize=False,
                        to="workflows.submission",
                    ),
                ),
                ("content", models.JSONField(default=dict)),
                ("version", models.PositiveIntegerField(default=0)),
                ("saved_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="submission",
            name="attachments",
            field=models.ManyToManyField(related_name="submissions", to="workflows.attachment", verbose_name="附件"),
        ),
        migrations.AddField(
            model_name="submission",
            name="carrier",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="carried",
                to="workflows.submission",
                verbose_name="随哪张表审核",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="group",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="submissions",
                to="registers.leadinggroup",
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="submissions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="post",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="submissions", to="registers.post"
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="task",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="submissions", to="workflows.campaigntask"
            ),
        ),
        migrations.AddField(
            model_name="submission",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="submissions", to="registers.unit"
            ),
        ),
        migrations.CreateModel(
            name="Custody",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=20)),
                ("since", models.DateTimeField()),
                ("is_copy", models.BooleanField(default=False)),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="custodies", to="workflows.submission"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("submission", "role"), name="custody_once_per_role")],
            },
        ),
        migrations.CreateModel(
            name="Draw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField(verbose_name="次序")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="重新抽取的原因")),
                ("seed_source", models.CharField(max_length=120, verbose_name="随机种子的来源")),
                ("pool", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("algorithm", models.CharField(max_length=20)),
                ("prepared_at", models.DateTimeField(verbose_name="名单确定时间")),
                ("seed", models.CharField(blank=True, max_length=120, verbose_name="随机种子")),
                ("witness", models.CharField(blank=True, max_length=40, verbose_name="见证人")),
                ("result", models.JSONField(default=dict)),
                ("drawn_at", models.DateTimeField(null=True, verbose_name="抽取时间")),
                ("released_at", models.DateTimeField(null=True, verbose_name="公开时间")),
                (
                    "drawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "prepared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["item", "position"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("position", 1), models.Q(("reason", ""), _negated=True), _connector="OR"),
                        name="draw_again_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("drawn_at", None), ("drawn_by", None), ("seed", "")),
                            models.Q(
                                ("drawn_at__isnull", False),
                                ("drawn_by__isnull", False),
                                models.Q(("seed", ""), _negated=True),
                                models.Q(("witness", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="draw_made_has_seed_and_witness",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DutyStatement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("parts", models.JSONField(default=dict, verbose_name="内容")),
                ("drafted_at", models.DateTimeField(verbose_name="起草时间")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="送签时间")),
                ("reply", models.TextField(blank=True, verbose_name="修改意见")),
                ("signed_at", models.DateTimeField(null=True, verbose_name="签字时间")),
                ("signed_digest", models.CharField(blank=True, max_length=64)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.unit"
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.scheme"
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duty_statements",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "ordering": ["-year", "unit__position", "unit__code"],
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "year"), name="duty_statement_once_a_year"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("signed_at", None), ("signed_by", None), ("signed_digest", "")),
                            models.Q(
                                ("sent_at__isnull", False),
                                ("signed_at__isnull", False),
                                ("signed_by__isnull", False),
                                models.Q(("signed_digest", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="duty_statement_signed_after_sent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("signed_by", None),
                            models.Q(("signed_by", models.F("sent_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="duty_statement_of_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EducationItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("title", models.CharField(max_length=120, verbose_name="内容")),
                ("kind", models.CharField(max_length=40, verbose_name="形式")),
                ("due_on", models.DateField(verbose_name="完成时间")),
                (
                    "flag",
                    models.CharField(
                        blank=True,
                        choices=[("leaders", "领导班子和领导干部"), ("key", "重点岗位"), ("risk", "风险岗位")],
                        max_length=8,
                        verbose_name="岗位",
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(null=True, verbose_name="等级")),
                ("domain", models.CharField(blank=True, max_length=40, verbose_name="领域")),
                ("at", models.DateTimeField(verbose_name="登记时间")),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "activities",
                    models.ManyToManyField(
                        related_name="education_items", to="workflows.activity", verbose_name="已开展的活动"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.unit"
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.scheme"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="education_items",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "pk"],
                "indexes": [models.Index(fields=["year", "unit"], name="education_of_year")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("title", ""), _negated=True), name="education_says_what")
                ],
            },
        ),
        migrations.CreateModel(
            name="Enrolment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("wave", models.PositiveSmallIntegerField(default=1, verbose_name="批次")),
                ("enrolled_on", models.DateField(verbose_name="纳入日期")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="enrolments", to="workflows.campaign"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="enrolments", to="registers.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["wave", "unit__position", "unit__code"],
                "constraints": [models.UniqueConstraint(fields=("campaign", "unit"), name="enrolment_once")],
            },
        ),
        migrations.CreateModel(
            name="Extension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                ("reason", models.TextField(verbose_name="申请理由")),
                ("due_before", models.DateField(verbose_name="申请时的截止日期")),
                ("until", models.DateField(verbose_name="申请延至")),
                ("role", models.CharField(max_length=20)),
                ("decided_at", models.DateTimeField(null=True, verbose_name="办理时间")),
                ("granted", models.BooleanField(null=True, verbose_name="是否准予")),
                ("granted_until", models.DateField(null=True, verbose_name="准予延至")),
                ("answer", models.TextField(blank=True, verbose_name="答复")),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "on_behalf_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="extensions",
                        to="workflows.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("granted", None)), fields=("submission",), name="extension_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("granted", None)),
                            models.Q(("decided_at__isnull", False), ("granted__isnull", False)),
                            _connector="OR",
                        ),
                        name="extension_decided_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("granted", True), ("granted_until__isnull", False)),
                            models.Q(models.Q(("granted", True), _negated=True), ("granted_until", None)),
                            _connector="OR",
                        ),
                        name="extension_granted_until_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("granted", False), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="extension_refused_with_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by", None),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="extension_not_by_who_asked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="extension_with_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FiledPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("paper", models.CharField(max_length=40)),
                ("document", models.JSONField()),
                ("digest", models.CharField(max_length=64)),
                ("filed_at", models.DateTimeField()),
                (
                    "submission",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="filed_paper",
                        to="workflows.submission",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ImpactAssessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("fields", models.JSONField(default=list)),
                ("purpose", models.TextField(verbose_name="目的和必要性")),
                ("risk", models.TextField(verbose_name="对个人权益的影响和风险")),
                ("measures", models.TextField(verbose_name="保护措施")),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.scheme"
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("purpose", ""), _negated=True),
                            models.Q(("risk", ""), _negated=True),
                            models.Q(("measures", ""), _negated=True),
                        ),
                        name="impact_assessment_says_all",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Inspection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="编号")),
                ("starts_on", models.DateField(verbose_name="检查开始")),
                ("ends_on", models.DateField(verbose_name="检查结束")),
                ("covers", models.CharField(blank=True, max_length=80, verbose_name="检查的期间")),
                ("materials", models.TextField(blank=True, verbose_name="需准备的材料")),
                ("left_out", models.PositiveIntegerField(default=0, verbose_name="未列入检查表的项数")),
                ("contact", models.CharField(blank=True, max_length=80, verbose_name="联系人和电话")),
                ("made_at", models.DateTimeField()),
                ("notified_at", models.DateTimeField(null=True, verbose_name="通知时间")),
                ("preliminary", models.TextField(blank=True, verbose_name="初步意见")),
                ("preliminary_at", models.DateTimeField(null=True, verbose_name="初步意见时间")),
                ("answer_due_on", models.DateField(null=True, verbose_name="答复期限")),
                (
                    "stand",
                    models.CharField(
                        blank=True,
                        choices=[("accept", "无异议"), ("plead", "有申辩意见")],
                        max_length=8,
                        verbose_name="答复",
                    ),
                ),
                ("answer", models.TextField(blank=True, verbose_name="单位意见")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                ("conclusion", models.TextField(blank=True, verbose_name="检查结论")),
                ("score", models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="得分")),
                ("concluded_at", models.DateTimeField(null=True, verbose_name="结论时间")),
                ("called_off_at", models.DateTimeField(null=True, verbose_name="取消时间")),
                ("call_off_reason", models.CharField(blank=True, max_length=200, verbose_name="取消原因")),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "concluded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "draw",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspections",
                        to="workflows.draw",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "notified_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "preliminary_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="inspections", to="registers.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="inspection_ends_after_start"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("preliminary_at", None),
                            models.Q(("notified_at__isnull", False), models.Q(("preliminary", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="inspection_opinion_after_notice",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_at", None),
                            models.Q(("preliminary_at__isnull", False), models.Q(("stand", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="inspection_answer_after_opinion",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("concluded_at", None),
                            models.Q(("preliminary_at__isnull", False), models.Q(("conclusion", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="inspection_concluded_after_opinion",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("call_off_reason", ""), ("called_off_at", None)),
                            models.Q(models.Q(("call_off_reason", ""), _negated=True), ("concluded_at", None)),
                            _connector="OR",
                        ),
                        name="inspection_called_off_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="序号")),
                ("fact", models.TextField(verbose_name="问题（事实）")),
                ("clause", models.CharField(blank=True, max_length=200, verbose_name="依据条款")),
                ("cause", models.TextField(blank=True, verbose_name="原因")),
                (
                    "kind",
                    models.CharField(
                        choices=[("at_once", "立行立改"), ("limited", "限期整改"), ("lasting", "长期整改")],
                        default="limited",
                        max_length=8,
                        verbose_name="整改类别",
                    ),
                ),
                ("demand", models.TextField(verbose_name="整改要求")),
                ("due_on", models.DateField(verbose_name="整改期限")),
                ("point_series", models.UUIDField(null=True)),
                ("measure_series", models.UUIDField(null=True)),
                ("made_at", models.DateTimeField()),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdraw_reason", models.CharField(blank=True, max_length=200, verbose_name="撤销原因")),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "attachments",
                    models.ManyToManyField(related_name="findings", to="workflows.attachment", verbose_name="佐证"),
                ),
                ("changes", models.ManyToManyField(related_name="findings", to="workflows.submission")),
                (
                    "check_item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="workflows.checkitem",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "recurrence_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="recurrences",
                        to="workflows.finding",
                    ),
                ),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="workflows.inspection"
                    ),
                ),
            ],
            options={
                "ordering": ["inspection", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("inspection", "number"), name="finding_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["at_once", "limited", "lasting"])),
                        name="finding_kind_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("fact", ""), _negated=True), models.Q(("demand", ""), _negated=True)
                        ),
                        name="finding_says_what",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("withdraw_reason", ""), ("withdrawn_at", None)),
                            models.Q(("withdrawn_at__isnull", False), models.Q(("withdraw_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="finding_withdrawn_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("recurrence_of", models.F("id")), _negated=True),
                        name="finding_does_not_recur_itself",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="checkitem",
            name="inspection",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="checks", to="workflows.inspection"
            ),
        ),
        migrations.CreateModel(
            name="InspectionPlan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("made_at", models.DateTimeField()),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspection_plans",
                        to="registers.unit",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.scheme"
                    ),
                ),
            ],
            options={
                "ordering": ["-year"],
                "constraints": [
                    models.UniqueConstraint(fields=("institution", "year"), name="inspection_plan_once_a_year")
                ],
            },
        ),
        migrations.AddField(
            model_name="inspection",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="inspections", to="workflows.inspectionplan"
            ),
        ),
        migrations.CreateModel(
            name="InspectionSeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("leads", models.BooleanField(default=False, verbose_name="组长")),
                (
                    "declared",
                    models.CharField(
                        blank=True,
                        choices=[("", "未声明"), ("clear", "无须回避"), ("avoid", "回避")],
                        default="",
                        max_length=5,
                        verbose_name="回避声明",
                    ),
                ),
                ("declared_at", models.DateTimeField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="退出的原因")),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="seats", to="workflows.inspection"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspection_seats",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-leads", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("inspection", "user"), name="inspection_seat_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("leads", True), ("left_at", None)),
                        fields=("inspection",),
                        name="inspection_one_leader",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("declared__in", ["", "clear", "avoid"])), name="inspection_seat_declared"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("left_at", None), models.Q(("reason", ""), _negated=True), _connector="OR"),
                        name="inspection_seat_left_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InspectionSignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "part",
                    models.CharField(
                        choices=[("team", "检查组"), ("unit", "被检查单位"), ("refused", "拒绝签字")], max_length=8
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("words", models.CharField(blank=True, max_length=200, verbose_name="拒签情况")),
                ("witness", models.CharField(blank=True, max_length=40, verbose_name="见证人")),
                ("at", models.DateTimeField()),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="signatures",
                        to="workflows.inspection",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("inspection", "part", "user"), name="inspection_signature_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("part", "refused"), _negated=True),
                            models.Q(models.Q(("words", ""), _negated=True), models.Q(("witness", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="inspection_refusal_with_witness",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeaderScore",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("score", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="得分")),
                ("at", models.DateTimeField()),
                (
                    "leader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="leader_scores",
                        to="workflows.assessmentline",
                    ),
                ),
            ],
            options={
                "ordering": ["line", "leader"],
                "constraints": [
                    models.UniqueConstraint(fields=("line", "leader"), name="leader_score_once"),
                    models.CheckConstraint(condition=models.Q(("score__gte", 0)), name="leader_score_fits"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeavingAudit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("post", models.CharField(max_length=60, verbose_name="离任岗位")),
                ("kind", models.CharField(max_length=40, verbose_name="种类")),
                ("left_on", models.DateField(verbose_name="离任日期")),
                ("reference", models.CharField(max_length=60, verbose_name="文号")),
                ("audited_on", models.DateField(verbose_name="报告日期")),
                ("findings", models.PositiveSmallIntegerField(verbose_name="问题数")),
                ("kept_at", models.CharField(max_length=120, verbose_name="存放处")),
                ("at", models.DateTimeField(verbose_name="登记时间")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.unit"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.scheme"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "ordering": ["-audited_on", "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("institution", "reference", "person"), name="leaving_audit_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reference", ""), _negated=True), models.Q(("kept_at", ""), _negated=True)
                        ),
                        name="leaving_audit_says_where",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeasureCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "result",
                    models.CharField(
                        choices=[("verified", "核查通过"), ("not_verified", "核查未通过")],
                        max_length=12,
                        verbose_name="核查结论",
                    ),
                ),
                ("text", models.TextField(verbose_name="核查情况")),
                ("outside", models.BooleanField(verbose_name="单位以外人员核查")),
                ("on", models.DateField(verbose_name="核查日期")),
                ("at", models.DateTimeField(verbose_name="记录时间")),
                (
                    "attachments",
                    models.ManyToManyField(
                        related_name="measure_checks", to="workflows.attachment", verbose_name="核查材料"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "measure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="checks",
                        to="registers.controlmeasure",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("result__in", ["verified", "not_verified"])),
                        name="measure_check_result_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="measure_check_says_what"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeasureProgress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[("under_way", "正在落实"), ("done", "已落实"), ("not_done", "未落实")],
                        max_length=10,
                        verbose_name="落实情况",
                    ),
                ),
                ("text", models.TextField(verbose_name="情况说明")),
                ("at", models.DateTimeField(verbose_name="记录时间")),
                (
                    "attachments",
                    models.ManyToManyField(
                        related_name="measure_progress", to="workflows.attachment", verbose_name="佐证材料"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "measure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="progress",
                        to="registers.controlmeasure",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["under_way", "done", "not_done"])),
                        name="measure_progress_state_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="measure_progress_says_what"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("body", models.CharField(max_length=40, verbose_name="决定机构")),
                ("body_label", models.CharField(max_length=200)),
                (
                    "form",
                    models.CharField(
                        choices=[("held", "会议"), ("circulated", "传签")],
                        default="held",
                        max_length=10,
                        verbose_name="方式",
                    ),
                ),
                ("number", models.CharField(max_length=40, verbose_name="编号")),
                ("held_on", models.DateField(verbose_name="日期")),
                ("held_at", models.TimeField(null=True, verbose_name="时间")),
                ("place", models.CharField(blank=True, max_length=80, verbose_name="地点")),
                ("made_at", models.DateTimeField()),
                ("called_at", models.DateTimeField(null=True, verbose_name="通知时间")),
                ("signed_at", models.DateTimeField(null=True, verbose_name="签署时间")),
                ("cancelled_at", models.DateTimeField(null=True, verbose_name="取消时间")),
                ("cancel_reason", models.CharField(blank=True, max_length=200, verbose_name="取消原因")),
                ("minutes", models.JSONField(default=dict)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="meetings", to="workflows.campaign"
                    ),
                ),
                (
                    "chair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="主持人",
                    ),
                ),
                (
                    "recorder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="记录人",
                    ),
                ),
            ],
            options={
                "ordering": [models.OrderBy(models.F("held_on"), descending=True), "-pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "body", "number"), name="meeting_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("digest", ""), ("signed_at", None)),
                            models.Q(
                                ("cancelled_at", None),
                                ("signed_at__isnull", False),
                                models.Q(("digest", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="meeting_signed_has_digest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("cancel_reason", ""), ("cancelled_at", None)),
                            models.Q(("cancelled_at__isnull", False), models.Q(("cancel_reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="meeting_cancelled_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField()),
                ("step", models.CharField(max_length=40)),
                ("step_label", models.CharField(max_length=60)),
                ("acting_role", models.CharField(blank=True, max_length=20)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("submit", "提交"),
                            ("withdraw", "撤回"),
                            ("agree", "通过"),
                            ("return", "退回"),
                            ("automatic", "自动办理"),
                            ("recompile", "重新汇编"),
                            ("part", "退回部分个人表"),
                            ("resume", "补正后继续"),
                        ],
                        max_length=10,
                    ),
                ),
                ("opinion", models.TextField(blank=True)),
                ("redo_on", models.DateField(null=True)),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("signed", models.BooleanField(default=False)),
                ("line_verdicts", models.JSONField(default=dict)),
                ("decided", models.JSONField(default=dict)),
                ("seen_version", models.PositiveIntegerField()),
                ("days_late", models.PositiveSmallIntegerField(null=True, verbose_name="逾期天数")),
                ("outside_body", models.CharField(blank=True, max_length=60, verbose_name="校外备案机关")),
                ("outside_number", models.CharField(blank=True, max_length=60, verbose_name="备案文号")),
                ("outside_on", models.DateField(null=True, verbose_name="校外备案日期")),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "on_behalf_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="被代理人",
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="workflows.submission"
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="workflows.meeting",
                    ),
                ),
            ],
            options={
                "ordering": ["seen_version"],
                "constraints": [
                    models.UniqueConstraint(fields=("submission", "seen_version"), name="decision_one_per_version"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verdict__in", ["return", "part"]), _negated=True),
                            models.Q(models.Q(("opinion", ""), _negated=True), ("redo_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="decision_return_has_reason_and_deadline",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("signed", False), models.Q(("digest", ""), _negated=True), _connector="OR"),
                        name="decision_signature_has_digest",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("on_behalf_of", None),
                            models.Q(
                                ("actor__isnull", False), models.Q(("on_behalf_of", models.F("actor")), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="decision_on_behalf_of_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("days_late", None), ("days_late__gt", 0), _connector="OR"),
                        name="decision_late_by_days",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outside_body", ""), ("outside_number", ""), ("outside_on", None)),
                            models.Q(
                                models.Q(("outside_body", ""), _negated=True),
                                models.Q(("outside_number", ""), _negated=True),
                                ("outside_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="decision_outside_is_complete",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeetingItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("seen_version", models.PositiveIntegerField(default=0)),
                ("title", models.CharField(blank=True, max_length=120, verbose_name="议题")),
                ("words", models.TextField(blank=True, verbose_name="审议意见")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("", "未定"), ("agree", "同意"), ("return", "退回"), ("put_off", "缓议")],
                        default="",
                        max_length=8,
                        verbose_name="结论",
                    ),
                ),
                ("redo_on", models.DateField(null=True, verbose_name="限期")),
                ("grades", models.JSONField(default=dict)),
                ("returned", models.JSONField(default=dict)),
                ("avoiding", models.JSONField(default=list)),
                ("against", models.PositiveSmallIntegerField(default=0, verbose_name="反对")),
                ("abstained", models.PositiveSmallIntegerField(default=0, verbose_name="弃权")),
                ("supplied", models.JSONField(default=dict)),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[("", "未办理"), ("done", "已办理"), ("failed", "未能办理"), ("none", "无须办理")],
                        default="",
                        max_length=8,
                        verbose_name="办理结果",
                    ),
                ),
                ("result_words", models.TextField(blank=True)),
                (
                    "attachments",
                    models.ManyToManyField(
                        related_name="meeting_items", to="workflows.attachment", verbose_name="会前材料"
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="workflows.meeting"
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meeting_items",
                        to="workflows.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "submission"), name="meeting_item_once_per_sheet"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("submission__isnull", False), models.Q(("title", ""), _negated=True), _connector="OR"
                        ),
                        name="meeting_item_has_a_subject",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "return"), _negated=True),
                            models.Q(models.Q(("words", ""), _negated=True), ("redo_on__isnull", False)),
                            _connector="OR",
                        ),
                        name="meeting_item_returned_with_reason_and_day",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeetingBallot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "vote",
                    models.CharField(
                        choices=[("agree", "同意"), ("against", "不同意"), ("abstain", "弃权")],
                        max_length=8,
                        verbose_name="表决",
                    ),
                ),
                ("words", models.TextField(blank=True, verbose_name="意见")),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="ballots", to="workflows.meetingitem"
                    ),
                ),
            ],
            options={
                "ordering": ["at"],
                "constraints": [
                    models.UniqueConstraint(fields=("item", "member"), name="meeting_ballot_once"),
                    models.CheckConstraint(
                        condition=models.Q(("vote__in", ["agree", "against", "abstain"])),
                        name="meeting_ballot_vote_declared",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("vote", "against"), _negated=True),
                            models.Q(("words", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="meeting_ballot_against_has_words",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MeetingSeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "mark",
                    models.CharField(
                        blank=True,
                        choices=[("", "未登记"), ("present", "出席"), ("excused", "请假"), ("absent", "缺席")],
                        default="",
                        max_length=8,
                        verbose_name="出席情况",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="seats", to="workflows.meeting"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["user__sort_key", "user"],
                "constraints": [
                    models.UniqueConstraint(fields=("meeting", "user"), name="meeting_seat_once"),
                    models.CheckConstraint(
                        condition=models.Q(("mark__in", ["", "present", "excused", "absent"])),
                        name="meeting_seat_mark_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField()),
                ("version", models.PositiveIntegerField(null=True)),
                ("left_at", models.DateTimeField(null=True)),
                ("ended", models.BooleanField(default=False)),
                ("outcome", models.CharField(blank=True, max_length=200, verbose_name="公示结果")),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notice_sheets",
                        to="workflows.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("left_at", None)), fields=("submission",), name="sheet_on_one_notice"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=40)),
                ("text", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(null=True)),
                ("mail_claimed_at", models.DateTimeField(null=True)),
                ("mailed_at", models.DateTimeField(null=True)),
                ("mail_attempts", models.PositiveSmallIntegerField(default=0)),
                ("mail_next_at", models.DateTimeField(null=True)),
                ("mail_error", models.CharField(blank=True, max_length=60)),
                ("mail_dropped", models.BooleanField(default=False)),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to="workflows.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(fields=["recipient", "-created_at"], name="notification_inbox"),
                    models.Index(
                        condition=models.Q(("mailed_at", None)), fields=["created_at"], name="notification_owed"
                    ),
                    models.Index(
                        condition=models.Q(("mailed_at", None), models.Q(("mail_error", ""), _negated=True)),
                        fields=["created_at"],
                        name="notification_failed",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("recipient", "key"), name="notification_once")],
            },
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.PositiveIntegerField(default=0, verbose_name="对哪一项")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("content", "内容（与事实不符）"),
                            ("grade", "等级"),
                            ("omission", "遗漏（应列未列）"),
                            ("other", "其他"),
                            ("suggestion", "建议"),
                        ],
                        default="other",
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                ("text", models.TextField(verbose_name="异议内容")),
                ("at", models.DateTimeField()),
                ("code_digest", models.CharField(blank=True, max_length=64)),
                ("extended_at", models.DateTimeField(null=True)),
                ("extended_why", models.TextField(blank=True, verbose_name="延期答复的原因")),
                ("handled_at", models.DateTimeField(null=True)),
                (
                    "finding",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("rejected", "不成立"),
                            ("partly", "部分成立"),
                            ("upheld", "成立"),
                            ("corrected", "更正（文字差错）"),
                            ("elsewhere", "不属受理范围"),
                            ("merged", "并入另一件"),
                            ("retracted", "提出人撤回"),
                        ],
                        max_length=10,
                        verbose_name="处理结论",
                    ),
                ),
                ("handling", models.TextField(blank=True, verbose_name="处理情况")),
                ("attachments", models.ManyToManyField(related_name="objections", to="workflows.attachment")),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "handled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "into",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged",
                        to="workflows.objection",
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="objections",
                        to="workflows.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("code_digest", ""), _negated=True),
                        fields=("code_digest",),
                        name="objection_code_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("handled_at", None), models.Q(("handling", ""), _negated=True), _connector="OR"
                        ),
                        name="objection_handled_with_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("author", None), models.Q(("code_digest", ""), _negated=True)),
                            models.Q(("author__isnull", False), ("code_digest", "")),
                            _connector="OR",
                        ),
                        name="objection_by_colleague_or_by_code",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("into", None), models.Q(("finding", "merged"), _negated=True)),
                            models.Q(("finding", "merged"), ("into__isnull", False)),
                            _connector="OR",
                        ),
                        name="objection_merged_into_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Addition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(verbose_name="补充")),
                ("on", models.DateField()),
                (
                    "clue",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="additions",
                        to="workflows.clue",
                    ),
                ),
                (
                    "objection",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="additions",
                        to="workflows.objection",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("clue", None), ("objection__isnull", False)),
                            models.Q(("clue__isnull", False), ("objection", None)),
                            _connector="OR",
                        ),
                        name="addition_to_one_thing",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Objector",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.TextField(max_length=60, verbose_name="姓名（单位）")),
                ("contact", models.TextField(max_length=100, verbose_name="联系方式")),
                (
                    "objection",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="objector", to="workflows.objection"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=60, verbose_name="意见来自")),
                ("words", models.TextField(verbose_name="意见")),
                (
                    "adopted",
                    models.CharField(
                        blank=True,
                        choices=[("", "尚未研究"), ("yes", "采纳"), ("partly", "部分采纳"), ("no", "不采纳")],
                        default="",
                        max_length=6,
                        verbose_name="采纳情况",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="理由")),
                (
                    "activity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="opinions", to="workflows.activity"
                    ),
                ),
            ],
            options={
                "ordering": ["activity", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("adopted__in", ["", "yes"]),
                            models.Q(("adopted__in", ["partly", "no"]), models.Q(("reason", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="opinion_not_adopted_has_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Phase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("label", models.CharField(max_length=60)),
                ("position", models.PositiveSmallIntegerField()),
                ("starts_on", models.DateField(null=True)),
                ("due_on", models.DateField()),
                ("closed_at", models.DateTimeField(null=True, verbose_name="关闭时间")),
                ("close_reason", models.CharField(blank=True, max_length=200, verbose_name="关闭说明")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="phases", to="workflows.campaign"
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "code"), name="phase_code_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("starts_on", None), ("starts_on__lte", models.F("due_on")), _connector="OR"
                        ),
                        name="phase_starts_before_due",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="campaigntask",
            name="phase",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="tasks", to="workflows.phase"
            ),
        ),
        migrations.CreateModel(
            name="PlanItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40, verbose_name="检查种类")),
                ("title", models.CharField(max_length=80, verbose_name="检查事项")),
                ("content", models.TextField(verbose_name="检查内容和范围")),
                ("methods", models.JSONField(default=list, verbose_name="检查方法")),
                ("starts_on", models.DateField(verbose_name="开始日期")),
                ("ends_on", models.DateField(verbose_name="结束日期")),
                ("team", models.PositiveSmallIntegerField(verbose_name="检查组人数")),
                ("made_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="items", to="workflows.inspectionplan"
                    ),
                ),
            ],
            options={
                "ordering": ["plan", "starts_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="plan_item_ends_after_start"
                    ),
                    models.CheckConstraint(condition=models.Q(("team__gte", 3)), name="plan_item_team_of_three"),
                ],
            },
        ),
        migrations.AddField(
            model_name="inspection",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="inspections", to="workflows.planitem"
            ),
        ),
        migrations.AddField(
            model_name="draw",
            name="item",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="draws", to="workflows.planitem"
            ),
        ),
        migrations.CreateModel(
            name="Publication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("verb", models.CharField(choices=[("standing", "公开"), ("result", "通报")], max_length=8)),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("unit", "单位内"),
                            ("school", "全校师生"),
                            ("public", "社会"),
                            ("chosen", "选定的单位"),
                        ],
                        max_length=10,
                        verbose_name="范围",
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="标题")),
                ("blocks", models.JSONField(default=list, verbose_name="正文")),
                ("columns", models.JSONField(default=list)),
                ("items", models.JSONField(default=list)),
                ("number", models.PositiveIntegerField(null=True, verbose_name="版次")),
                ("effective_on", models.DateField(null=True, verbose_name="施行日期")),
                ("changes", models.JSONField(default=list)),
                ("explanation", models.TextField(blank=True, verbose_name="变更说明")),
                ("drafted_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(null=True)),
                ("ends_on", models.DateField(null=True, verbose_name="截止")),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_why", models.CharField(blank=True, max_length=200, verbose_name="结束原因")),
                (
                    "attachments",
                    models.ManyToManyField(related_name="publications", to="workflows.attachment", verbose_name="附件"),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replaces",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="workflows.publication",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="publications", to="registers.scheme"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="publications", to="registers.unit"
                    ),
                ),
                (
                    "units",
                    models.ManyToManyField(
                        related_name="told_publications", to="registers.unit", verbose_name="选定的单位"
                    ),
                ),
            ],
            options={
                "ordering": ["-released_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("verb__in", ["standing", "result"])), name="publication_verb_declared"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("released_by", models.F("drafted_by")), _negated=True),
                        name="publication_released_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("effective_on", None), ("number", None), ("released_at", None), ("released_by", None)
                            ),
                            models.Q(
                                ("effective_on__isnull", False),
                                ("released_at__isnull", False),
                                ("released_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="publication_numbered_once_released",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("verb", "standing")),
                        fields=("unit", "kind", "number"),
                        name="standing_list_numbered_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None), ("released_at__isnull", False), ("verb", "standing")),
                        fields=("unit", "kind"),
                        name="standing_list_in_force_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("released_at", None), ("verb", "standing")),
                        fields=("unit", "kind"),
                        name="standing_list_drafted_once",
                    ),
                ],
            },
            bases=(workflows.models.audiences.WithAudience, models.Model),
        ),
        migrations.CreateModel(
            name="PublicityNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=40)),
                ("kind", models.CharField(blank=True, max_length=40)),
                (
                    "after_end",
                    models.CharField(
                        choices=[("removed", "撤下"), ("nameless", "去掉姓名后保留")],
                        default="removed",
                        max_length=8,
                        verbose_name="期满以后",
                    ),
                ),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("unit", "单位内"),
                            ("school", "全校师生"),
                            ("public", "社会"),
                            ("chosen", "选定的单位"),
                        ],
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(max_length=160, verbose_name="标题")),
                ("items", models.JSONField(default=list)),
                ("columns", models.JSONField(default=list)),
                ("drafted_at", models.DateTimeField()),
                ("released_at", models.DateTimeField(null=True)),
                ("starts_on", models.DateField(null=True, verbose_name="公示开始")),
                ("ends_on", models.DateField(null=True, verbose_name="公示截止")),
                ("cleared_at", models.DateTimeField(null=True)),
                ("outcome", models.CharField(blank=True, max_length=200, verbose_name="公示结果")),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("withdrawn_why", models.TextField(blank=True, verbose_name="撤回原因")),
                (
                    "attachments",
                    models.ManyToManyField(related_name="notices", to="workflows.attachment", verbose_name="附件"),
                ),
                (
                    "drafted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "follows",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="repeated_by",
                        to="workflows.publicitynotice",
                    ),
                ),
                (
                    "impact",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notices",
                        to="workflows.impactassessment",
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sheets",
                    models.ManyToManyField(
                        related_name="notices", through="workflows.NoticeSheet", to="workflows.submission"
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to="workflows.campaigntask"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="registers.unit"
                    ),
                ),
                (
                    "units",
                    models.ManyToManyField(related_name="told_notices", to="registers.unit", verbose_name="选定的单位"),
                ),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-starts_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="notice_ends_after_start"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ends_on", None), ("released_at", None), ("starts_on", None)),
                            models.Q(
                                ("ends_on__isnull", False), ("released_at__isnull", False), ("starts_on__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="notice_has_days_once_released",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("released_by", models.F("drafted_by")), _negated=True),
                        name="notice_released_by_another",
                    ),
                ],
            },
            bases=(workflows.models.audiences.WithAudience, models.Model),
        ),
        migrations.AddField(
            model_name="objection",
            name="notice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="workflows.publicitynotice"
            ),
        ),
        migrations.AddField(
            model_name="noticesheet",
            name="notice",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="bundled", to="workflows.publicitynotice"
            ),
        ),
        migrations.CreateModel(
            name="NoticePlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(max_length=60, verbose_name="地方")),
                ("posted_on", models.DateField(null=True, verbose_name="张贴日期")),
                ("taken_on", models.DateField(null=True, verbose_name="撤下日期")),
                (
                    "posted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "publication",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notice_places",
                        to="workflows.publication",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notice_places",
                        to="workflows.publicitynotice",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("notice__isnull", False), ("publication", None)),
                            models.Q(("notice", None), ("publication__isnull", False)),
                            _connector="OR",
                        ),
                        name="notice_place_of_one",
                    ),
                    models.UniqueConstraint(fields=("notice", "label"), name="notice_place_once"),
                    models.UniqueConstraint(fields=("publication", "label"), name="publication_place_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("taken_on", None),
                            models.Q(("posted_on__isnull", False), ("taken_on__gte", models.F("posted_on"))),
                            _connector="OR",
                        ),
                        name="notice_place_taken_after_posted",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.PositiveIntegerField(verbose_name="第几项")),
                ("heading", models.CharField(max_length=40, verbose_name="栏目")),
                ("before", models.TextField(verbose_name="原文")),
                ("after", models.TextField(verbose_name="更正为")),
                ("at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "objection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="workflows.objection",
                    ),
                ),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="corrections",
                        to="workflows.publicitynotice",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("before", models.F("after")), _negated=True),
                        name="correction_changes_something",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="clue",
            name="notice",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="clues",
                to="workflows.publicitynotice",
            ),
        ),
        migrations.CreateModel(
            name="PublicRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("audience", models.CharField(max_length=10, verbose_name="范围")),
                ("first_day", models.DateField(verbose_name="自")),
                ("last_day", models.DateField(verbose_name="至")),
                ("digest", models.CharField(max_length=64)),
                ("size", models.PositiveIntegerField()),
                ("content", models.BinaryField()),
                (
                    "notice",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="records",
                        to="workflows.publicitynotice",
                    ),
                ),
                (
                    "publication",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="records",
                        to="workflows.publication",
                    ),
                ),
            ],
            options={
                "ordering": ["first_day", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("notice__isnull", False), ("publication", None)),
                            models.Q(("notice", None), ("publication__isnull", False)),
                            _connector="OR",
                        ),
                        name="public_record_of_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("last_day__gte", models.F("first_day"))),
                        name="public_record_ends_after_start",
                    ),
                    models.UniqueConstraint(
                        fields=("notice", "audience", "first_day", "digest"), name="notice_record_once"
                    ),
                    models.UniqueConstraint(
                        fields=("publication", "audience", "first_day"), name="publication_record_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ranking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("counted_on", models.DateField(verbose_name="统计日期")),
                ("computed_at", models.DateTimeField(verbose_name="计算时间")),
                ("shown_at", models.DateTimeField(null=True, verbose_name="交单位核对时间")),
                ("contest_until", models.DateField(null=True, verbose_name="异议截止")),
                ("decision", models.CharField(blank=True, max_length=200, verbose_name="审定依据")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="审定时间")),
                ("released_at", models.DateTimeField(null=True, verbose_name="公布时间")),
                ("result", models.JSONField(default=dict, verbose_name="公布的结果")),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="ranking", to="workflows.campaign"
                    ),
                ),
                (
                    "computed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "released_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shown_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-counted_on", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("contest_until", None), ("shown_at", None), ("shown_by", None)),
                            models.Q(
                                ("contest_until__isnull", False),
                                ("shown_at__isnull", False),
                                ("shown_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="ranking_shown_until_a_day",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at", None), ("decided_by", None), ("decision", "")),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                                ("shown_at__isnull", False),
                                models.Q(("decision", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ranking_decided_after_it_was_shown",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_at", None), ("released_by", None)),
                            models.Q(
                                ("decided_at__isnull", False),
                                ("released_at__isnull", False),
                                ("released_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="ranking_released_after_decision",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_by", models.F("computed_by")), _negated=True),
                            models.Q(("decided_by", models.F("shown_by")), _negated=True),
                        ),
                        name="ranking_decided_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_by", models.F("computed_by")), _negated=True),
                            models.Q(("released_by", models.F("shown_by")), _negated=True),
                        ),
                        name="ranking_released_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RankedUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("class_code", models.CharField(blank=True, max_length=40, verbose_name="分类")),
                ("left_out", models.CharField(blank=True, max_length=200, verbose_name="不参加排名的原因")),
                ("deducted", models.DecimalField(decimal_places=2, default=0, max_digits=7, verbose_name="扣分")),
                ("score", models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="得分")),
                ("place", models.PositiveSmallIntegerField(null=True, verbose_name="名次")),
                ("band", models.CharField(blank=True, max_length=40, verbose_name="档次")),
                ("praised", models.BooleanField(default=False, verbose_name="建议表扬")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rankings", to="registers.unit"
                    ),
                ),
                (
                    "ranking",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="units", to="workflows.ranking"
                    ),
                ),
            ],
            options={
                "ordering": ["class_code", "place", "unit__position", "unit__code"],
                "constraints": [
                    models.UniqueConstraint(fields=("ranking", "unit"), name="ranked_unit_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score", None), models.Q(("score__gte", 0), ("score__lte", 100)), _connector="OR"
                        ),
                        name="ranked_unit_score_fits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("left_out", ""), models.Q(("place", None), ("score", None)), _connector="OR"
                        ),
                        name="ranked_unit_left_out",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RankingEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("deduction", "扣分"), ("veto", "一票否决")], max_length=10)),
                ("code", models.CharField(max_length=40, verbose_name="事项")),
                ("times", models.PositiveSmallIntegerField(default=1, verbose_name="次数")),
                (
                    "origin",
                    models.CharField(
                        choices=[("found", "检查、举报等发现"), ("self", "单位自查自报"), ("concealed", "隐瞒不报")],
                        default="found",
                        max_length=10,
                        verbose_name="怎样发现",
                    ),
                ),
                ("basis", models.CharField(max_length=120, verbose_name="依据（文号、日期）")),
                ("at", models.DateTimeField()),
                ("dropped_at", models.DateTimeField(null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ranked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="entries", to="workflows.rankedunit"
                    ),
                ),
            ],
            options={
                "ordering": ["ranked", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["deduction", "veto"])), name="ranking_entry_kind_declared"
                    ),
                    models.CheckConstraint(condition=models.Q(("times__gte", 1)), name="ranking_entry_happened"),
                    models.CheckConstraint(
                        condition=models.Q(("basis", ""), _negated=True), name="ranking_entry_with_basis"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RankingFigure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20)),
                ("position", models.PositiveSmallIntegerField()),
                ("number", models.PositiveIntegerField()),
                ("of", models.PositiveIntegerField()),
                ("counted", models.PositiveIntegerField()),
                ("counted_of", models.PositiveIntegerField()),
                ("corrected", models.CharField(blank=True, max_length=500, verbose_name="更正说明")),
                ("sources", models.JSONField(default=list)),
                (
                    "ranked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="figures", to="workflows.rankedunit"
                    ),
                ),
            ],
            options={
                "ordering": ["ranked", "position"],
                "constraints": [
                    models.UniqueConstraint(fields=("ranked", "code"), name="ranking_figure_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number__lte", models.F("of"))), name="ranking_figure_is_a_share"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("corrected", ""), _negated=True),
                            models.Q(("number", models.F("counted")), ("of", models.F("counted_of"))),
                            _connector="OR",
                        ),
                        name="ranking_figure_corrected_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RankingContest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("claim", models.TextField(verbose_name="异议和依据")),
                ("at", models.DateTimeField()),
                ("answer_due_on", models.DateField(verbose_name="答复期限")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("upheld", "成立"), ("partly", "部分成立"), ("rejected", "不成立")],
                        max_length=8,
                        verbose_name="处理结论",
                    ),
                ),
                ("answer", models.TextField(blank=True, verbose_name="答复")),
                ("changed", models.CharField(blank=True, max_length=80, verbose_name="更正")),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "attachments",
                    models.ManyToManyField(
                        related_name="ranking_contests", to="workflows.attachment", verbose_name="佐证"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "ranked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="contests", to="workflows.rankedunit"
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contests",
                        to="workflows.rankingentry",
                    ),
                ),
                (
                    "figure",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contests",
                        to="workflows.rankingfigure",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("entry", None), ("figure__isnull", False)),
                            models.Q(("entry__isnull", False), ("figure", None)),
                            _connector="OR",
                        ),
                        name="ranking_contest_about_one_thing",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)),
                        fields=("figure",),
                        name="ranking_contest_one_open_per_figure",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)),
                        fields=("entry",),
                        name="ranking_contest_one_open_per_entry",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("claim", ""), _negated=True), name="ranking_contest_says_what"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at", None), ("answered_by", None), ("outcome", "")),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                                models.Q(("answer", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="ranking_contest_answered_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_by", None),
                            models.Q(("answered_by", models.F("by")), _negated=True),
                            _connector="OR",
                        ),
                        name="ranking_contest_answered_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadingDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120, verbose_name="标题")),
                ("text", models.TextField(blank=True, verbose_name="正文")),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("everybody", "全体人员"),
                            ("fillers", "本年度须填报的人员"),
                            ("roles", "担任下列角色的人员"),
                        ],
                        default="everybody",
                        max_length=10,
                        verbose_name="阅读人员",
                    ),
                ),
                ("roles", models.JSONField(default=list, verbose_name="角色")),
                ("due_on", models.DateField(null=True, verbose_name="阅读期限")),
                ("published_at", models.DateTimeField(verbose_name="发布时间")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="撤下时间")),
                (
                    "attachments",
                    models.ManyToManyField(related_name="readings", to="workflows.attachment", verbose_name="附件"),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="readings", to="workflows.campaign"
                    ),
                ),
                (
                    "published_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="发布人",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="readings",
                        to="registers.unit",
                        verbose_name="发布单位",
                    ),
                ),
                ("units", models.ManyToManyField(related_name="+", to="registers.unit", verbose_name="限于单位")),
                (
                    "withdrawn_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-published_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("audience__in", ["everybody", "fillers", "roles"])),
                        name="reading_audience_declared",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReadReceipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("read_at", models.DateTimeField(null=True, verbose_name="阅读时间")),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="receipts",
                        to="workflows.readingdocument",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="read_receipts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["document", "user__sort_key", "user__number"],
                "indexes": [
                    models.Index(condition=models.Q(("read_at", None)), fields=["user"], name="read_receipt_owed")
                ],
                "constraints": [models.UniqueConstraint(fields=("document", "user"), name="read_receipt_once")],
            },
        ),
        migrations.CreateModel(
            name="Rectification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("issued_at", models.DateTimeField(verbose_name="下达时间")),
                ("plan_due_on", models.DateField(verbose_name="方案报送期限")),
                ("due_on", models.DateField(verbose_name="整改期限")),
                ("planned_at", models.DateTimeField(null=True, verbose_name="方案报送时间")),
                ("extended", models.BooleanField(default=False, verbose_name="已延期")),
                ("extension_until", models.DateField(null=True, verbose_name="申请延至")),
                ("asked_at", models.DateTimeField(null=True, verbose_name="申请销号时间")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="销号时间")),
                ("look_back_on", models.DateField(null=True, verbose_name="回头看日期")),
                ("looked_back_at", models.DateTimeField(null=True, verbose_name="回头看时间")),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="复查人",
                    ),
                ),
                (
                    "finding",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rectification",
                        to="workflows.finding",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="责任人",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at", None), ("closed_by", None)),
                            models.Q(("closed_at__isnull", False), ("closed_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="rectification_closed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_by", None),
                            models.Q(
                                models.Q(("closed_by", models.F("owner")), _negated=True),
                                models.Q(("closed_by", models.F("asked_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="rectification_closed_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RectificationStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("plan", "报送整改方案"),
                            ("assign", "指定责任人"),
                            ("progress", "整改进展"),
                            ("ask_time", "申请延期"),
                            ("time", "准予延期"),
                            ("no_time", "未准延期"),
                            ("ask", "申请销号"),
                            ("closed", "复查销号"),
                            ("returned", "复查退回"),
                            ("looked", "回头看：没有反弹"),
                            ("recurred", "回头看：问题反弹"),
                        ],
                        max_length=8,
                    ),
                ),
                ("words", models.TextField()),
                ("at", models.DateTimeField()),
                (
                    "attachments",
                    models.ManyToManyField(
                        related_name="rectification_steps", to="workflows.attachment", verbose_name="佐证"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "rectification",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="workflows.rectification"
                    ),
                ),
            ],
            options={
                "ordering": ["rectification", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="rectification_step_says_what"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=40)),
                ("round", models.PositiveSmallIntegerField()),
                ("due_on", models.DateField()),
                ("moment", models.SmallIntegerField()),
                ("day", models.DateField()),
                ("heard_as", models.CharField(blank=True, max_length=20)),
                (
                    "recipient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminders",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reminders",
                        to="workflows.submission",
                    ),
                ),
            ],
            options={
                "ordering": ["due_on", "pk"],
                "indexes": [models.Index(fields=["recipient", "day"], name="reminder_digest")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("due_on", "moment", "submission", "step", "round", "recipient"), name="reminder_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sheet_version", models.PositiveIntegerField()),
                ("content", models.JSONField(default=dict)),
                ("version", models.PositiveIntegerField(default=0)),
                ("saved_at", models.DateTimeField()),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="review_drafts",
                        to="workflows.submission",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("submission", "reviewer"), name="review_draft_once_per_reviewer")
                ],
            },
        ),
        migrations.CreateModel(
            name="ReviewVote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField()),
                ("complete", models.BooleanField()),
                ("opinion", models.TextField(blank=True)),
                ("verdicts", models.JSONField(default=dict)),
                ("digest", models.CharField(max_length=64)),
                ("counted", models.BooleanField(default=True)),
                ("at", models.DateTimeField()),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="votes", to="workflows.submission"
                    ),
                ),
            ],
            options={
                "ordering": ["at"],
                "constraints": [
                    models.UniqueConstraint(fields=("submission", "round", "member"), name="vote_once_per_round")
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskWarning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "trigger",
                    models.CharField(
                        choices=[
                            ("hand", "经办人提出"),
                            ("overdue", "多次逾期"),
                            ("rectification", "问题逾期未整改"),
                            ("no_measure", "风险点没有防控措施"),
                            ("objection", "异议多次成立"),
                            ("term", "任职超过轮岗年限"),
                            ("escalated", "由前一份文书升级"),
                        ],
                        default="hand",
                        max_length=14,
                        verbose_name="起因",
                    ),
                ),
                ("trigger_key", models.CharField(blank=True, max_length=80)),
                ("because", models.CharField(blank=True, max_length=300, verbose_name="起因情况")),
                ("level", models.CharField(blank=True, max_length=40, verbose_name="预警等级")),
                ("kind", models.CharField(blank=True, max_length=40, verbose_name="方式")),
                ("facts", models.TextField(blank=True, verbose_name="事实")),
                ("basis", models.TextField(blank=True, verbose_name="依据")),
                ("causes", models.TextField(blank=True, verbose_name="原因分析")),
                ("demands", models.TextField(blank=True, verbose_name="要求")),
                ("audience", models.CharField(blank=True, max_length=80, verbose_name="知悉范围")),
                ("copy_to", models.CharField(blank=True, max_length=120, verbose_name="抄送")),
                ("reference", models.CharField(blank=True, max_length=60, verbose_name="文号")),
                ("reference_on", models.DateField(null=True, verbose_name="成文日期")),
                ("reference_at", models.CharField(blank=True, max_length=120, verbose_name="存放处")),
                ("is_reference", models.BooleanField(default=False)),
                ("is_talk", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField()),
                ("handed_in_at", models.DateTimeField(null=True, verbose_name="送批时间")),
                ("approver_role", models.CharField(blank=True, max_length=20)),
                ("dismissed_at", models.DateTimeField(null=True, verbose_name="不予采用时间")),
                ("issued_at", models.DateTimeField(null=True, verbose_name="签发时间")),
                ("year", models.PositiveSmallIntegerField(null=True)),
                ("number", models.PositiveIntegerField(null=True, verbose_name="序号")),
                ("answer_days", models.PositiveSmallIntegerField(default=0, verbose_name="答复的工作日数")),
                ("delivered_on", models.DateField(null=True, verbose_name="送达日期")),
                ("answer_due_on", models.DateField(null=True, verbose_name="答复期限")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                ("answer_late", models.BooleanField(default=False, verbose_name="逾期答复")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="答复认可时间")),
                ("lifted_at", models.DateTimeField(null=True, verbose_name="解除时间")),
                ("visit_on", models.DateField(null=True, verbose_name="回访日期")),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "dismissed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "escalated_from",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalated_to",
                        to="workflows.riskwarning",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="warnings",
                        to="workflows.finding",
                    ),
                ),
                (
                    "handed_in_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.unit"
                    ),
                ),
                (
                    "issued_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="签发人",
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="拟稿人",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="warnings",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="对象",
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.scheme"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="warnings",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [models.Index(fields=["unit", "issued_at", "lifted_at"], name="warning_by_unit")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("number__isnull", False)),
                        fields=("institution", "kind", "year", "number"),
                        name="warning_number_once_per_kind",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("trigger_key", ""), _negated=True),
                        fields=("trigger_key",),
                        name="warning_proposed_once_per_event",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("issued_at", None), ("issued_by", None)),
                            models.Q(
                                ("handed_in_by__isnull", False),
                                ("issued_at__isnull", False),
                                ("issued_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="warning_issued_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("issued_by", None),
                            models.Q(("issued_by", models.F("handed_in_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="warning_issued_by_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("number", None),
                            models.Q(("is_reference", False), ("issued_at__isnull", False), ("year__isnull", False)),
                            _connector="OR",
                        ),
                        name="warning_numbered_when_issued",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_reference", False),
                            models.Q(("basis", ""), ("causes", ""), ("demands", ""), ("facts", "")),
                            _connector="OR",
                        ),
                        name="warning_reference_holds_no_text",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("delivered_on", None), ("issued_at__isnull", False), _connector="OR"),
                        name="warning_delivered_after_issue",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer_due_on", None), ("delivered_on__isnull", False), _connector="OR"),
                        name="warning_due_after_receipt",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("accepted_at", None), ("answered_at__isnull", False), _connector="OR"),
                        name="warning_accepted_after_answer",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lifted_at", None), ("issued_at__isnull", False), _connector="OR"),
                        name="warning_lifted_after_issue",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("dismissed_at", None), ("issued_at", None), _connector="OR"),
                        name="warning_dismissed_or_issued",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="caseanalysis",
            name="warning",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="analysis", to="workflows.riskwarning"
            ),
        ),
        migrations.CreateModel(
            name="AccountabilityRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("decided_by", models.CharField(max_length=60, verbose_name="决定机构")),
                ("reference", models.CharField(max_length=60, verbose_name="文号")),
                ("decided_on", models.DateField(verbose_name="决定日期")),
                ("kept_at", models.CharField(max_length=120, verbose_name="存放处")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.unit"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
                (
                    "warning",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accountabilities",
                        to="workflows.riskwarning",
                    ),
                ),
            ],
            options={
                "ordering": ["-decided_on", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("institution", "reference", "unit", "person"), name="accountability_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reference", ""), _negated=True),
                            models.Q(("kept_at", ""), _negated=True),
                            models.Q(("decided_by", ""), _negated=True),
                        ),
                        name="accountability_says_where",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Robot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("wecom", "企业微信"), ("dingtalk", "钉钉")], max_length=10, verbose_name="类型"
                    ),
                ),
                ("label", models.CharField(max_length=40, verbose_name="群名称")),
                ("url", models.CharField(max_length=500, verbose_name="Webhook 地址")),
                ("secret", models.CharField(blank=True, max_length=200, verbose_name="加签密钥")),
                ("is_active", models.BooleanField(default=True, verbose_name="启用")),
                ("made_at", models.DateTimeField()),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="robots",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "ordering": ["unit", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["wecom", "dingtalk"])), name="robot_kind_declared"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_active", True)), fields=("url",), name="robot_address_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RobotMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=40)),
                ("day", models.DateField()),
                ("text", models.CharField(max_length=600)),
                ("created_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=60)),
                (
                    "robot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="workflows.robot"
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(condition=models.Q(("sent_at", None)), fields=["day"], name="robot_message_owed")
                ],
                "constraints": [models.UniqueConstraint(fields=("robot", "key"), name="robot_message_once")],
            },
        ),
        migrations.CreateModel(
            name="RosterChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("joined", "新纳入"),
                            ("left", "离任"),
                            ("out_of_scope", "不再属于填报范围"),
                            ("succeeded", "接任"),
                        ],
                        max_length=12,
                        verbose_name="变动",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="依据")),
                ("opened", models.PositiveSmallIntegerField(default=0, verbose_name="新开表数")),
                ("cancelled", models.PositiveSmallIntegerField(default=0, verbose_name="停办表数")),
                ("on", models.DateField(verbose_name="日期")),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="roster_changes",
                        to="workflows.campaign",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.post"
                    ),
                ),
            ],
            options={
                "ordering": ["-on", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "post", "person", "kind", "on"), name="roster_change_once_a_day"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SealedReading",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField(verbose_name="查阅事由")),
                ("at", models.DateTimeField()),
                (
                    "clue",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="workflows.clue",
                    ),
                ),
                (
                    "objection",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readings",
                        to="workflows.objection",
                    ),
                ),
                (
                    "reader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("clue", None), ("objection__isnull", False)),
                            models.Q(("clue__isnull", False), ("objection", None)),
                            _connector="OR",
                        ),
                        name="sealed_reading_of_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="sealed_reading_with_reason"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SheetDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField()),
                ("content", models.JSONField()),
                ("composed_at", models.DateTimeField()),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="documents", to="workflows.submission"
                    ),
                ),
            ],
            options={
                "ordering": ["version"],
                "constraints": [
                    models.UniqueConstraint(fields=("submission", "version"), name="sheet_document_once_per_version")
                ],
            },
        ),
        migrations.CreateModel(
            name="SubmissionLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry", models.UUIDField(default=uuid.uuid4)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("add", "新增"),
                            ("keep", "沿用"),
                            ("revise", "修改"),
                            ("retire", "撤销"),
                            ("confirm", "确认"),
                            ("dispute", "存疑"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="说明")),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "verdict",
                    models.CharField(
                        blank=True,
                        choices=[("", "待审"), ("accepted", "准确"), ("returned", "退回")],
                        default="",
                        max_length=8,
                    ),
                ),
                ("comment", models.TextField(blank=True, verbose_name="审核意见")),
                ("returned_at", models.DateTimeField(null=True)),
                ("rounds_returned", models.PositiveSmallIntegerField(default=0)),
                (
                    "measure",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="registers.controlmeasure",
                    ),
                ),
                (
                    "post_grade",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="registers.postgrade",
                    ),
                ),
                (
                    "power_item",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="registers.poweritem",
                    ),
                ),
                (
                    "risk_point",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="registers.riskpoint",
                    ),
                ),
                (
                    "submission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="workflows.submission"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("measure", None),
                                ("post_grade", None),
                                ("power_item", None),
                                ("risk_point__isnull", False),
                            ),
                            models.Q(
                                ("measure", None),
                                ("post_grade", None),
                                ("power_item__isnull", False),
                                ("risk_point", None),
                            ),
                            models.Q(
                                ("measure__isnull", False),
                                ("post_grade", None),
                                ("power_item", None),
                                ("risk_point", None),
                            ),
                            models.Q(
                                ("measure", None),
                                ("post_grade__isnull", False),
                                ("power_item", None),
                                ("risk_point", None),
                            ),
                            _connector="OR",
                        ),
                        name="line_points_to_one_record",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("verdict", "returned"), _negated=True),
                            models.Q(("comment", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="line_returned_with_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Suggestion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(blank=True, max_length=40, verbose_name="查找方式")),
                ("peer", models.BooleanField(verbose_name="群众建议")),
                ("category", models.CharField(blank=True, max_length=40, verbose_name="风险类别")),
                ("content", models.TextField(verbose_name="风险内容")),
                ("manifestation", models.TextField(blank=True, verbose_name="表现形式")),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField(verbose_name="提出时间")),
                ("withdrawn_at", models.DateTimeField(null=True, verbose_name="撤回时间")),
                ("entry", models.UUIDField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("", "待答复"), ("adopted", "已采纳"), ("declined", "未采纳")],
                        default="",
                        max_length=10,
                        verbose_name="答复",
                    ),
                ),
                ("answer", models.TextField(blank=True, verbose_name="答复说明")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suggestions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="建议人",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="suggestions", to="workflows.campaign"
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suggestions",
                        to="registers.post",
                        verbose_name="岗位",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="suggestions",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "建议",
                "ordering": ["at", "pk"],
                "indexes": [
                    models.Index(fields=["post", "outcome"], name="suggestion_by_post"),
                    models.Index(fields=["unit", "outcome"], name="suggestion_by_unit"),
                    models.Index(fields=["author", "at"], name="suggestion_by_author"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("post__isnull", False), ("withdrawn_at", None)),
                        fields=("campaign", "author", "post", "digest"),
                        name="suggestion_once_per_post",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("post", None), ("withdrawn_at", None)),
                        fields=("campaign", "author", "unit", "digest"),
                        name="suggestion_once_per_unit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("outcome", "")),
                            models.Q(models.Q(("outcome", ""), _negated=True), ("answered_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="suggestion_answered_has_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "declined"), _negated=True),
                            models.Q(("answer", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="suggestion_declined_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "adopted"), _negated=True), ("entry__isnull", False), _connector="OR"
                        ),
                        name="suggestion_adopted_has_entry",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("withdrawn_at", None),
                            models.Q(("outcome", ""), ("withdrawn_at__gte", models.F("at"))),
                            _connector="OR",
                        ),
                        name="suggestion_withdrawn_before_answer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Survey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("ends_on", models.DateField(verbose_name="截止日期")),
                ("made_at", models.DateTimeField()),
                ("given_out", models.JSONField(default=dict)),
                ("closed_at", models.DateTimeField(null=True, verbose_name="结束时间")),
                ("destroyed_at", models.DateTimeField(null=True, verbose_name="答卷销毁时间")),
                ("score", models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="满意度")),
                ("result", models.JSONField(default=list)),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.scheme"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="surveys", to="registers.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["-year", "unit__position", "unit__name", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)), fields=("unit", "year"), name="survey_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", False),
                            models.Q(("closed_by", None), ("result", []), ("score", None)),
                            _connector="OR",
                        ),
                        name="survey_result_once_closed",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="assessment",
            name="survey",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assessments",
                to="workflows.survey",
            ),
        ),
        migrations.CreateModel(
            name="SurveyAnswer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("group", models.CharField(max_length=40)),
                ("choices", models.JSONField()),
                (
                    "survey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="answers", to="workflows.survey"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="SurveyInvitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("group", models.CharField(max_length=40)),
                ("drew_slip", models.BooleanField(default=False, verbose_name="已领取")),
                (
                    "survey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="invitations", to="workflows.survey"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["survey", "user__number"],
                "constraints": [models.UniqueConstraint(fields=("survey", "user"), name="survey_invited_once")],
            },
        ),
        migrations.CreateModel(
            name="SurveySlip",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, primary_key=True, serialize=False)),
                ("group", models.CharField(max_length=40)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("used", models.BooleanField(default=False, verbose_name="已使用")),
                (
                    "survey",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="slips", to="workflows.survey"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="TalkRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("talker", models.CharField(max_length=80, verbose_name="谈话人")),
                ("recorder", models.CharField(max_length=80, verbose_name="记录人")),
                ("companions", models.CharField(blank=True, max_length=120, verbose_name="陪同人")),
                ("place", models.CharField(max_length=80, verbose_name="地点")),
                ("held_on", models.DateField(verbose_name="谈话日期")),
                ("starts_at", models.TimeField(verbose_name="开始时间")),
                ("ends_at", models.TimeField(verbose_name="结束时间")),
                ("said", models.TextField(verbose_name="告知的情况")),
                ("statement", models.TextField(blank=True, verbose_name="本人说明")),
                ("demands", models.TextField(verbose_name="要求")),
                ("stand", models.TextField(blank=True, verbose_name="本人表态")),
                ("signed", models.BooleanField(default=False, verbose_name="本人已逐页签字")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "warning",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="talk", to="workflows.riskwarning"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="talk_ends_after_start"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("talker", models.F("recorder")), _negated=True),
                        name="talk_recorded_by_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WarningDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("direct", "直接送达"),
                            ("entrusted", "委托送达"),
                            ("post", "邮寄送达"),
                            ("left", "留置送达"),
                            ("online", "系统签收"),
                        ],
                        max_length=9,
                        verbose_name="送达方式",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=80, verbose_name="送达地点")),
                ("signed_by", models.CharField(blank=True, max_length=40, verbose_name="签收人")),
                ("received_on", models.DateField(verbose_name="送达日期")),
                ("substitute", models.CharField(blank=True, max_length=120, verbose_name="代收人及理由")),
                ("refused", models.BooleanField(default=False, verbose_name="拒收")),
                ("refusal", models.CharField(blank=True, max_length=200, verbose_name="拒收事由")),
                ("witness", models.CharField(blank=True, max_length=40, verbose_name="见证人")),
                ("servers", models.CharField(blank=True, max_length=80, verbose_name="送达人")),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="备注")),
                ("at", models.DateTimeField()),
                ("struck_at", models.DateTimeField(null=True, verbose_name="作废时间")),
                ("strike_reason", models.CharField(blank=True, max_length=200, verbose_name="更正原因")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "struck_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "warning",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="workflows.riskwarning",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("struck_at", None)), fields=("warning",), name="warning_delivery_one_counts"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("strike_reason", ""), ("struck_at", None), ("struck_by", None)),
                            models.Q(
                                ("struck_at__isnull", False),
                                ("struck_by__isnull", False),
                                models.Q(("strike_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="warning_delivery_struck_with_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("refused", False), models.Q(("signed_by", ""), _negated=True)),
                            models.Q(
                                ("refused", True),
                                models.Q(("refusal", ""), _negated=True),
                                models.Q(("witness", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="warning_delivery_signed_or_witnessed",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WarningOutcome",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("form", models.PositiveSmallIntegerField(verbose_name="形态")),
                ("decided_on", models.DateField(verbose_name="决定日期")),
                ("reference", models.CharField(blank=True, max_length=60, verbose_name="文号")),
                ("kept_at", models.CharField(blank=True, max_length=120, verbose_name="存放处")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="人员",
                    ),
                ),
                (
                    "warning",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="outcomes", to="workflows.riskwarning"
                    ),
                ),
            ],
            options={
                "ordering": ["decided_on", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("warning", "person"), name="warning_outcome_once_per_person"),
                    models.CheckConstraint(
                        condition=models.Q(("form__gte", 1), ("form__lte", 4)), name="warning_outcome_form_of_four"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WarningPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.UUIDField(db_index=True)),
                (
                    "warning",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="points", to="workflows.riskwarning"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("warning", "series"), name="warning_point_once")],
            },
        ),
        migrations.CreateModel(
            name="WarningSeries",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("year", models.PositiveSmallIntegerField()),
                ("last", models.PositiveIntegerField(default=0)),
                (
                    "institution",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.unit"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("institution", "kind", "year"), name="warning_series_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="WarningStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hand_in", "送批"),
                            ("take_back", "收回修改"),
                            ("send_back", "退回修改"),
                            ("dismiss", "不予采用"),
                            ("issue", "签发"),
                            ("deliver", "送达"),
                            ("receive", "签收"),
                            ("answer", "答复"),
                            ("accept", "认可答复"),
                            ("ask_again", "要求重新答复"),
                            ("escalate", "升级"),
                            ("lift", "解除"),
                            ("correct", "更正送达登记"),
                            ("visit", "回访"),
                        ],
                        max_length=10,
                    ),
                ),
                ("words", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "attachments",
                    models.ManyToManyField(
                        related_name="warning_steps", to="workflows.attachment", verbose_name="附件"
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "warning",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="workflows.riskwarning"
                    ),
                ),
            ],
            options={
                "ordering": ["warning", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind__in", ["dismiss", "send_back", "answer", "ask_again", "escalate"]), _negated=True
                            ),
                            models.Q(("words", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="warning_step_says_what",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WarningVisit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("visited_on", models.DateField(verbose_name="回访日期")),
                (
                    "result",
                    models.CharField(
                        choices=[("holds", "整改到位"), ("part", "部分到位"), ("back", "问题反弹")],
                        max_length=5,
                        verbose_name="回访结果",
                    ),
                ),
                ("words", models.TextField(verbose_name="回访情况")),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "warning",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="workflows.riskwarning"
                    ),
                ),
            ],
            options={
                "ordering": ["visited_on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("result__in", ["holds", "part", "back"])), name="warning_visit_result"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("words", ""), _negated=True), name="warning_visit_says_what"
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="activity",
            index=models.Index(fields=["campaign", "unit", "-held_on"], name="activity_of_unit"),
        ),
        migrations.AddField(
            model_name="draft",
            name="saved_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["state", "waiting_role", "unit"], name="submission_queue"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["person", "state"], name="submission_by_person"),
        ),
        migrations.AddIndex(
            model_name="submission",
            index=models.Index(fields=["unit", "state"], name="submission_by_unit"),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(
                condition=models.Q(("person__isnull", False)),
                fields=("task", "post", "person", "sequence"),
                name="submission_once_per_holder",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(
                condition=models.Q(("person__isnull", False), ("post", None)),
                fields=("task", "unit", "person", "sequence"),
                name="submission_once_per_proposer",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.UniqueConstraint(
                condition=models.Q(("person", None)),
                fields=("task", "unit", "sequence"),
                name="submission_once_per_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(("post", None), ("person__isnull", False), _connector="OR"),
                name="submission_post_with_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkitem",
            constraint=models.UniqueConstraint(fields=("inspection", "position"), name="check_position_once"),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.UniqueConstraint(fields=("plan", "number"), name="inspection_number_once"),
        ),
        migrations.AddConstraint(
            model_name="inspection",
            constraint=models.UniqueConstraint(
                condition=models.Q(("called_off_at", None)),
                fields=("item", "unit"),
                name="inspection_once_per_item_and_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.UniqueConstraint(fields=("item", "position"), name="draw_position_once"),
        ),
        migrations.AddConstraint(
            model_name="objection",
            constraint=models.UniqueConstraint(
                fields=("notice", "author", "row"), name="objection_once_per_person_and_row"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticesheet",
            constraint=models.UniqueConstraint(fields=("notice", "submission"), name="sheet_once_on_a_notice"),
        ),
    ]
    operations = [AtOnce(operations)]
