"""The research tables in the form of the catalog: one module for each table, one function for each line."""
