/** Files that are whole or not there: written beside, synced, renamed. */
import { createHash } from 'node:crypto'
import {
  closeSync,
  createReadStream,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Node refuses to read or write more than 2 GiB at once: larger data goes in pieces of this size. */
const pieceBytes = 1 << 30

/** Makes a directory and its parents; one that exists is left alone. */
export function makeDirectory(path: string): void {
  mkdirSync(path, { recursive: true })
}

/** Writes views one after the other, of any size; whether the file survives a loss of power is for `syncBelow` to say. */
export function writeLargeFile(path: string, parts: Iterable<ArrayBufferView>): void {
  writeWith(path, parts, () => undefined)
}

function writeSynced(path: string, parts: Iterable<ArrayBufferView>): void {
  writeWith(path, parts, fsyncSync)
}

function writeWith(path: string, parts: Iterable<ArrayBufferView>, finish: (file: number) => void): void {
  const file = openSync(path, 'w')
  try {
    for (const part of parts) {
      for (let done = 0; done < part.byteLength;) {
        const length = Math.min(pieceBytes, part.byteLength - done)
        done += writeSync(file, new Uint8Array(part.buffer, part.byteOffset + done, length))
      }
    }
    finish(file)
  } finally {
    closeSync(file)
  }
}

/** Files that are open at once while a directory is synced. */
const syncedTogether = 64

/**
 * Makes a directory and all below it survive a loss of power. Many at once, since the file system then commits its journal once for all of them:
 * 17 small files take 4 ms, 50 ms one after the other.
 */
export async function syncBelow(directory: string): Promise<void> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
  for (let first = 0; first < files.length; first += syncedTogether) {
    await Promise.all(files.slice(first, first + syncedTogether).map(syncFile))
  }
  for (const entry of entries) if (entry.isDirectory()) syncDirectory(join(entry.parentPath, entry.name))
  syncDirectory(directory)
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Reads a file of little-endian 32-bit floats, of any size. */
export function readFloats(path: string): Float32Array {
  const floats = new Float32Array(Math.floor(statSync(path).size / 4))
  readLargeFile(path, [floats])
  return floats
}

/** Fills views one after the other with the bytes of a file: each is full when the next is asked for, as far as the file goes. */
export function readLargeFile(path: string, parts: Iterable<ArrayBufferView>): void {
  const file = openSync(path, 'r')
  try {
    for (const part of parts) {
      for (let done = 0; done < part.byteLength;) {
        const length = Math.min(pieceBytes, part.byteLength - done)
        const got = readSync(file, new Uint8Array(part.buffer, part.byteOffset + done, length))
        if (got === 0) return
        done += got
      }
    }
  } finally {
    closeSync(file)
  }
}

/** Writes a file so that readers see the old or the new content, never half of it. */
export function atomicWriteFile(path: string, content: string | Uint8Array): void {
  const partial = `${path}.partial-${String(process.pid)}`
  makeDirectory(dirname(path))
  writeSynced(partial, [typeof content === 'string' ? Buffer.from(content) : content])
  renameSync(partial, path)
}

/**
 * Makes a file, whole or not at all; answers whether this call made it, of all processes on whatever host, also on NFS. `staged` is a path
 * on the same file system to write at first.
 */
export function createFile(path: string, content: string, staged: string): boolean {
  writeSynced(staged, [Buffer.from(content)])
  try {
    linkSync(staged, path)
    syncDirectory(dirname(path))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(staged, { force: true })
  }
}

/** Makes the names in a directory survive a loss of power, where the system can sync directories (Windows cannot). */
export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** SHA-256 of a file's bytes, in hexadecimal. */
export async function checksumFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}
