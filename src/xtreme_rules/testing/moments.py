"""Moments, as a strategy."""

from datetime import datetime

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from xtreme_rules.testing.drawing import Draw


@st.composite
def moments(draw: DrawFn, timezone: str | None = None) -> datetime:
    """Moments in UTC, at the edges of coverage hours and of days on the wall clock of ``timezone`` more often."""
    return Draw(draw).moment(timezone)
