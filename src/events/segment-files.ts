/** The files of an event log's directory: their names, and the steps that make a change of them last. */
import { open, readdir, rename } from 'node:fs/promises'
import { join } from 'node:path'

const segmentName = /^events-(\d{6,})\.ndjson$/

const nameOf = (directory: string, segment: number, ending: string): string =>
  join(directory, `events-${String(segment).padStart(6, '0')}.${ending}`)

export const segmentPath = (directory: string, segment: number): string => nameOf(directory, segment, 'ndjson')
/** Ids of a segment that is full, as hashes. */
export const idsPath = (directory: string, segment: number): string => nameOf(directory, segment, 'ids')

/** Numbers of the segments that are there, ascending. */
export async function segmentNumbers(directory: string): Promise<number[]> {
  const numbers = (await readdir(directory)).flatMap((name) => {
    const [, digits] = segmentName.exec(name) ?? []
    return digits === undefined ? [] : [Number(digits)]
  })
  return numbers.sort((a, b) => a - b)
}

/** Writes a file so that readers see the old or the new content, also after a loss of power. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const partial = `${path}.partial`
  const file = await open(partial, 'w')
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(partial, path)
  await syncNames(join(path, '..'))
}

/** Makes the names in a directory survive a loss of power, where the system can sync directories (Windows cannot). */
export async function syncNames(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const file = await open(directory, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
