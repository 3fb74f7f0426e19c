"""Measurements in a real browser: `python -m bench NAME` prints a table and writes JSON.

Nothing here is needed to run the app, and no timed figure is asserted in the tests.
"""
