"""An adapter folded into its base model's weights, as a folder of its own.

On a CPU, vLLM's LoRA path is 2.4 times slower than plain weights, so the tuned arm gets merged ones. The sum is taken
in 32 bits and rounded once, to the type that the engine computes in.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Literal, NamedTuple

from harness import chain
from harness.adapter import check_adapter
from harness.fingerprint import file_hashes

MARKER = "manifest.json"
DType = Literal["bfloat16", "float16", "float32"]


class Ingredients(NamedTuple):
    """What a merged folder is made of; the hashes stand in its marker."""

    model_dir: Path
    model_sha256: str
    adapter_dir: Path
    adapter_sha256: str
    dtype: DType

    @property
    def hashes(self) -> dict[str, str]:
        """What identifies the result."""
        return {"model": self.model_sha256, "adapter": self.adapter_sha256, "dtype": self.dtype}


def merged_folder(run_dir: Path, ingredients: Ingredients) -> Path:
    """Where a run keeps merged weights while it needs them: named for all that they are made of."""
    return run_dir / f"merged-{chain.digest(ingredients.hashes)[:16]}"


def ensure_merged(folder: Path, ingredients: Ingredients) -> bool:
    """Make the merged folder unless a whole one is there; returns whether it was made. Raises InputError.

    A kill leaves a temporary folder that the next session clears, never half a model under the final name.
    """
    if is_whole(folder, ingredients):
        return False
    check_adapter(ingredients.adapter_dir, ingredients.model_dir)
    temporary = folder.with_name(f".{folder.name}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    temporary.mkdir(parents=True)
    write_merged(temporary, ingredients)
    copy_tokenizer(ingredients.model_dir, temporary)
    write_marker(temporary, ingredients)
    temporary.replace(folder)
    chain.sync_directory(folder.parent)
    return True


def write_merged(folder: Path, ingredients: Ingredients) -> None:
    """Load base and adapter in 32 bits, add them up, save in the engine's type."""
    import torch  # noqa: PLC0415 - seconds to import, and only where an adapter is merged
    from peft import PeftModel  # noqa: PLC0415 - as above
    from transformers import AutoModelForCausalLM  # noqa: PLC0415 - as above

    base = AutoModelForCausalLM.from_pretrained(
        ingredients.model_dir, dtype=torch.float32, local_files_only=True, trust_remote_code=False, use_safetensors=True
    )
    tuned = PeftModel.from_pretrained(base, ingredients.adapter_dir, local_files_only=True)
    merged = tuned.merge_and_unload(safe_merge=True)
    merged.to(getattr(torch, ingredients.dtype)).save_pretrained(folder)


def copy_tokenizer(source: Path, folder: Path) -> None:
    """Tokenizer, template and generation settings, byte for byte: both arms must read the same tokens."""
    for name in file_hashes(source):
        if not (folder / name).exists() and not name.startswith(("model", "pytorch_model")):
            shutil.copyfile(source / name, folder / name)


def write_marker(folder: Path, ingredients: Ingredients) -> None:
    """Put everything on disk, then say what it is."""
    for path in folder.iterdir():
        with path.open("rb") as handle:
            os.fsync(handle.fileno())
    with chain.atomic(folder / MARKER) as temporary:
        temporary.write_bytes(chain.canonical({"made_of": ingredients.hashes, "files": file_hashes(folder)}))


def is_whole(folder: Path, ingredients: Ingredients) -> bool:
    """Whether a folder holds exactly these ingredients, every byte of them."""
    try:
        marker = json.loads((folder / MARKER).read_bytes())
        return bool(marker["made_of"] == ingredients.hashes and marker["files"] == file_hashes(folder))
    except (OSError, ValueError, KeyError, TypeError):
        return False
