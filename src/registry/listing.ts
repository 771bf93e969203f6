/** What is in a registry: the list of versions, one of them, two beside each other. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { WideDeepError } from '../base/index.js'
import { aliasesOf } from './changes.js'
import { versionNumbers, versionOf } from './journal-entry.js'
import type { RegistryState } from './journal-entry.js'
import type { Registry, StoredVerdict } from './registry.js'
import type { VersionRecord } from './version-directory.js'

export interface ListedVersion {
  readonly version: number
  readonly publishedAt: string
  readonly aliases: readonly string[]
  /** The newest verdict of the gate, and the champion it was judged against. */
  readonly verdict: { readonly word: string; readonly champion: number | null } | null
  /** Promoted without a blessing. */
  readonly isForced: boolean
  readonly tags: Readonly<Record<string, string>>
  /** `null` where the record is damaged; `fault` says how. */
  readonly record: VersionRecord | null
  readonly fault: string | null
}

export interface ModelList {
  readonly registry: string
  readonly versions: readonly ListedVersion[]
}

export interface VersionDetails extends ListedVersion {
  readonly directory: string
  readonly storedVerdict: StoredVerdict | null
  /** Every setting of its config, by dotted path. */
  readonly settings: Readonly<Record<string, unknown>>
  /** What its run had to say, the course of training by epoch among it. */
  readonly report: Readonly<Record<string, unknown>> | null
}

export interface Differing {
  readonly name: string
  readonly values: readonly [unknown, unknown]
}

export interface VersionDifference {
  readonly versions: readonly [number, number]
  readonly lineage: readonly Differing[]
  /** Settings that differ, by dotted path. */
  readonly config: readonly Differing[]
  /** Every metric of either, also where both have the same. */
  readonly metrics: readonly Differing[]
}

/** Every version, the newest first. */
export async function listVersions(registry: Registry): Promise<ModelList> {
  const state = registry.state()
  const numbers = versionNumbers(state).reverse()
  return {
    registry: registry.directory,
    versions: await Promise.all(numbers.map((version) => listed(registry, state, version))),
  }
}

/** One version by number or alias, with the whole verdict; verifies every file. */
export async function showVersion(registry: Registry, asked: string): Promise<VersionDetails> {
  const { version, directory } = registry.resolve(asked)
  await registry.verify(version)
  const details = await listed(registry, registry.state(), version)
  const storedVerdict = registry.verdictOf(version)
  return { ...details, directory, storedVerdict, settings: settingsOf(directory), report: reportOf(directory) }
}

/** What differs between two versions: where they come from, their settings and their metrics. */
export async function diffVersions(registry: Registry, pair: readonly [string, string]): Promise<VersionDifference> {
  const [first, second] = [registry.resolve(pair[0]), registry.resolve(pair[1])]
  const records = [await registry.record(first.version), await registry.record(second.version)] as const
  const settings = [settingsOf(first.directory), settingsOf(second.directory)] as const
  return {
    versions: [first.version, second.version],
    lineage: differing(records[0].lineage, records[1].lineage),
    config: differing(settings[0], settings[1]),
    metrics: pairs(records[0].metrics, records[1].metrics),
  }
}

async function listed(registry: Registry, state: RegistryState, version: number): Promise<ListedVersion> {
  const { publishedAt = '', verdict = null, isForced = false, tags = {} } = versionOf(state, version) ?? {}
  const known = { version, publishedAt, aliases: aliasesOf(state, version), isForced, tags }
  const word = verdict && { word: verdict.word, champion: verdict.champion }
  try {
    return { ...known, verdict: word, record: await registry.record(version), fault: null }
  } catch (error) {
    if (!(error instanceof WideDeepError)) throw error
    return { ...known, verdict: word, record: null, fault: error.message }
  }
}

function reportOf(bundle: string): VersionDetails['report'] {
  const file = join(dirname(bundle), 'report.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>) : null
}

/** The settings of a bundle by dotted path: lists count as one value. */
function settingsOf(bundle: string): Record<string, unknown> {
  const settings: Record<string, unknown> = {}
  const visit = (value: unknown, path: string): void => {
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (!isGroup) settings[path] = value
    else for (const [name, inner] of Object.entries(value)) visit(inner, path === '' ? name : `${path}.${name}`)
  }
  visit(JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8')), '')
  return settings
}

function pairs(a: object, b: object): Differing[] {
  const [first, second] = [new Map(Object.entries(a)), new Map(Object.entries(b))]
  const names = [...new Set([...first.keys(), ...second.keys()])]
  return names.map((name) => ({ name, values: [first.get(name) ?? null, second.get(name) ?? null] }))
}

const differing = (a: object, b: object): Differing[] =>
  pairs(a, b).filter(({ values: [first, second] }) => JSON.stringify(first) !== JSON.stringify(second))
