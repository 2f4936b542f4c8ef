"""The heavy side: prepares, trains and evaluates in processes of their own, and says what happens as it does."""
