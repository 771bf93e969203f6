import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { randomInteger, randomKey } from '../base/index.js'
import { categorical, list } from '../features/index.js'
import type { Config } from '../features/index.js'
import { openDatabase } from '../sql/index.js'
import type { AttributionReport } from './attribution.js'
import { noBadRows } from './bad-rows.js'
import { makeExamples } from './labelled-table.js'

const directory = mkdtempSync(join(tmpdir(), 'widedeep-attribution-'))
afterAll(() => {
  rmSync(directory, { recursive: true, force: true })
})

interface Impression {
  readonly user: string
  readonly item: string
  readonly at: number
  readonly request?: string
}
interface Action extends Impression {
  readonly kind: string
  readonly known?: number
}
interface Example {
  readonly row: number
  readonly label: number
  readonly weight: number
  readonly installed: readonly string[]
}

const csv = (header: string, lines: readonly (readonly (string | number | undefined)[])[]): string =>
  [header, ...lines.map((line) => line.map((cell) => cell ?? '').join(','))].join('\n') + '\n'

function configOf(label: Config['data']['label'], actions: Partial<Config['data']['actions']> = {}): Config {
  return {
    data: {
      impressions: 'impressions.csv',
      actions: { from: 'actions.csv', kind: 'kind', known: 'known', request: 'request', ...(actions as object) },
      ...(label ? { label } : {}),
      user: 'user',
      item: 'item',
      time: 'at',
      history: { installed: { of: 'item', action: 'install', last: 3 } },
    },
    features: {
      user: { user: categorical(), installed: list(categorical({ sharedWith: 'item' })) },
      item: { item: categorical() },
    },
  }
}

/** The examples that the two logs give. */
async function examplesOf(
  config: Config,
  impressions: readonly Impression[],
  actions: readonly Action[],
): Promise<{ examples: Example[]; report: AttributionReport | null; warnings: readonly string[] }> {
  writeFileSync(
    join(directory, 'impressions.csv'),
    csv(
      'user,item,at,request',
      impressions.map(({ user, item, at, request }) => [user, item, at, request]),
    ),
  )
  writeFileSync(
    join(directory, 'actions.csv'),
    csv(
      'user,item,at,kind,known,request',
      actions.map(({ user, item, at, kind, known, request }) => [user, item, at, kind, known, request]),
    ),
  )
  const database = await openDatabase({ threads: 2 })
  try {
    const reader = { database, temporaryDirectory: directory, badRows: noBadRows() }
    const input = { config, configDirectory: directory, files: { examples: ['impressions.csv'] } }
    const made = await makeExamples(reader, input, 'train')
    const cell = made.columns.get('installed') ?? ''
    const rows = await database.rows(`SELECT __row, __label, __weight, ${cell} AS h FROM examples ORDER BY __row`)
    const examples = rows.map((row) => ({
      row: Number(row['__row']),
      label: Number(row['__label']),
      weight: Number(row['__weight']),
      installed: Array.isArray(row['h']) ? row['h'].map(String) : [],
    }))
    return { examples, report: made.attribution, warnings: made.warnings }
  } finally {
    database.close()
  }
}

/** Small random logs, with many ties, requests on half of the rows, and some actions that are known late. */
function randomLogs(seed: number): { impressions: Impression[]; actions: Action[] } {
  const draw = (word: string, index: number, bound: number): number =>
    randomInteger(randomKey(seed, word), index, bound)
  const who = (index: number, word: string): Impression => ({
    user: `u${String(draw(`${word} user`, index, 4))}`,
    item: `i${String(draw(`${word} item`, index, 5))}`,
    at: 1000 + draw(`${word} time`, index, 60),
    ...(draw(`${word} has`, index, 2) === 0 ? { request: `q${String(draw(`${word} request`, index, 9))}` } : {}),
  })
  return {
    impressions: Array.from({ length: 60 }, (_, index) => who(index, 'shown')),
    actions: Array.from({ length: 40 }, (_, index) => {
      const base = who(index, 'done')
      const late = draw('late', index, 3) === 0 ? { known: base.at + 1 + draw('delay', index, 20) } : {}
      return { ...base, ...late, kind: ['click', 'install', 'share'][draw('kind', index, 3)] ?? '' }
    }),
  }
}

/** What the definition says, one action after the other. */
function byHand(
  { impressions, actions }: ReturnType<typeof randomLogs>,
  { kinds, window, credit }: { kinds: Record<string, number>; window: number; credit: 'first' | 'last' },
): Map<number, number> {
  const weights = new Map<number, number>()
  const requests = new Set(impressions.map(({ request }) => request))
  for (const action of actions) {
    const weight = kinds[action.kind]
    if (weight === undefined) continue
    const byRequest = action.request !== undefined && requests.has(action.request)
    const candidates = [...impressions.entries()].filter(
      ([, one]) =>
        one.item === action.item &&
        (byRequest ? one.request === action.request : one.user === action.user) &&
        one.at <= action.at &&
        one.at >= action.at - window,
    )
    const order = (a: (typeof candidates)[number], b: (typeof candidates)[number]): number =>
      a[1].at - b[1].at || a[0] - b[0]
    const chosen = candidates.sort(order).at(credit === 'last' ? -1 : 0)
    if (chosen) weights.set(chosen[0], Math.max(weights.get(chosen[0]) ?? 0, weight))
  }
  return weights
}

