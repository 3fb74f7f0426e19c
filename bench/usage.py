"""What a process has used, from `/proc`; None on systems that have none."""

import os
from pathlib import Path


def cpu_s(pid: int) -> float | None:
    """Processor time of a process, in seconds, its ended children left out."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else None


def threads(pid: int) -> int | None:
    """How many threads a process has now."""
    fields = _stat(pid)
    return int(fields[17]) if fields else None


def memory_bytes(pid: int) -> int | None:
    """What a process has in memory now (resident set)."""
    fields = _stat(pid)
    return int(fields[21]) * os.sysconf("SC_PAGE_SIZE") if fields else None


def most_memory_bytes(pid: int) -> int | None:
    """The most that a process has had in memory since it began."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(ln.split()[1]) * 1024 for ln in lines if ln.startswith("VmHWM")), None)


def context_switches(pid: int) -> int | None:
    """How often the threads of a process have gone to sleep by themselves: its wake-ups."""
    total = 0
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            lines = (task / "status").read_text().splitlines()
            total += sum(int(ln.split()[1]) for ln in lines if ln.startswith("voluntary"))
    except OSError:
        return None
    return total


def _stat(pid: int) -> list[str]:
    """The fields after the name, which may hold spaces: `man 5 proc`, from `state` on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
