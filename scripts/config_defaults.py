"""Write ``catalog/importing/defaults.json``: what config.json leaves out because it is a family's default.

transformers writes only what differs from a class's defaults into the nested part of a config.json, so that a file
may lack a model's own number of heads. Run it when transformers is raised: python scripts/config_defaults.py
"""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from pathlib import Path
from typing import Any

import transformers
from transformers.models.auto import modeling_auto
from transformers.models.auto.configuration_auto import CONFIG_MAPPING

TARGET = Path(__file__).parents[1] / "catalog" / "importing" / "defaults.json"
SIZES = re.compile(
    r"size|dense|layer|head|rank|expert|window|pattern|interval|position|bias|tie_|conv|mamba|state|n_ctx|n_embd|n_inner|nextn|_dim|qk_norm|multi_query|decoder_arch"
)
OTHER = re.compile(
    r"token|dropout|init|_eps|epsilon|loss|coef|scal|theta|_act|layerdrop|output_|chunk_size|dtype|chunk_length"
)
PARTS = ("text_config", "llm_config", "language_config", "thinker_config")


def main(target: Path) -> None:
    """Every family that generates text, alone or beside images and sound."""
    names = {
        *modeling_auto.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES,
        *modeling_auto.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES,
    }
    names |= {part for name in names if (part := text_part(CONFIG_MAPPING[name]))}
    families = {name: family(CONFIG_MAPPING[name]) for name in sorted(names) if name in CONFIG_MAPPING}
    document = {"source": f"transformers {transformers.__version__}", "families": families}
    lines = json.dumps(document, sort_keys=True, separators=(",", ":")).replace('},"', '},\n"')
    target.write_text(lines + "\n", encoding="utf-8")


def family(config: Any) -> dict[str, Any]:
    """Defaults that decide sizes, other names of fields, and the family of the text part."""
    found = {name: value for name, value in defaults(config).items() if wanted(name, value)}
    renamed = {other: name for name, other in config.attribute_map.items() if SIZES.search(name)}
    return {"defaults": found, "renamed": renamed, "text": text_part(config)}


def defaults(config: Any) -> dict[str, Any]:
    """Of every field; None is left to the rule of the family."""
    return {one.name: one.default for one in dataclasses.fields(config) if one.default is not dataclasses.MISSING}


def wanted(name: str, value: Any) -> bool:
    """Whether it is a number or a switch that decides a size."""
    return isinstance(value, int) and bool(SIZES.search(name)) and not OTHER.search(name)


def text_part(config: Any) -> str | None:
    """``model_type`` of the nested configuration of the language model."""
    for name in PARTS:
        part = config.sub_configs.get(name)
        if part is not None and getattr(part, "model_type", ""):
            return str(part.model_type)
    return None


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET)
