"""The addresses of Now."""

from django.urls import path

from nextcall.web.now import outcomes, page

urlpatterns = [
    path("now/", page.now, name="now"),
    path("now/<int:lead_id>/started/", outcomes.started, name="started"),
    path("now/<int:lead_id>/outcome/", outcomes.outcome, name="outcome"),
    path("now/<int:lead_id>/snooze/", outcomes.snooze, name="snooze"),
    path("now/<int:lead_id>/window/", outcomes.window, name="window"),
    path("now/<int:lead_id>/note/", outcomes.note, name="now_note"),
    path("now/<int:touch_id>/decide/", outcomes.decide, name="decide"),
    path("undo/<int:action_id>/", outcomes.undo, name="undo"),
]
