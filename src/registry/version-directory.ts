/**
 * A version on disk: `versions/<number>/`, put together aside and renamed there whole, then never changed. The journal holds the
 * checksum of its manifest, that one those of the manifests below it, and these those of all files: one altered byte breaks the chain.
 */
import { randomUUID } from 'node:crypto'
import { constants, cpSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { atomicWriteFile, checksumFile, makeDirectory } from '../base/index.js'
import { readManifest, writeManifest } from '../model/index.js'
import { placeDirectory } from './claim.js'
import { registryDamaged } from './errors.js'

/** Where a version comes from. */
export interface Lineage {
  /** Fingerprint of the prepared data, `null` where it is not known. */
  readonly data: string | null
  /** SHA-256 of the bundle's `config.json`. */
  readonly config: string
  /** Release of the package, or what the publisher says: a commit, for example. */
  readonly code: string
  /** The version that training started from. */
  readonly parent: number | null
}

export interface VersionRecord {
  readonly lineage: Lineage
  readonly metrics: Readonly<Record<string, number | null>>
  readonly sizeBytes: number
  /** SHA-256 of each `manifest.json` below, by the path of its directory. */
  readonly parts: Readonly<Record<string, string>>
}

export interface VersionContents {
  /** Directory of the bundle that is copied. */
  readonly bundle: string
  readonly lineage: Omit<Lineage, 'config'>
  readonly metrics: Readonly<Record<string, number | null>>
  /** Kept as `report.json`: parameters, metrics by step, whatever the run has to say. */
  readonly report: object | null
}

const manifestName = 'manifest.json'

/** Where version `number` lies. */
export const versionDirectory = (registry: string, version: number): string =>
  join(registry, 'versions', String(version))

/** Copies a bundle into a new version and verifies the copy; returns its number and the checksum of its manifest. */
export async function writeVersion(
  registry: string,
  contents: VersionContents,
  firstFree: number,
): Promise<{ version: number; checksum: string }> {
  await readManifest(contents.bundle)
  const staged = join(registry, 'staging', `version-${randomUUID()}`)
  const bundle = join(staged, 'bundle')
  try {
    // Shares blocks with the source where the file system can, never the file itself; the manifest syncs the copies.
    cpSync(contents.bundle, bundle, { recursive: true, mode: constants.COPYFILE_FICLONE })
    const parts: Record<string, string> = {}
    for (const part of partsBelow(staged)) {
      await readManifest(join(staged, part))
      parts[part] = await checksumFile(join(staged, part, manifestName))
    }
    if (contents.report) atomicWriteFile(join(staged, 'report.json'), `${JSON.stringify(contents.report, null, 2)}\n`)
    const lineage: Lineage = { ...contents.lineage, config: await checksumFile(join(bundle, 'config.json')) }
    const record: VersionRecord = { lineage, metrics: contents.metrics, sizeBytes: sizeOf(bundle), parts }
    await writeManifest(staged, { kind: 'version', ...record })
    const checksum = await checksumFile(join(staged, manifestName))
    return { version: claim(registry, staged, firstFree), checksum }
  } finally {
    rmSync(staged, { recursive: true, force: true })
  }
}

/** Of several processes one gets the number, the others the next. */
function claim(registry: string, staged: string, firstFree: number): number {
  makeDirectory(join(registry, 'versions'))
  let version = firstFree
  while (!placeDirectory(staged, versionDirectory(registry, version))) version++
  return version
}

/** The record of a version, verified; its bundle is not looked at. */
export async function readRecord(directory: string, checksum: string): Promise<VersionRecord> {
  await verifyFile(join(directory, manifestName), checksum)
  return (await readManifest(directory)).content as unknown as VersionRecord
}

/** Verifies every file of a version against the journal's checksum; throws with the name of the first that differs. */
export async function verifyVersion(directory: string, checksum: string): Promise<VersionRecord> {
  const record = await readRecord(directory, checksum)
  for (const [part, expected] of Object.entries(record.parts)) {
    await verifyFile(join(directory, part, manifestName), expected)
    await readManifest(join(directory, part))
  }
  return record
}

async function verifyFile(file: string, expected: string): Promise<void> {
  const got = existsSync(file) ? await checksumFile(file) : 'no file'
  if (got !== expected) throw registryDamaged({ file, expected, got })
}

/** Directories below that have a manifest of their own, by relative path with `/`. */
function partsBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(`${sep}${manifestName}`))
    .map((path) => dirname(path).replaceAll(sep, '/'))
    .sort()
}

const sizeOf = (directory: string): number =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((path) => statSync(join(directory, path)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0)
