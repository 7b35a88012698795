"""Doors to what happens to what is on record."""

from django.urls import path

from workflows.views import (
    attachments,
    campaigns,
    channels,
    desk,
    publicity,
    records,
    reviews,
    scheme_preview,
    schemes,
    submissions,
)

urlpatterns = [
    # desk
    path("", desk.desk, name="desk"),
    path("done/", desk.done_list, name="done_list"),
    path("inbox/", desk.inbox, name="inbox"),
    path("inbox/read/", desk.inbox_read, name="inbox_read"),
    # channels
    path("channels/", channels.channel_choice, name="channel_choice"),
    path("robots/", channels.robot_list, name="robot_list"),
    path("robots/add/", channels.robot_add, name="robot_add"),
    path("robots/<int:pk>/test/", channels.robot_test, name="robot_test"),
    path("robots/<int:pk>/stop/", channels.robot_stop, name="robot_stop"),
    # campaign
    path("campaign/", campaigns.campaign, name="campaign"),
    path("campaign/open/", campaigns.campaign_open, name="campaign_open"),
    path("progress/", campaigns.progress_list, name="progress_list"),
    # submission
    path("submissions/<int:pk>/", submissions.submission_detail, name="submission_detail"),
    path("submissions/<int:pk>/fill/", submissions.submission_fill, name="submission_fill"),
    path("submissions/<int:pk>/save/", submissions.submission_save, name="submission_save"),
    path("submissions/<int:pk>/entry/", submissions.submission_entry, name="submission_entry"),
    path("submissions/<int:pk>/again/", submissions.submission_again, name="submission_again"),
    path("submissions/<int:pk>/withdraw/", submissions.submission_withdraw, name="submission_withdraw"),
    path("submissions/<int:pk>/nudge/", campaigns.submission_nudge, name="submission_nudge"),
    path("submissions/<int:pk>/paper.<form:form>", submissions.submission_file, name="submission_file"),
    # review
    path("submissions/<int:pk>/review/", reviews.submission_review, name="submission_review"),
    path("submissions/<int:pk>/vote/", reviews.submission_vote, name="submission_vote"),
    path("submissions/<int:pk>/decide/", reviews.submission_decide, name="submission_decide"),
    path("submissions/<int:pk>/hand-over/", reviews.submission_hand_over, name="submission_hand_over"),
    # papers that nobody types
    path("units/<slug:code>/records/", records.record_list, name="record_list"),
    path("units/<slug:code>/records/<slug:slug>/", records.record_detail, name="record_detail"),
    path("units/<slug:code>/records/<slug:slug>.<form:form>", records.record_file, name="record_file"),
    path("submissions/<int:pk>/records/<slug:slug>.<form:form>", records.submission_record, name="submission_record"),
    path("notices/<int:pk>/notice.<form:form>", records.notice_file, name="notice_file"),
    # files
    path("attachments/<int:pk>/", attachments.attachment_file, name="attachment_file"),
    # schemes
    path("schemes/", schemes.scheme_list, name="scheme_list"),
    path("schemes/begin/", schemes.scheme_begin, name="scheme_begin"),
    path("schemes/choose/", schemes.scheme_choose, name="scheme_choose"),
    path("schemes/drafts/<int:pk>/", schemes.scheme_edit, name="scheme_edit"),
    path("schemes/drafts/<int:pk>/publish/", schemes.scheme_publish, name="scheme_publish"),
    path("schemes/drafts/<int:pk>/discard/", schemes.scheme_discard, name="scheme_discard"),
    path("schemes/drafts/<int:pk>/<slug:part>/", scheme_preview.scheme_draft_preview, name="scheme_draft_preview"),
    path("schemes/<int:pk>/<slug:part>/", scheme_preview.scheme_preview, name="scheme_preview"),
    # notices
    path("notices/", publicity.notice_list, name="notice_list"),
    path("notices/<int:pk>/", publicity.notice_detail, name="notice_detail"),
    path("objections/<int:pk>/handle/", publicity.objection_handle, name="objection_handle"),
]
