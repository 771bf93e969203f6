/** Durations as a config writes them. */

const secondsOf = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const

/** Seconds of a duration such as '12h', '1d' or '2w'; NaN for any other text. */
export function durationSeconds(text: string): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([smhdw])\s*$/.exec(text)
  return match ? Number(match[1]) * secondsOf[match[2] as keyof typeof secondsOf] : Number.NaN
}
