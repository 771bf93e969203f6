import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** Node reads at most 2 GiB at once. */
const pieceBytes = 1 << 30

/** Reads a file of little-endian 32-bit floats, of any size. */
export function readFloats(path: string): Float32Array {
  const file = openSync(path, 'r')
  try {
    const bytes = new Uint8Array(fstatSync(file).size)
    for (let done = 0; done < bytes.length;) {
      const got = readSync(file, bytes, done, Math.min(pieceBytes, bytes.length - done), done)
      if (got === 0) break
      done += got
    }
    return new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4))
  } finally {
    closeSync(file)
  }
}
