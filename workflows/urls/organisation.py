"""Addresses of the desks of units, posts, people and roles."""

from django.urls import path, register_converter

from workflows.views import (
    leaders,
    organisation,
    people,
    roles,
    standins,
)


class UnitAct:
    """What can be done to a unit."""

    regex = "|".join(organisation.OF_UNITS)

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


class PostAct(UnitAct):
    """What can be done to a post."""

    regex = "|".join(organisation.OF_POSTS)


register_converter(UnitAct, "unit_act")
register_converter(PostAct, "post_act")

urlpatterns = [
    # stand-ins
    path("keeping/units/", organisation.unit_desk, name="unit_desk"),
    path("keeping/units/<slug:code>/", organisation.unit_keep, name="unit_keep"),
    path("keeping/units/<slug:code>/aliases/", organisation.unit_alias_add, name="unit_alias_add"),
    path("keeping/units/<slug:code>/<unit_act:act>/", organisation.unit_change, name="unit_change"),
    path("keeping/aliases/<int:pk>/drop/", organisation.unit_alias_drop, name="unit_alias_drop"),
    path("keeping/planned/<int:pk>/drop/", organisation.planned_drop, name="planned_drop"),
    path("keeping/posts/", organisation.post_desk, name="post_desk"),
    path("keeping/posts/<slug:code>/<post_act:act>/", organisation.post_change, name="post_change"),
    path("standins/", standins.standin_list, name="standin_list"),
    path("standins/add/", standins.standin_add, name="standin_add"),
    path("standins/<int:pk>/end/", standins.standin_end, name="standin_end"),
    # people and roles
    path("people/", people.people_desk, name="people_desk"),
    path("people/add/", people.person_add, name="person_add"),
    path("people/slips/", people.slip_batch, name="slip_batch"),
    path("people/<int:pk>/", people.person_detail, name="person_detail"),
    path("people/<int:pk>/edit/", people.person_edit, name="person_edit"),
    path("people/<int:pk>/transfer/", people.person_move, {"move": "transfer"}, name="person_transfer"),
    path("people/<int:pk>/leave/", people.person_move, {"move": "leave"}, name="person_leave"),
    path("people/<int:pk>/disable/", people.person_move, {"move": "disable"}, name="person_disable"),
    path("people/<int:pk>/enable/", people.person_move, {"move": "enable"}, name="person_enable"),
    path("people/<int:pk>/slip/", people.person_slip, name="person_slip"),
    path("people/<int:pk>/unlock/", people.person_unlock, name="person_unlock"),
    path("roles/", roles.role_desk, name="role_desk"),
    path("roles/add/", roles.role_add, name="role_add"),
    path("roles/<int:pk>/end/", roles.role_end, name="role_end"),
    path("leaders/", leaders.leader_list, name="leader_list"),
    path("leaders/domains/<int:pk>/end/", leaders.domain_end, name="domain_end"),
]
