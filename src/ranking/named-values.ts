import type { ExplanationPart } from './explanation.js'

/** The columns of a part with their values, and both as one text. */
export function namedValues(
  columns: readonly string[],
  values: readonly (string | null)[],
): Pick<ExplanationPart, 'columns' | 'values' | 'value'> {
  const value = columns.map((column, index) => `${column}=${values[index] ?? '(unknown)'}`).join(' and ')
  return { columns, values, value }
}
