/** How each head reads its label: the one fact about heads that the rooms below `model` need. */
import type { Config } from './feature-spec.js'

/**
 * `zeroOne`: 0 or 1. `number`: any finite number. `class`: one of a vocabulary, as its place there. `classSet`: a list of
 * them, as one 0 or 1 for each place.
 */
export type LabelKind = 'zeroOne' | 'number' | 'class' | 'classSet'

/** Every head by the name that the config gives it, with the kind of its label. */
export const headLabels = {
  binary: 'zeroOne',
  regression: 'number',
  multiclass: 'class',
  multilabel: 'classSet',
} as const satisfies Readonly<Record<string, LabelKind>>

export type HeadName = keyof typeof headLabels

/** The kind of label that a model section asks for. */
export const labelKindOf = (model: Config['model']): LabelKind => headLabels[model?.head ?? 'binary']
