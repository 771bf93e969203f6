import { describe, expect, it } from 'vitest'
import { randomKey, randomNormal, randomUniform } from '../base/index.js'
import type { JudgedModel, Judging } from './check.js'
import { gateChecks } from './checks/index.js'
import { judge } from './judge.js'
import type { Blessing } from './judge.js'
import { defaultLimits } from './limits.js'
import type { GateLimits } from './limits.js'

const rowCount = 4000
/** True log odds of each row, and a label drawn from them. */
const logits = Float64Array.from({ length: rowCount }, (_, row) => 1.5 * randomNormal(randomKey(1, 'logit'), row) - 1)
const labels = Float32Array.from(logits, (logit, row) =>
  Number(randomUniform(randomKey(1, 'label'), row) < 1 / (1 + Math.exp(-logit))),
)

/** A model that sees the truth through noise: more noise, lower AUC; `shift` is added to its log odds. */
function model({ noise = 0, seed = 1, shift = 0, servingBytes = 5e6, latencyMs = 4 } = {}): JudgedModel {
  const scores = Float32Array.from(logits, (logit, row) => {
    const seen = logit + noise * randomNormal(randomKey(seed, 'noise'), row)
    return 1 / (1 + Math.exp(-(seen / (1 + (noise * noise) / 2.25)) - shift))
  })
  return { scores, servingBytes, latencyMs }
}

/** A model that knows the label of most rows. */
const leaky: JudgedModel = {
  ...model(),
  scores: labels.map((label, row) => (row % 5 === 0 ? 0.3 : 0.05 + 0.9 * label)),
}
const shuffled: JudgedModel = {
  ...model(),
  scores: Float32Array.from(logits, (_, row) => 0.2 + 0.2 * randomUniform(7, row)),
}
const broken: JudgedModel = {
  ...model(),
  scores: model().scores.map((score, row) => (row === 17 ? Number.NaN : score)),
}

const base = model({ noise: 1 })

function judging(
  challenger: JudgedModel,
  champion: JudgedModel | null,
  { limits = {}, slices = new Map() }: { limits?: Partial<GateLimits>; slices?: Judging['slices'] } = {},
): Judging {
  return {
    head: 'binary',
    metric: 'auc',
    isHigherBetter: true,
    rows: { labels, width: 1, labelWidth: 1 },
    challenger,
    champion,
    slices,
    limits: { ...defaultLimits, ...limits },
  }
}

interface Case {
  readonly what: string
  readonly challenger: JudgedModel
  readonly champion: JudgedModel | null
  readonly limits?: Partial<GateLimits>
  readonly verdict: Blessing
  /** Of the reasons, in order. */
  readonly reasons: readonly RegExp[]
}

