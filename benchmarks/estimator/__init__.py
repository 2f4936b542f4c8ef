"""The estimator measured: beside other tools, and as a command."""
