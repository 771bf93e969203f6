/** What may stand behind a dense layer, by name; room model has the functions. */
export const activationNames = [
  'relu',
  'tanh',
  'sigmoid',
  'linear',
  'leakyRelu',
  'elu',
  'selu',
  'gelu',
  'swish',
  'prelu',
  'dice',
] as const
export type ActivationName = (typeof activationNames)[number]

/** What may stand before it. */
export const normalizationNames = ['none', 'batch', 'layer'] as const
export type NormalizationName = (typeof normalizationNames)[number]
