/** A starter config as text, with the reason of every line behind it. */
import type { ColumnRole } from './roles.js'

export type FeatureGroupName = 'user' | 'item' | 'context'

export interface InferredColumn {
  readonly column: string
  readonly role: ColumnRole
  /** Where a feature belongs. */
  readonly group?: FeatureGroupName
}

export interface ConfigParts {
  /** As the config is to name them. */
  readonly files: string
  readonly actions?: { readonly file: string; readonly kind?: string; readonly action: string } | undefined
  readonly format?: Readonly<Record<string, string>> | undefined
  readonly columns: readonly InferredColumn[]
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
const keyText = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : quoted(name))

/** The text of `widedeep.config.ts`. */
export function configText(parts: ConfigParts): string {
  const features = featureLines(parts.columns)
  const crosses = crossText(parts.columns)
  const used = ['categorical', ...(crosses === '' ? [] : ['cross']), 'defineConfig', 'list', 'numeric'].filter(
    (name) => name === 'defineConfig' || [...features, crosses].some((line) => line.includes(`${name}(`)),
  )
  return `// Written by \`widedeep infer\`: every line says why it is there. Look at the label, the keys and what was left out first.
import { ${used.join(', ')} } from 'widedeep'

export default defineConfig({
  data: {
${dataLines(parts)
  .map((line) => `    ${line}`)
  .join('\n')}
  },
  features: {
${features.map((line) => `    ${line}`).join('\n')}
  },
  model: {
    // Pairs that matter by themselves; \`npx widedeep crosses\` proposes them from the data.
    wide: [${crosses}],
    deep: { embedding: 16, hidden: [128, 64] },
  },
})
`
}

function dataLines({ files, actions, format, columns }: ConfigParts): string[] {
  const keys = columns.flatMap(({ column, role }) =>
    role.kind === 'key'
      ? [`${role.key}: ${role.key === 'position' ? `{ column: ${quoted(column)} }` : quoted(column)}, // ${role.why}`]
      : [],
  )
  const label = columns.flatMap(({ column, role }) =>
    role.kind === 'label' ? [`label: { column: ${quoted(column)}${role.settings} }, // ${role.why}`] : [],
  )
  const hasTime = columns.some(({ role }) => role.kind === 'key' && role.key === 'time')
  const split = hasTime
    ? "split: { by: 'time', validation: 0.1, test: 0.1 }, // the last rows judge"
    : "split: { by: 'random', validation: 0.1, test: 0.1 }, // no column says when: the future may explain the past"
  const settings = Object.entries(format ?? {}).map(([name, value]) => `${name}: ${quoted(value)}`)
  return [
    `${actions ? 'impressions' : 'examples'}: ${quoted(files)},`,
    ...(actions
      ? [
          actions.kind === undefined
            ? `actions: ${quoted(actions.file)},`
            : `actions: { from: ${quoted(actions.file)}, kind: ${quoted(actions.kind)} },`,
          `label: { action: ${quoted(actions.action)}, within: '24h' }, // an impression is positive when the action follows`,
        ]
      : label.length > 0
        ? label
        : ["label: { column: 'TODO' }, // no column is called like a label: name yours, or pass --label"]),
    ...(settings.length > 0 ? [`format: { ${settings.join(', ')} },`] : []),
    split,
    ...keys,
  ]
}

function featureLines(columns: readonly InferredColumn[]): string[] {
  const groups: readonly FeatureGroupName[] = ['user', 'item', 'context']
  const grouped = groups.flatMap((group) => {
    const lines = columns.flatMap(({ column, role, group: own }) =>
      role.kind === 'feature' && own === group ? [`  ${keyText(column)}: ${role.declaration}, // ${role.why}`] : [],
    )
    return lines.length > 0 ? [`${group}: {`, ...lines, '},'] : []
  })
  const left = columns.flatMap(({ column, role }) => (role.kind === 'left out' ? [`// ${column}: ${role.why}`] : []))
  return [...grouped, ...(left.length > 0 ? ['// Left out:', ...left] : [])]
}

/** The pair that recommenders begin with: what is known of the user by the item. */
function crossText(columns: readonly InferredColumn[]): string {
  const crossable = columns.filter(({ role }) => role.kind === 'feature' && !role.declaration.startsWith('numeric'))
  const item = crossable.find(({ group }) => group === 'item')
  const user =
    crossable.find(
      ({ group, role }) => group === 'user' && role.kind === 'feature' && role.declaration.startsWith('list'),
    ) ??
    crossable.find(
      ({ group, role }) => group === 'user' && role.kind === 'feature' && role.declaration === 'categorical()',
    )
  return item && user ? `cross(${quoted(user.column)}, ${quoted(item.column)})` : ''
}
