"""All tables of registers at once, for a database that is new: what the migrations up to the last one of ``replaces`` come to.

A database that has run those goes on with the next one.
"""

import uuid
from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import registers.models.people
import registers.schemes.parts
from registers.migrations._at_once import AtOnce

audit = import_module("registers.migrations.0002_audit_append_only")


class Migration(migrations.Migration):
    initial = True
    replaces = [
        ("registers", "0001_initial"),
        ("registers", "0002_audit_append_only"),
        ("registers", "0003_scheme_variety"),
        ("registers", "0004_scheme_desk"),
        ("registers", "0005_the_year_run"),
        ("registers", "0006_base_of_versions"),
        ("registers", "0007_name_the_bases"),
        ("registers", "0008_steps_and_places"),
        ("registers", "0009_place_points"),
        ("registers", "0010_custody"),
        ("registers", "0011_draft_findings"),
        ("registers", "0012_job_source_and_reason"),
        ("registers", "0013_several_heads_and_leaders"),
        ("registers", "0014_discipline_role"),
        ("registers", "0015_imported_files"),
        ("registers", "0017_organisation_desk"),
        ("registers", "0018_people_and_roles"),
        ("registers", "0019_imported_ledgers"),
    ]

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="工号")),
                ("name", models.CharField(max_length=40, verbose_name="姓名")),
                ("sort_key", models.CharField(blank=True, max_length=80, verbose_name="排序拼音")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="电子邮箱")),
                ("title", models.CharField(blank=True, max_length=40, verbose_name="职务/职称")),
                ("rank", models.CharField(blank=True, max_length=20, verbose_name="职级")),
                ("is_party_member", models.BooleanField(default=False, verbose_name="中共党员")),
                ("is_active", models.BooleanField(default=True, verbose_name="在用")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="联系电话")),
                ("joined_on", models.DateField(blank=True, null=True, verbose_name="到岗日期")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="离岗日期")),
                ("slip_until", models.DateField(blank=True, null=True, verbose_name="一次性密码截止")),
            ],
            options={
                "verbose_name": "人员",
                "ordering": ["sort_key", "number"],
            },
            managers=[
                ("objects", registers.models.people.People()),
            ],
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.BigIntegerField(unique=True)),
                ("at", models.DateTimeField()),
                ("acting_role", models.CharField(blank=True, max_length=40)),
                ("act", models.CharField(max_length=60)),
                ("about", models.CharField(blank=True, db_index=True, max_length=80)),
                ("detail", models.JSONField(default=dict)),
                ("previous_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-sequence"],
            },
        ),
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("sequence", models.BigIntegerField(default=0)),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="audit_head_single_row")],
            },
        ),
        migrations.CreateModel(
            name="ColumnMemory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("people", "人员"),
                            ("units", "单位"),
                            ("posts", "岗位"),
                            ("roles", "角色任职"),
                            ("powers", "权力事项"),
                            ("regulations", "制度"),
                            ("ledgers", "历史台账"),
                        ],
                        max_length=20,
                    ),
                ),
                ("shape", models.CharField(max_length=64)),
                ("columns", models.JSONField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("kind", "shape"), name="column_memory_once")],
            },
        ),
        migrations.CreateModel(
            name="DemoClock",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("ahead_seconds", models.BigIntegerField(default=0)),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="demo_clock_single_row")],
            },
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=40)),
                ("parameters", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField()),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=200)),
                ("file_name", models.CharField(blank=True, max_length=120)),
                ("content", models.BinaryField(null=True)),
                ("source", models.BinaryField(null=True)),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="导出理由")),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="jobs", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Post",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="岗位编号")),
                ("name", models.CharField(max_length=60, verbose_name="岗位名称")),
                (
                    "tier",
                    models.CharField(
                        choices=[("leading", "领导岗位"), ("middle", "环节干部岗位"), ("staff", "教职工岗位")],
                        default="staff",
                        max_length=10,
                        verbose_name="岗位层级",
                    ),
                ),
                ("is_risk_post", models.BooleanField(default=False, verbose_name="风险岗位")),
                ("is_key_post", models.BooleanField(default=False, verbose_name="重点岗位")),
                ("domain", models.CharField(blank=True, max_length=40, verbose_name="风险领域")),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("management", "管理岗位"),
                            ("professional", "专业技术岗位"),
                            ("worker", "工勤技能岗位"),
                        ],
                        max_length=12,
                        verbose_name="岗位类别",
                    ),
                ),
                ("level", models.CharField(blank=True, max_length=20, verbose_name="岗位等级")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                (
                    "backup",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="backed_posts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="B岗人员",
                    ),
                ),
            ],
            options={
                "verbose_name": "岗位",
                "ordering": ["code"],
            },
        ),
        migrations.CreateModel(
            name="Scheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=40)),
                ("version", models.PositiveIntegerField(verbose_name="版本")),
                ("title", models.CharField(max_length=120, verbose_name="方案名称")),
                ("institution", models.CharField(max_length=80, verbose_name="单位")),
                ("document", models.JSONField()),
                ("source", models.TextField(blank=True)),
                ("digest", models.CharField(max_length=64)),
                ("loaded_at", models.DateTimeField(verbose_name="载入时间")),
                ("is_current", models.BooleanField(default=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("slug", "version"), name="scheme_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_current", True)), fields=("slug",), name="scheme_one_current_version"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskCategory",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("label", models.CharField(max_length=40)),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="categories", to="registers.scheme"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [models.UniqueConstraint(fields=("scheme", "code"), name="risk_category_code_once")],
            },
        ),
        migrations.CreateModel(
            name="Keeper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=20)),
                ("level", models.CharField(max_length=10)),
                ("rank", models.PositiveSmallIntegerField(null=True)),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="keepers", to="registers.scheme"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["scheme", "role", "level"], name="keeper_of_a_level")],
            },
        ),
        migrations.CreateModel(
            name="Grade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=40)),
                ("label", models.CharField(max_length=20)),
                ("rank", models.PositiveSmallIntegerField()),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grades", to="registers.scheme"
                    ),
                ),
            ],
            options={
                "ordering": ["rank"],
                "constraints": [
                    models.UniqueConstraint(fields=("scheme", "code"), name="grade_code_once"),
                    models.UniqueConstraint(fields=("scheme", "rank"), name="grade_rank_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SchemeDraft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=120, verbose_name="草稿名称")),
                ("text", models.TextField(verbose_name="方案内容")),
                ("version", models.PositiveIntegerField(default=1)),
                ("findings", models.JSONField(default=list)),
                ("checked", models.CharField(blank=True, max_length=64)),
                ("saved_at", models.DateTimeField(verbose_name="保存时间")),
                (
                    "base",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drafts",
                        to="registers.scheme",
                    ),
                ),
                (
                    "saved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-saved_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="单位代码")),
                ("name", models.CharField(max_length=80, verbose_name="单位名称")),
                (
                    "unit_type",
                    models.CharField(
                        choices=[
                            ("institution", "学校"),
                            ("office", "机关部门"),
                            ("college", "院系"),
                            ("logistics", "后勤单位"),
                            ("teaching_support", "教辅单位"),
                            ("affiliated", "直（附）属单位"),
                            ("affiliated_hospital", "附属医院"),
                            ("section", "科室"),
                            ("grade_group", "年级组"),
                            ("teaching_group", "教研组"),
                            ("party_branch", "党支部"),
                        ],
                        max_length=20,
                        verbose_name="单位类型",
                    ),
                ),
                ("position", models.PositiveIntegerField(default=0, verbose_name="排序")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="撤销日期")),
                ("scheme_slug", models.SlugField(blank=True, max_length=40, verbose_name="采用的方案")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="children",
                        to="registers.unit",
                        verbose_name="parent",
                    ),
                ),
            ],
            options={
                "verbose_name": "单位",
                "ordering": ["position", "code"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("parent", None), ("unit_type", "institution")),
                            models.Q(("parent__isnull", False), models.Q(("unit_type", "institution"), _negated=True)),
                            _connector="OR",
                        ),
                        name="unit_root_is_the_institution",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("parent", models.F("id")), _negated=True), name="unit_not_its_own_parent"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("in_force_from", models.DateField(editable=False, null=True)),
                ("in_force_until", models.DateField(editable=False, null=True)),
                (
                    "level",
                    models.CharField(
                        choices=[("personal", "personal"), ("unit", "unit"), ("school", "school")],
                        max_length=10,
                        verbose_name="层面",
                    ),
                ),
                ("power_item", models.CharField(blank=True, max_length=120, verbose_name="权力（业务）事项")),
                ("power_series", models.UUIDField(db_index=True, null=True, verbose_name="所属权力")),
                ("step", models.CharField(blank=True, max_length=300, verbose_name="所在步骤")),
                ("step_key", models.UUIDField(null=True, verbose_name="所在步骤（标识）")),
                ("duty", models.CharField(blank=True, max_length=300, verbose_name="岗位职责内容")),
                (
                    "major_matter",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "不属于"),
                            ("decision", "重大决策"),
                            ("appointment", "重要人事任免"),
                            ("project", "重大项目安排"),
                            ("large_fund", "大额度资金使用"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="三重一大",
                    ),
                ),
                ("content", models.TextField(verbose_name="风险内容")),
                ("manifestation", models.TextField(blank=True, verbose_name="表现形式")),
                ("finding_source", models.CharField(blank=True, max_length=40, verbose_name="查找方式")),
                ("nature", models.CharField(blank=True, max_length=40, verbose_name="风险性质")),
                ("involved_posts", models.CharField(blank=True, max_length=200, verbose_name="涉及岗位")),
                ("factors", models.JSONField(default=dict)),
                ("grade_reason", models.TextField(blank=True, verbose_name="等级说明")),
                (
                    "base",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.riskpoint",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.riskcategory"
                    ),
                ),
                (
                    "final_grade",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="points",
                        to="registers.grade",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="risk_points",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="risk_points",
                        to="registers.post",
                    ),
                ),
                (
                    "proposed_grade",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.grade"
                    ),
                ),
                (
                    "self_grade",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.grade"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="risk_points", to="registers.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["category__position", "pk"],
                "indexes": [models.Index(fields=["unit", "level", "in_force_from"], name="risk_point_by_unit")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("in_force_from__isnull", False), ("in_force_until", None)),
                        fields=("series",),
                        name="risk_point_one_open_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_force_until", None),
                            models.Q(
                                ("in_force_from__isnull", False), ("in_force_until__gte", models.F("in_force_from"))
                            ),
                            _connector="OR",
                        ),
                        name="risk_point_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("holder__isnull", False),
                                ("level", registers.schemes.parts.Level["PERSONAL"]),
                                ("post__isnull", False),
                            ),
                            models.Q(("level", registers.schemes.parts.Level["PERSONAL"]), _negated=True),
                            _connector="OR",
                        ),
                        name="risk_point_personal_has_post_and_holder",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Regulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="制度名称")),
                ("document_number", models.CharField(blank=True, max_length=60, verbose_name="文号")),
                ("issued_by", models.CharField(blank=True, max_length=80, verbose_name="制定部门")),
                ("effective_on", models.DateField(blank=True, null=True, verbose_name="施行日期")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("in_force", "现行"),
                            ("to_amend", "待修订"),
                            ("to_draft", "待制定"),
                            ("repealed", "已废止"),
                        ],
                        default="in_force",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="备注")),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="regulations",
                        to="registers.unit",
                        verbose_name="所属单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "制度",
                "ordering": ["unit__position", "unit__code", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "repealed"), _negated=True),
                        fields=("unit", "name"),
                        name="regulation_name_once_per_unit",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["in_force", "to_amend", "to_draft", "repealed"])),
                        name="regulation_state_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PowerItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("in_force_from", models.DateField(editable=False, null=True)),
                ("in_force_until", models.DateField(editable=False, null=True)),
                ("name", models.CharField(max_length=120, verbose_name="权力事项名称")),
                ("domain", models.CharField(blank=True, max_length=40, verbose_name="类别")),
                (
                    "kind",
                    models.CharField(
                        choices=[("decision", "决策"), ("execution", "执行"), ("supervision", "监督")],
                        default="execution",
                        max_length=12,
                        verbose_name="权力性质",
                    ),
                ),
                ("legal_basis", models.TextField(blank=True, verbose_name="行使依据")),
                ("service_commitment", models.TextField(blank=True, verbose_name="服务承诺")),
                ("time_limit", models.CharField(blank=True, max_length=60, verbose_name="办理时限")),
                ("discipline", models.TextField(blank=True, verbose_name="工作纪律")),
                ("check_and_balance", models.TextField(blank=True, verbose_name="监督制约")),
                ("complaint_channel", models.TextField(blank=True, verbose_name="投诉举报途径和方式")),
                ("chart_number", models.CharField(blank=True, max_length=30, verbose_name="流程图编号")),
                (
                    "major_matter",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "不属于"),
                            ("decision", "重大决策"),
                            ("appointment", "重要人事任免"),
                            ("project", "重大项目安排"),
                            ("large_fund", "大额度资金使用"),
                        ],
                        default="",
                        max_length=12,
                        verbose_name="三重一大",
                    ),
                ),
                ("touches_vital_interests", models.BooleanField(default=False, verbose_name="涉及师生切身利益")),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="备注")),
                (
                    "accountable_post",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="power_items",
                        to="registers.post",
                        verbose_name="责任岗位",
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.poweritem",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="power_items", to="registers.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("in_force_from__isnull", False), ("in_force_until", None)),
                        fields=("series",),
                        name="power_item_one_open_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_force_until", None),
                            models.Q(
                                ("in_force_from__isnull", False), ("in_force_until__gte", models.F("in_force_from"))
                            ),
                            _connector="OR",
                        ),
                        name="power_item_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PostGrade",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("in_force_from", models.DateField(editable=False, null=True)),
                ("in_force_until", models.DateField(editable=False, null=True)),
                ("grade_reason", models.TextField(blank=True, verbose_name="等级说明")),
                ("remark", models.CharField(blank=True, max_length=200, verbose_name="备注")),
                (
                    "base",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.postgrade",
                    ),
                ),
                (
                    "final_grade",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="registers.grade",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="grades", to="registers.post"
                    ),
                ),
                (
                    "proposed_grade",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.grade"
                    ),
                ),
                (
                    "self_grade",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.grade"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="post_grades", to="registers.unit"
                    ),
                ),
            ],
            options={
                "ordering": ["post__code", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("in_force_from__isnull", False), ("in_force_until", None)),
                        fields=("series",),
                        name="post_grade_one_open_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_force_until", None),
                            models.Q(
                                ("in_force_from__isnull", False), ("in_force_until__gte", models.F("in_force_from"))
                            ),
                            _connector="OR",
                        ),
                        name="post_grade_ends_after_start",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="post",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="posts",
                to="registers.unit",
                verbose_name="单位",
            ),
        ),
        migrations.CreateModel(
            name="PlannedChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.CharField(max_length=20)),
                ("asked", models.JSONField()),
                ("words", models.TextField(verbose_name="变更")),
                ("on", models.DateField(verbose_name="生效日期")),
                ("made_at", models.DateTimeField(verbose_name="登记时间")),
                ("done_at", models.DateTimeField(null=True, verbose_name="生效时间")),
                ("dropped_at", models.DateTimeField(null=True, verbose_name="取消时间")),
                ("refused", models.TextField(blank=True, verbose_name="未能生效的原因")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="planned_changes",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "待生效的变更",
                "ordering": ["on", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("done_at", None), ("dropped_at", None), _connector="OR"),
                        name="planned_change_done_or_dropped",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OrganisationChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("added", "新设"),
                            ("renamed", "更名"),
                            ("recoded", "更换代码"),
                            ("retyped", "变更类型"),
                            ("moved", "调整隶属"),
                            ("merged", "并入"),
                            ("took_in", "接收并入"),
                            ("divided", "分设"),
                            ("closed", "撤销"),
                            ("roles_ended", "免去在本单位的职务"),
                            ("alias_added", "增加别名"),
                            ("alias_dropped", "删去别名"),
                            ("post_added", "设立岗位"),
                            ("post_changed", "修改岗位"),
                            ("post_duties", "修改岗位职责"),
                            ("post_moved", "岗位划转"),
                            ("post_closed", "撤销岗位"),
                            ("post_taken", "任职"),
                            ("post_left", "卸任"),
                        ],
                        max_length=20,
                        verbose_name="变更",
                    ),
                ),
                ("what", models.CharField(blank=True, max_length=40, verbose_name="内容")),
                ("old", models.TextField(blank=True, verbose_name="原为")),
                ("new", models.TextField(blank=True, verbose_name="改为")),
                ("on", models.DateField(verbose_name="生效日期")),
                ("made_at", models.DateTimeField(verbose_name="办理时间")),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="办理人",
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="registers.post",
                        verbose_name="岗位",
                    ),
                ),
                (
                    "other",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.unit",
                        verbose_name="另一单位",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "机构岗位变更",
                "ordering": ["-on", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="LeadingGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("work_plan", models.TextField(blank=True, verbose_name="工作计划")),
                ("since", models.DateField(null=True, verbose_name="备案日期")),
                ("until", models.DateField(null=True)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leading_groups",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="leading_group_ends_after_start",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("since__isnull", False), ("until", None)),
                        fields=("unit",),
                        name="leading_group_one_in_force",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ControlMeasure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("series", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("in_force_from", models.DateField(editable=False, null=True)),
                ("in_force_until", models.DateField(editable=False, null=True)),
                ("point_series", models.UUIDField(db_index=True)),
                ("stage", models.CharField(max_length=40, verbose_name="阶段")),
                ("text", models.TextField(verbose_name="防控措施")),
                ("due_on", models.DateField(null=True, verbose_name="完成时限")),
                (
                    "base",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.controlmeasure",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measures",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="责任人",
                    ),
                ),
                (
                    "regulation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="measures",
                        to="registers.regulation",
                        verbose_name="依据制度",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="control_measures",
                        to="registers.unit",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("in_force_from__isnull", False), ("in_force_until", None)),
                        fields=("series",),
                        name="control_measure_one_open_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("in_force_until", None),
                            models.Q(
                                ("in_force_from__isnull", False), ("in_force_until__gte", models.F("in_force_from"))
                            ),
                            _connector="OR",
                        ),
                        name="control_measure_ends_after_start",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("in_force_from__isnull", False), ("in_force_until", None)),
                        fields=("point_series", "stage"),
                        name="control_measure_one_per_stage",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("liaison", "联络员"),
                            ("unit_head", "单位负责人"),
                            ("leader_in_charge", "分管校领导"),
                            ("office", "领导小组办公室"),
                            ("school_group", "学校领导小组"),
                            ("party_committee", "党委"),
                            ("discipline", "纪委线索受理人"),
                            ("registrar", "管理员"),
                            ("sys_admin", "系统管理员"),
                            ("security_admin", "安全管理员"),
                            ("auditor", "审计员"),
                        ],
                        max_length=20,
                        verbose_name="角色",
                    ),
                ),
                (
                    "seat",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("leader", "组长"),
                            ("deputy", "副组长"),
                            ("member", "成员单位"),
                            ("director", "主任"),
                            ("deputy_director", "副主任"),
                            ("staff", "工作人员"),
                            ("party", "党组织负责人"),
                            ("administrative", "行政负责人"),
                        ],
                        max_length=20,
                        verbose_name="席位",
                    ),
                ),
                ("since", models.DateField(verbose_name="任职日期")),
                ("until", models.DateField(blank=True, null=True, verbose_name="免职日期")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="代理事由")),
                (
                    "acting_for",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stood_in_by",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="代理对象",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="appointments", to="registers.unit"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="appointment_ends_after_start",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)), fields=("user", "unit", "role"), name="appointment_once"
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("role__in", ["sys_admin", "security_admin", "auditor"]), ("until", None)),
                        fields=("user",),
                        name="three_administrators_apart",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("acting_for", None), ("until__isnull", False), _connector="OR"),
                        name="standin_has_an_end",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("acting_for", None),
                            models.Q(("acting_for", models.F("user")), _negated=True),
                            _connector="OR",
                        ),
                        name="standin_is_another",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("acting_for", None),
                            models.Q(("role__in", ["sys_admin", "security_admin", "auditor"]), _negated=True),
                            _connector="OR",
                        ),
                        name="standin_for_no_administrator",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="user",
            name="unit",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="people",
                to="registers.unit",
                verbose_name="所在单位",
            ),
        ),
        migrations.CreateModel(
            name="UnitAlias",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="别名")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("short", "简称"),
                            ("former", "原名称"),
                            ("joint", "合署名称"),
                            ("code", "另一代码"),
                            ("other", "其他名称"),
                        ],
                        default="other",
                        max_length=10,
                        verbose_name="类别",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="aliases",
                        to="registers.unit",
                        verbose_name="单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "单位别名",
                "ordering": ["name"],
                "constraints": [models.UniqueConstraint(fields=("unit", "name"), name="unit_alias_once")],
            },
        ),
        migrations.CreateModel(
            name="ImportedFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("people", "人员"),
                            ("units", "单位"),
                            ("posts", "岗位"),
                            ("roles", "角色任职"),
                            ("powers", "权力事项"),
                            ("regulations", "制度"),
                            ("ledgers", "历史台账"),
                        ],
                        max_length=20,
                        verbose_name="内容",
                    ),
                ),
                ("file_name", models.CharField(max_length=120, verbose_name="文件名")),
                ("digest", models.CharField(max_length=64)),
                ("rows_digest", models.CharField(max_length=64)),
                ("shape", models.CharField(max_length=64)),
                ("book", models.JSONField(null=True)),
                ("compared", models.JSONField(null=True)),
                ("columns", models.JSONField(default=dict)),
                ("answers", models.JSONField(default=dict)),
                ("ticks", models.JSONField(default=dict)),
                ("effective_on", models.DateField(verbose_name="生效日期")),
                ("uploaded_at", models.DateTimeField(verbose_name="上传时间")),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="导入时间")),
                ("dropped_at", models.DateTimeField(null=True, verbose_name="放弃时间")),
                ("result", models.JSONField(default=dict)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="imported_files",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "导入",
                "ordering": ["-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("accepted_at", None), ("dropped_at", None), _connector="OR"),
                        name="imported_file_accepted_or_dropped",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "seat",
                    models.CharField(
                        choices=[("leader", "组长"), ("deputy", "副组长"), ("member", "成员")],
                        max_length=10,
                        verbose_name="小组职务",
                    ),
                ),
                ("member_type", models.CharField(blank=True, max_length=20, verbose_name="人员类别")),
                ("is_contact", models.BooleanField(default=False, verbose_name="联系人")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="联系电话")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="group_seats",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="members", to="registers.leadinggroup"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("group", "user"), name="group_member_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("is_contact", True)), fields=("group",), name="group_one_contact"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Incumbency",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateField(verbose_name="任职日期")),
                ("until", models.DateField(blank=True, null=True, verbose_name="离任日期")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="incumbencies",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="incumbencies", to="registers.post"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("until", None), ("until__gte", models.F("since")), _connector="OR"),
                        name="incumbency_ends_after_start",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)), fields=("post", "user"), name="incumbency_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("text", models.CharField(max_length=300, verbose_name="岗位职责")),
                (
                    "post",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="duties", to="registers.post"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [models.UniqueConstraint(fields=("post", "position"), name="duty_position_once")],
            },
        ),
        migrations.CreateModel(
            name="ProcessStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                ("key", models.UUIDField(db_index=True, default=uuid.uuid4, editable=False)),
                ("post_name", models.CharField(blank=True, max_length=60, verbose_name="承办岗位")),
                ("procedure", models.CharField(max_length=300, verbose_name="步骤内容")),
                ("time_limit", models.CharField(blank=True, max_length=60, verbose_name="时限")),
                ("checked_by", models.CharField(blank=True, max_length=60, verbose_name="监督制约（由谁复核）")),
                ("complaint_channel", models.CharField(blank=True, max_length=200, verbose_name="投诉举报途径")),
                ("following", models.JSONField(default=list, verbose_name="下一步")),
                (
                    "post",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="process_steps",
                        to="registers.post",
                    ),
                ),
                (
                    "power_item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="registers.poweritem"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
                "constraints": [
                    models.UniqueConstraint(fields=("power_item", "position"), name="process_step_position_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RegulationPower",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("power_series", models.UUIDField(db_index=True)),
                (
                    "regulation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="power_links",
                        to="registers.regulation",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("regulation", "power_series"), name="regulation_power_once")
                ],
            },
        ),
    ]
    operations = [AtOnce(operations), migrations.RunPython(audit.protect, audit.unprotect)]
