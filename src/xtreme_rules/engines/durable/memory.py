"""A working memory: what one session knows, kept as facts in a ruleset, and the truths that follow from them."""

import os
import weakref
from collections.abc import Hashable, Sequence
from threading import Lock

from xtreme_rules.engines.durable.host import Host, HostError
from xtreme_rules.engines.durable.numbers import is_plain_text, number_of
from xtreme_rules.engines.durable.patterns import ALWAYS_EQUAL
from xtreme_rules.engines.durable.program import Program
from xtreme_rules.engines.durable.quota import COUNTED_BY, NUMBER, asked, booked
from xtreme_rules.engines.protocol import Truths
from xtreme_rules.language.truth import Facts
from xtreme_rules.rulebook.model import Condition, RuleSet

#: After so many texts a memory begins anew, so that the numbers that stand for them do not pile up.
MOST_TOKENS = 10_000


#: The truth that a rule stands for, by the sign in its name.
_TRUTHS = {"+": True, "-": False, "?": None}


class Memories:
    """Opens the working memories of groups of conditions; they share rulesets, as many as it takes."""

    def __init__(self, rules: RuleSet, groups: Sequence[Sequence[Condition]]) -> None:
        self.program = Program(rules, groups)
        self._renew([Host(self.program.definition)])

    def _renew(self, hosts: list[Host]) -> None:
        self._hosts = hosts
        self._lock = Lock()
        self._process = os.getpid()

    def open(self) -> "WorkingMemory":
        """A memory in which nothing is known."""
        return WorkingMemory(self)

    def session(self) -> tuple[Host, str]:
        """A new session, in a host that has room."""
        if self._process != os.getpid():  # forked, perhaps while another thread held the lock
            self._renew([])
        with self._lock:
            self._hosts = [host for host in self._hosts if host.usable]
            host = next((host for host in self._hosts if host.has_room), None)
            if host is None:
                host = Host(self.program.definition)
                self._hosts.append(host)
            return host, host.open()


class WorkingMemory:
    """The facts of one session. It takes the whole situation each time, and tells the rules what is new in it.

    One caller at a time. Whatever is done by half is thrown away: if the native engine fails, or something interrupts
    it, everything is told to a new session.
    """

    def __init__(self, memories: Memories) -> None:
        self._memories = memories
        self._program = memories.program
        self._begin()

    def _begin(self) -> None:
        self._host, self._session = self._memories.session()
        self.close = weakref.finalize(self, self._host.close, self._session)
        self._half_done = False
        self._facts: Facts = {}
        self._told: dict[str, str] = {}
        self._tokens: dict[Hashable, int] = {}
        self._tokens.update(self._program.texts)
        self._answers: dict[int, bool | None] = {}

    def __enter__(self) -> "WorkingMemory":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def truths(self, group: int, facts: Facts) -> Truths:
        """The truths of a group of conditions over facts that fit the schema.

        Raises:
            EngineError: the native engine failed twice.
        """
        try:
            return self._asked(group, facts)
        except HostError:
            return self._asked(group, facts)

    def _asked(self, group: int, facts: Facts) -> Truths:
        if self._half_done or not self.close.alive or not self._host.usable or len(self._tokens) > MOST_TOKENS:
            self.close()
            self._begin()
        self._half_done = True
        self._take_in(facts)
        met = unmet = 0
        for index, number in enumerate(self._program.questions[group]):
            if number not in self._answers:
                self._answers[number] = self._ask(number)
            met |= (self._answers[number] is True) << index
            unmet |= (self._answers[number] is False) << index
        self._half_done = False
        return met, unmet

    def _ask(self, number: int) -> bool | None:
        answer = self._host.ask(self._session, f"q{number}")
        sign = answer.removeprefix(str(number))[:1]
        if sign not in _TRUTHS:
            raise HostError(f"the question q{number} was answered by the rule {answer}")
        return _TRUTHS[sign]

    def _take_in(self, facts: Facts) -> None:
        """Tell the rules what is not as before, and forget the answers that rest on it."""
        before, self._facts = self._facts, facts
        changed = [name for name in self._program.dependents if facts.get(name) is not before.get(name)]
        inputs = dict.fromkeys(name for fact in changed for name in self._program.dependents[fact])
        news = {name: self._values(name, facts) for name in inputs}
        if self._program.inputs.quotas and not COUNTED_BY.isdisjoint(changed):
            news |= self._bookings(facts)
        told = (name for name, values in news.items() if self._tell(name, values))
        altered = {NUMBER if name.startswith(NUMBER) else name for name in told}
        for number, rests_on in enumerate(self._program.rest_on):
            if not rests_on.isdisjoint(altered):
                self._answers.pop(number, None)

    def _tell(self, name: str, values: str | None) -> bool:
        """Put a fact in the place of the one of the same name; whether it is another one."""
        told = self._told.get(name)
        if told == values:
            return False
        if told is not None:
            self._host.retract_fact(self._session, name, told)
            del self._told[name]
        if values is not None:
            self._host.assert_fact(self._session, name, values)
            self._told[name] = values
        return True

    def _values(self, name: str, facts: Facts) -> str | None:
        """The fact of an input, ``None`` while it is not known."""
        inputs, meaning = self._program.inputs, self._program.meaning
        if name in inputs.quotas:
            values = asked(inputs.quotas[name], name, meaning, facts, self._token)
        else:
            node = inputs.values[name]
            value = meaning.value(node, facts)
            if value is None:
                return None
            values = {name: self._token(value) if is_plain_text(node.type) else number_of(value, node.type, meaning)}
        return None if values is None else _written({**values, ALWAYS_EQUAL: 1})

    def _bookings(self, facts: Facts) -> dict[str, str | None]:
        """The facts of bookings, and nothing in the place of those that are no more."""
        found = booked(self._program.meaning, facts, self._token)
        gone = {name: None for name in self._told if name.startswith(NUMBER)}
        return {**gone, **{f"{NUMBER}{number}": _written(values) for number, values in enumerate(found)}}

    def _token(self, text: Hashable) -> int:
        """A number that stands for a text: equal exactly if the texts are."""
        return self._tokens.setdefault(text, 1 + len(self._tokens))


def _written(values: dict[str, int]) -> str:
    return ",".join(f'"{name}":{value}' for name, value in values.items())
