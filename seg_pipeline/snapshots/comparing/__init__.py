"""What differs between two snapshots, why, and in which words; what every snapshot said of a figure."""
