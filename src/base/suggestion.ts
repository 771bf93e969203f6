/** The nearest known names to one that is not known: "did you mean …?". */

/** Levenshtein distance of two strings, in edits. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}

/** The known name nearest to `name` if it is near enough to be a slip, else the list if it is short. */
export function suggestion(name: string, known: Iterable<string>): string {
  const names = [...known]
  const ranked = names
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)
  const best = ranked[0]
  if (best && best.distance <= Math.max(2, Math.floor(name.length / 3))) return `did you mean "${best.candidate}"?`
  return names.length > 0 && names.length <= 12 ? `known: ${names.join(', ')}` : 'nothing has a name like it'
}
