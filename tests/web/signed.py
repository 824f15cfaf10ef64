"""A browser in which a member is signed in."""

from django.test import Client
from django.utils import timezone

from nextcall.team import sign_in
from nextcall.team.models import Member


def signed(member: Member) -> Client:
    client = Client()
    client.post(sign_in.make_link(member, at=timezone.now()))
    return client
