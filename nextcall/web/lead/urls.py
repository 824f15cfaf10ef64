"""The addresses of one lead."""

from django.urls import path

from nextcall.web.lead import compose, edit, elsewhere, meeting, page, permissions, picture, plan, wishes
from nextcall.web.now import on_the_call

urlpatterns = [
    path("leads/<int:lead_id>/", page.lead, name="lead"),
    path("leads/<int:lead_id>/permissions/", permissions.permissions, name="lead_permissions"),
    path("leads/<int:lead_id>/permissions/<int:pk>/ending/", permissions.ending, name="lead_permission_ending"),
    path("leads/<int:lead_id>/send/", compose.send, name="lead_send"),
    path("leads/<int:lead_id>/picture/", picture.picture, name="lead_picture"),
    path("leads/<int:lead_id>/words/", compose.words, name="lead_words"),
    path("leads/<int:lead_id>/note/", compose.note, name="lead_note"),
    path("leads/<int:lead_id>/call/", compose.call, name="lead_call"),
    path("leads/<int:lead_id>/recording/", on_the_call.attach, name="lead_recording"),
    path("leads/<int:lead_id>/pause/", plan.pause, name="lead_pause"),
    path("leads/<int:lead_id>/resume/", plan.resume, name="lead_resume"),
    path("leads/<int:lead_id>/cadence/", plan.cadence, name="lead_cadence"),
    path("leads/<int:lead_id>/finish/", plan.finish, name="lead_finish"),
    path("leads/<int:lead_id>/hand-over/", plan.hand_over, name="lead_hand_over"),
    path("leads/<int:lead_id>/received/", plan.received, name="lead_received"),
    path("leads/<int:lead_id>/seen/", plan.seen, name="lead_seen"),
    path("leads/<int:lead_id>/appointment/", meeting.appointment, name="lead_appointment"),
    path("leads/<int:lead_id>/appointment/<int:pk>/<slug:what>/", meeting.deed, name="lead_appointment_deed"),
    path("leads/<int:lead_id>/window/", plan.window, name="lead_window"),
    path("leads/<int:lead_id>/field/<str:name>/", edit.field, name="lead_field"),
    path("leads/<int:lead_id>/point/", edit.add_point, name="lead_add_point"),
    path("leads/<int:lead_id>/point/<int:point_id>/", edit.point, name="lead_point"),
    path("leads/<int:lead_id>/note-templates/", edit.note_templates, name="lead_note_templates"),
    path("leads/<int:lead_id>/asked-for/", wishes.asked_for, name="lead_asked_for"),
    path("leads/<int:lead_id>/their-page/", wishes.send_page, name="lead_their_page"),
    path("leads/<int:lead_id>/export/", wishes.export, name="lead_export"),
    path("leads/<int:lead_id>/erase/", wishes.erase, name="lead_erase"),
    path("leads/<int:lead_id>/ask/", elsewhere.ask, name="lead_ask"),
    path("leads/<int:lead_id>/keep/", elsewhere.keep, name="lead_keep"),
]
