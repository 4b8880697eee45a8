"""Coverage: the weekly hours in which a promise holds, on the wall clock of a contract's time zone."""
