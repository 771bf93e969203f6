"""DeepCTR-Torch's WDL as it is, in a loop of its own: its `fit` reads row by row, which would be measured more than the model."""

from obey import batches_of, columns, features, obey, read_rows, task, wide

import numpy as np
import torch
from deepctr_torch.inputs import DenseFeat, SparseFeat, VarLenSparseFeat, get_feature_names
from deepctr_torch.models import WDL
from torch import nn

torch.set_num_threads(task["threads"])
deep = task["model"]["deep"]
wide_settings = task["model"]["wide"]


def columns_of(of, combiner):
    for column in of:
        single = SparseFeat(column["name"], column["rowCount"], embedding_dim=deep["embedding"])
        yield single if column["length"] == 1 else VarLenSparseFeat(single, column["length"], combiner)


numbers = [DenseFeat("numbers", task["numberCount"])] if task["numberCount"] > 0 else []
linear_columns = list(columns_of(wide, "sum"))
deep_columns = [*columns_of(features, "mean"), *numbers]
# Its penalties are λ‖w‖², half of ours.
model = WDL(
    linear_columns,
    deep_columns,
    dnn_hidden_units=deep["hidden"],
    l2_reg_linear=wide_settings.get("l2", 0) / 2,
    l2_reg_embedding=deep.get("embeddingL2", 0) / 2,
    init_std=deep.get("embeddingDeviation", 0.01),
    dnn_dropout=deep.get("dropout", 0),
    dnn_use_bn=deep.get("normalization") == "batch",
    seed=1,
)
for layer in model.dnn.linears:
    nn.init.xavier_uniform_(layer.weight)
settings = deep["optimizer"]
optimizer = (
    torch.optim.Adam(model.parameters(), lr=settings["learningRate"], fused=True)
    if settings["name"] == "adam"
    else torch.optim.Adagrad(model.parameters(), lr=settings["learningRate"], initial_accumulator_value=0.1, fused=True)
)
order = get_feature_names(linear_columns + deep_columns)


class Rows:
    """One matrix of floats, as the model takes it: ids below 2^24 are exact."""

    def __init__(self, part):
        ids, numbers, labels = read_rows(part)
        values = {**ids, "numbers": numbers}
        self.inputs = torch.from_numpy(np.concatenate([values[name].astype(np.float32) for name in order], axis=1))
        self.labels = torch.from_numpy(labels)


assert all(column["rowCount"] < 2**24 for column in columns)
train, held_out = Rows("train"), Rows("held-out")


def step(at):
    loss = nn.functional.binary_cross_entropy(model(train.inputs[at]), train.labels[at], reduction=task["lossReduction"])
    optimizer.zero_grad()
    (loss + model.get_regularization_loss()).sum().backward()
    optimizer.step()


@torch.inference_mode()
def predict():
    model.eval()
    made = [model(held_out.inputs[at]) for at in batches_of(len(held_out.labels))]
    model.train()
    return torch.cat(made).numpy()


model.train()
obey(step, predict)
