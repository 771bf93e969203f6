/** A text file written row by row in large pieces; under its own name only when it is whole. */
import { closeSync, openSync, renameSync, writeSync } from 'node:fs'

export interface CsvFile {
  /** A row without its end of line. Cells have no commas or quotes. */
  row(cells: string): void
  /** With `isWhole` false the file stays under its partial name. */
  close(isWhole: boolean): void
}

const rowsPerWrite = 4096

export function createCsvFile(path: string, header: string): CsvFile {
  const partial = `${path}.partial`
  const file = openSync(partial, 'w')
  let rows = [header]
  const flush = (): void => {
    if (rows.length > 0) writeSync(file, `${rows.join('\n')}\n`)
    rows = []
  }
  return {
    row: (cells) => {
      rows.push(cells)
      if (rows.length >= rowsPerWrite) flush()
    },
    close: (isWhole) => {
      if (isWhole) flush()
      closeSync(file)
      if (isWhole) renameSync(partial, path)
    },
  }
}
