import litellm
import openai

import features as with_

litellm.telemetry = False
OPTIONS = {"api_base": with_.V1, "api_key": with_.KEY, "max_retries": 0, "num_retries": 0}
PREFIXES = ("litellm_proxy", "openai", "hosted_vllm")


def ask(model, **rest):
    return litellm.completion(model=model, messages=with_.MESSAGES, **OPTIONS | rest)


def chat():
    for prefix in PREFIXES:
        answer = ask(f"{prefix}/chat")
        with_.is_text(answer.choices[0].message.content)
        assert answer.usage.completion_tokens > 0


def stream():
    for prefix in PREFIXES:
        chunks = list(ask(f"{prefix}/chat", stream=True, stream_options={"include_usage": True}))
        with_.is_text("".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices))


def tools():
    (call,) = ask("litellm_proxy/chat", tools=[with_.TOOL]).choices[0].message.tool_calls
    assert call.function.name == "get_weather"


def embeddings():
    for prefix in PREFIXES:
        made = litellm.embedding(model=f"{prefix}/team/embed", input=["one", "two"], **OPTIONS)
        assert len(made.data) == 2


def completions():
    answer = litellm.text_completion(model="text-completion-openai/chat", prompt=with_.QUESTION, **OPTIONS)
    with_.is_text(answer.choices[0].text)


def respond(**rest):
    return litellm.responses(
        model="litellm_proxy/chat", input=with_.QUESTION, api_base=with_.V1, api_key=with_.KEY, **rest
    )


def responses():
    answer = respond()
    assert answer.output[0].type == "message"
    with_.is_text(answer.output[0].content[0].text)


def responses_stream():
    assert list(respond(stream=True))[-1].type == "response.completed"


def send(**rest):
    # Without a limit of its own it asks for thousands of tokens.
    options = {"api_base": with_.URL, "max_tokens": 20}
    return ask("anthropic/chat", **options, **rest)


def messages():
    answer = send()
    with_.is_text(answer.choices[0].message.content)


def messages_stream():
    with_.is_text("".join(chunk.choices[0].delta.content or "" for chunk in send(stream=True)))


def rerank():
    answer = litellm.rerank(
        model="hosted_vllm/rerank",
        query=with_.QUESTION,
        documents=["one", "two", "three"],
        top_n=2,
        api_base=with_.URL,
        api_key=with_.KEY,
    )
    assert len(answer.results) == 2


def model_info():
    # What LiteLLM's own command line asks of a proxy, and clients that know LiteLLM.
    from litellm.proxy.client import Client

    known = {model["model_name"]: model for model in Client(with_.URL, with_.KEY).models.info()}
    assert {"chat", "team/embed"} <= set(known), known
    assert known["chat"]["model_info"]["max_input_tokens"] > 0, known["chat"]


def transcription():
    for prefix in ("litellm_proxy", "hosted_vllm"):
        file = ("a.wav", with_.sound())
        with_.is_text(litellm.transcription(model=f"{prefix}/whisper", file=file, **OPTIONS).text)


def speech():
    answer = litellm.speech(model="openai/tts", voice="alloy", input=with_.QUESTION, **OPTIONS)
    assert len(answer.content) == with_.SPEECH_BYTES


def image():
    answer = litellm.image_generation(model="litellm_proxy/image", prompt=with_.QUESTION, **OPTIONS)
    assert answer.data[0].b64_json.startswith("iVBOR")


with_.try_features(
    {
        "chat": chat,
        "stream": stream,
        "tools": tools,
        "cut": lambda: with_.fails_with(
            openai.APIError, lambda: list(ask("litellm_proxy/cut", stream=True))
        ),
        "completions": completions,
        "embeddings": embeddings,
        "responses": responses,
        "responses-stream": responses_stream,
        "messages": messages,
        "messages-stream": messages_stream,
        "rerank": rerank,
        "transcription": transcription,
        "speech": speech,
        "image": image,
        "model-info": model_info,
        "wrong-key": lambda: with_.fails_with(
            litellm.AuthenticationError, lambda: ask("litellm_proxy/chat", api_key=with_.WRONG_KEY)
        ),
        "unknown-model": lambda: with_.fails_with(
            litellm.NotFoundError, lambda: ask("litellm_proxy/chta")
        ),
    }
)
