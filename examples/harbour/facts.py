"""The fact that Harbour Care adds to the standard ones."""

from datetime import date
from typing import Annotated

import attrs

import xtreme_rules as xr


@attrs.frozen(kw_only=True)
class Vessel(xr.Fact):
    """A berth-holder's vessel and where it lies; lengths in centimetres, distances in nautical miles.

    Attributes:
        id: the registration of the vessel.
        kind: one of the rulebook's kinds of vessel.
        propulsion: one of the rulebook's propulsions.
        waters: the waters in which it lies now.
        distance_nm: how far it lies from the harbour mouth.
        length_cm: the length of the hull.
        bowsprit_cm: what sticks out before the hull; 0 without a bowsprit.
        can_proceed: whether it gets home under its own power or sail.
        inhabited: whether somebody lives on board.
        insured_until: the first day on which it is no longer insured.
        ashore_on: the day on which it is to be hauled out.
    """

    id: str
    kind: Annotated[str | None, xr.Declared("vessel-kind")] = None
    propulsion: Annotated[str | None, xr.Declared("propulsion")] = None
    waters: Annotated[str | None, xr.Declared("waters")] = None
    distance_nm: int | None = None
    length_cm: int | None = None
    bowsprit_cm: int | None = None
    can_proceed: bool | None = None
    inhabited: bool | None = None
    insured_until: date | None = None
    ashore_on: date | None = None


FACTS = {"vessel": Vessel}
