import { autoInt } from './autoint.js'
import { dcn } from './dcn.js'
import { dcnV2 } from './dcn-v2.js'
import { deepFm } from './deepfm.js'
import { din } from './din.js'
import { finalMlp } from './finalmlp.js'
import { wideDeep } from './wide-deep.js'
import { xDeepFm } from './xdeepfm.js'

export type { Architecture, ArchitectureInputs } from './architecture.js'
export { defineArchitecture } from './architecture.js'

/** Every architecture; the first is the default. */
export const architectures = [wideDeep, deepFm, dcn, dcnV2, din, finalMlp, xDeepFm, autoInt] as const
