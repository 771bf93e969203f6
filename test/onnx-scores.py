"""Scores by Python's onnxruntime: the graph of a bundle and the inputs of some rows, nothing of widedeep. Run by onnx-scores.services.test.ts.

onnx-scores.py MODEL INPUTS: the bundle's `model.onnx`, and a file of JSON, `{ name: { "shape": [rows, width], "data": [...] } }` with the inputs
that docs/file-formats.md describes. Prints the outputs as JSON, `{ name: [[...], ...] }`, a list for each row.
"""
import json
import sys

import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
with open(sys.argv[2]) as file:
    inputs = json.load(file)
feeds = {name: np.array(given["data"], dtype=np.float32).reshape(given["shape"]) for name, given in inputs.items()}
names = [output.name for output in session.get_outputs()]
print(json.dumps({name: values.tolist() for name, values in zip(names, session.run(names, feeds))}))
