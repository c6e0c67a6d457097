"""Makes a Llama of 0.34 M seeded random weights and a LoRA adapter for it: `make-tiny-model.py FOLDER [VOCABULARY_TEXT]`.

Needs what vLLM needs anyway (torch, transformers, tokenizers, safetensors). The words that it says are nonsense; its
server is the real one. The adapter is in FOLDER/adapter.
"""

import json
import pathlib
import sys

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

SPECIAL = ["<unk>", "<s>", "</s>", "<|user|>", "<|assistant|>", "<|system|>", "<|tool|>"]
TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{% if m['content'] is string %}{{ m['content'] }}"
    "{% elif m['content'] %}{% for c in m['content'] %}{{ c['text'] }}{% endfor %}{% endif %}</s>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
CONTEXT = 512
RANK = 8


def make_tokenizer(texts):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=2000, special_tokens=SPECIAL, initial_alphabet=alphabet)
    tokenizer.train_from_iterator(texts, trainer)
    names = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "</s>"}
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=CONTEXT, **names)
    fast.chat_template = TEMPLATE
    return fast


def main():
    folder = pathlib.Path(sys.argv[1])
    text = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else json.__file__).read_text(encoding="utf-8")
    torch.manual_seed(1)
    tokenizer = make_tokenizer(text.splitlines())
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=CONTEXT,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)

    adapter = folder / "adapter"
    adapter.mkdir(exist_ok=True)
    layers = range(config.num_hidden_layers)
    names = [f"base_model.model.model.layers.{n}.self_attn.{p}_proj" for n in layers for p in "qv"]
    halves = {f"{name}.lora_A.weight": torch.randn(RANK, 64) * 0.01 for name in names}
    halves |= {f"{name}.lora_B.weight": torch.randn(64, RANK) * 0.01 for name in names}
    save_file(halves, adapter / "adapter_model.safetensors")
    about = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": str(folder),
        "r": RANK,
        "lora_alpha": 16,
        "lora_dropout": 0.0,
        "bias": "none",
        "target_modules": ["q_proj", "v_proj"],
    }
    (adapter / "adapter_config.json").write_text(json.dumps(about, indent=2))


main()
