"""The addresses of Inbox."""

from django.urls import path

from nextcall.web.inbox import answer, deeds, page, suggested, undelivered, unknown

urlpatterns = [
    path("inbox/", page.inbox, name="inbox"),
    path("inbox/focus/", page.focus, name="inbox_focus"),
    path("inbox/did-not-arrive/", undelivered.undelivered, name="inbox_undelivered"),
    path("inbox/did-not-arrive/<int:touch_id>/again/", undelivered.again, name="inbox_again"),
    path("inbox/did-not-arrive/<int:touch_id>/seen-to/", undelivered.seen_to, name="inbox_seen_to"),
    path("inbox/deed/", deeds.deed, name="inbox_deed"),
    path("inbox/<int:lead_id>/", page.lead, name="inbox_lead"),
    path("inbox/<int:lead_id>/send/", answer.send, name="inbox_send"),
    path("inbox/<int:lead_id>/words/", answer.words, name="inbox_words"),
    path("inbox/<int:lead_id>/note/", answer.note, name="inbox_note"),
    path("inbox/<int:lead_id>/here/", answer.here, name="inbox_here"),
    path("leads/<int:lead_id>/suggestions/<int:pk>/<str:deed>/", suggested.suggestion, name="suggestion"),
    path("inbox/from/<int:item_id>/", page.stranger, name="inbox_stranger"),
    path("inbox/from/<int:item_id>/lead/", unknown.make_lead, name="inbox_make_lead"),
    path("inbox/from/<int:item_id>/join/", unknown.join, name="inbox_join"),
]
