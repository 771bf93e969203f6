/** Names of the graph's inputs and outputs beside the parameters' own. */
export const inputNames = {
  deep: 'deep/input',
  wide: 'wide/logit',
  wideNumbers: 'wide/numbers/input',
  /** The bias of the first layer, and what columns add to it that are not among its inputs, for each row: where the step makes those itself. */
  firstLayer: 'deep/first',
  label: 'label',
  weight: 'weight',
  /** Added to the logit in training alone: the log odds that a way of sampling puts into the rows. */
  offset: 'offset',
  /** What the summed loss is multiplied with before it is differentiated: 1 for a sum, 1/batch for a mean. */
  lossScale: 'loss/scale',
} as const

/** The gradient of an input or parameter in the training graph's outputs. */
export const gradientName = (name: string): string => `gradient/${name}`
