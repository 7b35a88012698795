"""The acts this app adds to the audit vocabulary, and who hears of each (``told`` is an audience of ``notifications``)."""

from registers.audit import Act, declare

declare(
    {
        "campaign.open": Act("开展年度活动"),
        "submission.opened": Act("待填报", told="filler"),
        "submission.begun_again": Act("发起调整"),
        "submission.submit": Act("提交", told="next"),
        "submission.withdraw": Act("撤回"),
        "submission.vote": Act("集体审核表决"),
        "submission.agree": Act("通过", told="next"),
        "submission.return": Act("退回", told="filler"),
        "submission.automatic": Act("自动办理", told="next"),
        "submission.copied": Act("抄送"),
        "submission.filed": Act("已备案", told="filler"),
        "submission.not_signed": Act("签字密码错误"),
        "submission.nudge": Act("催办"),
        "submission.nudge_late": Act("催办逾期的表"),
        "progress.export": Act("导出未办结清单"),
        "submission.handed_over": Act("转办", told="next"),
        "submission.reseated": Act("改由上一级办理", told="next"),
        "attachment.keep": Act("上传附件"),
        "attachment.open": Act("下载附件"),
        "notice.object": Act("提出异议", told="office"),
        "notice.handle": Act("处理异议"),
        "notice.clear": Act("公示结束"),
    }
)
