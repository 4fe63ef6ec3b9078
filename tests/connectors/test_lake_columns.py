"""Rows become the Arrow columns that pyarrow itself would make of them, without what it imports for that."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.lake_columns import MOMENT, flags, integers, moments, strings

patient = settings(deadline=None)  # the first list that pyarrow turns into an array has it import pandas


@patient
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_texts(texts):
    made = strings(texts)
    made.validate(full=True)
    assert made.to_pylist() == texts


@patient
@given(st.lists(st.none() | st.datetimes(timezones=st.just(UTC))))
def test_moments(times):
    made = moments(times)
    made.validate(full=True)
    assert made.equals(pa.array(times, MOMENT))


@patient
@given(st.lists(st.booleans()), st.lists(st.integers(-(2**63), 2**63 - 1)))
def test_flags_and_numbers(truths, numbers):
    assert flags(truths).equals(pa.array(truths, pa.bool_()))
    assert integers(numbers).equals(pa.array(numbers, pa.int64()))


def test_times_of_other_zones_are_the_same_moments():
    east = datetime(2026, 1, 2, 3, 0, tzinfo=timezone(timedelta(hours=3)))
    assert moments([east, None]).to_pylist() == [datetime(2026, 1, 2, tzinfo=UTC), None]


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(TypeError):
        moments([datetime(2026, 1, 2)])  # noqa: DTZ001


def test_an_append_imports_no_pandas(tmp_path):
    code = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from connectors.lake import Lake
from connectors.lake_table import LakeRow
now = datetime.now(UTC)
lake = Lake(Path({str(tmp_path)!r}))
lake.append("fake/deals", [LakeRow("acme", "record", "1", None, False, now, 1, "{{}}")])
assert lake.live_count("fake/deals", "acme") == 1
assert "pandas" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
