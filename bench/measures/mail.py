"""10,000 damaged mails and posts are understood: none ends in an exception or takes a second. No database is asked."""

import os
import time
from pathlib import Path

from bench.figures import Figure, percentile
from bench.mutated import mutated, seeds
from nextcall.cli.understand import document

LONGEST_SECONDS = 1.0
FIXTURES = "NEXTCALL_BENCH_FIXTURES"  # a folder with more seeds, one folder a format


def measure(size: int) -> list[Figure]:
    """`size` damaged messages, one after the other; raises for the first that is not understood in time."""
    named = os.environ.get(FIXTURES)
    kept = seeds(Path(named) if named else None)
    took = []
    for number, raw in enumerate(mutated(kept, size, seed=7)):
        began = time.process_time()  # a busy machine is no fault of a message's
        try:
            document(raw)
        except Exception as error:
            raise AssertionError(f"damaged message {number} ended in {type(error).__name__}: {raw[:200]!r}") from error
        took.append(time.process_time() - began)
    if max(took) >= LONGEST_SECONDS:
        raise AssertionError(f"damaged message {took.index(max(took))} took {max(took):.1f} s")
    return [
        Figure("damaged messages understood, none in an exception", float(len(took)), ""),
        Figure("one of them, 99th percentile", percentile(took, 0.99) * 1e3, "ms"),
        Figure("the slowest of them", max(took) * 1e3, "ms", aim="under 1000"),
    ]
