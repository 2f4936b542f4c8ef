"""A model small enough to train in a test: two random Llama layers and a byte-level tokenizer with a chat template."""

from __future__ import annotations

import json
from pathlib import Path

TEMPLATE = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n' }}"
    "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
SPECIAL = ["<|pad|>", "<|im_start|>", "<|im_end|>"]
CORPUS = [
    "where is my card, it has not arrived yet",
    "the transfer was charged twice, please refund it",
    "what is the exchange rate for euros today",
    "Classify the message. Labels: card; refund; rate. Answer with the label only.",
    "system user assistant",
]
SUBJECTS = {
    "card": ["where is my card {}", "my card number {} did not arrive", "I lost card {}"],
    "rate": ["what was the rate on day {}", "exchange rate {} please", "is {} the rate for euros"],
    "refund": ["I want a refund for order {}", "order {} was charged twice", "give me back payment {}"],
}


def write_tokenizer(folder: Path) -> int:
    """Train and save the tokenizer; returns the size of its vocabulary."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=320, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    names = {"pad_token": SPECIAL[0], "bos_token": SPECIAL[1], "eos_token": SPECIAL[2]}
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 512, **names}
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
    return tokenizer.get_vocab_size()


def write_model(
    folder: Path, *, seed: int = 5, heads: int = 4, kv_heads: int = 2, initializer_range: float = 0.02
) -> Path:
    """A folder with a random Llama of hidden size 64, its tokenizer and template."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    folder.mkdir(parents=True)
    vocabulary = write_tokenizer(folder)
    torch.manual_seed(seed)
    config = LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=64,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=heads,
        num_key_value_heads=kv_heads,
        max_position_embeddings=512,
        initializer_range=initializer_range,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
        tie_word_embeddings=True,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def write_rows(path: Path, count: int = 90) -> Path:
    """A JSONL file of three labels, each text different."""
    with path.open("w", encoding="utf-8") as handle:
        for number in range(count):
            label = sorted(SUBJECTS)[number % 3]
            text = SUBJECTS[label][number // 3 % 3].format(number)
            handle.write(json.dumps({"text": text, "label": label}) + "\n")
    return path
