"""The addresses of saved answers."""

from django.urls import path

from nextcall.web.saved import page

urlpatterns = [
    path("inbox/saved/", page.answers, name="saved_answers"),
    path("inbox/saved/<int:pk>/", page.answer, name="saved_answer"),
    path("inbox/saved/<int:pk>/removal/", page.removal, name="saved_answer_removal"),
]
