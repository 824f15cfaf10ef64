"""The addresses of Import."""

from django.urls import path

from nextcall.web.imports import one, page, unread

urlpatterns = [
    path("", page.imports, name="imports"),
    path("<int:pk>/", one.one, name="import"),
    path("<int:pk>/choices/", one.choices, name="import_choices"),
    path("<int:pk>/confirmation/", one.confirmation, name="import_confirmation"),
    path("<int:pk>/undo/", one.undo, name="import_undo"),
    path("<int:pk>/set-aside/", one.set_aside, name="import_set_aside"),
    path("unread/", unread.unread, name="unread"),
    path("unread/<int:pk>/", unread.one, name="unread_one"),
    path("unread/<int:pk>/again/", unread.again, name="unread_again"),
]
