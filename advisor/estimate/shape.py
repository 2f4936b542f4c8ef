"""A transformer's dimensions and what they say about the number of parameters."""

from __future__ import annotations

from dataclasses import dataclass

ATTENTION = ("q", "k", "v", "o")
MLP = ("gate", "up", "down")
ALL_LINEAR = ATTENTION + MLP


@dataclass(frozen=True, slots=True)
class Shape:
    """Dimensions of a decoder. Parameters are counts; ``active`` is what one token passes through."""

    params: float
    active: float
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate: int
    vocab: int
    tied: bool
    gated: bool = True
    """Is the feed-forward gated (three matrices) or plain (two)."""

    @property
    def q_dim(self) -> int:
        """Width of all query heads."""
        return self.heads * self.head_dim

    @property
    def kv_dim(self) -> int:
        """Width of all key heads."""
        return self.kv_heads * self.head_dim

    @property
    def embedding_params(self) -> int:
        """Input embedding and output head; one matrix when tied."""
        return self.vocab * self.hidden * (1 if self.tied else 2)

    @property
    def linear_params(self) -> float:
        """Matrices of the layers: what quantisation touches. Norms and biases are left out of account (< 0.1 %)."""
        return max(self.params - self.embedding_params, 0.5 * self.params)

    @property
    def matmul_params(self) -> float:
        """Parameters that a token is multiplied with: active layers and the output head."""
        active_linear = self.linear_params * self.active / self.params
        return active_linear + self.vocab * self.hidden

    def target_sizes(self, target: str) -> tuple[int, int]:
        """Input and output width of a linear module by its short name."""
        sizes = {
            "q": (self.hidden, self.q_dim),
            "k": (self.hidden, self.kv_dim),
            "v": (self.hidden, self.kv_dim),
            "o": (self.q_dim, self.hidden),
            "gate": (self.hidden, self.intermediate),
            "up": (self.hidden, self.intermediate),
            "down": (self.intermediate, self.hidden),
            "head": (self.hidden, self.vocab),
        }
        return sizes[target]

    def layer_targets(self, targets: tuple[str, ...]) -> tuple[str, ...]:
        """Those of the targets that each layer has: a plain feed-forward has no gate, the head is no layer's."""
        return tuple(name for name in targets if name != "head" and (self.gated or name != "gate"))

    @property
    def passed_experts(self) -> float:
        """Feed-forwards of the stated width that a token passes: 1 in a dense model."""
        if self.active >= self.params:
            return 1.0
        one = self.layers * (3.0 if self.gated else 2.0) * self.hidden * self.intermediate
        rest = self.layers * 2.0 * self.hidden * (self.q_dim + self.kv_dim) + self.embedding_params
        return max(1.0, (self.active - rest) / one)

    @property
    def experts(self) -> float:
        """Feed-forwards of the stated width that a layer has: 1 in a dense model."""
        if self.active >= self.params:
            return 1.0
        one = self.layers * (3.0 if self.gated else 2.0) * self.hidden * self.intermediate
        rest = self.layers * 2.0 * self.hidden * (self.q_dim + self.kv_dim) + self.embedding_params
        return max(1.0, (self.params - rest) / one)

    def adapter_params(self, rank: float, targets: tuple[str, ...], *, dora: bool = False) -> float:
        """Parameters of LoRA: rank x (in + out) for every target (Hu et al. 2021, section 4.1).

        Every expert of a mixture has its own. DoRA adds a magnitude per output (Liu et al. 2024).
        """
        per_layer = sum(self._adapted(name) * sum(self.target_sizes(name)) for name in self.layer_targets(targets))
        once = sum(self.target_sizes("head")) if "head" in targets else 0
        magnitudes = sum(self._adapted(name) * self.target_sizes(name)[1] for name in self.layer_targets(targets))
        return rank * (self.layers * per_layer + once) + (self.layers * magnitudes if dora else 0.0)

    def adapter_inputs(self, targets: tuple[str, ...]) -> float:
        """Widths of the adapted modules' inputs in one layer, summed, as far as one token passes them."""
        passed = {name: self.passed_experts if name in MLP else 1.0 for name in ALL_LINEAR}
        return sum(passed[name] * self.target_sizes(name)[0] for name in self.layer_targets(targets))

    def adapter_outputs(self, targets: tuple[str, ...]) -> float:
        """The same of their outputs."""
        passed = {name: self.passed_experts if name in MLP else 1.0 for name in ALL_LINEAR}
        return sum(passed[name] * self.target_sizes(name)[1] for name in self.layer_targets(targets))

    def _adapted(self, target: str) -> float:
        return self.experts if target in MLP else 1.0

    def kv_bytes_per_token(self, bytes_per_value: float = 2.0) -> float:
        """Keys and values of one token in all layers."""
        return 2.0 * self.layers * self.kv_dim * bytes_per_value


def shape_from_size(params: float, active: float | None = None) -> Shape:
    """A typical decoder of that many parameters: where only the size is known.

    Depth grows with the cube root of size through 32 layers at 7e9 (read off published configs of 0.5e9 to 405e9).
    """
    layers = max(4, round(32 * (params / 7e9) ** (0.15 if params < 7e9 else 0.38)))
    hidden = max(64, round((params / (12 * layers)) ** 0.5 / 64) * 64)
    heads = max(1, hidden // 128)
    return Shape(
        params=params,
        active=active or params,
        layers=layers,
        hidden=hidden,
        heads=heads,
        kv_heads=min(8, heads),
        head_dim=128 if hidden >= 128 else 64,
        intermediate=round(2.75 * hidden),
        vocab=min(64000, max(256, round(params / hidden / 4))),
        tied=params < 3e9,
    )
