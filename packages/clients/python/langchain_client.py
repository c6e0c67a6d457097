import openai
from langchain_core.tools import tool
from langchain_openai import AzureChatOpenAI, ChatOpenAI, OpenAI, OpenAIEmbeddings
from pydantic import BaseModel

import features as with_

OPTIONS = {"api_key": with_.KEY, "base_url": with_.V1, "max_retries": 0}


class City(BaseModel):
    """The city."""

    city: str


@tool
def get_weather(city: str) -> str:
    """The weather."""
    return f"12 degrees in {city}"


def model_of(**rest):
    return ChatOpenAI(**{"model": "chat"} | OPTIONS | rest)


def answers(model):
    message = model.invoke(with_.QUESTION)
    with_.is_text(message.text)
    assert message.usage_metadata["output_tokens"] > 0


def streams(model):
    chunks = list(model.stream(with_.QUESTION))
    assert len([chunk for chunk in chunks if chunk.text]) > 1


def calls(model):
    (call,) = model.bind_tools([get_weather]).invoke(with_.QUESTION).tool_calls
    assert call["name"] == "get_weather" and list(call["args"]) == ["city"]


def parses(model):
    with_.is_text(model.with_structured_output(City).invoke(with_.QUESTION).city)


def agent():
    bound = model_of().bind_tools([get_weather])
    first = bound.invoke(with_.QUESTION)
    said = get_weather.invoke(first.tool_calls[0])
    with_.is_text(bound.invoke([*with_.MESSAGES, first, said]).text)


def embeddings():
    # It would cut texts by a tokenizer that it fetches from elsewhere.
    model = OpenAIEmbeddings(model="team/embed", check_embedding_ctx_length=False, **OPTIONS)
    assert len(model.embed_documents(["one", "two"])) == 2


def azure():
    model = AzureChatOpenAI(
        azure_endpoint=with_.URL, azure_deployment="chat", api_version="2024-10-21", api_key=with_.KEY
    )
    answers(model)


def chat():
    answers(model_of())
    azure()


def leave():
    for chunk in model_of(model="slow", max_tokens=1000).stream(with_.QUESTION):
        if chunk.text:
            break


RESPONSES = {"use_responses_api": True}
with_.try_features(
    {
        "chat": chat,
        "stream": lambda: streams(model_of(stream_usage=True)),
        "tools": lambda: calls(model_of()),
        "structured": lambda: parses(model_of()),
        "agent": agent,
        "cut": lambda: with_.fails_with(openai.APIError, lambda: list(model_of(model="cut").stream("hi"))),
        "completions": lambda: with_.is_text(OpenAI(model="chat", **OPTIONS).invoke(with_.QUESTION)),
        "embeddings": embeddings,
        "responses": lambda: answers(model_of(**RESPONSES)),
        "responses-stream": lambda: streams(model_of(**RESPONSES)),
        "responses-tools": lambda: calls(model_of(**RESPONSES)),
        "responses-structured": lambda: parses(model_of(**RESPONSES)),
        "wrong-key": lambda: with_.fails_with(
            openai.AuthenticationError, lambda: model_of(api_key=with_.WRONG_KEY).invoke("hi")
        ),
        "unknown-model": lambda: with_.fails_with(
            openai.NotFoundError, lambda: model_of(model="chta").invoke("hi")
        ),
        "abort": lambda: with_.reaches_backend(leave),
    }
)
