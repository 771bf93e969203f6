/** A directory that knows its files: every file's checksum, and the manifest's own, so that any altered byte is named. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { atomicWriteFile, checksumFile, syncBelow, syncDirectory } from '../base/index.js'
import { bundleDamaged, bundleMissing, bundleVersionUnknown } from './errors.js'

export interface Manifest {
  readonly formatVersion: number
  readonly files: Readonly<Record<string, string>>
  readonly content: Readonly<Record<string, unknown>>
}

const manifestName = 'manifest.json'
const formatVersion = 1

/** Checksums and syncs every file below a directory and writes its manifest last; `content` is what the format has to say. */
export async function writeManifest(directory: string, content: Readonly<Record<string, unknown>>): Promise<void> {
  const files: Record<string, string> = {}
  for (const file of ownFiles(directory)) files[file] = await checksumFile(join(directory, file))
  await syncBelow(directory)
  const body = { formatVersion, files, content }
  atomicWriteFile(
    join(directory, manifestName),
    `${JSON.stringify({ ...body, checksum: checksumOf(body) }, null, 2)}\n`,
  )
  syncDirectory(directory)
}

/** Reads a manifest and verifies every file it names, unless that was just done; throws with the name of the first that differs. */
export async function readManifest(directory: string, { isVerified = false } = {}): Promise<Manifest> {
  const path = join(directory, manifestName)
  if (!existsSync(path)) throw bundleMissing({ directory })
  const parsed = parseManifest(path)
  if (parsed.formatVersion !== formatVersion) {
    throw bundleVersionUnknown({ directory, got: parsed.formatVersion, known: formatVersion })
  }
  const { checksum, ...body } = parsed
  const expected = checksumOf(body)
  if (checksum !== expected) throw bundleDamaged({ file: path, expected: String(checksum), got: expected })
  if (isVerified) return body
  for (const [file, sum] of Object.entries(parsed.files)) await verify(join(directory, file), sum)
  return body
}

function parseManifest(path: string): Manifest & { checksum?: string } {
  const text = readFileSync(path, 'utf8')
  try {
    return JSON.parse(text) as Manifest & { checksum?: string }
  } catch (cause) {
    throw bundleDamaged({ file: path, expected: 'a JSON text', got: text.slice(0, 16) }, { cause })
  }
}

async function verify(path: string, expected: string): Promise<void> {
  const got = existsSync(path) ? await checksumFile(path) : 'no file'
  if (got !== expected) throw bundleDamaged({ file: path, expected, got })
}

const checksumOf = (body: object): string => createHash('sha256').update(JSON.stringify(body)).digest('hex')

/** Files below a directory that belong to it: a directory with a manifest of its own looks after itself. */
function ownFiles(directory: string, prefix = ''): string[] {
  return readdirSync(join(directory, prefix))
    .sort()
    .flatMap((name) => {
      const relative = prefix ? `${prefix}/${name}` : name
      const path = join(directory, relative)
      if (statSync(path).isDirectory()) return existsSync(join(path, manifestName)) ? [] : ownFiles(directory, relative)
      return relative === manifestName ? [] : [relative]
    })
}
