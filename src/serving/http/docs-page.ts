/** The API as one page without scripts: made of the same routes. */
import type { RouteSpec } from '../../protocol/index.js'
import { pathParts } from '../../protocol/index.js'

export function docsPage(routes: readonly RouteSpec[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>widedeep: the HTTP API</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; border-top: 1px solid #ccc; padding-top: 1rem }
code, pre { font-family: ui-monospace, monospace }
pre { background: #f5f5f5; padding: .75rem; overflow: auto; max-height: 24rem }
.role { color: #666 }
@media (prefers-color-scheme: dark) { body { background: #111; color: #ddd } pre { background: #222 } a { color: #8bf } }
</style>
<h1>widedeep: the HTTP API</h1>
<p>Machines read <a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). Errors are <code>application/problem+json</code>, with a stable <code>code</code> and every fault in <code>errors</code>; below <code>/v1/models</code> and <code>/v2</code> they are <code>{"error": …}</code>, as the protocols of others have it.</p>
<ul>${routes.map((route) => `<li><a href="#${route.operation}"><code>${route.method} ${escaped(shownPath(route.path))}</code></a> ${escaped(route.summary)}</li>`).join('\n')}</ul>
${routes.map(section).join('\n')}
</html>
`
}

function section({ operation, method, path, summary, role, query, body, answers }: RouteSpec): string {
  const schemas = [
    ...(query ? [schema('Query', query)] : []),
    ...(body ? [schema('Body', body)] : []),
    ...Object.entries(answers).map(([status, answer]) => schema(`Answer ${status}`, answer)),
  ]
  return `<h2 id="${operation}"><code>${method} ${escaped(shownPath(path))}</code></h2>
<p>${escaped(summary)}. <span class="role">${role === null ? 'Needs no key.' : `Needs the role ${role} where there are keys.`}</span></p>
${schemas.join('\n')}`
}

const shownPath = (path: string): string =>
  pathParts(path)
    .map((part) => ('name' in part ? `{${part.name}}` : part.text))
    .join('')

const schema = (title: string, value: unknown): string =>
  `<details><summary>${title}</summary><pre>${escaped(JSON.stringify(value, null, 2))}</pre></details>`

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
