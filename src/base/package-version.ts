import { readFileSync } from 'node:fs'

/** The release of this package, such as `0.1.0`; the same whether it runs from `dist/` or from its sources. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
