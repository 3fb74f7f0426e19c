"""What the measurements ran on, in one line."""

import os
import platform
import subprocess
from importlib.metadata import version

from bench.browser import find_browser


def describe_machine() -> str:
    """Cores, system, Python, Streamlit, browser, and how busy it is with other things."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    browser = subprocess.run(  # noqa: S603 - the browser that was found, asked for its version
        [find_browser(), "--version"], capture_output=True, text=True, check=False
    )
    parts = (
        f"{cores} cores",
        f"{platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}",
        f"Streamlit {version('streamlit')}",
        " ".join(browser.stdout.split()[:2]) or "a browser of unknown version",
        *([f"load {os.getloadavg()[0]:.1f} at the start"] if hasattr(os, "getloadavg") else []),
    )
    return ", ".join(parts)
