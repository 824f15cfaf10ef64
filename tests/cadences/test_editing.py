"""Changing a cadence's file: what is not touched stays as it was written, and steps keep their keys."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nextcall.cadences import blocks, editing, parse, rhythms
from nextcall.cadences.definition import BadCadence

COMMENTED = '''# our own
slug = "ours"
name = "Ours"   # as leads never see it
says = "Three touches."
version = 1

# Day 1

# the first call
[[step]]
channel = "call"   # by phone
wait = "2m"
says = "Hello [[step]] there"

[[step]]
channel = "text"
day = 2
part = "midday"
wording = [
  "Hi {{ seller }}. Reply STOP to opt out.",
  # the second
  """
[[step]]
channel = "call"
{{ seller }}, STOP
""",
]

# Later

[[step]]
channel = "call"
month = [1, 2, 3]
at = "09:30"
says = 'Once "a" month'
'''
ONE_MORE = st.sampled_from(
    ["earlier", "later", "day-earlier", "day-later", "remove", "duplicate", "add", "words", "part"]
)


def keys(source: str) -> list[str]:
    return [step.key for step in parse.cached(source).steps]


def texts(source: str) -> dict[tuple[str, ...], str]:
    """What stands in the file of each step, with the comments above it."""
    return {block.keys: block.text for block in blocks.split(source).blocks if block.keys}


@pytest.mark.parametrize("slug", sorted(parse.library()))
def test_the_pieces_of_a_file_are_the_file(slug: str) -> None:
    source = parse.library()[slug].source
    assert blocks.split(source).source == source
    assert blocks.joined(blocks.split(source)) == source


def test_a_table_inside_a_text_is_no_table() -> None:
    assert [block.keys for block in blocks.split(COMMENTED).blocks] == [
        ("arrival-call-1",),
        ("d2-text-1",),
        ("m1-call-1", "m2-call-1", "m3-call-1"),
    ]


def test_a_touch_added_after_another_is_a_part_of_the_day_later_and_held_for_a_person() -> None:
    source, key = editing.add(COMMENTED, channel="text", beside="d2-text-1")
    added = next(step for step in parse.cached(source).steps if step.key == key)
    assert (added.when.day, added.when.part, added.by) == (2, "afternoon", "person")
    assert texts(COMMENTED).items() <= texts(source).items()


def test_a_moved_touch_keeps_its_key_and_its_words() -> None:
    source = editing.move(COMMENTED, "d2-text-1", unit="day", way=1)
    moved = next(step for step in parse.cached(source).steps if step.key == "d2-text-1")
    assert (moved.when.day, moved.when.part) == (3, "midday")
    assert "# the second" in source
    assert "# by phone" in source
    assert keys(source) == keys(COMMENTED)


def test_parts_of_the_day_run_over_into_the_next_day() -> None:
    source = COMMENTED
    for _ in range(3):
        source = editing.move(source, "d2-text-1", unit="part", way=1)
    moved = next(step for step in parse.cached(source).steps if step.key == "d2-text-1")
    assert (moved.when.day, moved.when.part) == (3, "morning")
    with pytest.raises(BadCadence, match="day 1 is the day they arrive"):
        for _ in range(20):
            source = editing.move(source, "d2-text-1", unit="part", way=-1)


def test_one_of_several_days_moves_alone() -> None:
    source = editing.move(COMMENTED, "m2-call-1", unit="day", way=-1)
    when = {step.key: step.when.day for step in parse.cached(source).steps}
    assert (when["m1-call-1"], when["m2-call-1"], when["m3-call-1"]) == (31, 61, 92)
    source = editing.remove(source, "m3-call-1")
    assert "m3-call-1" not in keys(source)
    assert source.count("Once") == 2


def test_words_of_several_days_change_together() -> None:
    source = editing.set_step(COMMENTED, "m2-call-1", {"says": "Ask"})
    assert [step.says for step in parse.cached(source).steps if step.key.startswith("m")] == ["Ask"] * 3
    assert source.count("Ask") == 1


def test_what_another_touch_follows_stays() -> None:
    source = parse.library()["letter-first"].source
    with pytest.raises(BadCadence, match="voicemail-1 follows this touch"):
        editing.remove(source, "call-1")
    only = editing.empty(slug="mine", name="Mine")
    with pytest.raises(BadCadence, match="the only touch"):
        editing.remove(only, "d1-call-1")


def test_a_rhythm_stays_a_rhythm() -> None:
    source = parse.library()["three-and-one"].source
    assert rhythms.pattern(editing.remove(source, "attempt-6")) == ["call", "call", "email"]
    assert rhythms.pattern(editing.move(source, "attempt-4", unit="part", way=-1)) == ["call", "call", "email", "call"]
    added, key = editing.add(source, channel="text", beside="attempt-1")
    assert rhythms.pattern(added) == ["call", "text", "call", "call", "email"]
    assert key == "attempt-2"
    assert parse.cached(added).steps[1].wording
    assert rhythms.message_of(source, "attempt-8") == ("email", 1)
    longer = rhythms.set_numbers(source, {"attempts": 20, "wait": "2d"})
    assert len(parse.cached(longer).steps) == 20
    assert longer.replace("attempts = 20", "attempts = 15").replace('wait = "2d"', 'wait = "1d"') == source


def test_the_head_changes_alone() -> None:
    source = editing.set_head(COMMENTED, {"name": "Theirs", "pause_on": ["reply"], "then": "long-view"})
    assert parse.cached(source).pause_on == ("reply",)
    assert "# as leads never see it" in source
    assert texts(source) == texts(COMMENTED)
    copy = editing.copied(source, slug="second", name="Second")
    assert (parse.cached(copy).slug, parse.cached(copy).steps) == ("second", parse.cached(COMMENTED).steps)


def one_change(source: str, deed: str, key: str) -> tuple[str, str]:
    """The file after it, and the key that is new or gone."""
    if deed == "add":
        return editing.add(source, channel="email", beside=key, before=True)
    if deed == "duplicate":
        return editing.duplicate(source, key)
    if deed == "remove":
        return editing.remove(source, key), key
    if deed == "words":
        return editing.set_step(source, key, {"says": 'Say "hello"\nand \\ listen'}), ""
    if deed == "part":
        gone = dict.fromkeys(("week", "month", "wait", "before", "after", "only_after", "at"))
        return editing.set_step(source, key, {**gone, "day": 4, "part": "evening"}), ""
    unit, way = ("day" if deed.startswith("day") else "part"), (1 if deed.endswith("later") else -1)
    return editing.move(source, key, unit=unit, way=way), ""  # type: ignore[arg-type]


@pytest.mark.parametrize("first", ["commented", "steady", "letter-first", "fast-start-light", "long-view"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deeds=st.lists(st.tuples(ONE_MORE, st.integers(0, 40)), min_size=1, max_size=7))
def test_any_changes_leave_a_cadence_whose_other_steps_are_as_they_were(
    first: str, deeds: list[tuple[str, int]]
) -> None:
    source = COMMENTED if first == "commented" else parse.library()[first].source
    touched: set[str] = set()
    for deed, number in deeds:
        before = keys(source)
        key = before[number % len(before)]
        try:
            after, other = one_change(source, deed, key)
        except BadCadence as why:
            assert str(why)
            continue
        now = keys(after)  # it can be read
        assert len(set(now)) == len(now)
        assert set(now) == (set(before) - {other} if deed == "remove" else set(before) | ({other} - {""}))
        touched |= {key, other}
        was = {step.key: step for step in parse.cached(source).steps}
        for step in parse.cached(after).steps:
            if step.key in was and step.key != key and not (deed == "words" and len(block_of(source, key)) > 1):
                assert step == was[step.key]
        untouched = {k: text for k, text in texts(source).items() if key not in k and other not in k}
        for name, text in texts(after).items():
            if name in untouched:
                assert without_key(text) == without_key(untouched[name])
        source = after


def block_of(source: str, key: str) -> tuple[str, ...]:
    return next(names for names in texts(source) if key in names)


def without_key(text: str) -> list[str]:
    """Its lines but the one that names its key, which may be written down when a neighbour goes."""
    return [line for line in text.splitlines() if not line.startswith("key = ")]