describe('the label join', () => {
  for (const credit of ['first', 'last'] as const) {
    it(`gives ${credit} credit as a loop over both logs does, with requests, windows, weights and ties`, async () => {
      const kinds = { click: 1, install: 5 }
      for (let seed = 1; seed <= 12; seed++) {
        const logs = randomLogs(seed)
        const config = configOf({ action: kinds, within: '10s', credit })
        const { examples, report } = await examplesOf(config, logs.impressions, logs.actions)
        const expected = byHand(logs, { kinds, window: 10, credit })
        const end = Math.max(
          ...logs.impressions.map(({ at }) => at),
          ...logs.actions.map(({ known, at }) => known ?? at),
        )
        const ripe = [...logs.impressions.entries()].filter(([, { at }]) => at <= end - 10)
        expect(examples.map(({ row, label, weight }) => [row, label, weight])).toEqual(
          ripe.map(([row]) => [row, expected.has(row) ? 1 : 0, expected.get(row) ?? 1]),
        )
        expect(report?.unripe).toBe(logs.impressions.length - ripe.length)
        expect(report?.positives).toBe(expected.size)
      }
    })
  }

  it('counts what became of each action, and says so', async () => {
    const impressions = [
      { user: 'u1', item: 'a', at: 100 },
      { user: 'u1', item: 'b', at: 200 },
      { user: 'u2', item: 'a', at: 900 },
      { user: 'u2', item: 'a', at: 5000 },
    ]
    const act = (user: string, item: string, at: number): Action => ({ user, item, at, kind: 'install' })
    const actions = [
      act('u1', 'a', 110),
      act('u1', 'b', 900),
      act('u2', 'a', 100),
      act('u2', 'c', 100),
      act('', 'a', 1),
    ]
    const { report, warnings, examples } = await examplesOf(
      configOf({ action: 'install', within: '1m' }),
      impressions,
      [...actions, { ...act('u1', 'a', 120), kind: 'open' }],
    )
    expect(report).toEqual({
      impressions: 4,
      positives: 1,
      unripe: 1,
      actions: 4,
      credited: 1,
      late: 1,
      early: 1,
      orphans: 1,
    })
    expect(examples.map(({ label }) => label)).toEqual([1, 0, 0])
    expect(warnings.join('\n')).toMatch(
      /1 of 6 actions have no user[^]*1 of 4 actions are on items[^]*before[^]*more than 1m[^]*1 of 4 impr/,
    )
  })

  it('reads milliseconds in one log and seconds in the other', async () => {
    const start = 1_767_225_600
    const impressions = [0, 100, 4000].map((at) => ({ user: 'u', item: 'a', at: start + at }))
    const action = { user: 'u', item: 'a', at: (start + 130) * 1000, kind: 'install' }
    const { examples } = await examplesOf(configOf({ action: 'install', within: '60s' }), impressions, [action])
    expect(examples.map(({ label }) => label)).toEqual([0, 1])
  })

  it('gives histories of actions as of when they were known: whatever comes later changes no example', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { impressions, actions } = randomLogs(seed)
      const config = configOf({ action: 'click', within: '1s' })
      const { examples } = await examplesOf(config, impressions, actions)
      const cut = 1030
      const known = ({ at, known }: Action): number => Math.max(at, known ?? at)
      // Everything from the cut on is another: gone, moved, of other kinds, on other items; and what was only known from then on.
      const mutated = actions.flatMap((one, index): Action[] => {
        if (known(one) < cut) return [one]
        return index % 3 === 0 ? [] : [{ ...one, item: `i${String(index % 5)}`, kind: 'install', known: cut + index }]
      })
      const later = impressions.map((one, index) => (one.at > cut ? { ...one, item: `i${String(index % 5)}` } : one))
      const again = await examplesOf(config, later, mutated)
      const upTo = (list: readonly Example[]): [number, readonly string[]][] =>
        list.flatMap(({ row, installed }): [number, readonly string[]][] =>
          (impressions[row]?.at ?? 0) <= cut ? [[row, installed]] : [],
        )
      expect(upTo(again.examples)).toEqual(upTo(examples))
      for (const { row, installed } of examples) {
        const { user, at } = impressions[row] ?? { user: '', at: 0 }
        const own = [...actions.entries()]
          .filter(([, one]) => one.user === user && one.kind === 'install' && known(one) < at)
          .sort((a, b) => known(a[1]) - known(b[1]) || a[0] - b[0])
        expect(installed).toEqual(own.slice(-3).map(([, { item }]) => item))
      }
    }
  })
})
