import os

os.environ |= {"OPENAI_API_KEY": os.environ["ROLLCALL_KEY"], "OPENAI_BASE_URL": os.environ["ROLLCALL_URL"] + "/v1"}
os.environ |= {"ANTHROPIC_API_KEY": os.environ["ROLLCALL_KEY"], "ANTHROPIC_BASE_URL": os.environ["ROLLCALL_URL"]}

from pydantic import BaseModel
from pydantic_ai import Agent, NativeOutput
from pydantic_ai.exceptions import ModelHTTPError
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

import features as with_


class City(BaseModel):
    city: str


# `openai:` speaks Responses by default.
DEFAULT = "openai:chat"
CHAT = "openai-chat:chat"
MESSAGES = "anthropic:chat"


def answers(model):
    result = Agent(model).run_sync(with_.QUESTION)
    with_.is_text(result.output)
    assert result.usage.output_tokens > 0


async def streams(model):
    async with Agent(model).run_stream(with_.QUESTION) as result:
        pieces = [text async for text in result.stream_text(delta=True, debounce_by=None)]
    assert len(pieces) > 1


def acts(model):
    agent = Agent(model)

    @agent.tool_plain
    def get_weather(city: str) -> str:
        return f"12 degrees in {city}"

    result = agent.run_sync(with_.QUESTION)
    with_.is_text(result.output)
    assert len(result.all_messages()) == 4


def parses(model):
    with_.is_text(Agent(model, output_type=City).run_sync(with_.QUESTION).output.city)
    with_.is_text(Agent(model, output_type=NativeOutput(City)).run_sync(with_.QUESTION).output.city)


def parses_by_tool(model):
    with_.is_text(Agent(model, output_type=City).run_sync(with_.QUESTION).output.city)


def raises(status, model):
    error = with_.fails_with(ModelHTTPError, lambda: Agent(model).run_sync(with_.QUESTION))
    assert error.status_code == status


def wrong_key():
    provider = OpenAIProvider(base_url=with_.V1, api_key=with_.WRONG_KEY)
    raises(401, OpenAIChatModel("chat", provider=provider))


with_.try_features(
    {
        "responses": lambda: answers(DEFAULT),
        "responses-stream": lambda: streams(DEFAULT),
        "responses-structured": lambda: parses(DEFAULT),
        "responses-agent": lambda: acts(DEFAULT),
        "chat": lambda: answers(CHAT),
        "stream": lambda: streams(CHAT),
        "structured": lambda: parses(CHAT),
        "agent": lambda: acts(CHAT),
        "messages": lambda: answers(MESSAGES),
        "messages-stream": lambda: streams(MESSAGES),
        "messages-structured": lambda: parses_by_tool(MESSAGES),
        "messages-agent": lambda: acts(MESSAGES),
        "wrong-key": wrong_key,
        "unknown-model": lambda: raises(404, "openai:chta"),
    }
)
