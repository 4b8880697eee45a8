"""One durable_rules ruleset, made and closed properly, one caller at a time.

Only its native module is used: durable_rules' own host starts threads that never end, swallows what actions raise,
and relies on parts of Python that are going away. A rule needs no action here: its name is the answer.
"""

import json
import os
import weakref
from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import TypeVar

try:
    import durable_rules_engine as native
except ImportError as error:
    hint = "run: pip install 'xtreme-rules[durable]' (CPython 3.11 or 3.12, with a C compiler)"
    raise ImportError(f"the engine `durable` needs durable_rules; {hint}") from error

from xtreme_rules.engines.durable.limits import MOST_SESSIONS
from xtreme_rules.engines.durable.program import TOUCH
from xtreme_rules.errors import EngineError

T = TypeVar("T")

_HANDLED, _NOT_HANDLED = 0, 1


class HostError(EngineError):
    """The native engine failed, or answered what cannot be; the host is not used any more."""

    def __init__(self, what: object) -> None:
        super().__init__(f"the engine `durable` failed: {what}; use the engine `compiled`")


class Host:
    """A ruleset and its sessions. One caller at a time; after a failure, or what interrupts one, it is given up."""

    def __init__(self, definition: str) -> None:
        try:
            self._handle: int = native.create_ruleset("rules", definition)
        except native.error as error:
            raise HostError(error) from error
        self._finalizer = weakref.finalize(self, native.delete_ruleset, self._handle)
        self._lock = Lock()
        self._process = os.getpid()
        self._failed = False
        #: Names are used again: the native module tells them apart by a hash of 32 bits, and these few are different.
        self._names = [f"s{number}" for number in range(MOST_SESSIONS)]
        self._closed: deque[str] = deque()

    @property
    def usable(self) -> bool:
        """Whether it has not failed, and was made in this process: a fork has half of it."""
        return not self._failed and self._process == os.getpid()

    @property
    def has_room(self) -> bool:
        """Whether one more session fits in."""
        return bool(self._names or self._closed)

    def open(self) -> str:
        """Begin a session; its name."""
        return self._alone(self._open)

    def close(self, session: str) -> None:
        """Forget a session and its facts: now, or if somebody is busy here, who may be us, before the next call."""
        self._closed.append(session)
        if self.usable and self._lock.acquire(blocking=False):
            try:
                self._forget()
            except native.error:
                self._failed = True
            finally:
                self._lock.release()

    def assert_fact(self, session: str, name: str, values: str) -> None:
        """Assert a fact under a name."""
        status, _ = self._alone(native.assert_fact, self._handle, _message(session, name, values))
        if status not in (_HANDLED, _NOT_HANDLED):
            raise HostError(f"the fact {name} was taken for another one")

    def retract_fact(self, session: str, name: str, values: str) -> None:
        """Retract a fact; one that no rule could use, and that was not kept, may be retracted too."""
        self._alone(native.retract_fact, self._handle, _message(session, name, values))

    def ask(self, session: str, question: str) -> str:
        """The name of the rule that answers a question."""
        return self._alone(self._ask, session, question)

    def _alone(self, call: Callable[..., T], *arguments: object) -> T:
        """What a call gives that nobody else disturbs.

        Raises:
            HostError: the native engine failed, now or before.
        """
        with self._lock:
            if not self.usable:
                raise HostError("its ruleset was given up")
            try:
                self._forget()
                return call(*arguments)
            except native.error as error:
                self._failed = True
                raise HostError(error) from error
            except BaseException:
                self._failed = True
                raise

    def _forget(self) -> None:
        while self._closed:
            native.delete_state(self._handle, self._closed[0])
            self._names.append(self._closed.popleft())

    def _open(self) -> str:
        session = self._names.pop()
        self._ask(session, TOUCH)
        return session

    def _ask(self, session: str, question: str) -> str:
        status, state = native.assert_event(self._handle, _message(session, question, f'"{question}":1'))
        started = native.start_action_for_state(self._handle, state) if status == _HANDLED else None
        if started is None:
            raise HostError(f"the question {question} has no answer")
        (answer,) = json.loads(started[1])
        if native.complete_and_start_action(self._handle, state) is not None:
            raise HostError(f"the question {question} has two answers")
        return str(answer)


def _message(session: str, name: str, values: str) -> str:
    return f'{{"sid":"{session}","id":"{name}",{values}}}'
