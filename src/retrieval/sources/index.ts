import type { SourceKind } from '../candidate-source.js'
import { coVisitation } from './co-visitation.js'
import { fresh } from './fresh.js'
import { learned } from './learned.js'
import { popular } from './popular.js'
import { similar } from './similar.js'

/** Every source, in the order in which they take their places. */
export const sourceKinds: readonly SourceKind[] = [learned, coVisitation, similar, popular, fresh]
