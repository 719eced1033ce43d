"""Where snapshots stand: a folder, or a bucket. Names and bytes, and nothing of what they mean."""
