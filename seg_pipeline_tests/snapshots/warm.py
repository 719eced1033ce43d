"""Importing this publishes once, to a folder that is thrown away: a process forked from here has all in memory."""

import tempfile

from seg_pipeline_tests.snapshots.publishers import Job, do

with tempfile.TemporaryDirectory() as folder:
    do(Job(folder, 1))
