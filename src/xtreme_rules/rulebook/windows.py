"""Coverage windows as they are written in rule files: ``mon-fri 08:00-18:00``."""

import re

from xtreme_rules.coverage.calendar import Window

MIDNIGHT = 24 * 60
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WINDOW = re.compile(r"([a-z]{3})(?:-([a-z]{3}))? ([0-9]{2}):([0-5][0-9])-([0-9]{2}):([0-5][0-9])")


def parse_windows(text: str) -> tuple[Window, ...]:
    """The windows of one line: one a weekday, or two where it runs past midnight into the next day.

    Raises:
        ValueError: the text is no window, or one that is empty or names a time after 24:00.
    """
    match = _WINDOW.fullmatch(text)
    if match is None:
        raise ValueError(text)
    first, last, *clock = match.groups()
    start, end = (int(hour) * 60 + int(minute) for hour, minute in (clock[:2], clock[2:]))
    if start == end or start >= MIDNIGHT or end > MIDNIGHT:
        raise ValueError(text)
    from_day, to_day = _WEEKDAYS.index(first), _WEEKDAYS.index(last or first)
    days = [(from_day + step) % 7 for step in range((to_day - from_day) % 7 + 1)]
    if start < end:
        return tuple(Window(day, start, end) for day in days)
    evenings, mornings = [Window(day, start, MIDNIGHT) for day in days], [Window((day + 1) % 7, 0, end) for day in days]
    return (*evenings, *(window for window in mornings if end > 0))
