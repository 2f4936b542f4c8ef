"""Small whole records that tests of the workflow start from."""

from harness.protocol import (
    ArmScore,
    DatasetManifest,
    EvaluateResult,
    MachineFacts,
    ModelFacts,
    PrepareResult,
)


def arm(name: str, correct: int, *, items: int = 100, format_valid: int = 100, prompt_tokens: int = 10_000) -> ArmScore:
    return ArmScore(
        arm=name,
        items=items,
        correct=correct,
        format_valid=format_valid,
        errors=0,
        seconds=10.0,
        prompt_tokens=prompt_tokens,
        output_tokens=600,
    )


def probed(*arms: ArmScore) -> EvaluateResult:
    return EvaluateResult(
        arms=arms,
        items_path="items.jsonl",
        items_head="0" * 64,
        engine="vllm 0.32.0",
        peak_memory_gib=3.1,
        machine_hours=0.01,
        usd=None,
    )


def prepared(*, task: str = "classification", rows: tuple[int, int, int] = (1589, 100, 200)) -> PrepareResult:
    train, validation, test = rows
    return PrepareResult(
        model_dir="/workspace/models/SmolLM2-135M-Instruct",
        model_sha256="a" * 64,
        model_name="SmolLM2-135M-Instruct",
        model=ModelFacts(
            architecture="LlamaForCausalLM", total_params=134_515_008, num_layers=30, hidden_size=576, num_heads=9,
            num_kv_heads=3, head_dim=64, intermediate_size=1536, vocab_size=49_152, tied_embeddings=True,
            weight_bytes=269_030_016, context_length=8192,
        ),
        data_dir="/workspace/data/journey-1",
        data_sha256="b" * 64,
        dataset=DatasetManifest(
            name="BANKING77, ten intents", task=task, instruction="Classify the message.", labels=("a", "b"),
            rows={"train": train, "validation": validation, "test": test},
            sha256={"train": "1" * 64, "validation": "2" * 64, "test": "3" * 64},
            duplicates_removed=1, overlaps_removed=2, source="a package", license="CC-BY-4.0", seed=17,
        ),
        machine=MachineFacts(host="vm", cpu="a CPU", cores=2, memory_gib=23.5, fp32_gflops=65.0),
        mean_prompt_tokens=100.9,
        mean_example_tokens=106.7,
        seconds=20.0,
    )  # fmt: skip
