"""Mixers that keep a state instead of every token: gated DeltaNet, Kimi delta attention, Mamba 2, short convolution."""

from __future__ import annotations

from dataclasses import dataclass, replace

from catalog.arithmetic.config import Fields
from catalog.arithmetic.tensors import Cache, Tensor, linear, norm


@dataclass(frozen=True, slots=True)
class Delta:
    """Sizes of a gated DeltaNet (arXiv:2412.06464) as Qwen3-Next builds it."""

    hidden: int
    key_heads: int
    value_heads: int
    key_width: int
    value_width: int
    kernel: int

    @property
    def keys(self) -> int:
        """Width of all keys."""
        return self.key_heads * self.key_width

    @property
    def values(self) -> int:
        """Width of all values."""
        return self.value_heads * self.value_width


def _delta(f: Fields) -> Delta:
    return Delta(
        f.whole("hidden_size"),
        f.whole("linear_num_key_heads"),
        f.whole("linear_num_value_heads"),
        f.whole("linear_key_head_dim"),
        f.whole("linear_value_head_dim"),
        f.whole("linear_conv_kernel_dim", default=4),
    )


def delta(f: Fields, *, fused: bool) -> tuple[Tensor, ...]:
    """Gated DeltaNet; ``fused`` as in Qwen3-Next, else the four input matrices of Qwen3.5. Raises UnknownField."""
    of = _delta(f)
    mixed = 2 * of.keys + of.values
    split = (
        ("in_proj_qkv", mixed),
        ("in_proj_z", of.values),
        ("in_proj_b", of.value_heads),
        ("in_proj_a", of.value_heads),
    )
    whole = (("in_proj_qkvz", mixed + of.values), ("in_proj_ba", 2 * of.value_heads))
    inputs = (tensor for name, width in (whole if fused else split) for tensor in linear(name, of.hidden, width))
    return (
        *inputs,
        Tensor("conv1d", (mixed, 1, of.kernel)),
        Tensor("dt_bias", (of.value_heads,)),
        Tensor("A_log", (of.value_heads,)),
        *norm("norm", of.value_width),
        *linear("out_proj", of.values, of.hidden),
    )


def delta_cache(f: Fields) -> Cache:
    """A matrix for each value head, and the last inputs of the convolution."""
    of = _delta(f)
    matrix = of.value_heads * of.key_width * of.value_width
    return Cache(state_values=matrix + (2 * of.keys + of.values) * (of.kernel - 1))


def kimi_delta(f: Fields) -> tuple[Tensor, ...]:
    """Kimi delta attention (arXiv:2510.26692): a gate for each channel instead of each head. Raises UnknownField."""
    hidden, count, width = f.whole("hidden_size"), *_kimi(f)
    every, kernel = count * width, f.whole("linear_attn_config.short_conv_kernel_size", default=4)
    return (
        *(tensor for name in ("q_proj", "k_proj", "v_proj") for tensor in linear(name, hidden, every)),
        Tensor("conv1d", (3 * every, 1, kernel)),
        *linear("forget_gate.f_a_proj", hidden, width),
        *linear("forget_gate.f_b_proj", width, every),
        Tensor("forget_gate.dt_bias", (every,)),
        Tensor("forget_gate.A_log", (1, 1, count, 1)),
        *linear("b_proj", hidden, count),
        *linear("g_a_proj", hidden, width),
        *linear("g_b_proj", width, every),
        *norm("o_norm", width),
        *linear("o_proj", every, hidden),
    )


def kimi_delta_cache(f: Fields) -> Cache:
    """A matrix for each head, and the last inputs of the convolution."""
    (count, width), kernel = _kimi(f), f.whole("linear_attn_config.short_conv_kernel_size", default=4)
    return Cache(state_values=count * width * width + 3 * count * width * (kernel - 1))


def _kimi(f: Fields) -> tuple[int, int]:
    return f.whole("linear_attn_config.num_heads"), f.whole("linear_attn_config.head_dim")


@dataclass(frozen=True, slots=True)
class Mamba:
    """Sizes of a Mamba 2 mixer (arXiv:2405.21060)."""

    hidden: int
    heads: int
    head_width: int
    groups: int
    state: int
    kernel: int
    conv_bias: bool = True
    bias: bool = False
    out_bias: bool = False
    normed: bool = True
    adapts_out: bool = True
    """Whether peft attaches adapters to the matrix out: in some families their kernel reads it by itself."""

    @property
    def inner(self) -> int:
        """Width of all heads."""
        return self.heads * self.head_width

    @property
    def convolved(self) -> int:
        """Channels that pass through the convolution."""
        return self.inner + 2 * self.groups * self.state


def mamba(of: Mamba) -> tuple[Tensor, ...]:
    """Mamba 2: one matrix in, a convolution, the state's own vectors, one matrix out."""
    return (
        *linear("in_proj", of.hidden, of.inner + of.convolved + of.heads, bias=of.bias),
        Tensor("conv1d", (of.convolved, 1, of.kernel)),
        *((Tensor("conv1d_bias", (of.convolved,)),) if of.conv_bias else ()),
        *(Tensor(name, (of.heads,)) for name in ("dt_bias", "A_log", "D")),
        *(norm("norm", of.inner) if of.normed else ()),
        *_out(of),
    )


def _out(of: Mamba) -> tuple[Tensor, ...]:
    weight, *bias = linear("out_proj", of.inner, of.hidden, bias=of.out_bias)
    return (replace(weight, linear=of.adapts_out), *bias)


def mamba_cache(of: Mamba) -> Cache:
    """A matrix for each head, and the last inputs of the convolution."""
    return Cache(state_values=of.inner * of.state + of.convolved * (of.kernel - 1))


def short_convolution(f: Fields) -> tuple[Tensor, ...]:
    """The gated convolution of LFM2. Raises UnknownField."""
    hidden, bias = f.whole("hidden_size"), f.flag("conv_bias", default=False)
    return (
        *linear("in_proj", hidden, 3 * hidden, bias=bias),
        Tensor("conv", (hidden, 1, f.whole("conv_L_cache"))),
        *((Tensor("conv_bias", (hidden,)),) if bias else ()),
        *linear("out_proj", hidden, hidden, bias=bias),
    )


def short_convolution_cache(f: Fields) -> Cache:
    """The last inputs of the convolution."""
    return Cache(state_values=f.whole("hidden_size") * f.whole("conv_L_cache"))
