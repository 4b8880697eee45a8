"""A coverage calendar: weekly windows, and whether public holidays close them."""

from collections.abc import Sequence

import attrs


@attrs.frozen
class Window:
    """A half-open stretch of a weekday, in minutes since its midnight: open at ``start``, closed again at ``end``."""

    weekday: int
    start: int
    end: int

    def overlaps(self, other: "Window") -> bool:
        """Whether some minute lies in both."""
        return self.weekday == other.weekday and self.start < other.end and other.start < self.end


@attrs.frozen(eq=False)
class Calendar:
    """When a promise holds in any week (Monday is weekday 0), on the wall clock of a time zone."""

    id: str
    windows: tuple[Window, ...]
    closed_on_holidays: bool
    by_weekday: tuple[Sequence[tuple[int, int]], ...] = attrs.field(init=False, repr=False)

    @by_weekday.default
    def _by_weekday(self) -> tuple[Sequence[tuple[int, int]], ...]:
        return tuple([(w.start, w.end) for w in self.windows if w.weekday == weekday] for weekday in range(7))

    @property
    def always_open(self) -> bool:
        """Whether it is open at every moment: on all days from midnight to midnight, holidays included."""
        return not self.closed_on_holidays and all((0, 1440) in windows for windows in self.by_weekday)


#: Open at every moment.
ALWAYS = Calendar("always", tuple(Window(weekday, 0, 1440) for weekday in range(7)), closed_on_holidays=False)
