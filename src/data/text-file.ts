/** What must be known of a text file before the database reads it: its first record, and its bytes in UTF-8. */
import { createReadStream, createWriteStream } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

const encodings = { 'utf-8': 'utf-8', 'latin-1': 'latin1', 'utf-16': 'utf-16le' } as const
export type Encoding = keyof typeof encodings

/** Enough for the longest header; a first record beyond it is not one. */
const headerLimit = 1 << 22

/** The file's text in pieces; `.gz` is unpacked, a byte order mark left out. */
async function* textPieces(path: string, encoding: Encoding): AsyncGenerator<string> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 })
  const unpacked = path.endsWith('.gz') ? file.pipe(createGunzip()) : file
  file.on('error', (error) => unpacked.destroy(error))
  const decoder = new TextDecoder(encodings[encoding])
  for await (const piece of unpacked as AsyncIterable<Uint8Array>) yield decoder.decode(piece, { stream: true })
  yield decoder.decode()
}

export interface Dialect {
  readonly delimiter: string
  /** Empty: no quoting. */
  readonly quote: string
}

/** The cells of the first record that is not empty, trimmed; `[]` for a file without one. */
export async function firstRecord(path: string, encoding: Encoding, dialect: Dialect): Promise<string[]> {
  let text = ''
  for await (const piece of textPieces(path, encoding)) {
    text += piece
    const record = splitRecord(text.replace(/^[\r\n]+/, ''), dialect)
    if (record.isEnded || text.length > headerLimit) return record.cells
  }
  const { cells } = splitRecord(text.replace(/^[\r\n]+/, ''), dialect)
  return cells.length === 1 && cells[0] === '' ? [] : cells
}

function splitRecord(text: string, { delimiter, quote }: Dialect): { cells: string[]; isEnded: boolean } {
  const cells: string[] = []
  let cell = ''
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const isQuote = quote !== '' && text[at] === quote
    if (isQuoted) {
      if (!isQuote) cell += text[at] ?? ''
      else if (text[at + 1] === quote) cell += text[++at] ?? ''
      else isQuoted = false
    } else if (isQuote && cell.trim() === '') {
      isQuoted = true
      cell = ''
    } else if (text.startsWith(delimiter, at)) {
      cells.push(cell.trim())
      cell = ''
      at += delimiter.length - 1
    } else if (text[at] === '\n' || text[at] === '\r') {
      return { cells: [...cells, cell.trim()], isEnded: true }
    } else cell += text[at] ?? ''
  }
  return { cells: [...cells, cell.trim()], isEnded: false }
}

/** Writes a file of another encoding as UTF-8 into a directory, in a stream; returns the new path. */
export async function asUtf8(path: string, encoding: Encoding, directory: string): Promise<string> {
  const target = join(directory, `${path.replaceAll(/[^A-Za-z0-9.]/g, '_').replace(/\.gz$/, '')}.utf8`)
  await pipeline(Readable.from(textPieces(path, encoding)), createWriteStream(target))
  return target
}
