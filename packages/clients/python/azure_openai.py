import openai
from openai import AzureOpenAI

import features as with_

# It sends the key as `api-key`, and the model as a deployment in the path.
OPTIONS = {"azure_endpoint": with_.URL, "api_version": "2024-10-21", "api_key": with_.KEY, "max_retries": 0}
client = AzureOpenAI(**OPTIONS)


def ask(model="chat", by=client, **rest):
    return by.chat.completions.create(model=model, messages=with_.MESSAGES, **rest)


def chat():
    answer = ask()
    assert answer.model == "chat"
    with_.is_text(answer.choices[0].message.content)


def stream():
    chunks = list(ask(stream=True, stream_options={"include_usage": True}))
    with_.is_text("".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices))
    assert chunks[-1].usage.completion_tokens == 12


def tools():
    (call,) = ask(tools=[with_.TOOL]).choices[0].message.tool_calls
    assert call.function.name == "get_weather"


def completions():
    with_.is_text(client.completions.create(model="chat", prompt=with_.QUESTION).choices[0].text)


def embeddings():
    assert len(client.embeddings.create(model="embed", input=["one", "two"]).data) == 2


def responses():
    with_.is_text(client.responses.create(model="chat", input=with_.QUESTION).output_text)


def wrong_key():
    other = AzureOpenAI(**OPTIONS | {"api_key": with_.WRONG_KEY})
    with_.fails_with(openai.AuthenticationError, lambda: ask(by=other))


with_.try_features(
    {
        "chat": chat,
        "stream": stream,
        "tools": tools,
        "completions": completions,
        "embeddings": embeddings,
        "responses": responses,
        "wrong-key": wrong_key,
        "unknown-model": lambda: with_.fails_with(openai.NotFoundError, lambda: ask("chta")),
    }
)
