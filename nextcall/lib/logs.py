"""Structured logs without personal data."""


def configure(_config: object) -> None:
    pass
