"""The harness with its work replaced by a recording of it: called like ``python -m harness train SPEC.json --quiet``.

The recording is that of the same kind of run in tests/recordings; journal, lock and endings are the real ones.
"""

from __future__ import annotations

import sys
from pathlib import Path

from harness.protocol import read_spec
from harness.replay import replay

RECORDINGS = Path(__file__).parents[1] / "recordings"

if __name__ == "__main__":
    kind, spec = sys.argv[1], read_spec(Path(sys.argv[2]))
    sys.exit(replay(RECORDINGS / kind, Path(spec.run_dir), speed=0))