const cases: Case[] = [
  {
    what: 'a better model',
    challenger: model({ noise: 0.8 }),
    champion: base,
    verdict: 'BLESSED',
    reasons: [/^change: better: auc rose by/],
  },
  {
    what: 'the champion itself',
    challenger: base,
    champion: base,
    verdict: 'BLESSED',
    reasons: [/^change: no difference beyond noise/],
  },
  {
    what: 'a difference of noise that the rows can bound',
    challenger: model({ noise: 1.005, seed: 1 }),
    champion: base,
    verdict: 'BLESSED',
    reasons: [/^change: no difference beyond noise, and surely not worse by more than −1.00 %/],
  },
  {
    what: 'a difference of noise where a gain is asked for',
    challenger: model({ noise: 1.005, seed: 1 }),
    champion: base,
    limits: { change: 0 },
    verdict: 'NOT_BLESSED',
    reasons: [/^change: (undecided|worse)/],
  },
  {
    what: 'a difference of noise that the rows cannot bound',
    challenger: model({ noise: 1, seed: 2 }),
    champion: base,
    limits: { change: -0.005 },
    verdict: 'NOT_BLESSED',
    reasons: [/^change: undecided: auc .* may hide a loss beyond −0.50 %/],
  },
  {
    what: 'a worse model',
    challenger: model({ noise: 1.6 }),
    champion: base,
    limits: { calibration: 9 },
    verdict: 'NOT_BLESSED',
    reasons: [/^change: worse: auc .*, surely below −1.00 %/],
  },
  {
    what: 'a worse model within a wide limit',
    challenger: model({ noise: 1.6 }),
    champion: base,
    limits: { change: -0.2, calibration: 9 },
    verdict: 'BLESSED',
    reasons: [/^change: no difference beyond noise/],
  },
  {
    what: 'no champion',
    challenger: base,
    champion: null,
    verdict: 'RUBBER_STAMPED',
    reasons: [/^there is no champion: nothing was compared/],
  },
  {
    what: 'no champion and a value that is not reached',
    challenger: base,
    champion: null,
    limits: { value: 0.95 },
    verdict: 'NOT_BLESSED',
    reasons: [/^value: auc 0\.\d{4} .* is not surely ≥ 0.95/],
  },
  {
    what: 'no champion and random scores',
    challenger: shuffled,
    champion: null,
    verdict: 'NOT_BLESSED',
    reasons: [/^value: it is not surely better than saying the same of every row/],
  },
  {
    what: 'a gain too good to be true',
    challenger: leaky,
    champion: base,
    limits: { calibration: 9, drift: 99 },
    verdict: 'NOT_BLESSED',
    reasons: [/^suspicious gain: auc .* is too good to be believed/],
  },
  {
    what: 'a gain too good to be true that is believed',
    challenger: leaky,
    champion: base,
    limits: { suspicious: 1, calibration: 9, drift: 99 },
    verdict: 'BLESSED',
    reasons: [/^change: better/],
  },
  {
    what: 'promises that are not kept',
    challenger: model({ noise: 0.9, shift: 0.4 }),
    champion: base,
    verdict: 'NOT_BLESSED',
    reasons: [/^calibration: promised \/ happened is 1\.\d+/],
  },
  {
    what: 'promises no worse than those of before',
    challenger: model({ noise: 0.9, shift: 0.4 }),
    champion: model({ noise: 1, shift: 0.6 }),
    verdict: 'BLESSED',
    reasons: [/^change: better/],
  },
  {
    what: 'scores on another level',
    challenger: model({ noise: 0.9, shift: -1.5 }),
    champion: base,
    limits: { value: 0.5, calibration: 9 },
    verdict: 'NOT_BLESSED',
    reasons: [/^drift of scores: the scores moved/],
  },
  {
    what: 'a slower model',
    challenger: model({ noise: 0.9, latencyMs: 9 }),
    champion: base,
    verdict: 'NOT_BLESSED',
    reasons: [/^latency: a request takes 9.00 ms against 4.00 ms, ≤ 8.00 ms/],
  },
  {
    what: 'a model over the budget of milliseconds',
    challenger: model({ latencyMs: 4 }),
    champion: null,
    limits: { latencyMs: 3 },
    verdict: 'NOT_BLESSED',
    reasons: [/^latency: .* ≤ 3.00 ms/],
  },
  {
    what: 'a larger model',
    challenger: model({ noise: 0.9, servingBytes: 11e6 }),
    champion: base,
    verdict: 'NOT_BLESSED',
    reasons: [/^size: the bundle has 11.00 MB against 5.00 MB/],
  },
  {
    what: 'a score that is no number',
    challenger: broken,
    champion: base,
    verdict: 'NOT_BLESSED',
    reasons: [/^finite scores: 1 scores/],
  },
  {
    what: 'two faults: both are told',
    challenger: model({ noise: 1.6, latencyMs: 9 }),
    champion: base,
    limits: { calibration: 9 },
    verdict: 'NOT_BLESSED',
    reasons: [/^change: worse/, /^latency:/],
  },
]

describe('the gate', () => {
  it.each(cases)('$what: $verdict', ({ challenger, champion, limits, verdict, reasons }) => {
    const judged = judge(judging(challenger, champion, limits ? { limits } : {}))
    expect([judged.verdict, ...judged.reasons]).toEqual([
      verdict,
      ...reasons.map((reason) => expect.stringMatching(reason) as string),
    ])
  })

  it('blocks a slice that got worse though the whole got better, and lets small ones be', () => {
    const half = rowCount / 2
    const rows = Array.from({ length: rowCount }, (_, row) => row)
    const slices = new Map([
      [
        'country',
        new Map([
          ['de', rows.slice(0, half)],
          ['fr', rows.slice(half, -900)],
          ['it', rows.slice(-900)],
          ['lu', rows.slice(0, 90)],
        ]),
      ],
    ])
    const [good, bad] = [model({ noise: 0.4 }), model({ noise: 2 })]
    const mixed = {
      ...good,
      scores: good.scores.map((score, row) => (row >= rowCount - 900 ? (bad.scores[row] ?? 0) : score)),
    }
    const judged = judge(judging(mixed, base, { slices }))
    expect(judged.reasons).toEqual([
      expect.stringMatching(/^slices: 1 slice\(s\) got surely worse: country=it \(900 rows\)/),
    ])
    expect(judged.checks.find(({ name }) => name === 'change')?.reason).toMatch(/^better/)
    expect(judged.checks.find(({ name }) => name === 'slices')?.found).toBe('3 judged; 1 too small or of one class')
    expect(judge(judging(mixed, base, { slices, limits: { sliceRows: 901 } })).verdict).toBe('BLESSED')
    expect(judge(judging(mixed, base, { slices, limits: { sliceChange: -0.5 } })).verdict).toBe('BLESSED')
  })

  it('knows a metric of which less is better', () => {
    const of = (challenger: JudgedModel): string =>
      judge({ ...judging(challenger, base), metric: 'logLoss', isHigherBetter: false }).checks.find(
        ({ name }) => name === 'change',
      )?.reason ?? ''
    expect(of(model({ noise: 0.7 }))).toMatch(/^better/)
    expect(of(model({ noise: 2 }))).toMatch(/^worse/)
  })

  it('says of every check what it asks, what it found and what it must be', () => {
    const { checks } = judge(judging(base, base))
    expect(checks.map(({ name }) => name)).toEqual(gateChecks.map(({ name }) => name))
    for (const check of checks) for (const text of Object.values(check)) expect(text).not.toBe('')
  })
})
