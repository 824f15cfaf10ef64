"""Signing in."""

from nextcall.team.models import Member


class Backend:
    def get_user(self, user_id: int) -> Member | None:
        return Member.objects.filter(pk=user_id, is_active=True).first()
