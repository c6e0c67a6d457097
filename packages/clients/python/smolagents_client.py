import openai
from smolagents import OpenAIModel, ToolCallingAgent, tool

import features as with_


def model_of(model="chat", key=with_.KEY):
    return OpenAIModel(
        model_id=model, api_base=with_.V1, api_key=key, client_kwargs={"max_retries": 0}, retry=False
    )


MESSAGES = [{"role": "user", "content": [{"type": "text", "text": with_.QUESTION}]}]


@tool
def get_weather(city: str) -> str:
    """The weather.

    Args:
        city: Where.
    """
    return f"12 degrees in {city}"


def stream():
    deltas = list(model_of().generate_stream(MESSAGES))
    with_.is_text("".join(delta.content or "" for delta in deltas))


def tools():
    (call,) = model_of().generate(MESSAGES, tools_to_call_from=[get_weather]).tool_calls
    assert call.function.name == "get_weather"


def agent():
    # The first tool is called once, and then the agent is told to come to an end.
    acting = ToolCallingAgent(tools=[get_weather], model=model_of(), max_steps=1, verbosity_level=0)
    with_.is_text(acting.run(with_.QUESTION))


with_.try_features(
    {
        "chat": lambda: with_.is_text(model_of().generate(MESSAGES).content),
        "stream": stream,
        "tools": tools,
        "agent": agent,
        "wrong-key": lambda: with_.fails_with(
            openai.AuthenticationError, lambda: model_of(key=with_.WRONG_KEY).generate(MESSAGES)
        ),
        "unknown-model": lambda: with_.fails_with(
            openai.NotFoundError, lambda: model_of("chta").generate(MESSAGES)
        ),
    }
)
