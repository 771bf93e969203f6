"""TensorFlow's DNNLinearCombinedClassifier, the paper's own implementation: its model function under a plain session.

`train()` would pause nowhere and score from checkpoints alone; without it a step has less around it, which favours it. Rows are fed batch by
batch, one array a column.
"""

from obey import batches_of, columns, features, obey, read_rows, task, wide

import os

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
import numpy as np
import tensorflow.compat.v1 as tf

tf.logging.set_verbosity(tf.logging.ERROR)
tf.disable_eager_execution()
tf.set_random_seed(1)
deep = task["model"]["deep"]
wide_settings = task["model"]["wide"]


def identity(column):
    return tf.feature_column.categorical_column_with_identity(column["name"], column["rowCount"])


def optimizer_of(settings, strength, is_penalized):
    """The optimizer, with a penalty on whole tables in its loss where there is one."""
    kinds = {
        "ftrl": lambda rate: tf.train.FtrlOptimizer(rate),
        "adagrad": lambda rate: tf.train.AdagradOptimizer(rate, initial_accumulator_value=0.1),
        "adam": lambda rate: tf.train.AdamOptimizer(rate),
    }
    made = kinds[settings["name"]](settings["learningRate"])
    minimize = made.minimize

    def penalized(loss, var_list=None, **rest):
        tables = [weight for weight in var_list if is_penalized(weight.name)]
        penalty = tf.add_n([tf.nn.l2_loss(weight) for weight in tables]) if strength > 0 else 0.0
        return minimize(loss + strength * penalty, var_list=var_list, **rest)

    made.minimize = penalized
    return made


deviation = deep.get("embeddingDeviation", 0.01)
deep_columns = [
    tf.feature_column.embedding_column(
        identity(column), deep["embedding"], combiner="mean", initializer=tf.truncated_normal_initializer(stddev=deviation)
    )
    for column in features
]
if task["numberCount"] > 0:
    deep_columns.append(tf.feature_column.numeric_column("numbers", shape=(task["numberCount"],)))
reductions = {"sum": tf.losses.Reduction.SUM, "mean": tf.losses.Reduction.SUM_OVER_BATCH_SIZE}
estimator = tf.estimator.DNNLinearCombinedClassifier(
    linear_feature_columns=[identity(column) for column in wide],
    linear_optimizer=optimizer_of(wide_settings["optimizer"], wide_settings.get("l2", 0), lambda name: "bias" not in name),
    dnn_feature_columns=deep_columns,
    dnn_optimizer=optimizer_of(deep["optimizer"], deep.get("embeddingL2", 0), lambda name: "embedding_weights" in name),
    dnn_hidden_units=deep["hidden"],
    dnn_dropout=deep.get("dropout"),
    batch_norm=deep.get("normalization") == "batch",
    loss_reduction=reductions[task["lossReduction"]],
    linear_sparse_combiner="sum",
)
inputs = {column["name"]: tf.placeholder(tf.int32, (None, column["length"])) for column in columns}
if task["numberCount"] > 0:
    inputs["numbers"] = tf.placeholder(tf.float32, (None, task["numberCount"]))
label = tf.placeholder(tf.float32, (None, 1))
tf.train.create_global_step()
with tf.variable_scope("", reuse=tf.AUTO_REUSE):
    training = estimator.model_fn(inputs, label, tf.estimator.ModeKeys.TRAIN, estimator.config)
    prediction = estimator.model_fn(inputs, None, tf.estimator.ModeKeys.PREDICT, estimator.config)
threads = task["threads"]
session = tf.Session(config=tf.ConfigProto(intra_op_parallelism_threads=threads, inter_op_parallelism_threads=threads))
session.run([tf.global_variables_initializer(), tf.tables_initializer()])
train_step = session.make_callable(training.train_op, feed_list=[*inputs.values(), label])
probabilities = session.make_callable(prediction.predictions["logistic"], feed_list=list(inputs.values()))


class Rows:
    def __init__(self, part):
        ids, numbers, self.labels = read_rows(part)
        self.values = [{**ids, "numbers": numbers}[name] for name in inputs]


train, held_out = Rows("train"), Rows("held-out")


def step(at):
    train_step(*(values[at] for values in train.values), train.labels[at])


def predict():
    made = [probabilities(*(values[at] for values in held_out.values)) for at in batches_of(len(held_out.labels))]
    return np.concatenate(made)


obey(step, predict)
