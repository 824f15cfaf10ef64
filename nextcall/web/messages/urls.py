"""The addresses of what messages have of their own."""

from django.urls import path

from nextcall.web.messages import files, whose

urlpatterns = [
    path("attachments/<int:pk>/", files.attachment, name="attachment"),
    path("messages/<int:pk>/whose/", whose.whose, name="message_whose"),
]
