"""LiteLLM's own client for its proxy's management API: prints a line of JSON of what each call gave."""

import json
import os

from litellm.proxy.client import Client
from litellm.proxy.client.teams import TeamsManagementClient
from litellm.proxy.client.users import UsersManagementClient

where = {"base_url": os.environ["BASE_URL"], "api_key": os.environ["API_KEY"]}
client = Client(**where)
users = UsersManagementClient(**where)
teams = TeamsManagementClient(**where)


def say(name, value):
    print(json.dumps({"call": name, "gave": value}, default=str), flush=True)


made = client.keys.generate(models=["chat"], key_alias="of-the-client", duration="1h")
say("generate", made)
say("list", client.keys.list(return_full_object=True, key_alias="of-the-client"))
say("info", client.keys.info(made["key"]))
say("update", client.keys.update(made["key"], models=["chat", "other"]))
say("info again", client.keys.info(made["key"]))
say("users.create", users.create_user({"user_id": "of-the-client", "user_email": "c@example.com", "auto_create_key": False}))
say("users.get", users.get_user("of-the-client"))
say("users.list", users.list_users())
say("users.delete", users.delete_user(["of-the-client"]))
say("teams.list", teams.list())
say("models", client.models.list())
say("delete", client.keys.delete(keys=[made["key"]]))
say("list again", client.keys.list(return_full_object=True, key_alias="of-the-client"))
