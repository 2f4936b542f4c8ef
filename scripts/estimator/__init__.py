"""Fitting and scoring the estimator on published measurements."""
