"""Did it help? The comparison of two arms on the same items, recomputed from what each of them answered."""

from advisor.compare.comparing import compare
from advisor.compare.exit_codes import exit_code
from advisor.compare.pairing import pairs

__all__ = ["compare", "exit_code", "pairs"]
