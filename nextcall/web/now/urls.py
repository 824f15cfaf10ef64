"""The addresses of Now."""

from django.urls import path

from nextcall.web.now import day, on_the_call, outcomes, page, snoozing

urlpatterns = [
    path("now/", page.now, name="now"),
    path("now/hand/", page.hand, name="now_hand"),
    path("now/days/", day.spread, name="now_days"),
    path("now/people-a-day/", day.people_a_day, name="now_people_a_day"),
    path("now/dismiss/", day.dismiss, name="now_dismiss"),
    path("now/ahead/", day.get_ahead, name="now_ahead"),
    path("now/<int:lead_id>/hold/", page.hold, name="now_hold"),
    path("now/<int:lead_id>/take/", page.take, name="now_take"),
    path("now/<int:lead_id>/started/", outcomes.started, name="started"),
    path("now/<int:lead_id>/said/", on_the_call.said, name="call_said"),
    path("now/<int:lead_id>/outcome/", outcomes.outcome, name="outcome"),
    path("now/<int:lead_id>/snooze/", snoozing.snooze, name="snooze"),
    path("now/<int:lead_id>/instead/", snoozing.change_instead, name="now_instead"),
    path("now/<int:lead_id>/window/", snoozing.window, name="window"),
    path("now/<int:lead_id>/reason/", snoozing.not_now, name="now_reason"),
    path("now/<int:lead_id>/note/", outcomes.note, name="now_note"),
    path("now/<int:touch_id>/decide/", outcomes.decide, name="decide"),
    path("undo/<int:action_id>/", outcomes.undo, name="undo"),
]
