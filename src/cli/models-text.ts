/** The registry as text. */
import type { JournalEntry, ListedVersion, ModelList, VersionDetails, VersionDifference } from '../registry/index.js'
import { metricText, textTable } from './table.js'

/** As many metrics as fit beside the rest. */
const metricCount = 3

/** The table of `models ls`. */
export function listText({ registry, versions }: ModelList): string {
  if (versions.length === 0) return `no versions in ${registry}`
  const metrics = [...new Set(versions.flatMap(({ record }) => Object.keys(record?.metrics ?? {})))]
  const shown = metrics.slice(0, metricCount)
  const rows = versions.map((version) => [
    String(version.version),
    timeText(version.publishedAt),
    version.aliases.map((alias) => aliasText(alias, version)).join(', '),
    verdictText(version),
    ...shown.map((name) => metricText(version.record?.metrics[name])),
    version.fault === null ? tagsText(version.tags) : 'DAMAGED',
  ])
  const faults = versions.flatMap(({ version, fault }) =>
    fault === null ? [] : [`version ${String(version)}: ${fault}`],
  )
  const table = textTable(['version', 'published', 'aliases', 'verdict', ...shown, 'tags'], rows)
  return [table, ...faults].join('\n')
}

/** All of `models show`. */
export function detailsText(details: VersionDetails): string {
  const { version, record, storedVerdict, directory } = details
  const lineage = Object.entries(record?.lineage ?? {}).map(([name, value]) => [name, String(value ?? '–')])
  const metrics = Object.entries(record?.metrics ?? {}).map(([name, value]) => [name, metricText(value)])
  const facts = [
    ['published', timeText(details.publishedAt)],
    ['aliases', details.aliases.map((alias) => aliasText(alias, details)).join(', ') || '–'],
    ['verdict', verdictText(details)],
    ['tags', tagsText(details.tags) || '–'],
    ...lineage,
    ['size', `${((record?.sizeBytes ?? 0) / 1e6).toFixed(1)} MB`],
    ['bundle', directory],
  ]
  const reasons = storedVerdict?.verdict.reasons ?? []
  return [
    textTable([`version ${String(version)}`, ''], facts),
    ...reasons.map((reason) => `  ${typeof reason === 'string' ? reason : JSON.stringify(reason)}`),
    '',
    ...(metrics.length > 0 ? [textTable(['metric', 'value'], metrics)] : ['no metrics: published without a report']),
  ].join('\n')
}

/** All of `models diff`. */
export function differenceText({ versions, lineage, config, metrics }: VersionDifference): string {
  const header = versions.map((version) => `version ${String(version)}`)
  const plain = [...lineage, ...config].map(({ name, values }) => [name, ...values.map(text)])
  const numbers = metrics.map(({ name, values: [first, second] }) => {
    const [a, b] = [first as number | null, second as number | null]
    const difference = a === null || b === null ? '–' : `${b < a ? '' : '+'}${(b - a).toFixed(4)}`
    return [name, metricText(a), metricText(b), difference]
  })
  return [
    plain.length > 0 ? textTable(['differs', ...header], plain) : 'the same data, config and code',
    ...(numbers.length > 0 ? ['', textTable(['metric', ...header, 'difference'], numbers)] : []),
  ].join('\n')
}

/** A value in a table: checksums by their first digits, nothing longer than a line. */
function text(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value).slice(0, 60)
  return /^[0-9a-f]{64}$/.test(value) ? value.slice(0, 12) : value.slice(0, 60)
}

/** The journal, the newest last. */
export function logText(entries: readonly JournalEntry[]): string {
  const rows = entries.map(({ generation, at, by, change, reason }) => [
    String(generation),
    timeText(at),
    by,
    changeText(change),
    reason ?? '',
  ])
  return textTable(['#', 'time', 'by', 'what', 'why'], rows)
}

/** One change in words. */
export function changeText(change: JournalEntry['change']): string {
  switch (change.kind) {
    case 'publish':
      return `published ${String(change.version)}`
    case 'tag':
      return `tagged ${String(change.version)} ${Object.entries(change.tags)
        .map(([name, value]) => (value === null ? `without ${name}` : `${name}=${value}`))
        .join(' ')}`
    case 'verdict':
      return `${change.verdict.verdict} ${String(change.version)}${overText(change.champion)}`
    case 'alias':
      return change.version === null ? `took ${change.alias} away` : `${change.alias} is ${String(change.version)}`
    case 'promote':
      return `promoted ${String(change.version)}${overText(change.from)}${change.isForced ? ' WITHOUT A BLESSING' : ''}`
    case 'rollback':
      return `rolled back from ${String(change.from)} to ${String(change.version)}`
    case 'remove':
      return `removed ${change.versions.join(', ')}`
  }
}

const overText = (champion: number | null): string => (champion === null ? '' : ` over ${String(champion)}`)

/** A champion says how it became one. */
function aliasText(alias: string, { isForced, verdict }: ListedVersion): string {
  if (alias !== 'champion') return alias
  if (isForced) return 'champion (forced)'
  return verdict?.word === 'RUBBER_STAMPED' ? 'champion (rubber-stamped)' : 'champion'
}

const verdictText = ({ verdict }: ListedVersion): string =>
  verdict === null ? '–' : `${verdict.word}${overText(verdict.champion)}`

const tagsText = (tags: Readonly<Record<string, string>>): string =>
  Object.entries(tags)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')

const timeText = (iso: string): string => iso.slice(0, 19).replace('T', ' ')
