import { openRegistry } from '../../../registry/index.js'
import { registryDirectory } from '../../publish.js'
import type { RetrainStep } from '../retrain-step.js'

export const retain: RetrainStep<{ readonly removed: readonly number[] }> = {
  name: 'retain',
  title: 'removing versions that nobody needs',
  run({ registry, keep, by }) {
    return Promise.resolve({ removed: openRegistry(registryDirectory(registry)).retain(keep, { by }) })
  },
}
