import { binary } from './binary.js'
import type { Head, HeadName } from './head.js'
import { multiclass } from './multiclass.js'
import { multilabel } from './multilabel.js'
import { regression } from './regression.js'

export type { Head, HeadName, ResolvedLoss, ResolvedOutput } from './head.js'

/** Every head by its name in the config. */
export const heads: Readonly<Record<HeadName, Head>> = { binary, regression, multiclass, multilabel }
