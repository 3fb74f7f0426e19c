"""The embedded model: its weights, the child process that runs it, and who looks after both.

No Streamlit and no SDK here; an answer is had over HTTP from the endpoint this room names.
"""
