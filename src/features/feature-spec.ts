/** The shape of `widedeep.config.ts`: what a user declares. Plain data; paths resolve against the config file. */
import type { ColumnDeclaration } from './column.js'
import type { DataDeclaration } from './data-spec.js'
import type { HeadName } from './label-kind.js'
import type { ActivationName, NormalizationName } from './layer-names.js'
import type { SourceName } from './source-names.js'
import type { TuneDeclaration } from '../space/index.js'

/** Features by name, flat or grouped; ranking needs `item`. */
export type FeatureGroup = Readonly<Record<string, ColumnDeclaration>>
export interface GroupedFeatures {
  readonly user?: FeatureGroup
  readonly item?: FeatureGroup
  readonly context?: FeatureGroup
}

/** A cross of two or more features: `cross('installed', 'app', { minCount: 2 })`. */
export interface CrossDeclaration<N extends string = string> {
  readonly kind: 'cross'
  /** `a_x_b` by default. */
  readonly name: string
  readonly features: readonly N[]
  /** Crosses seen fewer times in the training split share the out-of-vocabulary row. Default 2. */
  readonly minCount: number
  /** When given, crosses are hashed into this many buckets instead of an exact vocabulary. */
  readonly hashBuckets?: number
}

/** How a learning rate changes with the steps; `name` is a schedule of room training: constant, exponential, cosine. */
export interface ScheduleDeclaration {
  readonly name: string
  /** Steps over which the learning rate first rises from 0. Default 0. */
  readonly warmup?: number
  readonly [setting: string]: number | string | undefined
}

/** Weight penalties and step sizes of one part; `name` is an optimizer of room tables. */
export interface OptimizerDeclaration {
  readonly name: string
  readonly schedule?: ScheduleDeclaration
  readonly [hyperparameter: string]: number | string | ScheduleDeclaration | undefined
}

export interface WideDeclaration {
  /** First-order features of the wide part; all by default. */
  readonly features?: readonly string[]
  readonly crosses?: readonly CrossDeclaration[]
  readonly optimizer?: OptimizerDeclaration
  /** How the weights of a list's values become one. Default `sum`, as TensorFlow's `linear_sparse_combiner`. */
  readonly combiner?: 'sum' | 'mean' | 'sqrtn'
  /** Penalty λ/2·‖w‖² on the weights of ids and numbers; the bias has none. */
  readonly l2?: number
  /** Penalty λ·|w| in the loss; unlike FTRL's own `l1` it makes weights small, seldom exactly zero. */
  readonly l1?: number
  /** `touched` (default): weights of the batch's ids only. `everyStep`: all of them each step. */
  readonly regularization?: 'touched' | 'everyStep'
}

export interface DeepDeclaration {
  readonly features?: readonly string[]
  /** Embedding dimension of columns that do not declare their own. Default 16. */
  readonly embedding?: number
  /** Hidden layers. Default [256, 128, 64]. */
  readonly hidden?: readonly number[]
  /** What stands behind each layer. Default `relu`. */
  readonly activation?: ActivationName
  readonly dropout?: number
  /** What stands before the activation: the batch's statistics, or those of the row's own units. Default `none`. */
  readonly normalization?: NormalizationName
  readonly optimizer?: OptimizerDeclaration
  /** Penalties λ/2·‖E‖² and λ·|E| on embeddings; `layerL2` and `layerL1` on layers. */
  readonly embeddingL2?: number
  readonly embeddingL1?: number
  /** Standard deviation of fresh embeddings. Default 0.01. */
  readonly embeddingDeviation?: number
  readonly layerL2?: number
  readonly layerL1?: number
  /** `touched` (default): rows of the batch only. `everyStep`: the whole table each step, as BARS. */
  readonly regularization?: 'touched' | 'everyStep'
}

/** An architecture of room model by name, with its options. */
export interface ArchitectureDeclaration {
  readonly name: string
  readonly [option: string]: unknown
}

/** One of your own, as `defineArchitecture` makes it. */
export interface OwnArchitecture {
  readonly name: string
  readonly needsDeep: boolean
  readonly usesSequences: boolean
}

export interface LossDeclaration {
  /** `crossEntropy` (default of every head that classifies) or `focal`; regression has `squaredError` alone. */
  readonly kind?: 'crossEntropy' | 'focal' | 'squaredError'
  /** Of the focal loss: how much rows count less that are right already. Default 2; 0 is cross entropy. */
  readonly gamma?: number
  /** Of the focal loss: weight of positives, 1 − alpha of negatives. Without it both weigh 1. */
  readonly alpha?: number
  /** Share of the label that is spread evenly over all classes, in training alone. Default 0. */
  readonly labelSmoothing?: number
}

export interface ModelDeclaration {
  /** How the logit is made: `'deepfm'`, `{ name: 'dcn-v2', layers: 2 }`, or your own. Default `'wide-deep'`. */
  readonly architecture?: string | ArchitectureDeclaration | OwnArchitecture
  /** Crosses (and then all first-order features), or the parts spelled out; `false`: deep only. */
  readonly wide?: readonly CrossDeclaration[] | WideDeclaration | false
  /** `false`: wide only. */
  readonly deep?: DeepDeclaration | false
  /** Default `binary`. */
  readonly head?: HeadName
  /** Settings of the head's loss. */
  readonly loss?: LossDeclaration
}

