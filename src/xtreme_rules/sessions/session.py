"""A session: what is known of one situation so far, and the decisions that follow from it."""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from threading import Lock, RLock, Thread, current_thread
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

import attrs

from xtreme_rules.decisions.decision import Decision
from xtreme_rules.errors import SessionError, clipped, unknown_name
from xtreme_rules.sessions.deciding import Deciding, State, differing
from xtreme_rules.sessions.knowledge import Facts, added, replaced, without

if TYPE_CHECKING:
    from xtreme_rules.api import Rulebook

Callback = Callable[[Decision, Decision], object]
#: A decision before and after a change, and the callbacks that are still to hear of it.
News = tuple[Decision, Decision, deque[Callback]]

_CLOSED = "the session is closed; open another one with `rulebook.session()`"
_log = logging.getLogger("xtreme_rules.sessions")


@attrs.frozen(eq=False)
class _Teller:
    """Who tells the callbacks what is new."""

    thread: Thread


class Session:
    """What is known of one situation, fact by fact, and the decisions on it.

    Facts go by the names that ``Rulebook.decide`` has for them. A change takes effect whole or, if it is refused, not
    at all; then only the options that read what changed are decided again. Threads may share a session: changes happen
    one after another, and nobody sees half of one. It is a context manager, which closes it.
    """

    def __init__(self, deciding: Deciding) -> None:
        self._lock = RLock()
        #: Held during a change, of which there is one at a time: a thread may be interrupted in it, and begin another.
        self._changing = Lock()
        self._open = True
        self._callbacks: tuple[Callback, ...] = ()
        self._news: deque[News] = deque()
        self._teller: _Teller | None = None
        self._state = deciding.opened({})

    def assert_fact(self, /, **facts: Any) -> None:
        """Add facts by name; of a list such as ``bookings``, one item or several, or none to say that it is empty.

        What is asserted again as it is known already changes nothing.

        Raises:
            FactError: a fact does not exist, is of the wrong class or holds a value that the rulebook does not declare,
                or is known with other content; of items, one with the same id.
            SessionError: the session is closed, or in the midst of a change that this one interrupts.
            EngineError: the engine ``durable`` failed, twice; what is known stays as it was.
        """
        self._change(added, facts, facts)

    def update(self, /, **facts: Any) -> None:
        """Put facts in the place of those that are known by the same name; of items, by the same id.

        Raises:
            FactError: as ``assert_fact``; or there is nothing in whose place they could come.
            SessionError, EngineError: as ``assert_fact``.
        """
        self._change(replaced, facts, facts)

    def retract(self, name: str, /, *items: object) -> None:
        """Forget a fact, which then is not known; or of a list some items, by their ids, and the others stay.

        Items of a class that has no id are given by equal ones.

        Raises:
            FactError: one of them is not known.
            SessionError, EngineError: as ``assert_fact``.
        """
        self._change(without, (name,), name, items)

    def reload(self, rulebook: "Rulebook") -> None:
        """Go on with another version of the rulebook, on the engine as before: every option is decided again.

        What is known stays known. Callbacks hear of the options that both versions have.

        Raises:
            FactError: the other rulebook does not take the facts that are known; the session stays as it was.
            RulebookError: the other rulebook is beyond what the engine can do; likewise.
            SessionError: it is no rulebook, or one of another name; or as ``assert_fact``.
            EngineError: as ``assert_fact``.
        """
        with self._lock:
            self._check_unchanging()
            try:
                with self._changing:
                    before = self._state
                    self._check_version(rulebook)
                    deciding = rulebook._deciding(before.deciding.engine)
                    self._state = after = deciding.opened(deciding.rules.schema.checked(before.facts))
                    before.memory.close()
                    old = before.deciding.numbers
                    both = [(old[name], new) for name, new in deciding.numbers.items() if name in old]
                    self._note(before, after, both)
            finally:
                if not self._open:
                    self._let_go()
        self._tell()

    def _change(self, change: Callable[..., Facts], names: Iterable[str], *given: object) -> None:
        """Change the facts of some names, and decide again what reads something in them that is not as it was."""
        with self._lock:
            self._check_unchanging()
            try:
                with self._changing:
                    before = self._state
                    deciding, verdicts = before.deciding, list(before.verdicts)
                    facts = change(deciding.rules.schema, before.facts, *given)
                    concerned = deciding.concerned(names, before.facts, facts)
                    for number in concerned:
                        verdicts[number] = deciding.verdict(number, before.memory, facts)
                    self._state = after = State(deciding, before.memory, facts, verdicts)
                    if self._callbacks:
                        self._note(before, after, [(number, number) for number in concerned])
            finally:
                if not self._open:
                    self._let_go()
        if self._news:
            self._tell()

    def _check_unchanging(self) -> None:
        """Raise SessionError if the session is closed, or this thread is in the midst of a change."""
        if not self._open:
            raise SessionError(_CLOSED)
        if self._changing.locked():
            raise SessionError("the session is in the midst of a change; change it when that is done")

    def _let_go(self) -> None:
        """Let go of what an engine keeps for the session, unless a change uses it, which does so in the end."""
        if not self._changing.locked():
            self._state.memory.close()

    def _check_version(self, rulebook: "Rulebook") -> None:
        name = self._state.deciding.rules.name
        if not hasattr(rulebook, "_deciding"):
            raise SessionError(f"expected a rulebook, got `{clipped(repr(rulebook), 60)}`; `load` gives one")
        if rulebook.rules.name != name:
            raise SessionError(f"`{rulebook.rules.name}` is no version of `{name}`; open a session of its own")

    def _note(self, before: State, after: State, numbers: Iterable[tuple[int, int]]) -> None:
        """Keep what is new in options that were decided again, for the callbacks that there are now."""
        self._news += ((*pair, deque(self._callbacks)) for pair in differing(before, after, numbers))

    def _checked(self) -> State:
        if not self._open:
            raise SessionError(_CLOSED)
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
            SessionError: the session is closed; or it is no function, or one of coroutines, never run.
        """
        made_later = iscoroutinefunction(callback) or isgeneratorfunction(callback) or isasyncgenfunction(callback)
        if made_later or not callable(callback):
            what = f"got `{clipped(repr(callback), 60)}`; a coroutine can be scheduled from one"
            raise SessionError(f"expected a plain function of two decisions, {what}")
        with self._lock:
            self._checked()
            self._callbacks += (callback,)
        return callback

    def _tell(self) -> None:
        """Tell the callbacks what is new, unless somebody is doing so, who then tells this too.

        If something interrupts the program, the callbacks that have not heard of it are told after the next change.
        """
        teller = _Teller(current_thread())
        try:
            while (news := self._next(teller)) is not None:
                before, after, callbacks = news
                while callbacks:
                    _call(callbacks.popleft(), before, after)
        finally:
            if self._teller is teller:
                self._teller = None

    def _next(self, teller: _Teller) -> News | None:
        """What is to be told next, if nobody else is telling; a thread that a fork left behind is nobody."""
        with self._lock:
            if self._teller not in (None, teller) and self._teller.thread.is_alive():
                return None
            while self._news and not self._news[0][2]:
                self._news.popleft()
            self._teller = teller if self._news else None
            return self._news[0] if self._news else None

    def close(self) -> None:
        """Let go of what an engine keeps for the session; to close it again does nothing.

        A change that this interrupts is done first.
        """
        with self._lock:
            self._open = False
            self._let_go()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a session is not copied or sent; open another one with `rulebook.session()`, with its `facts`")

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
