"""The addresses of machines. They need no session; each proves itself in its own way."""

from django.urls import URLPattern, URLResolver, path

from nextcall.hooks import calendars, leads, pictures, providers, replies, unsubscribe, withdrawals, you

urlpatterns: list[URLPattern | URLResolver] = [
    path("in/<str:key>/<str:format>", leads.leads_in, name="leads_in"),
    path("hooks/replies/<str:key>", replies.replies, name="replies"),
    path("hooks/withdrawals/<str:key>", withdrawals.withdrawals, name="withdrawals"),
    path("hooks/<slug:provider>/<str:key>", providers.posts, name="provider_posts"),
    path("calendar/<str:token>.ics", calendars.feed, name="calendar_feed"),
    path("pictures/<str:token>", pictures.picture, name="picture"),
    path("u/<str:token>", unsubscribe.unsubscribe, name="unsubscribe"),
    path("you/<str:token>", you.you, name="you"),
]
