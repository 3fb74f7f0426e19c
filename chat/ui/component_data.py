"""What components are told, past Streamlit's search for data frames in it."""

from collections.abc import Mapping


def as_it_is(data: Mapping[str, object]) -> tuple[Mapping[str, object]]:
    """The data in a list of one, out of which the component's script takes it.

    In a mapping Streamlit looks at every list and mapping whether it is a data frame, and imports
    pandas for that: a third of a second of the first page.
    """
    return (data,)
