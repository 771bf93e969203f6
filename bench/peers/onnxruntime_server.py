"""The same model in Python's onnxruntime behind a thin server: bench/serving/peer.js starts it.

onnxruntime_server.py DIRECTORY THREADS: `model.onnx` and `inputs.json` lie in DIRECTORY, and the encoded halves of every input, of users and of
items, as raw float32. Takes `POST /v1/rank` as widedeep does. What is left out favours it: no encoding, no crosses, no validation,
no log, no state.
"""

import json
import socket
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import orjson
import uvicorn

directory, threads = Path(sys.argv[1]), int(sys.argv[2])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = threads
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = onnxruntime.InferenceSession(directory / "model.onnx", options)
inputs = json.loads((directory / "inputs.json").read_text())
halves = {
    name: [np.fromfile(directory / f"{file}.{side}", dtype=np.float32).reshape(-1, width) for side in ("users", "items")]
    for name, (file, width) in inputs.items()
}


def rank(request):
    user = int(request["user"][1:])
    items = np.fromiter((int(item[1:]) for item in request["items"]), dtype=np.int64, count=len(request["items"]))
    feeds = {name: of_items[items] + of_users[user] for name, (of_users, of_items) in halves.items()}
    scores = session.run(["score"], feeds)[0].ravel()
    best = np.argsort(-scores)[: request["k"]]
    listed = [{"id": request["items"][at], "rank": rank + 1, "score": float(scores[at])} for rank, at in enumerate(best)]
    return {"items": listed}


async def app(scope, receive, send):
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message.get("more_body", False)
    answer = orjson.dumps(rank(orjson.loads(body)))
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": answer})


listening = socket.socket()
listening.bind(("127.0.0.1", 0))
listening.listen(128)
print(listening.getsockname()[1], flush=True)
config = uvicorn.Config(app, http="httptools", loop="uvloop", lifespan="off", log_level="warning", access_log=False)
uvicorn.Server(config).run(sockets=[listening])
