"""Jobs on the queue and the processes that run them. See README.md in this folder."""
