"""The plan: quantities by physics, priced by SQL, with a range and a source on every line."""
