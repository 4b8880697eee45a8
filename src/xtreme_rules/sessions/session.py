"""A session: what is known of one situation so far, and the decisions that follow from it."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from threading import RLock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from xtreme_rules.decisions.decision import Decision
from xtreme_rules.errors import SessionError, unknown_name
from xtreme_rules.sessions.deciding import Deciding, State, differing
from xtreme_rules.sessions.knowledge import Facts, added, replaced, without

if TYPE_CHECKING:
    from xtreme_rules.api import Rulebook

Callback = Callable[[Decision, Decision], object]
#: A decision before and after a change, and the callbacks that are to hear of it.
News = tuple[Decision, Decision, tuple[Callback, ...]]

_log = logging.getLogger("xtreme_rules.sessions")


class Session:
    """What is known of one situation, fact by fact, and the decisions on it.

    Facts go by the names that ``Rulebook.decide`` has for them. A change takes effect whole or, if it is refused, not
    at all; then only the options that read what changed are decided again. Threads may share a session: changes happen
    one after another, and nobody sees half of one. It is a context manager, which closes it.
    """

    def __init__(self, deciding: Deciding) -> None:
        self._lock = RLock()
        self._open = True
        self._changing = False
        self._callbacks: tuple[Callback, ...] = ()
        self._news: deque[News] = deque()
        self._telling = False
        self._state = deciding.opened({})

    def assert_fact(self, /, **facts: Any) -> None:
        """Add facts by name; of a list such as ``bookings``, one item or several, or none to say that it is empty.

        What is asserted again as it is known already changes nothing.

        Raises:
            FactError: a fact does not exist, is of the wrong class or holds a value that the rulebook does not declare,
                or is known with other content; of items, one with the same id.
            SessionError: the session is closed.
        """
        self._change(added, facts, facts)

    def update(self, /, **facts: Any) -> None:
        """Put facts in the place of those that are known by the same name; of items, by the same id.

        Raises:
            FactError: as ``assert_fact``; or there is nothing in whose place they could come.
            SessionError: the session is closed.
        """
        self._change(replaced, facts, facts)

    def retract(self, name: str, /, *items: object) -> None:
        """Forget a fact, which then is not known; or of a list some items, by their ids, and the others stay.

        Items of a class that has no id are given by equal ones.

        Raises:
            FactError: one of them was never asserted.
            SessionError: the session is closed.
        """
        self._change(without, (name,), name, items)

    def reload(self, rulebook: "Rulebook") -> None:
        """Go on with another version of the rulebook, on the engine as before: every option is decided again.

        What is known stays known. Callbacks hear of the options that both versions have.

        Raises:
            FactError: the other rulebook does not take the facts that are known; the session stays as it was.
            RulebookError: the other rulebook is beyond what the engine can do; likewise.
            SessionError: the session is closed.
        """
        with self._lock:
            before = self._begin()
            try:
                deciding = rulebook._deciding(before.deciding.engine)
                self._state = after = deciding.opened(deciding.rules.schema.checked(before.facts))
            finally:
                self._changing = False
            before.memory.close()
            old = before.deciding.numbers
            self._note(before, after, [(old[name], new) for name, new in deciding.numbers.items() if name in old])
        self._tell()

    def _change(self, change: Callable[..., Facts], names: Iterable[str], *given: object) -> None:
        """Change the facts of some names, and decide again what reads something in them that is not as it was."""
        with self._lock:
            before = self._begin()
            try:
                deciding, verdicts = before.deciding, list(before.verdicts)
                facts = change(deciding.rules.schema, before.facts, *given)
                concerned = deciding.concerned(names, before.facts, facts)
                for number in concerned:
                    verdicts[number] = deciding.verdict(number, before.memory, facts)
                self._state = after = State(deciding, before.memory, facts, verdicts)
            finally:
                self._changing = False
            if self._callbacks:
                self._note(before, after, [(number, number) for number in concerned])
        if self._news:
            self._tell()

    def _begin(self) -> State:
        """The state before a change, of which there is one at a time.

        Raises:
            SessionError: the session is closed, or this thread is in the midst of a change.
        """
        state = self._checked()
        if self._changing:
            raise SessionError("the session is in the midst of a change; change it when that is done")
        self._changing = True
        return state

    def _note(self, before: State, after: State, numbers: Iterable[tuple[int, int]]) -> None:
        """Keep what is new in options that were decided again, for the callbacks that there are now."""
        self._news += ((*pair, self._callbacks) for pair in differing(before, after, numbers))

    def _checked(self) -> State:
        if not self._open:
            raise SessionError("the session is closed; open another one with `rulebook.session()`")
        return self._state

    def decision(self, option: str) -> Decision:
        """The decision on an option over what is known now.

        Raises:
            UnknownNameError: there is no such option.
            SessionError: the session is closed.
        """
        state = self._checked()
        try:
            number = state.deciding.numbers[option]
        except (KeyError, TypeError):
            raise unknown_name("option", option, state.deciding.numbers) from None
        return state.decision(number)

    def decisions(self) -> dict[str, Decision]:
        """The decisions on all options, by id, in the order of the rulebook; all over the same facts.

        Raises:
            SessionError: the session is closed.
        """
        state = self._checked()
        return {name: state.decision(number) for name, number in state.deciding.numbers.items()}

    @property
    def facts(self) -> Mapping[str, Any]:
        """What is known now, by name."""
        return MappingProxyType(self._state.facts)

    def on_change(self, callback: Callback) -> Callback:
        """Call ``callback(before, after)`` for each option that is decided otherwise from now on; also a decorator.

        That is another outcome, other conditions that are met, unmet or unknown, or other facts that are missing.
        Callbacks run after the change, one at a time and in the order of the changes, without a lock: they may use the
        session. One that raises is logged to ``xtreme_rules.sessions``; the change stands, and the others are called.

        Raises:
            SessionError: the session is closed.
        """
        with self._lock:
            self._checked()
            self._callbacks += (callback,)
        return callback

    def _tell(self) -> None:
        """Tell the callbacks what is new, unless somebody is doing so, who then tells this too."""
        with self._lock:
            if self._telling:
                return
            self._telling = True
        while (news := self._next()) is not None:
            before, after, callbacks = news
            for number, callback in enumerate(callbacks):
                try:
                    _call(callback, before, after)
                except BaseException:  # somebody interrupts the program: the others are told after the next change
                    self._news.appendleft((before, after, callbacks[number + 1 :]))
                    self._telling = False
                    raise

    def _next(self) -> News | None:
        """What is to be told next; if nothing is, nobody is telling from now on."""
        with self._lock:
            self._telling = bool(self._news)
            return self._news.popleft() if self._telling else None

    def close(self) -> None:
        """Let go of what an engine keeps for the session; to close it again does nothing."""
        with self._lock:
            self._open = False
            self._state.memory.close()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        state = self._state
        known = ", ".join(state.facts) or "nothing"
        return f"<Session of {state.deciding.rules.name}: {known} known{'' if self._open else ', closed'}>"


def _call(callback: Callback, before: Decision, after: Decision) -> None:
    try:
        callback(before, after)
    except Exception:
        name = getattr(callback, "__qualname__", repr(callback))
        outcomes = before.outcome.value, after.outcome.value
        _log.exception("the callback `%s` raised when `%s` changed from %s to %s", name, after.option, *outcomes)
