import type { RetrainStep } from '../retrain-step.js'

export const retain: RetrainStep<{ readonly removed: readonly number[] }> = {
  name: 'retain',
  title: 'removing versions that nobody needs',
  run({ registry, keep, by }) {
    return Promise.resolve({ removed: registry.retain(keep, { by }) })
  },
}
