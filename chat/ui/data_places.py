"""Where the database and the cookie's secret are, given the project's folder; nothing is opened."""

from pathlib import Path

SQLITE = "sqlite:///"


def absolute_url(database_url: str, root: Path) -> str:
    """A relative SQLite path is meant from the project's folder, wherever the app is started."""
    path = database_url.removeprefix(SQLITE)
    if path == database_url or not path or path.startswith(("/", ":", "file:")):
        return database_url
    return f"{SQLITE}{root / path}"


def secret_path(database_url: str, root: Path) -> Path:
    """Beside the database where that is a file, else in the data folder, which git ignores."""
    url = absolute_url(database_url, root)
    path = url.removeprefix(SQLITE)
    is_file = path not in {url, ""} and not path.startswith((":", "file:"))
    folder = Path(path).parent if is_file else root
    return (root / "data" if folder == root else folder) / "cookie.secret"
