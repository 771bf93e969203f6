import { publishBundle } from '../../publish.js'
import type { RetrainContext, RetrainStep } from '../retrain-step.js'
import { train } from './train.js'

export interface Published {
  readonly version: number
}

const tag = 'retrain'

export const publish: RetrainStep<Published> = {
  name: 'publish',
  title: 'publishing the challenger',
  async run(context) {
    const { id, registry, by } = context
    const version = publishedBefore(context) ?? (await publishNow(context))
    registry.setAlias('challenger', version, { by, reason: `retrain ${id}` })
    return { version }
  },
}

/** A job that was killed right after publishing finds its version by the tag. */
function publishedBefore({ id, registry }: RetrainContext): number | undefined {
  const versions = registry.exists() ? Object.entries(registry.state().versions) : []
  const known = versions.find(([, { tags }]) => tags[tag] === id)
  return known && Number(known[0])
}

async function publishNow({ id, registry, champion, by, answer }: RetrainContext): Promise<number> {
  const parent = champion ? { parent: String(champion.version) } : {}
  const { bundle } = answer(train)
  const published = await publishBundle({ bundle, registry: registry.directory, tags: { [tag]: id }, by, ...parent })
  return published.version
}
