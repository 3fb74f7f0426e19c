"""The pages, run by Streamlit's AppTest on real services: SQLite on disk, simulator on a socket."""
