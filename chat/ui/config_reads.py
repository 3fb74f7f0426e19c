"""Streamlit's settings, read without its lock.

`streamlit.config.get_option` takes one lock of the whole process, also to read, and every message
to a browser reads a setting. A thread that loses the interpreter while it holds the lock makes all
others queue up behind it, and they go on one by one from then on: of 100 threads that streamed
answers 82 stood there, and the words came seconds late. Streamlit itself reads the settings without
the lock where they have been loaded (`get_config_options`); here everybody does. Whoever reads in
the moment in which a changed `config.toml` is loaded anew may see a default once.
"""

from typing import Any

from streamlit import config

_GET = "get_option"


def read_without_lock() -> None:
    """Has Streamlit read its settings so from now on."""
    setattr(config, _GET, read_option)


def read_option(key: str) -> Any:
    """A setting's present value, by its name such as `server.port`.

    Raises:
        RuntimeError: there is none of that name.
    """
    option = config.get_config_options().get(key)
    if option is None:
        raise RuntimeError(f'Config key "{key}" not defined.')
    return option.value
