"""The audit chain on screen."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from registers.actors import ROLE_LABELS
from registers.audit import ACTS
from registers.models import AuditEntry
from registers.views.paging import paged
from registers.views.sent import filters_sent

# What an act was about, in words; the codes are the model labels that the chain keeps.
ABOUT = {
    "registers.scheme": "方案",
    "registers.schemedraft": "方案草稿",
    "registers.unit": "单位",
    "registers.unitalias": "单位别名",
    "registers.user": "人员",
    "registers.post": "岗位",
    "registers.incumbency": "任岗",
    "registers.appointment": "任职",
    "registers.domaincharge": "分管领域",
    "registers.leadinggroup": "领导小组",
    "registers.duty": "职责",
    "registers.job": "后台任务",
    "registers.importedfile": "导入的文件",
    "registers.regulation": "制度",
    "registers.poweritem": "权力事项",
    "registers.riskpoint": "风险点",
    "registers.controlmeasure": "防控措施",
    "workflows.campaign": "年度活动",
    "workflows.campaigntask": "活动事项",
    "workflows.phase": "阶段",
    "workflows.enrolment": "参加单位",
    "workflows.rosterchange": "人员变动",
    "workflows.submission": "填报表",
    "workflows.attachment": "附件",
    "workflows.measureprogress": "措施落实记录",
    "workflows.measurecheck": "措施检查",
    "workflows.deadlinechange": "截止日期调整",
    "workflows.extension": "延期申请",
    "workflows.publicitynotice": "公示",
    "workflows.noticeplace": "公示地点",
    "workflows.publication": "公开内容",
    "workflows.publicrecord": "公开记录",
    "workflows.objection": "异议",
    "workflows.addition": "补充内容",
    "workflows.clue": "线索",
    "workflows.correction": "更正",
    "workflows.disclosure": "公开事项",
    "workflows.disclosedpart": "公开部分",
    "workflows.meeting": "会议",
    "workflows.meetingitem": "会议议题",
    "workflows.activity": "会议、教育活动",
    "workflows.opinion": "意见",
    "workflows.attendance": "参加记录",
    "workflows.readingdocument": "学习文件",
    "workflows.readreceipt": "学习回执",
    "workflows.suggestion": "建议",
    "workflows.survey": "满意度测评",
    "workflows.assessment": "考核",
    "workflows.assessmentcontest": "考核异议",
    "workflows.ranking": "排名",
    "workflows.rankingcontest": "排名异议",
    "workflows.rankedunit": "排名单位",
    "workflows.commendation": "表扬",
    "workflows.accountabilityrecord": "问责登记",
    "workflows.caseanalysis": "事后分析",
    "workflows.impactassessment": "个人信息保护影响评估",
    "workflows.inspection": "检查",
    "workflows.inspectionplan": "检查计划",
    "workflows.planitem": "检查事项",
    "workflows.draw": "双随机抽取",
    "workflows.inspectionsignature": "检查签字",
    "workflows.inspectionseat": "检查组成员",
    "workflows.checkitem": "检查内容",
    "workflows.rankingentry": "排名得分",
    "workflows.finding": "检查发现的问题",
    "workflows.rectification": "整改",
    "workflows.riskwarning": "预警",
    "workflows.talkrecord": "谈话记录",
    "workflows.dutystatement": "责任书",
    "workflows.avoidancerecord": "回避",
    "workflows.leavingaudit": "离任审计",
    "workflows.educationitem": "教育计划",
    "workflows.robot": "群机器人",
}


@require_safe
def audit_list(request):
    """List the audit chain: every entry for the auditor, his own for everyone else.

    Context: ``page``, ``acts``, ``filters``, ``filtered``, ``reads_all``. Entries carry ``label``, ``role_label``,
    ``about_label`` and ``about_number`` in words.
    """
    entries = AuditEntry.objects.visible_to(request.actor).select_related("actor")
    filters = filters_sent(request.GET, "act", "number")
    if filters["act"] in ACTS:
        entries = entries.filter(act=filters["act"])
    if filters["number"]:
        entries = entries.filter(actor__number=filters["number"])
    page = paged(request, entries)
    for entry in page.rows:
        entry.label = ACTS[entry.act].label if entry.act in ACTS else entry.act
        entry.role_label = ROLE_LABELS.get(entry.acting_role, "")
        kind, _, entry.about_number = entry.about.partition(":")
        entry.about_label = ABOUT.get(kind, kind)
    return render(
        request,
        "registers/audit_list.html",
        {
            "page": page,
            "acts": [(code, act.label) for code, act in ACTS.items()],
            "filters": filters,
            "filtered": any(filters.values()),
            "reads_all": request.actor.has("auditor"),
        },
    )
