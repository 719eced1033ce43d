"""The eleven cities, one small file each, and the format in which they deliver."""
