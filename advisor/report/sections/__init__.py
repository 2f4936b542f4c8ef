"""The parts of a report, one file each: facts in, a section out."""
