"""What every page's frame shows: navigation, theme, the last action."""

from django.http import HttpRequest


def frame(request: HttpRequest) -> dict[str, object]:
    return {}
