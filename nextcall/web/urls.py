"""The addresses of the pages: each page's own stand in its package."""

from django.urls import include, path

from nextcall.web import attachments, deeds, frame, live, search, sign_in, welcome

urlpatterns = [
    path("", frame.home, name="home"),
    path("live", live.elsewhere, name="live"),
    path("live/now", live.now, name="live_now"),
    path("more/", frame.more, name="more"),
    path("theme/", frame.theme, name="theme"),
    path("style/", frame.style, name="style"),
    path("undo/", deeds.deeds, name="deeds"),
    path("attachments/<int:pk>/", attachments.attachment, name="attachment"),
    path("search/", search.search, name="search"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/link/", sign_in.ask_link, name="sign_in_ask"),
    path("sign-in/link/<str:token>/", sign_in.link, name="sign_in_link"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("welcome/", welcome.welcome, name="welcome"),
    path("welcome/people/", welcome.people, name="welcome_people"),
    path("welcome/cadence/", welcome.cadence, name="welcome_cadence"),
    path("welcome/reach/", welcome.reach, name="welcome_reach"),
    path("welcome/later/", welcome.later, name="welcome_later"),
    path("settings/", include("nextcall.web.settings.urls")),
    path("", include("nextcall.web.now.urls")),
    path("", include("nextcall.web.leads.urls")),
    path("", include("nextcall.web.lead.urls")),
    path("imports/", include("nextcall.web.imports.urls")),
    path("", include("nextcall.web.inbox.urls")),
    path("", include("nextcall.web.proof.urls")),
    path("", include("nextcall.web.cadences.urls")),
    path("", include("nextcall.web.call_list.urls")),
    path("", include("nextcall.web.device.urls")),
    path("", include("nextcall.web.sample.urls")),
]
