import { evaluateBundle } from '../../evaluate.js'
import type { RetrainStep } from '../retrain-step.js'
import { RetrainStop } from '../retrain-step.js'

export interface Probe {
  /** Area under the curve of the champion on the newest rows, and on those it was judged by before it was published. */
  readonly now: number | null
  readonly before: number | null
  /** What the champion promised of the newest rows over what happened. */
  readonly calibration: number | null
}

/** Of what the champion is better than chance, how much must be left on the newest rows. People do not change that much in a day. */
const leastLeft = 0.5

/** How many times as much, or as little, may happen as was promised. */
const mostOff = 3

/** A champion that can tell nothing any more says that the labels are wrong, not that it has aged. */
export const probe: RetrainStep<Probe> = {
  name: 'probe',
  title: 'asking the champion about the new day',
  async run({ loaded, champion, registry }) {
    if (!champion) return { now: null, before: null, calibration: null }
    const record = await registry.record(champion.version)
    const { metrics } = await evaluateBundle({ bundle: champion.bundle, loaded, split: 'test' })
    const found = {
      now: metrics['auc'] ?? null,
      before: record.metrics['auc'] ?? null,
      calibration: metrics['calibration'] ?? null,
    }
    const reasons = reasonsOf(found)
    if (reasons.length > 0) throw new RetrainStop('DATA_REJECTED', reasons, found)
    return found
  },
}

function reasonsOf({ now, before, calibration }: Probe): string[] {
  const reasons: string[] = []
  if (now !== null && before !== null && now - 0.5 < leastLeft * (before - 0.5))
    reasons.push(
      `the champion's area under the curve fell from ${before.toFixed(4)} to ${now.toFixed(4)} on the newest rows: are their labels those of these rows?`,
    )
  if (calibration !== null && (calibration > mostOff || calibration < 1 / mostOff))
    reasons.push(
      `on the newest rows the champion promises ${calibration.toFixed(2)} times what happened: were all actions of that day logged?`,
    )
  return reasons
}
