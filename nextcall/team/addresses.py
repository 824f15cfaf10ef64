"""Our own addresses, as others know them."""

from django.conf import settings


def public(path: str) -> str:
    """A path of ours as a whole address, by what the operator says it is (NEXTCALL_URL): a proxy may stand between."""
    return f"{settings.URL.rstrip('/')}{path}"
