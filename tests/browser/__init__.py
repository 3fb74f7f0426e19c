"""The app as its visitors have it: a server process, a real Chromium, a real upstream."""
