"""The browser's Back and Forward; what the URL names at first is `session`'s affair."""

from streamlit.runtime.scriptrunner import get_script_run_ctx


def is_history_navigation() -> bool:
    """Whether Back or Forward made this run: no widget and no report of the page did."""
    run = get_script_run_ctx()
    return run is not None and run.is_history_navigation
