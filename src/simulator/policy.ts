/** The policy that the logs were made with: apps drawn by popularity, the best of them by the user's taste and noise. */
import { randomKey, randomUniform } from '../base/index.js'
import type { SimulatedApps } from './apps.js'
import { storeConstants } from './constants.js'

export interface ListRequest {
  readonly request: number
  /** Apps that are out. */
  readonly appCount: number
  /** True of an app that must not be shown. */
  isExcluded(app: number): boolean
  /** The low-rank part of the truth, of which the policy has a blurred view. */
  liking(app: number): number
}

/** Apps of a request, the first position first, each once. */
export type Policy = (request: ListRequest) => readonly number[]

/** Draws before the rest of a list is filled with the next best neighbours: small stores repeat themselves. */
const mostDraws = 64

export function createPolicy(apps: SimulatedApps, seed: number): Policy {
  const { positions, candidates, policyTaste } = storeConstants
  const ofDraw = randomKey(seed, 'policy', 'draw')
  const ofNoise = randomKey(seed, 'policy', 'noise')
  return ({ request, appCount, isExcluded, liking }) => {
    const drawn: number[] = []
    for (let i = 0; i < mostDraws && drawn.length < candidates; i++) {
      const app = apps.draw(randomUniform(ofDraw, request * mostDraws + i), appCount)
      if (!drawn.includes(app) && !isExcluded(app)) drawn.push(app)
    }
    for (let app = 0; app < appCount && drawn.length < positions; app++)
      if (!drawn.includes(app) && !isExcluded(app)) drawn.push(app)
    const scores = drawn.map((app, i) => policyTaste * liking(app) + gumbel(ofNoise, request * candidates + i))
    const order = drawn.map((_, i) => i).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0))
    return order.slice(0, positions).map((i) => drawn[i] ?? 0)
  }
}

/** A half is added to the integer below the uniform number, which so is never 0 or 1. */
function gumbel(key: number, counter: number): number {
  return -Math.log(-Math.log(randomUniform(key, counter) + 0.5 / 0x100000000))
}
