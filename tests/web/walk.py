"""Every address of the product, with the numbers of whichever account is wanted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

OPEN = {"sign_in", "sign_in_ask", "sign_in_link", "sign_out", "theme"}  # for people who are not signed in
OPEN |= {"manifest", "service_worker", "offline"}  # and what a phone keeps: the same for everybody
OPEN |= {"live"}  # without its front it says that there is no stream here, to everybody; tests/ops tries the real one


@dataclass(frozen=True, slots=True)
class Address:
    """One pattern, with the names of its parts."""

    name: str
    route: str
    parts: tuple[str, ...]

    def path(self, values: Mapping[str, object]) -> str:
        """The path with `values` in its parts."""
        path = self.route
        for kind in ("int", "str", "slug", "uuid"):
            for part in self.parts:
                path = path.replace(f"<{kind}:{part}>", str(values[part]))
        return f"/{path}"


def addresses(patterns: list[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[Address]:
    """Every pattern below the root."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route)
        else:
            yield Address(pattern.name or "", route, tuple(pattern.pattern.converters))
