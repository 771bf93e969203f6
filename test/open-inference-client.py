"""Asks a server by NVIDIA's client of the Open Inference Protocol; prints what it answered as JSON. Run by standards.services.test.ts."""
import json
import sys

import numpy as np
import tritonclient.http as triton

client = triton.InferenceServerClient(url=sys.argv[1])
model = "widedeep"


def tensor(name, values, datatype, binary):
    array = np.array(values, dtype={"BYTES": np.object_, "INT64": np.int64}[datatype])
    made = triton.InferInput(name, list(array.shape), datatype)
    made.set_data_from_numpy(array, binary_data=binary)
    return made


def infer(binary, **options):
    inputs = [
        tensor("country", [["de"], ["fr"]], "BYTES", binary),
        tensor("app", ["a3", "ä1"], "BYTES", binary),
        tensor("installed", [["a1", "a7"], ["a2", ""]], "BYTES", binary),
        tensor("hour", [20, 3], "INT64", binary),
    ]
    answer = client.infer(model, inputs, request_id="42", **options)
    return {"scores": answer.as_numpy("score").tolist(), "response": answer.get_response()}


def refusal():
    try:
        client.infer(model, [tensor("ap", ["a3"], "BYTES", False)])
    except triton.InferenceServerException as error:
        return [error.status(), error.message()]


print(
    json.dumps(
        {
            "live": client.is_server_live(),
            "ready": client.is_server_ready(),
            "modelReady": client.is_model_ready(model),
            "versionReady": client.is_model_ready(model, "model"),
            "otherReady": client.is_model_ready("other"),
            "server": client.get_server_metadata(),
            "inputs": [one["name"] for one in client.get_model_metadata(model)["inputs"]],
            "asJson": infer(False, outputs=[triton.InferRequestedOutput("score", binary_data=False)]),
            "asBytes": infer(True),
            "ofVersion": infer(True, model_version="model"),
            "refusal": refusal(),
        }
    )
)
