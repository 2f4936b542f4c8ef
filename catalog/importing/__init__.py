"""Any model into the catalog, from what its files say of themselves: no weight is loaded and nothing in them is run."""