export interface TrainingDeclaration {
  readonly batchSize?: number
  readonly epochs?: number
  readonly seed?: number
  /** Epochs without a better validation metric before training stops; the best epoch is kept. Default 2. */
  readonly patience?: number
  /**
   * Metric that early stopping and the learning-rate plateau watch. Default: `auc` for binary, `rmse` for regression,
   * `multiclassLogLoss`, `multilabelLogLoss`.
   */
  readonly metric?: string
  /** Factor on the learning rates after an epoch without improvement. Default 1 (off). */
  readonly plateau?: number
  /** Largest norm of the gradients of a step, all parts together; longer ones are scaled down to it. Default: any. */
  readonly clipNorm?: number
  /**
   * Epochs over which the weights are averaged: the average is what validation judges and what the bundle holds. 1 steadies a
   * noisy training; larger ones suit long ones. Default 0 (off): the weights of the best epoch.
   */
  readonly averaging?: number
  /**
   * Share of the sums of squared gradients, which AdaGrad and FTRL divide their steps by, that a warm start keeps: the less, the faster a model follows what is
   * new, and the sooner it forgets. Default 1: it goes on as if it had never stopped.
   */
  readonly warmStartMemory?: number
  /** Share of the training split kept for validation when the data brings none. Default 0.1. */
  readonly validationShare?: number
  /**
   * Threads of a step. Default: all processors; byte-equality holds for one count. Each takes a part of every batch, of at least 128 rows; where a
   * batch has fewer parts, those that are left over work within its products.
   */
  readonly threads?: number
  /**
   * What runs the dense half: ONNX Runtime, which is always there, or oneDNN, where that is installed. Default `auto`: oneDNN where it is
   * installed, `threads` is 1 and the model's products follow one another, as those of a relu tower do.
   */
  readonly executor?: 'auto' | 'onnxruntime' | 'onednn'
  /**
   * Precision of what matrix products read. `bfloat16` needs oneDNN and a processor that multiplies it; weights, sums and the loss stay
   * float32. Default `float32`.
   */
  readonly precision?: 'float32' | 'bfloat16'
  /** Time or steps between checkpoints inside an epoch: '5m' (default), '30s', '100 steps'. */
  readonly checkpointEvery?: string
  /**
   * What the optimizers see: the gradient of the summed loss (default; FTRL and AdaGrad then count examples, whatever the
   * batch size), of its mean over the rows of the batch (as Adam recipes of the literature assume), or of the sum over the
   * batch's weights (`sumOverWeights`) or over its rows that have a weight (`sumOverNonzero`).
   */
  readonly lossReduction?: 'sum' | 'mean' | 'sumOverWeights' | 'sumOverNonzero'
  /** A map from logits to probabilities, learned on the validation rows after training; binary heads only. Default none. */
  readonly calibration?: 'platt' | 'isotonic'
}

/**
 * When a challenger may serve. Shares are of the champion's metric; positive is better, whichever way the metric goes. All are decided on
 * 95 % intervals over the rows.
 */
export interface GateDeclaration {
  /** Pointwise metric that decides. Default: that of training, where it is pointwise, else the head's. */
  readonly metric?: string
  /** What the metric must surely reach. Default: a loss surely below a constant's. */
  readonly value?: number
  /** Least change: the interval must lie above it. 0 asks for a gain beyond noise. Default −0.01. */
  readonly change?: number
  /** Largest change that is believed, above 0. Default 0.1. */
  readonly suspicious?: number
  /** Features to slice by. Default: those with one value of at most 50. */
  readonly slices?: readonly string[]
  /** Least change of a slice: one that is surely below fails. Default −0.02. */
  readonly sliceChange?: number
  /** Rows that a slice must have. Default 500. */
  readonly sliceRows?: number
  /** Farthest that promised / happened may be from 1; binary heads. Default 0.1. */
  readonly calibration?: number
  /** Largest population stability index of the scores. Default 0.5. */
  readonly drift?: number
  /** Largest latency, as a multiple of the champion's. Default 2. */
  readonly latency?: number
  /** Largest size of what scoring loads, as a multiple of the champion's. Default 2. */
  readonly size?: number
  /** Milliseconds of a request of 100 rows. Default: any. */
  readonly latencyMs?: number
  /** Bytes of what scoring loads. Default: any. */
  readonly sizeBytes?: number
}

/** Items that are always among the candidates of those whom the conditions fit. */
export interface ListDeclaration {
  /** Keys, in their order. */
  readonly items: readonly string[]
  /** Values that a feature of the request must have one of, by feature. Default: everyone fits. */
  readonly where?: Readonly<Record<string, string | number | readonly (string | number)[]>>
}

/** Where candidates come from before they are ranked; all has a default. */
export interface RetrievalDeclaration {
  /** Candidates of a request. Default 200. */
  readonly k?: number
  /** Shares of the candidates by source, beside one another; 0 switches a source off. */
  readonly sources?: Readonly<Partial<Record<SourceName, number>>>
  /** Lists by name: their items take their places before all others. */
  readonly lists?: Readonly<Record<string, readonly string[] | ListDeclaration>>
}

export interface Config {
  readonly data: DataDeclaration
  readonly features: FeatureGroup | GroupedFeatures
  readonly model?: ModelDeclaration
  readonly training?: TrainingDeclaration
  /** What `widedeep gate` asks of a challenger; all has a default. */
  readonly gate?: GateDeclaration
  /** How candidates are found. */
  readonly retrieval?: RetrievalDeclaration
  /** What `widedeep tune` searches; other commands leave it alone. */
  readonly tune?: TuneDeclaration
}
