"""Kills processes while they book: `python victims.py URL COUNT` prints a line of JSON a process.

Each is forked from this one, as starting one afresh takes longer than what it lives for. It writes what it asks for, and
then what it was answered, each as soon as it can; it is killed a moment after it was answered so many times.
"""

import json
import os
import random
import signal
import sys
import time
from itertools import count
from select import select

import attrs
from bookable import NOW, contract, request

import xtreme_rules as xr
import xtreme_rules.ledger.booking
import xtreme_rules.ledger.database  # here, so that the victims need not
from xtreme_rules.ledger.ledger import Ledger

AT_ONCE = 8
MOST_ANSWERS = 3
#: Seconds, about as long as a booking takes among so many.
LONGEST_MOMENT = 0.03


@attrs.define
class Victim:
    """A process, what it said so far, and how it will end: so many seconds after so many answers."""

    process: int
    out: int
    answers: int
    moment: float
    ends: float = float("inf")
    said: bytes = b""

    def listen(self) -> bool:
        """Hear what it says; whether it says more."""
        heard = os.read(self.out, 65_536)
        self.said += heard
        return bool(heard)

    def kill_in_time(self) -> bool:
        """Kill it, if its moment has come."""
        if self.ends == float("inf") and self.said.count(b" ") >= self.answers:
            self.ends = time.monotonic() + self.moment
        if time.monotonic() < self.ends:
            return False
        os.kill(self.process, signal.SIGKILL)
        _, status = os.waitpid(self.process, 0)
        if not os.WIFSIGNALED(status):
            raise SystemExit(f"process {self.process} ended by itself")
        while self.listen():
            pass
        os.close(self.out)
        return True

    def report(self) -> str:
        words = [line.split(" ") for line in self.said.decode().splitlines()]
        asked = [line[0] for line in words if len(line) == 1]
        answered = [line for line in words if len(line) == 2]
        return json.dumps({"asked": asked[-1] if asked else None, "answered": answered})


def book_without_end(url: str, rulebook: xr.Rulebook, number: int, out: int) -> None:
    """Book for one contract after the other."""
    with Ledger(url, rulebook=rulebook) as ledger:
        for index in count():
            name = f"C-{number}-{index}"
            os.write(out, f"{name}\n".encode())
            booking = ledger.book(contract(name), request(), at=NOW).booking
            os.write(out, f"{name} {booking.id if booking else '-'}\n".encode())


def start(url: str, rulebook: xr.Rulebook, number: int) -> tuple[int, int]:
    """Its process, and where it writes to."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        try:
            book_without_end(url, rulebook, number, writing)
        finally:
            os._exit(1)
    os.close(writing)
    return process, reading


def main(url: str, victims: int) -> None:
    """Some at once, until so many are killed."""
    rulebook = xr.load()
    Ledger(url, rulebook=rulebook).close()
    rulebook.decide_all()
    moments = random.Random(4)
    numbers, living = iter(range(victims)), list[Victim]()
    while True:
        for number in numbers if len(living) < AT_ONCE else ():
            process, out = start(url, rulebook, number)
            moment = moments.uniform(0, LONGEST_MOMENT)
            living.append(Victim(process, out, moments.randrange(MOST_ANSWERS), moment))
            if len(living) == AT_ONCE:
                break
        if not living:
            break
        wait = min(victim.ends for victim in living) - time.monotonic()
        heard = select([victim.out for victim in living], [], [], max(0, min(wait, 1)))[0]
        for victim in list(living):
            if victim.out in heard and not victim.listen():
                raise SystemExit(f"process {victim.process} ended by itself")
            if victim.kill_in_time():
                living.remove(victim)
                print(victim.report())


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
