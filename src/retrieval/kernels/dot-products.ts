/** `scores[i] = vectors[i] · vector`; `vectors` is row-major, `scores.length × vector.length`. Four sums at once hide the additions' latency. */
export function dotProducts(vectors: Float32Array, vector: Float32Array, scores: Float32Array): void {
  const width = vector.length
  const whole = width - (width % 4)
  for (let row = 0, at = 0; row < scores.length; row++) {
    let [a, b, c, d] = [0, 0, 0, 0]
    let column = 0
    for (; column < whole; column += 4, at += 4) {
      a += vectors[at]! * vector[column]!
      b += vectors[at + 1]! * vector[column + 1]!
      c += vectors[at + 2]! * vector[column + 2]!
      d += vectors[at + 3]! * vector[column + 3]!
    }
    for (; column < width; column++, at++) a += vectors[at]! * vector[column]!
    scores[row] = a + b + (c + d)
  }
}
