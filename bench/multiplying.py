"""A million leads from fifty thousand: the ground's rows copied inside the database, each with keys of its own."""

from django.db import connection
from django.db.models import Model

from nextcall.cadences.models import Enrollment, Touch
from nextcall.consent.models import Attempt, Permission
from nextcall.conversations.models import InboxItem, Message
from nextcall.leads.models import ContactPoint, Lead, Person, Reach
from nextcall.timeline.models import Event

COPIED: tuple[type[Model], ...] = (
    Person,
    ContactPoint,
    Reach,
    Permission,
    Lead,
    Enrollment,
    Touch,
    Attempt,
    Event,
    Message,
    InboxItem,
)
PLAIN_KEYS = {"touch_id": Touch}  # columns that name a row without a foreign key


def multiply(times: int) -> None:
    """`times` as many leads as there are: everything that hangs on a person, again and again."""
    spans = {model: _span(model) for model in COPIED}
    with connection.cursor() as cursor:
        for nth in range(1, times):
            for model in COPIED:
                cursor.execute(_copy(model, spans, nth))
        for model in COPIED:
            _number_on(model, cursor)
        cursor.execute("ANALYZE")


def _span(model: type[Model]) -> tuple[int, int]:
    """The first key and how many keys there are up to the last."""
    keys = model._default_manager.order_by("pk").values_list("pk", flat=True)
    first, last = keys.first() or 0, keys.last() or 0
    return first, last - first + 1


def _copy(model: type[Model], spans: dict[type[Model], tuple[int, int]], nth: int) -> str:
    quote, table = connection.ops.quote_name, model._meta.db_table
    columns, values = [], []
    for field in model._meta.concrete_fields:
        column = quote(str(field.column))
        to = model if field.primary_key else field.related_model or PLAIN_KEYS.get(str(field.column))
        columns.append(column)
        values.append(f"{column} + {nth * spans[to][1]}" if to in spans else _value(model, field.name, column, nth))
    first, length = spans[model]
    key = quote(str(model._meta.pk.column))
    return (
        f"INSERT INTO {quote(table)} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {quote(table)}"
        f" WHERE {key} BETWEEN {first} AND {first + length - 1}"
    )


def _value(model: type[Model], name: str, column: str, nth: int) -> str:
    """What must not be the same twice, made another."""
    if model is ContactPoint and name in ("value", "key"):
        number = f"'+1' || (CAST(substr({column}, 3) AS bigint) + {nth * 50_000})"
        return f"CASE kind WHEN 'phone' THEN {number} ELSE 'again{nth}-' || {column} END"
    if model is Touch and name == "reference":
        return "gen_random_uuid()" if connection.vendor == "postgresql" else "lower(hex(randomblob(16)))"
    return column


def _number_on(model: type[Model], cursor: object) -> None:
    """New rows get keys behind the copied ones; SQLite sees to that by itself."""
    if connection.vendor == "postgresql":
        table, key = model._meta.db_table, model._meta.pk.column
        cursor.execute(  # type: ignore[attr-defined]
            f"SELECT setval(pg_get_serial_sequence('\"{table}\"', '{key}'), (SELECT max({key}) FROM \"{table}\"))"
        )
