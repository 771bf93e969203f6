/** Whole lines of a segment, read in chunks, so that a segment of any size takes little memory. */
import { open } from 'node:fs/promises'

/** Whole lines, one after the other, with the offset of the first. */
export interface Lines {
  readonly bytes: Buffer
  readonly offset: number
}

/** One line without its end. */
export interface Line {
  readonly bytes: Buffer
  readonly offset: number
  /** Where the next one begins. */
  readonly next: number
}

const chunkBytes = 1 << 20
const newline = 0x0a

/** The whole lines of `[from, to)`; a last line without its end is left out. */
export async function* wholeLines(path: string, from: number, to: number): AsyncGenerator<Lines> {
  const file = await open(path, 'r')
  try {
    let offset = from
    let rest = Buffer.alloc(0)
    for (;;) {
      const chunk = Buffer.allocUnsafe(Math.max(0, Math.min(chunkBytes, to - offset - rest.length)))
      const { bytesRead } = await file.read(chunk, 0, chunk.length, offset + rest.length)
      if (bytesRead === 0) return
      const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)])
      const end = bytes.lastIndexOf(newline) + 1
      if (end > 0) yield { bytes: bytes.subarray(0, end), offset }
      offset += end
      rest = bytes.subarray(end)
    }
  } finally {
    await file.close()
  }
}

export function* eachLine({ bytes, offset }: Lines): Generator<Line> {
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(newline, start)
    yield { bytes: bytes.subarray(start, end), offset: offset + start, next: offset + end + 1 }
    start = end + 1
  }
}

/** The number of the line that begins at an offset, from 1. */
export async function lineNumberAt(path: string, offset: number): Promise<number> {
  let number = 1
  for await (const { bytes } of wholeLines(path, 0, offset)) {
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) number++
  }
  return number
}
