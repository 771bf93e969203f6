/** Whether a preparation can go on from the last one, and if not, why. */
import { isAbsolute, resolve } from 'node:path'
import type { Config } from '../../features/index.js'
import { actionsDeclaration, impressionsDeclaration, labelKindOf } from '../../features/index.js'
import type { Fingerprint, SourceFile } from '../fingerprint.js'
import { preparedVersion } from '../fingerprint.js'
import { timeColumn } from '../needed-columns.js'
import type { KeptManifest } from './increment.js'

/** What the last preparation says of itself. */
export interface LastPreparation {
  readonly formatVersion: number
  readonly settings?: string
  readonly sources?: readonly SourceFile[]
  readonly kept?: KeptManifest
}

/** New files by what the config names them for. */
export interface Extension {
  readonly kind: 'extend'
  readonly examples: readonly string[]
  readonly actions: readonly string[]
}

/** What to read, or why there is no going on; no reason where none is to be expected. */
export type Plan = Extension | { readonly kind: 'whole'; readonly reason?: string }

/** Looks at what changed since the last preparation. */
export function planPreparation(
  last: LastPreparation | null,
  current: Fingerprint,
  { config, configDirectory }: { readonly config: Config; readonly configDirectory: string },
): Plan {
  if (!last) return { kind: 'whole' }
  if (last.formatVersion !== preparedVersion) return whole('the prepared data is of another release')
  if (last.settings !== current.settings) return whole('the config has changed')
  const { fresh, lost } = compareSources(last.sources ?? [], current.sources)
  const missing = lost.find(({ of }) => of !== 'join')
  if (missing) {
    const isThere = current.sources.some(({ path }) => path === missing.path)
    return whole(`${missing.path} ${isThere ? 'has changed' : 'is gone'}`)
  }
  const news = (of: string): string[] =>
    fresh.filter((file) => file.of === of).map(({ path }) => (isAbsolute(path) ? path : resolve(configDirectory, path)))
  const plan = { examples: news('examples'), actions: news('actions') }
  if (plan.examples.length + plan.actions.length === 0) {
    const changed = fresh[0] ?? lost[0]
    return whole(changed ? `${changed.path} has changed` : 'the files are in another order')
  }
  const obstacle = obstacleOf(config)
  if (obstacle !== null) return whole(obstacle)
  return last.kept ? { kind: 'extend', ...plan } : whole('nothing was kept the last time')
}

const whole = (reason: string): Plan => ({ kind: 'whole', reason })

/** Each old file is found again once, by its content and not by its name. */
function compareSources(
  old: readonly SourceFile[],
  current: readonly SourceFile[],
): { fresh: SourceFile[]; lost: SourceFile[] } {
  const fresh = [...current]
  const lost = old.filter((file) => {
    const at = fresh.findIndex(({ of, identity }) => of === file.of && identity === file.identity)
    if (at >= 0) fresh.splice(at, 1)
    return at < 0
  })
  return { fresh, lost }
}

/** Whether a day can ever be added: where no path of the logs is a pattern, no file can. */
export function canGrow(config: Config): boolean {
  const { data } = config
  const logs = [data.examples, impressionsDeclaration(config)?.from, actionsDeclaration(config)?.from]
  return obstacleOf(config) === null && logs.flat().some((path) => path !== undefined && /[*?[{]/.test(path))
}

/** Why the rows of a config cannot be final by their time; `null` when they can. */
function obstacleOf(config: Config): string | null {
  const { data, model } = config
  if ((data.split?.by ?? 'time') !== 'time') return `a split by ${data.split?.by ?? ''} is drawn over all rows`
  if (timeColumn(config) === undefined) return 'without data.time no row is older than another'
  if (data.validation !== undefined || data.test !== undefined) return 'validation or test files are given'
  if (data.propensity) return 'weights by data.propensity keep their mean over all rows'
  if (Object.values(data.history ?? {}).some(({ take }) => take === 'others'))
    return "a history of 'others' is one of all rows"
  const hasClasses = ['class', 'classSet'].includes(labelKindOf(model))
  return hasClasses && !data.label?.classes ? 'the classes of the label are learned from all rows' : null
}
