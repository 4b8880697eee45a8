"""What importing and loading cost: processor time of a statement in a fresh process, with byte code cached."""

import os
import subprocess
import sys

SCRIPT = "from time import process_time_ns as now\n{before}\nstart = now()\n{statement}\nprint(now() - start)"


def milliseconds(statement: str, before: str, byte_code: str) -> float:
    """The processor time of one statement in a process of its own, after another that is not counted.

    Byte code is kept in the folder ``byte_code``, for all modules alike and whatever the environment says of it; the
    first process of a kind fills it.
    """
    script = SCRIPT.format(before=before, statement=statement)
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    environment = {**kept, "PYTHONPYCACHEPREFIX": byte_code}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return int(done.stdout) / 1e6
