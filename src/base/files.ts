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
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** Node refuses to read or write more than 2 GiB at once: larger data goes in pieces of this size. */
const pieceBytes = 1 << 30

/** Makes a directory and its parents; one that exists is left alone. */
export function makeDirectory(path: string): void {
  mkdirSync(path, { recursive: true })
}

/** Writes views one after the other and syncs the file before it returns. */
export function writeLargeFile(path: string, parts: Iterable<ArrayBufferView>): void {
  const file = openSync(path, 'w')
  try {
    for (const part of parts) {
      for (let done = 0; done < part.byteLength;) {
        const length = Math.min(pieceBytes, part.byteLength - done)
        done += writeSync(file, new Uint8Array(part.buffer, part.byteOffset + done, length))
      }
    }
    fsyncSync(file)
  } finally {
    closeSync(file)
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
  writeLargeFile(partial, [typeof content === 'string' ? Buffer.from(content) : content])
  renameSync(partial, path)
}

/**
 * Makes a file, whole or not at all; answers whether this call made it, of all processes on whatever host, also on NFS. `staged` is a path
 * on the same file system to write at first.
 */
export function createFile(path: string, content: string, staged: string): boolean {
  writeLargeFile(staged, [Buffer.from(content)])
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
