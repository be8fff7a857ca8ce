"""The report of a run on own folders: one HTML file with all its pictures inside."""
