/** Documents that cannot drift: error codes, the glossary, links and the README's length. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { documents, readSource, root, sourceFiles } from './house.js'

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** First arguments of every `defineError(…)` of src/, and the calls whose first argument is not a literal. */
function scanErrors(): { codes: string[]; unreadable: string[] } {
  const codes: string[] = []
  const unreadable: string[] = []
  for (const path of sourceFiles().filter((file) => !file.endsWith('.test.ts'))) {
    const { tree } = readSource(path)
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node) && node.expression.getText() === 'defineError') {
        const [code] = node.arguments
        if (code && ts.isStringLiteral(code)) codes.push(code.text)
        else unreadable.push(`${path}: ${node.getText().slice(0, 60)}`)
      }
      ts.forEachChild(node, visit)
    }
    visit(tree)
  }
  return { codes: codes.sort(), unreadable }
}

/** Words of a document's text outside fenced code, so that an example cannot be taken for a link. */
function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '')
}

function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map((match) => match[1] ?? '')
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

function brokenLinks(path: string): string[] {
  const links = [...withoutCode(read(path)).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '')
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [file = '', anchor] = link.split('#')
      const target = file === '' ? path : join(dirname(path), file)
      if (!existsSync(join(root, target))) return true
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(read(target)).has(anchor)
    })
    .map((link) => `${path}: the link to ${link} leads nowhere`)
}

describe('docs/errors.md', () => {
  const document = read('docs/errors.md')
  const sections = [...document.matchAll(/^### `?([A-Z0-9_]+)`?$/gm)].map((match) => match[1] ?? '')
  const { codes, unreadable } = scanErrors()

  it('can read every declared code: each is a literal in its call of defineError', () => {
    expect(unreadable).toEqual([])
  })

  it('has a section for every declared code, and no other', () => {
    expect({ withoutSection: codes.filter((code) => !sections.includes(code)) }).toEqual({ withoutSection: [] })
    expect({ notDeclared: sections.filter((code) => !codes.includes(code)) }).toEqual({ notDeclared: [] })
  })

  it('has each section once, in alphabetical order', () => {
    expect(sections).toEqual([...new Set(sections)].sort())
  })

  it('writes the total down', () => {
    expect(/^(\d+) errors are declared/m.exec(document)?.[1]).toBe(String(codes.length))
  })

  it('says in each section what it means and the remedy', () => {
    const bodies = document.split(/^### /m).slice(1)
    const thin = bodies.filter((body) => !body.includes('**Meaning.**') || !body.includes('**Remedy.**'))
    expect(thin.map((body) => body.split('\n')[0])).toEqual([])
  })

  it('finds codes of words in capitals: room or subject, then the problem', () => {
    const wrong = codes.filter((code) => !/^[A-Z0-9]+(_[A-Z0-9]+)+$/.test(code))
    expect(wrong).toEqual([])
  })
})

describe('docs/glossary.md', () => {
  const rows = read('docs/glossary.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| word') && !line.startsWith('| ---'))
    .map((line) => line.split('|').map((cell) => cell.trim()))

  it('explains each word once, with where it lives', () => {
    const words = rows.map((row) => row[1] ?? '')
    expect(words.length).toBeGreaterThan(30)
    expect(words.filter((word, index) => words.indexOf(word) !== index)).toEqual([])
    expect(rows.filter((row) => (row[2] ?? '') === '' || (row[3] ?? '') === '').map((row) => row[1])).toEqual([])
  })

  it('names types and files that exist', () => {
    const sources = sourceFiles().map(read).join('\n')
    const faults = rows.flatMap((row) =>
      [...(row[3] ?? '').matchAll(/`([^`]+)`/g)]
        .map((match) => match[1] ?? '')
        .filter((name) =>
          name.includes('/') ? !existsSync(join(root, name)) : !new RegExp(`\\b${name}\\b`).test(sources),
        )
        .map((name) => `${row[1] ?? ''}: ${name} is not in src/`),
    )
    expect(faults).toEqual([])
  })
})

describe('documents', () => {
  it('link to what exists', () => {
    expect(documents().flatMap(brokenLinks)).toEqual([])
  })

  it('keep the README at 150 lines', () => {
    const lineCount = existsSync(join(root, 'README.md')) ? read('README.md').trimEnd().split('\n').length : 0
    expect(lineCount).toBeLessThanOrEqual(150)
  })

  it('number the decisions without a gap, each with its parts', () => {
    const decisions = documents().filter((path) => path.startsWith('docs/decisions/'))
    const numbers = decisions.map((path) => Number(/\/(\d{3})-/.exec(path)?.[1]))
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
    const parts = ['Status:', 'Date:', '## Context', '## Decision', '## Alternatives', '## Consequences']
    const faults = decisions.flatMap((path) =>
      parts.filter((part) => !read(path).includes(part)).map((part) => `${path} lacks "${part}"`),
    )
    expect(faults).toEqual([])
  })
})

describe('docs/capabilities.md', () => {
  const rows = read('docs/capabilities.md')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (capability|---)/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()))

  it('proves every capability by a test that is there, or names the limit', () => {
    expect(rows.length).toBeGreaterThan(20)
    const faults = rows.flatMap(([, capability = '', here = '', test = '']) => {
      const [, file, title] = /^`([^`]+)`: (.+)$/.exec(test) ?? []
      if (file === undefined || title === undefined)
        return here.includes('limits.md#') ? [] : [`${capability}: no test, no limit`]
      const found = existsSync(join(root, file)) && read(file).includes(title)
      return found ? [] : [`${capability}: ${file} has no test "${title}"`]
    })
    expect(faults).toEqual([])
  })

  it('links to limits that have a section', () => {
    const sections = [...read('docs/limits.md').matchAll(/^## (.+)$/gm)].map(([, title = '']) =>
      title.toLowerCase().replaceAll(' ', '-'),
    )
    const links = rows.flatMap((row) => [...row.join(' ').matchAll(/limits\.md#([a-z-]+)/g)].map((match) => match[1]))
    expect(links.filter((link) => !sections.includes(link ?? ''))).toEqual([])
  })
})
