"""The addresses of the pages. One line a page, grouped by page."""

from django.urls import include, path

from nextcall.web import add_lead, frame, sign_in, welcome

urlpatterns = [
    path("", frame.home, name="home"),
    path("more/", frame.more, name="more"),
    path("theme/", frame.theme, name="theme"),
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/link/", sign_in.ask_link, name="sign_in_ask"),
    path("sign-in/link/<str:token>/", sign_in.link, name="sign_in_link"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("welcome/", welcome.welcome, name="welcome"),
    path("settings/", include("nextcall.web.settings.urls")),
    path("add-lead/", add_lead.add_lead, name="add_lead"),
    # Now, Leads, Lead
]
