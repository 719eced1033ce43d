"""National offices, one file each."""
