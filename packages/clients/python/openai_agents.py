import openai
from agents import Agent, OpenAIProvider, RunConfig, Runner, function_tool, set_tracing_disabled
from openai import AsyncOpenAI
from pydantic import BaseModel

import features as with_

set_tracing_disabled(True)


class City(BaseModel):
    city: str


@function_tool
def get_weather(city: str) -> str:
    """The weather."""
    return f"12 degrees in {city}"


def config(key=with_.KEY, **rest):
    client = AsyncOpenAI(api_key=key, base_url=with_.V1, max_retries=0)
    return RunConfig(model_provider=OpenAIProvider(openai_client=client, **rest), tracing_disabled=True)


def agent_of(**rest):
    return Agent(**{"name": "a", "instructions": "Answer.", "model": "chat"} | rest)


# Without more it speaks Responses.
CHAT = {"use_responses": False}


async def answers(**how):
    with_.is_text((await Runner.run(agent_of(), with_.QUESTION, run_config=config(**how))).final_output)


async def streams(**how):
    result = Runner.run_streamed(agent_of(), with_.QUESTION, run_config=config(**how))
    deltas = [
        event.data.delta
        async for event in result.stream_events()
        if event.type == "raw_response_event" and event.data.type == "response.output_text.delta"
    ]
    assert len(deltas) > 1
    with_.is_text(result.final_output)


async def acts(**how):
    result = await Runner.run(agent_of(tools=[get_weather]), with_.QUESTION, run_config=config(**how))
    kinds = [item.type for item in result.new_items]
    assert kinds == ["tool_call_item", "tool_call_output_item", "message_output_item"], kinds
    with_.is_text(result.final_output)


async def parses(**how):
    result = await Runner.run(agent_of(output_type=City), with_.QUESTION, run_config=config(**how))
    with_.is_text(result.final_output.city)


async def raises(kind, agent, key=with_.KEY):
    try:
        await Runner.run(agent, with_.QUESTION, run_config=config(key))
    except kind:
        return
    raise AssertionError("nothing was raised")


with_.try_features(
    {
        "responses": answers,
        "responses-stream": streams,
        "responses-structured": parses,
        "responses-agent": acts,
        "chat": lambda: answers(**CHAT),
        "stream": lambda: streams(**CHAT),
        "structured": lambda: parses(**CHAT),
        "agent": lambda: acts(**CHAT),
        "wrong-key": lambda: raises(openai.AuthenticationError, agent_of(), with_.WRONG_KEY),
        "unknown-model": lambda: raises(openai.NotFoundError, agent_of(model="chta")),
    }
)
