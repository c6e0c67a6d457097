import openai
from haystack.components.embedders import OpenAITextEmbedder
from haystack.components.generators.chat import OpenAIChatGenerator, OpenAIResponsesChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.tools import Tool
from haystack.utils import Secret

import features as with_

OPTIONS = {"api_base_url": with_.V1, "max_retries": 0}
MESSAGES = [ChatMessage.from_user(with_.QUESTION)]
WEATHER = Tool(
    name="get_weather",
    description="The weather",
    parameters=with_.WEATHER,
    function=lambda city: f"12 degrees in {city}",
)


def generator(kind=OpenAIChatGenerator, key=with_.KEY, model="chat", **rest):
    return kind(api_key=Secret.from_token(key), model=model, **OPTIONS, **rest)


def answers(made):
    with_.is_text(made.run(MESSAGES)["replies"][0].text)


def streams(kind):
    chunks = []
    reply = generator(kind, streaming_callback=chunks.append).run(MESSAGES)["replies"][0]
    assert len(chunks) > 1
    with_.is_text(reply.text)


def calls(kind):
    (call,) = generator(kind, tools=[WEATHER]).run(MESSAGES)["replies"][0].tool_calls
    assert call.tool_name == "get_weather" and list(call.arguments) == ["city"]


def embeddings():
    made = OpenAITextEmbedder(api_key=Secret.from_token(with_.KEY), model="team/embed", **OPTIONS).run("one")
    assert isinstance(made["embedding"][0], float)


RESPONSES = OpenAIResponsesChatGenerator
with_.try_features(
    {
        "chat": lambda: answers(generator()),
        "stream": lambda: streams(OpenAIChatGenerator),
        "tools": lambda: calls(OpenAIChatGenerator),
        "embeddings": embeddings,
        "responses": lambda: answers(generator(RESPONSES)),
        "responses-stream": lambda: streams(RESPONSES),
        "responses-tools": lambda: calls(RESPONSES),
        "wrong-key": lambda: with_.fails_with(
            openai.AuthenticationError, lambda: answers(generator(key=with_.WRONG_KEY))
        ),
        "unknown-model": lambda: with_.fails_with(
            openai.NotFoundError, lambda: answers(generator(model="chta"))
        ),
    }
)
