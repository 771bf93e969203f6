/** Curves of AUC against examples seen as SVG: a logarithmic axis of examples, a point for each measurement. */

const size = { width: 720, height: 440, left: 64, right: 24, top: 24, bottom: 56 }
const colours = ['#1b6ca8', '#c2410c', '#6b7280', '#15803d', '#7c3aed']

/** Draws curves of `{ name, points: [{ examples, auc }] }`; a point at no examples stands at the left edge. */
export function curvesSvg(curves, axis = 'examples seen') {
  const points = curves.flatMap((curve) => curve.points)
  const counts = points.map(({ examples }) => examples).filter((examples) => examples > 0)
  const [low, high] = [Math.log10(Math.min(...counts)) - 0.15, Math.log10(Math.max(...counts))]
  const aucs = points.map(({ auc }) => auc)
  const [bottom, top] = [Math.floor(50 * Math.min(...aucs)) / 50, Math.ceil(50 * Math.max(...aucs)) / 50]
  const inner = { width: size.width - size.left - size.right, height: size.height - size.top - size.bottom }
  const x = (examples) => size.left + (inner.width * ((examples > 0 ? Math.log10(examples) : low) - low)) / (high - low)
  const y = (auc) => size.top + inner.height * (1 - (auc - bottom) / (top - bottom))
  const ticks = Array.from({ length: Math.round((top - bottom) / 0.02) + 1 }, (_, tick) => bottom + tick * 0.02)
  const powers = Array.from({ length: 8 }, (_, power) => 10 ** power).filter(
    (count) => Math.log10(count) >= low && Math.log10(count) <= high,
  )
  const parts = [
    ...ticks.map(
      (auc) =>
        line([size.left, y(auc)], [size.width - size.right, y(auc)]) +
        text(size.left - 8, y(auc) + 4, auc.toFixed(2), 'end'),
    ),
    ...powers.map((count) => text(x(count), size.height - size.bottom + 20, String(count), 'middle')),
    text(size.left + inner.width / 2, size.height - 12, `${axis} (logarithmic)`, 'middle'),
    text(12, 16, 'AUC', 'start'),
    ...curves.map((curve, index) => curveOf(curve, { colour: colours[index % colours.length], x, y })),
    ...curves.map(({ name }, index) =>
      text(
        size.width - size.right - 8,
        size.height - size.bottom - 12 - 18 * (curves.length - 1 - index),
        name,
        'end',
        colours[index % colours.length],
      ),
    ),
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#ffffff"/>
${parts.join('\n')}
</svg>
`
}

function curveOf({ points }, { colour, x, y }) {
  const path = points.map(({ examples, auc }) => `${x(examples).toFixed(1)},${y(auc).toFixed(1)}`).join(' ')
  const dots = points.map(
    ({ examples, auc }) =>
      `<circle cx="${x(examples).toFixed(1)}" cy="${y(auc).toFixed(1)}" r="3.5" fill="${colour}"/>`,
  )
  return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}`
}

const line = ([x1, y1], [x2, y2]) =>
  `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="#e5e7eb"/>`

const text = (x, y, words, anchor, fill = '#374151') =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${fill}">${words}</text>`
