"""What can go wrong with a ledger."""

from xtreme_rules.errors import UnknownNameError, XtremeRulesError


class LedgerError(XtremeRulesError):
    """The ledger cannot do what was asked; nothing was booked, cancelled or recorded."""


class LedgerUnavailableError(LedgerError):
    """The database cannot be reached, is full, or was busy for too long; the same call may be made again.

    Whether the call was carried out is not known if the database went away just then; made again, with the same id of
    the request, it books nothing twice.
    """


class UnknownEntryError(LedgerError, UnknownNameError):
    """The ledger has no booking of that id, or no record of that number."""


class ReplayError(LedgerError):
    """A recorded decision cannot be given again: by another rulebook, or with another answer."""


class ConflictError(LedgerError):
    """What was written does not go with what another wrote meanwhile, and was undone; bookings are decided again."""
