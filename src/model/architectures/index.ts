import { wideDeep } from './wide-deep.js'

export type { Architecture, ArchitectureInputs } from './architecture.js'

/** Every architecture by its name. */
export const architectures = { wideDeep } as const
