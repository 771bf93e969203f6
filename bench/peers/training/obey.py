"""How a side is driven: bench/training/sides/obey.js says it; this is the same for peers in Python."""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np

# What libraries print goes elsewhere: standard output is for answers. So this file is imported first.
answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

task = json.loads(sys.argv[1])
columns = task["columns"]
features = [column for column in columns if not column["isCross"]]
wide = [column for column in columns if task["model"]["wide"]["columns"] == "all" or column["isCross"]]


def read_rows(part):
    """Arrays by column, rows × length, then `numbers` and `labels`."""
    folder = Path(task["directory"]) / part
    rows = {
        column["name"]: np.fromfile(folder / f"{column['name']}.i32", dtype=np.int32).reshape(-1, column["length"])
        for column in columns
    }
    labels = np.fromfile(folder / "labels.f32", dtype=np.float32).reshape(-1, 1)
    numbers = np.fromfile(folder / "numbers.f32", dtype=np.float32).reshape(len(labels), task["numberCount"])
    return rows, numbers, labels


def batches_of(count):
    """Slices that cover so many rows in batches."""
    size = task["batchSize"]
    return [slice(first, min(first + size, count)) for first in range(0, count, size)]


def obey(step, predict):
    """`step(rows)` trains on a slice of the training rows; `predict()` answers the probabilities of the held-out rows."""
    batch_size, examples = task["batchSize"], task["examples"]
    score_every = task.get("scoreEvery", examples)
    seen, seconds, scored = 0, 0.0, []

    def train_while(is_wanted):
        nonlocal seen, seconds
        while is_wanted():
            start = time.perf_counter()
            first = seen % examples
            step(slice(first, first + batch_size))
            seconds += time.perf_counter() - start
            seen += batch_size
            if seen % score_every == 0 and seen <= examples:
                np.asarray(predict(), dtype=np.float32).tofile(f"{task['scores']}/{seen}.f32")
                scored.append({"examples": seen, "seconds": seconds})

    print("{}", file=answers)
    for line in sys.stdin:
        word, limit = line.split()
        before_seen, before_seconds = seen, seconds
        train_while(lambda: seconds - before_seconds < float(limit) and (word == "run" or seen < examples))
        trained = {"examples": seen - before_seen, "seconds": seconds - before_seconds}
        answer = trained if word == "run" else {"scored": scored}
        print(json.dumps(answer), file=answers)
