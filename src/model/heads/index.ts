import { binary } from './binary.js'
import { regression } from './regression.js'

export type { Head } from './head.js'

/** Every head by its name in the config. */
export const heads = { binary, regression } as const
export type HeadName = keyof typeof heads
