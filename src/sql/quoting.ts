/** Text as it stands in a SQL statement. */

/** A name in double quotes, whatever is in it. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A string literal; a null character, which no literal can hold, is spelled as `chr(0)`. */
export function quoteText(text: string): string {
  const parts = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`)
  return parts.length === 1 ? (parts[0] ?? "''") : `(${parts.join(' || chr(0) || ')})`
}
