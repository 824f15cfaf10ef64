"""The addresses of one lead."""

from django.urls import path

from nextcall.web.lead import compose, page, plan

urlpatterns = [
    path("leads/<int:lead_id>/", page.lead, name="lead"),
    path("leads/<int:lead_id>/send/", compose.send, name="lead_send"),
    path("leads/<int:lead_id>/note/", compose.note, name="lead_note"),
    path("leads/<int:lead_id>/call/", compose.call, name="lead_call"),
    path("leads/<int:lead_id>/pause/", plan.pause, name="lead_pause"),
    path("leads/<int:lead_id>/resume/", plan.resume, name="lead_resume"),
    path("leads/<int:lead_id>/cadence/", plan.cadence, name="lead_cadence"),
    path("leads/<int:lead_id>/finish/", plan.finish, name="lead_finish"),
    path("leads/<int:lead_id>/hand-over/", plan.hand_over, name="lead_hand_over"),
    path("leads/<int:lead_id>/received/", plan.received, name="lead_received"),
    path("leads/<int:lead_id>/seen/", plan.seen, name="lead_seen"),
    path("leads/<int:lead_id>/appointment/", plan.appointment, name="lead_appointment"),
    path("leads/<int:lead_id>/edit/", plan.edit, name="lead_edit"),
]
